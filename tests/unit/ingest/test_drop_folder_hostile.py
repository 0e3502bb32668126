"""What somebody may put into a drop folder by mistake or by intent, and what Kreishaus does."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from other_user import become_nobody, reachable_folder
from printed_tables_made import printed_table

from ingest.drop_folder import dropped
from kreishaus.model import Request, SourceRefused, SourceUnavailable
from kreishaus.settings import DatasetConfig, HttpConfig, Settings, SourceConfig
from kreishaus.store.landing import Landing
from pipeline.steps import FetchReport, by_hand, dropped_bytes, fetch_new

LARGE = 5 * 2**30
TABLE = "table.csv"


@pytest.fixture
def folder(settings: Settings) -> Path:
    """The drop folder of papers, with a plain file in it."""
    made = settings.drop_folder("papers")
    made.mkdir(parents=True)
    (made / TABLE).write_bytes(printed_table())
    return made


def visited(settings: Settings) -> FetchReport:
    report = fetch_new("papers/figures", settings, "night")
    assert TABLE in [file.label for file in report.new]
    return report


def sparse(path: Path, size: int = LARGE) -> None:
    path.touch()
    os.truncate(path, size)


@pytest.mark.parametrize("target", ["../secret", "/etc/hostname", "inner/../../secret"])
def test_a_link_out_of_the_folder_is_not_followed(
    settings: Settings, folder: Path, target: str
) -> None:
    """Who may drop a file must not make Kreishaus read another one for him."""
    (folder.parent / "secret").write_bytes(b"password")
    (folder / "inner").mkdir()
    (folder / "x.csv").symlink_to(target)
    report = visited(settings)
    assert len(report.new) == 1
    assert report.unavailable == (
        "x.csv: is a link that leads out of the drop folder: drop the file itself",
    )


def test_a_link_to_what_has_landed_is_not_followed(settings: Settings, folder: Path) -> None:
    (landed,) = visited(settings).new
    (folder / "x.csv").symlink_to(
        Landing(settings.landing, "papers", "figures").path(landed.sha256)
    )
    report = fetch_new("papers/figures", settings, "night")
    assert "leads out of the drop folder" in report.unavailable[0]


def test_a_link_within_the_folder_and_a_folder_behind_a_link_are_followed(
    settings: Settings, folder: Path
) -> None:
    (folder / "newest.csv").symlink_to(TABLE)
    share = folder.with_name("share")
    folder.rename(share)
    folder.symlink_to(share)
    report = fetch_new("papers/figures", settings, "night")
    assert (report.offered, report.unavailable) == (2, ())


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[31m", "\x9b31m", "\x7f", "\u2028"])
def test_a_name_that_would_be_obeyed_is_a_finding_and_never_repeated(
    settings: Settings, folder: Path, caplog: pytest.LogCaptureFixture, sign: str
) -> None:
    """It would stand as a line of its own in logs and alerts: "the night is green"."""
    (folder / f"x{sign}the night is green.csv").write_bytes(printed_table(1))
    (folder / f"y{sign}.doc").touch()
    report = visited(settings)
    assert len(report.new) == 1
    (said,) = report.unavailable
    assert "its name holds signs that cannot be printed: rename it" in said
    assert "the night is green.csv" in said
    assert said.isprintable()
    assert all(record.getMessage().isprintable() for record in caplog.records)
    assert any("y" in record.getMessage() for record in caplog.records)


def test_names_that_differ_by_case_or_composition_are_two_files(
    settings: Settings, folder: Path
) -> None:
    for number, name in enumerate(("Mu\u0308ller.csv", "M\u00fcller.csv", "TABLE.CSV")):
        (folder / name).write_bytes(printed_table(number + 1))
    assert len(visited(settings).new) == 4


def test_a_countys_own_pattern_finds_what_a_mac_has_named(settings: Settings) -> None:
    """A Mac writes "ü" in two signs; county.toml holds it in one."""
    azr = SourceConfig(datasets={"crosstable": DatasetConfig(path="*\u00fcbersicht*")})
    settings = settings.model_copy(update={"source": {**settings.source, "azr": azr}})
    folder = settings.drop_folder("azr")
    folder.mkdir(parents=True)
    (folder / "U\u0308bersicht_2021-09-30.csv").write_bytes(b"Dokument;2")
    assert fetch_new("azr/crosstable", settings, "night").offered == 1


def test_a_workbook_of_five_gibibytes_is_not_read_to_know_that_it_is_too_large(
    settings: Settings,
) -> None:
    folder = settings.drop_folder("wtg")
    folder.mkdir(parents=True)
    for number in range(3):
        name = folder / f"WTG_Stichtag_2021-08-15_{number}.xlsx"
        sparse(name)
        os.utime(name, (number, number))
    begun = time.process_time()
    report = fetch_new("wtg/stichtag", settings, "night")
    assert time.process_time() - begun < 3
    assert len(report.unavailable) == 3
    assert "raise [http] largest_mebibytes" in report.unavailable[0]


@pytest.mark.parametrize("name", ["/dev/zero", "pipe"])
def test_a_device_or_pipe_by_hand_is_refused_at_once(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceRefused, match="is not a regular file"):
        by_hand("papers/figures", tmp_path / name, settings, "hand")


def test_a_file_that_grows_while_it_is_read_is_taken_the_next_time(tmp_path: Path) -> None:
    file = tmp_path / "growing.csv"
    file.write_bytes(b"x" * 2**24)
    ended = threading.Event()

    def grow() -> None:
        with file.open("ab") as out:
            while not ended.is_set():
                out.write(b"y")
                out.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with pytest.raises(SourceUnavailable, match="changed while it was read"):
            for _ in range(50):
                dropped_bytes(file, Settings(home=tmp_path))
    finally:
        ended.set()
        writer.join()


def test_not_more_is_read_than_a_file_may_have(tmp_path: Path) -> None:
    small = Settings(home=tmp_path, http=HttpConfig(largest_mebibytes=1))
    (tmp_path / "x").write_bytes(b"Dokument;" + b"x" * 2**20)
    with pytest.raises(SourceRefused, match="expected 1048576 bytes at most"):
        dropped_bytes(tmp_path / "x", small)


def test_a_file_that_was_taken_away_meanwhile_is_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "gone.csv").touch()
    scan = os.scandir

    def scanned(path: Path) -> object:
        entries = list(scan(path))
        (folder / "gone.csv").unlink(missing_ok=True)
        return _Closing(entries)

    monkeypatch.setattr("ingest.drop_folder.os.scandir", scanned)
    assert [one.name for one in dropped(folder)] == [TABLE]


class _Closing(list):  # type: ignore[type-arg]
    def __enter__(self) -> _Closing:
        return self

    def __exit__(self, *_: object) -> None: ...


@pytest.mark.parametrize("extension", ["tombstone", "json", "x" * 230, "a b", "\x1b[31m", "", "ü"])
def test_no_ending_of_a_name_loses_the_bytes_or_the_visit(
    settings: Settings, extension: str
) -> None:
    landing = Landing(settings.landing, "azr", "crosstable")
    request = Request("i", "l", path="p", extension=extension)
    landed, _ = landing.land(b"a;b", request, run_id="night", licence="")
    assert landing.content(landed.sha256) == b"a;b"
    assert landing.path(landed.sha256).name.isprintable()
    assert landing.tombstone(landed.sha256) is None


def test_strangers_by_the_thousand_are_a_few_lines_in_the_log(
    settings: Settings, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3_000):
        (folder / f"{number:04}.doc").touch()
    visited(settings)
    said = [record.getMessage() for record in caplog.records if "was not opened" in record.msg]
    assert len(said) == 20
    assert "file 1 of 3001 by name" in said[0]
    assert not any(".doc" in one for one in said)
    assert any("2,980 more" in record.getMessage() for record in caplog.records)


def test_a_file_of_another_user_that_is_closed_is_named_and_its_neighbour_read() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can try another user's rights")
    with reachable_folder() as drop:
        for name in ("closed.csv", TABLE):
            (drop / name).write_bytes(name.encode())
        (drop / "closed.csv").chmod(0o600)
        settings = Settings(home=drop / "home")
        receiving, sending = os.pipe()
        child = os.fork()
        if child == 0:
            become_nobody()
            for entry in dropped(drop):
                try:
                    said = dropped_bytes(entry.path, settings)
                except SourceUnavailable as error:
                    said = str(error).encode()
                os.write(sending, said + b"\n")
            os._exit(0)
        os.close(sending)
        os.waitpid(child, 0)
        with os.fdopen(receiving) as told:
            closed, neighbour = told.read().splitlines()
    assert "closed.csv: cannot be read (Permission denied). Give the user of Kreishaus" in closed
    assert neighbour == TABLE


def test_a_name_that_is_no_utf_8_is_taken_by_hand(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"Stra\xdfe\x9b\n.csv")
    file.write_bytes(b"Dokument;no table")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("kreishaus"),
            *("ingest", "papers", "figures", "--file", file),
        ],
        env={"KREISHAUS_HOME": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "papers/figures: an der Tür abgewiesen" in done.stderr.replace("\n", "")
    assert "Stra" not in done.stderr  # a file may be called like a person
