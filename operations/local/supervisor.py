"""The process behind ``kreishaus up``: holds the lock, keeps Kreishaus running until told to end.

Runs as ``python -m operations.local.supervisor`` with the settings in its environment.
"""

from __future__ import annotations

import json
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

import psutil
from rich.console import Console

from kreishaus.files import closed_umask, write_json_atomically
from kreishaus.settings import Settings, read_settings
from operations.local.airflow import AirflowNotReady
from operations.local.environment import airflow_home
from operations.local.lock import AlreadyRunning, RunLock
from operations.local.stack import local_stack

PURPOSE = "up"
STOPPED = 128 + signal.SIGTERM
"""Exit status of one that was told to end before Airflow was ready."""
REPARSE_SECONDS = 60


def address_file(settings: Settings) -> Path:
    """The file that says that Kreishaus runs, and at which address."""
    return airflow_home(settings) / "up.json"


def address(settings: Settings) -> str | None:
    """Airflow's address while Kreishaus runs; None while it does not."""
    path = address_file(settings)
    if not path.exists():
        return None
    found: str = json.loads(path.read_text())["address"]
    return found


class _Stopped(BaseException):
    """Told to end while Airflow is still starting; no ``except Exception`` shall take it."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """End what was started so far, Airflow and dbt reading its project: nobody waits for it."""
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            child.terminate()
    raise _Stopped


def main() -> int:
    """Keep Kreishaus running until SIGTERM; what was started ends with it, at any moment."""
    closed_umask()
    settings = read_settings()
    stop = {signal.SIGTERM, signal.SIGINT}
    for one in stop:
        signal.signal(one, _stop)
    try:
        with RunLock(settings.home / "run.lock", PURPOSE):
            address_file(settings).unlink(missing_ok=True)
            with local_stack(settings, Console(), reparse_seconds=REPARSE_SECONDS) as airflow:
                write_json_atomically(address_file(settings), {"address": airflow.api.address})
                try:
                    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
                    signal.sigwait(stop)
                finally:
                    address_file(settings).unlink()
    except (AlreadyRunning, AirflowNotReady) as reason:
        print(reason)
        return 1
    except _Stopped:
        return STOPPED
    return 0


if __name__ == "__main__":
    sys.exit(main())
