"""What lands of a visit to Heimfinder NRW, and the entries in it.

Without details the list. With details one archive a visit: the list and each own home's answer,
each under a name that is not received. What speaks of a person is left out (``contacts``). An
archive stores and does not compress, and knows no time: the same answers make the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from formats.archives import BROKEN, Limits, check_archive, repacked
from ingest.heimfinder.fields import MEND, Json, Record, layout, sayable
from ingest.heimfinder.json_reader import MOST_BYTES, read_json
from ingest.heimfinder.values import IDENTIFIER
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import joined, say

LIST = "einrichtungen.json"
THE_LIST = say("the list")
"""What a finding calls an answer that is no file of an archive."""

DETAIL = "einrichtung/{}.json"
NO_DETAIL = "einrichtung/{}.txt"
"""Why a home's own answer did not come, in words."""
MOST_ENTRIES = 20_000
"""Nine times the homes of the Land."""


@dataclass(frozen=True)
class Entry:
    """One entry of the list. ``row`` counts from 1 what stands there, words too."""

    place: str
    row: int
    record: Record


@dataclass(frozen=True)
class Answers:
    """The list, and what else was asked. ``details`` is None where nobody asked for any.

    ``details`` maps a home's id to its answer, ``not_answered`` to the reason why there is none.
    """

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    details: Mapping[str, Record] | None = None
    not_answered: Mapping[str, str] | None = None


def packed(the_list: bytes, details: Mapping[str, bytes], not_answered: Mapping[str, str]) -> bytes:
    """The answers of one visit as one file."""
    members = {
        LIST: the_list,
        **{DETAIL.format(quote(home, safe="")): answer for home, answer in details.items()},
        **{
            NO_DETAIL.format(quote(home, safe="")): reason.encode()
            for home, reason in not_answered.items()
        },
    }
    return repacked(members)


def opened(content: bytes) -> Answers:
    """The answers of one visit. Raises ``UnreadableFile`` for what cannot be read truly."""
    if not content.startswith(b"PK"):
        return entries_of(read_json(content, THE_LIST))
    members = members_of(content)
    if LIST not in members:
        raise UnreadableFile(
            _critical(
                "list_missing",
                say("the archive holds no list of homes"),
                expected=LIST,
                found=(", ".join(sorted(members)[:5]) or say("nothing")),
            )
        )
    answers = entries_of(read_json(members[LIST], LIST))
    details = {
        home: _detail(read_json(content, name), name, home)
        for name, content in members.items()
        if (home := _home_of(name, DETAIL))
    }
    reasons = {
        home: content.decode("utf-8", "replace")
        for name, content in members.items()
        if (home := _home_of(name, NO_DETAIL))
    }
    return Answers(answers.entries, answers.findings, details, reasons)


def members_of(content: bytes) -> dict[str, bytes]:
    """The files of one visit, by name. Raises ``UnreadableFile`` for a damaged archive."""
    limits = Limits(members=2 * MOST_ENTRIES, expanded=MOST_BYTES)
    check_archive(content, say("the answers of one visit"), limits)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except BROKEN as error:
        raise UnreadableFile(
            _critical(
                "archive",
                say("the archive of this visit is damaged: the next visit makes another"),
                expected=say("a whole ZIP archive"),
                found=str(error)[:200],
            )
        ) from error


def is_answer(name: str) -> bool:
    """Whether a file of an archive is the list, a home's answer, or why there is none."""
    homes = (_home_of(name, pattern) for pattern in (DETAIL, NO_DETAIL))
    return name == LIST or any(home and IDENTIFIER.fullmatch(home) for home in homes)


def renamed(name: str, rename: Callable[[str], str]) -> str:
    """The name of a file about one home under another id of it; that of the list stays."""
    for pattern in (DETAIL, NO_DETAIL):
        if home := _home_of(name, pattern):
            return pattern.format(quote(rename(home), safe=""))
    return name


def _home_of(name: str, pattern: str) -> str | None:
    before, after = pattern.split("{}")
    fits = name.startswith(before) and name.endswith(after)
    return unquote(name[len(before) : -len(after)]) if fits else None


def _detail(document: Json, name: str, home: str) -> Record:
    """A home's own answer: the object itself, the object under the home's id, or the only entry of
    a list."""
    if isinstance(document, dict) and not any(key in document for key in layout().lists):
        return _under_id(document, name, home)
    entries = entries_of(document).entries
    if len(entries) != 1:
        raise UnreadableFile(
            _critical(
                "detail_unclear",
                say("{name}: the answer about one home must hold one home", name=name),
                place=name,
                expected=say("one entry"),
                found=str(len(entries)),
            )
        )
    return entries[0].record


