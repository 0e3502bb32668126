"""Everything that the Land's list of homes may do wrong, over a real server, through both steps."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from heimfinder_answers_made import DETAIL, LIST, V2, Source, elsewhere, home, serving, v1, v2

from kreishaus.settings import DatasetConfig, HttpConfig, Settings
from kreishaus.store.dataset_store import DatasetStore
from pipeline.steps import FetchReport, Outcome, by_hand, fetch_new, process_file
from vocabulary.opaque import opaque

HEIMFINDER = "wtg/heimfinder"
MEND = "ingest/heimfinder/fields.toml"


@pytest.fixture(scope="module")
def running() -> Iterator[Source]:
    with serving() as source:
        yield source


@pytest.fixture
def source(running: Source) -> Source:
    running.answers.clear()
    running.asked.clear()
    return running


@pytest.fixture
def installation(settings: Settings, source: Source) -> Settings:
    http = HttpConfig(tries=1, backoff_seconds=0, pause_seconds=0)
    return settings.model_copy(update={"sample_url": source.url, "http": http})


def configured(installation: Settings, **config: str) -> Settings:
    wtg = installation.source["wtg"]
    heimfinder = wtg.datasets["heimfinder"].model_dump() | config
    datasets = wtg.datasets | {"heimfinder": DatasetConfig(**heimfinder)}
    wtg = wtg.model_copy(update={"datasets": datasets})
    return installation.model_copy(update={"source": installation.source | {"wtg": wtg}})


def night(installation: Settings) -> tuple[FetchReport, list[Outcome]]:
    report = fetch_new(HEIMFINDER, installation, "night")
    return report, [process_file(landed, installation) for landed in report.pending]


def outcome(installation: Settings) -> Outcome:
    report, outcomes = night(installation)
    assert report.unavailable == ()
    assert len(outcomes) == 1
    return outcomes[0]


def homes(installation: Settings) -> list[dict[str, Any]]:
    files = sorted(installation.staged.glob("wtg/heimfinder/*/*/homes.parquet"))
    return [row for path in files for row in pq.read_table(path).to_pylist()]


def rules(found: Outcome, severity: str | None = None) -> list[str]:
    return [f.rule for f in found.findings if severity in (None, f.severity)]


def quarantined_with(installation: Settings, rule: str) -> str:
    """What the person who must act is told."""
    found = outcome(installation)
    assert found.status == "quarantined"
    assert rule in rules(found, "critical")
    assert homes(installation) == []
    return found.explanation


def refused(installation: Settings) -> str:
    """What is said of an answer that cannot be read: it may speak of persons, and is not kept."""
    report, outcomes = night(installation)
    assert outcomes == []
    assert list(DatasetStore.of(installation, "wtg", "heimfinder").landing.hashes()) == []
    (told,) = report.refused
    assert "nothing of it was kept" in told
    return told


def unavailable(installation: Settings) -> str:
    """What is said of a visit that brought nothing: nothing may be kept of it."""
    report, outcomes = night(installation)
    assert outcomes == []
    assert list(DatasetStore.of(installation, "wtg", "heimfinder").landing.hashes()) == []
    (told,) = report.unavailable
    return told


# The two shapes, as recorded


@pytest.mark.parametrize(("content", "place", "row"), [(v1, "_items", 1), (v2, "_data", 2)])
def test_both_lists_are_read_and_only_our_homes_staged(
    installation: Settings, source: Source, content: Any, place: str, row: int
) -> None:
    source.answers_with(content(home(7), elsewhere()))
    assert (found := outcome(installation)).status == "staged"
    assert found.findings == ()
    (staged,) = homes(installation)
    assert (staged["source_place"], staged["source_row"]) == (place, row)
    assert (staged["home_id"], staged["home_name"]) == ("7", "Haus 7")
    assert (staged["places"], staged["free_places"]) == (80, 3)
    assert (staged["free_long_term_places"], staged["free_short_term_places"]) == (2, 1)
    assert (staged["municipality_code"], staged["latitude"]) == ("05162024", 51.2)


def test_the_path_of_version_2_is_configuration(installation: Settings, source: Source) -> None:
    source.answers_with(v2(home()), path=V2)
    assert outcome(configured(installation, path=V2.removeprefix("/wtg"))).status == "staged"
    assert source.asked == [V2]


# Nothing, or not data: nothing is kept, the last days stay


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"<!DOCTYPE html><title>Wartungsarbeiten</title>", 200, "maintenance"),
        (b"", 200, "an empty answer"),
        (b"  \r\n", 200, "an empty answer"),
        (b'{"_error": "down"}', 500, "500"),
        (v1(), 200, "an outage and not a Land without homes"),
        (v2(), 200, "an outage and not a Land without homes"),
    ],
)
def test_an_outage_is_no_day_without_free_places(
    installation: Settings, source: Source, content: bytes, status: int, told: str
) -> None:
    source.answers_with(content, status)
    assert told in unavailable(installation)


# Damaged on the way


def test_half_an_answer(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home(), elsewhere())[:-30])
    assert "cut on its way" in refused(installation)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_what_is_no_number_of_json(installation: Settings, source: Source, word: str) -> None:
    source.answers_with(v1(home()).replace(b'"plaetze": 80', f'"plaetze": {word}'.encode()))
    assert "no whole JSON document" in refused(installation)


def test_one_field_twice_in_one_object(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home()).replace(b'"plaetze": 80', b'"plaetze": 80, "plaetze": 8'))
    assert "no whole JSON document" in refused(installation)


@pytest.mark.parametrize(
    "content",
    [
        v1(home(einrichtung={"name": "Haus Jüchen"})).decode().encode("cp1252"),
        v1(home()).decode().encode("utf-16"),
        v1(home()).replace(b"Haus 1", rb"Haus \ud800"),
    ],
    ids=["cp1252", "utf-16", "half a character"],
)
def test_other_than_utf_8(installation: Settings, source: Source, content: bytes) -> None:
    source.answers_with(content)
    told = refused(installation)
    assert "not UTF-8" in told or "half a character" in told


@pytest.mark.parametrize("depth", [25, 900, 50_000])
def test_too_deep(installation: Settings, source: Source, depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    source.answers_with(v1(home()).replace(b'"plaetze": 80', b'"plaetze": ' + deep))
    assert "the list: " in refused(installation)


def test_just_not_too_deep(installation: Settings, source: Source) -> None:
    deep = b"[" * 16 + b"]" * 16
    source.answers_with(v1(home()).replace(b'"plaetze": 80', b'"plaetze": 80, "x": ' + deep))
    assert outcome(installation).status == "staged"


def test_too_large(installation: Settings, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    content = v1(home())
    source.answers_with(content)
    monkeypatch.setattr("ingest.heimfinder.json_reader.MOST_BYTES", len(content) - 1)
    assert "far larger than a list of homes can be" in refused(installation)
    monkeypatch.setattr("ingest.heimfinder.json_reader.MOST_BYTES", len(content))
    assert outcome(installation).status == "staged"


# Another layout


def test_a_renamed_list_names_what_stands_there(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home()).replace(b"_items", b"results"))
    told = quarantined_with(installation, "list_missing")
    assert "the fields results" in told
    assert MEND in told


def test_two_lists_are_not_chosen_from(installation: Settings, source: Source) -> None:
    source.answers_with(b'{"_items": [], "_data": [{"id": 1}]}')
    assert "more than one list" in quarantined_with(installation, "list_missing")


def test_a_list_alone(installation: Settings, source: Source) -> None:
    source.answers_with(b"[1, 2]")
    assert "a list of 2 under no name" in quarantined_with(installation, "list_missing")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('{"_meta": {"total": 2200}, ', "expected all 2200 entries, found 1 entries"),
        ('{"_links": {"next": {"href": "?page=2"}}, ', "a link to the next page"),
    ],
)
def test_one_page_of_several_is_not_the_county(
    installation: Settings, source: Source, more: str, told: str
) -> None:
    source.answers_with(v1(home()).replace(b"{", more.encode(), 1))
    assert told in quarantined_with(installation, "list_incomplete")


def test_a_whole_list_may_state_its_total(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home()).replace(b"{", b'{"_meta": {"total": 1}, ', 1))
    assert outcome(installation).status == "staged"


def test_a_renamed_vacancy_field_names_the_new_one_and_the_place_to_mend(
    installation: Settings, source: Source
) -> None:
    renamed = home(freie_plaetze_neu={"langzeit_pflege": 2, "kurz": 1})
    del renamed["freie_plaetze"]
    source.answers_with(v1(renamed, elsewhere()))
    told = quarantined_with(installation, "field_missing")
    assert MEND in told
    assert "the nearest there is freie_plaetze_neu.langzeit_pflege" in told


def test_one_kind_of_several_missing_is_empty_and_a_warning(
    installation: Settings, source: Source
) -> None:
    source.answers_with(v1(home(freie_plaetze={"gesamt": 3, "langzeitpflege": 2})))
    found = outcome(installation)
    assert (found.status, rules(found)) == ("staged", ["field_missing"])
    assert homes(installation)[0]["free_short_term_places"] is None


def test_a_home_that_reports_nothing_is_no_home_without_free_places(
    installation: Settings, source: Source
) -> None:
    nothing = {"gesamt": None, "langzeitpflege": None, "kurzzeitpflege": ""}
    source.answers_with(v1(home(1), home(2, freie_plaetze=nothing)))
    assert (found := outcome(installation)).status == "staged"
    assert found.findings == ()
    assert [row["free_places"] for row in homes(installation)] == [3, None]


# The county


def test_another_county_alone_is_not_ours_without_homes(
    installation: Settings, source: Source
) -> None:
    source.answers_with(v1(elsewhere(1), elsewhere(2)))
    told = quarantined_with(installation, "county_missing")
    assert "Kreis Mettmann (2)" in told
    assert "county.toml" in told


@pytest.mark.parametrize(
    "written",
    [
        *("Rhein-Kreis Neuss", "rhein-kreis  NEUSS", "Rhein Kreis Neuss ", "Neuss", "Kreis Neuss"),
        *("Neuss, Rhein-Kreis", "Neuß, Landkreis"),
        *("05162", 5162, "5162", "05162000", 5162000, "05162024", "05162 Rhein-Kreis Neuss"),
    ],
)
def test_the_county_in_every_writing(
    installation: Settings, source: Source, written: object
) -> None:
    source.answers_with(v1(home(kreis=written)))
    assert outcome(installation).status == "staged"


@pytest.mark.parametrize("written", ["Neunkirchen", "Kreis Neusstadt", "05158", 51620, True, 5.162])
def test_what_only_looks_like_the_county(
    installation: Settings, source: Source, written: object
) -> None:
    source.answers_with(v1(home(kreis=written)))
    quarantined_with(installation, "county_missing")


def test_the_county_in_an_object(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home(kreis={"name": "Rhein-Kreis Neuss", "ags": "05162"})))
    assert outcome(installation).status == "staged"


def test_an_entry_without_county_is_left_out_and_said(
    installation: Settings, source: Source
) -> None:
    lost = home(2)
    del lost["kreis"]
    source.answers_with(v1(home(1), lost))
    found = outcome(installation)
    assert (found.status, rules(found), len(homes(installation))) == (
        "staged",
        ["county_unknown"],
        1,
    )


def test_a_renamed_county_field(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home(), home(2)).replace(b'"kreis"', b'"landkreis"'))
    told = quarantined_with(installation, "field_missing")
    assert "landkreis" in told
    assert f"Set county_name in {MEND}" in told


# The entries


def test_a_home_without_id(installation: Settings, source: Source) -> None:
    lost = home(2)
    del lost["id"]
    source.answers_with(v1(home(1), lost))
    told = quarantined_with(installation, "home_id_missing")
    assert "row 2" in told


def test_a_home_without_id_in_another_county_is_not_our_concern(
    installation: Settings, source: Source
) -> None:
    lost = elsewhere()
    del lost["id"]
    source.answers_with(v1(home(1), lost))
    assert outcome(installation).status == "staged"


@pytest.mark.parametrize("given", ["sample-1", "b2c1f0e4-5aa1-4c1d-9f00-00a1b2c3d4e5", 12, "12"])
def test_an_id_is_text(installation: Settings, source: Source, given: object) -> None:
    source.answers_with(v1(home(id=given)))
    assert outcome(installation).status == "staged"
    assert homes(installation)[0]["home_id"] == str(given)


def test_two_homes_of_one_id_once_as_number_once_as_text(
    installation: Settings, source: Source
) -> None:
    source.answers_with(v1(home(12), home(12, id="12")))
    assert "12" in quarantined_with(installation, "key_unique")


def test_one_home_twice_word_for_word_counts_once(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home(1), home(1)))
    found = outcome(installation)
    assert (found.status, rules(found), len(homes(installation))) == ("staged", ["home_twice"], 1)


def test_what_is_no_entry_is_passed_over_and_said(installation: Settings, source: Source) -> None:
    source.answers_with(v2(None, 3, "Seite 1", home(1)))
    found = outcome(installation)
    assert (found.status, rules(found)) == ("staged", ["entry_unknown"])
    assert homes(installation)[0]["source_row"] == 5


# The numbers


def free(number: object) -> dict[str, object]:
    return {"gesamt": number, "langzeitpflege": 0, "kurzzeitpflege": 0}


@pytest.mark.parametrize(("given", "read"), [("3", 3), (" 3 ", 3), (3.0, 3), (0, 0), ("0", 0)])
def test_a_number_as_text(installation: Settings, source: Source, given: object, read: int) -> None:
    source.answers_with(v1(home(freie_plaetze=free(given))))
    assert outcome(installation).status == "staged"
    assert homes(installation)[0]["free_places"] == read


@pytest.mark.parametrize("given", ["drei", "ca. 3", "3 Plätze", 3.5, True, "12.345", 10**30])
def test_one_value_that_is_no_number_is_empty_and_said(
    installation: Settings, source: Source, given: object
) -> None:
    source.answers_with(v1(home(1), home(2, freie_plaetze=free(given))))
    found = outcome(installation)
    assert (found.status, rules(found)) == ("staged", ["value_unreadable"])
    assert [row["free_places"] for row in homes(installation)] == [3, None]


def test_a_field_that_holds_no_number_anywhere(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home(1, freie_plaetze=free("ja")), home(2, freie_plaetze=free("nein"))))
    told = quarantined_with(installation, "value_unreadable")
    assert f"Set free_places in {MEND}" in told


def test_fewer_than_none(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home(1), home(2, freie_plaetze=free(-1))))
    assert "(2)" in quarantined_with(installation, "not_negative")


def test_more_free_than_there_are(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home(1, freie_plaetze=free(80)), home(2, freie_plaetze=free(81))))
    told = quarantined_with(installation, "free_places_within_places")
    assert "found 81" in told
    source.answers_with(v1(home(1, freie_plaetze=free(80))))
    assert outcome(installation).status == "staged"


# Where a home lies: nothing is counted by it


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"lat": 6.7, "lon": 51.2}, "coordinates_swapped"),
        ({"lat": 48.1, "lon": 11.6}, "latitude_in_the_land"),
        ({"lat": 0, "lon": 0}, "longitude_in_the_land"),
        ({"lat": "51,2 Nord", "lon": 6.7}, "value_unreadable"),
        (None, "field_missing"),
    ],
)
def test_a_wrong_coordinate_only_warns(
    installation: Settings, source: Source, where: object, expected: str
) -> None:
    source.answers_with(v1(home(geo_location_epsg_4326=where)))
    found = outcome(installation)
    assert found.status == "staged"
    assert expected in rules(found, "warning")


def test_a_coordinate_as_text(installation: Settings, source: Source) -> None:
    source.answers_with(v1(home(geo_location_epsg_4326={"lat": "51,25", "lon": "6.7"})))
    assert outcome(installation).findings == ()
    assert (homes(installation)[0]["latitude"], homes(installation)[0]["longitude"]) == (51.25, 6.7)


@pytest.mark.parametrize(
    ("written", "code", "warned"),
    [
        ("05162024", "05162024", []),
        (5162024, "05162024", []),
        ("05158028", None, ["municipality_elsewhere"]),
        ("Neuss", None, ["value_unreadable"]),
    ],
)
def test_the_key_of_a_municipality(
    installation: Settings, source: Source, written: object, code: str | None, warned: list[str]
) -> None:
    source.answers_with(v1(home(adresse={"ort": "Neuss", "ags": written})))
    found = outcome(installation)
    assert (found.status, rules(found)) == ("staged", warned)
    assert homes(installation)[0]["municipality_code"] == code


# Details: one question more for each own home


def with_details(installation: Settings) -> Settings:
    return configured(installation, details_path=DETAIL.removeprefix("/wtg") + "{id}")


def listed(number: int) -> dict[str, Any]:
    entry = home(number)
    del entry["freie_plaetze"]
    return entry


def detail(number: int, **changed: Any) -> bytes:
    known = {"id": number, "freie_plaetze": {"gesamt": 4, "langzeitpflege": 4, "kurzzeitpflege": 0}}
    return json.dumps(known | changed).encode()


def test_details_of_own_homes_only_in_one_file(installation: Settings, source: Source) -> None:
    source.answers_with(v1(listed(1), listed(2), elsewhere(900)))
    source.answers_with(detail(1), path=f"{DETAIL}1")
    source.answers_with(b'{"_items": [' + detail(2) + b"]}", path=f"{DETAIL}2")
    found = outcome(with_details(installation))
    assert (found.status, found.findings) == ("staged", ())
    assert source.asked == [LIST, f"{DETAIL}1", f"{DETAIL}2"]
    assert [row["free_places"] for row in homes(installation)] == [4, 4]
    assert len(list(DatasetStore.of(installation, "wtg", "heimfinder").landing.hashes())) == 1


def test_the_same_answers_are_the_same_file(installation: Settings, source: Source) -> None:
    source.answers_with(v1(listed(1)))
    source.answers_with(detail(1), path=f"{DETAIL}1")
    outcome(with_details(installation))
    report, outcomes = night(with_details(installation))
    assert (report.new, outcomes) == ((), [])


def test_one_home_that_does_not_answer_reports_nothing(
    installation: Settings, source: Source
) -> None:
    source.answers_with(v1(listed(1), listed(2)))
    source.answers_with(detail(1), path=f"{DETAIL}1")
    source.answers_with(b"<html>", path=f"{DETAIL}2")
    found = outcome(with_details(installation))
    assert (found.status, rules(found)) == ("staged", ["detail_missing"])
    assert [row["free_places"] for row in homes(installation)] == [4, None]


def test_many_homes_that_do_not_answer_are_an_outage(
    installation: Settings, source: Source
) -> None:
    source.answers_with(v1(*(listed(number) for number in range(1, 4))))
    source.answers_with(detail(1), path=f"{DETAIL}1")
    assert "2 of the first 3 homes do not answer" in unavailable(with_details(installation))


def test_an_answer_about_another_home(installation: Settings, source: Source) -> None:
    source.answers_with(v1(listed(1)))
    source.answers_with(detail(2), path=f"{DETAIL}1")
    quarantined_with(with_details(installation), "detail_differs")


def test_a_detail_of_no_home(installation: Settings, source: Source) -> None:
    source.answers_with(v1(listed(1)))
    source.answers_with(b'{"_items": []}', path=f"{DETAIL}1")
    quarantined_with(with_details(installation), "detail_unclear")


def test_a_detail_that_cannot_be_read(installation: Settings, source: Source) -> None:
    source.answers_with(v1(listed(1)))
    source.answers_with(b'{"id": 1,', path=f"{DETAIL}1")
    assert "einrichtung/1.json: " in refused(with_details(installation))


def test_a_detail_stands_under_the_homes_id(installation: Settings, source: Source) -> None:
    source.answers_with(v1(listed(2399)))
    answer = {"2399": home(2399, plaetze=61)}
    source.answers_with(json.dumps(answer).encode(), path=f"{DETAIL}2399")
    assert outcome(with_details(installation)).status == "staged"
    assert [(row["home_id"], row["places"]) for row in homes(installation)] == [("2399", 61)]


def test_a_detail_under_another_homes_id(installation: Settings, source: Source) -> None:
    source.answers_with(v1(listed(2399)))
    source.answers_with(b'{"2400": {"plaetze": 61}}', path=f"{DETAIL}2399")
    quarantined_with(with_details(installation), "detail_differs")


CONTACTS = {
    "typ": "Vollstationär",
    "nrw_key": "05162024",
    "telefon": "02131 471100",
    "ansprechpartner": "Erika Musterfrau",
    "hinweis": "Erika Musterfrau ruft zurück",
}


@pytest.mark.parametrize("with_detail", [False, True], ids=["list", "detail"])
def test_contact_persons_are_left_out_before_an_answer_lands(
    installation: Settings, source: Source, with_detail: bool
) -> None:
    entry = home(2399)
    entry["einrichtung"] |= CONTACTS
    source.answers_with(v1(entry, elsewhere() | {"kontakt": "Max Mustermann"}))
    if with_detail:
        detail = {"2399": {"einrichtung": {"name": "Haus 2399", **CONTACTS}, "plaetze": 61}}
        source.answers_with(json.dumps(detail).encode(), path=f"{DETAIL}2399")
        installation = with_details(installation)
    assert outcome(installation).status == "staged"
    kept = b"".join(path.read_bytes() for path in installation.home.rglob("*") if path.is_file())
    assert [word for word in (b"Musterfrau", b"Mustermann", b"471100") if word in kept] == []
    (row,) = homes(installation)
    number = opaque("Angebot", "Haus 2399")  # more digits than names have
    assert (row["home_name"], row["places"]) == (number, 61 if with_detail else 80)


def test_an_answer_without_contact_persons_lands_as_it_came(
    installation: Settings, source: Source
) -> None:
    content = v1(home(), elsewhere()).replace(b": ", b" :  ")
    source.answers_with(content)
    assert outcome(installation).status == "staged"
    landing = DatasetStore.of(installation, "wtg", "heimfinder").landing
    assert [landing.content(sha256) for sha256 in landing.hashes()] == [content]


def test_an_outage_of_the_list_asks_for_no_details(installation: Settings, source: Source) -> None:
    source.answers_with(v1())
    unavailable(with_details(installation))
    assert source.asked == [LIST]


def test_an_unchanged_list_is_no_reason_to_ask_for_no_details(
    installation: Settings, source: Source
) -> None:
    source.answers_with(v1(listed(1)))
    source.answers_with(detail(1), path=f"{DETAIL}1")
    outcome(with_details(installation))
    source.answers_with(
        detail(1, freie_plaetze={"gesamt": 0, "langzeitpflege": 0, "kurzzeitpflege": 0}),
        path=f"{DETAIL}1",
    )
    outcome(with_details(installation))
    assert sorted(row["free_places"] for row in homes(installation)) == [0, 4]


# By hand


def test_an_answer_handed_in(installation: Settings, tmp_path: Path) -> None:
    """A browser saves it as .json, which is what a sidecar is called."""
    path = tmp_path / "einrichtungen.json"
    path.write_bytes(v1(home(7)))
    assert by_hand(HEIMFINDER, path, installation, "hand").status == "staged"
    assert [row["home_id"] for row in homes(installation)] == ["7"]


# Switched off, or half configured


def test_switched_off(installation: Settings, source: Source) -> None:
    wtg = installation.source["wtg"]
    off = wtg.datasets["heimfinder"].model_copy(update={"enabled": False})
    wtg = wtg.model_copy(update={"datasets": wtg.datasets | {"heimfinder": off}})
    installation = installation.model_copy(update={"source": installation.source | {"wtg": wtg}})
    assert fetch_new(HEIMFINDER, installation, "night").offered == 0
    assert source.asked == []


@pytest.mark.parametrize("config", [{"path": ""}, {"details_path": "/api/heimfinder/einrichtung"}])
def test_half_a_configuration_names_its_section(
    installation: Settings, config: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"source\.wtg\.datasets\.heimfinder"):
        fetch_new(HEIMFINDER, configured(installation, **config), "night")
