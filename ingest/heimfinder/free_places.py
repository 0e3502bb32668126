"""Heimfinder NRW: the Land's public list of care homes with the places they report free, daily.

The source says how things are now and nothing of the past, so each answer that landed is a period
of its own: none replaces another. Which day saw which answer, its sightings say.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pandas as pd

from ingest.heimfinder.answers import THE_LIST, entries_of, opened, packed
from ingest.heimfinder.contacts import known_values
from ingest.heimfinder.county import own_entries
from ingest.heimfinder.fields import Missing, layout, look_up
from ingest.heimfinder.homes import coordinates_swapped, rows_of
from ingest.heimfinder.json_reader import read_json
from ingest.heimfinder.tables import COORDINATES, COUNTS, HOMES
from ingest.heimfinder.values import identifier
from ingest.http import Answer, Client
from kreishaus.local_time import HERE
from kreishaus.model import Batch, Origin, Request, SourceUnavailable, UnreadableFile
from kreishaus.settings import County, Settings, read_county
from kreishaus.wording import say

SOURCE = "wtg"
NAME = "heimfinder"
ID = "{id}"
FEW = 10
"""One failed detail in so many is a home that does not report; more are a source that is down."""


def discover(settings: Settings, client: Client, name: str) -> list[Request]:
    """One request: the list, and with ``details_path`` each own home's answer behind it."""
    del client  # nothing to look up: the address is configured
    config = settings.dataset(SOURCE, name)
    if not config.enabled:
        return []
    section = f"[source.{SOURCE}.datasets.{name}]"
    if not config.path:
        raise ValueError(f"{settings.county_file}: {section} needs a path")
    if config.details_path and ID not in config.details_path:
        raise ValueError(f"{settings.county_file}: details_path of {section} needs an {ID}")
    address = settings.address(SOURCE, config.path)
    with_details = bool(config.details_path)
    return [
        Request(
            identity=address,
            label=f"Heimfinder {datetime.now(UTC).astimezone(HERE):%Y-%m-%d}",
            url=address,
            form={} if with_details else None,
            extension="zip" if with_details else "json",
        )
    ]


def require_homes(content: bytes, label: str) -> None:
    """Raise ``SourceUnavailable`` for a web page, nothing at all, or a list of nothing.

    An empty list is an outage: no night has yet taken every home of the Land away.
    """
    if content.startswith(b"PK"):
        return  # packed by ``fetch``, which has looked already
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:60]
    if not head or head.startswith(b"<"):
        found = say("a web page ({head!r})", head=head) if head else say("an empty answer")
        raise SourceUnavailable(
            say(
                "{label}: expected a list of homes, found {found}; probably maintenance",
                label=label,
                found=found,
            )
        )
    try:
        entries = entries_of(read_json(content, THE_LIST)).entries
    except UnreadableFile:
        return  # lands all the same: the parser says what is wrong with it
    if not entries:
        raise SourceUnavailable(
            say(
                "{label}: the list of homes is empty, which is an outage and not a Land "
                "without homes",
                label=label,
            )
        )


def fetch(settings: Settings, client: Client, request: Request) -> Answer:
    """The list and, one after the other, the own homes' answers, as one archive.

    Raises ``SourceUnavailable`` where the list cannot be read or many homes do not answer. No
    header is kept: an unchanged list says nothing of the answers behind it.
    """
    if request.url is None:
        raise ValueError(f"{request.label}: needs a url")
    answer = client.get(request.url)
    content = answer.content or b""
    require_homes(content, request.label)
    try:
        homes = _own_homes(content, settings.county)
    except UnreadableFile:
        return Answer(request.url, packed(content, {}, {}), {})
    template = settings.address(SOURCE, settings.dataset(SOURCE, NAME).details_path)
    details: dict[str, bytes] = {}
    failed: dict[str, str] = {}
    for home in homes:
        try:
            details[home] = _ask(client, template.replace(ID, quote(home, safe="")))
        except SourceUnavailable as error:
            failed[home] = str(error)[:500]
        if len(failed) > max(1, len(homes) // FEW):
            raise SourceUnavailable(
                say(
                    "{label}: {count} of the first {total} homes do not answer; the last: {failed}",
                    label=request.label,
                    count=len(failed),
                    total=len(failed) + len(details),
                    failed=failed[home],
                )
            )
    return Answer(request.url, packed(content, details, failed), {})


def _own_homes(content: bytes, county: County) -> list[str]:
    own, _ = own_entries(entries_of(read_json(content, THE_LIST)).entries, county)
    ids = []
    for entry in own:
        raw = look_up(entry.record, layout().fields.home_id)
        try:
            home = None if isinstance(raw, Missing) else identifier(raw)
        except ValueError:
            continue  # the parser will say so
        if home is not None:
            ids.append(home)
    return list(dict.fromkeys(ids))


def _ask(client: Client, url: str) -> bytes:
    content = client.get(url).content or b""
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        raise SourceUnavailable(
            say("{url}: expected JSON, found {content!r}", url=url, content=content[:60])
        )
    return content


def parse(content: bytes, origin: Origin) -> Batch:
    """Read one landed answer for the configured county."""
    return parse_for(content, origin, read_county())


def parse_for(content: bytes, origin: Origin, county: County) -> Batch:
    """Read one landed answer: the table ``homes``, a row each home of ``county``.

    Raises ``UnreadableFile``.
    """
    answers = opened(known_values(content))  # earlier answers landed with more
    own, about_county = own_entries(answers.entries, county)
    rows, about_homes = rows_of(own, answers, county)
    day = origin.retrieved_at.astimezone(HERE).date()
    return Batch(
        period=f"{day}_{origin.sha256[:12]}",
        tables={"homes": _frame(rows).assign(first_seen_date=day)},
        findings=(
            *answers.findings,
            *about_county,
            *about_homes,
            *coordinates_swapped(rows),
        ),
    )


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """The rows with their types stated: a column of empty cells has none of its own."""
    columns = [*HOMES["homes"].names, "source_place", "source_row"]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    return frame.astype(dict.fromkeys(COUNTS, "Int64") | dict.fromkeys(COORDINATES, "Float64"))
