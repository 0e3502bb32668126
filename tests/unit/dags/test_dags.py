"""The DAGs as a policy, and what their tasks make of a visit. Read by Airflow itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kreishaus.datasets import SOURCES

REPOSITORY = Path(__file__).parents[3]
DAGS = REPOSITORY / "dags"
FILES = sorted(DAGS.glob("*.py"))
SECONDS_TO_IMPORT = 1.0
HEAVY = {
    "pandas",
    "pyarrow",
    "great_expectations",
    "duckdb",
    "dbt",
    "cosmos",
    "aiohttp",
    "aiosmtplib",
    "matplotlib",
    "typst",
}

READ_BY_AIRFLOW = """
import json, socket, sqlite3, sys, time
from airflow.sdk import DAG, Asset, TaskGroup, dag, task
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

def forbidden(*_args, **_words):
    raise AssertionError("a DAG file opened a connection while it was read")

before = set(sys.modules)
socket.socket.connect = forbidden
sqlite3.connect = forbidden
sys.path.insert(0, sys.argv[1])
begun = time.process_time()
bag = DagBag(sys.argv[1])
took = time.process_time() - begun
sys.stdout = sys.__stdout__
print("\\n" + json.dumps({
    "seconds": took,
    "errors": bag.import_errors,
    "imported": sorted({name.split(".")[0] for name in set(sys.modules) - before}),
    "dags": {name: DagSerialization.serialize_dag(dag) for name, dag in sorted(bag.dags.items())},
}, sort_keys=True, default=str))
"""


def read_by_airflow(home: Path, hash_seed: str, **variables: str) -> dict:
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home / f"airflow-{hash_seed}"),
        "KREISHAUS_HOME": str(home),
        "PYTHONHASHSEED": hash_seed,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-c", READ_BY_AIRFLOW, str(DAGS)],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


NODES = [
    ("seed.k.codes", "codes", "seed", "seeds", "codes", []),
    ("model.k.stg_a__rows", "stg_a__rows", "model", "staging", "stg_a__rows", ["seed.k.codes"]),
    (
        "test.k.unique_rows",
        "unique_stg_a__rows_id",
        "test",
        "staging",
        "stg_a__rows",
        ["model.k.stg_a__rows"],
    ),
    ("model.k.vacancy", "vacancy", "model", "marts", "vacancy", ["model.k.stg_a__rows"]),
]


@pytest.fixture(scope="module")
def readings(tmp_path_factory):
    home = tmp_path_factory.mktemp("kreishaus")
    (home / "warehouse").mkdir()
    words = ("unique_id", "name", "kind", "layer", "owner", "parents")
    nodes = [{**dict(zip(words, node, strict=True)), "description": ""} for node in NODES]
    (home / "warehouse" / "nodes.json").write_text(json.dumps(nodes))
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda seed: read_by_airflow(home, seed), ("1", "2")))


@pytest.fixture(scope="module")
def dags(readings):
    return readings[0]["dags"]


def tasks_of(dag):
    return {task["__var"]["task_id"]: task["__var"] for task in dag["tasks"]}


def test_every_file_is_read_without_error(readings):
    assert readings[0]["errors"] == {}
    single = {path.stem for path in FILES} - {"ingest_sources"}
    assert single == {"build_marts", "maintenance", "publish_reports", "watch_freshness"}
    assert set(readings[0]["dags"]) == single | {source.dag_id for source in SOURCES}


def test_no_file_hides_a_package_or_another_bundle_s_module():
    """Airflow puts the folder on the path, of every bundle that it has.

    So ``import ingest`` shall find the package, and what the DAG files share has our name.
    """
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
    assert "ingest" in packages
    assert not packages & {path.stem for path in DAGS.glob("*.py")}
    assert [path.parent.name for path in DAGS.glob("*/__init__.py")] == ["kreishaus_dags"]
    assert "kreishaus_dags/" in (DAGS / ".airflowignore").read_text().split()


def test_reading_is_quick_and_imports_nothing_heavy(readings):
    assert min(reading["seconds"] for reading in readings) < SECONDS_TO_IMPORT
    assert not HEAVY & set(readings[0]["imported"])


def test_reading_twice_gives_the_same_dags(readings):
    """A DAG that differs at each reading would grow a new version at each reading."""
    first, second = (reading["dags"] for reading in readings)
    for dag in (*first.values(), *second.values()):
        dag.pop("_processor_dags_folder", None)  # lies in the Airflow home of each reading
    assert json.dumps(first) == json.dumps(second)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('secret = "s3cret"', "KREISHAUS_DISCLOSURE__SECRET: there is no such key"),
        ('dominance_percent = "s3cret"', "or as disclosure.dominance_percent in"),
        ("[dominance_percent", "expected TOML in UTF-8, found"),
    ],
)
def test_a_wrong_key_is_the_same_one_import_error_of_every_file(tmp_path, wrong, said):
    counties = tmp_path / "counties"
    shutil.copytree(REPOSITORY / "counties", counties)
    county = counties / "05162" / "county.toml"
    right = county.read_text()
    assert right.count("dominance_percent = 10") == 1
    county.write_text(right.replace("dominance_percent = 10", wrong))
    errors = read_by_airflow(tmp_path, "1", KREISHAUS_COUNTIES=str(counties))["errors"]
    assert sorted(errors) == [str(path) for path in FILES]
    (error,) = set(errors.values())
    sentence = error.strip().splitlines()[-1]
    assert sentence.startswith("kreishaus.setting_faults.WrongSettings: ")
    assert said in sentence and str(county) in sentence
    assert error.count("Traceback") == 1 and "pydantic" not in error
    assert "s3cret" not in error


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dag_file_is_a_picture(path):
    text = path.read_text()
    assert len(text.splitlines()) < 90
    assert "airflow" in text and "dag" in text  # else Airflow does not even look into it


def test_every_dag_says_what_it_is_who_owns_it_and_who_is_told(dags):
    for name, dag in dags.items():
        assert dag["doc_md"] and len(dag["doc_md"]) > 100, name
        assert dag["tags"], name
        assert dag["max_active_runs"] == 1, name
        assert dag["catchup"] is False, name
        assert dag.get("has_on_failure_callback"), name
        assert dag["default_args"]["__var"]["owner"] == "data-engineering", name


def test_every_task_is_documented_and_bounded_in_time(dags):
    for name, dag in dags.items():
        for task_id, task in tasks_of(dag).items():
            words = {**task.get("partial_kwargs", {}), **task}
            assert words.get("doc_md"), f"{name}.{task_id}"
            timeout = (
                words.get("execution_timeout") or dag["default_args"]["__var"]["execution_timeout"]
            )
            assert timeout, f"{name}.{task_id}"


@pytest.mark.parametrize(
    ("dag_id", "cron"),
    [
        ("ingest_it_nrw", "10 1 * * *"),
        ("ingest_azr", "30 1 * * *"),
        ("ingest_bamf", "50 1 * * *"),
        ("ingest_wtg", "10 2 * * *"),
        ("ingest_papers", "30 2 * * *"),
        ("maintenance", "0 5 * * *"),
        ("watch_freshness", "0 6 * * *"),
    ],
)
def test_sources_are_visited_at_night_in_german_time_one_after_the_other(dags, dag_id, cron):
    timetable = dags[dag_id]["timetable"]["__var"]
    assert timetable["expression"] == cron
    assert timetable["timezone"] == "Europe/Berlin"


def test_the_build_follows_any_source_and_comes_at_four_anyhow(dags):
    timetable = dags["build_marts"]["timetable"]["__var"]
    assert timetable["timetable"]["__var"]["expression"] == "0 4 * * *"
    assert timetable["timetable"]["__var"]["timezone"] == "Europe/Berlin"
    condition = timetable["asset_condition"]
    assert condition["__type"] == "asset_any"  # all of them would wait for the rarest
    awaited = {asset["name"] for asset in condition["objects"]}
    assert awaited == {f"staged_{source.name}" for source in SOURCES}
    assert {"staged_it_nrw", "staged_papers"} <= awaited


def test_visits_are_repeated_with_growing_patience_but_a_build_is_not(dags):
    land = tasks_of(dags["ingest_bamf"])["hkl.fetch_new"]
    defaults = dags["ingest_bamf"]["default_args"]["__var"]
    assert (defaults["retries"], land["retries"]) == (2, 4)
    assert {**defaults, **land}["retry_exponential_backoff"]
    build = tasks_of(dags["build_marts"])
    for task_id in ("dbt_build", "publish", "marts.vacancy", "staging.stg_a__rows"):
        assert build[task_id].get("retries", 0) == 0, task_id


def test_each_pool_that_is_used_is_declared_and_the_warehouse_has_one_writer(dags):
    command = [sys.executable, "-m", "operations.pools"]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    pools = json.loads(printed.stdout)
    used = {
        {**task.get("partial_kwargs", {}), **task}.get("pool", "default_pool")
        for dag in dags.values()
        for task in tasks_of(dag).values()
    }
    assert used <= {*pools, "default_pool"}
    assert (
        {*pools} == {"warehouse", *(source.pool for source in SOURCES)} == used - {"default_pool"}
    )
    assert {pool["slots"] for pool in pools.values()} == {1}
    assert pools["warehouse"]["slots"] == 1
    build = tasks_of(dags["build_marts"])
    assert build["dbt_build"]["pool"] == build["publish"]["pool"] == "warehouse"
    assert tasks_of(dags["maintenance"])["tidy"]["pool"] == "warehouse"  # never beside a build


def test_nothing_is_deleted_before_the_backup_was_read_again(dags):
    """Red before it: nothing is deleted. Skipped before it, for want of a folder: it goes on."""
    tasks = tasks_of(dags["maintenance"])
    assert tasks["save"]["downstream_task_ids"] == ["check"]
    assert tasks["check"]["downstream_task_ids"] == ["tidy"]
    assert tasks["tidy"]["trigger_rule"] == "none_failed"
    assert tasks["tidy"].get("retries", 0) == 0


def test_a_bad_file_makes_the_run_red_without_stopping_its_neighbours(dags):
    """``complete`` hears of every stage; ``announce`` goes on whatever became of a portion."""
    tasks = tasks_of(dags["ingest_it_nrw"])
    assert tasks["complete"]["trigger_rule"] == "none_failed"
    for name in ("care_recipients", "population_by_age"):
        assert "complete" in tasks[f"{name}.process_files"]["downstream_task_ids"]
        assert tasks[f"{name}.announce"]["trigger_rule"] == "none_skipped"


def test_every_model_is_a_task_with_its_tests_drawn_behind_its_parents_in_no_process(dags):
    tasks = tasks_of(dags["build_marts"])
    assert tasks["staging.stg_a__rows"]["downstream_task_ids"] == ["marts.vacancy"]
    shown = tasks["staging.stg_a__rows"]["start_trigger_args"]["trigger_kwargs"]["__var"]
    assert shown["nodes"] == ["model.k.stg_a__rows", "test.k.unique_rows"]
    for task_id in ("seeds.codes", "staging.stg_a__rows"):
        assert tasks[task_id]["start_from_trigger"] is True
        assert tasks[task_id]["trigger_rule"] == "one_done"
        assert task_id in tasks["prepare"]["downstream_task_ids"]
        assert "Clearing this box builds nothing" in tasks[task_id]["doc_md"]
        assert tasks[task_id].get("params", []) == []  # the triggerer reads them with every box
    assert [name for name, _ in tasks["prepare"]["params"]] == ["as_of", "known_by"]
    assert "publish" not in tasks["marts.vacancy"].get("downstream_task_ids", [])


def test_publishing_is_tried_after_a_red_build_too(dags):
    tasks = tasks_of(dags["build_marts"])
    assert tasks["publish"]["trigger_rule"] == "all_done"
    assert "publish" in tasks["dbt_build"]["downstream_task_ids"]


def test_a_red_publication_stays_red_whatever_becomes_of_serving(dags):
    """``serve`` comes after it all the same; ``complete`` hears of both and of nothing green."""
    tasks = tasks_of(dags["build_marts"])
    assert tasks["serve"]["trigger_rule"] == "all_done"
    assert {"serve", "complete"} <= set(tasks["publish"]["downstream_task_ids"])
    assert tasks["serve"]["downstream_task_ids"] == ["complete"]
    assert tasks["complete"]["trigger_rule"] == "none_failed"


def test_papers_follow_every_version_that_readers_get(dags):
    """A red build publishes too, one as of an earlier day does not: the task tells them apart."""
    build, papers = tasks_of(dags["build_marts"]), dags["publish_reports"]
    assert build["announce_version"]["trigger_rule"] == "all_done"
    assert '"name": "published"' in json.dumps(build["announce_version"]["outlets"])
    assert '"name": "published"' in json.dumps(papers["timetable"])


def test_a_leaf_that_is_green_hides_no_red_task_before_it(dags):
    """A run is as red as its last tasks: behind one that runs anyhow stands one that does not."""
    for dag_id, red in (("build_marts", "publish"), ("publish_reports", "write")):
        tasks = tasks_of(dags[dag_id])
        assert tasks["complete"]["trigger_rule"] == "none_failed", dag_id
        assert "complete" in tasks[red]["downstream_task_ids"], dag_id


def test_one_task_a_paper(dags):
    write = tasks_of(dags["publish_reports"])["write"]
    assert write["_is_mapped"]
    assert "index" in write["downstream_task_ids"]
    assert tasks_of(dags["publish_reports"])["index"]["trigger_rule"] == "all_done"
