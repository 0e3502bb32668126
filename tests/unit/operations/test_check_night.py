"""The alarm of a night without a version: what it looks at, whom it tells, how it ends."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from receivers import Mailbox, Webhook, mail_server, webhook
from typer.testing import CliRunner

from kreishaus.settings import Settings
from operations.cli import app

THERE, NONE = 0, 1


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("KREISHAUS_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("AIRFLOW_HOME", os.environ.get("AIRFLOW_HOME", str(tmp_path / "airflow")))
    return Settings(home=tmp_path / "var")


def published(settings: Settings, created_at: object) -> None:
    """A version as publishing leaves it, as far as anybody asks here."""
    version = settings.published / "20261125T031200.000000Z"
    version.mkdir(parents=True, exist_ok=True)
    (settings.published / "format.json").write_text('{"format": 2}')
    (version / "version.json").write_text(json.dumps({"created_at": created_at}))
    link = settings.published / "current"
    if not link.is_symlink():
        link.symlink_to(version.name)


def check(now: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check-night", "--now", now])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("created_at", "now", "status"),
    [
        ("2026-11-25T03:12:00+00:00", "2026-11-25T06:30:00", THERE),
        ("2026-11-25T03:12:00+00:00", "2026-11-26T06:30:00", NONE),
        ("2026-11-24T23:00:00+00:00", "2026-11-25T06:30:00", THERE),  # midnight in winter
        ("2026-11-24T22:59:59+00:00", "2026-11-25T06:30:00", NONE),
        ("2026-06-24T22:00:00+00:00", "2026-06-25T06:30:00", THERE),  # midnight in summer
        ("2026-06-24T21:59:59+00:00", "2026-06-25T06:30:00", NONE),
        ("2026-03-28T23:00:00+00:00", "2026-03-29T06:30:00", THERE),  # the day of 23 hours
        ("2026-03-28T22:59:59+00:00", "2026-03-29T06:30:00", NONE),
        ("2026-10-24T22:00:00+00:00", "2026-10-25T06:30:00", THERE),  # the day of 25 hours
        ("2026-10-24T21:59:59+00:00", "2026-10-25T06:30:00", NONE),
        ("2026-11-24T18:00:00-05:00", "2026-11-25T06:30:00", THERE),  # 23:00 UTC
        ("2026-11-25T12:59:59+14:00", "2026-11-25T06:30:00", NONE),  # 22:59:59 UTC the day before
        ("2026-11-25T05:35:00+00:00", "2026-11-25T06:30:00", THERE),  # five minutes ahead
        ("2026-11-25T05:35:01+00:00", "2026-11-25T06:30:00", NONE),
        ("2027-11-25T03:12:00+00:00", "2026-11-25T06:30:00", NONE),  # a clock that was set back
    ],
)
def test_only_a_version_made_since_the_german_midnight_counts(home, created_at, now, status):
    published(home, created_at)
    assert check(now)[0] == status


def test_an_empty_home_and_an_unreadable_version_are_alarms_too(home):
    status, said = check("2026-11-25T06:30:00")
    assert status == NONE and "cannot be read" in said
    published(home, "2026-11-25T03:12:00+00:00")
    (home.published / "current" / "version.json").write_text("{")
    status, said = check("2026-11-25T06:30:00")
    assert status == NONE and "cannot be read" in said
    (home.published / "format.json").write_text('{"format": 99}')
    assert check("2026-11-25T06:30:00")[0] == NONE


NO_MOMENT = [
    "",
    "yesterday",
    "2026-11-25",
    "2026-11-25T03:12:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-10:00",
    None,
    20261125,
    ["2026-11-25T03:12:00+00:00"],
]


@pytest.mark.parametrize("created_at", NO_MOMENT)
def test_a_version_without_a_moment_is_an_alarm_that_reaches_people(
    home: Settings, told: tuple[Mailbox, Webhook], created_at: object
) -> None:
    published(home, created_at)
    status, said = check("2026-11-25T06:30:00")
    assert status == NONE
    assert (
        f"version.json: expected created_at, a time with its offset, found {created_at!r}" in said
    )
    assert len(told[0].got) == len(told[1].got) == 1


def test_a_version_that_is_to_come_says_that_a_clock_is_wrong(home: Settings) -> None:
    published(home, "2027-11-25T03:12:00+00:00")
    said = check("2026-11-25T06:30:00")[1]
    assert "of 25.11.2027 04:12. That is to come: a clock is or was wrong" in said


@pytest.mark.parametrize("mark", ["", "{", "[]", "{}", '{"at": null}', '{"at": "2026-11-25"}'])
def test_a_version_with_a_damaged_mark_counts_as_withdrawn(
    home: Settings, told: tuple[Mailbox, Webhook], mark: str
) -> None:
    published(home, "2026-11-25T03:12:00+00:00")
    folder = home.home / "withdrawals" / "versions"
    folder.mkdir(parents=True)
    (folder / "20261125T031200.000000Z.json").write_text(mark)
    status, said = check("2026-11-25T06:30:00")
    assert status == NONE and "every version was withdrawn, and readers get none" in said
    assert len(told[0].got) == 1


@pytest.mark.parametrize(
    "note",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"at": null}',
        '{"at": "2026-11-25T06:00:00"}',
        '{"at": "2027-11-25T06:00:00+01:00"}',  # noted by a clock that was a year ahead
    ],
)
def test_a_note_that_says_nothing_keeps_nobody_from_being_told(
    home: Settings, told: tuple[Mailbox, Webhook], note: str
) -> None:
    check("2026-11-25T06:30:00")
    (written,) = (home.home / "alerts" / "told").iterdir()
    written.write_text(note)
    assert "This was told already" not in check("2026-11-25T06:31:00")[1]
    assert len(told[0].got) == 2


def test_a_full_disk_keeps_no_channel_from_telling(
    home: Settings, told: tuple[Mailbox, Webhook], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, line: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("pipeline.alerts.append_line", full)
    assert check("2026-11-25T06:30:00")[0] == NONE
    assert len(told[0].got) == len(told[1].got) == 1


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch):
    with mail_server() as mails, webhook() as posts:
        monkeypatch.setenv("KREISHAUS_ALERTS__EMAILS", '["data@county.example"]')
        monkeypatch.setenv("KREISHAUS_ALERTS__WEBHOOK_CONNECTION", "county_chat")
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", mails.connection)
        monkeypatch.setenv("AIRFLOW_CONN_COUNTY_CHAT", posts.connection)
        yield mails, posts


def test_people_are_told_once_by_every_channel_and_again_the_next_night(
    home: Settings, told: tuple[Mailbox, Webhook]
) -> None:
    mails, posts = told
    published(home, "2026-11-24T03:12:00+00:00")
    assert check("2026-11-25T06:30:00")[0] == NONE
    status, said = check("2026-11-25T07:30:00")
    assert (status, "This was told already." in said) == (NONE, True)
    (mail,) = mails.got
    county = home.county.name
    assert mail["Subject"] == f"Kreishaus ({county}): no new version since 25.11.2026 00:00"
    assert "the version 20261125T031200.000000Z of 24.11.2026 04:12" in mails.texts[0]
    assert "scheduler, workers and DAG processor run?" in mails.texts[0]
    assert len(posts.got) == 1 and "no new version since" in posts.got[0]
    assert check("2026-11-26T06:30:00")[0] == NONE
    assert len(mails.got) == len(posts.got) == 2


def test_nobody_is_told_of_a_good_night(home: Settings, told: tuple[Mailbox, Webhook]) -> None:
    published(home, "2026-11-25T03:12:00+00:00")
    status, said = check("2026-11-25T06:30:00")
    assert (status, told[0].got, told[1].got) == (THERE, [], [])
    assert "Readers have the version 20261125T031200.000000Z of 25.11.2026 04:12." in said


def test_an_alarm_that_could_not_be_sent_is_red_and_tried_again(
    home: Settings, told: tuple[Mailbox, Webhook], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SMTP_DEFAULT", "COUNTY_CHAT"):
        monkeypatch.delenv(f"AIRFLOW_CONN_{name}")
    status, said = check("2026-11-25T06:30:00")
    assert (status, "Nobody could be told" in said) == (NONE, True)
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", told[0].connection)
    check("2026-11-25T06:40:00")
    assert len(told[0].got) == 1
