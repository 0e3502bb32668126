"""From the grid of a sheet to its rows: every cell read, every fault named with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ingest.wtg import positive
from ingest.wtg.cells import EMPTY, Cell, CellError, Raw, is_blank, shown, squeezed
from ingest.wtg.codes import NEW_WORD, SEVERAL, is_kind_heading, kinds_in_column
from ingest.wtg.formatting import beside_the_values, listed, refused_formatting
from ingest.wtg.free_texts import is_word
from ingest.wtg.grids import Grid
from ingest.wtg.header import Header, find_header
from ingest.wtg.layout import KEYS, Column, Sheet
from ingest.wtg.merges import refused
from ingest.wtg.municipality_keys import is_region, key_of
from ingest.wtg.prepared import prepared
from ingest.wtg.repeated_heads import other_heads
from ingest.wtg.sums import TOTAL, only_label, summed_key
from ingest.wtg.tables import MOST
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import rewritten, say, text_of
from vocabulary.own_home_names import FILE as OWN_NAMES

_NOTE = re.compile(
    r"^(?:\*|[¹²³⁴-⁹]|\d\)|(?:anm|anmerkung(?:en)?|hinweis|legende|quelle|stand)\b)", re.IGNORECASE
)
MOST_ALIKE = 3
"""More cells with one fault in one column have one cause."""
MOST_FAULTS = 200
"""With more faults in one sheet it is another table: nobody mends them one by one."""
_WORD = re.compile(r"[^\W\d_]{2,}|\?")
Row = dict[str, object]
_TOLERANCE = 0.005
"""FTE carry two decimals; their sum in floating point carries noise."""


@dataclass
class SheetRows:
    """What was read of one sheet. ``faults`` make the file unreadable, ``findings`` do not."""

    sheet: Sheet
    rows: list[dict[str, object]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    warnings: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)
    """Rule and column -> rows and what stands there: what a spreadsheet seems to have changed."""
    unknown: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """Column -> rows and the words that stand there instead of a number."""
    heading: str | None = None
    """The heading above the present row that says the kind of offer, where no column does."""
    blocks: list[int] = field(default_factory=lambda: [0])
    """How many rows stood above each total row so far: a subtotal counts from there."""
    early: list[tuple[int, str, dict[Column, float]]] = field(default_factory=list)
    """Total rows above all others: row, label, and what is printed in each column."""


def read_rows(grid: Grid, sheet: Sheet) -> SheetRows:
    """All rows below the header. Rows that are none (totals, notes, the header again, a prefilled
    stichtag) are left out and said so; rows "Gesamt" are checked.

    Raises ``UnreadableFile`` where the table itself cannot be found or trusted.
    """
    grid = prepared(grid, sheet)
    header = find_header(grid, sheet)
    if other := list(other_heads(grid, sheet, header.row)):
        raise UnreadableFile(*other)
    read = SheetRows(sheet, findings=list(header.findings))
    left_out = [(number, "header") for number in sorted(grid.repeated_heads)]
    for number, raws in enumerate(grid.rows[header.row :], start=header.row + 1):
        written = _written(raws, header)
        if heading := _kind_heading(raws, header, sheet):
            read.heading = heading
            left_out.append((number, "note"))
            continue
        if not written:
            if _is_other_heading(raws):
                _end_heading(read)
            continue
        if len(read.faults) > MOST_FAULTS:
            break
        if label := _total_label(written) or _total_of_region(written, raws):
            read.findings.extend(_compare_total(read, header, raws, number, label))
            left_out.append((number, "total"))
            if kinds_in_column(label):
                _end_heading(read)
        elif kind := _no_row(written, header):
            left_out.append((number, kind))
            if kind == "note" and _is_other_heading(raws):
                _end_heading(read)
        else:
            _read_row(read, header, raws, number)
    without_data = frozenset(number for number, _ in left_out)
    faults = [*refused(grid, header, without_data), *refused_formatting(grid, header)]
    if faults:
        raise UnreadableFile(*folded_faults(faults))
    read.findings.extend(_early_totals(read) if read.rows else ())
    read.findings.extend(_not_rows(grid, left_out))
    read.findings.extend(_doubtful(read))
    read.findings.extend(_not_known(read))
    read.findings.extend(beside_the_values(grid, [_number(row) for row in read.rows]))
    return read


def _written(raws: tuple[Raw, ...], header: Header) -> list[tuple[Column, Raw]]:
    """The cells of a row that hold something, from left to right."""
    by_position = sorted(header.columns, key=lambda pair: pair[1])
    return [(column, raw) for column, i in by_position if not is_blank(raw := _at(raws, i))]


def _no_row(written: list[tuple[Column, Raw]], header: Header) -> str | None:
    """What a row is that is no data: a note, a heading, a prefilled stichtag."""
    column, raw = written[0]
    if len(written) > 1:
        return None
    if column.field == "reference_date" and _is_day(column, raw):
        return "stichtag"
    if not isinstance(raw, str):
        return None
    if _NOTE.search(squeezed(raw)) or (column.field in ("pfad_id", "name") and is_region(raw)):
        return "note"
    # A heading over some rows stands in the first column; a key without blanks may be a row's own.
    first = min(header.columns, key=lambda pair: pair[1])[0]
    is_key = column.field in KEYS and " " not in squeezed(raw) and not is_word(squeezed(raw))
    return "note" if column == first and column.field != "name" and not is_key else None


def _kind_heading(raws: tuple[Raw, ...], header: Header, sheet: Sheet) -> str | None:
    """The text of a row that is a heading over offers of one kind, in a list without a column of
    kinds."""
    own = {column.field for column in sheet.columns}
    there = {column.field for column, _ in header.columns}
    if "angebotsform" not in own - there:
        return None
    texts = [raw for raw in raws if not is_blank(raw)]
    is_heading = len(texts) == 1 and isinstance(texts[0], str) and is_kind_heading(texts[0])
    return squeezed(str(texts[0])) if is_heading else None


def _is_other_heading(raws: tuple[Raw, ...]) -> bool:
    """Whether a row that is no data may be a heading over other offers, in words that nobody knows:
    no municipality's, whose offers may be of the kind above, and no note ("Stand: ...")."""
    texts = [squeezed(str(raw)) for raw in raws if not is_blank(raw)]
    return len(texts) == 1 and not is_region(texts[0]) and _NOTE.search(texts[0]) is None


