"""Rows that list persons, told without any header: names, repeated attributes, counts of one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from formats.counts import MARKERS, read_count
from formats.sheets import Rows
from persons.words import is_count_free, is_nation, is_nationality
from vocabulary import statuses

FEWEST_PERSONS = 3
"""So many rows make a list of persons."""

FEWEST_FULL_NAMES = 5
"""So many where a name is told by two words alone: a letterhead has some such lines."""

MOST_NUMBERS = 2
"""Of a person a list says age and year at most; a table of counts has more columns."""

OLDEST = 120
NAME = re.compile(r"[^\W\d_]{2,}(?:[-' ’][^\W\d_]{2,}){0,3}")
SURNAME_FIRST = re.compile(rf"{NAME.pattern},\s?{NAME.pattern}")
TWO_NAMES = re.compile(r"(?:[A-ZÄÖÜ][a-zäöüß'’-]+ ?){2,3}|[A-ZÄÖÜ'-]{3,} [A-ZÄÖÜ'-]{3,}")
WORD_OF_A_NAME = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?")
PARTICLES = frozenset(
    [
        "al",
        "el",
        "abd",
        "bin",
        "ibn",
        "da",
        "de",
        "del",
        "der",
        "den",
        "di",
        "dos",
        "la",
        "le",
        "van",
        "von",
        "y",
    ]
)
MOST_NAMES = 4
KINDS_OF_PLACE = re.compile(r"stadt|gemeinde|kreis|landkreis|land|stand|amt|der|die|das", re.I)


def lists_nations(rows: Rows, header_row: int, column: int) -> bool:
    """Whether the rows below a header "Staatsangehörigkeit" are persons: no count above one."""
    below = [
        row
        for number, row in rows.items()
        if number > header_row and isinstance(row.get(column), str)
    ]
    return _counts_of_one(below, rows[header_row], column)


def holds_nations(rows: Rows, column: int) -> bool:
    """The same for a column of countries under no such header."""
    below = [row for row in rows.values() if is_nation(row.get(column))]
    return _counts_of_one(below, {}, column)


def _counts_of_one(below: list[dict[int, object]], header: dict[int, object], column: int) -> bool:
    if len(below) < FEWEST_PERSONS:
        return False
    counts = list(_counts(below, header))
    if not counts:
        nations = [row[column] for row in below]
        return len(set(nations)) < len(nations)
    return max(counts) == 1


def _counts(below: list[dict[int, object]], header: dict[int, object]) -> Iterator[float]:
    """The numbers that may be counts: neither a running number nor an age or a year."""
    for column in sorted({column for row in below for column in row}):
        numbers = [number for row in below if (number := count_in(row.get(column))) is not None]
        running = (
            numbers == [numbers[0] + step for step in range(len(numbers))] if numbers else True
        )
        if not is_count_free(header.get(column)) and not (running and len(numbers) > 1):
            yield from numbers


def count_in(value: object) -> float | None:
    """The persons a cell counts, as the parsers would read it."""
    try:
        count = read_count(value)
    except ValueError:
        return None
    return None if count.value is None else float(count.value)


def repeats_attributes(rows: Rows) -> bool:
    """Whether rows share all their words though these are several: a table of counts says each
    combination once, a list of persons as often as there are such persons."""
    short = [row for row in rows.values() if sum(map(_is_count, row.values())) <= MOST_NUMBERS]
    seen = Counter(words for row in short if len(words := _words(row)) > 1)
    return sum(count for count in seen.values() if count > 1) >= FEWEST_PERSONS


def _words(row: dict[int, object]) -> tuple[tuple[int, str], ...]:
    return tuple(
        (column, value)
        for column, value in sorted(row.items())
        if isinstance(value, str)
        and value.strip().casefold() not in MARKERS
        and not _is_count(value)
    )


def is_full_name(text: str) -> bool:
    """Whether a text could be a first name and a surname, in any script."""
    words = [word for word in text.split() if word.casefold() not in PARTICLES]
    return 2 <= len(words) <= MOST_NAMES and all(
        WORD_OF_A_NAME.fullmatch(word) and not word[0].islower() for word in words
    )


def count_one_each(rows: Rows, column: int) -> bool:
    """Whether rows that name somebody in a column count one each, and nobody else."""
    named = [
        row
        for row in rows.values()
        if isinstance(text := row.get(column), str)
        and not _is_known(text.strip())
        and (is_full_name(text) or SURNAME_FIRST.fullmatch(text.strip()))
    ]
    counts = [count for row in named for cell in row.values() if (count := count_in(cell))]
    return len(named) >= FEWEST_PERSONS and max(counts, default=0) == 1


def holds_names(rows: Rows, column: int) -> bool:
    """Whether a column reads like names of people, in one cell or in this and the next."""
    pairs, surnames_first, two_names = [], set(), set()
    for row in rows.values():
        value = row.get(column)
        if not isinstance(value, str) or _is_known(value) or any(map(_counts_many, row.values())):
            continue
        text = value.strip()
        beside = row.get(column + 1)
        if SURNAME_FIRST.fullmatch(text) and not KINDS_OF_PLACE.search(text.rpartition(",")[2]):
            surnames_first.add(text)
        elif TWO_NAMES.fullmatch(text) and not KINDS_OF_PLACE.fullmatch(text.split()[0]):
            two_names.add(text)
        if _is_name(text) and isinstance(beside, str) and _is_name(beside.strip()):
            pairs.append((text, beside.strip()))
    return (
        len(surnames_first) >= FEWEST_PERSONS
        or len(two_names) >= FEWEST_FULL_NAMES
        or all(len({pair[side] for pair in pairs}) >= FEWEST_PERSONS for side in (0, 1))
    )


def _is_name(text: str) -> bool:
    return NAME.fullmatch(text) is not None and text[0].isupper() and not _is_known(text)


def _is_known(text: str) -> bool:
    return statuses.status_aliases().knows(text) or is_nation(text) or is_nationality(text)


def _is_count(value: object) -> bool:
    return count_in(value) is not None


def _counts_many(value: object) -> bool:
    """Whether a cell counts more persons than one has years."""
    count = count_in(value)
    return count is not None and count > OLDEST
