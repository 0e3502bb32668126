"""Backfill through Airflow's own machinery, and the alert that its red run sends.

Real in all parts but the scheduler: metadata database, backfill, task runs, notifiers, servers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azr_workbooks import CROSSTABLE, with_cell
from openpyxl import load_workbook
from receivers import Mailbox, Webhook, mail_server, webhook

from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.store.quarantine import Quarantine
from kreishaus.store.visits import Visits

REPOSITORY = Path(__file__).parents[3]
MISREAD, ITS_SUM = 3_389, "6,039"
"""A count of men that was 3,399, so that the door lets it in; the sexes now make another sum."""

REASON = "the register sent 30 September again"

BACKFILL = """
import json, sys
from unittest.mock import patch
from airflow.utils import db
db.initdb()
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
from airflow.models.backfill import Backfill, ReprocessBehavior, _create_backfill
from airflow.models.asset import AssetEvent
from airflow.models.dagrun import DagRun
from airflow.models.log import Log
from airflow.models.renderedtifields import RenderedTaskInstanceFields
from airflow.models.serialized_dag import SerializedDagModel
from airflow.models.xcom import XComModel
from airflow.sdk import timezone
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from sqlalchemy import select, update

bundles = DagBundlesManager()
with create_session() as session:
    bundles.sync_bundles_to_db(session=session)
(folder,) = [b for b in bundles.get_all_dag_bundles() if b.name == "dags-folder"]
bag = BundleDagBag(dag_folder=folder.path, bundle_path=folder.path, bundle_name=folder.name)
sync_bag_to_db(bag, folder.name, folder.version)
dag = bag.dags["ingest_azr"]


def backfill(conf, first, last, again=ReprocessBehavior.NONE):
    with create_session() as session:
        session.execute(update(Backfill).values(completed_at=timezone.utcnow()))
    made = _create_backfill(
        dag_id="ingest_azr",
        from_date=timezone.parse(f"{first}T00:00+02:00"),
        to_date=timezone.parse(f"{last}T00:00+02:00"),
        max_active_runs=1,
        reverse=False,
        dag_run_conf=conf,
        triggering_user_name="somebody",
        reprocess_behavior=again,
    )
    with create_session() as session:
        chosen = select(DagRun.run_id).where(DagRun.backfill_id == made.id)
        return [run_dags(run_id) for run_id in session.scalars(chosen.order_by(DagRun.run_id))]


def run_dags(run_id):
    def this_run(*, dag, session, **_):
        run = session.scalar(select(DagRun).where(DagRun.run_id == run_id))
        run.state, run.dag = DagRunState.RUNNING, dag
        session.commit()
        return run

    # dag.test would make a manual run of its own.
    with patch("airflow.models.dagrun.get_or_create_dagrun", this_run):
        dag.test()
    with create_session() as session:
        run = session.scalar(select(DagRun).where(DagRun.run_id == run_id))
        return {
            "run_id": run_id,
            "type": run.run_type,
            "conf": run.conf,
            "state": run.state,
            "tasks": {ti.task_id: ti.state for ti in run.get_task_instances(session=session)},
        }


def refused(conf):
    # The page, the API and the command line all go through this.
    serialized = SerializedDagModel.get("ingest_azr").dag
    now = timezone.utcnow()
    try:
        with create_session() as session:
            serialized.create_dagrun(
                run_id="by_hand", run_after=now, conf=conf, run_type=DagRunType.MANUAL,
                triggered_by=DagRunTriggeredByType.REST_API, state=DagRunState.QUEUED,
                session=session,
            )
    except ValueError as refusal:  # which the API answers with status 400
        return str(refusal)


def kept():
    with create_session() as session:
        xcoms = [row.value for row in session.scalars(select(XComModel))]
        rendered = select(RenderedTaskInstanceFields)
        fields = [row.rendered_fields for row in session.scalars(rendered)]
        events = [row.extra for row in session.scalars(select(AssetEvent))]
        notes = [row.extra for row in session.scalars(select(Log))]
        return {"xcoms": xcoms, "others": [fields, events, notes]}


