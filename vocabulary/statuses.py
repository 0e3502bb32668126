"""Labels of rows -> codes of Kreishaus, by an alias table that people can mend.

The register's labels quote the law, and the law is reworded: an alias has a validity, the wording
itself is never interpreted.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from formats.text import FOOTNOTE, LABELS_REMEMBERED, printed, written_out
from kreishaus.wording import joined, say

ALIAS_FILE = Path(__file__).with_name("status_aliases.csv")
QUOTES = re.compile("[\"'„“”‚‘’«»‹›]")
ROW_NUMBERS = r"\d+(?:\s*(?:[,;+&/–\-]|bis|und|u\.)\s*\d+)*"
ROW_REFERENCE = re.compile(
    rf"\(?\s*=?\s*(?:Summe\s+(?:aus\s+)?)?(?:der\s+)?(?:Zeilen?|Z\.|Zn\.)\s*{ROW_NUMBERS}\s*\)?",
    re.IGNORECASE,
)
"""A reference to other lines, with whatever numbers: rows move, and the wording stays."""

WORDS_FILE = Path(__file__).with_name("status_words.csv")
CITED = re.compile(r"\b(?:nach|gem\.|gemaess|i\. ?s\. ?d\.) (?=§)")
LAW = re.compile(r"(?<=[\da-z]) (?:des )?aufenth(?:g|altsgesetz(?:es)?)(?![a-z])")
NUMBERED = re.compile(r"(§|\b(?:abs|s|nr)\.) ?(?=\d)")
"""How an office writes a section of the law: "nach § 26 Abs. 4 AufenthG" or "§26 Abs.4"."""

ROMAN = re.compile(
    r"(?P<section>§ ?\d+[a-z]?) (?P<roman>iii|ii|iv|i|vi|v)\b(?: (?:s\. ?)?(?P<s>\d)\b)?"
)
BRACED = re.compile(r"(?P<section>§ ?\d+[a-z]?) ?\((?P<number>\d[a-z]?)\)")
PARAGRAPHS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
"""Short ways to cite a paragraph: "§ 26 III 1" and "§ 26 (3)" are "§ 26 Abs. 3 S. 1"."""
SECTION_BRACED = re.compile(r"\((§[^()]+)\)")
"""A section in brackets behind a title: "NE (§ 26 Abs. 4)"."""
RANGE = re.compile(r"(?<=\d) ?(?:[-–—]|bis) ?(?=\d)")

FOOTNOTE_MARK = re.compile(rf"(?:{FOOTNOTE})$")

ORDINAL = r"(?:(?:[ivx]{1,4}|[a-h]|\d{1,2})[.)]|\d\.\d\.?)"
NUMBERED_LABEL = re.compile(rf"^{ORDINAL}\s+", re.IGNORECASE)
"""The place of a label in a list: "III.", "b)", "1.2"."""

ADDITIONS_FILE = Path(__file__).with_name("status_additions.csv")
BESIDE = (
    re.compile(r"(?P<base>.+?) ?\((?P<addition>[^()]+)\)"),
    re.compile(r"(?P<base>.+?)[,:]? (?P<addition>§.+)"),
    re.compile(r"(?P<base>.+?), (?P<addition>[^(),§]+)"),
    re.compile(r"(?P<sum>(?:zwischen|teil|gesamt)?summe):? (?:(?:aller|der) )?(?P<base>.+)"),
    re.compile(r"(?P<base>.+?),? \(?(?P<sum>insgesamt|gesamt|zusammen|summe)\)?"),
    re.compile(rf"{ORDINAL} (?P<base>.+)"),
    re.compile(r"(?P<base>.+?) mit (?P<addition>.+)"),
    re.compile(r"(?P<aside>nachrichtlich):? (?P<base>.+)"),
    re.compile(r"(?P<part>darunter) (?P<base>.+)"),
)
"""What may stand beside a known label and change nothing, where the label's status says so."""
PARTS = ("settlement_", "humanitarian_", "family_")
"""Statuses that are parts of others: "darunter" before them says nothing new."""
ASIDE = ("family",)
"""What is in no sum of the table, and said to be."""


@dataclass(frozen=True)
class Alias:
    """One wording of a status. Without a bound it has been, or is still, in use."""

    alias: str
    status_code: str
    valid_from: date | None
    valid_to: date | None
    beside: str | None = None
    """The status that the same table must count too: without it the wording may mean both."""

    def valid_on(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


class UnknownLabel(LookupError):
    """No alias valid on the day has this wording. The message says the nearest one."""


OF_WHICH = re.compile(
    r"^(?:(?:davon|hiervon|dav\.|dar\.|darunter|[-–])\s*:?\s+(?:aus\s+(?:(?:dem|der)\s+)?)?"
    r"|aus\s+(?:(?:dem|der)\s+)?)",
    re.IGNORECASE,
)
"""Words before a part of the row above; offices use one for the other."""


@lru_cache(maxsize=LABELS_REMEMBERED)
def normalise(label: str) -> str:
    """What of a label must agree: the wording, not quotes, blanks, umlauts, references or marks."""
    bare = QUOTES.sub("", ROW_REFERENCE.sub("", printed(label)))
    wording = _unmarked(printed(bare)).strip().casefold()
    plain = _short_words().sub(_in_full, written_out(OF_WHICH.sub("darunter ", wording)))
    plain = SECTION_BRACED.sub(r"\1", plain).replace(", §", " §")
    cited = RANGE.sub("-", BRACED.sub(r"\g<section> abs. \g<number>", ROMAN.sub(_cited, plain)))
    return NUMBERED.sub(r"\1 ", LAW.sub("", CITED.sub("", cited)))


def _cited(found: re.Match[str]) -> str:
    sentence = f" s. {found['s']}" if found["s"] else ""
    return f"{found['section']} abs. {PARAGRAPHS[found['roman']]}{sentence}"


def without_number(label: str) -> str:
    """A label as printed, without its number in a list, which may be any number."""
    return NUMBERED_LABEL.sub("", printed(label))


def _unmarked(label: str) -> str:
    """A label without a footnote mark behind it: the end of "(§ 23 Abs. 2)" is none."""
    without = FOOTNOTE_MARK.sub("", label)
    return without if without.count("(") == without.count(")") else label


def _in_full(found: re.Match[str]) -> str:
    return _words()[found[0].rstrip(".")]


@cache
def _words() -> dict[str, str]:
    """Another word of an office -> the word of the alias table."""
    with WORDS_FILE.open(encoding="utf-8", newline="") as lines:
        return {
            written_out(row["word"]): written_out(row["means"])
            for row in csv.DictReader(lines, delimiter=";")
        }


@cache
def _additions() -> Mapping[str, frozenset[str]]:
    """Status -> what says it once more, beside its label."""
    said: dict[str, set[str]] = {}
    with ADDITIONS_FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            said.setdefault(row["status_code"], set()).add(normalise(row["says"]))
    return {code: frozenset(texts) for code, texts in said.items()}


@cache
def _short_words() -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(_words(), key=len, reverse=True)))
    return re.compile(rf"(?<![\w§])(?:{words})(?!\w)\.?")


