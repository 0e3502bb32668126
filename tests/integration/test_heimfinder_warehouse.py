"""Heimfinder NRW from sightings to the mart: which day says what, and nobody by name.

Only the county's row: how a home finds its municipality, and what was seen as of a day, are unit
tests of the models.
"""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from nights import ask_warehouse

from kreishaus.model import Request
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from pipeline.steps import process_file
from warehouse.build import NOT_NIGHTLY, dbt, prepare

MART = "free_places_reported_daily"
REQUEST = Request("http://list", "Heimfinder", url="http://list", extension="json")


def answer(*free: int | None) -> bytes:
    """A home for each number, of 80 places."""
    homes = [
        {
            "id": number,
            "kreis": "Rhein-Kreis Neuss",
            "einrichtung": {"name": f"Haus {number}", "leitung": "Frau Musterfrau"},
            "adresse": {"ort": "Neuss"},
            "plaetze": 80,
            "freie_plaetze": {"langzeitpflege": places},
            "ansprechpartner": {"name": "Erika Musterfrau", "telefon": "02131 4711-12"},
            "hinweis": "Musterfrau, erika@beispiel.de",
        }
        for number, places in enumerate(free, 1)
    ]
    return json.dumps({"_items": homes}).encode()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("installation") / "var")
    for moment, content in (
        ("2026-07-27T00:10:00+00:00", answer(2, 1)),
        ("2026-07-28T00:10:00+00:00", answer(5, None)),
        ("2026-07-28T12:00:00+00:00", answer(-1, 7)),  # put aside: the morning's stands
        ("2026-07-30T00:10:00+00:00", answer(2, 1)),  # the bytes of the first day again
        ("2026-07-30T22:10:00+00:00", answer(0, 0)),  # in Germany the 31st
    ):
        see(settings, content, moment)
    prepare(settings)
    selected = ("--select", f"+{MART}", "--indirect-selection", "cautious")
    done = dbt(settings, "build", *NOT_NIGHTLY, *selected)
    assert done.returncode == 0, done.stdout
    return settings


def see(settings: Settings, content: bytes, moment: str) -> None:
    landing = Landing(settings.landing, "wtg", "heimfinder")
    landed, _ = landing.land(
        content, REQUEST, run_id=moment, licence="", now=datetime.fromisoformat(moment)
    )
    process_file(landed, settings)


def county(settings: Settings) -> list[tuple[Any, ...]]:
    return ask_warehouse(
        settings,
        "select reference_date::varchar, homes_listed_count, homes_reporting_count, "
        f"reported_free_long_term_places from marts.{MART} "
        "where region_level = 'Kreis' order by 1",
    )


DAYS = [
    ("2026-07-27", 2, 2, 3),
    ("2026-07-28", 2, 1, 5),
    ("2026-07-30", 2, 2, 3),
    ("2026-07-31", 2, 2, 0),
]


def test_each_day_says_what_was_seen_last_on_it_and_a_missed_day_nothing(
    installation: Settings,
) -> None:
    assert county(installation) == DAYS


def test_nobody_in_the_warehouse(installation: Settings) -> None:
    """Not in a table, a view, a log or an artefact of dbt; nor among the staged files."""
    looked_at = [*files(installation.warehouse), *files(installation.staged)]
    assert len(looked_at) > 20
    for path in looked_at:
        content = path.read_bytes()
        # Not among the digits of a hash or a time.
        assert not re.search(rb"(?<![0-9a-f.])02131(?![0-9a-f])", content), path
        for secret in (b"Musterfrau", b"erika@"):
            assert secret not in content, path
    checks = "read_parquet('{}/*/wtg/heimfinder/**/checks.parquet', union_by_name=true)"
    rows = ask_warehouse(installation, "select * from staging.stg_wtg__heimfinder_homes")
    rows += ask_warehouse(installation, f"select * from {checks.format(installation.home)}")
    assert len(rows) > 20
    assert not [row for row in rows if "Musterfrau" in str(row) or "erika@" in str(row)]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
