"""From the drop folder into the home: the canonical table alone, and the original nowhere."""

import gzip
import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from azr_workbooks import CROSSTABLE, SERIES, as_xlsx, sample, saved, table_of, with_cell

from ingest.azr import reduction
from kreishaus.datasets import dataset
from kreishaus.model import FileRejected
from kreishaus.settings import Settings
from kreishaus.store.batches import versions_of
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.landing import Landing
from operations.maintenance.retention.landed import tombstone
from pipeline.steps import by_hand, fetch_new, process_file
from vocabulary import statuses
from warehouse.revisions import pairs

LANDED = "AZR_Kreuztabelle_2021-09-30.csv"
OFFICER, AUTHOR, NAME = "Roswitha Probebeamtin", "Kunigunde.Verfasserin", "Schlüsselblum"


@pytest.fixture
def installation(tmp_path: Path) -> Settings:
    """An installation whose drop folder lies outside of its home folder."""
    folder = tmp_path / "share"
    folder.mkdir()
    return Settings(home=tmp_path / "var", sources="live", source={"azr": {"drop_folder": folder}})


@pytest.fixture
def drop(installation: Settings) -> Path:
    return installation.drop_folder("azr")


@pytest.fixture
def store(installation: Settings) -> DatasetStore:
    return DatasetStore.of(installation, "azr", "crosstable")


def night(settings: Settings, run_id: str = "night", dataset_id: str = "azr/crosstable"):
    report = fetch_new(dataset_id, settings, run_id)
    return report, [process_file(landed, settings) for landed in report.pending]


def letter() -> bytes:
    """The cross table as an office sends it: a letterhead, an author, somebody who saved it."""
    book = openpyxl.load_workbook(io.BytesIO(sample(CROSSTABLE)))
    sheet = book.worksheets[0]
    sheet["A2"] = f"Auskunft erteilt: Frau {OFFICER}"
    book.properties.creator = AUTHOR
    book.properties.lastModifiedBy = AUTHOR
    return saved(book)


def everything(home: Path) -> bytes:
    """Every name and every byte under a folder, and what is in archives and Parquet files."""
    found = []
    for path in sorted(home.rglob("*")):
        found.append(str(path.relative_to(home)).encode())
        if not path.is_file():
            continue
        content = path.read_bytes()
        found.append(content)
        if path.suffix == ".gz":
            found.append(gzip.decompress(content))
        if path.suffix == ".parquet":
            found.append(repr(pq.read_table(path).to_pylist()).encode())
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                found += [archive.read(name) for name in archive.namelist()]
    return b"\n".join(found)


def test_nothing_of_the_original_is_under_the_home_folder(installation, drop, store, caplog):
    path = drop / f"Kreuztabelle {NAME} 2021-09-30.xlsx"
    path.write_bytes(letter())
    report, (outcome,) = night(installation)
    assert report.refused == ()
    assert (outcome.status, outcome.landed.label) == ("staged", LANDED)
    night(installation, "night 2")
    kept = everything(installation.home)
    told = kept + caplog.text.encode()
    for secret in (OFFICER, "Probebeamtin", AUTHOR, "Verfasserin", NAME, path.name):
        assert secret.encode() not in told
        assert secret.encode("utf-16-le") not in kept
    assert path.read_bytes() not in kept
    (sha256,) = store.landing.hashes()
    assert store.landing.path(sha256).suffix == ".csv"


def test_a_table_in_quarantine_lies_there_as_canonical_table(installation, drop, store):
    (drop / CROSSTABLE).write_bytes(
        as_xlsx(table_of(CROSSTABLE).with_value(12, 4, 3389).with_value(3, 1, "Stand: 30.09.2021"))
    )
    _, (outcome,) = night(installation)
    assert outcome.status == "quarantined"
    (file,) = store.quarantine.files()
    lines = (file.folder / LANDED).read_text().splitlines()
    assert lines[0].startswith("form;dataset;reference_date;row;column;count;marker;")
    assert (drop / CROSSTABLE).read_bytes() not in everything(installation.home)


