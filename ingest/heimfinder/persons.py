"""What of an answer's other fields is shown: nobody's name, telephone number or mail address.

Of an answer that lands today no other field does (``contacts``); earlier ones hold some.
A home's own name and municipality are public by law (WTG); who answers its telephone is nobody's
business here. What is dropped: every field whose name speaks of a person, with all below it; every
text that holds an address, a number, a form of address or a word that stood in such a field; prose.
When in doubt a text is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.heimfinder.fields import Json, Persons, Record
from ingest.persons.contacts import is_contact_field, matches

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


def is_impersonal(text: str, rules: Persons) -> bool:
    """Whether a text can be shown: short, and nothing in it speaks of a person."""
    words = {word.casefold() for word in WORD.findall(text)}
    return not (
        len(text) > rules.longest_text
        or holds_contact(text)
        or NESTED.search(text)
        or not words.isdisjoint(rules.words)
    )


def without_persons(record: Record, rules: Persons) -> Record:
    """A copy of ``record`` in which nothing speaks of a person."""
    named = {
        word.casefold()
        for text in _texts_of_persons(record, rules)
        for word in WORD.findall(text)
        if len(word) >= TELLING_LETTERS
    }
    return _object(record, rules, named)


def _object(record: Record, rules: Persons, named: set[str]) -> Record:
    kept: Record = {}
    for name, value in record.items():
        if _speaks_of_person(name, rules.fields) or not _may_stay(name, rules, named):
            continue
        if isinstance(value, dict | list):
            if below := _below(value, rules, named):
                kept[name] = below
        elif _may_stay(value, rules, named):
            kept[name] = None if _is_free(value) else value
    return kept


def _below(value: Record | list[Json], rules: Persons, named: set[str]) -> Record | list[Json]:
    if isinstance(value, dict):
        return _object(value, rules, named)
    kept: list[Json] = []
    for one in value:
        if isinstance(one, dict | list):
            if below := _below(one, rules, named):
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


def _texts_of_persons(value: Json, rules: Persons, of_person: bool = False) -> Iterator[str]:
    if isinstance(value, dict):
        for name, below in value.items():
            deny = of_person or _speaks_of_person(name, rules.fields)
            yield from _texts_of_persons(below, rules, deny)
    elif isinstance(value, list):
        for below in value:
            yield from _texts_of_persons(below, rules, of_person)
    elif of_person and isinstance(value, str):
        yield value


def _speaks_of_person(name: str, patterns: tuple[str, ...]) -> bool:
    return is_contact_field(name) or matches(name, patterns)
