"""The one HTTP client. Everything that goes over the wire goes through here."""

from __future__ import annotations

import ipaddress
import logging
import time
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
from urllib3.exceptions import HTTPError, InvalidHeader, NameResolutionError
from urllib3.util import Retry

from ingest.answer_body import NotAsked, pieces
from ingest.deadline import Deadline, DeadlineAdapter
from kreishaus.model import SourceRefused, SourceUnavailable
from kreishaus.settings import HttpConfig, Settings
from kreishaus.wording import joined, say

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10
MOST_REDIRECTS = 5
CHUNK = 64 * 1024
LONGEST_HEADER = 1_000
"""A header that is longer, or holds what cannot be printed, is not kept: sent back with every later
visit, it would be refused for good."""
LONGEST_SHOWN = 300
HEADERS_KEPT = (
    *("Content-Type", "Content-Disposition", "Content-Language", "Content-Length"),
    *("Date", "ETag", "Last-Modified"),
)
MAY_HEAL = (408, 425, 429, 500, 502, 503, 504)
REDIRECTS = (301, 302, 303, 307, 308)
CONDITIONS = ("If-None-Match", "If-Modified-Since")
LOOK = say("Look at it in a browser; if the source moved, set its address in county.toml")
THIS_MACHINE = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True)
class Answer:
    """What a server answered: the bytes, or None when they are those we hold (304).

    ``url`` is where they came from in the end, after redirects.
    """

    url: str
    content: bytes | None
    headers: Mapping[str, str]