def _end_heading(read: SheetRows) -> None:
    """From here on no heading says the kind: the names of the offers may, with a warning."""
    if read.heading:
        read.heading = SEVERAL


def _total_of_region(written: list[tuple[Column, Raw]], raws: tuple[Raw, ...]) -> str | None:
    """The label of a row of sums that bears the name of a region ("Rhein-Kreis Neuss"), or that has
    its label in a column that the layout does not know: it has numbers and nothing else."""
    label = only_label(raws)
    others = [(column, raw) for column, raw in written if not column.summed]
    if label is None or len(others) == len(written):
        return None
    return label if all(squeezed(str(raw)) == label for _, raw in others) else None


def _is_day(column: Column, raw: Raw) -> bool:
    try:
        return column.read(raw).value is not None
    except CellError:
        return False


def _not_rows(grid: Grid, left_out: list[tuple[int, str]]) -> Iterator[Finding]:
    words = {
        "note": ("row_is_note", say("hold a single text and no offer: a heading or a note")),
        "header": ("row_is_header", say("repeat the column names")),
        "stichtag": ("row_is_empty", say("hold a stichtag and nothing else")),
    }
    for kind, (rule, what) in words.items():
        numbers = [str(number) for number, of in left_out if of == kind]
        if numbers:
            listed = ", ".join(numbers[:20]) + (" ..." if len(numbers) > 20 else "")
            yield Finding(
                rule=rule,
                severity="warning",
                message=say(
                    "sheet {title}: rows {listed} {what}; they were not read",
                    title=grid.title,
                    listed=listed,
                    what=what,
                ),
                place=grid.title,
                row=numbers[0],
                expected=say("rows with values"),
                found=say("{count} such rows", count=len(numbers)),
            )


def _doubtful(read: SheetRows) -> Iterator[Finding]:
    """One warning for a column with texts that are not kept."""
    for (rule, column), cells in read.warnings.items():
        numbers = [str(number) for number, _ in cells]
        message, expected = _why_not_kept(rule)
        yield Finding(
            rule=rule,
            severity="warning",
            message=say(
                "sheet {title}, column {column}, {count} rows ({numbers}): {why}",
                title=read.sheet.title,
                column=column,
                count=len(numbers),
                numbers=listed(numbers),
                why=message,
            ),
            place=read.sheet.title,
            row=numbers[0],
            column=column,
            expected=expected,
            found=say("{count} such cells", count=len(cells)),
        )


