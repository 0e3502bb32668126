"""The letterhead of the office that made a table: fields that are understood, and never kept.

A field has a known name ("Auskunft erteilt", "Telefon") and a value of the form that belongs to it;
each stands once. That is what tells an office from a list, in which each stands once a person.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from persons.values import MAIL
from persons.words import is_nation

FIELDS_FILE = Path(__file__).with_name("letterhead.csv")
MOST_DIGITS = Counter({"phone": 14, "file": 9, "account": 11, "address": 9, "room": 6})
MOST_OF_A_KIND = 2
"""A table names one officer and a deputy; telephone and fax."""

OFFICER = re.compile(
    r"(?:(?:frau|herr|fr\.|hr\.)\s)?[^\W\d_]+(?:[-. ]{1,2}[^\W\d_]+){0,3}\.?", re.I
)
NAMED_OFFICER = re.compile(r"(?:frau|herrn?|fr\.|hr\.)\s[^\W\d_]+(?:[- ][^\W\d_]+){0,2}", re.I)
FORMS: dict[str, re.Pattern[str]] = {
    "officer": OFFICER,
    "name": NAMED_OFFICER,
    "account": re.compile(r"[A-Z]{2,6}\d{3,8}[A-Z]?\d{0,4}", re.ASCII),
    "phone": re.compile(r"(?=.{5,30}$)(?:\+|\(?0)[\d ()/.-]+"),
    "mail": re.compile(rf"(?:mailto:)?{MAIL.pattern}"),
    "site": re.compile(r"(?:https?://)?(?:www\.)?[\w.-]{3,60}\.(?:de|eu|nrw)/?"),
    "file": re.compile(r"(?=.{1,30}$)(?=.*\d)(?:[A-ZÄÖÜ]{0,4}[\d./ _-]{1,12}){1,4}[A-Za-z]{0,4}"),
    "address": re.compile(
        r"[^\W\d_][^\W\d_.]*(?:[-. ]{1,2}[^\W\d_.]+){0,3}\.?\s?\d{1,4}\s?[a-z]?"
        r"(?:\s?[,·-]\s?\d{5}\s[^\W\d_]+)?"
    ),
    "room": re.compile(r"(?:[A-Z][ .-]?)?\d{1,4}(?:[.-]\d{1,3})?[a-z]?"),
}
"""Kind of a field -> the form of its value. That of an office is made of known words."""


PARTED = re.compile(r"\s?[|•·]\s?|,\s|\s[-–]\s|\s{2,}")
"""What parts the pieces of a sender's line."""

POSTCODE = re.compile(r"^(?:D-)?\d{5}\s", re.ASCII)


@cache
def fields() -> dict[str, str]:
    """Name of a field, small -> its kind."""
    with FIELDS_FILE.open(encoding="utf-8", newline="") as lines:
        return {
            row["field"].casefold(): row["kind"] for row in csv.DictReader(lines, delimiter=";")
        }


@cache
def _fields() -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(fields(), key=len, reverse=True)))
    return re.compile(
        rf"(?<![\w-])(?P<field>{names})(?![\w-])(?:\.?\s*:|\.(?=\s)|(?=\s)|$)\s*", re.IGNORECASE
    )


@dataclass
class Letterhead:
    """The letterhead while a file is read. ``understands`` judges the words of an office's name."""

    understands: Callable[[str], bool]
    names_the_office: Callable[[str], bool] = lambda text: False
    """Judges whether a text is the county's name, or a word for its administration."""
    seen: Counter[str] = field(default_factory=Counter)
    values: set[str] = field(default_factory=set)

    def takes(self, texts: Iterable[str]) -> bool:
        """Whether the cells of a row are fields of a letterhead, and what else is known."""
        line = "  ".join(texts)
        if self._is_sender(line):
            self.seen["sender"] += 1
            return True
        found = list(_fields().finditer(line))
        if not found or (found[0].start() and not self.understands(line[: found[0].start()])):
            return False
        ends = [*(one.start() for one in found[1:]), len(line)]
        taken = [
            (fields()[one["field"].casefold()], one["field"], line[one.end() : end].strip(" ,;·|"))
            for one, end in zip(found, ends, strict=True)
        ]
        if not all(self._fits(*one) for one in taken):
            return False
        self.seen.update(kind for kind, _, value in taken if value)
        self.values |= {value for *_, value in taken}
        return True

    def _is_sender(self, line: str) -> bool:
        """Whether a line is the office's address on one line: its name first, then where it is."""
        first, *parts = (part.strip() for part in PARTED.split(line))
        return (
            bool(parts)
            and self.names_the_office(first)
            and all(self.understands(part) or self._is_where(part) for part in parts)
        )

    def _is_where(self, part: str) -> bool:
        if FORMS["address"].fullmatch(part):
            return True
        place = POSTCODE.sub("", part)
        return place != part and self.understands(place)

    def _fits(self, kind: str, name: str, value: str) -> bool:
        if not value:
            return True
        if kind == "office":
            return self.understands(value) or self.understands(f"{name} {value}")
        if sum(sign.isdigit() for sign in value) > MOST_DIGITS[kind]:
            return False
        if kind in {"officer", "name"} and any(map(is_nation, value.split())):
            return False
        return FORMS[kind].fullmatch(value) is not None

    @property
    def is_of_an_office(self) -> bool:
        """Whether it is one office's: "Name" alone, or fields again and again, are a list's."""
        alone = self.seen["name"] > 0 and not self.seen["phone"] + self.seen["mail"]
        return (
            not alone
            and self.seen["name"] <= 1
            and max(self.seen.values(), default=0) <= (MOST_OF_A_KIND)
        )
