"""Real nights: Airflow's scheduler, API server and triggerer, run as a user runs them.

The tests of this file follow one another in one installation, as nights do.
"""

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from faults import CORRUPT, everything_at_once
from real_runs import Ended, ended, kreishaus, processes_in, wait_until
from reissues import move_one_vacant_place
from shared_night import FirstNight

from kreishaus.settings import Settings
from operations.local.api import AirflowApi
from operations.local.environment import airflow_home
from operations.local.lock import holder
from operations.local.login import login
from operations.local.stack import BUILD_DAG, INGEST_DAGS, REPORTS_DAG
from reports.papers import NAMES
from warehouse import versions
from warehouse.query import query

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]
GREEN, RED, ALREADY_RUNNING = 0, 1, 3


@pytest.fixture(scope="module")
def installation(
    first_night: FirstNight, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """The home after its first night, moved to another folder, where these tests go on."""
    settings = Settings(home=tmp_path_factory.mktemp("installation") / "var")
    shutil.copytree(first_night.installation.home, settings.home, symlinks=True)
    yield settings
    shutil.rmtree(settings.home, ignore_errors=True)


def published(installation: Settings) -> dict[str, Any]:
    return versions.manifest(versions.current(installation), "internal")


def hashes(manifest: dict[str, Any]) -> dict[str, str]:
    return {mart["name"]: mart["content_hash"] for mart in manifest["marts"]}


def vacant_places(installation: Settings) -> int:
    sql = "select vacant_places from vacancy_by_region where vacant_places = 217"
    return int(query(installation, sql)["vacant_places"][0].as_py())


def test_a_first_night_is_green_and_publishes_everything(first_night: FirstNight) -> None:
    night, said = first_night.installation, first_night.run.said
    told = ("bamf/hkl", "vacancy_by_region", "Data Docs", "published database", "papers", "green")
    assert [word for word in told if word not in said] == []
    assert first_night.left == []
    manifest = published(night)
    assert manifest["run_id"].startswith("night_")
    assert manifest["missing"] == {}
    assert [mart for mart in manifest["marts"] if mart["fault"]] == []
    assert vacant_places(night) == 217
    assert became_of(night, BUILD_DAG, "marts.vacancy_by_region") == "success"
    assert (night.home / "docs" / "quality" / "index.html").exists()
    papers = night.home / "reports"
    assert (papers / "index.html").exists()
    for name in NAMES:
        assert (papers / name / "latest" / "report.pdf").read_bytes().startswith(b"%PDF-")
        assert (papers / name / "latest" / "report.html").exists()


def test_a_second_run_beside_it_is_turned_away(first_night: FirstNight) -> None:
    assert first_night.beside.status == ALREADY_RUNNING
    assert str(first_night.pid) in first_night.beside.said


def test_it_listens_to_this_machine_alone(first_night: FirstNight) -> None:
    assert first_night.listening == []


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
    assert ended(kreishaus(installation, "down")) == Ended(GREEN, "Stopped.\n")
    assert ended(starting) == Ended(RED, "Stopped by `kreishaus down` before the run had ended.\n")
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


def test_a_night_with_faults_everywhere_explains_itself_and_a_correction_mends_it(
    installation: Settings, tmp_path: Path
) -> None:
    """One source down, one under repair, a cut file, a list of persons, a month issued again.

    ``up`` goes on after such a night. The cut workbook is then handed in whole and corrected: the
    ingest run announces it, build and papers follow. Scheduler and triggerer are killed before,
    each alone: they come back, and nothing is missed.
    """
    before, vacant = published(installation), vacant_in_august(installation)
    with everything_at_once(installation, tmp_path) as (environment, mails):
        up = ended(kreishaus(installation, "up", env=environment))
        try:
            assert up.status == RED, up.said
            told = {mail["Subject"].rpartition(": ")[2] for mail in mails.got}
            assert told == {f"ingest_{source} is red" for source in ("it_nrw", "wtg", "azr")}
            assert vacant_in_august(installation) == vacant
            assert set(hashes(published(installation))) == set(hashes(before))
            the_night_explains_itself(installation, environment)
            corrected = installation.sample / "drop" / "wtg" / CORRUPT
            move_one_vacant_place(corrected)
            a_correction_reaches_the_marts(
                installation, up, lambda: shutil.copy(corrected, tmp_path / "drop" / "wtg")
            )
        finally:
            down = ended(kreishaus(installation, "down"))
    assert down.status == GREEN, down.said
    wait_until("everything is stopped", lambda: processes_in(installation) == [], 30)


def the_night_explains_itself(installation: Settings, environment: Mapping[str, str]) -> None:
    assert last_runs(installation) == {
        "ingest_it_nrw": "failed",
        "ingest_azr": "failed",
        "ingest_wtg": "failed",
        "ingest_bamf": "success",
        "ingest_county": "success",
        "ingest_papers": "success",
        "build_marts": "success",
    }
    status = ended(kreishaus(installation, "status", "--format", "json", env=environment))
    issues = {
        (entry["dataset"], issue["kind"])
        for entry in json.loads(status.said)["datasets"]
        for issue in entry["issues"]
        if issue["severity"] != "yellow"
    }
    assert {about for about, kind in issues if kind == "silent"} == {
        *("wtg/heimfinder", "it_nrw/care_recipients", "it_nrw/care_recipients_by_age"),
        "it_nrw/population_municipalities",
    }
    assert ("azr/crosstable", "refused") in issues
    assert ("wtg/stichtag", "refused") in issues
    assert ("bamf/hkl", "reissued") in issues
    sql = "select applications_first as syria from asylum_by_country_monthly"
    sql += " where reference_month = '2021-09-01' and ls_code = '475'"
    assert query(installation, sql)["syria"].to_pylist() == [3941]
    sql = "select old_value, new_value from revisions where measure = 'applications_first'"
    sql += " and row_label like '2021-09%Syrien%'"
    assert query(installation, sql).to_pylist() == [{"old_value": "3911", "new_value": "3941"}]


def a_correction_reaches_the_marts(
    installation: Settings, up: Ended, hand_in: Callable[[], object]
) -> None:
    paper = installation.home / "reports" / "demand" / "latest" / "report.html"
    printed = paper.read_bytes()
    address = next(word for word in up.said.split() if word.startswith("http://127.0.0.1"))
    assert not AirflowApi(address.rstrip(";,"), "admin", "guessed").answers()
    entry = login(installation)
    assert f"{entry.user}, password {entry.password}" in up.said
    api = AirflowApi(address.rstrip(";,"), entry.user, entry.password)
    assert api.answers()
    for dag_id in (*INGEST_DAGS, BUILD_DAG, REPORTS_DAG):
        assert drawn(api, dag_id)
    for name in ("scheduler", "triggerer"):
        component(installation, name).kill()
        log = airflow_home(installation) / "logs" / "components.log"
        wait_until(name, lambda: f"{name} died; started again" in log.read_text(), 30)  # noqa: B023
    hand_in()
    api.trigger("ingest_wtg", "corrected")
    wait_until(
        "a build by asset",
        lambda: published(installation)["run_id"].startswith("asset_triggered"),
    )
    sql = "select count(*) as dates from vacancy_by_region where vacant_places = 217"
    assert query(installation, sql)["dates"][0].as_py() == 0
    assert published(installation)["missing"] == {}
    wait_until("the papers follow", lambda: paper.read_bytes() != printed)
