"""What an earlier release wrote into a home under names that have changed is read all the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from catalogue import inventory
from expectations.gx_results import failing_rows_of
from kreishaus import earlier_names
from kreishaus.county_words import WORDS
from kreishaus.labels import translations
from kreishaus.settings import County, Settings
from kreishaus.store.visits import Visit, Visits, upgrade_visits
from operations.maintenance import migrations
from reports.marts import Marts
from warehouse.manifest import PublishedMart
from warehouse.marts import Column, Mart
from warehouse.publish import _keep

MOMENT = datetime(2021, 10, 21, 1, 50, tzinfo=UTC)
EARLIER_VISIT = {
    "visited_at": MOMENT.isoformat(),
    "run_id": "night 1",
    "offered": 53,
    "new": 1,
    "to_treat": ["4f2a"],
    "lying": ["9c01"],
    "refused": [],
    "unavailable": ["2021-09: 503"],
    "reason": None,
    "number": 7,
}
MART = "as select 3 as places, 'staff of 2021' as doubt, timestamptz '2021-11-30 01:00:00+00'"


def test_names_are_told_by_the_columns_that_are_there() -> None:
    assert earlier_names.columns_of_today(["a", "doubt"]) == {"doubt": "caveat"}
    assert earlier_names.columns_of_today(["a", "caveat", "recorded_at"]) == {}
    assert earlier_names.columns_of_today(["doubt", "caveat"]) == {}  # somebody's own table
    assert earlier_names.renamed("m", {}) == "select * from m"


def test_a_list_that_a_county_wrote_earlier_is_read_in_german() -> None:
    earlier = translations.translated("documents", "Assumption of this house", WORDS["Kreis"])
    assert earlier == "Annahme von Kreishaus"


class TestVisits:
    """Lines of ``visits.jsonl`` in landing format 2."""

    @pytest.fixture
    def visits(self, settings: Settings) -> Visits:
        visits = Visits(settings.landing, "bamf", "hkl")
        visits.path.parent.mkdir(parents=True)
        line = json.dumps(EARLIER_VISIT)
        visits.older.write_text(f"{line}\n")
        visits.path.write_text(f'{line}\n{{"visited_at": "2021-10-2')
        (settings.landing / "format.json").write_text('{"format": 2}')
        return visits

    def test_come_through_the_upgrade(self, settings: Settings, visits: Visits) -> None:
        step, *_ = migrations.pending(settings)
        assert step.about.endswith(
            "format 2 -> 3: Give the fields of the recorded visits the names of today."
        )
        assert list(migrations.upgrade(settings)) == [
            f"{settings.landing} has format 3: landing: fields renamed in 2 records of visits",
            f"{settings.landing} has format 4: no file of the register lies there as it came",
            f"{settings.landing} has format 5: landing: each sidecar says who made the figures",
        ]
        expected = Visit(MOMENT, "night 1", 53, 1, ("4f2a",), ("9c01",), (), ("2021-09: 503",))
        assert visits.read() == [expected, expected]
        visits.note(Visit(MOMENT, "night 2"))
        assert json.loads(visits.path.read_text().splitlines()[-1])["number"] == 8

    def test_are_left_as_they_are_by_a_second_upgrade(
        self, settings: Settings, visits: Visits
    ) -> None:
        upgrade_visits(settings)
        before = [(path.read_bytes(), path.stat().st_ino) for path in visits.files]
        assert upgrade_visits(settings) == "landing: fields renamed in 0 records of visits"
        assert [(path.read_bytes(), path.stat().st_ino) for path in visits.files] == before


@pytest.mark.parametrize("upgraded", [False, True])
@pytest.mark.parametrize(
    "fields",
    [
        {"to_treat": ["4f2a"], "lying": ["9c01"]},
        {"pending": ["4f2a"], "lying": ["9c01"]},
        {"to_treat": ["4f2a"], "still_quarantined": ["9c01"]},
        {"pending": ["4f2a"], "to_treat": ["old"], "lying": [], "still_quarantined": ["9c01"]},
        {"to_treat": ["old"], "pending": ["4f2a"], "still_quarantined": ["9c01"], "lying": []},
    ],
)
def test_a_visit_is_read_under_names_of_either_release(
    settings: Settings, fields: dict[str, list[str]], upgraded: bool
) -> None:
    visits = Visits(settings.landing, "bamf", "hkl")
    visits.path.parent.mkdir(parents=True)
    other = {
        name: EARLIER_VISIT[name]
        for name in EARLIER_VISIT
        if name not in earlier_names.VISIT_FIELDS
    }
    visits.path.write_text(json.dumps({**other, **fields}) + "\n")
    if upgraded:
        upgrade_visits(settings)
    expected = Visit(MOMENT, "night 1", 53, 1, ("4f2a",), ("9c01",), (), ("2021-09: 503",))
    assert visits.read() == [expected]


def test_a_validation_result_of_an_earlier_release_names_its_failing_rows() -> None:
    row: dict[str, Any] = dict.fromkeys(("place", "row", "label", "column", "expected", "found"))
    config = {"type": "expect_columns_to_sum", "kwargs": {}, "description": "."}
    for key in ("offenders", "failing_rows"):
        assert failing_rows_of(config, {"details": {key: [row], "skipped": 0}}) == [row]


@pytest.fixture
def published(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """An internal half that 0.1.0 published, opened as a reader opens it."""
    file = tmp_path / "kreishaus.duckdb"
    with duckdb.connect(file) as database:
        database.execute("create schema internal")
        database.execute(f"create table internal.vacancy {MART} as known_since")
        database.execute("create table internal.plain as select 1 as places")
    connection = duckdb.connect(file, read_only=True)
    connection.execute("use internal")
    return connection


def test_papers_read_a_version_of_an_earlier_release(
    published: duckdb.DuckDBPyConnection,
) -> None:
    marts = Marts(published, county=County(ags="05162", name="Rhein-Kreis Neuss"))
    (row,) = marts.rows("vacancy", "select caveat, recorded_at from vacancy")
    assert (row["caveat"], row["recorded_at"].year) == ("staff of 2021", 2021)
    assert marts.rows("plain", "from plain") == [{"places": 1}]


def test_the_catalogue_says_when_its_newest_figure_was_known(
    published: duckdb.DuckDBPyConnection,
) -> None:
    made = datetime(2026, 11, 30, tzinfo=UTC)
    coverage = inventory._coverage(published, "vacancy", None, made)
    assert coverage.modified == datetime(2021, 11, 30, 1, tzinfo=UTC)


def test_a_mart_kept_from_an_earlier_release_has_the_columns_of_today(tmp_path: Path) -> None:
    """It failed in the first build after the upgrade: readers ask for it by today's names."""
    previous = tmp_path / "20211130T010000.000000Z"
    parquet = previous / "internal" / "parquet"
    parquet.mkdir(parents=True)
    with duckdb.connect() as database:
        database.execute(f"create table t {MART} as known_since")
        database.execute(f"copy t to '{parquet / 'vacancy.parquet'}' (format parquet)")
        entry = PublishedMart(
            "vacancy",
            1,
            "hash of then",
            None,
            columns={name: {"label_de": name} for name in ("places", "doubt", "known_since")},
        )
        manifest = {"marts": [{**entry.__dict__, "key": []}]}
        (previous / "internal" / "manifest.json").write_text(json.dumps(manifest))
        columns = {name: Column() for name in ("places", "caveat", "recorded_at")}
        mart = Mart("vacancy", "marts.vacancy", "Vacancies.", columns, "it broke")
        path = tmp_path / "vacancy.parquet"
        kept = _keep(database, mart, path, previous)
        assert kept is not None
        assert list(kept.columns) == ["places", "caveat", "recorded_at"]
        assert (kept.kept_from, kept.fault) == (previous.name, "it broke")
        assert kept.content_hash != "hash of then"
        assert database.sql(f"select places, caveat from '{path}'").fetchall() == [
            (3, "staff of 2021")
        ]
        # Published once more from a build that earlier code made: its rules know these names alone.
        earlier = replace(mart, columns={name: Column() for name in entry.columns})
        as_it_was = _keep(database, earlier, path, previous)
        assert as_it_was is not None
        assert list(as_it_was.columns) == ["places", "doubt", "known_since"]
        assert (as_it_was.content_hash, path.read_bytes()) == (
            "hash of then",
            (parquet / path.name).read_bytes(),
        )
