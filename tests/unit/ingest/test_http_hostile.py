"""Servers that mean harm, or are badly broken: a visit ends as a finding, in time and in memory."""

from __future__ import annotations

import gzip
import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest
from servers import Server, Visit, serving

from ingest.http import Answer, Client
from kreishaus.model import SourceRefused, SourceUnavailable
from kreishaus.settings import HttpConfig

ONCE = HttpConfig(tries=1, silence_seconds=5, longest_answer_seconds=1.5, largest_mebibytes=1)
OK = b"HTTP/1.1 200 OK\r\n"
SENT_ON = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: "
ZIPPED = OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n"
TABLE = os.urandom(3_000)
FIXED: dict[str, bytes] = {
    "/sent-on-to-half-an-address": SENT_ON + b"http://[::1\r\n\r\n",
    "/sent-on-to-a-sign-that-is-three": SENT_ON + "http://a\u2100b/\r\n\r\n".encode(),
    "/sent-on-in-latin-1": SENT_ON + b"/\xff\xe4\r\n\r\n",
    "/sent-on-to-no-port": SENT_ON + b"http://127.0.0.1:many/\r\n\r\n",
    "/sent-on-nowhere": b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    "/sent-on-far": SENT_ON + b"https://evil.example/" + b"x" * 60_000 + b"\r\n\r\n",
    "/waits-5000-digits": BUSY + b"9" * 5_000 + b"\r\n\r\n",
    "/waits-until-the-year-99999": BUSY + b"Mon, 01 Jan 99999 00:00:00 GMT\r\n\r\n",
    "/waits-for-an-odd-zone": BUSY + b"Mon, 01 Jan 2026 00:00:00 +999999999999\r\n\r\n",
    "/unchanged-unasked": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "/zipped": ZIPPED + gzip.compress(TABLE),
    "/zipped-in-parts": ZIPPED + gzip.compress(TABLE[:1_000]) + gzip.compress(TABLE[1_000:]),
    "/zipped-and-cut": ZIPPED + gzip.compress(TABLE)[:-1_000],
    "/zipped-without-its-check": ZIPPED + gzip.compress(TABLE)[:-8],
    "/zipped-wrongly": ZIPPED + gzip.compress(TABLE)[:-8] + bytes(8),
    "/not-zipped": ZIPPED + b"hello",
    "/otherwise-packed": OK + b"Content-Encoding: br\r\nContent-Length: 4\r\n\r\ndata",
    "/packed-twice": OK + b"Content-Encoding: gzip, gzip\r\nContent-Length: 4\r\n\r\ndata",
    "/two-lengths": OK + b"Content-Length: 3, 5\r\n\r\nshort",
    "/promises-more": OK + b"Content-Length: 9\r\n\r\nshort",
    "/chunks-that-stop": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
    "/chunk-of-a-negative-size": OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde",
    "/no-http": b"220 mail.example ESMTP\r\n",
}
ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "/one-hundred": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "/headers": (OK, b"X-More: yes\r\n" * 1_000),
    "/header": (OK + b"X-Long: ", b"x" * 65_536),
    "/status-line": (b"", b"x" * 65_536),
    "/chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "/chunk-size": (OK + b"Transfer-Encoding: chunked\r\n\r\n1", b";x" * 30_000),
    "/trailers": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"T: x\r\n" * 1_000),
    "/body-of-a-redirect": (
        b"HTTP/1.1 302 Found\r\nContent-Length: 99999999999\r\nLocation: /data\r\n\r\n",
        b"x" * 65_536,
    ),
    "/empty-zips": (ZIPPED, gzip.compress(b"") * 2_000),
    "/name-in-a-zip": (ZIPPED + b"\x1f\x8b\x08\x08\0\0\0\0\0\3", b"n" * 65_536),
    "/bomb": (ZIPPED, gzip.compress(bytes(2**24))),
}


def play(visit: Visit) -> None:
    visit.close_connection = True
    if visit.path in FIXED:
        visit.wfile.write(FIXED[visit.path])
        visit.hang_up()
    elif visit.path in ENDLESS:
        first, again = ENDLESS[visit.path]
        with suppress(OSError):
            visit.wfile.write(first)
            while True:
                visit.wfile.write(again)
    elif visit.path.startswith("/slow-hop"):
        time.sleep(0.4)
        visit.answer(302, Location=f"{visit.path}x")
    elif visit.path == "/tag":
        visit.answer(200, b"data", ETag=visit.server.tag)
    else:
        visit.answer(200, b"data")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(play) as running:
        yield running


def visited(server: Server, path: str) -> Answer:
    with Client(ONCE) as client:
        return client.get(f"{server.url}{path}")


def failure(server: Server, path: str) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        visited(server, path)
    return str(caught.value)


@pytest.mark.parametrize(
    "path", ["half-an-address", "a-sign-that-is-three", "in-latin-1", "to-no-port", "nowhere"]
)
def test_a_redirect_that_is_no_address_is_a_finding(server: Server, path: str) -> None:
    (full,) = (one for one in FIXED if one.startswith("/sent-on") and one.endswith(path))
    said = failure(server, full)
    assert server.url in said
    assert "is no address" in said
    assert "Look at it in a browser" in said


