"""GENESIS REST 2020: a question is a posted form, its answer is judged by its bytes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from formats.encodings import kind_of
from ingest.http import Answer, Client
from ingest.it_nrw import credentials
from ingest.it_nrw.credentials import Account
from ingest.it_nrw.genesis_status import BUSY, Status, beginning, read_status
from kreishaus.model import SourceRefused, SourceUnavailable
from kreishaus.settings import Settings
from kreishaus.wording import rewritten, say, text_of

log = logging.getLogger(__name__)

SOURCE = "it_nrw"
BUSY_TRIES = 5
VALIDATORS = ("ETag", "Last-Modified")


@dataclass(frozen=True)
class Service:
    """One database's service, asked with one account. ``root`` has no slash at the end."""

    client: Client
    root: str
    account: Account
    busy_seconds: float
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def of(cls, settings: Settings, client: Client, database: str) -> Service:
        """The service of ``database``.

        Raises ``SourceRefused`` where no account for it is configured (the sample needs none), and
        ``ValueError`` for a database that ``county.toml`` does not know.
        """
        account = credentials.account(database)
        if account is None and settings.sources == "sample":
            account = Account(
                credentials.GUEST, credentials.GUEST, origin=say("the sample's guest")
            )
        if account is None:
            raise SourceRefused(
                say(
                    "REST of {database} was not asked, it needs an account: {where_to_set}",
                    database=database,
                    where_to_set=credentials.where_to_set(database),
                )
            )
        busy_seconds = settings.source_config(SOURCE).patience.busy_seconds
        return cls(client, root_of(settings, database), account, busy_seconds)

    def ask(self, method: str, form: Mapping[str, str], label: str) -> Answer | Status:
        """Ask ``method`` (``data/tablefile``); data as an ``Answer``, all else as a ``Status``.

        Waits while the service has too many at once, each time twice as long. Raises
        ``SourceUnavailable`` for a web page, nothing at all, or no answer.
        """
        for attempt in range(1, BUSY_TRIES + 1):
            answer = self._post(method, form)
            content = answer.content or b""
            _require_answer(content, label, self.account)
            if kind_of(content) != "status":
                return _without_validators(answer)
            status = read_status(content, label, self.account)
            if status.code != BUSY or attempt == BUSY_TRIES:
                return status
            pause = self.busy_seconds * 2 ** (attempt - 1)
            log.info("%s: %s; asking again in %.0f s", label, status.said, pause)
            self.sleep(pause)
        raise AssertionError("the last attempt returns")

    def _post(self, method: str, form: Mapping[str, str]) -> Answer:
        try:
            return self.client.post(f"{self.root}/{method}", form, self.account.headers())
        except SourceUnavailable as error:
            kind, text = type(error), rewritten(text_of(error), self.account.hide)
        # Raised out here, so that no chained exception repeats what was hidden.
        raise (SourceRefused if issubclass(kind, SourceRefused) else SourceUnavailable)(text)


def root_of(settings: Settings, database: str) -> str:
    """The address of a database's service. Raises ``ValueError`` for an unknown database."""
    databases = settings.source_config(SOURCE).databases
    if database not in databases:
        raise ValueError(
            f"{settings.county_file}: no [source.{SOURCE}.databases.{database}]; there are: "
            f"{', '.join(sorted(databases)) or 'none'}"
        )
    return settings.address(SOURCE, databases[database].rest).rstrip("/")


def require_data(content: bytes, label: str) -> None:
    """Raise ``SourceUnavailable`` for a web page, a status or nothing at all in place of a table.

    So the databases look during maintenance; such an answer is not worth keeping.
    """
    _require_answer(content, label, None)
    if kind_of(content) == "status":
        raise SourceUnavailable(
            say(
                "{label}: expected a table, found {said}",
                label=label,
                said=read_status(content, label).said,
            )
        )


def _require_answer(content: bytes, label: str, account: Account | None) -> None:
    kind = kind_of(content)
    if kind in ("page", "nothing"):
        found = say("a web page") if kind == "page" else say("an empty answer")
        raise SourceUnavailable(
            say(
                "{label}: expected a table, found {found} ({beginning}); probably maintenance",
                label=label,
                found=found,
                beginning=beginning(content, account),
            )
        )


def _without_validators(answer: Answer) -> Answer:
    """What a later download without login must not be asked with: they are of this way only."""
    kept = {name: value for name, value in answer.headers.items() if name not in VALIDATORS}
    return Answer(answer.url, answer.content, kept)
