"""Nobody's name, telephone number or mail address gets past the landing store."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from heimfinder_answers_made import Entry, home, v1
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingest.heimfinder.answers import packed
from ingest.heimfinder.free_places import parse_for
from ingest.heimfinder.tables import HOMES
from ingest.heimfinder.values import holds_contact
from kreishaus.model import Origin, Request, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.store.staging import typed
from pipeline.steps import process_file

SECRETS = ("Mustermann", "Musterfrau", "0231", "4711", "@", "beispiel.de")

PERSONS: dict[str, Any] = {
    "ansprechpartner": {"vorname": "Erika", "nachname": "Musterfrau", "tel": "02131 4711-0"},
    "Kontakt": [{"wer": "Herr Mustermann"}, "02131/4711"],
    "einrichtungsleitung": "Erika Musterfrau",
    "verwaltung": {"name": "Max Mustermann", "E-Mail": "max@beispiel.de", "betten": 7},
    "bemerkung": "Bitte bei Frau Musterfrau melden",
    "hinweis": "erreichbar: max [at] beispiel.de",
    "rufnummer_text": "0 21 31 / 47 11 - 22",
    "durchwahl": "+49 2131 4711",
    "zustaendig": "Musterfrau",
    "dokument": '{"wer": "Mustermann"}',
    "prosa": "Unser Haus liegt im Grünen, und wer uns besucht, trifft meistens auf Max Mustermann.",
    "Musterfrau": 3,
    "telefonNummer": 2131471100,
    "nummer_ohne_null": 2131471100,
    "tief": {"tiefer": [{"noch": {"mitarbeiter": ["Mustermann"], "plaetze_rollstuhl": 2}}]},
}


def staged(*entries: Entry, content: bytes | None = None) -> list[dict[str, Any]]:
    """What would be staged of an answer."""
    origin = Origin("wtg", "heimfinder", "a" * 64, "label", "identity", datetime.now(UTC))
    batch = parse_for(content or v1(*entries), origin, Settings().county)
    provenance = {
        "source_sha256": origin.sha256,
        "period": batch.period,
        "published_at": None,
        "retrieved_at": origin.retrieved_at,
    }
    return typed(batch.tables["homes"], HOMES["homes"], provenance).to_pylist()


def test_what_no_column_takes_is_not_kept() -> None:
    (row,) = staged(home(**PERSONS, einzelzimmer=40, stand="2026-07-28", neu=True))
    assert row["unmapped"] is None
    assert row["home_name"] == home()["einrichtung"]["name"]


@pytest.mark.parametrize(
    "text",
    [
        *("02131 1234567", "02131/123456", "+49 (0)2131 1234-0", "0049.2131.1234", "2131-1234567"),
        *("max@beispiel.de", "max @ beispiel.de", "max(at)beispiel.de"),
    ],
)
def test_a_contact_is_seen(text: str) -> None:
    assert holds_contact(text)
    assert holds_contact(f"Rufen Sie an: {text}!")


@pytest.mark.parametrize(
    "text",
    [
        *("01.02.2024", "2024-02-01T08:15:00.123Z", "2024-02-01", "41460 Neuss", "3-5", "12,5 %"),
        *("Haus 3", "Musterstraße 12", "80 Plätze", "v2.1.0"),
    ],
)
def test_what_is_no_contact(text: str) -> None:
    assert not holds_contact(text)


def test_a_home_called_with_a_telephone_number_has_no_name() -> None:
    (row,) = staged(home(einrichtung={"name": "Haus am Park, Tel. 02131 4711-220"}))
    assert row["home_name"] is None
    assert "4711" not in json.dumps(row, default=str)


def test_a_detail_speaks_of_nobody_either() -> None:
    entry = home(1)
    mentioned = home(1, zustaendig="Musterfrau")
    content = packed(v1(mentioned), {"1": json.dumps(entry | PERSONS).encode()}, {})
    (row,) = staged(content=content)
    kept = json.dumps(row, default=str, ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in kept]


def test_nothing_of_a_person_on_any_floor_below_landing(settings: Settings) -> None:
    """Staged rows, checks, findings: also of a file that is put aside, its bytes excepted."""
    landing = Landing(settings.landing, "wtg", "heimfinder")
    request = Request("identity", "Heimfinder", url="http://127.0.0.1", extension="json")
    renamed = home(2, **PERSONS, frei=PERSONS["verwaltung"])
    del renamed["freie_plaetze"]
    odd = home(3, **PERSONS, freie_plaetze={"gesamt": "fragen Sie Frau Musterfrau 4711"})
    statuses = []
    for entries in ((home(1, **PERSONS),), (renamed,), (odd,), (home(1, **PERSONS), odd)):
        landed, _ = landing.land(v1(*entries), request, run_id="night", licence="")
        statuses.append(process_file(landed, settings).status)
    assert statuses == ["staged", "quarantined", "quarantined", "staged"]
    looked_at = [
        path
        for floor in (settings.staged, settings.quarantine)
        for path in floor.rglob("*")
        if path.is_file() and not path.name.startswith("Heimfinder")
    ]
    assert len(looked_at) > 8
    for path in looked_at:
        found = [secret for secret in SECRETS[:2] if secret in readable(path)]
        assert not found, path


def readable(path: Path) -> str:
    import pyarrow.parquet as pq

    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    return path.read_text()


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
NAMES = st.text(max_size=8) | st.sampled_from(
    ["id", "kreis", "name", "gesamt", "langzeitpflege", "ort", "ags", "lat", "telefon", "plaetze"]
)
ANY = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=4),
    max_leaves=12,
)
FIELDS = ["id", "kreis", "einrichtung", "adresse", "geo_location_epsg_4326", "plaetze", "neu"]


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    changed=st.dictionaries(st.sampled_from([*FIELDS, "freie_plaetze"]), ANY, max_size=4),
    person=st.dictionaries(NAMES, st.just("Mustermann"), max_size=3),
)
def test_whatever_stands_in_a_field(changed: dict[str, Any], person: dict[str, Any]) -> None:
    """Staged or refused, and never with what stood under the contact."""
    entry = home(1, **changed, ansprechpartner=person, rest={"wer": person})
    try:
        rows = staged(entry, home(2))
    except UnreadableFile as error:
        assert all(finding.message and finding.expected for finding in error.findings)
        return
    assert "Mustermann" not in json.dumps(rows, default=str, ensure_ascii=False)
    assert {row["home_id"] for row in rows} >= {"2"}


@hypothesis_settings(max_examples=150, deadline=None)
@given(document=ANY)
def test_whatever_the_whole_answer_is(document: Any) -> None:
    with pytest.raises(UnreadableFile):
        staged(content=json.dumps(document).encode() or b" ")


@hypothesis_settings(max_examples=300, deadline=None)
@given(
    position=st.integers(min_value=0),
    length=st.integers(min_value=0, max_value=40),
    inserted=st.binary(max_size=20),
    zipped=st.booleans(),
)
def test_whatever_bytes_were_hit(position: int, length: int, inserted: bytes, zipped: bool) -> None:
    """Bytes lost, changed or added anywhere: read truly or refused, nothing else is raised."""
    whole = v1(home(1), home(2, **PERSONS))
    if zipped:
        whole = packed(whole, {"1": json.dumps(home(1)).encode()}, {"2": "no answer"})
    at = position % (len(whole) + 1)
    try:
        staged(content=whole[:at] + inserted + whole[at + length :])
    except UnreadableFile as error:
        assert error.findings
