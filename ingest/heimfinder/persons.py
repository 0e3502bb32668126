"""Nobody's name, telephone number or mail address lands.

A home's own name and municipality are public by law (WTG); who answers its telephone is nobody's
business here. What is dropped: every field whose name speaks of a person, with all below it; every
text that holds an address, a number, a form of address or a word that stood in such a field; prose.
When in doubt a text is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from ingest.heimfinder.fields import Json, Persons, Record
from ingest.persons.contacts import is_contact_field, matches
from ingest.persons.named import names_person

Kept: TypeAlias = Mapping[tuple[int, str], bool]
"""Values that columns take (``fields.taken``)."""

NOTHING: Kept = {}

MAIL = re.compile(r"\S\s*(?:@|\(at\)|\[at\])\s*\S", re.IGNORECASE)
DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}[\d:.]*)?)(?!\d)"
)
PHONE = re.compile(r"\d(?:[\s/().-]*\d){6,}")
"""Seven digits or more, however they are parted. Dates are looked away first."""
WORD = re.compile(r"[^\W\d_]+")
CODE = re.compile(r"[a-z0-9]+(?:[_:./?=&-]+[a-z0-9]+)*")
"""A word of a program, such as ``einrichtung_id`` or a path."""
NESTED = re.compile(r"[{\[]")
"""A document within a text: its fields would go unjudged."""
TELLING_LETTERS = 4
"""Shorter words of a person's field ("von", "Am") stand everywhere."""
LARGEST_NUMBER = 10**8
"""Larger ones may be telephone numbers; no count and no coordinate is."""


def holds_contact(text: str) -> bool:
    """Whether a text holds a mail address or a telephone number."""
    return bool(MAIL.search(text) or PHONE.search(DATE.sub(" x ", text)))


def _is_of_person(text: str) -> bool:
    """Whether the text of a column names a person, or says how one is reached."""
    return holds_contact(text) or names_person(text, strictly=True)


def is_impersonal(text: str, rules: Persons) -> bool:
    """Whether a text can be shown: short, and nothing in it speaks of a person."""
    words = {word.casefold() for word in WORD.findall(text)}
    return not (
        len(text) > rules.longest_text
        or holds_contact(text)
        or NESTED.search(text)
        or not words.isdisjoint(rules.words)
    )


def without_persons(record: Record, rules: Persons, keep: Kept = NOTHING) -> Record:
    """A copy of ``record`` in which nothing speaks of a person.

    ``keep`` are values that columns take, by the identity of the object they are in and their name:
    they stay whatever they are called. Of those a text that holds a contact becomes None.
    """
    named = {
        word.casefold()
        for text in _texts_of_persons(record, rules, keep)
        for word in WORD.findall(text)
        if len(word) >= TELLING_LETTERS
    }
    return _object(record, rules, named, keep)


def _object(record: Record, rules: Persons, named: set[str], keep: Kept) -> Record:
    kept: Record = {}
    for name, value in record.items():
        if (id(record), name) in keep:
            is_text = keep[id(record), name] and isinstance(value, str)
            kept[name] = None if is_text and _is_of_person(str(value)) else value
            continue
        if _speaks_of_person(name, rules.fields) or not _may_stay(name, rules, named):
            continue
        if isinstance(value, dict | list):
            if (below := _below(value, rules, named, keep)) or (keep and not value):
                kept[name] = below
        elif _may_stay(value, rules, named):
            kept[name] = None if _is_free(value) else value
    return kept


def _below(
    value: Record | list[Json], rules: Persons, named: set[str], keep: Kept
) -> Record | list[Json]:
    if isinstance(value, dict):
        return _object(value, rules, named, keep)
    kept: list[Json] = []
    for one in value:
        if isinstance(one, dict | list):
            if (below := _below(one, rules, named, keep)) or (keep and not one):
                kept.append(below)
        elif _may_stay(one, rules, named) and not _is_free(one):
            kept.append(one)
    return kept


def _is_free(value: Json) -> bool:
    """Whether a text that no column takes says something in words of its own: several of them."""
    if not isinstance(value, str) or CODE.fullmatch(value):
        return False
    return len(WORD.findall(DATE.sub(" ", value))) > 1


def _may_stay(value: Json, rules: Persons, named: set[str]) -> bool:
    if isinstance(value, str):
        words = {word.casefold() for word in WORD.findall(value)}
        return is_impersonal(value, rules) and words.isdisjoint(named)
    return not isinstance(value, int | float) or abs(value) < LARGEST_NUMBER


def _texts_of_persons(
    value: Json, rules: Persons, keep: Kept, of_person: bool = False
) -> Iterator[str]:
    if isinstance(value, dict):
        for name, below in value.items():
            if (id(value), name) not in keep:
                deny = of_person or _speaks_of_person(name, rules.fields)
                yield from _texts_of_persons(below, rules, keep, deny)
    elif isinstance(value, list):
        for below in value:
            yield from _texts_of_persons(below, rules, keep, of_person)
    elif of_person and isinstance(value, str):
        yield value


def _speaks_of_person(name: str, patterns: tuple[str, ...]) -> bool:
    return is_contact_field(name) or matches(name, patterns)
