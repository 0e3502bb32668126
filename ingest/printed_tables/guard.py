"""The door for printed tables: a list of persons is refused, and nothing of it is kept.

What a paper prints are figures under labels. A label with a date of birth, with a register number,
or with a name in the way of lists ("Surname, First name") is one of a person. The message says
where and what kind of mark, never the words: a log is kept for years.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NoReturn

from formats.sheets import Rows, Sheet, Workbook
from ingest.printed_tables.dimensions import DIMENSIONS, PERIODS, is_usual_day
from ingest.printed_tables.head import COLUMNS, DOCUMENT, PLACE, ROW, ROWS, TABLE
from ingest.printed_tables.text import Line, read_lines
from kreishaus.model import FileRejected, UnreadableFile
from kreishaus.settings import read_county
from kreishaus.wording import say
from persons.door import SPREAD, refuse_long_numbers, refuse_table, refuse_text
from persons.named import names_person
from persons.rows import count_one_each
from persons.search import Lawful
from persons.values import day_of
from vocabulary.countries import ls_code_of

DAY = re.compile(
    r"\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}|(?:19|20)\d{2}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/(?:19|20)\d{2}"
)
BORN = re.compile(
    r"\b(?:geb|geboren(?:e|er)?|geb\.?-?datum|geburtsdatum|geburtstag|born)\b|\*\s?(?=\d{1,2}\.)",
    re.IGNORECASE,
)
TWELVE = re.compile(r"(?<![\d.,])(?:\d{12}|\d{6}[ -]\d{6}|\d{4} \d{4} \d{4})(?![\d.,])", re.ASCII)
YEARS = re.compile(r"(?:(?:19|20)\d{2} ?)+", re.ASCII)
REGISTER = re.compile(
    r"\b(?:AZR|BAMF|AZR-?Nr|AZR-Nummer)\b[-\s.:]*(?:Az[.:]?)?\s*\d{7,}", re.IGNORECASE
)
HEAD = re.compile(
    r"(?:(?:vor|nach|familien|geburts|ruf)name|name,? (?:und )?vorname|geburtsdatum"
    r"|geb\.?[ -]?datum|geb(?:oren|\.)? am|geburtsort|azr[ -]?(?:nr\.?|nummer)"
    r"|ausweis[ -]?(?:nr\.?|nummer)|ruf(?:nummer|[ -]?nr\.?)|durchwahl|e-?mail(?:[ -]?adresse)?"
    r"|(?:telefon|tel\.?|handy|mobil|mobiltelefon|fax)(?:[ -]?(?:nr\.?|nummer))?)",
    re.IGNORECASE,
)
PERSON = re.compile(r"person|betroffener?|antragsteller(?:in)?|bewohner(?:in)?", re.IGNORECASE)
"""What the first column asks for, where each row is one of them; "Personen" are counted."""

NAME = r"[^\W\d_][^\W\d_]*(?:[-'’ ][^\W\d_]+){0,2}"
SURNAME_FIRST = re.compile(rf"(?P<surname>{NAME}),\s?(?P<first>{NAME})(?:,.*)?")
TITLED = re.compile(r"\b(?:Frau|Herrn?|Familie|Fam\.)\s+[A-ZÄÖÜ][^\W\d_]")
ONE_OF_THEM = re.compile(
    r"(?:zimmer|bett|fall|akte|person|bewohner(?:in)?|patient(?:in)?|klient(?:in)?)"
    r"(?:\W*nr\.?)?\W*\d+\W*",
    re.IGNORECASE,
)
"""A label that numbers persons, or the rooms that they live in."""
ONE_IN_A_TITLE = re.compile(
    r"\b(?:zimmer|bett|fall|akte|bewohner(?:in)?|patient(?:in)?|klient(?:in)?)(?:\W*nr\.?)?"
    r"\W{0,2}(?:\d{1,3}(?!\d)|[A-ZÄÖÜ]\.)",
    re.IGNORECASE,
)
"""The same in the name of a paper or of a place in it; "Bewohner 2020" is a year."""
BORN_IN = re.compile(r"geburts(?:jahr|jahrgang)|jahrgang|geburtstag|geboren", re.IGNORECASE)
FIRST_FIGURES = date(2005, 1, 1)
"""Reference dates of papers are later; so are no days of birth of most who are counted."""
OF_PLACES = re.compile(
    r"stadt|gemeinde|kreis|land|insgesamt|gesamt|summe|zusammen|republik|staat|föderation|ehem",
    re.IGNORECASE,
)
TABLES = Lawful(headers=frozenset({"Name"}), days=True, rows=True, names=True, without_counts=True)
"""Reference dates and labels are printed again and again; two words are often a label."""

FEWEST_NAMES = 3
FEWEST_OF_DAYS = 2
"""So many labels "Surname, First name" make a list of persons."""


def refuse_persons(content: bytes, label: str) -> None:
    """Let a table of figures pass. Raises ``FileRejected`` naming line and mark, never a value
    nor ``label``: the name of a file may be a person's.

    What is no text cannot be looked into here, so it is refused too.
    """
    try:
        lines = read_lines(content)
    except UnreadableFile as unreadable:
        raise FileRejected(
            say("{message}. Nothing was kept", message=unreadable.findings[0].message)
        ) from None
    if lines and not {line.cell(0).rstrip(":").casefold() for line in lines} & {DOCUMENT, TABLE}:
        raise FileRejected(
            say(
                "no line begins with Dokument, none says Tabelle: this is no printed "
                "table, and may list persons. Nothing of this file was kept. Write the "
                "head above the table (kreishaus printed-table new KIND makes one), or "
                "take the file out of the drop folder"
            )
        )
    county = read_county().ags
    for line in lines:
        for cell in line.cells:
            if mark := _mark(cell, county):
                _refuse(line, mark)
            if names_person(cell, strictly=True):
                _refuse(line, say("the name of a person"))
    table = _table(lines)
    for line in table[:1]:
        if PERSON.fullmatch(line.cell(0)) or any(HEAD.fullmatch(cell) for cell in line.cells):
            _refuse(line, say("a column label that asks for persons"))
    for line in lines:
        if line.cell(0).rstrip(":").casefold() in (DOCUMENT, PLACE) and ONE_IN_A_TITLE.search(
            line.cell(1)
        ):
            _refuse(line, say("a title that stands for one person"))
    labels = [(line, line.cell(0)) for line in table]
    labels += [(line, line.cell(1)) for line in lines if line.cell(0).rstrip(":").casefold() == ROW]
    for line, text in labels:
        if ONE_OF_THEM.fullmatch(text):
            _refuse(line, say("a row label that stands for one person"))
        if TITLED.search(text):
            _refuse(line, say("the name of a person"))
    if first := _list_of_days(lines, table) or _born_one_each(table):
        _refuse(first, say("row labels that read like dates of birth"))
    if first := _list_of_names(labels):
        _refuse(first, say("row labels that read like names of persons"))
    _search(lines, table)


def _search(lines: Sequence[Line], table: Sequence[Line]) -> None:
    """The search of all sources: in the table, and cell by cell in the head above it."""
    refuse_text((";".join(line.cells) for line in lines), any_days=True)
    refuse_long_numbers(";".join(cell for line in lines for cell in line.cells))
    rows = {line.number: dict(enumerate(line.cells, start=1)) for line in table}
    filled: Rows = {
        at: {column: cell for column, cell in row.items() if cell and not YEARS.fullmatch(cell)}
        for at, row in rows.items()
    }
    refuse_table(Workbook((Sheet("CSV", filled),)), TABLES)
    labels = {
        at: row for at, row in filled.items() if not _is_label_of_figures(str(row.get(1, "")))
    }
    if count_one_each(labels, 1):
        raise FileRejected(
            say(
                "the table: rows that name somebody and count one each. Printed tables "
                "hold figures of many: nothing of this file was kept. Take it out of the "
                "drop folder"
            )
        )


def _is_label_of_figures(label: str) -> bool:
    """Whether a label is a country, a place, or speaks of a sum."""
    return bool(OF_PLACES.search(label) or ls_code_of(label))


def _refuse(line: Line, what: str) -> NoReturn:
    raise FileRejected(
        say(
            "line {number}: {what}. Printed tables hold figures of many: nothing of "
            "this file was kept. Take it out of the drop folder and drop a table "
            "without persons",
            number=line.number,
            what=what,
        )
    )


def _mark(cell: str, county: str) -> str | None:
    if BORN.search(cell) and DAY.search(cell):
        return say("a date of birth")
    if REGISTER.search(cell):
        return say("a number as registers give to persons")
    for number in TWELVE.findall(cell):
        # Keys of municipalities may have twelve digits, and three years have, too.
        if not (number.startswith(county) or YEARS.fullmatch(number)):
            return say("a number of 12 digits, as registers give to persons")
    return None


def _table(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines behind ``Tabelle``; all, where no line says so."""
    for at, line in enumerate(lines):
        if line.cell(0).rstrip(":").casefold() == TABLE and not any(line.cells[1:]):
            return lines[at + 1 :]
    return lines


