"""The few questions that a run asks Airflow's REST API."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

TIMEOUT_SECONDS = 30
BACK_WITHIN_SECONDS = 120
"""A component that died is started again; an API server of two busy cores needs half a minute."""
ENDED = frozenset({"success", "failed"})


class AirflowGone(Exception):
    """Airflow was there and does not answer any more. The message says what is known of it."""


@dataclass(frozen=True)
class DagRun:
    """One run of one DAG. ``state`` is Airflow's word: queued, running, success, failed."""

    dag_id: str
    run_id: str
    state: str
    seconds: float | None

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True)
class Task:
    """One task of a run, or one portion of a mapped task, by the words a person knows it by."""

    dag_id: str
    task_id: str
    label: str
    state: str | None
    seconds: float | None
    map_index: int = -1
    attempt: int = 0

    @property
    def name(self) -> str:
        return f"{self.task_id} [{self.label}]" if self.label else self.task_id


class AirflowApi:
    """A client of one Airflow, in the name of ``user``."""

    def __init__(self, address: str, user: str, password: str) -> None:
        self.address = address
        self._login = {"username": user, "password": password}
        self.is_alive: Callable[[], bool] = lambda: True
        """Whether the processes that answer can still be hoped for."""
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy for the world is none for this machine
        # SQLite answers "locked" now and then, which the API server passes on as status 500.
        patient = Retry(total=4, connect=0, backoff_factor=0.3, status_forcelist=(500, 503))
        self._session.mount("http://", HTTPAdapter(max_retries=patient))

    def answers(self) -> bool:
        """Whether the API server is up and lets us in; takes a token when it does."""
        try:
            answer = self._session.post(
                f"{self.address}/auth/token", json=self._login, timeout=TIMEOUT_SECONDS
            )
        except requests.ConnectionError:
            return False
        if answer.status_code != 201:
            return False
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return True

    def components_seen(self) -> dict[str, datetime | None]:
        """When scheduler, dag_processor and triggerer last gave a sign of life."""
        health = self._ask("GET", "monitor/health")
        return {
            name: _moment(state.get(f"latest_{name}_heartbeat"))
            for name, state in health.items()
            if name in ("scheduler", "dag_processor", "triggerer")
        }

    def dags_parsed(self) -> dict[str, datetime | None]:
        """Every DAG with the moment it was last read."""
        dags = self._ask("GET", "dags", params={"limit": 100, "exclude_stale": "false"})["dags"]
        return {dag["dag_id"]: _moment(dag["last_parsed_time"]) for dag in dags}

    def import_errors(self) -> list[str]:
        """What is wrong with DAG files that cannot be read."""
        errors = self._ask("GET", "importErrors")["import_errors"]
        return [f"{error['filename']}:\n{error['stack_trace']}" for error in errors]

    def read_again(self, dag_id: str) -> None:
        """Have a DAG's file read again now."""
        token = self._ask("GET", f"dags/{dag_id}")["file_token"]
        answer = self._session.put(
            f"{self.address}/api/v2/parseDagFile/{token}", timeout=TIMEOUT_SECONDS
        )
        if answer.status_code != 409:  # asked for already, which is as good
            answer.raise_for_status()

    def unpause(self, dag_id: str) -> None:
        """Let runs of a DAG start."""
        self._ask("PATCH", f"dags/{dag_id}", json={"is_paused": False})

    def trigger(self, dag_id: str, run_id: str) -> None:
        """Start a run of a DAG under a name of our own."""
        try:
            self._ask(
                "POST", f"dags/{dag_id}/dagRuns", json={"dag_run_id": run_id, "logical_date": None}
            )
        except requests.HTTPError as error:
            if error.response.status_code != 409:  # asked again after an answer that was lost
                raise

    def run(self, dag_id: str, run_id: str) -> DagRun:
        """How a run stands."""
        found = self._ask("GET", f"dags/{dag_id}/dagRuns/{run_id}")
        return DagRun(dag_id, run_id, found["state"], found.get("duration"))

    def tasks(self, dag_id: str, run_id: str, *states: str) -> list[Task]:
        """The tasks of a run, or those in one of ``states``."""
        found = self._ask(
            "GET",
            f"dags/{dag_id}/dagRuns/{run_id}/taskInstances",
            params={"limit": 1000, **({"state": states} if states else {})},
        )
        return [
            Task(
                dag_id,
                entry["task_id"],
                _label(entry),
                entry["state"],
                entry["duration"],
                entry["map_index"],
                entry["try_number"],
            )
            for entry in found["task_instances"]
        ]

    def _ask(self, method: str, path: str, **words: Any) -> Any:  # noqa: ANN401  # JSON
        answer = self._patiently(method, f"{self.address}/api/v2/{path}", **words)
        if not answer.ok:
            raise requests.HTTPError(
                f"{method} {answer.url}: {answer.status_code} {answer.text[:500]}", response=answer
            )
        return answer.json()

    def _patiently(self, method: str, url: str, **words: Any) -> requests.Response:  # noqa: ANN401
        """The answer, also of an API server that died meanwhile and was started again.

        Raises ``AirflowGone`` when nobody will answer any more, or none did for too long.
        """
        begun = time.monotonic()
        while True:
            try:
                return self._session.request(method, url, timeout=TIMEOUT_SECONDS, **words)
            except (
                requests.ConnectionError,
                requests.Timeout,
                requests.exceptions.RetryError,
            ) as error:
                if not self.is_alive():
                    raise AirflowGone("Airflow was stopped while its run was watched.") from error
                if time.monotonic() - begun > BACK_WITHIN_SECONDS:
                    raise AirflowGone(
                        f"{method} {url}: no proper answer for {BACK_WITHIN_SECONDS} s "
                        f"({type(error).__name__}). Either the API server does not come up again, "
                        "or another program holds Airflow's database locked"
                    ) from error
            time.sleep(1)


def _label(entry: dict[str, Any]) -> str:
    """What a portion of a mapped task is called; a bare number until the task says it."""
    label = entry.get("rendered_map_index") or ""
    return "" if label == str(entry["map_index"]) else label


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
