"""A new source is new files only: the steps of ``docs/adding-a-dataset.md``, done in a copy."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
GUIDE = REPOSITORY / "docs" / "adding-a-dataset.md"
FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```\n", re.S)
NOT_COPIED = shutil.ignore_patterns("__pycache__", "target", "logs", ".*_cache")

DROPPED = """stichtag;gemeinde_ags;gemeinde;plaetze
2021-03-01;05162004;Dormagen;2410
2021-03-01;05162012;Jüchen;.
2021-03-01;05162024;Neuss;5380
2021-03-01;05162028;Rommerskirchen;-
"""
PLACES = 7790
"""2,410 + 5,380; a dash is zero, and what is not known counts for nothing."""
MUNICIPALITIES = 3

NIGHT = """
import sys
from datetime import date

from kreishaus.settings import read_settings
from pipeline.status import dataset_status
from pipeline.steps import fetch_new, process_file
from sample.make import make
from warehouse.build import NOT_NIGHTLY, dbt, lay_ready

settings = read_settings()
make(settings)
folder = settings.drop_folder("kita")
(folder / "Kita_2021-03-01.csv").write_text(sys.argv[1], encoding="utf-8")
report = fetch_new("kita/places", settings, "first")
for landed in report.pending:
    print(process_file(landed, settings).explanation)
lay_ready(settings)
done = dbt(settings, "build", *NOT_NIGHTLY, "--select", "+childcare_places")
print(done.stdout)
[kita] = dataset_status(settings, date(2021, 6, 29), source="kita")
print(kita.newest_reference, kita.late, kita.dataset.cited_de)
sys.exit(done.returncode)
"""
DAGS = """
import json, sys
sys.path.insert(0, "dags")
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

bag = DagBag("dags")
dags = [bag.dags["ingest_kita"], bag.dags["build_marts"]]
sys.stdout = sys.__stdout__
told = [bag.import_errors, *map(DagSerialization.serialize_dag, dags)]
print("\\n" + json.dumps(told, default=str))
"""


def files_of_the_guide() -> dict[str, str]:
    """Path -> content of each file that the guide tells to write."""
    return {"ingest/kita/__init__.py": "", **dict(FILE.findall(GUIDE.read_text(encoding="utf-8")))}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Kreishaus with the new source in it. Every file is new."""
    copy = tmp_path_factory.mktemp("tree") / "installation"
    copy.mkdir()
    rooms = [path.parent.name for path in REPOSITORY.glob("*/__init__.py")]
    for name in (*rooms, "dags", "dbt_project", "counties"):
        if name != "tests":
            shutil.copytree(REPOSITORY / name, copy / name, ignore=NOT_COPIED)
    shutil.copy(REPOSITORY / "pyproject.toml", copy / "pyproject.toml")
    for name, content in files_of_the_guide().items():
        path = copy / name
        assert not path.exists(), name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return copy


def run(tree: Path, *command: str) -> str:
    """What a program prints that finds the copy, and nothing else, as Kreishaus."""
    home = tree.parent / "var"
    environment = {
        **os.environ,
        "PYTHONPATH": str(tree),
        "KREISHAUS_HOME": str(home),
        "AIRFLOW_HOME": str(tree.parent / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=tree, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def test_a_file_that_is_dropped_becomes_a_figure_of_the_mart(tree: Path) -> None:
    *printed, status = run(tree, "-c", NIGHT, DROPPED).splitlines()
    assert [line for line in printed if "childcare_places" in line]
    cited = "Jugendämter, Plätze in der Kindertagesbetreuung nach Gemeinde"
    assert status == f"2021-03-01 False {cited}"
    with duckdb.connect(tree.parent / "var" / "warehouse" / "kreishaus.duckdb") as database:
        rows = database.execute(
            "select reference_date, places, municipalities_count from marts.childcare_places"
        ).fetchall()
    assert rows == [(date(2021, 3, 1), PLACES, MUNICIPALITIES)]


def test_a_file_with_a_fault_says_row_expected_and_found(tree: Path) -> None:
    wrong = tree.parent / "wrong.csv"
    wrong.write_text(DROPPED.replace("5380", "5.380"), encoding="utf-8")
    ask = (
        "import sys, pathlib; from kreishaus.settings import read_settings\n"
        "from pipeline.steps import by_hand\n"
        "done = by_hand('kita/places', pathlib.Path(sys.argv[1]), read_settings(), 'hand')\n"
        "print(done.status, done.explanation)"
    )
    said = run(tree, "-c", ask, str(wrong))
    assert said.startswith("quarantined")
    assert "row 4" in said and "digits, - or ." in said and "5.380" in said


def test_airflow_has_a_dag_for_it_and_the_build_awaits_it(tree: Path) -> None:
    errors, kita, build = json.loads(run(tree, "-c", DAGS).splitlines()[-1])
    assert errors == {}
    assert kita["timetable"]["__var"]["expression"] == "50 2 * * *"
    assert "docs/sources/kita.md" in kita["doc_md"]
    pools = {task["__var"]["task_id"]: task["__var"].get("pool") for task in kita["tasks"]}
    assert pools["places.fetch_new"] == "visit_kita"
    assert "staged_kita" in json.dumps(build["timetable"])
    assert "visit_kita" in json.loads(run(tree, "-m", "operations.pools"))


def test_the_import_rules_hold_for_it(tree: Path) -> None:
    lint = str(Path(sys.executable).with_name("lint-imports"))
    assert "0 broken" in run(tree, lint, "--no-cache")


def test_the_guide_counts_its_files_and_lines() -> None:
    files = files_of_the_guide()
    lines = sum(len(content.splitlines()) for content in files.values())
    assert f"They are {len(files)} files with {lines} lines" in GUIDE.read_text(encoding="utf-8")
