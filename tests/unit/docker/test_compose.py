"""docker-compose.yml holds to its own rules, and everything that it names is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from kreishaus.datasets import SOURCES
from kreishaus.local_time import TIMEZONE
from kreishaus.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[3]
TEXT = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)")
PUBLISHED = re.compile(r"127\.0\.0\.1:\$\{\w+:-\d+\}:\d+")
each_service = pytest.mark.parametrize("name", SERVICES)


def test_the_file_is_what_the_specification_of_compose_allows() -> None:
    checker = pytest.importorskip("check_jsonschema")
    assert checker
    words = "-m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml"
    done = subprocess.run(
        [sys.executable, *words.split()], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def complaints(name: str, service: dict[str, Any]) -> list[str]:
    """What a service lacks of the rules at the top of the file."""
    found = []
    image = service["image"]
    if not re.search(r":(v?\d+\.\d+|\$\{KREISHAUS_VERSION)", image):
        found.append(f"image {image}: no fixed version")
    if re.fullmatch(r"(0|root)(:.*)?", str(service.get("user", "root"))):
        found.append("runs as root")
    if service.get("cap_drop") != ["ALL"] or service.get("cap_add"):
        found.append("keeps rights")
    if "no-new-privileges:true" not in service.get("security_opt", []):
        found.append("may gain privileges")
    if service.get("read_only") is not True:
        found.append("can write its file system")
    found += [
        f"no {limit}" for limit in ("mem_limit", "cpus", "pids_limit") if limit not in service
    ]
    if "healthcheck" not in service and "x-reason" not in service:
        found.append("no health check, and no reason why")
    if "max-size" not in service.get("logging", {}).get("options", {}):
        found.append("a log without end")
    if service.get("privileged") or service.get("network_mode") or service.get("pid"):
        found.append("shares what is the server's")
    found += [f"port {port}" for port in service.get("ports", []) if not PUBLISHED.fullmatch(port)]
    told = service.get("environment", {})
    found += [
        f"{variable}: a secret in the environment"
        for variable, value in told.items()
        if re.search(r"(PASSWORD|SECRET|KEY|TOKEN)$", variable) and value
    ]
    return found


@each_service
def test_a_service_holds_to_the_rules(name: str) -> None:
    assert complaints(name, SERVICES[name]) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"image": "postgres:latest"}, "image postgres:latest: no fixed version"),
        ({"user": "0:0"}, "runs as root"),
        ({"cap_add": ["NET_ADMIN"]}, "keeps rights"),
        ({"read_only": False}, "can write its file system"),
        ({"ports": ["8080:8080"]}, "port 8080:8080"),
        ({"ports": ["0.0.0.0:${P:-1}:1"]}, "port 0.0.0.0:${P:-1}:1"),
        ({"environment": {"PGPASSWORD": "x"}}, "PGPASSWORD: a secret in the environment"),
        ({"security_opt": []}, "may gain privileges"),
        ({"network_mode": "host"}, "shares what is the server's"),
    ],
)
def test_a_service_that_breaks_a_rule_is_found(change: dict[str, Any], complaint: str) -> None:
    assert complaints("api-server", {**SERVICES["api-server"], **change}) == [complaint]


def test_every_variable_is_explained_and_none_besides() -> None:
    used = set(VARIABLE.findall(TEXT))
    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.M))
    assert explained == used


def test_officers_drop_files_where_the_services_look() -> None:
    """One variable names all the drop folders, so that a new source needs no line here."""
    told = SERVICES["worker"]["environment"]
    assert not [name for name in told if name.startswith("KREISHAUS_SOURCE__")]
    mounted = [volume for volume in SERVICES["worker"]["volumes"] if "target" in volume]
    assert told["KREISHAUS_DROP_FOLDERS"] in {volume["target"] for volume in mounted}
    there = Settings(sources="live", drop_folders=told["KREISHAUS_DROP_FOLDERS"])
    assert there.drop_folder("azr") == Path("/drop/azr")
    dropped = {source.name for source in SOURCES if source.dropped}
    install = (REPOSITORY / "docs" / "production.md").read_text(encoding="utf-8")
    assert {"azr", "papers"} <= set(re.findall(r"\bdrop/(\w+)", install)) <= dropped
    [listed] = re.findall(r"^# What officers drop.*", EXAMPLE, re.M)
    assert {"azr", "papers"} <= set(re.findall(r"(\w+)/", listed)) <= dropped


def test_the_time_zone_is_said_once_and_is_that_of_kreishaus() -> None:
    assert TEXT.count(TIMEZONE) == 1
    told = {one.get("environment", {}).get("TZ") for one in SERVICES.values()}
    assert told <= {TIMEZONE, None}
    assert SERVICES["scheduler"]["environment"]["AIRFLOW__CORE__DEFAULT_TIMEZONE"] == TIMEZONE


def test_the_example_shows_the_defaults() -> None:
    shown = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE, re.M))
    defaults = dict(re.findall(r"(?<!\$)\$\{(\w+):-([^}]*)\}", TEXT))
    # Examples of what is empty by default.
    addresses = {"LINEAGE_URL", "METRICS_OTLP_URL", "PROXY_ALSO", "PROXY_UPSTREAM"}
    differing = {
        name: (value, defaults[name])
        for name, value in shown.items()
        if name not in addresses and value != defaults[name]
    }
    assert differing == {}


def test_every_name_leads_somewhere() -> None:
    volumes, networks, secrets = set(), set(), set()
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0] if isinstance(volume, str) else volume["source"]
            if re.fullmatch(r"[a-z-]+", source):
                volumes.add(source)
            elif source.startswith("./"):
                assert (REPOSITORY / source).exists(), f"{name}: {source}"
        networks |= set(service["networks"])
        secrets |= set(service.get("secrets", []))
        assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert volumes == set(COMPOSE["volumes"])
    assert networks == set(COMPOSE["networks"])
    assert secrets == set(COMPOSE["secrets"])


EXACT = {"house", "logs", "metadata-db", "serving-db", "lineage-db", "/drop", "/backup"}
"""Volumes that hold exact figures, or words that quote them, or who asked for them."""
MOUNTS = {
    "init": {"house -> /house", "logs -> /logs"},
    "api-server": set(),
    "scheduler": set(),
    "dag-processor": {
        "house -> /house, read only",
        "house/alerts -> /house/alerts",
        "logs -> /logs",
    },
    "triggerer": {"house/warehouse -> /house/warehouse, read only", "logs -> /logs"},
    "worker": {
        "house -> /house",
        "logs -> /logs",
        "${DROP_FOLDERS:-./drop} -> /drop, read only",
        "${BACKUP_FOLDER:-./backup} -> /backup",
    },
    "metadata-db": {"metadata-db -> /var/lib/postgresql/data"},
    "serving-db": {"serving-db -> /var/lib/postgresql/data"},
    "serving-setup": {
        "./docker/postgres/serving -> /setup, read only",
        "./warehouse/serving/open_doors.sql -> /open_doors.sql, read only",
    },
    "readers": {"house -> /house", "logs -> /logs"},
    "lineage-db": {"lineage-db -> /var/lib/postgresql/data"},
    "statsd": {"./docker/metrics/statsd-mapping.yml -> /etc/statsd-mapping.yml, read only"},
}
"""All that a service mounts besides the county's settings, which are never written."""


