"""The door of IT.NRW's tables: what lands is made of known words and numbers alone.

Known are the words of the databases' tables (``words.txt``), the names of regions, and the
wordings of labels. A table with any other word is refused; footers, columns and files of an archive
that no layout has are left out. A region that is on no list, as a municipality of another Land, is
named by its key. A file may also be handed in by hand.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from zipfile import ZIP_DEFLATED

from formats.archives import repacked
from formats.encodings import decode
from formats.known_words import KnownWords, read_words
from ingest.it_nrw.dimensions import wordings
from ingest.it_nrw.ffcsv import is_flat, known_columns, unpacked
from ingest.it_nrw.lines import csv_lines
from ingest.it_nrw.numbers import VALUE
from ingest.it_nrw.regions import KEY
from ingest.it_nrw.rest import require_data
from ingest.it_nrw.table_csv import FIRST_LINE, SEPARATOR, STAMP, TABLE_CODE
from kreishaus.model import Finding, Request, Stripped, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.wording import say
from persons import file_names
from persons.door import refuse_other_format, refuse_unknown, refuse_unread
from vocabulary.region_names import all_names

FORM = 1
WORDS = Path(__file__).with_name("words.txt")
FILE_WORDS = frozenset(["i", "ai", "n", "flat", "de", "csv", "ffcsv", "datencsv", "zip"])
ZIP = b"PK"
DIGITS_OF_A_KREIS = 5


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
        known = _known_words(tuple(all_names(settings.county)))
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
        if not file_names.has_form(name, FILE_WORDS):
            named = TABLE_CODE.match(name)
            name = f"{named[0] if named else code}_flat.csv"
        landed = repacked({name: landed}, ZIP_DEFLATED)
    return Stripped(landed, FORM, () if kept == text else (_left_out(),))


def noted(request: Request, content: bytes, settings: Settings) -> Request:
    """The request of a file, without a name that may be a person's."""
    del content
    return file_names.noted(request, "it_nrw", FILE_WORDS, _code(request.label), settings)


def _code(label: str) -> str:
    """The code with which the name of a file begins. Letters alone may be a name of a person."""
    match = TABLE_CODE.match(label)
    if match is None or not any(map(str.isdecimal, match[0])):
        refuse_unknown(say("the name of the file"), say("a name such as 22421-02i_00.csv"))
    return match[0]


@lru_cache(maxsize=2)
def _known_words(names: tuple[str, ...]) -> KnownWords:
    labels = (label for pair in wordings().items() for label in pair)
    return KnownWords([*read_words(WORDS), *labels, *names])


def _printed(text: str, known: KnownWords) -> str:
    """A printed table without lines of other words below it."""
    lines = text.split("\n")
    end = next(
        (at for at, line in enumerate(lines) if SEPARATOR.fullmatch(line.strip(";"))), len(lines)
    )
    first = next(at for at, line in enumerate(lines) if line.strip())
    for at, line in enumerate(lines[first + 1 : end], start=first + 1):
        lines[at] = ";".join(_in_known_words(line.split(";"), at + 1, known))
    below = [
        line for line in lines[end:] if STAMP.fullmatch(line.strip(" ;")) or known.explain(line)
    ]
    return "\n".join([*lines[:end], *below])


def _flat(text: str, known: KnownWords) -> str:
    """A flat table without columns that no layout has."""
    lines = [line.cells for line in csv_lines(text)]
    columns = [at for at in known_columns(lines[0]) if known.explain(lines[0][at])]
    kept = [
        [cells[at] for at in columns] if len(cells) == len(lines[0]) else cells for cells in lines
    ]
    kept[1:] = [_in_known_words(cells, at, known) for at, cells in enumerate(kept[1:], start=2)]
    if kept == lines:
        return text
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n").writerows(kept)
    return written.getvalue()


def _in_known_words(cells: list[str], line: int, known: KnownWords) -> list[str]:
    """The cells of a line, a region of an unknown name under its key. Raises ``FileRejected``."""
    bare = list(_bare(cells))
    kept = list(cells)
    for at, cell in enumerate(bare):
        if VALUE.fullmatch(cell) or KEY.fullmatch(cell) or known.explain(cell):
            continue
        if not (at and _is_region(bare[at - 1])):
            refuse_unknown(
                say("line {line}, cell {at}", line=line, at=at + 1),
                say("words that tables of the databases have, and names of regions"),
                cell,
            )
        kept[at] = cells[at].replace(cell, bare[at - 1])
    return kept


def _is_region(cell: str) -> bool:
    """Whether a cell is the key of a Kreis or a municipality. Counts look like shorter ones."""
    return KEY.fullmatch(cell) is not None and len(cell) >= DIGITS_OF_A_KREIS


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
