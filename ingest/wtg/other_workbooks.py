"""XLS and ODS as grids: their values. What their looks say is not read, and that is told."""

from __future__ import annotations

from openpyxl.utils import get_column_letter

from formats.sheets import OpaqueFile, Sheet
from formats.workbook import look_into
from ingest.wtg.cells import Percent, Raw
from ingest.wtg.grids import Grid, MergedRange
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import rewritten, say

LARGEST_CELLS = 1_000_000


def read_other(content: bytes, kind: str) -> tuple[Grid, ...]:
    """Every sheet of a workbook that is no XLSX. Raises ``UnreadableFile``."""
    try:
        workbook = look_into(content)
    except OpaqueFile as opaque:
        raise UnreadableFile(_refusal(kind, str(opaque))) from None
    return tuple(_grid(sheet, kind) for sheet in workbook.sheets)


def looks_not_read(grids: tuple[Grid, ...]) -> list[Finding]:
    """One warning for a workbook of which only the values were read."""
    kind = next((grid.looks_unread for grid in grids if grid.looks_unread), "")
    if not kind:
        return []
    return [
        Finding(
            rule="looks_not_read",
            severity="warning",
            message=say(
                "the file is a workbook of the kind {kind}: its values were read, but not "
                "whether a cell is struck through or a row hidden. If that means "
                'something, save it as "Excel workbook (*.xlsx)" and hand that in',
                kind=kind,
            ),
            expected=say("an XLSX workbook"),
            found=kind,
        )
    ]


def _refusal(kind: str, why: str) -> Finding:
    return Finding(
        rule="workbook_unreadable",
        severity="critical",
        message=say(
            "the file is a workbook of the kind {kind} that cannot be read: {why}. "
            'Open it and save it as "Excel workbook (*.xlsx)"',
            kind=kind,
            why=why,
        ),
        expected=say("an XLSX workbook without a password"),
        found=rewritten(why, lambda text: text[:200]),
    )


def _grid(sheet: Sheet, kind: str) -> Grid:
    last = max((row for row, cells in sheet.rows.items() if cells), default=0)
    widths = {row: max(cells, default=0) for row, cells in sheet.rows.items()}
    if sum(widths.values()) > LARGEST_CELLS:
        raise UnreadableFile(_refusal(kind, say("it has far more cells than a table has")))
    rows = tuple(
        tuple(_raw(sheet, row, column) for column in range(1, widths.get(row, 0) + 1))
        for row in range(1, last + 1)
    )
    return Grid(
        title=sheet.title,
        rows=rows,
        merged=tuple(
            MergedRange(
                f"{get_column_letter(area.first_column)}{area.first_row}:"
                f"{get_column_letter(area.last_column)}{area.last_row}",
                area.first_row,
                area.last_row,
                area.first_column - 1,
                area.last_column - 1,
            )
            for area in sheet.merged
        ),
        without_result=tuple(
            f"{get_column_letter(column)}{row}" for row, column in sorted(sheet.uncalculated)
        ),
        hidden=sheet.hidden,
        looks_unread=kind,
    )


def _raw(sheet: Sheet, row: int, column: int) -> Raw:
    value = sheet.own(row, column)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and (row, column) in sheet.percents:
        return Percent(float(str(value)))
    return value
