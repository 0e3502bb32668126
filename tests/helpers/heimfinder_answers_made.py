"""Answers as Heimfinder NRW gives them, and a server on this machine that gives them."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

LIST = "/wtg/api/heimfinder/einrichtungen"
V2 = "/wtg/api/heimfinder/v2/einrichtungen"
DETAIL = "/wtg/api/heimfinder/einrichtung/"

Entry = dict[str, Any]


def home(number: int = 1, **changed: Any) -> Entry:
    """A home of the county with 2 places free for long and 1 for short, of 80."""
    return {
        "id": number,
        "kreis": "Rhein-Kreis Neuss",
        "einrichtung": {"name": f"Haus {number}"},
        "adresse": {"ort": "Neuss", "ags": "05162024"},
        "geo_location_epsg_4326": {"lat": 51.2, "lon": 6.7},
        "plaetze": 80,
        "freie_plaetze": {"gesamt": 3, "langzeitpflege": 2, "kurzzeitpflege": 1},
    } | changed


def elsewhere(number: int = 900) -> Entry:
    return home(number, kreis="Kreis Mettmann", adresse={"ort": "Ratingen"})


def v1(*entries: object) -> bytes:
    return json.dumps({"_items": list(entries)}, ensure_ascii=False).encode()


def v2(*entries: object) -> bytes:
    return json.dumps({"_data": ["Ergebnisse ", *entries]}, ensure_ascii=False).encode()


class Source:
    """What the server answers by path, with status; and which paths were asked."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []

    def answers_with(self, content: bytes, status: int = 200, path: str = LIST) -> None:
        self.answers[path] = (status, content)


@contextmanager
def serving() -> Iterator[Source]:
    """A running server, and what it answers."""
    source = Source()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            source.asked.append(self.path)
            status, content = source.answers.get(self.path, (404, b"no such page"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        source.url = f"http://127.0.0.1:{httpd.server_port}"
        try:
            yield source
        finally:
            httpd.shutdown()
            thread.join()