def _list_of_days(lines: Sequence[Line], table: Sequence[Line]) -> Line | None:
    """The first line of several days that are labels and no reference dates.

    Where the head says that labels are days, they are those on which offices count, or run one way
    and lie near each other, as days of births do not.
    """
    said = {line.cell(0).rstrip(":").casefold(): line.cell(1).casefold() for line in lines}
    rows = [(line, line.cell(0)) for line in table if DAY.fullmatch(line.cell(0))]
    columns = [(line, cell) for line in table[:1] for cell in line.cells if DAY.fullmatch(cell)]
    for labels, word in ((rows, ROWS), (columns, COLUMNS)):
        is_period = DIMENSIONS.get(said.get(word, "")) in PERIODS
        days = [day for _, text in labels if (day := day_of(text.replace(" ", "")))]
        if len(labels) >= FEWEST_NAMES and not (is_period and _are_counted_on(days)):
            return labels[0][0]
    return None


def _born_one_each(table: Sequence[Line]) -> Line | None:
    """The heads of a table that counts one person each under days or years as births are."""
    if not table:
        return None
    heads, *rows = table
    counts = [cell for line in rows for cell in line.cells[1:] if cell.strip()]
    if len(counts) < FEWEST_OF_DAYS or not set(map(str.strip, counts)) <= {"0", "1", "-", "–"}:
        return None
    labels = [*heads.cells[1:], *(line.cell(0) for line in rows)]
    days = [
        day for text in labels if DAY.fullmatch(text) and (day := day_of(text.replace(" ", "")))
    ]
    are_births = any(day < FIRST_FIGURES or not is_usual_day(day) for day in days)
    return heads if are_births or BORN_IN.fullmatch(heads.cell(0).strip()) else None


def _are_counted_on(days: Sequence[date]) -> bool:
    """Whether days may be those of figures."""
    odd = [day for day in days if not is_usual_day(day)]
    if len(odd) < FEWEST_NAMES:
        return True
    one_way = odd in (sorted(odd), sorted(odd, reverse=True))
    return one_way and max(odd) - min(odd) <= SPREAD


def _list_of_names(labels: Sequence[tuple[Line, str]]) -> Line | None:
    """The first of several labels "Surname, First name"; "Viersen, Kreis" is none."""
    named = [(line, match) for line, text in labels if (match := _name(text))]
    surnames = {match["surname"] for _, match in named}
    first_names = {match["first"] for _, match in named}
    if len(first_names) >= FEWEST_NAMES and len(surnames) > 1:
        return named[0][0]
    return None


def _name(label: str) -> re.Match[str] | None:
    match = SURNAME_FIRST.fullmatch(label)
    if match is None or OF_PLACES.search(match["first"]) or ls_code_of(label):
        return None
    return match if match["first"][0].isupper() and match["surname"][0].isupper() else None
