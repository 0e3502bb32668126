"""What becomes of news that comes while the marts are built: Airflow's own scheduler, turn by turn.

Real in all parts but the executor: the DAG files, the metadata database, the asset events, the
scheduler's loop. What tasks did is written into the database by hand.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[3]
SCHEDULED = """
import json, sys, time
from types import SimpleNamespace
from airflow.utils import db
db.initdb()
from airflow.assets.manager import asset_manager
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
from airflow.jobs.job import Job
from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
from airflow.models.asset import AssetModel
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.sdk import timezone
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState, TaskInstanceState
from sqlalchemy import select, update

bundles = DagBundlesManager()
with create_session() as session:
    bundles.sync_bundles_to_db(session=session)
(folder,) = [b for b in bundles.get_all_dag_bundles() if b.name == "dags-folder"]


def read_files():
    bag = BundleDagBag(dag_folder=folder.path, bundle_path=folder.path, bundle_name=folder.name)
    sync_bag_to_db(bag, folder.name, folder.version)


read_files()
with create_session() as session:
    session.execute(update(DagModel).values(is_paused=False, next_dagrun_create_after=None))
    job = Job()
    session.add(job)
    session.flush()
    job_id = job.id
scheduler = SchedulerJobRunner(job=job)
scheduler.executor.callback_sink = SimpleNamespace(send=lambda callback: None)  # no alerts


def turn():
    with create_session() as session:
        session.execute(update(DagModel).values(next_dagrun_create_after=None))  # no clock here
        scheduler._do_scheduling(session)


def settle():
    # SQLite's clock knows whole seconds: a run made in this one begins in the next.
    for _ in range(5):
        turn()
        time.sleep(0.4)


def tell(name):
    with create_session() as session:
        asset = session.scalar(select(AssetModel).where(AssetModel.name == name))
        asset_manager.register_asset_change(asset=asset, session=session)
    return timezone.utcnow()


def runs(dag_id):
    with create_session() as session:
        found = session.scalars(select(DagRun).where(DagRun.dag_id == dag_id).order_by(DagRun.id))
        return [(run.state, run.start_date) for run in found]


def end(dag_id, state):
    # As when the last task ended; the scheduler then finds that the run has.
    with create_session() as session:
        (run,) = session.scalars(
            select(DagRun).where(DagRun.dag_id == dag_id, DagRun.state == DagRunState.RUNNING)
        )
        for ti in run.get_task_instances(session=session):
            ti.state = state


def story(dag_id, assets, state, read_meanwhile):
    first = len(runs(dag_id))
    tell(assets[0])
    settle()
    begun = runs(dag_id)[first:]
    for name in [assets[0], *assets, assets[0]]:
        last = tell(name)
        turn()
    if read_meanwhile:
        read_files()
    turn()
    meanwhile = runs(dag_id)[first:]
    end(dag_id, state)
    settle()
    after = runs(dag_id)[first:]
    end(dag_id, TaskInstanceState.SUCCESS)
    settle()
    return {
        "begun": [run[0] for run in begun],
        "meanwhile": [run[0] for run in meanwhile],
        "after": [run[0] for run in after],
        "after all news": after[-1][1] > last,
        "in the end": [run[0] for run in runs(dag_id)[first:]],
    }


answer = {
    f"{dag_id} {state} {read}": story(dag_id, assets, state, read)
    for dag_id, assets in (
        ("build_marts", ["staged_bamf", "staged_wtg"]), ("publish_reports", ["published"])
    )
    for state in (TaskInstanceState.SUCCESS, TaskInstanceState.FAILED)
    for read in (False, True)
}
sys.stdout = sys.__stdout__
print("\\n" + json.dumps(answer, default=str))
"""


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("kreishaus")
    done = subprocess.run(
        [sys.executable, "-c", SCHEDULED],
        env={
            **os.environ,
            "KREISHAUS_HOME": str(home),
            "AIRFLOW_HOME": str(home / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        },
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.mark.parametrize("dag_id", ["build_marts", "publish_reports"])
@pytest.mark.parametrize("state", ["success", "failed"])
@pytest.mark.parametrize("read_meanwhile", [False, True])
def test_news_that_comes_while_a_run_is_at_work_brings_one_more_run_that_begins_after_it(
    stories: dict[str, Any], dag_id: str, state: str, read_meanwhile: bool
) -> None:
    """Whether the first run ends green or red, and also where Airflow read the DAG file meanwhile.

    One more is enough: a run takes whatever is staged, or published, when it begins.
    """
    story = stories[f"{dag_id} {state} {read_meanwhile}"]
    assert story["begun"] == ["running"]
    assert story["meanwhile"] == ["running"]  # never two at once
    assert story["after"] == [state, "running"]
    assert story["after all news"]
    assert story["in the end"] == [state, "success"]  # and no third
