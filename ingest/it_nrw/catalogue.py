"""What a database says of itself: its tables by words, and whether it knows our account."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.http import Answer, Client
from ingest.it_nrw import credentials
from ingest.it_nrw.genesis_status import NO_OBJECT, Status, raise_for_status
from ingest.it_nrw.rest import SOURCE, Service
from kreishaus.model import SourceRefused, SourceUnavailable
from kreishaus.settings import DatasetConfig, Settings
from kreishaus.wording import joined, say, text_of

MOST_FOUND = 100
LOGIN_OK = "erfolgreich an- und abgemeldet"


@dataclass(frozen=True)
class FoundTable:
    """A table that the database offers."""

    code: str
    title: str


def find_tables(settings: Settings, client: Client, database: str, words: str) -> list[FoundTable]:
    """The tables of ``database`` that answer to ``words``, by code; at most a hundred.

    Raises ``SourceUnavailable`` where the database cannot be asked, and ``ValueError`` for one that
    ``county.toml`` does not know.
    """
    service = Service.of(settings, client, database)
    form = {"term": words, "category": "tables", "pagelength": str(MOST_FOUND), "language": "de"}
    label = say("find {words!r} in {database}", words=words, database=database)
    reply = service.ask("find/find", form, label)
    if isinstance(reply, Answer):
        raise SourceUnavailable(
            say("{label}: expected a list of tables, found a file", label=label)
        )
    if reply.code not in (0, NO_OBJECT):
        raise_for_status(reply, label, service.account)
    titles = {
        str(row["Code"]): " ".join(str(row.get("Content", "")).split())
        for row in reply.rows("Tables")
        if row.get("Code")
    }
    return [FoundTable(code, title) for code, title in sorted(titles.items())]


def the_one_table(settings: Settings, client: Client, database: str, words: str) -> FoundTable:
    """The only table that answers to ``words``.

    Raises ``SourceRefused`` listing the candidates where there is none or more than one: which of
    them is meant, nobody may guess.
    """
    found = find_tables(settings, client, database, words)
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{table.code} {table.title[:80]}" for table in found)
    raise SourceRefused(
        say(
            "find {words!r} in {database}: expected exactly one table, found "
            "{found}. Pin the one that is meant in {county_file} "
            "(table_code = ...), or search for other words",
            words=words,
            database=database,
            found=f"{len(found)}: {listed}" if found else "0",
            county_file=settings.county_file,
        )
    )


def login_errors(settings: Settings, client: Client) -> list[str]:
    """What is wrong with the accounts of the databases in use; those without account are fine.

    The service says HTTP 200 to a wrong password too: only the text of its status tells.
    """
    used = {
        config.database
        for config in settings.source_config(SOURCE).datasets.values()
        if config.database and config.enabled and "rest" in config.ways
    }
    return [text for database in sorted(used) if (text := _login(settings, client, database))]


def _login(settings: Settings, client: Client, database: str) -> str | None:
    try:
        if credentials.account(database) is None:
            return _without_account(settings, database)
        service = Service.of(settings, client, database)
        reply = service.ask(
            "helloworld/logincheck",
            {"language": "de"},
            say("logincheck of {database}", database=database),
        )
    except (SourceUnavailable, ValueError) as error:
        return joined((f"GENESIS {database}", text_of(error)), ": ")
    if isinstance(reply, Status) and LOGIN_OK in reply.text:
        return None
    said = reply.said if isinstance(reply, Status) else say("a file")
    return say(
        "GENESIS {database}: the login failed, {said}: check {origin} (on the "
        "database's own page: can you log in there?)",
        database=database,
        said=said,
        origin=service.account.origin,
    )


def _without_account(settings: Settings, database: str) -> str | None:
    """An error for the datasets that can be had with an account only."""
    needing = sorted(
        name
        for name, config in settings.source_config(SOURCE).datasets.items()
        if config.enabled and config.database == database and _needs_account(settings, config)
    )
    if not needing:
        return None
    where = credentials.where_to_set(database)
    return say(
        "GENESIS {database}: {needing} cannot be had without an account: {where}",
        database=database,
        needing=joined(needing, ", "),
        where=where,
    )


def _needs_account(settings: Settings, config: DatasetConfig) -> bool:
    """Whether a table is not to be downloaded, or must be searched for first."""
    download = config.path or settings.source_config(SOURCE).databases[config.database].download
    return not (download and "download" in config.ways and config.table_code)
