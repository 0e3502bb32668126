"""The small programs that the services run: secrets in addresses, the mail relay."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
import yaml
from receivers import mail_server

from kreishaus.secret_files import SecretUnreadable, secret

REPOSITORY = Path(__file__).resolve().parents[3]
SECRET = REPOSITORY / "docker" / "airflow" / "secret.py"
RELAY = REPOSITORY / "docker" / "mail" / "relay.py"
MAIL = "From: kreishaus@county.example\nSubject: red\n\nbuild_marts is red"


def said(*words: str) -> str:
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("redis://:@broker:6379/0", "redis://:a%2Fb%40c@broker:6379/0"),
        ("postgresql+psycopg2://me@db/x", "postgresql+psycopg2://me:a%2Fb%40c@db/x"),
    ],
)
def test_a_password_goes_into_an_address(tmp_path: Path, address: str, expected: str) -> None:
    file = tmp_path / "secret"
    file.write_text("a/b@c\n")
    assert said(str(SECRET), str(file), address) == expected


def test_a_secret_is_printed_without_the_end_of_its_line(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("abc=\r\n")
    assert said(str(SECRET), str(file)) == "abc="


def test_a_setting_may_be_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    file.write_text("Ümläut 2021\n")
    monkeypatch.setenv("KREISHAUS_X_FILE", str(file))
    assert secret("KREISHAUS_X") == "Ümläut 2021"
    monkeypatch.setenv("KREISHAUS_X", "nearer")
    assert secret("KREISHAUS_X") == "nearer"
    assert secret("KREISHAUS_Y") == ""


def test_a_secret_that_cannot_be_read_is_named_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KREISHAUS_X_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(SecretUnreadable, match=r"KREISHAUS_X_FILE names .*nowhere.*No such file"):
        secret("KREISHAUS_X")
    (tmp_path / "bytes").write_bytes(b"s3cret\xff")
    monkeypatch.setenv("KREISHAUS_X_FILE", str(tmp_path / "bytes"))
    with pytest.raises(SecretUnreadable) as raised:
        secret("KREISHAUS_X")
    assert "s3cret" not in str(raised.value)


@contextmanager
def relay(folder: Path, port: int, **told: str) -> Iterator[int]:
    """The relay as the service ``mail`` runs it; yields the port that it listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        own = probe.getsockname()[1]
    password = folder / "password"
    password.write_text("geheim\n")
    environment = {
        **os.environ,
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(port),
        "SMTP_FROM": "kreishaus@county.example",
        "SMTP_PASSWORD_FILE": str(password),
        "RELAY_PORT": str(own),
        "PYTHONPATH": str(REPOSITORY),
        **told,
    }
    process = subprocess.Popen([sys.executable, RELAY], env=environment, stderr=subprocess.PIPE)
    assert process.stderr
    assert b"taking mail" in process.stderr.readline()
    try:
        yield own
    finally:
        process.terminate()
        assert process.wait(10) == 0


