"""Real servers on this machine that misbehave as servers in the wild do."""

import select
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Visit(BaseHTTPRequestHandler):
    """One request. ``play`` decides how it is answered, ``self.server.visits`` counts by path."""

    server: Any
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer waits for an acknowledgement

    def do_GET(self) -> None:
        self.server.visits[self.path] += 1
        self.server.seen.append(dict(self.headers))
        self.server.play(self)

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def promise(self, size: int, sent: bytes) -> None:
        """Promise ``size`` bytes, send fewer, hang up."""
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(sent)
        self.hang_up()

    def drip(self, seconds: float) -> None:
        """A byte now and then, without end."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self._drip_until(time.monotonic() + seconds)

    def _drip_until(self, until: float) -> None:
        while time.monotonic() < until:
            try:
                self.wfile.write(b".")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.02)

    def drip_headers(self, seconds: float) -> None:
        """A header that never ends, each byte of it soon enough."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._drip_until(time.monotonic() + seconds)

    def drip_without_length(self, seconds: float) -> None:
        """An answer whose end is only the end of the connection."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        self._drip_until(time.monotonic() + seconds)

    def hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """``visits`` counts requests by path, ``seen`` keeps their headers in order."""

    daemon_threads = True

    def __init__(
        self, play: Callable[[Visit], None], tls: ssl.SSLContext | None, port: int = 0
    ) -> None:
        super().__init__(("127.0.0.1", port), Visit)
        self.play = play
        self.visits: Counter[str] = Counter()
        self.seen: list[dict[str, str]] = []
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the play."""


@contextmanager
def serving(play: Callable[[Visit], None], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    with Server(play, tls) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


class Tunnel(BaseHTTPRequestHandler):
    """A proxy as counties have them: CONNECT, and every host is the server's ``target`` port."""

    server: Any

    def do_CONNECT(self) -> None:
        self.server.asked.append(self.path)
        with socket.create_connection(("127.0.0.1", self.server.target)) as beyond:
            self.send_response(200)
            self.end_headers()
            while True:
                ready, _, _ = select.select([self.connection, beyond], [], [], 5)
                for end in ready:
                    data = end.recv(65536)
                    if not data:
                        return
                    (beyond if end is self.connection else self.connection).sendall(data)
                if not ready:
                    return

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def proxy_to(target: int) -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Tunnel) as proxy:
        proxy.daemon_threads = True
        proxy.target, proxy.asked = target, []  # type: ignore[attr-defined]
        Thread(target=proxy.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
