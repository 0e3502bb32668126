"""Airflow's four processes, forked from one that has imported everything once.

Each of ``airflow api-server``, ``scheduler``, ``dag-processor`` and ``triggerer`` spends seconds
importing the same modules; forked, they are all ready in the time of one. The scheduler is forked
last, after Great Expectations was imported: the tasks are forks of the scheduler's workers and
find it imported, which is 5 to 6 s less for each.

Runs as ``python -m operations.local.components <parent>`` in the environment that
``environment.py`` makes, keeps the four alive, and ends with the process ``<parent>``.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from kreishaus.files import CLOSED_FILE, closed_umask
from operations.pools import pools

# A forked process must not need threads that its parent started.
os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
    "scheduler": ("scheduler", "--skip-serve-logs"),
}
AIRFLOW_MODULES = (
    "airflow.settings",
    "airflow.cli.cli_parser",
    "airflow.utils.db",
    "airflow.api_fastapi.app",
    "airflow.jobs.dag_processor_job_runner",
    "airflow.jobs.triggerer_job_runner",
    "airflow.jobs.scheduler_job_runner",
)
TASK_MODULES = ("pandas", "great_expectations", "pypdfium2", "openpyxl", "pyarrow.dataset")
"""What tasks import and what changes only with an installation: our own code is read each time."""
BEGUN = time.monotonic()
RESTARTS_ALLOWED = 5
GRACE_SECONDS = 6.0


def main() -> None:
    """Start the components, replace one that dies, stop all when asked or left alone."""
    closed_umask()
    parent = int(sys.argv[1])  # asked of the system, it might be somebody else's by now
    _import(AIRFLOW_MODULES)
    from sqlalchemy.exc import OperationalError

    try:
        ready_database(pools())
    except OperationalError as error:
        sys.exit(
            f"Airflow's database {os.environ['AIRFLOW_HOME']}/airflow.db cannot be used: "
            f"{error.orig}. If it is locked, another program has it open (fuser says which): end "
            "that, and start again"
        )
    _say("database ready")
    processes = ProcessPool(Path(os.environ["AIRFLOW_HOME"]) / "logs")
    signal.signal(signal.SIGTERM, processes.ask_to_stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    for name in ("api-server", "dag-processor", "triggerer"):
        processes.start(name)
    _import(TASK_MODULES)
    processes.start("scheduler")
    processes.watch(until=lambda: os.getppid() != parent)


def _import(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)
    _say(f"imported {', '.join(modules)}")


def _say(what: str) -> None:
    """A line of ``components.log``: what happened after how many seconds of wall and of work."""
    print(f"{time.monotonic() - BEGUN:6.1f} s ({time.process_time():.1f} s): {what}", flush=True)


def ready_database(pools: Mapping[str, Mapping[str, object]]) -> None:
    """Create or upgrade Airflow's database; close what a killed run left open in it.

    Every DAG is paused: who runs the night unpauses a DAG when its turn has come.
    """
    from airflow.models.asset import AssetDagRunQueue
    from airflow.models.dag import DagModel
    from airflow.models.dagrun import DagRun
    from airflow.models.pool import Pool
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils import db
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState, State, TaskInstanceState
    from sqlalchemy import delete, update

    db.initdb()
    open_runs = (DagRunState.RUNNING, DagRunState.QUEUED)
    open_tasks = tuple(state for state in State.unfinished if state is not None)
    with create_session() as session:
        for name, pool in pools.items():
            Pool.create_or_update_pool(name=name, **pool, session=session)  # type: ignore[arg-type]
        for statement in (
            update(DagModel).values(is_paused=True),
            update(DagRun).where(DagRun.state.in_(open_runs)).values(state=DagRunState.FAILED),
            update(TaskInstance)
            .where(TaskInstance.state.in_(open_tasks))
            .values(state=TaskInstanceState.FAILED),
            delete(AssetDagRunQueue),
        ):
            session.execute(statement.execution_options(synchronize_session=False))


class ProcessPool:
    """The living components, by process id."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.alive: dict[int, str] = {}
        self.restarts = 0
        self.stopping = False

    def ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """What SIGTERM does."""
        self.stopping = True

    def start(self, name: str) -> None:
        """Fork a component; its output goes to ``logs/<name>.log``."""
        pid = os.fork()
        if pid == 0:
            _run_component(name, self.logs / f"{name}.log")
        self.alive[pid] = name

    def watch(self, until: Callable[[], bool]) -> None:
        """Replace components that die, until asked to stop; then stop them all."""
        while not (self.stopping or until()):
            for name in self._reap():
                if self.restarts == RESTARTS_ALLOWED:
                    self.stop()
                    sys.exit(f"{name} died; gave up after {self.restarts} restarts: {self.logs}")
                self.restarts += 1
                _say(f"{name} died; started again ({self.restarts})")
                self.start(name)
            time.sleep(0.3)
        self.stop()

    def stop(self) -> None:
        """Ask every component to end, and make it after a while."""
        for deadly in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.alive:
                with suppress(ProcessLookupError):
                    os.kill(pid, deadly)
            deadline = time.monotonic() + GRACE_SECONDS
            while self.alive and time.monotonic() < deadline:
                self._reap()
                time.sleep(0.05)

    def _reap(self) -> list[str]:
        dead = []
        while self.alive:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid in self.alive:
                dead.append(self.alive.pop(pid))
        return dead


def _run_component(name: str, log: Path) -> None:
    """Turn a forked process into an Airflow component. Never returns."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    status = 1
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, CLOSED_FILE)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        sys.argv = ["airflow", *COMMANDS[name]]
        from airflow.__main__ import main as airflow

        airflow()  # type: ignore[no-untyped-call]
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
