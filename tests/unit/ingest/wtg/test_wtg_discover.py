"""What the WTG drop folder offers, and which of two files of one date stands for it."""

import logging
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from wtg_workbooks import book, put, small

from ingest.drop_folder import COPYING_SECONDS
from ingest.http import Client
from ingest.wtg.discover import register_exports, workbooks
from kreishaus.model import SourceUnavailable
from kreishaus.settings import Settings
from kreishaus.store.batches import write_batches
from kreishaus.store.staging import Staging
from pipeline.steps import fetch_new, process_file

NAME = "WTG_Stichtag_2021-08-15.xlsx"
CORRECTED = "WTG_Stichtag_2021-08-15_korrigiert.xlsx"
RENAMED = "WTG_Stichtag_2021-08-15 alt.xlsx"


@pytest.fixture
def folder(settings: Settings) -> Path:
    folder = settings.drop_folder("wtg")
    folder.mkdir(parents=True)
    return folder


def labels(settings: Settings) -> list[str]:
    return [request.label for request in workbooks(settings, Client(), "stichtag")]


def drop(path: Path, content: bytes, day: int) -> None:
    """A file that was last changed on a day of September 2021."""
    path.write_bytes(content)
    changed = datetime(2021, 9, day, tzinfo=UTC).timestamp()
    os.utime(path, (changed, changed))


def test_a_folder_that_is_not_there_is_named(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable, match=r"drop/wtg cannot be read \(No such file"):
        labels(settings)


