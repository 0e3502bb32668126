"""The dashboards as readers get them: a night, a real PostgreSQL, Superset, a browser.

Figures asserted are the published ones; ``sample/figures`` names the document of each.
KREISHAUS_KEEP_SCREENSHOTS=yes writes the pictures of ``docs/images/dashboards`` anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
import yaml

from dashboards.contracts import read_marts
from dashboards.definitions import DEFINITIONS
from dashboards.local import ENVIRONMENT, Site, running
from kreishaus.settings import Settings
from warehouse import versions
from warehouse.serving.connection import connected
from warehouse.serving.own_server import free_port

# The first test of the module waits for a night, a database and Superset.
pytestmark = [pytest.mark.full, pytest.mark.timeout(1800)]

REPOSITORY = Path(__file__).resolve().parents[2]
PICTURES = REPOSITORY / "docs" / "images" / "dashboards"
LARGEST_PICTURE = 400_000
PUBLIC, INTERNAL, TECHNICAL = (
    ["pflege", "gefluechtete"],
    ["pflege-intern", "gefluechtete-intern"],
    ["datenqualitaet"],
)
ALL = [*PUBLIC, *INTERNAL, *TECHNICAL]


@pytest.fixture(scope="module")
def site(installation: Settings) -> Iterator[Site]:
    with running(installation, installation.home / "dashboards", free_port()) as started:
        yield started


@pytest.fixture(scope="module")
def seen(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every dashboard, opened by the one role that sees them all."""
    folder = tmp_path_factory.mktemp("pictures")
    asked = {
        "url": site.url,
        "user": "technik",
        "password": site.users["technik"]["password"],
        "dashboards": ALL,
        "folder": str(folder),
    }
    program = [str(ENVIRONMENT / "bin" / "python"), str(Path(__file__).with_name("browser.py"))]
    done = subprocess.run(
        [*program, json.dumps(asked)], capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    if os.environ.get("KREISHAUS_KEEP_SCREENSHOTS"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        for picture in folder.glob("*.png"):
            shutil.copy(picture, PICTURES)
    found: dict[str, Any] = json.loads(done.stdout)["dashboards"]
    return {**found, "folder": str(folder)}


class Visitor:
    """A user of the site's interface."""

    def __init__(self, site: Site, name: str | None) -> None:
        self.url = site.url
        self.session = requests.Session()
        if name is None:
            return
        answer = self.session.post(
            f"{site.url}/api/v1/security/login",
            json={
                "username": name,
                "password": site.users[name]["password"],
                "provider": "db",
                "refresh": False,
            },
            timeout=60,
        )
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.url}{path}", timeout=60, allow_redirects=False)

    def post(self, path: str, content: object) -> requests.Response:
        token = self.get("/api/v1/security/csrf_token/").json().get("result", "")
        headers = {"X-CSRFToken": token, "Referer": self.url}
        return self.session.post(f"{self.url}{path}", json=content, headers=headers, timeout=60)

    def dashboards(self) -> set[str]:
        return {one["slug"] for one in self.get("/api/v1/dashboard/").json()["result"]}

    def datasets(self) -> dict[str, int]:
        found = self.get("/api/v1/dataset/?q=(page_size:100)").json()["result"]
        return {f"{one['schema']}/{one['table_name']}": one["id"] for one in found}


def charts_of(site: Site, slug: str) -> dict[str, str]:
    found = Visitor(site, "technik").get(f"/api/v1/dashboard/{slug}/charts").json()["result"]
    return {str(chart["id"]): chart["slice_name"] for chart in found}


def rows_of(seen: dict[str, Any], site: Site, slug: str, chart: str) -> list[dict[str, Any]]:
    names = charts_of(site, slug)
    number = next(number for number, name in names.items() if name.split(" (intern)")[0] == chart)
    rows: list[dict[str, Any]] = seen[slug]["answers"][number]["data"]
    return rows


@pytest.mark.parametrize("slug", ALL)
def test_every_chart_has_rows_and_no_error(seen: dict[str, Any], site: Site, slug: str) -> None:
    names = charts_of(site, slug)
    assert len(names) >= 12
    answers = seen[slug]["answers"]
    assert [name for number, name in names.items() if number not in answers] == []
    failed = {names.get(number, number): answer for number, answer in answers.items()}
    failed = {
        name: (answer["status"], answer["error"], answer["rows"])
        for name, answer in failed.items()
        if answer["status"] != 200 or answer["error"] or not answer["rows"]
    }
    assert failed == {}


@pytest.mark.parametrize("slug", ALL)
def test_the_page_shows_no_failure_and_nothing_empty(seen: dict[str, Any], slug: str) -> None:
    for page in seen[slug]["pages"]:
        assert (page["tab"], page["failures"], page["empty"]) == (page["tab"], [], [])
        shown = page["words"]
        for word in ("Error", "Keine Daten", "No data", "No results", "NaN", "undefined"):
            assert word not in shown, (page["tab"], word)
        assert "Beispieldaten." in shown


@pytest.mark.parametrize("slug", ALL)
def test_every_picture_is_small_enough_to_keep(seen: dict[str, Any], slug: str) -> None:
    for page in seen[slug]["pages"]:
        picture = Path(seen["folder"]) / page["picture"]
        assert 20_000 < picture.stat().st_size < LARGEST_PICTURE, picture.name


def test_nobody_but_this_machine_is_asked(seen: dict[str, Any]) -> None:
    assert {host for slug in ALL for host in seen[slug]["hosts"]} == {"127.0.0.1"}


def test_the_published_figures_stand_on_the_pages(seen: dict[str, Any], site: Site) -> None:
    """15.08.2021: 217 places empty in the county (WTG, vacancies by municipality)."""
    vacancies = {
        row["day_label"]: row["Nicht belegte Plätze"]
        for row in rows_of(seen, site, "pflege", "Nicht belegte Plätze nach Stichtag")
    }
    assert vacancies["15.08.2021"] == 217
    assert vacancies["15.02.2021"] == 349
    page = seen["pflege"]["pages"][0]["words"]
    assert re.search(r"Meerbusch\s+78\s+von 490 Plätzen · 15,9 %", page)
    assert "3.975" in page  # places on 01.11.2021, with the German separator
    assert "5,5%" in page  # 217 of 3,975


def test_the_register_is_rounded_for_everybody_and_exact_inside(
    seen: dict[str, Any], site: Site
) -> None:
    """Printed for 30.09.2021: 7,458 recognised, 859 pending, 1,403 tolerated."""
    found = {}
    for slug in ("gefluechtete", "gefluechtete-intern"):
        rows = rows_of(seen, site, slug, "Nach Statusgruppe und Stichtag")
        newest = next(row for row in rows if row["day_label"] == "30.09.2021")
        found[slug] = [
            newest[name] for name in ("Anerkannte Flüchtlinge", "Im Verfahren", "Duldung")
        ]
    assert found == {"gefluechtete": [7460, 860, 1405], "gefluechtete-intern": [7458, 859, 1403]}
    assert "Vielfaches von 5 gerundet" in seen["gefluechtete"]["pages"][0]["words"]
    assert "nur für den Dienstgebrauch" in seen["gefluechtete-intern"]["pages"][0]["words"]


def test_columns_have_the_names_of_the_marts(site: Site) -> None:
    """What the YAML of the mart says, a reader finds above the column."""
    number = Visitor(site, "technik").datasets()["public/Leerstand"]
    columns = Visitor(site, "technik").get(f"/api/v1/dataset/{number}").json()["result"]["columns"]
    names = {column["column_name"]: column["verbose_name"] for column in columns}
    mart = read_marts("public")["vacancy_by_region"]
    assert names["unusable_staff_places"] == mart.columns["unusable_staff_places"].label
    assert [name for name, label in names.items() if not label] == []


@pytest.mark.parametrize(
    ("user", "dashboards"),
    [
        ("leser", {*PUBLIC}),
        ("planung", {*PUBLIC, *INTERNAL}),
        ("technik", {*ALL}),
        ("admin", {*ALL}),
    ],
)
def test_each_role_sees_its_dashboards(site: Site, user: str, dashboards: set[str]) -> None:
    assert Visitor(site, user).dashboards() == dashboards


def test_a_reader_of_the_public_cannot_open_what_is_internal(site: Site) -> None:
    everything = Visitor(site, "admin").datasets()
    reader = Visitor(site, "leser")
    assert {name.split("/")[0] for name in everything} == {"public", "internal"}
    assert {name.split("/")[0] for name in reader.datasets()} == {"public"}
    for name, number in everything.items():
        asked = {
            "datasource": {"id": number, "type": "table"},
            "queries": [{"columns": [], "metrics": [_count()], "row_limit": 1}],
            "result_type": "full",
        }
        answer = reader.post("/api/v1/chart/data", asked)
        assert answer.status_code == (200 if name.startswith("public/") else 403), name
        assert reader.get(f"/api/v1/dataset/{number}").status_code == (
            200 if name.startswith("public/") else 404
        )


def _count() -> dict[str, str]:
    return {"expressionType": "SQL", "sqlExpression": "count(*)", "label": "n"}


@pytest.mark.parametrize("slug", [*INTERNAL, *TECHNICAL])
def test_a_reader_of_the_public_cannot_open_an_internal_dashboard(site: Site, slug: str) -> None:
    assert Visitor(site, "leser").get(f"/api/v1/dashboard/{slug}").status_code in (403, 404)


def test_a_planner_cannot_open_the_engineers_dashboard(site: Site) -> None:
    assert Visitor(site, "planung").get("/api/v1/dashboard/datenqualitaet").status_code in (
        403,
        404,
    )


def test_a_reader_has_no_sql_lab(site: Site) -> None:
    asked = {"database_id": 1, "sql": "select 1", "schema": "public"}
    assert Visitor(site, "leser").post("/api/v1/sqllab/execute/", asked).status_code == 403


def test_nobody_sees_anything_without_an_account(site: Site) -> None:
    stranger = Visitor(site, None)
    assert stranger.get("/api/v1/dashboard/").json().get("result", []) == []
    assert stranger.get("/api/v1/dataset/").status_code == 401
    assert stranger.get("/superset/dashboard/pflege/").status_code in (302, 403, 404)


def test_the_second_line_holds_too(site: Site) -> None:
    """Even past Superset the login of the public sees no exact number."""
    public = _postgres(site.environment["KREISHAUS_SERVING_URL_PUBLIC"])
    internal = _postgres(site.environment["KREISHAUS_SERVING_URL_INTERNAL"])
    with (
        psycopg.connect(public) as connection,
        pytest.raises(psycopg.errors.UndefinedTable),
    ):
        connection.execute("select * from internal.refugees_by_status")
    database = psycopg.conninfo.conninfo_to_dict(internal)["dbname"]
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(public, dbname=database)
    with psycopg.connect(internal) as connection:
        connection.execute("select * from internal.refugees_by_status")


def _postgres(url: str) -> str:
    return url.replace("postgresql+psycopg2://", "postgresql://")


def test_pages_are_sent_with_their_safety_headers(site: Site) -> None:
    answer = requests.get(f"{site.url}/login/", timeout=60)
    policy = answer.headers["Content-Security-Policy"]
    assert "https:" not in policy
    assert "unsafe-eval" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_secrets_are_for_their_owner_only(site: Site) -> None:
    folder = site.users_file.parent
    assert folder.stat().st_mode & 0o077 == 0
    for name in ("users.json", "secret_key"):
        assert (folder / name).stat().st_mode & 0o077 == 0


def test_the_contracts_that_charts_are_checked_by_are_what_is_published(
    installation: Settings,
) -> None:
    """So that a check without a database says what would happen with one."""
    for audience in versions.AUDIENCES:
        manifest = versions.manifest(versions.current(installation), audience)
        published = {mart["name"]: set(mart["columns"]) for mart in manifest["marts"]}
        promised = {name: set(mart.columns) for name, mart in read_marts(audience).items()}
        assert promised == published, audience


def install(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [str(ENVIRONMENT / "bin" / "python"), "-m", "dashboards.install", *arguments]
    return subprocess.run(
        program,
        env=dict(site.environment),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class Imports:
    """What followed on one another, as each import starts a Superset: somebody changed a chart,
    ``told`` said so; ``fewer`` imported files without one chart, ``again`` the files as they are;
    ``refused`` met a database without a column, ``last`` one that has it again.

    Beside each stand the charts of the technical dashboard afterwards, and those of ``pflege``.
    """

    before: dict[str, str]
    of_pflege: dict[str, str]
    changed: requests.Response
    told: subprocess.CompletedProcess[str]
    fewer: subprocess.CompletedProcess[str]
    after_fewer: dict[str, str]
    again: subprocess.CompletedProcess[str]
    after_again: dict[str, str]
    refused: subprocess.CompletedProcess[str]
    last: subprocess.CompletedProcess[str]
    after_last: dict[str, str]
    of_pflege_last: dict[str, str]


@pytest.fixture(scope="module")
def imports(site: Site, seen: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Imports:
    """After the dashboards were ``seen`` as they were imported first."""
    del seen
    before, of_pflege = charts_of(site, "datenqualitaet"), charts_of(site, "pflege")
    changed, told = change_a_chart(site), changes(site)
    less = without_a_chart(tmp_path_factory.mktemp("less") / "definitions")
    fewer = install(site, "--definitions", str(less))
    after_fewer = charts_of(site, "datenqualitaet")
    again = install(site)
    after_again = charts_of(site, "datenqualitaet")
    rename = "alter table public.demand_decision rename column {} to {}"
    with connected(site.serving, "public") as owner:
        owner.execute(rename.format("focus_label", "went_away"))
        try:
            refused = install(site)
        finally:
            owner.execute(rename.format("went_away", "focus_label"))
    last = install(site)
    return Imports(
        before,
        of_pflege,
        changed,
        told,
        fewer,
        after_fewer,
        again,
        after_again,
        refused,
        last,
        charts_of(site, "datenqualitaet"),
        charts_of(site, "pflege"),
    )


def without_a_chart(folder: Path) -> Path:
    """The definitions, but for one chart."""
    shutil.copytree(DEFINITIONS, folder)
    path = folder / "dashboards" / "datenqualitaet.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    del written["charts"]["differences"]
    written["tabs"][2]["rows"].pop()
    path.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    return folder


def change_a_chart(site: Site) -> requests.Response:
    """What an administrator does in the interface: another title, another format."""
    admin = Visitor(site, "admin")
    number = next(number for number, name in charts_of(site, "pflege").items() if name == "Plätze")
    chart = admin.get(f"/api/v1/chart/{number}").json()["result"]
    changed = {**json.loads(chart["params"]), "y_axis_format": ",.1f"}
    token = admin.get("/api/v1/security/csrf_token/").json()["result"]
    return admin.session.put(
        f"{site.url}/api/v1/chart/{number}",
        json={"params": json.dumps(changed), "slice_name": "Plätze, alle"},
        headers={"X-CSRFToken": token, "Referer": site.url},
        timeout=60,
    )


def changes(site: Site) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ENVIRONMENT / "bin" / "python"), "-m", "dashboards.changes"],
        env=dict(site.environment),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_somebody_changed_is_told_in_the_form_of_the_files(imports: Imports) -> None:
    """And what a person changes in Superset is put right by the next import."""
    assert imports.changed.status_code == 200, imports.changed.text
    assert yaml.safe_load(imports.told.stdout) == {
        "pflege": {"charts": {"places_now": {"title": "Plätze, alle", "y_axis_format": ",.1f"}}}
    }, imports.told.stderr[-2000:]
    assert sorted(imports.of_pflege_last.values()) == sorted(imports.of_pflege.values())


def test_a_chart_that_the_files_no_longer_have_goes_and_the_next_import_changes_nothing(
    imports: Imports,
) -> None:
    assert imports.fewer.returncode == 0, imports.fewer.stderr[-2000:]
    assert "1 removed" in imports.fewer.stdout
    assert set(imports.before.values()) - set(imports.after_fewer.values()) == {
        "Abweichungen mit Grund (intern)"
    }
    for again, charts in (
        (imports.again, imports.after_again),
        (imports.last, imports.after_last),
    ):
        assert "0 removed" in again.stdout, again.stderr[-2000:]
        assert sorted(charts.values()) == sorted(imports.before.values())


def test_a_column_that_vanished_from_the_database_is_told_with_its_charts(
    imports: Imports,
) -> None:
    refused = imports.refused
    assert refused.returncode == 1
    assert "demand_decision" in refused.stderr
    assert "focus_label" in refused.stderr
    assert "pflege: decisions, decisions_table" in refused.stderr
    assert imports.last.returncode == 0
