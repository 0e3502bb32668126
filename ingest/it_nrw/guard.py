"""The door of IT.NRW's tables: what lands is made of known words and numbers alone.

Known are the words of the databases' tables (``words.txt``), the wordings of labels, and beside its
key the name of a region. Numbers are counts of people, places or cases, years, days, and keys of
regions. A table with anything else is refused; footers, columns and files of an archive that no
layout has are left out. A region that is on no list, as a municipality of another Land, is named by
its key. A file may also be handed in by hand.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zipfile import ZIP_DEFLATED

from formats.archives import repacked
from formats.encodings import decode
from formats.known_words import KnownWords, read_words
from ingest.it_nrw.dimensions import REGION_VARIABLES, wordings
from ingest.it_nrw.ffcsv import is_flat, known_columns, unpacked
from ingest.it_nrw.lines import csv_lines
from ingest.it_nrw.numbers import QUALIFIERS
from ingest.it_nrw.regions import CENSUS_KEY, KEY, LAENDER, NATION, official_key
from ingest.it_nrw.rest import require_data
from ingest.it_nrw.table_csv import FIRST_LINE, SEPARATOR, STAMP, TABLE_CODE
from kreishaus.model import Finding, Request, Stripped, UnreadableFile
from kreishaus.settings import County, Settings
from kreishaus.wording import say
from persons import file_names
from persons.door import refuse_name, refuse_other_format, refuse_unknown, refuse_unread
from vocabulary.region_names import (
    KINDS,
    all_names,
    keys_of_germany,
    names_of_germany,
    official_names,
)

FORM = 2
WORDS = Path(__file__).with_name("words.txt")
FILE_WORDS = frozenset(["i", "ai", "n", "flat", "de", "csv", "ffcsv", "datencsv", "zip"])
ZIP = b"PK"
DIGITS_OF_A_KREIS = 5
COUNT = re.compile(
    r"-?(?P<whole>0|[1-9]\d{0,7})(?:,\d{1,9})?\s?(?:[prse]|\(\))?"
    r"|\(\s?-?(?:0|[1-9]\d{0,7})(?:,\d{1,9})?\s?\)",
    re.ASCII,
)
"""A value as these tables print it; the largest counts the people of Germany."""
TIME = re.compile(
    r"(?:19[5-9]|20\d)\d|(?:19[5-9]|20\d)\d-\d{2}-\d{2}|\d{2}\.\d{2}\.(?:19[5-9]|20\d)\d", re.ASCII
)
TIME_COLUMNS = frozenset(["time", "Zeit"])


def strip(content: bytes, label: str, settings: Settings) -> Stripped:
    """The table without what no layout has.

    Raises ``FileRejected`` for what is no table, for other words in it and for a name without the
    code of a table; ``SourceUnavailable`` as ``require_data`` does.
    """
    require_data(content, label)
    code = _code(label)
    try:
        name, packed = unpacked(content)
        text = decode(packed).text
        known = _known_words(settings.county)
        first = text.lstrip("\n").partition("\n")[0].strip()
        if is_flat(first):
            kept = _flat(text, known)
        elif FIRST_LINE.fullmatch(first):
            kept = _printed(text, known)
        else:
            refuse_other_format(say("a table of GENESIS as text, or packed"))
    except UnreadableFile as unreadable:
        refuse_unread(unreadable)
    landed = packed if kept == text else kept.encode()
    if content.startswith(ZIP):
        named = TABLE_CODE.match(name)
        begins = named[0] if named else code
        if not file_names.has_form(name, FILE_WORDS, begins):
            name = f"{begins}_flat.csv"
        landed = repacked({name: landed}, ZIP_DEFLATED)
    return Stripped(landed, FORM, () if kept == text else (_left_out(),))


def noted(request: Request, content: bytes, settings: Settings) -> Request:
    """The request of a file, without a name that may be a person's."""
    del content
    code = _code(request.label)
    return file_names.noted(request, "it_nrw", FILE_WORDS, code, settings, begins=code)


def _code(label: str) -> str:
    """The code with which the name of a file begins. Letters alone may be a name of a person."""
    match = TABLE_CODE.match(label)
    if match is None or not any(map(str.isdecimal, match[0])):
        refuse_name(say("a name such as 22421-02i_00.csv"))
    return match[0]


@dataclass(frozen=True)
class Known:
    """What may stand anywhere, and what beside the key of a region alone: many a surname is the
    name of a town."""

    words: KnownWords
    names: KnownWords

    def explains(self, cell: str, before: str) -> bool:
        """Whether a cell is known, ``before`` being the one to its left."""
        return self.words.explain(cell) or (is_region_key(before) and self.names.explain(cell))


def _known_words(county: County) -> Known:
    own = (county.name, *county.also_called)
    return Known(_words_beside(own), _names(tuple(all_names(county))))


@lru_cache(maxsize=2)
def _words_beside(own: tuple[str, ...]) -> KnownWords:
    return KnownWords([*_words(), *own, *names_of_germany(), *KINDS])


@lru_cache(maxsize=2)
def _names(names: tuple[str, ...]) -> KnownWords:
    return KnownWords([*_words(), *names])


