"""Two versions side by side: every cell that differs, with values worked by hand."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.bamf.tables import HKL
from ingest.wtg.tables import TABLES
from kreishaus.datasets import REGISTRY, dataset
from kreishaus.files import remove_directory
from kreishaus.keys import keyed, row_key
from kreishaus.model import Request
from kreishaus.settings import Settings
from kreishaus.store.batches import versions_of
from kreishaus.store.landing import Landing
from kreishaus.store.staging import PROVENANCE, BatchRecord, Staging, text
from warehouse import revisions
from warehouse.as_of import AsOf, settings_as_of
from warehouse.compare import compare
from warehouse.revisions import FILE, REVISED_CELLS, write_revised_cells

SEPTEMBER = date(2021, 9, 1)
DAY = date(2021, 8, 15)


def stored(path: Path, schema: pa.Schema, rows: list[dict[str, Any]]) -> Path:
    """A staged table of these rows, each at the line it has in the list."""
    full = pa.schema([*schema, *PROVENANCE])
    where = {"source_place": "1", "source_sha256": "x", "period": "p", "retrieved_at": 0}
    where["figure_origin"] = "unknown"
    numbered = [{**where, "source_row": line, **row} for line, row in enumerate(rows, 1)]
    pq.write_table(pa.Table.from_pylist(numbered, full), path)
    return path


def differences(
    folder: Path, schema: pa.Schema, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        files = (
            stored(folder / "old.parquet", schema, old),
            stored(folder / "new.parquet", schema, new),
        )
        return compare(connection, "rows", schema, *files).to_pylist()


def brief(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = ("kind", "row_label", "measure", "column_name", "old_value", "new_value")
    return [tuple(row[name] for name in names) for row in found]


def country(ls: str, label: str, measure: str, value: int | None) -> dict[str, Any]:
    return {
        "reference_month": SEPTEMBER,
        "row_kind": "country",
        "continent": "Asien",
        "ls_code": ls,
        "row_label": label,
        "measure": measure,
        "value": value,
        "marker": "-" if value is None else None,
    }


SYRIA = country("475", "Syrien", "applications_first", 3911)
IRAQ = country("438", "Irak", "applications_first", 1216)
LABEL = "2021-09 | country | Asien | 475 | Syrien"


def test_equal_tables_differ_in_nothing_whatever_the_order(tmp_path: Path) -> None:
    assert differences(tmp_path, HKL["rows"], [SYRIA, IRAQ], [IRAQ, SYRIA]) == []


def test_one_corrected_number(tmp_path: Path) -> None:
    (found,) = differences(tmp_path, HKL["rows"], [SYRIA, IRAQ], [{**SYRIA, "value": 3941}, IRAQ])
    assert found == {
        "kind": "changed",
        "table_name": "rows",
        "row_key": '{"reference_month":"2021-09-01","row_kind":"country","continent":"Asien",'
        '"ls_code":"475","measure":"applications_first"}',
        "row_label": LABEL,
        "measure": "applications_first",
        "column_name": "value",
        "old_value": "3911",
        "new_value": "3941",
        "old_number": 3911.0,
        "new_number": 3941.0,
        "affected_rows": 1,
    }


def test_a_row_that_came_and_one_that_went(tmp_path: Path) -> None:
    came = [SYRIA, country("423", "Afghanistan", "applications_first", 2434)]
    assert brief(differences(tmp_path, HKL["rows"], [SYRIA, IRAQ], came)) == [
        (
            *("added", "2021-09 | country | Asien | 423 | Afghanistan"),
            *("applications_first", "value", None, "2434"),
        ),
        (
            *("removed", "2021-09 | country | Asien | 438 | Irak"),
            *("applications_first", "value", "1216", None),
        ),
    ]


def test_a_dash_that_became_a_number_shows_both_cells(tmp_path: Path) -> None:
    old = [country("475", "Syrien", "applications_first", None)]
    assert brief(differences(tmp_path, HKL["rows"], old, [SYRIA])) == [
        ("changed", LABEL, "applications_first", "marker", "-", None),
        ("changed", LABEL, "applications_first", "value", None, "3911"),
    ]


def test_a_name_that_changed_is_told_once_with_the_rows_that_bear_it(tmp_path: Path) -> None:
    measures = ("applications_first", "applications_follow_up", "applications_total")
    old = [country("475", "Syrien", measure, 1) for measure in measures]
    new = [country("475", "Syrien, Arabische Republik", measure, 1) for measure in measures]
    (found,) = differences(tmp_path, HKL["rows"], old, new)
    assert (found["column_name"], found["affected_rows"]) == ("row_label", 3)
    assert (found["old_value"], found["new_value"]) == ("Syrien", "Syrien, Arabische Republik")


def test_rows_without_a_part_of_the_key_are_the_same_row(tmp_path: Path) -> None:
    total = {**SYRIA, "row_kind": "total", "continent": None, "ls_code": None, "row_label": "All"}
    (found,) = differences(tmp_path, HKL["rows"], [total], [{**total, "value": 4000}])
    assert (found["kind"], found["row_label"]) == ("changed", "2021-09 | total | All")


def test_rows_of_one_key_are_matched_in_their_order_and_numbered(tmp_path: Path) -> None:
    old = [SYRIA, {**SYRIA, "value": 5}]
    found = differences(tmp_path, HKL["rows"], old, [SYRIA, {**SYRIA, "value": 6}])
    assert brief(found) == [
        ("changed", f"{LABEL} (2)", "applications_first", "value", "5", "6"),
    ]


def occupancy(places: int | None, **words: Any) -> dict[str, Any]:
    return {"reference_date": DAY, "pfad_id": "A", "plaetze_vertrag": places, **words}


def test_a_table_of_many_columns_names_the_column(tmp_path: Path) -> None:
    old = [occupancy(80, grund="Umbau", ueberbelegung_genehmigt=False)]
    new = [occupancy(82, grund=None, ueberbelegung_genehmigt=True)]
    assert brief(differences(tmp_path, TABLES["belegung"], old, new)) == [
        ("changed", "2021-08-15 | A", "grund", "grund", "Umbau", None),
        ("changed", "2021-08-15 | A", *["plaetze_vertrag"] * 2, "80", "82"),
        ("changed", "2021-08-15 | A", *["ueberbelegung_genehmigt"] * 2, "false", "true"),
    ]


def test_fractions_keep_their_decimals_and_whole_numbers_get_none(tmp_path: Path) -> None:
    old = [{"reference_date": DAY, "pfad_id": "A", "vk_fachkraft": 22.0, "vk_hilfskraft": 0.1}]
    new = [{"reference_date": DAY, "pfad_id": "A", "vk_fachkraft": 22.5, "vk_hilfskraft": 0.3}]
    found = differences(tmp_path, TABLES["personal"], old, new)
    assert [(row["old_value"], row["new_value"]) for row in found] == [
        ("22", "22.5"),
        ("0.1", "0.3"),
    ]


def test_a_table_nobody_gave_a_key_is_compared_line_by_line(tmp_path: Path) -> None:
    schema = pa.schema([text("name"), pa.field("places", pa.int64())])
    old, new = [{"name": "a", "places": 1}], [{"name": "a", "places": 2}]
    assert brief(differences(tmp_path, schema, old, new)) == [
        ("changed", "1 | 1", "places", "places", "1", "2")
    ]


def test_a_row_that_only_moved_is_no_change(tmp_path: Path) -> None:
    schema = keyed(pa.schema([text("name"), pa.field("line", pa.int32())]), "name")
    moved = keyed(schema, "name", positions=("line",))
    old, new = [{"name": "a", "line": 1}], [{"name": "a", "line": 2}]
    assert len(differences(tmp_path, schema, old, new)) == 1
    assert differences(tmp_path, moved, old, new) == []


def test_a_row_that_says_nothing_beside_its_key_is_listed_when_it_goes(tmp_path: Path) -> None:
    assert brief(differences(tmp_path, TABLES["belegung"], [occupancy(None)], [])) == [
        ("removed", "2021-08-15 | A", None, None, None, None)
    ]


def test_a_key_of_columns_that_are_not_there_is_refused_where_it_is_written() -> None:
    with pytest.raises(ValueError, match="does not have: \\['nmae'\\]"):
        keyed(pa.schema([text("name")]), "nmae")


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: entry.id)
def test_every_staged_table_says_what_tells_its_rows_apart(entry: Any) -> None:
    for name, schema in entry.load("tables").items():
        assert row_key(schema) is not None, f"{entry.id}: the table {name} has no key: keyed(...)"


FIRST_NIGHT = datetime(2021, 10, 15, 23, 10, tzinfo=UTC)


class Installation:
    """An installation with WTG workbooks of one date: ``places`` of one offer, a night each."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.landing = Landing(settings.landing, "wtg", "stichtag")
        self.staging = Staging(settings.staged, "wtg", "stichtag")
        self.nights = 0

    def stage(self, content: str, places: int) -> str:
        request = Request(identity="WTG_Stichtag_2021-08-15.xlsx", label="2021-08-15")
        now = FIRST_NIGHT + timedelta(days=self.nights)
        self.nights += 1
        landed, new = self.landing.land(
            content.encode(), request, run_id="night", licence="", now=now
        )
        if new:
            version = dataset("wtg/stichtag").version
            record = BatchRecord(
                "wtg", "stichtag", landed.sha256, "book", "2021-08-15", version, None, now
            )
            where = {
                "source_place": "Belegung",
                "source_row": 2,
                "source_sha256": landed.sha256,
                "period": "2021-08-15",
                "retrieved_at": now,
                "figure_origin": "unknown",
            }
            tables = {
                name: pa.Table.from_pylist(
                    [{**where, **occupancy(places)}] if name == "belegung" else [],
                    pa.schema([*schema, *PROVENANCE]),
                )
                for name, schema in TABLES.items()
            }
            self.staging.stage(record, tables, [], "{}")
        return landed.sha256

    def listed(self) -> list[tuple[Any, ...]]:
        """What the warehouse holds: old and new file, kind, old and new number."""
        cells = pq.read_table(self.settings.warehouse / FILE)
        assert cells.schema.equals(REVISED_CELLS)
        names = ("old_sha256", "new_sha256", "kind", "old_number", "new_number")
        return [tuple(row[name] for name in names) for row in cells.to_pylist()]