answer = {
    "first": backfill({"reason": REASON}, "2021-09-29", "2021-10-01"),
    "the same days": backfill({"reason": REASON}, "2021-09-29", "2021-10-01"),
    "again": backfill({"reason": REASON}, "2021-09-30", "2021-10-01", ReprocessBehavior.COMPLETED),
    "no reason": backfill({}, "2021-06-30", "2021-07-01"),
    "refused": [refused(conf) for conf in ({"from": "1.7.2021"}, {"reason": " "}, {"to": 2021})],
    "kept": kept(),
}
sys.stdout = sys.__stdout__
print("\\n" + json.dumps(answer, default=str))
"""


@dataclass
class Backfilled:
    """What the backfills did, and who was told what."""

    settings: Settings
    backfills: dict[str, Any]
    mails: Mailbox
    posts: Webhook


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backfilled]:
    home = tmp_path_factory.mktemp("kreishaus")
    settings = Settings(home=home)
    drop = settings.drop_folder("azr")
    drop.mkdir(parents=True)
    (drop / CROSSTABLE).write_bytes(with_cell(CROSSTABLE, "D12", MISREAD))
    with mail_server() as mails, webhook() as posts:
        done = subprocess.run(
            [sys.executable, "-c", f"REASON = {REASON!r}\n{BACKFILL}"],
            env={
                **os.environ,
                "KREISHAUS_HOME": str(home),
                "KREISHAUS_RETRY_MINUTES": "0",
                "KREISHAUS_ALERTS__EMAILS": '["data@county.example"]',
                "KREISHAUS_ALERTS__WEBHOOK_CONNECTION": "county_chat",
                "AIRFLOW_CONN_SMTP_DEFAULT": mails.connection,
                "AIRFLOW_CONN_COUNTY_CHAT": posts.connection,
                "AIRFLOW_HOME": str(home / "airflow"),
                "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            },
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr[-4000:]
    yield Backfilled(settings, json.loads(done.stdout.splitlines()[-1]), mails, posts)


def only_run(told: Backfilled, name: str) -> dict[str, Any]:
    (run,) = told.backfills[name]
    return run


def test_a_run_for_each_night_of_the_window_is_made_and_carries_the_reason(
    told: Backfilled,
) -> None:
    """01:30 German summer time is 23:30 UTC of the day before; 1 October at 0:00 is the end."""
    assert [(run["run_id"], run["type"], run["conf"]) for run in told.backfills["first"]] == [
        ("backfill__2021-09-28T23:30:00+00:00", "backfill", {"reason": REASON}),
        ("backfill__2021-09-29T23:30:00+00:00", "backfill", {"reason": REASON}),
    ]


def test_a_day_about_which_nothing_is_offered_is_skipped(told: Backfilled) -> None:
    nothing, _ = told.backfills["first"]
    assert nothing["state"] == "success"
    assert nothing["tasks"].pop("complete") == "success"
    assert set(nothing["tasks"].values()) == {"skipped"}


def test_the_file_about_the_day_is_landed_and_judged_with_the_reason_kept(told: Backfilled) -> None:
    _, run = told.backfills["first"]
    assert (run["state"], run["tasks"]["crosstable.process_files"]) == ("failed", "failed")
    landing = Landing(told.settings.landing, "azr", "crosstable")
    (sha256,) = landing.hashes()
    assert [sighting.reason for sighting in landing.sightings(sha256)] == [REASON, REASON]
    visits = Visits(told.settings.landing, "azr", "crosstable").read()
    assert [(visit.offered, visit.new, visit.reason) for visit in visits] == [
        (1, 1, REASON),
        (1, 0, REASON),
    ]


def test_the_same_backfill_again_makes_no_run_and_done_again_changes_nothing(
    told: Backfilled,
) -> None:
    assert told.backfills["the same days"] == []
    assert only_run(told, "again")["tasks"] == told.backfills["first"][1]["tasks"]
    assert len(list(Quarantine(told.settings.quarantine, "azr", "crosstable").files())) == 1
    assert list(told.settings.staged.rglob("*.parquet")) == []


def test_a_backfill_without_a_reason_is_refused_before_it_visits_anybody(told: Backfilled) -> None:
    run = only_run(told, "no reason")
    assert (run["state"], run["tasks"]["crosstable.fetch_new"]) == ("failed", "failed")
    visits = Visits(told.settings.landing, "azr", "crosstable").read()
    assert {visit.reason for visit in visits} == {REASON}


def test_a_red_run_is_told_once_with_what_where_why_and_what_to_do(told: Backfilled) -> None:
    """Three runs were red; the second had the same fault as the first within the same night."""
    subject = f"Kreishaus ({told.settings.county.name}): ingest_azr is red"
    assert [mail["Subject"] for mail in told.mails.got] == [subject] * 2
    assert told.mails.recipients == [["data@county.example"]] * 2
    assert told.mails.got[0]["From"] == "kreishaus@county.example"
    (file,) = Quarantine(told.settings.quarantine, "azr", "crosstable").files()
    text = told.mails.texts[0]
    for words in (
        "ingest_azr is red, run backfill__2021-09-29T23:30:00+00:00.",
        "Its task crosstable.process_files failed.",
        "quarantine  azr/crosstable: AZR_Kreuztabelle_2021-09-30.csv",
        str(file.folder / "reason.txt"),
        "The last good version stays in force.",
        "/dags/ingest_azr/runs/backfill__2021-09-29T23%3A30%3A00%2B00%3A00",
        "kreishaus status",
    ):
        assert words in text
    assert "Its task" in told.mails.texts[1] and "fetch_new failed." in told.mails.texts[1]
    assert "the log of the red task says why" in told.mails.texts[1]


def test_what_leaves_by_webhook_names_the_rule_and_quotes_no_file(
    told: Backfilled,
) -> None:
    (file,) = Quarantine(told.settings.quarantine, "azr", "crosstable").files()
    first, second = told.posts.got
    rules = ", ".join(sorted({finding.rule for finding in file.findings}))
    assert f"quarantine azr/crosstable: AZR_Kreuztabelle_2021-09-30.csv: {rules}\n" in first
    assert file.findings[0].message not in first
    assert "/dags/ingest_azr/runs/" in first and "/dags/ingest_azr/runs/" in second


def test_a_value_that_the_form_does_not_allow_is_refused_before_there_is_a_run(
    told: Backfilled,
) -> None:
    day, reason, number = told.backfills["refused"]
    assert "'1.7.2021' is not a 'date'" in day
    assert "' ' does not match" in reason
    assert "2021 is not of type 'null', 'string'" in number


def test_airflow_s_database_holds_no_text_of_a_file_that_was_refused(told: Backfilled) -> None:
    """The second run finds the file in quarantine, the first puts it there; both say so."""
    kept = json.dumps(told.backfills["kept"], ensure_ascii=False)
    (file,) = Quarantine(told.settings.quarantine, "azr", "crosstable").files()
    assert str(file.folder) in kept  # where to look
    assert ITS_SUM in (file.folder / "reason.txt").read_text()  # what was to be passed on
    assert ITS_SUM not in kept
    sheet = load_workbook(told.settings.drop_folder("azr") / CROSSTABLE).worksheets[0]
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    assert str(MISREAD) in texts
    long_enough = {text for text in texts if len(text) > 4}
    assert {text for text in long_enough if text in kept} == set()
