"""The production installation, started from docker-compose.yml without containers (see ``pod``).

Each Airflow service by the very command, environment and confinement of the file, on a real
PostgreSQL and a real Redis; then users with roles, a run that a worker does, a mail that arrives.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from pod import REPOSITORY, Pod, missing
from receivers import mail_server

from kreishaus.datasets import SOURCES
from warehouse.serving.doors import open_doors

LACKING = missing()
pytestmark = [
    pytest.mark.full,
    pytest.mark.timeout(1200),  # on a busy machine a start takes minutes
    pytest.mark.skipif(
        bool(LACKING) and not os.environ.get("CI"), reason=f"needs {', '.join(LACKING)}"
    ),
]
AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
ROLES = {"vera": "Viewer", "oskar": "Op", "ada": "Admin"}
PASSWORD = "a password of Test 2021"
COUNTY_MAIL_PORT, CHAT_PORT = 2525, 5080


@pytest.fixture(scope="module")
def pod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pod]:
    """All of Kreishaus but its readers' part, on sample sources; somebody is named for alerts."""
    folder = tmp_path_factory.mktemp("production")
    counties = folder / "counties"
    shutil.copytree(REPOSITORY / "counties", counties)
    county = counties / "05162" / "county.toml"
    words = county.read_text()
    assert '# emails = ["data@county.example"]' in words
    for name in ("emails", "webhook_connection"):
        words = words.replace(f"# {name} =", f"{name} =")
    county.write_text(words)
    (folder / "secrets").mkdir()
    chat = {"conn_type": "http", "host": f"http://localhost:{CHAT_PORT}/hooks/secret"}
    file = folder / "secrets" / "airflow_connections.json"
    file.write_text(json.dumps({"kreishaus_webhook": chat}))
    for name in ("drop", "backup"):
        (folder / name).mkdir()
    variables = {
        "COUNTIES": str(counties),
        "DROP_FOLDERS": str(folder / "drop"),
        "BACKUP_FOLDER": str(folder / "backup"),
        "KREISHAUS_SOURCES": "sample",
        "METRICS_TRANSPORT": "statsd",
        "AIRFLOW_STATSD_ON": "True",
        "LINEAGE_TRANSPORT": "http",
        "LINEAGE_URL": "http://lineage:5000",
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(COUNTY_MAIL_PORT),
        "SMTP_TLS": "none",
        "SMTP_FROM": "kreishaus@county.example",
    }
    with Pod(folder, variables) as pod:
        pod.start("metadata-db", "broker")
        pod.wait_until_well("metadata-db", "broker", seconds=60)
        first = pod.run("init")
        assert first.returncode == 0, first.stdout[-2000:] + first.stderr[-2000:]
        assert "users: made admin" in first.stdout
        pod.start("mail", "proxy", *AIRFLOW)
        yield pod


@pytest.fixture(scope="module")
def measured(pod: Pod) -> Iterator[list[str]]:
    """What Airflow and Kreishaus send to StatsD."""
    got: list[str] = []
    with pod.inside():
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind(("127.0.0.1", 8125))

    def listen() -> None:
        while datagram := receiver.recv(65536):
            got.extend(datagram.decode().split("\n"))

    Thread(target=listen, daemon=True).start()
    yield got


@contextmanager
def taking(pod: Pod, port: int) -> Iterator[list[dict[str, Any]]]:
    """What is posted to a server inside the pod, with the path."""
    got: list[dict[str, Any]] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(json.loads(body) | {"path": self.path})
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with pod.inside():
        server = ThreadingHTTPServer(("127.0.0.1", port), Taking)
    Thread(target=server.serve_forever, daemon=True).start()
    yield got
    server.shutdown()


@pytest.fixture(scope="module")
def lineage(pod: Pod) -> Iterator[list[dict[str, Any]]]:
    """The OpenLineage events that arrive at the address of the service ``lineage``."""
    with taking(pod, 5000) as got:
        yield got


@pytest.fixture(scope="module")
def chat(pod: Pod) -> Iterator[list[dict[str, Any]]]:
    """What the county's chat is told."""
    with taking(pod, CHAT_PORT) as got:
        yield got


@pytest.fixture(scope="module")
def well(pod: Pod, measured: list[str], lineage: list[dict[str, Any]]) -> Pod:
    """The pod once every service says that it is well."""
    pod.wait_until_well("mail", "proxy", *AIRFLOW, seconds=300)
    return pod


