"""Serves the sample files on this machine only, as the sources' own servers would.

``/<source>/<path>`` answers with the file of that path under the root: query and ``;jsessionid``
are ignored, an unchanged file is answered with 304. What a source does beyond handing out files
(GENESIS: a form that is posted) lies in that source's own module.
"""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from sample import it_nrw_rest

LOCALHOST = "127.0.0.1"
MAX_FORM_BYTES = 64 * 1024
CONTENT_TYPES = {
    ".csv": "text/csv",
    "datencsv": "text/csv",
    "einrichtungen": "application/json; charset=utf-8",
    "ffcsv": "text/csv",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


@dataclass(frozen=True)
class SampleServer:
    """A running server. ``url`` is its address without a slash at the end."""

    url: str


def file_at(root: Path, url_path: str) -> Path | None:
    """The path under ``root`` that an address names, or None when it leads out of the root."""
    plain = "/".join(part.split(";", 1)[0] for part in urlsplit(url_path).path.split("/"))
    path = (root / unquote(plain).lstrip("/")).resolve()
    return path if path.is_relative_to(root.resolve()) else None


def content_type(path: Path) -> str:
    """The media type for a file name; for names without a suffix, for the name itself."""
    return CONTENT_TYPES.get(path.suffix or path.name, "application/octet-stream")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: object, root: Path) -> None:
        self.root = root
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = file_at(self.root, self.path)
        if path is None or not path.is_file():
            self._answer(404, "text/plain; charset=utf-8", f"no sample file {self.path}\n".encode())
            return
        content = path.read_bytes()
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, None, b"", etag)
        else:
            self._answer(200, content_type(path), content, etag)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        if size > MAX_FORM_BYTES:
            self.close_connection = True
            self._answer(413, "text/plain; charset=utf-8", b"form too large\n")
            return
        form = dict(parse_qsl(self.rfile.read(size).decode("utf-8", "replace")))
        folder = file_at(self.root, self.path)
        if folder is None or not it_nrw_rest.is_method(folder):
            self._answer(404, "text/plain; charset=utf-8", f"no method {self.path}\n".encode())
            return
        media_type, content = it_nrw_rest.answer(folder, form, self.headers)
        self._answer(200, media_type, content)

    def log_message(self, *_: object) -> None:
        """Nothing: who asks has its own log."""

    def _answer(
        self, status: int, media_type: str | None, content: bytes, etag: str | None = None
    ) -> None:
        self.send_response(status)
        if media_type:
            self.send_header("Content-Type", media_type)
        if etag:
            self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(content)


def _listen(root: Path, port: int) -> http.server.ThreadingHTTPServer:
    if not root.is_dir():
        raise FileNotFoundError(f"{root}: no such folder; write the sample files first")
    return http.server.ThreadingHTTPServer((LOCALHOST, port), partial(Handler, root=root))


@contextmanager
def serve(root: Path, port: int = 0) -> Iterator[SampleServer]:
    """Serve ``root`` from a thread of this process; port 0 takes a free one."""
    with _listen(root, port) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield SampleServer(url=f"http://{LOCALHOST}:{httpd.server_port}")
        finally:
            httpd.shutdown()
            thread.join()


def serve_forever(root: Path, port: int) -> None:
    """Serve ``root`` until the process is interrupted."""
    with _listen(root, port) as httpd, suppress(KeyboardInterrupt):
        httpd.serve_forever()
