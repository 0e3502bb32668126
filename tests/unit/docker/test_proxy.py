"""The way out: the proxy as the service runs it, in front of real servers on this machine."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import util
from pathlib import Path
from typing import Any

import pytest
import trustme
from servers import Visit, proxy_to, serving

from ingest.http import Client
from kreishaus.model import SourceUnavailable
from kreishaus.settings import HttpConfig

PROGRAM = Path(__file__).resolve().parents[3] / "docker" / "proxy" / "serve.py"
installed = pytest.mark.skipif(
    not (shutil.which("tinyproxy") or os.environ.get("CI")),
    reason="needs tinyproxy (Debian: tinyproxy-bin)",
)


def program() -> Any:  # a module that stands in no package
    described = util.spec_from_file_location("proxy_serve", PROGRAM)
    assert described and described.loader
    module = util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


@contextmanager
def proxy(folder: Path, **told: Any) -> Iterator[str]:
    """The proxy with a configuration of its own; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = folder / "tinyproxy.conf"
    program().write(file, listen="127.0.0.1", port=port, **told)
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(
            ["tinyproxy", "-d", "-c", str(file)], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        wait_until_it_listens(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def wait_until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def said_to(address: str, request: str) -> str:
    """The first line of the proxy's answer."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as asked:
        asked.sendall(request.encode() + b"\r\n\r\n")
        return asked.recv(4096).decode(errors="replace").split("\r\n")[0]


def page(visit: Visit) -> None:
    visit.answer(200, b"a table")


@installed
def test_a_configured_host_is_reached_and_no_other(tmp_path: Path) -> None:
    with serving(page) as server:
        port = server.server_port
        with proxy(tmp_path, hosts=["localhost", "a-b.example"], ports=[port]) as address:
            refused = [
                said_to(address, f"CONNECT {host}:{port} HTTP/1.1")
                for host in (
                    "127.0.0.1",  # the same server by another name
                    "somewhere.example",
                    "localhost.somewhere.example",
                    "somewhere-localhost",
                    "a-bxexample",  # a dot is a dot
                    "[::1]",
                )
            ]
            plain = f"http://somewhere.example:{port}/localhost"
            refused.append(said_to(address, f"GET {plain} HTTP/1.1\r\nHost: localhost"))
            other_port = said_to(address, "CONNECT localhost:22 HTTP/1.1")
            passed = said_to(address, f"CONNECT localhost:{port} HTTP/1.1")
            upper = said_to(address, f"CONNECT LOCALHOST:{port} HTTP/1.1")
        assert [" 403 " in line for line in [*refused, other_port]] == [True] * 8, refused
        assert " 200 " in passed
        assert " 200 " in upper
        assert not server.visits
    log = (tmp_path / "proxy.log").read_text()
    assert 'refused on filtered domain "somewhere.example"' in log


@installed
def test_our_own_client_comes_through_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("tabellen.example").configure_cert(tls)
    hosts = frozenset({"tabellen.example", "other.example"})
    with (
        serving(page, tls) as server,
        proxy_to(server.server_port) as county,  # knows where tabellen.example lies
        proxy(
            tmp_path,
            hosts=["tabellen.example"],
            ports=[443],
            upstream=f"http://127.0.0.1:{county.server_port}",
        ) as address,
    ):
        monkeypatch.setenv("HTTPS_PROXY", address)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        with Client(HttpConfig(tries=1, backoff_seconds=0), hosts) as client:
            answer = client.get("https://tabellen.example/22421.csv")
            assert answer.content == b"a table"
            with pytest.raises(SourceUnavailable):
                client.get("https://other.example/22421.csv")
        assert set(county.asked) == {"tabellen.example:443"}


def test_the_hosts_are_those_of_the_settings_and_those_named_besides(tmp_path: Path) -> None:
    """The program itself, which then becomes tinyproxy: here one that only says so."""
    stand_in = tmp_path / "tinyproxy"
    stand_in.write_text('#!/bin/sh\necho "$@"\n')
    stand_in.chmod(0o755)
    told = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "KREISHAUS_SOURCES": "live",
        "PROXY_ALSO": "chat.county.example, lineage.county.example",
    }
    file = tmp_path / "x.conf"
    done = subprocess.run(
        [sys.executable, PROGRAM, str(file)],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["-d", "-c", str(file)]
    allowed = (tmp_path / "x.hosts").read_text().splitlines()
    assert {r"^www\.bamf\.de$", r"^www-genesis\.destatis\.de$", r"^chat\.county\.example$"} <= set(
        allowed
    )
    assert all(line.startswith("^") and line.endswith("$") for line in allowed)
    words = file.read_text().splitlines()
    assert [line for line in words if line.startswith("ConnectPort")] == ["ConnectPort 443"]
    assert "FilterDefaultDeny Yes" in words
    assert "FilterType ere" in words


@pytest.mark.parametrize("host", [".*", "", "a|b", "x\ny", "https://x.example", "x.example:443"])
def test_what_is_no_name_of_a_host_is_no_pattern_either(tmp_path: Path, host: str) -> None:
    with pytest.raises(ValueError, match="is no name of a host"):
        program().write(tmp_path / "x.conf", hosts=[host], ports=[443])


def test_an_upstream_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="PROXY_UPSTREAM 'county' is no address"):
        program().write(tmp_path / "x.conf", hosts=["x.example"], ports=[443], upstream="county")