def ask(
    pod: Pod, method: str, path: str, body: Any = None, token: str | None = None
) -> tuple[int, Any]:
    """Ask the API server from inside; what it answers, with its status."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(
        f"http://127.0.0.1:8080{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers=headers,
        method=method,
    )
    with pod.inside():
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")


def token(pod: Pod, name: str, password: str = PASSWORD) -> str:
    status, answer = ask(pod, "POST", "/auth/token", {"username": name, "password": password})
    assert status == 201, answer
    return str(answer["access_token"])


@pytest.fixture(scope="module")
def tokens(well: Pod) -> dict[str, str]:
    """The three people, made as docs/production.md says: one by command, the others by an admin."""
    words = ["--username", "ada", "--role", "Admin", "--email", "ada@county.example"]
    names = ["--firstname", "Ada", "--lastname", "Muster"]
    made = well.run(
        "api-server", "airflow", "users", "create", *words, *names, given=f"{PASSWORD}\n" * 2
    )
    assert made.returncode == 0, made.stderr[-2000:]
    ada = token(well, "ada")
    for name in ("vera", "oskar"):
        person = {
            "username": name,
            "email": f"{name}@county.example",
            "first_name": name.title(),
            "last_name": "Muster",
            "password": PASSWORD,
            "roles": [{"name": ROLES[name]}],
        }
        status, answer = ask(well, "POST", "/auth/fab/v1/users", person, ada)
        assert status == 200, answer
    return {"ada": ada, **{name: token(well, name) for name in ("vera", "oskar")}}


RUN = {"logical_date": None, "conf": {}}


def test_every_service_is_well_by_its_own_health_check(well: Pod) -> None:
    for name in ("metadata-db", "broker", "mail", *AIRFLOW):
        assert well.running[name].poll() is None
        assert well.check(name).returncode == 0, name


def test_a_service_that_is_gone_is_not_well(well: Pod) -> None:
    well.running["mail"].terminate()
    well.running["mail"].wait(20)
    assert well.check("mail").returncode == 1
    well.start("mail")
    well.wait_until_well("mail", seconds=30)


def test_nothing_but_the_named_places_can_be_written(well: Pod) -> None:
    tried = "for p in / /kreishaus/dags /usr/bin /run/secrets /house /logs /tmp; do"
    tried += " touch $p/x 2>/dev/null && echo $p && rm $p/x; done; id -u; cat /proc/self/status"
    said = well.run("worker", "sh", "-c", tried).stdout
    assert said.splitlines()[:4] == ["/house", "/logs", "/tmp", "10001"]
    assert "CapEff:\t0000000000000000" in said
    assert "NoNewPrivs:\t1" in said


def test_each_service_has_what_it_needs_and_no_more(well: Pod) -> None:
    """What it can list of the home folder and of the logs, and where it can write there."""
    tried = "for p in /house /house/landing /house/warehouse /house/alerts /logs /backup /drop; do"
    tried += " ls $p >/dev/null 2>&1 && echo -n $p && (touch $p/x 2>/dev/null && echo -n + && "
    tried += "rm $p/x; echo); done; ls /logs | grep dag_id; true"
    has = {name: set(well.run(name, "sh", "-c", tried).stdout.split()) for name in AIRFLOW}
    logs = {name: {one for one in found if one.startswith("dag_id")} for name, found in has.items()}
    assert has["api-server"] == has["scheduler"] == {"/logs+"}
    assert logs["api-server"] == set()
    assert has["triggerer"] - logs["triggerer"] == {"/house", "/house/warehouse", "/logs+"}
    assert has["dag-processor"] >= {"/house", "/house/warehouse", "/house/alerts+", "/logs+"}
    assert has["worker"] >= {"/house+", "/house/alerts+", "/logs+", "/backup+", "/drop"}


def test_the_worker_reaches_the_world_through_the_proxy_alone(well: Pod) -> None:
    asks = "import requests; requests.get('https://somewhere.example/', timeout=10)"
    said = well.run("worker", "python", "-c", asks)
    assert "Tunnel connection failed: 403" in said.stderr
    assert "somewhere.example" in well.log("proxy")


def test_who_is_nobody_sees_nothing(well: Pod) -> None:
    assert ask(well, "GET", "/api/v2/dags")[0] == 401
    assert ask(well, "POST", "/api/v2/dags/watch_freshness/dagRuns", RUN)[0] == 401
    wrong = {"username": "admin", "password": "guessed"}
    assert ask(well, "POST", "/auth/token", wrong)[0] == 401


def test_a_viewer_looks_and_starts_nothing(well: Pod, tokens: dict[str, str]) -> None:
    status, seen = ask(well, "GET", "/api/v2/dags?limit=100", token=tokens["vera"])
    assert status == 200
    assert {"ingest_bamf", "build_marts", "watch_freshness"} <= {
        dag["dag_id"] for dag in seen["dags"]
    }
    start = ask(well, "POST", "/api/v2/dags/watch_freshness/dagRuns", RUN, tokens["vera"])
    assert start[0] == 403
    pause = ask(well, "PATCH", "/api/v2/dags/watch_freshness", {"is_paused": False}, tokens["vera"])
    assert pause[0] == 403
    assert ask(well, "GET", "/api/v2/connections", token=tokens["vera"])[0] == 403


def test_every_dag_can_be_read_and_is_switched_on(well: Pod, tokens: dict[str, str]) -> None:
    known = tokens["vera"]
    wanted = {source.dag_id for source in SOURCES} | {
        path.stem for path in (REPOSITORY / "dags").glob("*.py") if "@dag(" in path.read_text()
    }
    deadline = time.monotonic() + 120
    dags: list[dict[str, Any]] = []
    while len(dags) < len(wanted) and time.monotonic() < deadline:
        time.sleep(1)
        dags = ask(well, "GET", "/api/v2/dags?limit=100", token=known)[1]["dags"]
    errors = ask(well, "GET", "/api/v2/importErrors", token=known)[1]
    assert errors["import_errors"] == []
    assert {dag["dag_id"] for dag in dags} == wanted
    assert [dag["dag_id"] for dag in dags if dag["is_paused"]] == []


def test_only_an_admin_manages_users(well: Pod, tokens: dict[str, str]) -> None:
    answers = {
        name: ask(well, "GET", "/auth/fab/v1/users", token=known)[0]
        for name, known in tokens.items()
    }
    assert answers == {"vera": 403, "oskar": 403, "ada": 200}


def test_what_an_operator_starts_a_worker_does_and_messages_tell(
    well: Pod,
    tokens: dict[str, str],
    measured: list[str],
    lineage: list[dict[str, Any]],
    chat: list[dict[str, Any]],
) -> None:
    with well.inside(), mail_server(port=COUNTY_MAIL_PORT) as county:
        oskar = tokens["oskar"]
        unpaused = ask(well, "PATCH", "/api/v2/dags/watch_freshness", {"is_paused": False}, oskar)
        assert unpaused[0] == 200
        status, run = ask(well, "POST", "/api/v2/dags/watch_freshness/dagRuns", RUN, oskar)
        assert status == 200, run
        address = f"/api/v2/dags/watch_freshness/dagRuns/{run['dag_run_id']}"
        run = finished(well, address, oskar)
        tasks = ask(well, "GET", f"{address}/taskInstances", token=oskar)[1]["task_instances"]

    assert run["state"] == "success", well.log("worker")[-3000:]
    assert [task["state"] for task in tasks] == ["success"]
    assert "watch_freshness" in well.log("worker")
    assert len(county.got) == 1
    assert re.fullmatch(r".*\): \d+ Datensätze sind verspätet", county.got[0]["Subject"])
    assert [message["path"] for message in chat] == ["/hooks/secret"]
    assert "Datensätze sind verspätet" in chat[0]["text"]
    assert county.recipients == [["data@county.example"]]
    sent = Counter(line.split(":")[0].split(".")[0] for line in measured)
    assert sent["airflow"] > 10
    about = [event for event in lineage if event["job"]["name"] == "watch_freshness"]
    assert {event["eventType"] for event in about} >= {"START", "COMPLETE"}
    assert {event["path"] for event in lineage} == {"/api/v1/lineage"}


def finished(pod: Pod, address: str, known: str, seconds: float = 300) -> dict[str, Any]:
    """A run once it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        run: dict[str, Any] = ask(pod, "GET", address, token=known)[1]
        if run["state"] not in ("queued", "running"):
            return run
        time.sleep(1)
    raise AssertionError(f"{address} did not end\n{pod.log('scheduler')[-2000:]}")


