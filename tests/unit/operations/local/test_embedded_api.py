"""What a run says when Airflow does not answer any more; one that comes back is waited for."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from servers import Server, Visit, serving

from kreishaus.settings import Settings
from operations.local import api as module
from operations.local.api import AirflowApi, AirflowGone
from operations.local.environment import airflow_environment, airflow_home

RUN = b'{"state": "success", "duration": 1.5}'


def play(visit: Visit) -> None:
    if visit.path.endswith("/locked"):
        visit.answer(500, b"database is locked")
    elif visit.command == "POST":
        visit.answer(409, b"exists already")
    else:
        visit.answer(200, RUN)


def test_a_server_that_comes_back_is_waited_for() -> None:
    with serving(play) as first:
        port = first.server_port
    api = AirflowApi(f"http://127.0.0.1:{port}", "admin", "x")

    def come_back() -> None:
        time.sleep(0.5)
        with Server(play, None, port) as again:
            again.handle_request()

    waiting = threading.Thread(target=come_back, daemon=True)
    waiting.start()
    assert api.run("build_marts", "night").state == "success"
    waiting.join(5)


def test_nobody_is_waited_for_who_was_stopped() -> None:
    api = AirflowApi("http://127.0.0.1:9", "admin", "x")
    api.is_alive = lambda: False
    begun = time.monotonic()
    with pytest.raises(AirflowGone, match="was stopped while its run was watched"):
        api.run("build_marts", "night")
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("run_id", ["away", "locked"])
def test_patience_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch, run_id: str) -> None:
    monkeypatch.setattr(module, "BACK_WITHIN_SECONDS", 0)
    with serving(play) as server:
        address = "http://127.0.0.1:9" if run_id == "away" else server.url
        with pytest.raises(AirflowGone) as caught:
            AirflowApi(address, "admin", "x").run("build_marts", run_id)
    assert "holds Airflow's database locked" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_run_that_was_triggered_already_is_as_good() -> None:
    """Asked again, because the answer to the first time was lost."""
    with serving(play) as server:
        AirflowApi(server.url, "admin", "x").trigger("build_marts", "night")


def test_a_database_that_somebody_holds_locked_is_named(settings: Settings) -> None:
    home = airflow_home(settings)
    (home / "logs").mkdir(parents=True)
    (home / "tmp").mkdir()
    environment = airflow_environment(settings, port=9, reparse_seconds=60)
    address = f"sqlite:///{home / 'airflow.db'}?timeout=1"
    database = sqlite3.connect(home / "airflow.db", isolation_level=None)
    database.execute("create table held (a)")
    database.execute("begin exclusive")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "operations.local.components", str(os.getpid())],
            cwd=Path(module.__file__).parents[2],
            env={**environment, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": address},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        database.close()
    assert done.returncode == 1
    assert "airflow.db cannot be used: database is locked" in done.stderr
    assert "Traceback" not in done.stderr
