"""Real nights: Airflow's scheduler, API server and triggerer, run as a user runs them.

The tests of this file follow one another in one installation, as nights do.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from faults import everything_at_once
from reissues import move_one_vacant_place

from kreishaus.settings import Settings
from operations.local.api import AirflowApi
from operations.local.environment import airflow_home
from operations.local.lock import holder
from operations.local.login import login
from operations.local.stack import BUILD_DAG, INGEST_DAGS, REPORTS_DAG
from reports.papers import NAMES
from sample.make import make
from warehouse import versions
from warehouse.query import query

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]
KREISHAUS = Path(sys.executable).with_name("kreishaus")
GREEN, RED, ALREADY_RUNNING = 0, 1, 3


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = Settings(home=tmp_path_factory.mktemp("installation") / "var")
    yield settings
    shutil.rmtree(settings.home, ignore_errors=True)


def kreishaus(
    installation: Settings, *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a command in a session of its own, as from a terminal of its own."""
    return subprocess.Popen(
        [KREISHAUS, *arguments],
        env={**os.environ, "KREISHAUS_HOME": str(installation.home), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=1500)
    return process.returncode, output


def processes_in(installation: Settings) -> list[psutil.Process]:
    """Every process that works in this installation's home folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("KREISHAUS_HOME") == str(installation.home):
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until(what: str, condition: Any, seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.5)


def published(installation: Settings) -> dict[str, Any]:
    return versions.manifest(versions.current(installation), "internal")


def hashes(manifest: dict[str, Any]) -> dict[str, str]:
    return {mart["name"]: mart["content_hash"] for mart in manifest["marts"]}


def vacant_places(installation: Settings) -> int:
    sql = "select vacant_places from vacancy_by_region where vacant_places = 217"
    return int(query(installation, sql)["vacant_places"][0].as_py())


def listens_elsewhere(processes: list[psutil.Process]) -> list[str]:
    found = []
    for process in processes:
        try:
            connections = process.net_connections("inet")
        except psutil.Error:
            continue
        found += [
            f"{process.name()} on {connection.laddr.ip}:{connection.laddr.port}"
            for connection in connections
            if connection.status == psutil.CONN_LISTEN and connection.laddr.ip != "127.0.0.1"
        ]
    return found


def test_a_first_night_and_a_second_run_beside_it(installation: Settings) -> None:
    first = kreishaus(installation, "run")
    wait_until("the first run holds the home folder", (installation.home / "run.lock").exists)
    time.sleep(20)
    status, said = ended(kreishaus(installation, "run"))
    assert status == ALREADY_RUNNING
    assert str(first.pid) in said
    assert listens_elsewhere(processes_in(installation)) == []
    status, said = ended(first)
    assert status == GREEN, said
    told = ("bamf/hkl", "vacancy_by_region", "Data Docs", "published database", "papers", "green")
    assert [word for word in told if word not in said] == []
    assert processes_in(installation) == []
    manifest = published(installation)
    assert manifest["run_id"].startswith("night_")
    assert manifest["missing"] == {}
    assert [mart for mart in manifest["marts"] if mart["fault"]] == []
    assert vacant_places(installation) == 217
    assert became_of(installation, BUILD_DAG, "marts.vacancy_by_region") == "success"
    assert (installation.home / "docs" / "quality" / "index.html").exists()
    papers = installation.home / "reports"
    assert (papers / "index.html").exists()
    for name in NAMES:
        assert (papers / name / "latest" / "report.pdf").read_bytes().startswith(b"%PDF-")
        assert (papers / name / "latest" / "report.html").exists()


def component(installation: Settings, name: str) -> psutil.Process:
    """A component of Airflow: of the processes that write its log the one that began first."""
    log = str(airflow_home(installation) / "logs" / f"{name}.log")
    writing = [
        one
        for one in processes_in(installation)
        if str(Path(f"/proc/{one.pid}/fd/1").readlink()) == log
    ]
    return min(writing, key=lambda one: one.create_time())


def test_down_while_up_is_starting_ends_both_in_one_line(tmp_path: Path) -> None:
    installation = Settings(home=tmp_path / "var")
    starting = kreishaus(installation, "up")
    lock = installation.home / "run.lock"
    wait_until("the lock is held", lambda: holder(lock) is not None, 60)
    time.sleep(3)
    assert ended(kreishaus(installation, "down")) == (GREEN, "Stopped.\n")
    assert ended(starting) == (RED, "Stopped by `kreishaus down` before the run had ended.\n")
    wait_until("everything is stopped", lambda: processes_in(installation) == [], 30)


def test_a_correction_reaches_the_marts_through_its_asset(installation: Settings) -> None:
    """``up``, then a corrected workbook: the ingest run announces, build and papers follow.

    Scheduler and triggerer are killed before, each alone: they come back, and nothing is missed.
    """
    before = published(installation)
    paper = installation.home / "reports" / "demand" / "latest" / "report.html"
    printed = paper.read_bytes()
    status, said = ended(kreishaus(installation, "up"))
    try:
        assert status == GREEN, said
        assert hashes(published(installation)) == hashes(before)
        assert paper.read_bytes() == printed
        address = next(word for word in said.split() if word.startswith("http://127.0.0.1"))
        assert not AirflowApi(address.rstrip(";,"), "admin", "guessed").answers()
        entry = login(installation)
        assert f"{entry.user}, password {entry.password}" in said
        api = AirflowApi(address.rstrip(";,"), entry.user, entry.password)
        assert api.answers()
        for dag_id in (*INGEST_DAGS, BUILD_DAG, REPORTS_DAG):
            assert drawn(api, dag_id)
        for name in ("scheduler", "triggerer"):
            component(installation, name).kill()
            log = airflow_home(installation) / "logs" / "components.log"
            wait_until(name, lambda: f"{name} died; started again" in log.read_text(), 30)  # noqa: B023
        move_one_vacant_place(make(installation) / "drop" / "wtg" / "WTG_Stichtag_2021-08-15.xlsx")
        api.trigger("ingest_wtg", "corrected")
        wait_until(
            "a build by asset",
            lambda: published(installation)["run_id"].startswith("asset_triggered"),
        )
        sql = "select count(*) as dates from vacancy_by_region where vacant_places = 217"
        assert query(installation, sql)["dates"][0].as_py() == 0
        assert published(installation)["missing"] == {}
        wait_until("the papers follow", lambda: paper.read_bytes() != printed)
    finally:
        status, said = ended(kreishaus(installation, "down"))
    assert status == GREEN, said
    wait_until("everything is stopped", lambda: processes_in(installation) == [], 30)


def became_of(installation: Settings, dag_id: str, task_id: str) -> str | None:
    """What Airflow's database holds of a task, the DAG run being the only one."""
    with closing(sqlite3.connect(airflow_home(installation) / "airflow.db")) as database:
        found = database.execute(
            "select state from task_instance where dag_id = ? and task_id = ?", (dag_id, task_id)
        ).fetchone()
    return found[0] if found else None


def drawn(api: AirflowApi, dag_id: str) -> list[str]:
    """What Airflow's page draws of a DAG."""
    answer = api._session.get(
        f"{api.address}/ui/structure/structure_data", params={"dag_id": dag_id}, timeout=60
    )
    assert answer.status_code == 200, f"{dag_id}: {answer.text[:300]}"
    return [node["id"] for node in answer.json()["nodes"]]


def killed_in_a_run(installation: Settings, moment: float) -> list[psutil.Process]:
    """What was killed, ``moment`` seconds into a run; sooner if the run is over by then."""
    run = kreishaus(installation, "run")
    wait_until("the run holds the home folder", (installation.home / "run.lock").exists)
    try:
        run.wait(moment)
    except subprocess.TimeoutExpired:
        killed = processes_in(installation)
        for process in killed:
            process.send_signal(signal.SIGKILL)
        run.communicate(timeout=30)
        return killed
    return killed_in_a_run(installation, moment / 2)


@pytest.mark.parametrize("seed", [2021])
def test_killed_at_a_random_moment_readers_see_a_complete_version(
    installation: Settings, seed: int
) -> None:
    killed = killed_in_a_run(installation, random.Random(seed).uniform(5, 60))
    assert len(killed) > 1
    assert set(hashes(published(installation))) >= {"vacancy_by_region", "asylum_national_monthly"}
    assert (
        query(installation, "select count(*) as months from asylum_national_monthly")[0][0].as_py()
        == 52
    )


def vacant_in_august(installation: Settings) -> int:
    """Of the county's homes on 15.08.2021, the date whose workbook is cut in the bad night."""
    sql = "select vacant_places from vacancy_by_region where region_level = 'Kreis'"
    sql += " and reference_date = '2021-08-15' and offer_type_code = 'vollstationaer'"
    return int(query(installation, sql)["vacant_places"][0].as_py())


def last_runs(installation: Settings) -> dict[str, str]:
    """How the newest run of each DAG of the night ended, by Airflow's own books."""
    sql = "select dag_id, state, max(start_date) from dag_run group by dag_id"
    with sqlite3.connect(installation.home / "airflow" / "airflow.db") as books:
        ended = {dag_id: state for dag_id, state, _ in books.execute(sql)}
    return {dag_id: ended[dag_id] for dag_id in (*INGEST_DAGS, BUILD_DAG)}


def test_a_night_with_faults_everywhere_ends_by_itself_and_explains_itself(
    installation: Settings, tmp_path: Path
) -> None:
    """One source down, one under repair, a cut file, a list of persons, a month issued again."""
    before, vacant = published(installation), vacant_in_august(installation)
    with everything_at_once(installation, tmp_path) as (environment, mails):
        status, said = ended(kreishaus(installation, "run", env=environment))
        assert status == RED, said
        assert last_runs(installation) == {
            "ingest_it_nrw": "failed",
            "ingest_azr": "failed",
            "ingest_wtg": "failed",
            "ingest_bamf": "success",
            "ingest_county": "success",
            "ingest_papers": "success",
            "build_marts": "success",
        }
        told = {mail["Subject"].rpartition(": ")[2] for mail in mails.got}
        assert told == {f"ingest_{source} is red" for source in ("it_nrw", "wtg", "azr")}
        _, said = ended(kreishaus(installation, "status", "--format", "json", env=environment))
    issues = {
        (entry["dataset"], issue["kind"])
        for entry in json.loads(said)["datasets"]
        for issue in entry["issues"]
        if issue["severity"] != "yellow"
    }
    assert {about for about, kind in issues if kind == "silent"} == {
        *("wtg/heimfinder", "it_nrw/care_recipients", "it_nrw/care_recipients_by_age"),
        "it_nrw/population_municipalities",
    }
    assert ("azr/crosstable", "refused") in issues
    assert ("wtg/stichtag", "quarantine") in issues
    assert ("bamf/hkl", "reissued") in issues
    assert vacant_in_august(installation) == vacant
    sql = "select applications_first as syria from asylum_by_country_monthly"
    sql += " where reference_month = '2021-09-01' and ls_code = '475'"
    assert query(installation, sql)["syria"].to_pylist() == [3941]
    sql = "select old_value, new_value from revisions where measure = 'applications_first'"
    sql += " and row_label like '2021-09%Syrien%'"
    assert query(installation, sql).to_pylist() == [{"old_value": "3911", "new_value": "3941"}]
    assert set(hashes(published(installation))) == set(hashes(before))