def _why_not_kept(rule: str) -> tuple[str, str]:
    """Why a cell is not kept as it stands, what to do; and what was expected."""
    if rule == positive.NAME_NOT_KEPT:
        return say(
            "a word of these names is on no list and may be a person's, so a number stands for "
            "each name (Angebot-...), the same in each file. If a home is called so, write the "
            "name or the word into {file} in the county's folder, have a second person confirm "
            "it, and hand in the original file again",
            file=OWN_NAMES,
        ), say("names of homes in known words")
    if rule == positive.KEY_NOT_KEPT:
        return say(
            "these have not the form of a key and may be a day of birth, a telephone number or a "
            "name, so a number stands for each (Kennung-...), the same in each file: no relation "
            "is lost. Which forms keys have: docs/sources/wtg.md"
        ), say("keys such as NE-017 or 4711")
    return say(
        "what stands there has not the form of the column, is no word of its list, or not only "
        "the name of a home. It is not kept, as it may name a person, and is in no copy of ours. "
        "If the word is right, {new_word}",
        new_word=NEW_WORD,
    ), say("a word of the list, or a value that the column can have")


def _not_known(read: SheetRows) -> Iterator[Finding]:
    """One warning for a column with words for "not known" among its numbers."""
    for column, cells in read.unknown.items():
        numbers = [str(number) for number, _ in cells]
        yield Finding(
            rule="number_not_known",
            severity="warning",
            message=say(
                "sheet {title}, column {column}: no number stands in rows {numbers} ({found}); it "
                "is taken as not known, and never as 0. Write 0 where none is meant",
                title=read.sheet.title,
                column=column,
                numbers=listed(numbers),
                found=cells[0][1],
            ),
            place=read.sheet.title,
            row=numbers[0],
            column=column,
            expected=say("a number"),
            found=cells[0][1],
        )


def _read_row(read: SheetRows, header: Header, raws: tuple[Raw, ...], number: int) -> None:
    row: dict[str, object] = {"source_place": read.sheet.title, "source_row": number}
    markers: dict[str, str] = {}
    for column, index in header.columns:
        raw = _at(raws, index)
        cell = _read_cell(read, column, raw, number)
        if _is_too_many(cell.value):
            expected = say("a number up to {most:,}", most=MOST)
            read.faults.append(_fault(read.sheet, column, number, expected, shown(raw)))
        row[column.field] = cell.value
        if cell.marker is not None:
            markers[column.header] = cell.marker
        if column.summed and cell.value is None and _says_unknown(cell.marker):
            read.unknown.setdefault(column.header, []).append((number, str(cell.marker)))
        if cell.warning is not None:
            found = (number, cell.marker or "")
            read.warnings.setdefault((cell.warning, column.header), []).append(found)
    if read.heading and row.get("angebotsform") is None:
        row["angebotsform"] = positive.kind(read.heading).value
    row["cell_markers"] = json.dumps(markers, ensure_ascii=False) if markers else None
    read.rows.append(row)


def _is_too_many(value: object) -> bool:
    """Whether a number is none of one offer. A sum over offers may be larger, and is not kept."""
    return isinstance(value, int | float) and value > MOST


def _says_unknown(marker: str | None) -> bool:
    """Whether a marker is a word for a number that is not known; "entfällt" says that none is."""
    return bool(marker and _WORD.search(marker)) and not str(marker).casefold().startswith("entf")


def _read_cell(read: SheetRows, column: Column, raw: Raw, number: int) -> Cell:
    try:
        cell = EMPTY if is_blank(raw) else column.read(raw)
    except CellError as error:
        read.faults.append(_fault(read.sheet, column, number, text_of(error), shown(raw)))
        return EMPTY
    if column.filled and cell.value is None:
        found = cell.marker or say("nothing")
        read.faults.append(_fault(read.sheet, column, number, say("a value"), found))
    return cell


def folded_faults(faults: list[Finding]) -> list[Finding]:
    """Many cells of one column with one fault as one finding, the first of them as its place."""
    alike: dict[tuple[str, str | None, str | None, str | None], list[Finding]] = {}
    for fault in faults:
        key = (fault.rule, fault.place, fault.column, fault.expected)
        alike.setdefault(key, []).append(fault)
    told: list[Finding] = []
    for group in alike.values():
        first, rest = group[0], [str(fault.row) for fault in group[1:]]
        if len(group) <= MOST_ALIKE:
            told += group
        else:
            more = say(
                "{message}; likewise {count} more cells, rows {rest}",
                message=first.message,
                count=len(rest),
                rest=listed(rest),
            )
            rows = listed([str(fault.row) for fault in group])
            told.append(replace(first, message=more, row=rows))
    return told