class _MayHeal(SourceUnavailable):
    """A failure that another try may heal; ``retry_after`` is what the server asked for, in s."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        asked = (
            say("; it asks to wait {retry_after:.0f} s", retry_after=retry_after)
            if retry_after
            else ""
        )
        super().__init__(message + asked)
        self.retry_after = retry_after or 0.0


class _Session(requests.Session):
    """A session that never looks where an answer sends it on.

    Even where it does not follow, it would read the whole body of that answer into memory first.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class Client:
    """A ``requests`` session that is patient, polite and careful.

    Tries again, with growing pauses, what may heal: no connection, a broken answer, 429 and 5xx;
    a ``Retry-After`` is obeyed, or the visit ends when it is longer than anybody waits here.
    Visits no host that is not allowed, not by a redirect either, and reads no answer that is
    larger or slower than configured.

    Raises ``SourceUnavailable`` with the address, what was expected and what came;
    ``SourceRefused`` where asking again cannot help.
    """

    def __init__(
        self, config: HttpConfig | None = None, hosts: frozenset[str] = THIS_MACHINE
    ) -> None:
        self._config = config or HttpConfig()
        self._hosts = hosts
        self._session = _Session()
        self._session.headers["Accept-Encoding"] = "gzip"
        self._session.headers["User-Agent"] = user_agent(self._config.contact)
        self._deadline = Deadline()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, DeadlineAdapter(self._deadline))
        self._asked_at: dict[str, float] = {}

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The client of this county: its hosts, its limits, its contact."""
        return cls(settings.http, settings.hosts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(self, url: str, *, known: Mapping[str, str] | None = None) -> Answer:
        """GET ``url``; with the kept headers of an earlier answer only if it changed since."""
        conditions = {}
        if known and "ETag" in known:
            conditions["If-None-Match"] = known["ETag"]
        if known and "Last-Modified" in known:
            conditions["If-Modified-Since"] = known["Last-Modified"]
        return self._patiently("GET", url, conditions, None)

    def post(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """POST a form; credentials belong into ``headers`` and are never kept or logged.

        A redirect is not followed: it would carry the credentials elsewhere.
        """
        return self._patiently("POST", url, dict(headers or {}), dict(form))

    def _patiently(
        self, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None
    ) -> Answer:
        config = self._config
        growing = tenacity.wait_exponential_jitter(
            multiplier=config.backoff_seconds,
            max=config.longest_wait_seconds,
            jitter=config.backoff_seconds,
        )

        def worth_another_try(error: BaseException) -> bool:
            return isinstance(error, _MayHeal) and error.retry_after <= config.longest_wait_seconds

        def pause(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return getattr(error, "retry_after", 0.0) or growing(state)

        tries = tenacity.Retrying(
            retry=tenacity.retry_if_exception(worth_another_try),
            # An answer that took all the time it had is not waited for four times over.
            stop=tenacity.stop_after_attempt(config.tries)
            | tenacity.stop_after_delay(config.longest_answer_seconds),
            wait=pause,
            before_sleep=tenacity.before_sleep_log(log, logging.INFO),
            reraise=True,
        )
        return tries(self._visit, method, url, headers, form)

    def _visit(
        self, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None
    ) -> Answer:
        """One try, all of it within the time that an answer may take."""
        with self._deadline.within(self._config.longest_answer_seconds):
            return self._followed(method, url, headers, form)

    def _followed(
        self, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None
    ) -> Answer:
        """Redirects are followed by hand: each of them must be allowed."""
        for _ in range(MOST_REDIRECTS + 1):
            self._require_allowed(url)
            with closing(self._send(method, url, headers, form)) as response:
                if response.status_code not in REDIRECTS:
                    return self._answer(method, url, response, headers)
                target = _target(method, url, response.headers.get("Location", ""))
            if method != "GET":
                raise SourceRefused(
                    say(
                        "{method} {shown}: was sent on to {shown_2}, and a form with credentials "
                        "is not sent on. If the source moved, set its address in county.toml",
                        method=method,
                        shown=shown(url),
                        shown_2=shown(target),
                    )
                )
            url = target
        raise SourceRefused(
            say(
                "{method} {shown}: more than {most_redirects} redirects",
                method=method,
                shown=shown(url),
                most_redirects=MOST_REDIRECTS,
            )
        )

    def _require_allowed(self, url: str) -> None:
        parts = urlsplit(url)
        if "@" in parts.netloc:
            raise SourceRefused(
                say("{shown}: credentials do not belong into an address", shown=shown(url))
            )
        secure = parts.scheme == "https" or is_this_machine(parts.hostname)
        if not secure or parts.hostname not in self._hosts:
            raise SourceRefused(
                say(
                    "{shown}: this address is not visited; allowed are https and the hosts "
                    "{hosts}. If the source moved there, add it to [http] allowed_hosts in "
                    "county.toml",
                    shown=shown(url),
                    hosts=joined(sorted(self._hosts), ", "),
                )
            )

    def _send(
        self, method: str, url: str, headers: dict[str, str], form: dict[str, str] | None
    ) -> requests.Response:
        host = urlsplit(url).hostname or ""
        local = is_this_machine(host)
        self._be_polite(host, local)
        # "from None" below: the words of these errors may hold a proxy's address and password.
        try:
            return self._session.request(
                method,
                url,
                headers=headers,
                data=form,
                timeout=(CONNECT_SECONDS, self._config.silence_seconds),
                allow_redirects=False,
                stream=True,
                # This machine is never behind a proxy, whatever the environment says.
                proxies={"no_proxy": host} if local else None,
            )
        except requests.exceptions.SSLError:
            if self._deadline.expired:
                raise self._too_slow(method, url, say("no answer")) from None
            raise SourceRefused(
                say(
                    "{method} {shown}: its certificate is not trusted. Behind a proxy that "
                    "opens TLS, set REQUESTS_CA_BUNDLE to the county's own certificates",
                    method=method,
                    shown=shown(url),
                )
            ) from None
        except (requests.ConnectionError, requests.Timeout) as error:
            if self._deadline.expired:
                raise self._too_slow(method, url, say("no answer")) from None
            raise _MayHeal(f"{method} {shown(url)}: {_no_answer(error, host)}") from None
        except requests.RequestException as error:
            raise SourceRefused(
                say(
                    "{method} {shown}: cannot be asked ({name}): the address or the head of "
                    "the answer is against HTTP. {look}",
                    method=method,
                    shown=shown(url),
                    name=type(error).__name__,
                    look=LOOK,
                )
            ) from None

    def _be_polite(self, host: str, local: bool) -> None:
        """Leave a pause between two visits to a host; one at a time is the caller's loop."""
        if not local:
            due = self._asked_at.get(host, 0.0) + self._config.pause_seconds
            time.sleep(max(0.0, due - time.monotonic()))
        self._asked_at[host] = time.monotonic()

    def _answer(
        self,
        method: str,
        url: str,
        response: requests.Response,
        headers: Mapping[str, str],
    ) -> Answer:
        if response.status_code == 304 and not headers.keys().isdisjoint(CONDITIONS):
            return Answer(url, None, {})
        content = self._content(method, url, response)
        if response.status_code != 200:
            said = say(
                "{method} {shown}: expected status 200, found {status_code}: {excerpt!r}",
                method=method,
                shown=shown(url),
                status_code=response.status_code,
                excerpt=_excerpt(content, headers.values()),
            )
            if response.status_code in MAY_HEAL:
                raise _MayHeal(said, _retry_after(response))
            raise SourceRefused(said)
        return Answer(url, content, _kept(response.headers))

    def _content(self, method: str, url: str, response: requests.Response) -> bytes:
        most = self._config.largest_bytes
        content = bytearray()
        try:
            for piece in pieces(response, CHUNK):
                content += piece
                if len(content) > most:
                    raise SourceRefused(
                        say(
                            "{method} {shown}: the answer is larger than {most} bytes. If it is "
                            "right, raise [http] largest_mebibytes in county.toml",
                            method=method,
                            shown=shown(url),
                            most=most,
                        )
                    )
        except NotAsked as error:
            raise SourceRefused(
                say(
                    "{method} {shown}: {error}. {look}",
                    method=method,
                    shown=shown(url),
                    error=error,
                    look=LOOK,
                )
            ) from None
        except (HTTPError, OSError, EOFError, zlib.error) as error:
            if self._deadline.expired:
                raise self._too_slow(
                    method, url, say("{count} bytes", count=len(content))
                ) from None
            raise _MayHeal(
                say(
                    "{method} {shown}: the answer broke off after {count} bytes ({name}). "
                    "Nothing of it was kept; the next visit asks again",
                    method=method,
                    shown=shown(url),
                    count=len(content),
                    name=type(error).__name__,
                )
            ) from None
        if self._deadline.expired:  # an answer of no known length only seems to be whole
            raise self._too_slow(method, url, say("{count} bytes", count=len(content)))
        return bytes(content)

    def _too_slow(self, method: str, url: str, found: str) -> _MayHeal:
        return _MayHeal(
            say(
                "{method} {shown}: expected the whole answer within "
                "{longest_answer_seconds:g} s, found {found}. If a person waits as long "
                "for it, raise [http] longest_answer_seconds in county.toml",
                method=method,
                shown=shown(url),
                longest_answer_seconds=self._config.longest_answer_seconds,
                found=found,
            )
        )


