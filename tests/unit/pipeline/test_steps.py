"""The two steps on real workbooks: landing, treating, quarantine, and doing it all again."""

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from kreishaus.datasets import dataset
from kreishaus.model import FileRejected, Landed, SourceUnavailable
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore
from pipeline.steps import FetchReport, Outcome, by_hand, fetch_new, process_file
from sample import azr

SERIES = "azr/series"
CROSSTABLE = "azr/crosstable"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sample")
    azr.write(target)
    return target / "drop" / "azr"


@pytest.fixture
def drop(settings: Settings, sample: Path) -> Path:
    folder = settings.drop_folder("azr")
    shutil.copytree(sample, folder)
    return folder


def workbook(drop: Path, pattern: str) -> Path:
    return next(drop.glob(pattern))


def change_one_cell(path: Path, old: object, new: object) -> None:
    """Change the first cell that holds ``old``."""
    book = openpyxl.load_workbook(path)
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    next(cell for cell in cells if cell.value == old).value = new
    book.save(path)


def night(settings: Settings, dataset_id: str, run_id: str) -> tuple[FetchReport, list[Outcome]]:
    report = fetch_new(dataset_id, settings, run_id)
    return report, [process_file(landed, settings) for landed in report.pending]


def test_a_missing_drop_folder_is_a_source_unavailable(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable, match=str(settings.drop_folder("azr"))):
        fetch_new(SERIES, settings, "night 1")


def test_the_second_night_lands_and_stages_nothing(settings: Settings, drop: Path) -> None:
    report, outcomes = night(settings, SERIES, "night 1")
    assert [outcome.status for outcome in outcomes] == ["staged"]
    before = sorted(settings.staged.rglob("*"))
    again, outcomes = night(settings, SERIES, "night 2")
    assert (again.offered, again.new, again.pending, outcomes) == (report.offered, (), (), [])
    assert sorted(settings.staged.rglob("*")) == before
    store = DatasetStore.of(settings, "azr", "series")
    (sha256,) = store.landing.hashes()
    assert [sighting.run_id for sighting in store.landing.sightings(sha256)] == [
        "night 1",
        "night 2",
    ]


def test_what_a_killed_run_landed_is_treated_though_nobody_offers_it_any_more(
    settings: Settings, drop: Path
) -> None:
    fetch_new(SERIES, settings, "killed before it was processed")
    workbook(drop, "*Zeitreihe*").unlink()
    report, (outcome,) = night(settings, SERIES, "night 2")
    assert (report.offered, outcome.status) == (0, "staged")


def test_a_new_version_of_the_parser_treats_every_landed_file_again(
    settings: Settings, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(settings, SERIES, "night 1")
    newer = replace(dataset(SERIES), version=dataset(SERIES).version + 1)
    monkeypatch.setattr("pipeline.steps.dataset", lambda _: newer)
    report, (outcome,) = night(settings, SERIES, "night 2")
    assert (report.new, outcome.status) == ((), "staged")
    (record,) = DatasetStore.of(settings, "azr", "series").staging.records()
    assert record.version == newer.version


def test_treating_twice_changes_nothing(settings: Settings, drop: Path) -> None:
    (landed,) = fetch_new(SERIES, settings, "night 1").pending
    process_file(landed, settings)
    written = {path: path.stat().st_mtime_ns for path in settings.staged.rglob("*")}
    assert process_file(landed, settings).status == "staged"
    assert {path: path.stat().st_mtime_ns for path in settings.staged.rglob("*")} == written


def test_one_wrong_cell_quarantines_the_file_and_the_last_good_one_stays(
    settings: Settings, drop: Path
) -> None:
    night(settings, CROSSTABLE, "night 1")
    store = DatasetStore.of(settings, "azr", "crosstable")
    (good,) = store.staging.records()
    change_one_cell(workbook(drop, "*Kreuz*"), 3399, 3389)
    report, (outcome,) = night(settings, CROSSTABLE, "night 2")
    assert len(report.new) == 1
    assert outcome.status == "quarantined"
    assert "sheet Kreuztabelle, row 12" in outcome.explanation
    assert "expected 6,029, found 6,039" in outcome.explanation
    assert list(store.staging.records()) == [good]
    (file,) = store.quarantine.files()
    assert file.record.sha256 != good.sha256
    assert (file.folder / "reason.txt").read_text().strip()


def test_a_quarantined_file_is_reported_each_night_until_it_is_mended(
    settings: Settings, drop: Path
) -> None:
    path = workbook(drop, "*Kreuz*")
    good = path.read_bytes()
    change_one_cell(path, 3399, 3389)
    night(settings, CROSSTABLE, "night 1")
    report, outcomes = night(settings, CROSSTABLE, "night 2")
    assert (len(report.in_quarantine), outcomes) == (1, [])
    path.write_bytes(good)
    report, (outcome,) = night(settings, CROSSTABLE, "night 3")
    assert (report.in_quarantine, outcome.status) == ((), "staged")


def rest(path: Path) -> None:
    """Nobody has written to the file for an hour: it is not being copied any more."""
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))


