"""What both parsers say of a workbook that cannot be read truly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypedDict

from openpyxl.utils import get_column_letter

from formats.sheets import Sheet
from ingest.azr.headers import derived_columns
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import joined, say
from vocabulary.statuses import ALIAS_FILE, status_aliases

MOST_NAMED = 20
ONE_COLUMN = say("one column")
"""What is expected where several columns have one head; they are found by their letters."""
NEVER_CALCULATED = say(
    "a formula that was never calculated: open the file in the office program and save it"
)


class Where(TypedDict):
    """A cell: sheet, row and column as the office program shows them."""

    place: str
    row: int
    column: str


def unreadable(rule: str, message: str, **where: str) -> UnreadableFile:
    """The error of a file that cannot be read truly, with one finding."""
    return UnreadableFile(Finding(rule=rule, severity="critical", message=message, **where))


def bad_number(
    label: str,
    reason: str,
    cell: object,
    *,
    uncalculated: bool,
    place: str,
    row: int,
    column: str,
) -> Finding:
    """A cell that is neither a count nor a marker."""
    found = say("nothing") if cell is None else str(cell)
    if uncalculated:
        reason = found = NEVER_CALCULATED
    return Finding(
        rule="number",
        severity="critical",
        message=joined((label, reason), ": "),
        place=place,
        row=str(row),
        column=column,
        expected=say("a number of persons, or one of - . ... / x"),
        found=found,
    )


def footnotes(place: str, cells: Sequence[str]) -> tuple[Finding, ...]:
    """A warning that numbers carry footnote marks: what the mark says is read by nobody."""
    if not cells:
        return ()
    return (
        Finding(
            rule="footnote_mark",
            severity="warning",
            message=say(
                "numbers carry a footnote mark; they were read without it. Does the "
                "footnote change what they mean?"
            ),
            place=place,
            expected=say("numbers alone"),
            found=say(
                "marks in {cells}{more}",
                cells=joined(cells[:MOST_NAMED], ", "),
                more=say(" and {count} more", count=len(cells) - MOST_NAMED)
                if len(cells) > MOST_NAMED
                else "",
            ),
        ),
    )


def left_out(sheet: Sheet, header_row: int, earlier: Collection[int] = ()) -> tuple[Finding, ...]:
    """A warning that columns repeat what others count, and are not kept."""
    columns = sorted({*derived_columns(sheet, header_row), *earlier})
    if not columns:
        return ()
    return (
        Finding(
            rule="derived_column",
            severity="warning",
            message=say(
                "columns say a change, a share, a part or an earlier year of what others count; "
                "they were not kept"
            ),
            place=sheet.title,
            row=str(header_row),
            expected=say("counts alone"),
            found=say("columns {columns}", columns=joined(map(get_column_letter, columns), ", ")),
        ),
    )


def unknown_label(label: str, reason: str, *, place: str, row: int, column: str) -> Finding:
    """A row whose label no valid alias has; says which file to mend."""
    return Finding(
        rule="unknown_label",
        severity="critical",
        message=say(
            "the label {label!r} means no known status; {reason}. If it is a new "
            "wording, add it to vocabulary/{name}; if it is a new status, also "
            "to dbt_project/seeds/residence_status.csv",
            label=label,
            reason=reason,
            name=ALIAS_FILE.name,
        ),
        place=place,
        row=str(row),
        column=column,
        expected=say("a label of vocabulary/{name}", name=ALIAS_FILE.name),
        found=label or say("nothing"),
    )


def unmet(cells: Sequence[Mapping[str, object]]) -> list[Finding]:
    """The labels that mean one status only where the table counts another one, too."""
    codes = {cell["status_code"] for cell in cells}
    found = {
        str(cell["status_label"]): (needed, cell)
        for cell in cells
        if (needed := status_aliases().beside(str(cell["status_label"]))) and needed not in codes
    }
    return [
        Finding(
            rule="ambiguous_label",
            severity="critical",
            message=say(
                "the label may mean this status alone, or together with {other}, which the table "
                "does not count",
                other=status_aliases().label_of(needed),
            ),
            place=str(cell["source_place"]),
            row=str(cell["source_row"]),
            expected=say(
                "a row {other}, or a label that says which is meant",
                other=status_aliases().label_of(needed),
            ),
            found=label,
        )
        for label, (needed, cell) in found.items()
    ]