def _no_answer(error: requests.RequestException, host: str) -> str:
    """Why there is no answer, as far as a person can do something about it."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, NameResolutionError):
        return say(
            "the name {host} is not known to this machine's name server. Has it a "
            "network? Has the source moved? Then set its address in county.toml",
            host=host,
        )
    return say(
        "no answer ({name}). {look}. If it works there: has this machine a "
        "network, does it need a proxy (HTTPS_PROXY)?",
        name=type(error).__name__,
        look=LOOK,
    )


def _target(method: str, url: str, location: str) -> str:
    """Where an answer sends us on. Raises ``SourceRefused`` where that is no address."""
    try:
        said = location.encode("latin-1").decode()  # http.client takes all headers for Latin-1
        target = urljoin(url, said)
        _ = urlsplit(target).port  # a port that is no number shows only here
        if said:
            return target
    except ValueError:
        pass  # said below
    raise SourceRefused(
        say(
            "{method} {shown}: was sent on to {location!r}, which is no address. {look}",
            method=method,
            shown=shown(url),
            location=location[:LONGEST_SHOWN],
            look=LOOK,
        )
    )


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: headers[name]
        for name in HEADERS_KEPT
        if name in headers and len(headers[name]) <= LONGEST_HEADER and headers[name].isprintable()
    }


def user_agent(contact: str) -> str:
    """Who we are and whom to write to."""
    words = "county social-data warehouse; one visit a night"
    return f"Kreishaus/{version('kreishaus')} ({words}{'; ' + contact if contact else ''})"


def is_this_machine(host: str | None) -> bool:
    """Whether a host is this machine, by name or address."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def shown(url: str) -> str:
    """An address for people: without user, password and query, where secrets may stand."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    where = f"{parts.scheme}://{host}{parts.path}"
    if len(where) > LONGEST_SHOWN:
        where = f"{where[: LONGEST_SHOWN - 1]}…"
    return f"{where}{'?...' if parts.query else ''}"


def _excerpt(content: bytes, secrets: Iterable[str]) -> str:
    """The first words of an answer, without what we told the server in confidence."""
    text = content[:CHUNK].decode("utf-8", errors="replace")
    for secret in filter(None, secrets):
        text = text.replace(secret, "[hidden]")
    return text[:120]


def _retry_after(response: requests.Response) -> float | None:
    value = response.headers.get("Retry-After")
    try:
        return Retry().parse_retry_after(value) if value else None
    except (InvalidHeader, ValueError, OverflowError):  # a number or a year that nobody can mean
        return None
