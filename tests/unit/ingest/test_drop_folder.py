"""Odd entries of a drop folder are findings about themselves: the rest of the folder is taken."""

from __future__ import annotations

import io
import os
import resource
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from printed_tables_made import printed_table

from ingest.drop_folder import dropped
from kreishaus.settings import Settings
from kreishaus.store.visits import Visits
from pipeline import steps
from pipeline.steps import FetchReport, fetch_new

GOOD = {
    "azr": ("azr/crosstable", "AZR_Kreuztabelle_2021-09-30.csv"),
    "papers": ("papers/figures", "table.csv"),
    "wtg": ("wtg/stichtag", "WTG_Stichtag_2021-08-15.xlsx"),
}
STRANGE = "Stra\udcdfe"  # "Straße" in Latin-1: no UTF-8
FILES = 240
MOST_GROWN_KIBIBYTES = 10 * 1024
"""For so many files: a process that kept each would grow by more."""


def name_of(source: str, word: str) -> str:
    """A name of a file of ``source`` that holds a word."""
    return {
        "azr": f"AZR_Kreuztabelle_{word}.csv",
        "papers": f"{word}.csv",
        "wtg": f"WTG_Stichtag_{word}.xlsx",
    }[source]


def link_to_nothing(path: Path) -> None:
    path.symlink_to(path.parent / "gone.xlsx")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


ODD: dict[str, tuple[Callable[[Path], None], str]] = {
    "dangling": (link_to_nothing, "is a link that leads nowhere"),
    "loop": (link_to_itself, "is a link that leads nowhere"),
    "pipe": (os.mkfifo, "is a device or pipe, and no file"),
    "folder": (Path.mkdir, "is a folder, and no file"),
    STRANGE: (Path.touch, "its name is no UTF-8"),
}


@pytest.fixture(params=GOOD)
def source(request: pytest.FixtureRequest, settings: Settings) -> str:
    name = str(request.param)
    folder = settings.drop_folder(name)
    folder.mkdir(parents=True)
    _, good = GOOD[name]
    (folder / good).write_bytes(printed_table() if name == "papers" else b"some bytes")
    long_ago = time.time() - 3600
    os.utime(folder / good, (long_ago, long_ago))
    return name


def landed(settings: Settings, source: str) -> FetchReport:
    return fetch_new(GOOD[source][0], settings, "night")


@pytest.mark.parametrize("source", ["azr", "wtg", "papers"], indirect=True)
def test_half_a_workbook_waits_while_it_may_be_being_copied(
    settings: Settings, source: str
) -> None:
    """Half of it lands nowhere, and is neither named nor refused; an hour later it is broken."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>" * 500)
    name = name_of(source, "2021-11-15").replace(".csv", ".xlsx")
    half = settings.drop_folder(source) / name
    half.write_bytes(whole.getvalue()[:-40])
    assert name not in str(landed(settings, source))
    for hours in (-1, 1):  # a file from the future would be waited for without end
        then = time.time() + hours * 3600
        os.utime(half, (then, then))
        report = landed(settings, source)
        # The guards of register and printed tables never say a file's name, only its place.
        assert name in str(report) or "file 1 of 2 by name" in str(report.refused)


@pytest.mark.parametrize("word", ODD, ids=ascii)
def test_an_odd_entry_is_named_and_its_neighbour_taken(
    settings: Settings, source: str, word: str
) -> None:
    make, fault = ODD[word]
    make(settings.drop_folder(source) / name_of(source, word))
    report = landed(settings, source)
    taken = [file.label for file in report.new] + [
        text for text in report.refused if "file 1 of 2 by name" in text
    ]
    assert len(taken) == 1  # the register's guard refuses bytes that are no table
    (said,) = report.unavailable
    assert fault in said
    assert said.encode()  # can be printed and written, whatever the name is made of
    assert not report.may_heal
    (visit,) = Visits(settings.landing, *GOOD[source][0].split("/")).read()
    assert visit.unavailable == report.unavailable


def test_sockets_are_not_read(settings: Settings, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(tmp_path / "a"))
        (entry,) = [one for one in dropped(tmp_path) if one.name == "a"]
    assert entry.fault == "is a device or pipe, and no file"


def test_a_folder_without_rights_is_the_folders_fault(tmp_path: Path) -> None:
    """Run aside, since the home of a test belongs to root."""
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from ingest.drop_folder import dropped\n"
        "from kreishaus.model import SourceUnavailable\n"
        "os.seteuid(65534)\n"
        "try:\n"
        "    print([(one.name, one.fault) for one in dropped(Path(sys.argv[1]))])\n"
        "except SourceUnavailable as error:\n"
        "    print(error)\n"
    )
    if os.geteuid() != 0:
        pytest.skip("only root can try another user's rights")
    closed = Path("/tmp") / f"kreishaus-closed-{os.getpid()}"
    closed.mkdir(mode=0o700)
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, str(closed)], capture_output=True, text=True, check=True
        )
    finally:
        closed.rmdir()
    assert "cannot be read (Permission denied): is the share mounted?" in done.stdout


def test_many_files_are_taken_with_progress_in_bounded_memory(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive copied into the drop folder by mistake: so much for each file, and no more."""
    assert steps.PROGRESS_EVERY == 1_000
    monkeypatch.setattr(steps, "PROGRESS_EVERY", FILES // 6 * 5)
    first, other = (settings.model_copy(update={"home": settings.home / name}) for name in "ab")
    _seconds_to_land(first, 1)  # what is imported is imported once
    few = _seconds_to_land(other, FILES // 12)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with caplog.at_level("INFO"):
        many = _seconds_to_land(settings, FILES)
    assert many < 12 * 1.5 * few
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_GROWN_KIBIBYTES
    progress = [record.message for record in caplog.records if "looked at" in record.message]
    assert progress == ["papers/figures: 200 of 240 looked at"]


def _seconds_to_land(settings: Settings, files: int) -> float:
    """Processor time for so many small files, all of them new."""
    folder = settings.drop_folder("papers")
    folder.mkdir(parents=True)
    for number in range(files):
        (folder / f"{number:05}.csv").write_bytes(printed_table(number))
    begun = time.process_time()
    report = fetch_new("papers/figures", settings, "night")
    assert len(report.new) == files
    return time.process_time() - begun
