"""A county whose list of municipalities cannot be read: who looks can look, who acts is refused."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kreishaus.county_folder import FaultyList, read_municipalities
from kreishaus.settings import Settings
from operations.cli import main
from operations.counties.known import known_county
from operations.counties.make import make_county
from pipeline.issues import issues
from pipeline.steps import by_hand, fetch_new

FOREIGN = "municipality_code,name,source\n05166004,Brüggen,a\n05162024,Neuss,a\n"
WHY = (
    "municipalities.csv, line 3: municipality_code. Expected an official key of this county, 05166 "
    "and three digits, once, found '05162024'"
)


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Viersen, with a municipality of another county in its list."""
    folder = make_county(known_county("05166"), tmp_path / "counties")
    (folder / "municipalities.csv").write_text(FOREIGN)
    monkeypatch.setenv("KREISHAUS_COUNTIES", str(tmp_path / "counties"))
    monkeypatch.setenv("KREISHAUS_HOME", str(tmp_path / "var"))
    return Settings(home=tmp_path / "var", counties=tmp_path / "counties")


@pytest.fixture
def said(
    faulty: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[object, str]]:
    """Exit status and words of a command, on one line."""

    def run(*arguments: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["kreishaus", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return ended.value.code, " ".join((captured.out + captured.err).split())

    return run


def test_the_settings_say_why_there_are_no_municipalities(faulty: Settings) -> None:
    assert faulty.county.municipalities == {}
    assert faulty.county.municipalities_fault == f"{faulty.county_folder}/{WHY}"
    with pytest.raises(FaultyList, match=r"municipalities\.csv, line 3"):
        faulty.require_municipalities()


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("a share that is not mounted"))


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize("put", [_folder, _pipe, _dangling, _loop])
def test_what_is_no_file_is_not_read_as_no_municipalities(
    faulty: Settings, said: Callable[..., tuple[object, str]], put: Callable[[Path], None]
) -> None:
    path = faulty.county_folder / "municipalities.csv"
    path.unlink()
    put(path)
    settings = Settings(home=faulty.home, counties=faulty.counties)
    said_of_it = r"the list is no file\. Expected a file that this account"
    with pytest.raises(FaultyList, match=said_of_it):
        settings.require_municipalities()
    status, words = said("county", "check")
    assert status == 1 and "municipalities.csv: is a " in words


def test_a_file_without_the_right_to_read_it_is_said(
    faulty: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("kreishaus.county_folder.Path.read_bytes", closed)
    with pytest.raises(FaultyList, match=r"the list cannot be read\. .* found Permission denied"):
        read_municipalities(faulty.county_folder)


@pytest.mark.parametrize(
    ("kind", "rows", "warning"),
    [
        ("Kreis", "", 'has no rows, and county.toml says kind = "Kreis", which has municip'),
        ("Städteregion", "", 'has no rows, and county.toml says kind = "Städteregion", which has'),
        ("kreisfreie Stadt", "05166004,Brüggen,x\n", 'has rows, and county.toml says kind = "kre'),
        ("kreisfreie Stadt", "", None),
        ("Kreis", "05166004,Brüggen,x\n", None),
    ],
)
def test_municipalities_that_do_not_fit_the_kind_are_a_warning(
    faulty: Settings,
    said: Callable[..., tuple[object, str]],
    kind: str,
    rows: str,
    warning: str | None,
) -> None:
    text = faulty.county_file.read_text().replace('kind = "Kreis"', f'kind = "{kind}"')
    faulty.county_file.write_text(text)
    (faulty.county_folder / "municipalities.csv").write_text(
        f"municipality_code,name,source\n{rows}"
    )
    status, words = said("county", "check")
    assert status == 0
    assert (warning or "municipalities.csv: in order") in words
    assert ("county.toml says kind" in words) == bool(warning)


def test_help_needs_no_list(said: Callable[..., tuple[object, str]]) -> None:
    code, words = said("--help")
    assert code == 0
    assert "municipalities.csv" not in words


@pytest.mark.parametrize(
    ("arguments", "finding"),
    [
        (("status", "--all"), "05166 and three digits, once"),
        (("doctor",), "05166 and three digits, once"),
        (("county", "check"), "05166..., found 05162024"),
    ],
)
def test_who_looks_is_told_once(
    said: Callable[..., tuple[object, str]], arguments: tuple[str, ...], finding: str
) -> None:
    ended, words = said(*arguments)
    assert ended == 1
    assert words.count(finding) == 1
    assert "line 3" in words


@pytest.mark.parametrize("command", ["run", "up", "build"])
def test_who_acts_is_refused_with_the_same_sentence(
    faulty: Settings, said: Callable[..., tuple[object, str]], command: str
) -> None:
    ended, words = said(command)
    assert ended == 2
    assert words.endswith(WHY)
    assert not (faulty.home / "staged").exists()


def test_ingest_is_refused(
    faulty: Settings, said: Callable[..., tuple[object, str]], tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("a\n")
    ended, words = said("ingest", "county", "lists", "--file", str(file))
    assert (ended, words.endswith(WHY)) == (2, True)
    with pytest.raises(FaultyList):
        by_hand("county/lists", file, faulty, "test")
    with pytest.raises(FaultyList):
        fetch_new("county/lists", faulty, "test")
    assert not faulty.landing.exists()


def test_the_alert_quotes_nothing_of_the_list(faulty: Settings) -> None:
    (one,) = issues([], faulty, datetime.now(UTC))
    assert (one.severity, one.kind) == ("red", "county list")
    assert "05162024" not in one.brief


def test_a_mended_list_is_taken(faulty: Settings) -> None:
    (faulty.county_folder / "municipalities.csv").write_text(
        FOREIGN.replace("05162024,Neuss", "05166008,Grefrath")
    )
    mended = Settings(home=faulty.home, counties=faulty.counties)
    mended.require_municipalities()
    assert mended.county.municipalities == {"05166004": "Brüggen", "05166008": "Grefrath"}
