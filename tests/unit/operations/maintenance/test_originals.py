"""Register files of earlier homes: listed, closed, and replaced by their canonical tables."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from azr_workbooks import (
    CROSSTABLE,
    MUNICIPALITIES,
    SERIES,
    as_text,
    as_xlsx,
    sample,
    table_of,
)
from kills import FINISHED, run_until

from kreishaus.datasets import dataset, datasets_of
from kreishaus.folder_formats import write_format
from kreishaus.local_time import HERE
from kreishaus.model import Landed, Request
from kreishaus.settings import Settings
from kreishaus.store.batches import versions_of, write_batches
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.landing import Landing
from kreishaus.store.originals import all_originals, deadline
from operations.maintenance.backup.prune import erased_files
from operations.maintenance.migrations import pending, upgrade
from operations.maintenance.originals import Done, reduce_originals
from operations.maintenance.retention.landed import tombstone
from operations.maintenance.retention.plan import plan
from pipeline.issues import issues
from pipeline.status import dataset_status
from pipeline.steps import fetch_new, process_file
from warehouse import audit

NAME = "Schlüsselblum"
NOW = datetime.now(UTC)
AT = tuple(datetime(2021, 12, day, 2, tzinfo=UTC) for day in range(1, 8))


def landed(
    settings: Settings, dataset_id: str, content: bytes, label: str, *seen: datetime
) -> Landed:
    """A file as earlier code took it in: its bytes land, and it is staged or put aside."""
    source, name = dataset_id.split("/")
    landing = Landing(settings.landing, source, name)
    request = Request(
        f"azr/drop/{label}", label, path=f"/share/azr/{label}", extension=label.rpartition(".")[2]
    )
    for moment in seen:
        file, _ = landing.land(content, request, run_id=f"{moment:%d}", licence="azrg", now=moment)
    process_file(file, settings)
    return file


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of a cross table, seen in turns, a series of an odd name, one in quarantine."""
    settings = Settings(home=tmp_path_factory.mktemp("made") / "var")
    first, second = sample(CROSSTABLE), as_xlsx(table_of(CROSSTABLE))
    landed(settings, "azr/crosstable", first, CROSSTABLE, *AT[:2])
    landed(settings, "azr/crosstable", second, CROSSTABLE, *AT[2:4])
    landed(settings, "azr/crosstable", first, CROSSTABLE, AT[4])
    wrong = table_of(CROSSTABLE).with_value(12, 4, 3389)
    landed(settings, "azr/crosstable", as_text(wrong), f"Kreuztabelle_{NAME}.csv", AT[5])
    landed(settings, "azr/series", sample(SERIES), f"Zeitreihe {NAME}.xlsx", *AT[:3])
    landed(settings, "azr/municipalities", sample(MUNICIPALITIES), MUNICIPALITIES, AT[0])
    write_format(settings.landing, 3)
    return settings.home


@pytest.fixture
def home(settings: Settings, made: Path) -> Settings:
    """A copy of ``made``: making it judges five files."""
    shutil.copytree(made, settings.home, symlinks=True)
    return settings


def upgraded(settings: Settings) -> Settings:
    assert len(list(upgrade(settings))) == 2  # the files of offices, and who made their figures
    return settings


def reduced(settings: Settings) -> list[Done]:
    return list(reduce_originals(settings, confirmed=True))


