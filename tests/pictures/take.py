"""Takes the pictures of the documents anew, from nights of the sample: ``make pictures``.

Airflow's graph, the catalogue, papers, Data Docs, `kreishaus status` after a bad night, the plots
of the methods paper. Those of the dashboards are taken by their own test.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2
import requests
from faults import everything_at_once
from PIL import Image
from reissues import SEPTEMBER, as_issued
from rich.console import Console
from rich.text import Text

from kreishaus.settings import REPOSITORY, Settings
from operations.local.login import login
from operations.local.stack import BUILD_DAG
from sample import bamf

IMAGES = REPOSITORY / "docs" / "images"
BROWSER = REPOSITORY / "tests" / "full"
KREISHAUS = Path(sys.executable).with_name("kreishaus")
SUPERSET_PYTHON = REPOSITORY / ".venv-superset" / "bin" / "python"
TERMINAL_COLUMNS = 126
DASHBOARD_WIDTH, DASHBOARD_TOP = 950, 1373
PAGE_HEIGHT, GAP, BACKDROP = 720, 12, (208, 208, 214)


@dataclass(frozen=True)
class Picture:
    """A picture of a page, taken once there is something by ``wait_for``."""

    url: str
    file: str
    width: int
    height: int
    wait_for: str = "h1"


def main() -> None:
    """Two nights, then every picture. Takes some minutes."""
    with tempfile.TemporaryDirectory() as folder:
        installation = Settings(home=Path(folder) / "var")
        airflow(installation)
        kreishaus(installation, "docs")
        kreishaus(installation, "plots", "--to", str(IMAGES / "methods"))
        papers(installation)
        pages(installation)
        data_docs(installation, Path(folder))
        bad_night(installation, Path(folder))
    dashboards()


def kreishaus(
    installation: Settings,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    check: bool = True,
) -> str:
    """Run a command of this installation. Returns what it printed."""
    done = subprocess.run(
        [KREISHAUS, *arguments],
        env={**os.environ, **(env or {}), "KREISHAUS_HOME": str(installation.home)},
        stdout=subprocess.PIPE,
        text=True,
        check=check,
    )
    return done.stdout


def airflow(installation: Settings) -> None:
    """The graph of the night's build."""
    said = kreishaus(installation, "up")
    try:
        address = next(word for word in said.split() if word.startswith("http://127.0.0.1"))
        address = address.rstrip(";,/")
        entry = login(installation)
        answer = requests.post(
            f"{address}/auth/token",
            json={"username": entry.user, "password": entry.password},
            timeout=60,
        )
        token = answer.json()["access_token"]
        runs = requests.get(
            f"{address}/api/v2/dags/{BUILD_DAG}/dagRuns",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        run = runs.json()["dag_runs"][0]["dag_run_id"]
        graph = f"{address}/dags/{BUILD_DAG}/runs/{run}"
        take(
            [Picture(graph, "airflow_build_marts.png", 1700, 1000, ".react-flow__node")],
            cookies={"_token": token},
            storage={"default_dag_view": json.dumps("graph")},
        )
    finally:
        kreishaus(installation, "down")


def pages(installation: Settings) -> None:
    """A mart in the catalogue, and a paper as a page."""
    mart = next((installation.home / "docs").rglob("site/**/refugees_by_status.html"))
    paper = installation.home / "reports" / "refugees" / "latest" / "report.html"
    take(
        [
            Picture(mart.resolve().as_uri(), "catalogue.png", 1280, 1060),
            Picture(paper.resolve().as_uri(), "report_html.png", 1000, 1250),
        ]
    )


def papers(installation: Settings) -> None:
    """Pages of the PDFs side by side: two of one paper, and the first of each."""
    printed = installation.home / "reports"
    refugees, demand, wtg = (
        printed / name / "latest" / "report.pdf" for name in ("refugees", "demand", "wtg")
    )
    side_by_side([(refugees, 0), (refugees, 1)]).save(IMAGES / "report.png", optimize=True)
    three = side_by_side([(refugees, 0), (demand, 0), (wtg, 0)])
    three.save(IMAGES / "report_pdf.png", optimize=True)


def side_by_side(of: list[tuple[Path, int]]) -> Image.Image:
    """Pages of PDFs, each by file and number from 0, on one backdrop."""
    drawn = []
    for file, number in of:
        page = pypdfium2.PdfDocument(file)[number]
        drawn.append(page.render(scale=PAGE_HEIGHT / page.get_height()).to_pil().convert("RGB"))
    width = sum(page.width + GAP for page in drawn) + GAP
    picture = Image.new("RGB", (width, PAGE_HEIGHT + 2 * GAP), BACKDROP)
    left = GAP
    for page in drawn:
        picture.paste(page, (left, GAP))
        left += page.width + GAP
    return picture.quantize(colors=64)


def data_docs(installation: Settings, folder: Path) -> None:
    """The page of a month in quarantine: one figure of one country was misprinted."""
    issued = as_issued(SEPTEMBER)
    rows = [
        replace(row, values=(row.values[0] + 1, *row.values[1:])) if row.ls_code == "475" else row
        for row in issued.rows
    ]
    file = folder / "hkl-2021-09.pdf"
    file.write_bytes(bamf.pdf(replace(issued, rows=tuple(rows))))
    kreishaus(installation, "ingest", "bamf", "hkl", "--file", str(file), check=False)
    program = (
        "from kreishaus.settings import read_settings; from expectations.data_docs import build;"
        "print(build(read_settings()))"
    )
    site = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "KREISHAUS_HOME": str(installation.home)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.split()[-1]
    page = next(
        page
        for page in Path(site).resolve().rglob("*.html")
        if page.name != "index.html" and "is in quarantine" in page.read_text(encoding="utf-8")
    )
    take([Picture(page.as_uri(), "data_docs.png", 1300, 900)])


def bad_night(installation: Settings, folder: Path) -> None:
    """`kreishaus status` after a night on which everything goes wrong at once."""
    with everything_at_once(installation, folder / "faults") as (environment, _):
        kreishaus(installation, "run", env=environment, check=False)
        said = subprocess.run(
            ["script", "--quiet", "--command", f"{KREISHAUS} status", "/dev/null"],
            env={
                **os.environ,
                **environment,
                "KREISHAUS_HOME": str(installation.home),
                "COLUMNS": str(TERMINAL_COLUMNS),
                "TERM": "xterm-256color",
            },
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        ).stdout
    recorder = Console(record=True, width=TERMINAL_COLUMNS, file=(folder / "terminal").open("w"))
    recorder.print(Text.from_ansi(said))
    drawing = folder / "status.svg"
    recorder.save_svg(str(drawing), title="kreishaus status")
    lines = said.count("\n")
    take([Picture(drawing.as_uri(), "status_fault_night.png", 1555, 60 + 25 * lines, "svg")])


def dashboards() -> None:
    """Every tab of every dashboard, by their own test; the top of the first one for the README."""
    subprocess.run(
        [sys.executable, "-m", "pytest", "tests/full/test_dashboards_in_a_browser.py"],
        cwd=REPOSITORY,
        env={**os.environ, "KREISHAUS_KEEP_SCREENSHOTS": "yes"},
        check=True,
    )
    with Image.open(IMAGES / "dashboards" / "pflege-1.png") as whole:
        top = whole.convert("RGB").crop((0, 0, whole.width, DASHBOARD_TOP))
    top.thumbnail((DASHBOARD_WIDTH, DASHBOARD_TOP))
    top.quantize(colors=256).save(IMAGES / "dashboard.png", optimize=True)


def take(
    pictures: list[Picture],
    cookies: Mapping[str, str] | None = None,
    storage: Mapping[str, str] | None = None,
) -> None:
    """Have a browser take them into ``docs/images``; ``storage`` is what it remembers of a page."""
    asked = {
        "cookies": dict(cookies or {}),
        "storage": dict(storage or {}),
        "pages": [{**vars(one), "file": str(IMAGES / one.file)} for one in pictures],
    }
    subprocess.run(
        [SUPERSET_PYTHON, Path(__file__).with_name("browse.py"), json.dumps(asked)],
        env={**os.environ, "PYTHONPATH": str(BROWSER)},
        check=True,
    )
    for one in pictures:
        with Image.open(IMAGES / one.file) as full:
            smaller = full.convert("RGB").quantize(colors=256)
        smaller.save(IMAGES / one.file, optimize=True)


if __name__ == "__main__":
    if shutil.which("chromium") is None:
        sys.exit("chromium is not installed: see docs/operations.md")
    main()