def test_an_error_is_short_however_long_the_address_is(server: Server) -> None:
    said = failure(server, "/sent-on-far")
    assert said.startswith("https://evil.example/xxx")
    assert len(said) < 600


@pytest.mark.parametrize("path", [one for one in FIXED if one.startswith("/waits")])
def test_a_wait_that_nobody_can_read_is_none(server: Server, path: str) -> None:
    assert "expected status 200, found 503" in failure(server, path)


def test_unchanged_is_believed_only_if_it_was_asked(server: Server) -> None:
    """An answer without bytes would else be taken for an empty page."""
    assert "found 304" in failure(server, "/unchanged-unasked")


@pytest.mark.parametrize("path", ["/zipped", "/zipped-in-parts"])
def test_an_answer_that_came_zipped_is_what_was_zipped(server: Server, path: str) -> None:
    assert visited(server, path).content == TABLE


@pytest.mark.parametrize(
    "path", ["/zipped-and-cut", "/zipped-without-its-check", "/zipped-wrongly", "/not-zipped"]
)
def test_a_zipped_answer_that_is_not_whole_is_not_taken_for_one(server: Server, path: str) -> None:
    assert "broke off after" in failure(server, path)


@pytest.mark.parametrize(("path", "coding"), [("otherwise-packed", "br"), ("packed-twice", "gzip")])
def test_what_was_not_asked_for_is_not_unpacked(server: Server, path: str, coding: str) -> None:
    said = failure(server, f"/{path}")
    assert "expected an answer as it is or in gzip" in said
    assert coding in said


@pytest.mark.parametrize(
    "path",
    ["/two-lengths", "/promises-more", "/chunks-that-stop", "/chunk-of-a-negative-size"],
)
def test_an_answer_whose_size_is_not_what_was_said_is_not_taken(server: Server, path: str) -> None:
    assert f"GET {server.url}{path}: " in failure(server, path)


@pytest.mark.parametrize("path", ENDLESS)
def test_what_has_no_end_ends_in_time_and_in_memory(server: Server, path: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    said = failure(server, path) if path != "/body-of-a-redirect" else ""
    if not said:
        assert visited(server, path).content == b"data"
    assert time.monotonic() - started < 4
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024


def test_all_hops_together_have_the_time_of_one_answer(server: Server) -> None:
    started = time.monotonic()
    said = failure(server, "/slow-hop")
    assert "expected the whole answer within 1.5 s" in said
    assert "raise [http] longest_answer_seconds in county.toml" in said
    assert time.monotonic() - started < 3


def test_no_http_at_all_says_what_to_do(server: Server) -> None:
    said = failure(server, "/no-http")
    assert "no answer" in said
    assert "Look at it in a browser" in said


@pytest.mark.parametrize("tag", ['"a\0b"', f'"{"x" * 60_000}"', '"\xff\x80"'])
def test_a_tag_that_no_server_would_take_back_is_not_kept(server: Server, tag: str) -> None:
    """Sent with every later visit, it would shut the source for good."""
    server.tag = tag  # type: ignore[attr-defined]
    answer = visited(server, "/tag")
    assert answer.content == b"data"
    assert "ETag" not in answer.headers


@contextmanager
def mute_at(host: str) -> Iterator[int]:
    """A port that never answers: whoever connects waits in a full queue."""
    with socket.socket() as listening:
        listening.bind((host, 0))
        listening.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield int(listening.getsockname()[1])
        for one in waiting:
            one.close()


def addresses(monkeypatch: pytest.MonkeyPatch, *hosts: str) -> None:
    monkeypatch.setattr(
        "socket.getaddrinfo",
        lambda name, port, *_, **__: [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))
            for host in (hosts if name == "localhost" else [name])
        ],
    )


def test_addresses_that_never_answer_have_the_time_of_one_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    addresses(monkeypatch, *(f"127.0.0.{number}" for number in range(2, 20)))
    started = time.monotonic()
    with (
        mute_at("0.0.0.0") as mute,
        Client(ONCE) as client,
        pytest.raises(SourceUnavailable) as caught,
    ):
        client.get(f"http://localhost:{mute}/data")
    assert "expected the whole answer within 1.5 s, found no answer" in str(caught.value)
    assert time.monotonic() - started < 4


def test_an_address_that_never_answers_leaves_time_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where a machine has an IPv6 address and no way to the IPv6 net."""
    with mute_at("127.0.0.2") as mute, Server(play, None, port=mute) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        addresses(monkeypatch, "127.0.0.2", "127.0.0.1")
        with Client(ONCE) as client:
            assert client.get(f"http://localhost:{mute}/data").content == b"data"
        server.shutdown()


def test_a_refusal_for_good_is_one(server: Server) -> None:
    with pytest.raises(SourceRefused):
        visited(server, "/otherwise-packed")
