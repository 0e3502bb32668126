"""A table of the GENESIS databases in whatever layout it came: told by its bytes, not by its name.

Which dimensions and measures a dataset's table must have is said by its suite, not here: another
table needs no parser of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from formats.encodings import decode
from formats.faults import fault
from ingest.it_nrw import ffcsv, flat, printed, table_csv
from ingest.it_nrw.cells import PrintedCell, batch
from ingest.it_nrw.dimensions import NEW_LAYOUT
from kreishaus.model import Batch, Finding, Origin
from kreishaus.wording import say


@dataclass(frozen=True)
class Table:
    """A table that was told apart: its cells can be walked once.

    ``heading`` is where a table says what it is about as a whole: its title, or of a flat CSV, in
    which any label may do so, the text. ``ignored`` are findings about what was left out.
    """

    place: str
    heading: str
    cells: Iterable[PrintedCell]
    published_at: datetime | None
    ignored: tuple[Finding, ...] = ()


def parse(content: bytes, origin: Origin, *, year_stands_for: tuple[int, int]) -> Batch:
    """The cells of one table. ``origin.label`` begins with its code.

    ``year_stands_for`` is the (month, day) that a bare year means. A file of one reference date
    replaces an earlier one of that date, one of several dates an earlier one of several; where
    both kinds hold a date, the staging models take the newer file.

    ``published_at`` is what the printed table's last line says; a flat CSV does not say. Raises
    ``UnreadableFile`` for what is no table of a known layout.
    """
    table = read(content, origin, year_stands_for=year_stands_for)
    return batch(
        table.cells,
        place=table.place,
        published_at=table.published_at,
        known_at=origin.retrieved_at,
        ignored=table.ignored,
    )


def read(
    content: bytes, origin: Origin, *, year_stands_for: tuple[int, int], variants: bool = False
) -> Table:
    """The table in a file, of whatever layout.

    Reads the printed table (LDB download, ``datencsv``, old wide CSV) and the flat CSV (new and
    old layout, in a ZIP or bare). With ``variants`` it may be divided by words of its own. Raises
    ``UnreadableFile`` for everything else; in part only when the cells are walked.
    """
    code = table_csv.code_in(origin.label)
    place, text = ffcsv.unpacked(content)
    first_line = decode(text).text.lstrip("\n").partition("\n")[0]
    if ffcsv.is_flat(first_line):
        _require_member_of(code, place)
        table = ffcsv.read(text, place)
        return Table(
            place=place,
            heading=decode(text).text,
            cells=flat.cells_of(table, place, code, year_stands_for, variants=variants),
            published_at=None,
            ignored=tuple(flat.ignored_columns(table, place)),
        )
    if not table_csv.FIRST_LINE.fullmatch(first_line.strip()):
        raise fault(
            "layout",
            say(
                "The first line is that of no layout we know, so this is no table of the "
                "databases, or a new layout of them. If it is one, {new_layout}.",
                new_layout=NEW_LAYOUT,
            ),
            row=1,
            expected=say(
                "'Tabelle: <code>', 'GENESIS-Tabelle: <code>', or the columns of a flat "
                "CSV (statistics_code;..., Statistik_Code;...)"
            ),
            found=first_line[:120],
        )
    of_code = table_csv.of_code(text, code)
    return Table(
        place=of_code.place,
        heading=" ".join(of_code.titles),
        cells=printed.cells_of(of_code, year_stands_for, variants=variants),
        published_at=of_code.published_at,
    )


def _require_member_of(code: str, place: str) -> None:
    """A flat CSV names only its statistic; its name in the archive (``<code>_flat.csv``) more."""
    named = table_csv.TABLE_CODE.match(place)
    if named and named[0] != code:
        raise fault(
            "table_code",
            say(
                "The archive holds table {named}, but table {code} was asked for.",
                named=named[0],
                code=code,
            ),
            place=place,
            expected=code,
            found=named[0],
            to_do=say("Mend table_code of this dataset in county.toml."),
        )