def test_a_file_that_is_no_workbook_stops_nobody(settings: Settings, drop: Path) -> None:
    broken = workbook(drop, "*Zeitreihe*")
    torn = drop / broken.name.replace("2021-09-30", "2021-06-30")
    torn.write_bytes(b"PK\x03\x04 torn")
    rest(torn)
    report = fetch_new(SERIES, settings, "night 1")
    statuses = sorted(process_file(landed, settings).status for landed in report.pending)
    assert statuses in (["quarantined", "staged"], ["staged"])
    assert len(report.pending) + len(report.refused) == 2


def test_a_refused_file_leaves_no_trace(settings: Settings, drop: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["AZR-Nummer", "Name", "Geburtsdatum"])
    sheet.append(["123456789012", "Mustermann", "01.02.1990"])
    listing = workbook(drop, "*Zeitreihe*").with_name("AZR_Zeitreihe_2021-06-30.xlsx")
    book.save(listing)
    report = fetch_new(SERIES, settings, "night 1")
    assert len(report.refused) == 1
    assert "Mustermann" not in report.refused[0]
    assert len(report.pending) == 1
    kept = b"".join(path.read_bytes() for path in settings.landing.rglob("*") if path.is_file())
    assert listing.read_bytes() not in kept
    with pytest.raises(FileRejected):
        by_hand(SERIES, listing, settings, "by hand")


def test_a_correction_by_hand_comes_into_force_and_the_old_file_does_not_displace_it(
    settings: Settings, drop: Path, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    from kreishaus.store.batches import write_batches

    night(settings, CROSSTABLE, "night 1")
    correction = tmp_path / "Korrektur.xlsx"
    shutil.copy(workbook(drop, "*Kreuz*"), correction)
    book = openpyxl.load_workbook(correction)
    book.worksheets[0].title = "Korrektur"
    book.save(correction)
    assert by_hand(CROSSTABLE, correction, settings, "by hand").status == "staged"
    night(settings, CROSSTABLE, "night 2")
    assert write_batches(settings) == 2
    batches = pq.read_table(settings.warehouse / "batches.parquet").to_pylist()
    newest = max(batches, key=lambda batch: batch["in_force_from"])
    assert newest["label"] == "AZR_Kreuztabelle_2021-09-30.csv"


def test_a_dataset_that_does_not_exist_names_those_that_do(settings: Settings) -> None:
    with pytest.raises(KeyError, match="bamf/hkl"):
        fetch_new("bamf/nothing", settings, "night 1")
    with pytest.raises(FileNotFoundError):
        process_file(Landed("azr", "series", "0" * 64, "never landed"), settings)


def test_a_dropped_file_larger_than_any_table_is_not_read(settings: Settings, drop: Path) -> None:
    small = settings.http.model_copy(update={"largest_mebibytes": 1})
    large = workbook(drop, "*Zeitreihe*")
    os.truncate(large, 2**20 + 1)
    rest(large)
    report = fetch_new(SERIES, settings.model_copy(update={"http": small}), "night 1")
    assert report.pending == ()
    assert "expected 1048576 bytes at most, found 1048577" in report.unavailable[0]
    assert "largest_mebibytes in county.toml" in report.unavailable[0]
    assert not report.may_heal