@pytest.fixture
def installation(settings: Settings) -> Installation:
    return Installation(settings)


def test_without_a_revision_nothing_is_compared_and_nothing_is_listed(
    installation: Installation,
) -> None:
    installation.stage("first", 80)
    assert write_revised_cells(installation.settings) == 0
    assert installation.listed() == []


def test_each_two_files_are_compared_once(installation: Installation) -> None:
    first, second = installation.stage("first", 80), installation.stage("second", 82)
    assert write_revised_cells(installation.settings) == 1
    assert installation.listed() == [(first, second, "changed", 80, 82)]
    third = installation.stage("third", 79)
    assert write_revised_cells(installation.settings) == 1
    assert write_revised_cells(installation.settings) == 0
    assert sorted(installation.listed(), key=lambda row: row[3]) == [
        (first, second, "changed", 80, 82),
        (second, third, "changed", 82, 79),
    ]


def test_going_back_to_the_first_file_is_a_revision_too(installation: Installation) -> None:
    first, second = installation.stage("first", 80), installation.stage("second", 82)
    assert installation.stage("first", 80) == first
    assert write_revised_cells(installation.settings) == 2
    assert {row[:2] for row in installation.listed()} == {(first, second), (second, first)}


def test_other_bytes_of_equal_cells_are_one_row_that_says_so(installation: Installation) -> None:
    first, second = installation.stage("first", 80), installation.stage("saved again", 80)
    write_revised_cells(installation.settings)
    assert installation.listed() == [(first, second, "reissued", None, None)]