def rows(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every version, with all but the hash of its file, in the order in force."""
    found = {}
    for entry in datasets_of("azr"):
        for version in versions_of(settings, entry):
            record = version.record
            folder = settings.staged / "azr" / entry.name / str(record.period) / record.sha256
            table = pq.read_table(folder / "cells.parquet").drop_columns(["source_sha256"])
            key = f"{entry.id} {record.period} {version.revision} {version.in_force_from}"
            found[key] = sorted(
                map(repr, zip(*(column.to_pylist() for column in table.columns), strict=True))
            )
    return found


def batches(settings: Settings) -> list[dict[str, object]]:
    write_batches(settings)
    found = pq.read_table(settings.warehouse / "batches.parquet").to_pylist()
    return [
        {name: value for name, value in one.items() if name not in ("source_sha256", "label")}
        for one in found
    ]


def raw(settings: Settings) -> list[Path]:
    """What in landing and quarantine is no text of ours: the files of offices."""
    texts = (".json", ".jsonl", ".gz", ".tombstone", ".since", ".txt", ".parquet")
    files = [path for floor in (settings.landing, settings.quarantine) for path in floor.rglob("*")]
    return [
        path
        for path in files
        if path.is_file()
        and path.suffix not in texts
        and not path.name.startswith(".tmp-")  # half a table of ours; `maintenance` sweeps it away
        and not path.read_bytes().startswith(b"form;dataset;")
    ]


def test_an_upgrade_closes_the_files_and_says_until_when(home: Settings) -> None:
    step, _ = pending(home)
    assert "readable" not in step.about  # what it is going to do, in a line
    assert "Close the register's own files" in step.about
    upgraded(home)
    assert len(all_originals(home)) == 5
    assert {path.stat().st_mode & 0o077 for path in raw(home)} == {0}
    by = deadline(home, dataset("azr/series"))
    assert by == datetime.now(HERE).date() + timedelta(days=90)
    assert NAME not in "".join(one.words for one in all_originals(home))
    again = deadline(home, dataset("azr/series"))
    write_format(home.landing, 3)
    upgraded(home)
    assert deadline(home, dataset("azr/series")) == again


def test_status_lists_them_and_is_red_after_the_deadline(home: Settings) -> None:
    assert not [one for one in said(home, NOW) if one.kind == "originals"]
    upgraded(home)
    found = [one for one in said(home, NOW) if one.kind == "originals"]
    assert [one.severity for one in found] == ["yellow"] * 3
    assert "3 files lie here as an office made them" in found[0].why
    late = [one for one in said(home, NOW + timedelta(days=92)) if one.kind == "originals"]
    assert [one.severity for one in late] == ["red"] * 3
    reduced(home)
    assert not [one for one in said(home, NOW) if one.kind == "originals"]


def said(settings: Settings, now: datetime):
    return issues(dataset_status(settings, now.date(), source="azr"), settings, now)


def test_without_the_countys_word_nothing_changes(home: Settings) -> None:
    upgraded(home)
    before = {path: path.read_bytes() for path in home.landing.rglob("*") if path.is_file()}
    done = list(reduce_originals(home, confirmed=False))
    assert {one.why for one in done} == {"it can be reduced"}
    assert {path: path.read_bytes() for path in home.landing.rglob("*") if path.is_file()} == before


def test_the_tables_are_the_same_versions_at_the_same_times(home: Settings) -> None:
    upgraded(home)
    before, in_force = rows(home), batches(home)
    assert [key.rsplit(" ", 2)[0][-1] for key in before if "crosstable" in key] == ["1", "2", "3"]
    assert {one.why for one in reduced(home)} == {""}
    assert rows(home) == before
    assert batches(home) == in_force
    assert raw(home) == []
    assert all_originals(home) == []
    for entry in datasets_of("azr"):
        DatasetStore.of(home, "azr", entry.name).landing.index.rebuild()
    assert batches(home) == in_force


def test_a_tombstone_says_what_stands_in_the_files_place(home: Settings) -> None:
    upgraded(home)
    reduced(home)
    landing = Landing(home.landing, "azr", "series")
    (buried,) = landing.tombstones()
    assert (buried.what, buried.period, buried.label) == (
        "reduced",
        "all",
        "AZR_Zeitreihe_2021-09-30.csv",
    )
    assert buried.replaced_by is not None
    assert landing.sidecar(buried.replaced_by).retrieved_at == AT[0]
    seen = [one.seen_at for one in landing.sightings(buried.replaced_by)]
    assert seen == list(AT[:3])
    deletions = [one for one in audit.entries(home) if one.document["action"] == "delete"]
    assert len(deletions) == 5
    assert buried.sha256 in erased_files(home)  # the backup lets its snapshots go
    assert not [one for one in plan(home, AT[6]) if one.kind == "landed"]


def test_no_name_of_a_file_stays(home: Settings) -> None:
    upgraded(home)
    reduced(home)
    found = b"".join(
        str(path).encode() + (path.read_bytes() if path.is_file() else b"")
        for path in (*home.landing.rglob("*"), *home.staged.rglob("*"), *home.quarantine.rglob("*"))
    )
    assert NAME.encode() not in found
    assert f"azr/drop/{CROSSTABLE}".encode() in found  # made of known words: it stays


def test_the_name_of_a_file_that_a_rule_deleted_goes_too(home: Settings) -> None:
    """Its figures stay, at the same time as before."""
    landing = Landing(home.landing, "azr", "series")
    (sha256,) = landing.hashes()
    landing.bury(tombstone(landing, sha256, "bytes", "a rule", "a reason of some length", AT[6]))
    upgraded(home)
    before, in_force = rows(home), batches(home)
    reduced(home)
    assert (rows(home), batches(home)) == (before, in_force)
    assert (landing.sidecar(sha256).label, landing.sidecar(sha256).offered_as) == (
        "Zeitreihe",
        "/share/azr",
    )
    (record,) = DatasetStore.of(home, "azr", "series").staging.records()
    assert record.label == "Zeitreihe"
    folders = (landing.folder, home.staged / "azr")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if NAME.encode() in path.read_bytes()]


def test_a_file_that_waits_is_not_landed_a_second_time(home: Settings) -> None:
    """An office goes on offering what earlier code landed: before, and after it was reduced."""
    upgraded(home)
    folder = home.drop_folder("azr")
    folder.mkdir(parents=True)
    (folder / CROSSTABLE).write_bytes(sample(CROSSTABLE))
    for _ in range(2):
        report = fetch_new("azr/crosstable", home, "night")
        assert (report.offered, report.new, report.refused) == (1, (), ())
        assert len(list(versions_of(home, dataset("azr/crosstable")))) == 3
        reduced(home)


def test_a_file_in_quarantine_is_looked_at_anew_when_it_is_offered(home: Settings) -> None:
    """Its table is in quarantine, too; reduced, both are one."""
    upgraded(home)
    folder = home.drop_folder("azr")
    folder.mkdir(parents=True)
    wrong = as_text(table_of(CROSSTABLE).with_value(12, 4, 3389))
    (folder / f"Kreuztabelle_{NAME}.csv").write_bytes(wrong)
    report = fetch_new("azr/crosstable", home, "night")
    assert [process_file(one, home).status for one in report.pending] == ["quarantined"]
    store = DatasetStore.of(home, "azr", "crosstable")
    assert len(list(store.quarantine.files())) == 2
    reduced(home)
    assert len(list(store.quarantine.files())) == 1


def changed_rows(settings: Settings) -> None:
    """A staged row says something that the file does not."""
    for path in (settings.staged / "azr" / "series" / "all").glob("*/cells.parquet"):
        table = pq.read_table(path)
        values = table["value"].to_pylist()
        values[0] += 1
        column = table.schema.get_field_index("value")
        pq.write_table(table.set_column(column, table.schema.field(column), [values]), path)


def damaged(settings: Settings) -> None:
    landing = Landing(settings.landing, "azr", "series")
    for sha256 in landing.readable():
        landing.path(sha256).write_bytes(b"PK\x03\x04 torn")


@pytest.mark.parametrize(
    ("harm", "why"),
    [(changed_rows, "2 staged rows are not reproduced"), (damaged, "its table cannot be made")],
)
def test_a_file_that_is_not_reproduced_stays_with_the_reason(
    home: Settings, harm: Callable[[Settings], None], why: str
) -> None:
    upgraded(home)
    harm(home)
    stays = [one for one in reduced(home) if not one.reduced]
    assert [one.original.entry.id for one in stays] == ["azr/series"]
    assert why in stays[0].why
    assert [one.entry.id for one in all_originals(home)] == ["azr/series"]
    assert deadline(home, dataset("azr/series")) is not None
    assert deadline(home, dataset("azr/crosstable")) is None


@pytest.mark.timeout(300)
def test_killed_at_any_instant_nothing_is_lost(settings: Settings, tmp_path: Path) -> None:
    """At each third file operation; what was begun is finished by the next call."""
    label = f"Gemeinden {NAME}.xlsx"
    landed(settings, "azr/municipalities", sample(MUNICIPALITIES), label, AT[0])
    upgrade_all(settings)
    before, in_force = rows(settings), batches(settings)
    shutil.copytree(settings.home, tmp_path / "before")
    for operation in range(1, 400, 3):
        shutil.rmtree(settings.home)
        shutil.copytree(tmp_path / "before", settings.home)
        ended = run_until(operation, lambda: reduced(settings), settings.home)
        assert rows(settings) == before
        assert batches(settings) == in_force
        if ended == FINISHED:
            break
        reduced(settings)
        assert rows(settings) == before
        assert raw(settings) == []
        assert all_originals(settings) == []
    assert operation > 20


def upgrade_all(settings: Settings) -> None:
    write_format(settings.landing, 3)
    upgraded(settings)


def test_two_files_with_one_table_are_one_version(settings: Settings) -> None:
    """Saved again under another name: the bytes differ, the table does not."""
    text = as_text(table_of(CROSSTABLE))
    landed(settings, "azr/crosstable", text, CROSSTABLE.replace("xlsx", "csv"), AT[0])
    landed(settings, "azr/crosstable", text + b"\n", CROSSTABLE.replace("xlsx", "csv"), AT[1])
    upgrade_all(settings)
    assert [one.reduced for one in reduced(settings)] == [True, True]
    (version,) = versions_of(settings, dataset("azr/crosstable"))
    assert version.in_force_from == AT[0]
    assert replace(version, revision=1) == version


def test_the_table_of_a_file_says_who_made_its_figures(settings: Settings) -> None:
    """The upgrade has written the word into sidecar and rows: the table must reproduce it."""
    landed(settings, "azr/crosstable", as_text(table_of(CROSSTABLE)), CROSSTABLE, AT[0])
    store = DatasetStore.of(settings, "azr", "crosstable")
    (sha256,) = store.landing.hashes()
    store.landing.relabel(sha256, "official", f"azr/drop/{CROSSTABLE}")
    store.staging.relabel(sha256, "official")
    write_format(settings.landing, 3)
    upgraded(settings)
    reduced(settings)
    assert all_originals(settings) == []
    assert [record.figure_origin for record in store.staging.records()] == ["official"]