def mounts(service: dict[str, Any]) -> set[str]:
    """What a service mounts, each as ``source -> target``, and whether it can only be read."""
    found = set()
    for volume in service.get("volumes", []):
        if isinstance(volume, str):
            parts = re.fullmatch(r"(\$\{[^}]*\}|[^:]+):([^:]+)(:ro)?", volume)
            assert parts, volume
            source, target, read_only = parts.groups()
        else:
            within = volume.get("volume", {}).get("subpath")
            source = f"{volume['source']}/{within}" if within else volume["source"]
            target, read_only = volume["target"], volume.get("read_only")
        found.add(f"{source} -> {target}{', read only' if read_only else ''}")
    return found


@each_service
def test_a_service_mounts_what_it_needs_and_no_more(name: str) -> None:
    settings = "${COUNTIES:-./counties} -> /kreishaus/counties, read only"
    assert mounts(SERVICES[name]) - {settings} == MOUNTS.get(name, set())


def holds_exact(mount: str) -> bool:
    source, target = re.split(r"/[a-z]+ -> | -> ", mount)[0], mount.split(" -> ")[1].split(",")[0]
    return source in EXACT or target in EXACT


def test_what_pages_are_asked_of_has_nothing_exact() -> None:
    asked = {name for name, service in SERVICES.items() if "web" in service["networks"]}
    assert asked == {"api-server", "superset", "statsd", "lineage-page"}
    assert [one for name in asked for one in mounts(SERVICES[name]) if holds_exact(one)] == []
    worker = [one for one in mounts(SERVICES["worker"]) if holds_exact(one)]
    assert len(worker) == len(MOUNTS["worker"])  # the rule finds them where they are