def test_only_the_authority_s_files_the_oldest_first(
    settings: Settings, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = book(small())
    for day, name in enumerate(
        (
            "WTG_Stichtag_2021-08-15.xlsx",
            "WTG_Stichtag_2021-05-15.xlsx",
            "wtg stichtag 15.02.2021.xlsx",
            "WTG_Stichtag_2020-11-15.zip",
            "WTG_Stichtag_2020-08-15.xls",
            "~$WTG_Stichtag_2021-08-15.xlsx",
            ".WTG_Stichtag_2021-11-15.xlsx",
            "Thumbs.db",
            "WTG_Stichtag_2021-11-15.xlsx.part",
            "WTG_Register_2021-08-15.csv",
            "Protokoll.docx",
        ),
        start=1,
    ):
        drop(folder / name, content, day)
    (folder / "WTG_Stichtag_2020-05-15").mkdir()
    with caplog.at_level(logging.WARNING):
        assert labels(settings) == [
            "WTG_Stichtag_2020-05-15",  # a folder: offered, and refused by name
            "WTG_Stichtag_2021-08-15.xlsx",
            "WTG_Stichtag_2021-05-15.xlsx",
            "wtg stichtag 15.02.2021.xlsx",
            "WTG_Stichtag_2020-11-15.zip",
            "WTG_Stichtag_2020-08-15.xls",
        ]
    not_read = [record.getMessage() for record in caplog.records if "not opened" in record.msg]
    assert len(not_read) == 2
    assert all("by name, saved" in one and "Protokoll" not in one for one in not_read)
    assert [request.label for request in register_exports(settings, Client(), "register")] == [
        "WTG_Register_2021-08-15.csv"
    ]


@pytest.mark.parametrize("name", [NAME, "WTG_Stichtag_2021-08-15.zip"])
def test_a_file_still_being_copied_waits_and_a_broken_one_does_not(
    settings: Settings, folder: Path, name: str
) -> None:
    content = book(small())
    half = folder / name
    half.write_bytes(content[: len(content) // 2])
    assert labels(settings) == []
    long_ago = time.time() - COPYING_SECONDS - 1
    os.utime(half, (long_ago, long_ago))
    assert labels(settings) == [half.name]
    half.write_bytes(content)
    assert labels(settings) == [half.name]


def test_a_csv_shows_no_end_and_waits_until_it_rests(settings: Settings, folder: Path) -> None:
    path = folder / "WTG_Register_2021-08-15.csv"
    path.write_text("name;plz;ort\nHaus;41460;Neuss\n")
    assert register_exports(settings, Client(), "register") == []
    long_ago = time.time() - COPYING_SECONDS - 1
    os.utime(path, (long_ago, long_ago))
    assert len(register_exports(settings, Client(), "register")) == 1


def test_a_request_names_the_file(settings: Settings, folder: Path) -> None:
    path = folder / NAME
    path.write_bytes(book(small()))
    (request,) = workbooks(settings, Client(), "stichtag")
    assert (request.path, request.url, request.extension) == (str(path), None, "xlsx")


def vacant(places: int) -> bytes:
    """The workbook with this many vacant places in the first home, of 80."""
    sheets = put(small(), "Belegung", 2, "plaetze_belegt", 80 - places)
    sheets = put(sheets, "Belegung", 2, "plaetze_nicht_belegt", places)
    return book(put(sheets, "Bewohner", 2, "pg3", 30 - places))


FIRST, SECOND = vacant(5), vacant(6)


def night(settings: Settings) -> list[str]:
    """A night: what is offered, landed and processed. The labels of what was offered."""
    offered = labels(settings)
    for landed in fetch_new("wtg/stichtag", settings, "night").pending:
        assert process_file(landed, settings).status == "staged"
    return offered


def batches(settings: Settings) -> list[dict]:
    write_batches(settings)
    rows = pq.read_table(settings.warehouse / "batches.parquet").to_pylist()
    return sorted(rows, key=lambda row: row["in_force_from"])


def in_force(settings: Settings) -> list[int]:
    """The vacant places of the first home in the files that came into force, oldest first."""
    staging = Staging(settings.staged, "wtg", "stichtag")
    found = []
    for row in batches(settings):
        folder = staging.folder / row["period"] / row["source_sha256"]
        table = pq.read_table(folder / "belegung.parquet").to_pylist()
        found.append(table[0]["plaetze_nicht_belegt"])
    return found


def test_the_later_of_two_files_of_a_date_is_in_force_both_stay_and_no_night_changes_it(
    settings: Settings, folder: Path
) -> None:
    # Its name would sort first: the day of its last change counts.
    corrected = "WTG_Stichtag_2021-08-15 (Korrektur).xlsx"
    drop(folder / corrected, SECOND, 2)
    drop(folder / NAME, FIRST, 1)
    assert night(settings) == [NAME, corrected]
    for _ in range(2):
        assert night(settings) == [corrected]
    assert in_force(settings) == [5, 6]
    first, second = batches(settings)
    assert (first["label"], second["label"]) == (NAME, corrected)
    assert {first["period"], second["period"]} == {"2021-08-15"}


def test_of_two_files_changed_at_once_the_one_with_a_word_more_is_the_later(
    settings: Settings, folder: Path
) -> None:
    for name in (CORRECTED, NAME):
        drop(folder / name, FIRST, 1)
    assert labels(settings) == [NAME, CORRECTED]


def test_the_same_name_replaced_is_in_force_and_put_back_it_is_again(
    settings: Settings, folder: Path
) -> None:
    for day, content in enumerate((FIRST, SECOND, FIRST), start=1):
        drop(folder / NAME, content, day)
        night(settings)
    assert in_force(settings) == [5, 6, 5]


def test_an_old_file_renamed_or_brought_later_does_not_displace_the_correction(
    settings: Settings, folder: Path
) -> None:
    drop(folder / NAME, FIRST, 1)
    night(settings)
    drop(folder / CORRECTED, SECOND, 3)
    night(settings)
    (folder / NAME).rename(folder / RENAMED)
    assert night(settings) == [CORRECTED]
    drop(folder / "WTG_Stichtag_2021-08-15 Entwurf.xlsx", vacant(7), 2)
    night(settings)
    assert in_force(settings)[-1] == 6
    assert night(settings) == [CORRECTED]


def test_a_correction_taken_away_brings_the_earlier_file_back(
    settings: Settings, folder: Path
) -> None:
    drop(folder / NAME, FIRST, 1)
    drop(folder / CORRECTED, SECOND, 2)
    night(settings)
    (folder / CORRECTED).write_bytes(SECOND[:1000])
    assert night(settings) == []  # it is being saved anew, not gone
    (folder / CORRECTED).unlink()
    assert night(settings) == [NAME]
    assert in_force(settings) == [5, 6, 5]


def test_a_correction_that_is_refused_leaves_the_earlier_file_in_force(
    settings: Settings, folder: Path
) -> None:
    drop(folder / NAME, FIRST, 1)
    night(settings)
    drop(folder / CORRECTED, book(put(small(), "Belegung", 3, "plaetze_belegt", "ca. 38")), 2)
    report = fetch_new("wtg/stichtag", settings, "night")
    (refused,) = report.refused
    assert report.pending == ()
    assert "Belegung, row 3, column plaetze_belegt" in refused
    assert in_force(settings) == [5]
