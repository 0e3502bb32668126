"""An Airflow of our own: started with everything it needs, watched, and ended without remains."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from kreishaus.files import make_folder
from kreishaus.rights import prepare_home
from kreishaus.settings import REPOSITORY, Settings
from operations.local.api import AirflowApi
from operations.local.environment import airflow_environment, airflow_home
from operations.local.leftovers import end_leftovers, end_session, record_session
from operations.local.login import login
from operations.local.ports import PortReservation

WANTED_PORT = 8080
READY_WITHIN_SECONDS = 180
LOOK_EVERY_SECONDS = 0.5
GRACE_SECONDS = 10.0


class AirflowNotReady(Exception):
    """Airflow did not come up. The message says what is known, and where its logs are."""


class EmbeddedAirflow:
    """Airflow's processes as one thing that is entered and left."""

    def __init__(self, settings: Settings, *, reparse_seconds: int) -> None:
        self.settings = settings
        self.home = airflow_home(settings)
        self._reservation = PortReservation(WANTED_PORT)
        self.port = self._reservation.port
        self.reparse_seconds = reparse_seconds
        entry = login(settings)
        self.api = AirflowApi(f"http://127.0.0.1:{self.port}", entry.user, entry.password)
        self.started = datetime.now(UTC)
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = 0.0

    @property
    def _session_file(self) -> Path:
        return self.home / "session.json"

    def __enter__(self) -> Self:
        end_leftovers(self._session_file)
        prepare_home(self.settings)
        for folder in ("logs", "tmp", "plugins"):
            make_folder(self.home / folder)
        self.started = datetime.now(UTC)
        with (self.home / "logs" / "components.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "operations.local.components", str(os.getpid())],
                cwd=REPOSITORY,
                env=airflow_environment(
                    self.settings, self.port, reparse_seconds=self.reparse_seconds
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        record_session(self._session_file, self._process.pid)
        self._begun = psutil.Process(self._process.pid).create_time()
        self.api.is_alive = lambda: self._process is not None and self._process.poll() is None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        self._reservation.close()
        self._process.terminate()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # Tasks that still ran, and workers of a scheduler that was killed.
        end_session(self._process.pid, self._begun, grace_seconds=1.0)
        self._session_file.unlink(missing_ok=True)

    def wait_until_ready(self, dag_ids: set[str]) -> None:
        """Wait for every component's sign of life and for the DAGs to be read.

        Raises ``AirflowNotReady`` when a DAG file is broken, a component keeps dying, or it takes
        too long.
        """
        self._wait_for(self.api.answers, "the API server does not answer")
        self._reservation.close()
        self._wait_for(self._all_alive, "a component gives no sign of life")
        self._wait_for(lambda: self._dags_read(dag_ids, self.started), "a DAG is missing")

    def read_again(self, dag_id: str) -> None:
        """Have a DAG's file read again, and wait until it was."""
        asked = datetime.now(UTC)
        self.api.read_again(dag_id)
        self._wait_for(lambda: self._dags_read({dag_id}, asked), f"{dag_id} is not read again")

    def _all_alive(self) -> bool:
        seen = self.api.components_seen()
        return len(seen) == 3 and all(
            moment is not None and moment >= self.started for moment in seen.values()
        )

    def _dags_read(self, dag_ids: set[str], since: datetime) -> bool:
        parsed = self.api.dags_parsed()
        if all((moment := parsed.get(dag_id)) and moment >= since for dag_id in dag_ids):
            return True
        errors = self.api.import_errors()
        if errors:
            raise AirflowNotReady("\n".join(errors))
        return False

    def _wait_for(self, condition: Callable[[], bool], otherwise: str) -> None:
        assert self._process is not None
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not condition():
            if self._process.poll() is not None:
                raise AirflowNotReady(f"Airflow ended by itself.\n{self._last_words()}")
            if time.monotonic() > deadline:
                raise AirflowNotReady(
                    f"{otherwise} after {READY_WITHIN_SECONDS} s; logs: {self.home / 'logs'}"
                )
            time.sleep(LOOK_EVERY_SECONDS)

    def _last_words(self) -> str:
        log = self.home / "logs" / "components.log"
        return f"{log} ends:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:])