def send(port: int) -> tuple[int, bytes]:
    """Hand a mail to the relay as Airflow does; what it answers."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
        try:
            server.sendmail("kreishaus@inside", ["data@county.example"], MAIL)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, error.smtp_error
    return 250, b""


def test_a_mail_is_handed_on_encrypted(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    trusting = {"SSL_CERT_FILE": str(tmp_path / "ca.pem")}
    with mail_server(context) as county:
        with relay(tmp_path, county.port, **trusting) as port:
            assert send(port) == (250, b"")
        with relay(tmp_path, county.port) as port:
            code, words = send(port)
    assert [mail["Subject"] for mail in county.got] == ["red"]
    assert county.recipients == [["data@county.example"]]
    assert code == 451
    assert b"CERTIFICATE_VERIFY_FAILED" in words  # of a server that the machine does not trust


def test_what_the_county_refuses_its_sender_is_told(tmp_path: Path) -> None:
    with mail_server() as county, relay(tmp_path, county.port, SMTP_TLS="none") as port:
        county.refusing = "552 mailbox full"
        assert send(port) == (552, b"mailbox full")
        county.refusing = None
        assert send(port) == (250, b"")
    with relay(tmp_path, county.port, SMTP_TLS="none") as port:
        code, words = send(port)
    assert (code, b"ConnectionRefusedError" in words) == (451, True)
    assert b"geheim" not in words


def test_a_server_that_takes_no_login_is_no_reason_to_be_silent(tmp_path: Path) -> None:
    with (
        mail_server() as county,
        relay(tmp_path, county.port, SMTP_TLS="none", SMTP_USER="kreishaus") as port,
    ):
        code, words = send(port)
    assert code == 451
    assert b"AUTH" in words
    assert county.got == []


def test_the_access_file_reads_and_so_do_its_examples() -> None:
    """Each commented block of webserver_config.py, uncommented, is settings that can be read."""
    path = REPOSITORY / "docker" / "airflow" / "webserver_config.py"
    text = path.read_text(encoding="utf-8")
    plain: dict[str, object] = {}
    exec(compile(text, path, "exec"), plain)
    assert plain["AUTH_TYPE"] == 1  # users in the database
    assert "AUTH_ROLE_PUBLIC" not in plain
    for title, number in (("LDAP", 2), ("OpenID Connect", 4)):
        _, _, rest = text.partition(f"# --- {title}:")
        block, _, _ = rest.partition(f"# --- end of {title}")
        lines = block.splitlines()[1:]
        code = "\n".join(line.removeprefix("# ").removeprefix("#") for line in lines)
        told: dict[str, object] = {}
        exec(compile(code, f"{path}: {title}", "exec"), told)
        assert told["AUTH_TYPE"] == number
        roles = [role for roles in told["AUTH_ROLES_MAPPING"].values() for role in roles]  # type: ignore[attr-defined]
        assert roles == ["Viewer", "Op", "Admin"]
        assert told["AUTH_USER_REGISTRATION_ROLE"] == "Viewer"


def test_the_relay_ends_at_once_when_told(tmp_path: Path) -> None:
    begun = time.monotonic()
    with relay(tmp_path, 1, SMTP_TLS="none"):
        begun = time.monotonic()
    assert time.monotonic() - begun < 5


def test_the_command_line_tells_whose_hand_it_is(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    docker.chmod(0o755)
    asked = [REPOSITORY / "docker" / "kreishaus", "query", "select 1"]
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        asked, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    user = subprocess.run(["id", "-un"], capture_output=True, text=True).stdout.strip()
    assert done.stdout.splitlines() == [
        *("compose", "exec", "--no-TTY", "--env", f"SUDO_USER={user}"),
        *("worker", "kreishaus", "query", "select 1"),
    ]


def test_images_are_pinned_by_what_a_registry_says(tmp_path: Path) -> None:
    """The registry is a stand-in: a docker that knows each image by a digest made of its name."""
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\necho "sha256:$(echo "$4" | sha256sum | cut -c1-64)"\n')
    docker.chmod(0o755)
    file = tmp_path / "pinned.yml"
    told = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    program = REPOSITORY / "docker" / "pin-images"
    done = subprocess.run([program, file], env=told, capture_output=True, text=True, check=True)
    made = yaml.safe_load(file.read_text())["services"]
    ours = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    foreign = {name: one["image"] for name, one in ours.items() if "kreishaus" not in one["image"]}
    assert {name: one["image"].split("@")[0] for name, one in made.items()} == foreign
    digests = {one["image"].split("@")[1] for one in made.values()}
    assert len(digests) == len(set(foreign.values()))
    assert "PYTHON_IMAGE=python:" in done.stdout


@pytest.mark.parametrize("answer", ["", "sha256:short", "no such image"])
def test_an_answer_that_is_no_digest_pins_nothing(tmp_path: Path, answer: str) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f"#!/bin/sh\necho '{answer}'\n")
    docker.chmod(0o755)
    file = tmp_path / "pinned.yml"
    told = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    program = REPOSITORY / "docker" / "pin-images"
    done = subprocess.run([program, file], env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "expected a digest" in done.stderr
    assert not file.exists()