def _fault(sheet: Sheet, column: Column, number: int, expected: str, found: str) -> Finding:
    return Finding(
        rule="cell_unreadable",
        severity="critical",
        message=say(
            "sheet {title}, row {number}, column {header}: expected {expected}, found {found!r}",
            title=sheet.title,
            number=number,
            header=column.header,
            expected=expected,
            found=rewritten(found, lambda text: text[:200]),
        ),
        place=sheet.title,
        row=str(number),
        column=column.header,
        expected=expected,
        found=rewritten(found, lambda text: text[:200]),
    )


def _total_label(written: list[tuple[Column, Raw]]) -> str | None:
    """The label of a row "Gesamt": in its first cell, or where a key should be."""
    for position, (column, raw) in enumerate(written):
        is_key = column.filled and column.field != "name"
        if isinstance(raw, str) and (position == 0 or is_key) and TOTAL.search(raw):
            return squeezed(raw)
    return None


def _compare_total(
    read: SheetRows, header: Header, raws: tuple[Raw, ...], number: int, label: str
) -> Iterator[Finding]:
    """A total row is never data. What it prints must be what the rows make that it sums; where no
    row stands above it, that is judged at the end."""
    sheet = read.sheet
    yield Finding(
        rule="total_row",
        severity="warning",
        message=say(
            'sheet {title}, row {number}: "{label}" is a sum, no offer; it was '
            "compared with the rows that it sums and left out",
            title=sheet.title,
            number=number,
            label=label,
        ),
        place=sheet.title,
        row=str(number),
        expected=say("rows of single offers"),
        found=label,
    )
    printed = {
        column: float(str(value))
        for column, index in header.columns
        if column.summed
        and not is_blank(raw := _at(raws, index))
        and (value := _read_cell(read, column, raw, number).value) is not None
    }
    if read.rows:
        yield from _differences(read, printed, _summands_above(read, label), number, label)
        read.blocks.append(len(read.rows))
    else:
        read.early.append((number, label, printed))


def _summands_above(read: SheetRows, label: str) -> list[list[Row]]:
    """The rows that a total may be the sum of: all above it, those since a total before it, or
    those of the municipality that it names."""
    starts = [0] if read.blocks[-1] == 0 else [0, *read.blocks[1:]]
    key = summed_key(label)
    of_place = [row for row in read.rows if key and _key(row) == key]
    since = [read.rows[start:] for start in starts]
    return [rows for rows in (*since, of_place) if rows]


def _key(row: Row) -> str | None:
    """The key of the municipality of a row: as written, or that of its place."""
    place = row.get("ort")
    return str(row["ags"]) if row.get("ags") else key_of(str(place)) if place else None


def _early_totals(read: SheetRows) -> Iterator[Finding]:
    """A total above all rows is the sum of all of them, or of those up to the next total."""
    ends = [len(read.rows), *read.blocks[1:]]
    for number, label, printed in read.early:
        summands = [read.rows[:end] for end in ends]
        yield from _differences(read, printed, summands, number, label)


def _differences(
    read: SheetRows,
    printed: dict[Column, float],
    summands: list[list[Row]],
    number: int,
    label: str,
) -> list[Finding]:
    """Where a total differs from the rows, by those of ``summands`` that it is nearest to."""
    return min((list(_differing(read, printed, rows, number, label)) for rows in summands), key=len)


def _differing(
    read: SheetRows, printed: dict[Column, float], rows: list[Row], number: int, label: str
) -> Iterator[Finding]:
    for column, total in printed.items():
        values = [row[column.field] for row in rows]
        if any(value is None for value in values):
            continue
        made = sum(float(str(value)) for value in values)
        if abs(made - total) > _TOLERANCE:
            numbers = listed([str(row["source_row"]) for row in rows])
            yield Finding(
                rule="total_row_differs",
                severity="critical",
                message=say(
                    'sheet {title}, row {number}: "{label}" prints {total:g} {header}, the '
                    "rows that it sums ({numbers}) make {made:g}; a row is missing or wrong",
                    title=read.sheet.title,
                    number=number,
                    label=label,
                    total=total,
                    header=column.header,
                    numbers=numbers,
                    made=made,
                ),
                place=read.sheet.title,
                row=str(number),
                column=column.header,
                expected=f"{made:g}",
                found=f"{total:g}",
            )


def _number(row: dict[str, object]) -> int:
    return int(str(row["source_row"]))


def _at(raws: tuple[Raw, ...], index: int) -> Raw:
    return raws[index] if index < len(raws) else None