def test_what_cannot_be_read_is_told_by_place_and_not_by_name(installation, drop, caplog):
    """A link that leads out of the folder, and a file that is too large."""
    (drop / f"Kreuztabelle {NAME}.xlsx").symlink_to("/etc/hostname")
    with (drop / f"Kreuztabelle {NAME} 2.xlsx").open("wb") as large:
        os.truncate(large.fileno(), 2**20 + 1)
    http = installation.http.model_copy(update={"largest_mebibytes": 1})
    (drop / f"{NAME}.txt").write_text("not for us")
    report = fetch_new("azr/crosstable", installation.model_copy(update={"http": http}), "night")
    assert len(report.unavailable) == 2
    assert NAME.encode() not in everything(installation.home)
    assert NAME not in caplog.text + str(report)


def test_an_unchanged_file_is_recognised_once(installation, drop, store, monkeypatch):
    (drop / CROSSTABLE).write_bytes(sample(CROSSTABLE))
    night(installation, "night 1")

    def never(*_: object) -> None:
        raise AssertionError("recognised a second time")

    monkeypatch.setattr(reduction, "refuse_person_level", never)
    report, outcomes = night(installation, "night 2")
    assert (report.offered, report.new, report.refused, outcomes) == (1, (), (), [])
    (sha256,) = store.landing.hashes()
    sightings = list(store.landing.sightings(sha256))
    assert [one.run_id for one in sightings] == ["night 1", "night 2"]
    assert len({one.reduction.original for one in sightings}) == 1