def _words() -> Iterator[str]:
    yield from read_words(WORDS)
    yield from (label for pair in wordings().items() for label in pair)
    yield from (*QUALIFIERS, *REGION_VARIABLES)


def is_region_key(cell: str) -> bool:
    """Whether a cell is the key of a region that is, or in a Kreis that is: any other number as
    long may be one that a register gives to a person."""
    if cell == NATION:
        return True
    if KEY.fullmatch(cell) is None or cell[:2] not in LAENDER:
        return False
    if len(cell) <= DIGITS_OF_A_KREIS:
        return True
    if CENSUS_KEY.fullmatch(cell) and cell[:2] in official_names():
        return official_key(cell) in official_names() and cell[6:9] == cell[9:]
    return bool({cell, cell[:DIGITS_OF_A_KREIS]} & keys_of_germany())


def _printed(text: str, known: Known) -> str:
    """A printed table without lines of other words below it."""
    lines = text.split("\n")
    end = next(
        (at for at, line in enumerate(lines) if SEPARATOR.fullmatch(line.strip(";"))), len(lines)
    )
    first = next(at for at, line in enumerate(lines) if line.strip())
    table = [line.split(";") for line in lines[first + 1 : end]]
    heads = [at for at, cells in enumerate(table) if not cells[0].strip() and any(cells)]
    data = heads[-1] + 1 if heads else len(table)
    times = _times_of(table[heads[-1]], table[data:]) if heads else ()
    for at, cells in enumerate(table):
        line = first + 1 + at
        lines[line] = ";".join(_in_known_words(cells, line + 1, known, times if at >= data else ()))
    below = [
        line
        for line in lines[end:]
        if STAMP.fullmatch(line.strip(" ;")) or known.words.explain(line)
    ]
    return "\n".join([*lines[:end], *below])


def _column_of_key(name: str) -> str:
    """How the flat layouts call the column of the key of a column of names."""
    return name.replace("_label", "_code").replace("_Label", "_Code")


def _times_of(heads: Sequence[str], data: Sequence[list[str]]) -> Sequence[int]:
    """The leading columns that say when: most of their cells are years or days."""
    leading = next(at for at, cell in enumerate(heads) if cell.strip())
    whole = [cells for cells in data if len(cells) == len(heads)]
    counts = (sum(bool(TIME.fullmatch(row[at].strip())) for row in whole) for at in range(leading))
    return [at for at, count in enumerate(counts) if 2 * count > len(whole)]


def _flat(text: str, known: Known) -> str:
    """A flat table without columns that no layout has."""
    lines = [line.cells for line in csv_lines(text)]
    columns = [at for at in known_columns(lines[0]) if known.words.explain(lines[0][at])]
    kept = [
        [cells[at] for at in columns] if len(cells) == len(lines[0]) else cells for cells in lines
    ]
    heads = kept[0]
    times = [at for at, name in enumerate(heads) if name in TIME_COLUMNS]
    codes = {name: at for at, name in enumerate(heads)}
    keys = {at: codes.get(_column_of_key(name), at) for at, name in enumerate(heads)}
    for at, cells in enumerate(kept[1:], start=1):
        if len(cells) == len(heads):
            kept[at] = _in_known_words(cells, at + 1, known, times, keys)
        else:  # cut or shifted: the parser says so, and half a word may be any
            kept[at] = [cell if _is_known(cell.strip(' "\r'), "", known) else "" for cell in cells]
    if kept == lines:
        return text
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n").writerows(kept)
    return written.getvalue()


def _in_known_words(
    cells: list[str],
    line: int,
    known: Known,
    times: Sequence[int],
    keys: Mapping[int, int] | None = None,
) -> list[str]:
    """The cells of a line, a region of an unknown name under its key. Raises ``FileRejected``.

    ``times``: the columns that hold years or days and nothing else. ``keys``: in which column the
    key of a name stands; left of it, where nothing is said.
    """
    bare = list(_bare(cells))
    kept = list(cells)
    for at, cell in enumerate(bare):
        beside = keys.get(at, at) if keys is not None else at - 1
        before = bare[beside] if 0 <= beside < len(bare) and beside != at else ""
        if at in times and cell and not TIME.fullmatch(cell):
            refuse_unknown(
                say("line {line}, cell {at}", line=line, at=at + 1), say("a year or a day"), cell
            )
        if _is_known(cell, before, known):
            continue
        if not (is_region_key(before) and len(before) >= DIGITS_OF_A_KREIS):
            refuse_unknown(
                say("line {line}, cell {at}", line=line, at=at + 1),
                say("words that tables of the databases have, and names of regions"),
                cell,
            )
        kept[at] = cells[at].replace(cell, before)
    return kept


def _is_known(cell: str, before: str, known: Known) -> bool:
    is_number = COUNT.fullmatch(cell) is not None or is_region_key(cell)
    return is_number or known.explains(cell, before)


def _bare(cells: list[str]) -> Iterator[str]:
    return (cell.strip(' "\r') for cell in cells)


def _left_out() -> Finding:
    return Finding(
        rule="text_left_out",
        severity="warning",
        message=say(
            "the file has footers, columns or names of regions that no list has: they were left "
            "out before it was kept; such a region is named by its key"
        ),
        expected=say("footers, columns and names as the databases write them"),
        found=say("others"),
    )
