"""``kreishaus run``, ``up`` and ``down``: the whole night in an embedded Airflow."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console

from kreishaus.files import make_folder
from kreishaus.rights import prepare_home
from kreishaus.settings import REPOSITORY, Settings
from operations.local import supervisor
from operations.local.airflow import AirflowNotReady
from operations.local.api import AirflowApi, AirflowGone
from operations.local.clock import Clock
from operations.local.dag_runs import new_run_id, run_dags, summarise
from operations.local.environment import airflow_home, own_settings
from operations.local.lock import AlreadyRunning, RunLock, holder
from operations.local.login import login
from operations.local.progress import Display
from operations.local.stack import local_stack
from operations.local.summary import LocalRun, show

GREEN, RED, ALREADY_RUNNING, INTERRUPTED = 0, 1, 3, 130
NEVER_SECONDS = 3600
OPEN_WITHIN_SECONDS = 240
CLOSED_WITHIN_SECONDS = 40


class StoppedMeanwhile(Exception):
    """``kreishaus down`` stopped Airflow while ``up`` was starting it or running the night."""

    def __init__(self) -> None:
        super().__init__("Stopped by `kreishaus down` before the run had ended.")


def run(settings: Settings, console: Console) -> int:
    """Run the whole night once and print a summary.

    Returns 0 if every DAG run succeeded, 1 if one is red or Airflow did not start or stopped
    answering, 3 if another process uses the home folder (only rights may have been repaired), 130
    if interrupted. Raises ``FaultyList`` if the county's list of municipalities cannot be read.
    """
    settings.require_municipalities()
    os.environ.setdefault("KREISHAUS_RETRY_MINUTES", "0.02")  # a person waits for the run
    clock = Clock()
    clock.begin("starting")
    prepare_home(settings)
    try:
        with (
            RunLock(settings.home / "run.lock", "run"),
            _ended_by_signals(),
            local_stack(settings, console, reparse_seconds=NEVER_SECONDS) as airflow,
        ):
            page = {"Airflow": "stopped after this run; use `kreishaus up` to keep it running"}
            local_run = _local_run(settings, airflow.api, console, clock, page)
            clock.begin("stopping")
    except AlreadyRunning as in_use:
        return _say(console, str(in_use), ALREADY_RUNNING)
    except AirflowNotReady as reason:
        return _say(console, str(reason), RED)
    except AirflowGone as reason:
        return _say(console, f"{reason} Logs: {airflow_home(settings) / 'logs'}", RED)
    except KeyboardInterrupt:
        return _say(console, "Interrupted: everything was stopped.", INTERRUPTED)
    clock.stop()
    show(console, local_run)
    return GREEN if local_run.green else RED


def up(settings: Settings, console: Console) -> int:
    """Start Airflow, run the night once, and leave Airflow running for the following nights.

    Returns 0 if every DAG run succeeded, 1 if one is red, Airflow did not start or it was stopped,
    and 3 if another process uses the home folder. Raises ``FaultyList`` as ``run`` does.
    """
    settings.require_municipalities()
    clock = Clock()
    clock.begin("starting")
    prepare_home(settings)
    lock = settings.home / "run.lock"
    in_use = holder(lock)
    if in_use:
        words = f"{settings.home} is in use: kreishaus {in_use['purpose']}, process {in_use['pid']}"
        return _say(console, words, ALREADY_RUNNING)
    try:
        address = _open_stack(settings)
    except (AirflowNotReady, StoppedMeanwhile) as reason:
        return _say(console, str(reason), RED)
    entry = login(settings)
    api = AirflowApi(address, entry.user, entry.password)
    api.is_alive = lambda: holder(lock) is not None
    if not api.answers():
        words = f"Airflow at {address} refuses the login of {entry.user} in {entry.file}."
        retry = f"{words} Try: kreishaus down; kreishaus up"
        return _say(console, retry if api.is_alive() else str(StoppedMeanwhile()), RED)
    page: dict[str, str | Path] = {
        "Airflow": f"{address}, until `kreishaus down`",
        "its login": f"{entry.user}, password {entry.password}",
        "kept in": entry.file,
    }
    try:
        local_run = _local_run(settings, api, console, clock, page)
    except AirflowGone as reason:
        words = str(reason) if api.is_alive() else str(StoppedMeanwhile())
        return _say(console, words, RED)
    clock.stop()
    show(console, local_run)
    return GREEN if local_run.green else RED


def down(settings: Settings, console: Console) -> int:
    """Stop what ``up`` started. Returns 0 if nothing runs any more, 1 if something still does."""
    lock = settings.home / "run.lock"
    in_use = holder(lock)
    if in_use is None:
        return _say(console, f"Kreishaus is not running in {settings.home}.", GREEN)
    if in_use["purpose"] != supervisor.PURPOSE:
        words = f"Not stopped: kreishaus {in_use['purpose']} is running, process {in_use['pid']}."
        return _say(console, words, RED)
    os.kill(in_use["pid"], signal.SIGTERM)
    deadline = time.monotonic() + CLOSED_WITHIN_SECONDS
    while holder(lock):
        if time.monotonic() > deadline:
            words = f"Process {in_use['pid']} is still running after {CLOSED_WITHIN_SECONDS} s."
            return _say(console, words, RED)
        time.sleep(0.2)
    return _say(console, "Stopped.", GREEN)


def _local_run(
    settings: Settings,
    api: AirflowApi,
    console: Console,
    clock: Clock,
    page: Mapping[str, str | Path],
) -> LocalRun:
    run_id = new_run_id()
    with Display(console) as display:
        runs = run_dags(api, run_id, clock, display)
    clock.begin("summarising")
    return summarise(settings, api, runs, run_id, clock, page)


def _open_stack(settings: Settings) -> str:
    """Start the supervisor; return Airflow's address once it is ready.

    Raises ``AirflowNotReady`` if it does not become ready, ``StoppedMeanwhile`` if the supervisor
    was stopped first.
    """
    log = airflow_home(settings) / "logs" / "supervisor.log"
    make_folder(log.parent)
    supervisor.address_file(settings).unlink(missing_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "operations.local.supervisor"],
            cwd=REPOSITORY,
            env={**os.environ, **own_settings(settings)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + OPEN_WITHIN_SECONDS
    while (address := supervisor.address(settings)) is None:
        if process.poll() in (supervisor.STOPPED, -signal.SIGTERM):  # -SIGTERM: no handler yet
            raise StoppedMeanwhile
        if process.poll() is not None or time.monotonic() > deadline:
            raise AirflowNotReady(f"Airflow did not come up. {log}:\n{log.read_text()}")
        time.sleep(0.5)
    return address


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and a closed terminal stop a run and its processes, as Ctrl-C does."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = {name: signal.signal(name, interrupt) for name in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for name, handler in previous.items():
            signal.signal(name, handler)


def _say(console: Console, words: str, status: int) -> int:
    console.print(words, markup=False, highlight=False)
    return status
