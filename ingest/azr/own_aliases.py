"""The county's own words for statuses and groups: ``register_aliases.csv`` in its folder.

An alias counts where it means a code that there is, reads like no person, and was confirmed by a
second one. Whatever does not count is a finding of ``kreishaus county check``; the other rows of
the list count all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from ingest.azr.understood import Language
from kreishaus.county_folder import REGISTER_ALIASES
from kreishaus.model import Finding
from kreishaus.settings import Settings
from kreishaus.wording import joined, say
from persons.values import marker_in
from persons.words import is_nation, person_marker
from vocabulary.groups import GROUPS, Group, group_aliases, header_key, with_own_heads
from vocabulary.own_lists import (
    ADDED,
    CONFIRMED,
    WORD,
    Faulty,
    Row,
    finding,
    require_confirmed,
    rows_of,
)
from vocabulary.statuses import (
    Alias,
    StatusAliases,
    normalise,
    shipped_aliases,
    with_own_aliases,
)

FILE = f"{REGISTER_ALIASES}.csv"
STATUS, GROUP = "status", "group"
COLUMNS = ("alias", "kind", "code", ADDED, CONFIRMED, "valid_from", "valid_to")
GROUP_OF = {str(group): group for group in GROUPS}


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


def own_aliases(settings: Settings) -> Own:
    """The aliases of the county. A list that cannot be read has none that counts."""
    statuses: list[Alias] = []
    heads: list[tuple[str, Group]] = []
    findings = []
    for line, row in rows_of(settings.county_folder / FILE, COLUMNS):
        try:
            _require_sound(row, settings)
            if row["kind"] == STATUS:
                statuses.append(_status(row, statuses))
            else:
                heads.append(_head(row))
        except Faulty as fault:
            findings.append(finding("own_alias", FILE, line, fault))
    return Own(tuple(statuses), tuple(heads), tuple(findings))


def _require_sound(row: Row, settings: Settings) -> None:
    """Raise ``Faulty`` for what reads like a person, and for what nobody else has confirmed."""
    alias = row["alias"]
    if row["kind"] not in (STATUS, GROUP):
        raise Faulty(
            "kind",
            say("{status} or {group}", status=STATUS, group=GROUP),
            row["kind"] or say("nothing"),
        )
    if not alias or marker_in(alias, settings.county) or person_marker(alias):
        raise Faulty(
            "alias", say("a word of a table, with no mark of a person"), say("another text")
        )
    known = Language(settings.county).words
    words = WORD.findall(alias.casefold())
    if 2 * sum(word in known or is_nation(word) for word in words) < len(words):
        raise Faulty(
            "alias", say("words of tables, at least half of them known"), say("other words")
        )
    require_confirmed(row)


def _status(row: Row, others: list[Alias]) -> Alias:
    codes = {alias.status_code for alias in shipped_aliases()}
    if row["code"] not in codes:
        raise Faulty(
            "code",
            say("one of {codes}", codes=joined(sorted(codes), ", ")),
            row["code"] or say("nothing"),
        )
    alias = Alias(row["alias"], row["code"], _day(row, "valid_from"), _day(row, "valid_to"))
    if not normalise(alias.alias):
        raise Faulty("alias", say("more than a reference to lines"), say("nothing else"))
    try:
        StatusAliases([*shipped_aliases(), *others, alias])
    except ValueError as error:
        expected = say("a wording that means nothing else at that time")
        raise Faulty("alias", expected, say("a known one")) from error
    return alias


def _head(row: Row) -> tuple[str, Group]:
    group = GROUP_OF.get(row["code"])
    if group is None:
        raise Faulty(
            "code",
            say("one of {codes}", codes=joined(GROUP_OF, ", ")),
            row["code"] or say("nothing"),
        )
    if group.margin in group_aliases().get(header_key(row["alias"]), {}):
        raise Faulty("alias", say("a head that means nothing else"), say("a known one"))
    if row["valid_from"] or row["valid_to"]:
        raise Faulty("valid_from", say("nothing: a head has no validity"), say("a day"))
    return row["alias"], group


def _day(row: Row, column: str) -> date | None:
    try:
        return date.fromisoformat(row[column]) if row[column] else None
    except ValueError:
        raise Faulty(column, say("a day as 2021-11-30, or nothing"), row[column]) from None
