"""The one HTTP client. Everything that goes over the wire goes through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from ingest.model import SourceUnavailable

TIMEOUT_SECONDS = (10, 120)
HEADERS_KEPT = ("Content-Type", "ETag", "Last-Modified", "Date", "Content-Disposition")
USER_AGENT = "Kreishaus/0.1 (county social-data warehouse; one visit a night)"


@dataclass(frozen=True)
class Answer:
    """What a server answered: the bytes, or None when they are those we hold (304)."""

    url: str
    content: bytes | None
    headers: Mapping[str, str]


class Client:
    """A ``requests`` session with time-outs and with retries for what may heal.

    Raises ``SourceUnavailable`` with the address, the status and the first words of the answer.
    """

    def __init__(self, *, retries: int = 3, backoff_seconds: float = 0.5) -> None:
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        retry = Retry(
            total=retries,
            backoff_factor=backoff_seconds,
            backoff_jitter=backoff_seconds,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET", "POST"),
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, url: str, *, known: Mapping[str, str] | None = None) -> Answer:
        """GET ``url``; with the kept headers of an earlier answer only if it changed since."""
        conditions = {}
        if known and "ETag" in known:
            conditions["If-None-Match"] = known["ETag"]
        elif known and "Last-Modified" in known:
            conditions["If-Modified-Since"] = known["Last-Modified"]
        return self._send("GET", url, headers=conditions)

    def post(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """POST a form; credentials belong into ``headers`` and are never kept or logged."""
        return self._send("POST", url, headers=dict(headers or {}), data=dict(form))

    def _send(self, method: str, url: str, **request: object) -> Answer:
        try:
            response = self._session.request(method, url, timeout=TIMEOUT_SECONDS, **request)  # type: ignore[arg-type]
        except requests.RequestException as error:
            raise SourceUnavailable(
                f"{method} {url}: no answer ({type(error).__name__})"
            ) from error
        if response.status_code == 304:
            return Answer(url, None, {})
        if response.status_code != 200:
            raise SourceUnavailable(
                f"{method} {url}: expected status 200, found {response.status_code}: "
                f"{response.text[:120]!r}"
            )
        kept = {name: response.headers[name] for name in HEADERS_KEPT if name in response.headers}
        return Answer(url, response.content, kept)