@pytest.fixture
def aliases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the list of aliases, in place of the shipped one."""
    copy = tmp_path / "status_aliases.csv"
    copy.write_bytes(statuses.ALIAS_FILE.read_bytes())
    monkeypatch.setattr(statuses, "ALIAS_FILE", copy)
    statuses._table.cache_clear()
    yield copy
    statuses._table.cache_clear()


def test_an_alias_that_was_added_lets_the_refused_file_in(installation, drop, aliases):
    label = "Niederlassungserlaubnis aus Resettlement, neue Wendung"
    (drop / CROSSTABLE).write_bytes(with_cell(CROSSTABLE, "B9", label))
    for run_id in ("night 1", "night 2"):
        assert len(night(installation, run_id)[0].refused) == 1
    with aliases.open("a", encoding="utf-8") as lines:
        lines.write(f"{label};settlement_26_3_s2_resettlement;;\n")
    statuses._table.cache_clear()
    report, (outcome,) = night(installation, "night 3")
    assert (report.refused, outcome.status) == ((), "staged")


def test_a_better_recogniser_with_the_same_counts_makes_no_version(
    installation, drop, store, monkeypatch
):
    (drop / CROSSTABLE).write_bytes(sample(CROSSTABLE))
    night(installation, "night 1")
    before = list(store.landing.hashes())
    monkeypatch.setattr(reduction, "RECOGNISER", reduction.RECOGNISER + 1)
    monkeypatch.setattr(reduction, "is_known", lambda *_: False)  # sheets are called otherwise
    report, outcomes = night(installation, "night 2")
    assert (report.new, report.refused, outcomes) == ((), (), [])
    assert list(store.landing.hashes()) == before
    assert len(list(versions_of(installation, dataset("azr/crosstable")))) == 1
    assert list(pairs(installation)) == []
    first, second = store.landing.sightings(before[0])
    assert first.reduction.counts == second.reduction.counts
    assert first.reduction.inputs != second.reduction.inputs
    monkeypatch.setattr(reduction, "refuse_person_level", None)
    assert night(installation, "night 3")[0].refused == ()  # it is known under the new inputs


def test_a_better_recogniser_with_another_count_makes_one(installation, drop, monkeypatch):
    (drop / CROSSTABLE).write_bytes(sample(CROSSTABLE))
    night(installation, "night 1")
    monkeypatch.setattr(reduction, "RECOGNISER", reduction.RECOGNISER + 1)
    read_office = reduction.read_office

    def better(*arguments):
        batch = read_office(*arguments)
        cells = batch.tables["cells"].copy()
        pair = cells.index[cells["value"] > 5][:1]
        cells.loc[pair, "marker"], cells.loc[pair, "value"] = "x", None
        return replace(batch, tables={"cells": cells})

    monkeypatch.setattr(reduction, "read_office", better)
    report, _ = night(installation, "night 2")
    assert len(report.new) == 1


def test_a_correction_and_the_way_back_are_versions(installation, drop):
    path = drop / CROSSTABLE
    first, second = sample(CROSSTABLE), as_xlsx(table_of(CROSSTABLE))
    for number, content in enumerate((first, second, first)):
        path.write_bytes(content)
        night(installation, f"night {number}")
    found = list(versions_of(installation, dataset("azr/crosstable")))
    assert [one.revision for one in found] == [1, 2, 3]
    assert found[0].record.sha256 == found[2].record.sha256 != found[1].record.sha256


def test_two_files_of_one_day_with_odd_names_do_not_displace_one_another(installation, drop):
    (drop / f"Kreuztabelle {NAME} 1.xlsx").write_bytes(sample(CROSSTABLE))
    (drop / f"Kreuztabelle {NAME} 2.xlsx").write_bytes(as_xlsx(table_of(CROSSTABLE)))
    for number in range(3):
        night(installation, f"night {number}")
    found = list(versions_of(installation, dataset("azr/crosstable")))
    assert [one.revision for one in found] == [1, 2]


def test_an_erased_table_is_refused_under_another_recogniser_too(
    installation, drop, store, monkeypatch
):
    (drop / CROSSTABLE).write_bytes(sample(CROSSTABLE))
    _, (outcome,) = night(installation)
    sha256 = outcome.landed.sha256
    now = store.landing.sidecar(sha256).retrieved_at
    store.landing.bury(tombstone(store.landing, sha256, "figures", "rule", "reason", now))
    for recogniser in (reduction.RECOGNISER, reduction.RECOGNISER + 1):
        monkeypatch.setattr(reduction, "RECOGNISER", recogniser)
        (refusal,) = fetch_new("azr/crosstable", installation, "night").refused
        assert "was erased on" in refusal
    assert not store.landing.path(sha256).exists()


def test_the_settings_are_handed_over(installation, drop, monkeypatch):
    """Not those of the process: two counties may share one."""
    (drop / CROSSTABLE).write_bytes(sample(CROSSTABLE))
    (drop / "AZR_Gemeinden_2021-03-31.xlsx").write_bytes(sample("AZR_Gemeinden_2021-03-31.xlsx"))
    other = installation.county.model_copy(
        update={"ags": "05166", "name": "Kreis Viersen", "also_called": (), "municipalities": {}}
    )
    report = fetch_new(
        "azr/municipalities", installation.model_copy(update={"county": other}), "night"
    )
    assert len(report.refused) == 1
    assert not list(Landing(installation.landing, "azr", "municipalities").hashes())


def test_a_file_by_hand_leaves_its_name_nowhere(installation, tmp_path, store):
    path = tmp_path / f"{NAME}.xlsx"
    path.write_bytes(letter())
    assert by_hand("azr/crosstable", path, installation, "by hand").status == "staged"
    assert NAME.encode() not in everything(installation.home)
    path.write_bytes(with_cell(CROSSTABLE, "R9", OFFICER))
    with pytest.raises(FileRejected) as refusal:
        by_hand("azr/crosstable", path, installation, "by hand")
    assert OFFICER not in str(refusal.value)


def test_a_series_named_after_a_day_that_it_does_not_reach_warns_as_before(installation, drop):
    (drop / "AZR_Zeitreihe_2021-12-31.xlsx").write_bytes(sample(SERIES))
    _, (outcome,) = night(installation, dataset_id="azr/series")
    assert outcome.status == "staged"
    assert [finding.rule for finding in outcome.findings] == ["newest_date"]
