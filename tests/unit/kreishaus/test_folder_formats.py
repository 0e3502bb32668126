"""A folder of another format is refused in a sentence, by every command; an old one is upgraded."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner, Result

from kreishaus import folder_formats
from kreishaus.folder_formats import FORMATS, IN_THE_HOME, WrongFormat, begin, format_of, known
from kreishaus.settings import Settings
from operations.cli import app
from operations.maintenance import migrations

TOUCH_NO_HOME = {
    "airflow": "hands on to Airflow",
    "azr check": "looks at a file, and keeps nothing",
    "county check": "looks at the folder of the county",
    "county init": "makes the folder of a county",
    "doctor": "says it as one of its errors",
    "down": "ends processes",
    "find": "asks a database of tables",
    "gx export": "writes suites",
    "printed-table new": "writes a template",
    "restore": "writes into an empty home; its own refusal names the backup",
    "sample serve": "serves sample files",
    "upgrade": "is what the refusal asks for",
}
ARGUMENTS = {
    "audit": ["--verify"],
    "export": ["vacancy_by_region"],
    "ingest": ["bamf", "hkl", "--file", __file__],
    "query": ["select 1"],
    "serving add-reader": ["excel", "--password-stdin"],
    "serving remove-reader": ["excel"],
    "correct paper": ["refugees", "--reason", "wrong"],
    "correct version": ["20211015T015000.000000Z", "--by", "20211016", "--reason", "wrong"],
    "withdraw paper": ["refugees", "--reason", "wrong"],
    "withdraw version": ["20211015T015000.000000Z", "--reason", "wrong"],
}


def commands() -> list[str]:
    found: list[str] = []
    for name, command in _within(typer.main.get_command(app)).items():
        inner = _within(command)
        found += [f"{name} {one}" for one in inner] if inner else [name]
    return sorted(set(found) - set(TOUCH_NO_HOME))


def _within(command: Any) -> dict[str, Any]:
    return dict(getattr(command, "commands", {}))


def kreishaus(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), input="secret-of-a-test\n")


def numbered(settings: Settings, name: str, number: object) -> Path:
    folder = settings.home / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "something").write_text("x")
    (folder / "format.json").write_text(json.dumps({"format": number}))
    return folder


def contents(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", commands())
def test_every_command_refuses_a_home_of_newer_code_and_changes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    folder = numbered(settings, "landing", FORMATS["landing"] + 1)
    before = contents(settings.home)
    monkeypatch.setenv("KREISHAUS_HOME", str(settings.home))
    done = kreishaus(*command.split(), *ARGUMENTS.get(command, []))
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    said = " ".join(done.output.split())
    assert f"{folder}: has format {FORMATS['landing'] + 1}" in said
    assert "newer code wrote it" in said
    assert contents(settings.home) == before


@pytest.mark.parametrize("name", IN_THE_HOME)
def test_a_newer_format_of_any_folder_is_refused(settings: Settings, name: str) -> None:
    numbered(settings, name, FORMATS[name] + 1)
    with pytest.raises(WrongFormat, match=f"{name}: has format {FORMATS[name] + 1}.* newer code"):
        known(settings)
    with pytest.raises(WrongFormat, match="there is no way back"):
        migrations.pending(settings)


def test_a_home_without_numbers_has_format_1(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = numbered(settings, "audit", 1)
    (folder / "format.json").unlink()
    assert format_of(folder) == 1
    assert known(settings) == settings
    monkeypatch.setattr(folder_formats, "FORMATS", {**FORMATS, "audit": 2})
    with pytest.raises(WrongFormat, match=r"has format 1, .* reads format 2.* `kreishaus upgrade`"):
        known(settings)


@pytest.mark.parametrize("number", [0, -1, "2", None, 1.5, True])
def test_a_number_that_is_none_is_refused_with_its_file(settings: Settings, number: object) -> None:
    folder = numbered(settings, "audit", number)
    with pytest.raises(WrongFormat, match=f"{folder / 'format.json'}: expected"):
        known(settings)


def test_a_number_cut_off_by_a_broken_disk_is_no_format(settings: Settings) -> None:
    (numbered(settings, "audit", 1) / "format.json").write_text('{"form')
    with pytest.raises(WrongFormat, match="cannot be read"):
        known(settings)


def _nested(settings: Settings) -> None:
    (numbered(settings, "landing", 1) / "format.json").write_text("[" * 100_000)


def _pipe(settings: Settings) -> None:
    """Reading it would wait for ever."""
    file = numbered(settings, "landing", 1) / "format.json"
    file.unlink()
    os.mkfifo(file)


def _link_to_nothing(settings: Settings) -> None:
    """A folder of format 2 must not count as one from before there were numbers."""
    file = numbered(settings, "landing", 1) / "format.json"
    file.unlink()
    file.symlink_to("not there")


def _folder_is_a_file(settings: Settings) -> None:
    settings.home.mkdir()
    settings.landing.write_text("x")


def _folder_is_on_a_disk_that_is_away(settings: Settings) -> None:
    settings.home.mkdir()
    settings.landing.symlink_to("/not/mounted")


def _folder_leads_to_itself(settings: Settings) -> None:
    settings.home.mkdir()
    settings.landing.symlink_to(settings.landing)


def _home_is_a_file(settings: Settings) -> None:
    settings.home.write_text("x")


def _home_leads_to_itself(settings: Settings) -> None:
    settings.home.symlink_to(settings.home)


@pytest.mark.parametrize(
    "damage",
    [
        _nested,
        _pipe,
        _link_to_nothing,
        _folder_is_a_file,
        _folder_is_on_a_disk_that_is_away,
        _folder_leads_to_itself,
        _home_is_a_file,
        _home_leads_to_itself,
    ],
)
@pytest.mark.parametrize("command", [*commands(), "upgrade", "upgrade --check", "doctor"])
def test_every_command_says_in_a_sentence_that_a_home_is_damaged(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Settings], None],
    command: str,
) -> None:
    damage(settings)
    monkeypatch.setenv("KREISHAUS_HOME", str(settings.home))
    with _hung_after(20):
        done = kreishaus(*command.split(), *ARGUMENTS.get(command, []))
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert str(settings.home) in "".join(done.output.split())
    assert "Traceback" not in done.output


@contextmanager
def _hung_after(seconds: int) -> Iterator[None]:
    def give_up(*_: object) -> None:
        pytest.fail(f"hangs for more than {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_an_empty_folder_is_numbered_before_anything_is_written_and_a_full_one_never(
    settings: Settings,
) -> None:
    folder = settings.published
    assert format_of(folder) is None
    begin(folder, "published")
    assert format_of(folder) == FORMATS["published"] > 1
    old = settings.home / "earlier"
    old.mkdir()
    (old / "version").write_text("of earlier code")
    begin(old, "published")
    assert format_of(old) == 1


def test_every_format_has_the_migrations_that_lead_to_it() -> None:
    assert {name: 1 + len(migrations.MIGRATIONS.get(name, ())) for name in IN_THE_HOME} == {
        name: FORMATS[name] for name in IN_THE_HOME
    }
    for of_folder in migrations.MIGRATIONS.values():
        for migration in of_folder:
            first = (migration.__doc__ or "").splitlines()[0]
            assert first.endswith("."), f"{migration.__name__}: `upgrade --check` prints this line"


def test_steps_are_done_in_their_order_and_the_number_is_written_after_each(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From format 1 to 3, broken off in the second step: the next upgrade begins with that one."""
    folder = numbered(settings, "landing", 1)
    done: list[str] = []

    def first(_: Settings) -> str:
        """Do the first thing."""
        done.append("first")
        return "first things"

    def second(_: Settings) -> str:
        """Do the second thing."""
        done.append("second")
        if len(done) == 2:
            raise OSError("disk full")
        return "second things"

    monkeypatch.setattr(folder_formats, "FORMATS", {**FORMATS, "landing": 3})
    monkeypatch.setattr(migrations, "MIGRATIONS", {"landing": (first, second)})
    assert [step.about.split(": ", 1)[1] for step in migrations.pending(settings)] == [
        "format 1 -> 2: Do the first thing.",
        "format 2 -> 3: Do the second thing.",
    ]
    with pytest.raises(OSError, match="disk full"):
        list(migrations.upgrade(settings))
    assert format_of(folder) == 2
    assert list(migrations.upgrade(settings)) == [f"{folder} has format 3: second things"]
    assert done == ["first", "second", "second"]
    assert (format_of(folder), migrations.pending(settings)) == (3, [])


def test_an_empty_home_needs_no_upgrade(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KREISHAUS_HOME", str(settings.home))
    for arguments in (["upgrade", "--check"], ["upgrade"]):
        done = kreishaus(*arguments)
        assert (done.exit_code, "nothing to upgrade" in done.output) == (0, True)
    assert not settings.home.exists()


def test_no_upgrade_beside_a_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from operations.local.lock import RunLock

    monkeypatch.setenv("KREISHAUS_HOME", str(settings.home))
    numbered(settings, "published", 1)
    with RunLock(settings.home / "run.lock", "run"):
        done = kreishaus("upgrade")
    assert done.exit_code == 1
    assert "is in use: kreishaus run" in " ".join(done.output.split())
    assert format_of(settings.published) == 1
