"""The HTTP client against a real server on localhost."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from ingest.http import Client
from ingest.model import SourceUnavailable


class Moody(BaseHTTPRequestHandler):
    """Answers /busy with 503 twice and then with data; /gone with 404; /etag conditionally."""

    visits: dict[str, int]

    def do_GET(self) -> None:
        self.visits[self.path] = self.visits.get(self.path, 0) + 1
        if self.path == "/busy" and self.visits[self.path] < 3:
            self.answer(503, b"maintenance")
        elif self.path == "/gone":
            self.answer(404, b"no such table")
        elif self.path == "/etag" and self.headers.get("If-None-Match") == '"v1"':
            self.answer(304, b"")
        else:
            self.answer(200, b"data")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("ETag", '"v1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Moody.visits = {}
    with ThreadingHTTPServer(("127.0.0.1", 0), Moody) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


def test_nobody_there_is_a_source_unavailable() -> None:
    with Client(retries=0) as client, pytest.raises(SourceUnavailable, match="no answer"):
        client.get("http://127.0.0.1:9/table.csv")


def test_a_refusal_is_not_tried_again_and_says_what_was_asked(server: str) -> None:
    with Client(backoff_seconds=0) as client, pytest.raises(SourceUnavailable) as refused:
        client.get(f"{server}/gone")
    assert "/gone" in str(refused.value)
    assert "expected status 200, found 404: 'no such table'" in str(refused.value)
    assert Moody.visits["/gone"] == 1


def test_what_may_heal_is_tried_again(server: str) -> None:
    with Client(backoff_seconds=0) as client:
        assert client.get(f"{server}/busy").content == b"data"
    assert Moody.visits["/busy"] == 3


def test_bytes_that_we_hold_are_not_sent_again(server: str) -> None:
    with Client() as client:
        first = client.get(f"{server}/etag")
        assert first.content == b"data"
        assert client.get(f"{server}/etag", known=first.headers).content is None
