"""The county's own words for statuses and groups: ``register_aliases.csv`` in its folder.

An alias counts where it means a code that there is, reads like no person, and was confirmed by a
second one. Whatever does not count is a finding of ``kreishaus county check``; the other rows of
the list count all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from ingest.azr.understood import Language
from kreishaus.county_folder import REGISTER_ALIASES, FaultyList, read_list
from kreishaus.model import Finding
from kreishaus.settings import Settings
from kreishaus.wording import joined, say
from persons.values import marker_in
from persons.words import is_nation, person_marker
from vocabulary.groups import GROUPS, Group, group_aliases, header_key, with_own_heads
from vocabulary.statuses import (
    Alias,
    StatusAliases,
    normalise,
    shipped_aliases,
    with_own_aliases,
)

FILE = f"{REGISTER_ALIASES}.csv"
STATUS, GROUP = "status", "group"
COLUMNS = ("alias", "kind", "code", "added_by", "confirmed_by", "valid_from", "valid_to")
GROUP_OF = {str(group): group for group in GROUPS}
WORD = re.compile(r"[^\W\d_]+")
MOST_BYTES = 2**20


@dataclass(frozen=True)
class Own:
    """The aliases that count, and what is wrong with the others."""

    statuses: tuple[Alias, ...] = ()
    heads: tuple[tuple[str, Group], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def counting(self) -> tuple[object, ...]:
        """Every alias that counts."""
        return (*self.statuses, *self.heads)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Read files with them."""
        with with_own_aliases(self.statuses), with_own_heads(self.heads):
            yield


class _Faulty(Exception):
    """A row that does not count: column, what was expected, what was found."""

    def __init__(self, column: str, expected: str, found: str) -> None:
        super().__init__(column)
        self.column, self.expected, self.found = column, expected, found


def own_aliases(settings: Settings) -> Own:
    """The aliases of the county. A list that cannot be read has none that counts."""
    path = settings.county_folder / FILE
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return Own()
        header, rows = read_list(_text(path.read_bytes()))
    except (OSError, UnicodeDecodeError, FaultyList):
        return Own()  # the list is refused where it lands, with the reason
    if sorted(header) != sorted(COLUMNS):
        return Own()
    statuses: list[Alias] = []
    heads: list[tuple[str, Group]] = []
    findings = []
    for line, cells in rows:
        row = dict(zip(header, cells, strict=True))
        try:
            _require_sound(row, settings)
            if row["kind"] == STATUS:
                statuses.append(_status(row, statuses))
            else:
                heads.append(_head(row))
        except _Faulty as fault:
            findings.append(_finding(line, fault))
    return Own(tuple(statuses), tuple(heads), tuple(findings))


def _text(content: bytes) -> str:
    """The list as text, in the encodings of every list of a county; said in no log."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _require_sound(row: dict[str, str], settings: Settings) -> None:
    """Raise ``_Faulty`` for what reads like a person, and for what nobody else has confirmed."""
    alias = row["alias"]
    if row["kind"] not in (STATUS, GROUP):
        raise _Faulty(
            "kind",
            say("{status} or {group}", status=STATUS, group=GROUP),
            row["kind"] or say("nothing"),
        )
    if not alias or marker_in(alias, settings.county) or person_marker(alias):
        raise _Faulty(
            "alias", say("a word of a table, with no mark of a person"), say("another text")
        )
    known = Language(settings.county).words
    words = WORD.findall(alias.casefold())
    if 2 * sum(word in known or is_nation(word) for word in words) < len(words):
        raise _Faulty(
            "alias", say("words of tables, at least half of them known"), say("other words")
        )
    added, confirmed = (_person(row[column]) for column in ("added_by", "confirmed_by"))
    if not added:
        raise _Faulty("added_by", say("who added it"), say("nothing"))
    if not confirmed or confirmed == added:
        found = say("the same person") if confirmed else say("nothing")
        raise _Faulty("confirmed_by", say("a second person"), found)


def _person(name: str) -> str:
    return " ".join(sorted(WORD.findall(name.casefold())))


def _status(row: dict[str, str], others: list[Alias]) -> Alias:
    codes = {alias.status_code for alias in shipped_aliases()}
    if row["code"] not in codes:
        raise _Faulty(
            "code",
            say("one of {codes}", codes=joined(sorted(codes), ", ")),
            row["code"] or say("nothing"),
        )
    alias = Alias(row["alias"], row["code"], _day(row, "valid_from"), _day(row, "valid_to"))
    if not normalise(alias.alias):
        raise _Faulty("alias", say("more than a reference to lines"), say("nothing else"))
    try:
        StatusAliases([*shipped_aliases(), *others, alias])
    except ValueError as error:
        expected = say("a wording that means nothing else at that time")
        raise _Faulty("alias", expected, say("a known one")) from error
    return alias


def _head(row: dict[str, str]) -> tuple[str, Group]:
    group = GROUP_OF.get(row["code"])
    if group is None:
        raise _Faulty(
            "code",
            say("one of {codes}", codes=joined(GROUP_OF, ", ")),
            row["code"] or say("nothing"),
        )
    if group.margin in group_aliases().get(header_key(row["alias"]), {}):
        raise _Faulty("alias", say("a head that means nothing else"), say("a known one"))
    if row["valid_from"] or row["valid_to"]:
        raise _Faulty("valid_from", say("nothing: a head has no validity"), say("a day"))
    return row["alias"], group


def _day(row: dict[str, str], column: str) -> date | None:
    try:
        return date.fromisoformat(row[column]) if row[column] else None
    except ValueError:
        raise _Faulty(column, say("a day as 2021-11-30, or nothing"), row[column]) from None


def _finding(line: int, fault: _Faulty) -> Finding:
    return Finding(
        rule="own_alias",
        severity="warning",
        message=say(
            "{file}, line {line}: {column}: this alias does not count",
            file=FILE,
            line=line,
            column=fault.column,
        ),
        place=FILE,
        row=str(line),
        column=fault.column,
        expected=fault.expected,
        found=fault.found,
    )