def test_a_source_comes_in_through_the_worker(
    well: Pod, tokens: dict[str, str], measured: list[str]
) -> None:
    """Landed, judged and announced, each a task of its own; what came is measured."""
    sample = "from sample.make import make; from kreishaus.settings import read_settings as s"
    made = well.run("worker", "python", "-c", f"{sample}; make(s())")
    assert made.returncode == 0, made.stderr[-2000:]
    oskar = tokens["oskar"]
    # The build is another test's; started by the asset, it would be under way when this one ends.
    paused = ask(well, "PATCH", "/api/v2/dags/build_marts", {"is_paused": True}, oskar)
    assert paused[0] == 200
    status, run = ask(well, "POST", "/api/v2/dags/ingest_azr/dagRuns", RUN, oskar)
    assert status == 200, run
    address = f"/api/v2/dags/ingest_azr/dagRuns/{run['dag_run_id']}"
    assert finished(well, address, oskar)["state"] == "success", well.log("worker")[-3000:]
    tasks = ask(well, "GET", f"{address}/taskInstances", token=oskar)[1]["task_instances"]
    assert {(task["task_id"], task["state"]) for task in tasks} >= {
        ("crosstable.fetch_new", "success"),
        ("crosstable.process_files", "success"),
        ("crosstable.announce", "success"),
        ("complete", "success"),
    }
    assert any(line.startswith("kreishaus.files_staged.azr_crosstable:") for line in measured)
    shown = well.run("worker", "kreishaus", "status", "--format", "json")
    staged = {one["dataset"]: one["files_staged"] for one in json.loads(shown.stdout)["datasets"]}
    assert staged["azr/crosstable"] > 0


