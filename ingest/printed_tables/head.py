"""The head of a dropped table: which document, where in it, and what its labels mean.

Dokument;<which paper>                 Stelle;<where in it>
Gedruckt am;30.11.2021                 Zahlenformat;englisch          (both may be left out)
Zeilen;<dimension>                     Spalten;<dimension>
<dimension>;<value>                    holds for the whole table
Zeile;<printed label>;<value> ...      a label of the table's own; likewise Spalte
Tabelle                                the head ends, the table as printed follows
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from formats.dates import read_date_label
from ingest.printed_tables.dimensions import DIMENSIONS
from ingest.printed_tables.dimensions import EARLIEST_ODD_DAY as EARLIEST_PAPER
from ingest.printed_tables.findings import unreadable, warning
from ingest.printed_tables.numbers import Notation
from ingest.printed_tables.text import Line
from kreishaus.model import Finding
from kreishaus.wording import say
from vocabulary.known_words import in_known_words

DOCUMENT, PLACE, PRINTED_ON, NOTATION = "dokument", "stelle", "gedruckt am", "zahlenformat"
ROWS, COLUMNS, ROW, COLUMN, TABLE = "zeilen", "spalten", "zeile", "spalte", "tabelle"
IS_TEXT = "text"
"""Said of a row or column that holds no figures."""

PLACEHOLDER = re.compile(r"<[^<>]+>")
"""What a template asks for (``templates``)."""

Meaning = Mapping[str, str]
"""Dimension -> label or code; ``IS_TEXT`` alone where there are no figures."""


@dataclass(frozen=True)
class Head:
    """What an officer declared. ``rows`` and ``columns`` are the dimensions of their labels.
    ``document`` and ``place`` are in known words: others are numbers."""

    document: str
    place: str
    printed_on: date | None
    notation: Notation
    rows: str | None
    columns: str | None
    fixed: Meaning
    own_rows: Mapping[str, Meaning]
    own_columns: Mapping[str, Meaning]
    findings: tuple[Finding, ...] = field(default=())


def label_key(label: str) -> str:
    """What of a label must agree with the head: not blanks, not capitals."""
    return "".join(label.split()).casefold()


def read_head(lines: Sequence[Line]) -> tuple[Head, list[Line]]:
    """The head and the lines of the table behind it. Raises ``UnreadableFile``."""
    ends = [at for at, line in enumerate(lines) if _word(line) == TABLE and not any(line.cells[1:])]
    if not ends:
        raise unreadable(
            "head",
            say("no line says where the table begins: the head ends with the line Tabelle"),
            expected=say("a line Tabelle"),
        )
    said: dict[str, str] = {}
    own: dict[str, dict[str, Meaning]] = {ROW: {}, COLUMN: {}}
    faults: list[Finding] = []
    for line in lines[: ends[0]]:
        word = _word(line)
        if left := next((cell for cell in line.cells if PLACEHOLDER.search(cell)), None):
            raise unreadable(
                "head",
                say(
                    "line {number} of the head still holds the placeholder of a template: put "
                    "in what it asks for",
                    number=line.number,
                ),
                expected=say("what the paper says"),
                found=left,
            )
        if word in own:
            meaning, fault = _meaning(line, said.get(ROWS if word == ROW else COLUMNS))
            own[word][label_key(line.cell(1))] = meaning
            faults += fault
        elif word in {DOCUMENT, PLACE, PRINTED_ON, NOTATION, ROWS, COLUMNS, *DIMENSIONS}:
            said[word] = line.cell(1)
        else:
            faults.append(
                warning(
                    "head_line",
                    say(
                        "line {number} of the head begins with no known word; it was left out",
                        number=line.number,
                    ),
                    row=str(line.number),
                    expected=say(
                        "Dokument, Stelle, Zeilen, Spalten, Zeile, Spalte, or one of {words}",
                        words=", ".join(word.capitalize() for word in DIMENSIONS),
                    ),
                    found=line.cell(0),
                )
            )
    return _head(said, own, faults), list(lines[ends[0] + 1 :])


def _head(
    said: Mapping[str, str], own: Mapping[str, Mapping[str, Meaning]], faults: list[Finding]
) -> Head:
    for word in (DOCUMENT, PLACE):
        if not said.get(word):
            raise unreadable("head", say("the head has no line {word};...", word=word.capitalize()))
    notation = said.get(NOTATION, "deutsch").casefold()
    if notation not in ("deutsch", "englisch"):
        raise unreadable(
            "head",
            say("Zahlenformat is not known"),
            expected=say("deutsch or englisch"),
            found=notation,
        )
    return Head(
        document=in_known_words(said[DOCUMENT]),
        place=in_known_words(said[PLACE]),
        printed_on=_printed_on(said.get(PRINTED_ON, "")),
        notation=cast("Notation", notation),
        rows=_dimension(said.get(ROWS, ""), ROWS),
        columns=_dimension(said.get(COLUMNS, ""), COLUMNS),
        fixed={DIMENSIONS[word]: text for word, text in said.items() if word in DIMENSIONS},
        own_rows=own[ROW],
        own_columns=own[COLUMN],
        findings=tuple(faults),
    )


def _word(line: Line) -> str:
    return line.cell(0).rstrip(":").casefold()


def _printed_on(text: str) -> date | None:
    if not text:
        return None
    try:
        day = read_date_label(text)
    except (ValueError, KeyError):
        raise unreadable(
            "head", say("Gedruckt am is no date"), expected="30.11.2021", found=text
        ) from None
    if day < EARLIEST_PAPER:
        raise unreadable(
            "head",
            say("Gedruckt am is before any paper whose figures are kept"),
            expected=say("the day of the paper, 2005 or later"),
            found=say("an earlier day"),
        )
    return day


def _dimension(word: str, of: str) -> str | None:
    if not word:
        return None
    if word.casefold() not in DIMENSIONS:
        raise unreadable(
            "head",
            say("{word} names no known dimension", word=of.capitalize()),
            expected=", ".join(known.capitalize() for known in DIMENSIONS),
            found=word,
        )
    return DIMENSIONS[word.casefold()]


def _meaning(line: Line, of_labels: str | None) -> tuple[Meaning, list[Finding]]:
    """What a line ``Zeile;label;...`` says: ``Dimension=value`` cells, or a value alone."""
    meaning: dict[str, str] = {}
    faults = []
    for cell in filter(None, line.cells[2:]):
        word, separator, value = cell.partition("=")
        if cell.casefold() == IS_TEXT:
            return {IS_TEXT: ""}, []
        if separator and word.strip().casefold() in DIMENSIONS:
            meaning[DIMENSIONS[word.strip().casefold()]] = value.strip()
        elif not separator and of_labels and of_labels.casefold() in DIMENSIONS:
            meaning[DIMENSIONS[of_labels.casefold()]] = cell
        else:
            faults.append(
                warning(
                    "head_line",
                    say(
                        "line {number}: {cell!r} says nothing of the label {label!r}",
                        number=line.number,
                        cell=cell,
                        label=line.cell(1),
                    ),
                    row=str(line.number),
                    expected=say(
                        "a value of the dimension of the labels, or Dimension=value, or Text"
                    ),
                    found=cell,
                )
            )
    return meaning, faults