def _under_id(document: Record, name: str, home: str) -> Record:
    """What stands under the home's id where that is all: ``{"2399": {"einrichtung": ...}}``."""
    (key, *more), below = document or {"": None}, next(iter(document.values()), None)
    if more or not isinstance(below, dict) or not (key == home or key.isdecimal()):
        return document
    if key == home:
        return below
    raise UnreadableFile(
        _critical(
            "detail_differs",
            say("asked about the home {home}, the source answered about another", home=home),
            place=name,
            expected=home,
            found=key[:64],
        )
    )


def entries_of(document: Json) -> Answers:
    """The entries of a list. Raises ``UnreadableFile`` where there is no list, or not all of it."""
    place, listed = _the_list(document)
    faults = [*_not_all(document, listed), *_too_many(listed)]
    if faults:
        raise UnreadableFile(*faults)
    entries = tuple(
        Entry(place, row, value) for row, value in enumerate(listed, 1) if isinstance(value, dict)
    )
    return Answers(entries, tuple(_strangers(place, listed)))


def _the_list(document: Json) -> tuple[str, list[Json]]:
    names = layout().lists
    found = (
        {name: document[name] for name in names if name in document}
        if isinstance(document, dict)
        else {}
    )
    lists = {name: value for name, value in found.items() if isinstance(value, list)}
    if len(lists) == 1:
        return next(iter(lists.items()))
    raise UnreadableFile(
        _critical(
            "list_missing",
            (
                say("the answer has no list under {names}", names=joined(names, say(" or ")))
                if not lists
                else say(
                    "the answer has more than one list, {lists}: which one counts is not known",
                    lists=joined(lists, say(" and ")),
                )
            ),
            expected=say(
                "a list under one of {names} ({mend}, lists)", names=joined(names, ", "), mend=MEND
            ),
            found=_in_short(document),
        )
    )


def _in_short(document: Json) -> str:
    if isinstance(document, dict):
        fields = joined([sayable(name) for name in sorted(document)[:20]], ", ") or say("(none)")
        return say("the fields {fields}", fields=fields)
    if isinstance(document, list):
        return say("a list of {count} under no name", count=len(document))
    return say("a {kind} alone", kind=type(document).__name__)


def _not_all(document: Json, listed: list[Json]) -> Iterator[Finding]:
    """A list in pages: its first page would look like a county that lost most of its homes."""
    if not isinstance(document, dict):
        return
    about, links = document.get("_meta"), document.get("_links")
    total = about.get("total") if isinstance(about, dict) else None
    more = isinstance(links, dict) and "next" in links
    short = isinstance(total, int) and total > len(listed)
    if more or short:
        yield _critical(
            "list_incomplete",
            say(
                "the answer is one page of several; ask for all at once, for instance with "
                "?max_results=5000 behind the path of [source.wtg.datasets.heimfinder] in "
                "county.toml"
            ),
            expected=(say("all {total} entries", total=total) if short else say("no further page")),
            found=joined(
                (
                    say("{count} entries", count=len(listed)),
                    (say(" and a link to the next page") if more else ""),
                ),
                "",
            ),
        )


def _too_many(listed: list[Json]) -> Iterator[Finding]:
    if len(listed) > MOST_ENTRIES:
        yield _critical(
            "too_many_entries",
            say("the list has far more entries than the Land has homes"),
            expected=say("{most_entries} at most", most_entries=MOST_ENTRIES),
            found=str(len(listed)),
        )


def _strangers(place: str, listed: list[Json]) -> Iterator[Finding]:
    """What is neither an entry nor a word: version 2 of the list begins with a word."""
    rows = [row for row, one in enumerate(listed, 1) if not isinstance(one, dict | str)]
    if rows:
        yield Finding(
            rule="entry_unknown",
            severity="warning",
            message=say(
                "{count} things in the list {place} are no entries and were not read",
                count=len(rows),
                place=place,
            ),
            place=place,
            row=str(rows[0]),
            expected=say("an object"),
            found=type(listed[rows[0] - 1]).__name__,
        )


def _critical(
    rule: str, message: str, *, expected: str, found: str, place: str | None = None
) -> Finding:
    return Finding(
        rule=rule,
        severity="critical",
        message=message,
        place=place,
        expected=expected,
        found=found,
    )
