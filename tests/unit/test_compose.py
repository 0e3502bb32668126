"""docker-compose.yml holds to its own rules, and everything that it names is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
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


def test_the_example_shows_the_defaults() -> None:
    shown = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE, re.M))
    defaults = dict(re.findall(r"(?<!\$)\$\{(\w+):-([^}]*)\}", TEXT))
    addresses = {"LINEAGE_URL", "METRICS_OTLP_URL"}  # examples of what is empty by default
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


def test_a_service_of_the_house_does_not_phone_home() -> None:
    for name in ("worker", "api-server", "scheduler", "dag-processor", "triggerer", "init"):
        told = SERVICES[name]["environment"]
        assert told["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
        assert told["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
        assert told["DO_NOT_TRACK"] == "1"
        assert told["GX_ANALYTICS_ENABLED"] == "false"
