"""What the tasks of the papers make of a printing, called as Airflow calls them."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))
sys.path.insert(0, str(Path(__file__).parents[3] / "dags"))

from airflow.sdk.exceptions import AirflowSkipException

import publish_reports
from kreishaus_dags import common
from reports.render import NothingToPrint, PaperWithdrawn, Printed
from warehouse import withdrawals
from warehouse.withdrawals import Mark


def published(settings, run_id):
    version = settings.published / "20211130T000000.000000Z"
    (version / "internal").mkdir(parents=True)
    (version / "internal" / "manifest.json").write_text(json.dumps({"run_id": run_id}))
    (settings.published / "format.json").write_text('{"format": 2}')
    (settings.published / "current").symlink_to(version.name)


@pytest.fixture
def running(monkeypatch, settings):
    monkeypatch.setattr(common, "get_current_context", lambda: {"run_id": "night_2"})
    monkeypatch.setattr(common, "current_settings", lambda: settings)
    monkeypatch.setattr(publish_reports, "current_settings", lambda: settings)
    return settings


def test_a_version_of_this_run_is_announced(running):
    published(running, "night_2")
    common.announce_version.function()


def test_a_version_of_another_run_is_not_announced(running):
    """A build as of an earlier day publishes aside: readers keep what they have."""
    published(running, "night_1")
    with pytest.raises(AirflowSkipException, match="no version of this run"):
        common.announce_version.function()


def test_nothing_is_announced_before_anything_is_published(running):
    with pytest.raises(AirflowSkipException, match="no version of this run"):
        common.announce_version.function()


def test_a_paper_without_figures_is_skipped(running, monkeypatch):
    def print_paper(settings, name):
        raise NothingToPrint(f"{name}: no rows")

    monkeypatch.setattr("reports.render.print_paper", print_paper)
    with pytest.raises(AirflowSkipException, match="wtg: no rows"):
        publish_reports.write.function("wtg")


def test_a_paper_that_breaks_is_red(running, monkeypatch):
    def print_paper(settings, name):
        raise ZeroDivisionError

    monkeypatch.setattr("reports.render.print_paper", print_paper)
    with pytest.raises(ZeroDivisionError):
        publish_reports.write.function("wtg")


def test_a_paper_is_printed_into_this_home_folder(running, monkeypatch):
    seen = []

    def print_paper(settings, name):
        seen.append((settings.home, name))
        return Printed(name, date(2021, 9, 30), Path("a.html"), Path("a.pdf"))

    monkeypatch.setattr("reports.render.print_paper", print_paper)
    publish_reports.write.function("refugees")
    assert seen == [(running.home, "refugees")]


def withdrawn() -> Mark:
    at = datetime(2026, 11, 29, 12, tzinfo=UTC)
    return Mark("papers", "withdraw", "wtg/2021-12-31", at, "x@y", "doppelt gezählt")


def test_a_withdrawn_paper_is_skipped_with_its_reason(running, monkeypatch):
    def print_paper(settings, name):
        raise PaperWithdrawn(withdrawn())

    monkeypatch.setattr("reports.render.print_paper", print_paper)
    with pytest.raises(AirflowSkipException, match="doppelt gezählt"):
        publish_reports.write.function("wtg")


def test_a_withdrawal_that_was_interrupted_is_finished_before_papers_are_listed(running, caplog):
    folder = running.home / "reports" / "wtg" / "2021-12-31"
    folder.mkdir(parents=True)
    for name in ("report.html", "report.pdf"):
        (folder / name).write_bytes(b"as it was shown")
    shown = sha256(b"as it was shown").hexdigest()
    files = {"report.html": shown, "report.pdf": shown}
    withdrawals.write(running, replace(withdrawn(), files=files))
    publish_reports.index.function()
    assert b"doppelt gez" in (folder / "report.html").read_bytes()
    assert "doppelt gezählt" in (running.home / "reports" / "index.html").read_text()
    assert "wtg/2021-12-31: its withdrawal or correction had been interrupted" in caplog.text