def test_the_log_of_a_task_is_there_to_read(well: Pod, tokens: dict[str, str]) -> None:
    runs = ask(well, "GET", "/api/v2/dags/watch_freshness/dagRuns", token=tokens["vera"])[1]
    run = runs["dag_runs"][-1]["dag_run_id"]
    path = f"/api/v2/dags/watch_freshness/dagRuns/{run}/taskInstances/warn_of_late_datasets/logs/1"
    status, log = ask(well, "GET", path, token=tokens["vera"])
    assert status == 200
    assert "nothing has arrived" in json.dumps(log) or "bamf/hkl" in json.dumps(log)


def test_starting_again_changes_nothing(well: Pod) -> None:
    """Each `docker compose up` runs `init` before the services: also after an upgrade."""
    again = well.run("init")
    assert again.returncode == 0, again.stderr[-2000:]
    assert "users: there are some, nothing to do" in again.stdout


def test_no_secret_is_in_a_log_or_an_environment(well: Pod, tokens: dict[str, str]) -> None:
    secrets = {
        path.name: path.read_text().strip()
        for path in (well.folder / "secrets").iterdir()
        if len(path.read_text().strip()) > 20
    }
    assert len(secrets) >= 10
    environment = well.run("worker", "env").stdout
    logs = "".join(well.log(name) for name in well.running)
    for name, secret in secrets.items():
        assert secret not in environment, name
        assert secret not in logs, name


def test_the_serving_databases_have_their_loader_and_their_readers(tmp_path: Path) -> None:
    for name in ("drop", "backup"):
        (tmp_path / name).mkdir()
    with Pod(tmp_path, {}) as pod:
        pod.start("serving-db")
        pod.wait_until_well("serving-db", seconds=120)
        for name in ("serving-setup", "readers") * 2:  # once, and at the next start
            made = pod.run(name)
            assert made.returncode == 0, made.stderr[-2000:]

        def connect(user: str, database: str, secret: str) -> psycopg.Connection[Any]:
            password = (tmp_path / "secrets" / secret).read_text().strip()
            return psycopg.connect(
                host="127.0.0.1", user=user, dbname=database, password=password, autocommit=True
            )

        with pod.inside():
            with connect("superset", "superset", "dashboards_db_password") as superset:
                superset.execute("create table public.t (x int)")
            databases = {"public": "kreishaus_public", "internal": "kreishaus"}
            for audience, database in databases.items():
                with connect("kreishaus_loader", database, "serving_loader_password") as loader:
                    assert open_doors(loader) == []
                secret = f"dashboards_{audience}_password"
                with connect(f"dashboards_{audience}", database, secret) as reader:
                    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                        reader.execute("create schema mine")
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        reader.execute("select pg_advisory_lock(1)")
                for other in {"postgres", "template1", "superset", *databases.values()} - {
                    database
                }:
                    with pytest.raises(psycopg.OperationalError, match="permission denied"):
                        connect(f"dashboards_{audience}", other, secret)
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                connect("kreishaus_loader", "superset", "serving_loader_password")
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                connect("kreishaus_loader", "kreishaus", "dashboards_db_password")
        pod.start("serving-watch")
        pod.wait_until_well("serving-watch", seconds=60)
    assert "connection authorized: user=dashboards_public" in pod.log("serving-db")