def test_a_file_that_waits_for_the_present_parser_is_not_compared_yet(
    installation: Installation,
) -> None:
    installation.stage("first", 80)
    second = installation.stage("second", 82)
    record = installation.staging.record(second)
    assert record is not None
    older = BatchRecord(**{**vars(record), "version": record.version - 1})
    folder = installation.staging.folder / "2021-08-15" / second
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in TABLES}
    installation.staging.stage(older, tables, [], "{}")
    assert write_revised_cells(installation.settings) == 0
    assert installation.listed() == []


def test_a_file_staged_with_other_columns_is_not_compared_and_stops_nobody(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = installation.stage("first", 80), installation.stage("second", 82)
    third = installation.stage("third", 83)
    path = installation.staging.folder / "2021-08-15" / third / "belegung.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["plaetze_vertrag"]), path)
    write_revised_cells(installation.settings)
    assert installation.listed() == [(first, second, "changed", 80, 82)]
    assert "staged with other columns than today's" in caplog.text


def test_what_is_listed_of_a_file_that_is_no_longer_staged_goes(installation: Installation) -> None:
    installation.stage("first", 80)
    second = installation.stage("second", 82)
    write_revised_cells(installation.settings)
    remove_directory(installation.staging.folder / "2021-08-15" / second)
    write_revised_cells(installation.settings)
    assert installation.listed() == []


def test_all_are_compared_again_when_they_are_compared_differently(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.stage("first", 80)
    installation.stage("second", 82)
    write_revised_cells(installation.settings)
    monkeypatch.setattr(revisions, "METHOD", revisions.METHOD + 1)
    assert write_revised_cells(installation.settings) == 1
    assert len(installation.listed()) == 1


def test_looking_back_takes_over_what_the_night_has_compared(installation: Installation) -> None:
    installation.stage("first", 80)
    installation.stage("second", 82)
    write_revised_cells(installation.settings)
    back = settings_as_of(installation.settings, AsOf("2021-10-16"))
    assert write_revised_cells(back) == 0
    assert pq.read_table(back.warehouse / FILE).num_rows == 1


def test_status_counts_the_revisions_that_are_listed(installation: Installation) -> None:
    from pipeline.status import dataset_status

    for content, places in (("first", 80), ("second", 82), ("again", 82), ("first", 80)):
        installation.stage(content, places)
    (status,) = (
        status
        for status in dataset_status(installation.settings, DAY)
        if status.dataset.id == "wtg/stichtag"
    )
    found = [version.revision for version in versions_of(installation.settings, status.dataset)]
    assert (status.revisions, found) == (3, [1, 2, 3, 4])
    assert write_revised_cells(installation.settings) == 3