def test_only_the_proxy_and_the_mail_relay_reach_the_world() -> None:
    outside = {name for name, service in SERVICES.items() if "outside" in service["networks"]}
    assert outside == {"proxy", "mail"}
    assert COMPOSE["networks"]["egress"] == {"internal": True}
    for name, service in SERVICES.items():
        told = service.get("environment", {})
        by_proxy = {told.get(word) for word in ("HTTP_PROXY", "HTTPS_PROXY")}
        asks = "egress" in service["networks"] and name != "proxy"
        assert by_proxy == ({"http://proxy:3128"} if asks else {None}), name
        if asks:
            # What stands on Kreishaus's own networks is asked directly.
            direct = {"localhost", "127.0.0.1", "api-server", "worker", "triggerer", "mail"}
            direct |= {"metadata-db", "serving-db", "broker", "statsd", "lineage"}
            assert set(told["NO_PROXY"].split(",")) == direct


def test_logs_of_tasks_are_closed_and_read_from_the_worker() -> None:
    for name in ("worker", "triggerer", "dag-processor", "init"):
        told = SERVICES[name]["environment"]
        assert told["AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS"] == "0o750"
        assert told["AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS"] == "0o640"
    for name in ("worker", "triggerer"):
        # The name under which a task is remembered, also after the container is another.
        assert SERVICES[name]["hostname"] == name
        assert "--skip-serve-logs" not in SERVICES[name]["command"]


def test_databases_and_broker_are_on_no_network_that_reaches_the_world() -> None:
    internal = {name for name, words in COMPOSE["networks"].items() if words.get("internal")}
    closed = {name for name, one in SERVICES.items() if set(one["networks"]) <= internal}
    assert {"metadata-db", "serving-db", "lineage-db", "broker", "scheduler"} <= closed


def test_only_pages_are_published() -> None:
    published = {name for name, service in SERVICES.items() if service.get("ports")}
    assert published == {"api-server", "superset", "statsd", "lineage-page"}
    assert all(SERVICES[name].get("profiles") for name in published - {"api-server"})


def test_every_secret_is_made(tmp_path: Path) -> None:
    make = REPOSITORY / "docker" / "make-secrets"
    subprocess.run([make, tmp_path / "secrets"], check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(COMPOSE["secrets"]) <= set(made)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    random = [secret for secret in made.values() if len(secret) > 20]
    assert len(set(random)) == len(random)
    subprocess.run([make, tmp_path / "secrets"], check=True, capture_output=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made


def test_images_are_made_of_what_the_lock_names() -> None:
    for path in sorted((REPOSITORY / "docker").rglob("Dockerfile")):
        words = path.read_text(encoding="utf-8")
        last_user = re.findall(r"^USER (.+)$", words, re.M)[-1]
        assert last_user.split(":")[0] not in ("root", "0"), path
        assert ":latest" not in words, path
        for line in re.findall(r"pip install.*", words):
            assert "--require-hashes" in line or "--no-deps" in line, (path, line)
        assert "org.opencontainers.image.licenses" in words, path


def test_a_service_of_kreishaus_does_not_phone_home() -> None:
    for name in ("worker", "api-server", "scheduler", "dag-processor", "triggerer", "init"):
        told = SERVICES[name]["environment"]
        assert told["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
        assert told["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
        assert told["DO_NOT_TRACK"] == "1"
        assert told["GX_ANALYTICS_ENABLED"] == "false"