class StatusAliases:
    """The alias table. Raises ``ValueError`` where two valid aliases share a wording."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        self._by_wording: dict[str, list[Alias]] = {}
        for alias in aliases:
            same = self._by_wording.setdefault(normalise(alias.alias), [])
            if any(_overlap(alias, other) for other in same):
                raise ValueError(f"{ALIAS_FILE.name}: {alias.alias!r} stands twice at one time")
            same.append(alias)

    def _aliases(self, wording: str) -> list[Alias]:
        """The aliases of a wording, or of the part of it beside which the rest says the same."""
        if found := self._by_wording.get(wording):
            return found
        for pattern in BESIDE:
            if match := pattern.fullmatch(wording):
                said = match.groupdict()
                aliases = self._aliases(said["base"])
                if aliases and all(
                    self._says_nothing_new(one.status_code, said) for one in aliases
                ):
                    return aliases
        return []

    def _says_nothing_new(self, code: str, said: Mapping[str, str | None]) -> bool:
        if said.get("part"):
            return code.startswith(PARTS)
        if said.get("aside"):
            return code.startswith(ASIDE)
        addition = said.get("addition")
        if addition is None:
            return True
        known = _additions().get(code, frozenset())
        return addition in known or all(
            part.strip() in known or self.any_code(part) == code
            for part in re.split(r"[,;/]", addition)
        )

    def knows(self, label: str) -> bool:
        """Whether this wording was ever in use."""
        return bool(self._aliases(normalise(label)))

    def any_code(self, label: str) -> str | None:
        """The status a wording meant last, whenever it was in use."""
        aliases = self._aliases(normalise(label))
        return aliases[-1].status_code if aliases else None

    def beside(self, label: str) -> str | None:
        """The status that a table with this label must count too."""
        aliases = self._aliases(normalise(label))
        return aliases[-1].beside if aliases else None

    def label_of(self, code: str) -> str | None:
        """The first label of a status."""
        every = (alias for same in self._by_wording.values() for alias in same)
        return next((alias.alias for alias in every if alias.status_code == code), None)

    def status_code(self, label: str, on: date) -> str:
        """The status a label means on a reference date. Raises ``UnknownLabel``."""
        wording = normalise(label)
        for alias in self._aliases(wording):
            if alias.valid_on(on):
                return alias.status_code
        raise UnknownLabel(self._explain(wording, on))

    def _explain(self, wording: str, on: date) -> str:
        if known := self._aliases(wording):
            spans = joined(
                (
                    say("{first} to {last}", first=a.valid_from or "...", last=a.valid_to or "...")
                    for a in known
                ),
                ", ",
            )
            return say("this label is known, but only for {spans}, not on {on}", spans=spans, on=on)
        near = difflib.get_close_matches(wording, self._by_wording, n=1, cutoff=0.0)
        nearest = self._by_wording[near[0]][0]
        return say(
            "the nearest known label is {alias!r} ({status_code})",
            alias=nearest.alias,
            status_code=nearest.status_code,
        )


def _overlap(one: Alias, other: Alias) -> bool:
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (
        other.valid_from or date.min
    ) <= (one.valid_to or date.max)


_OF_COUNTY: ContextVar[tuple[Alias, ...]] = ContextVar("aliases of the county", default=())


def status_aliases() -> StatusAliases:
    """The alias table of Kreishaus, with those of the county whose file is being read."""
    return _table(_OF_COUNTY.get())


@contextmanager
def with_own_aliases(own: tuple[Alias, ...]) -> Iterator[None]:
    """Read with a county's own aliases, too. Raises ``ValueError`` as ``StatusAliases`` does."""
    _table(own)
    before = _OF_COUNTY.set(own)
    try:
        yield
    finally:
        _OF_COUNTY.reset(before)


def shipped_aliases() -> tuple[Alias, ...]:
    """The aliases that every county has."""
    with ALIAS_FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Alias(
                row["alias"],
                row["status_code"],
                _day(row["valid_from"]),
                _day(row["valid_to"]),
                row["beside"] or None,
            )
            for row in csv.DictReader(lines, delimiter=";")
        )


@cache
def _table(own: tuple[Alias, ...]) -> StatusAliases:
    return StatusAliases([*shipped_aliases(), *own])


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
