"""What the WTG drop folder offers."""

import os
import time
from pathlib import Path

import pytest
from wtg_workbooks import book, small

from ingest.http import Client
from ingest.model import SourceUnavailable
from ingest.settings import Settings
from ingest.wtg.discover import COPYING_SECONDS, workbooks


@pytest.fixture
def folder(settings: Settings) -> Path:
    folder = settings.drop_folder("wtg")
    folder.mkdir(parents=True)
    return folder


def labels(settings: Settings) -> list[str]:
    return [request.label for request in workbooks(settings, Client(), "stichtag")]


def test_a_folder_that_is_not_there_is_named(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable, match=r"drop/wtg does not exist"):
        labels(settings)


def test_only_workbooks_in_the_order_of_their_days(settings: Settings, folder: Path) -> None:
    content = book(small())
    for name in (
        "WTG_Stichtag_2021-08-15.xlsx",
        "WTG_Stichtag_2021-05-15.xlsx",
        "~$WTG_Stichtag_2021-08-15.xlsx",
        ".WTG_Stichtag_2021-11-15.xlsx",
        "WTG_Stichtag_2021-11-15.xlsx.part",
        "Protokoll.docx",
    ):
        (folder / name).write_bytes(content)
    (folder / "WTG_Stichtag_2020.xlsx").mkdir()
    assert labels(settings) == ["WTG_Stichtag_2021-05-15.xlsx", "WTG_Stichtag_2021-08-15.xlsx"]


def test_a_file_still_being_copied_waits_and_a_broken_one_does_not(
    settings: Settings, folder: Path
) -> None:
    content = book(small())
    half = folder / "WTG_Stichtag_2021-08-15.xlsx"
    half.write_bytes(content[: len(content) // 2])
    assert labels(settings) == []
    long_ago = time.time() - COPYING_SECONDS - 1
    os.utime(half, (long_ago, long_ago))
    assert labels(settings) == [half.name]
    half.write_bytes(content)
    assert labels(settings) == [half.name]


def test_a_request_names_the_file(settings: Settings, folder: Path) -> None:
    path = folder / "WTG_Stichtag_2021-08-15.xlsx"
    path.write_bytes(book(small()))
    (request,) = workbooks(settings, Client(), "stichtag")
    assert (request.path, request.url, request.extension) == (str(path), None, "xlsx")
