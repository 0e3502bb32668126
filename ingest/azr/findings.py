"""What both parsers say of a workbook that cannot be read truly."""

from __future__ import annotations

from typing import TypedDict

from ingest.azr.labels import ALIAS_FILE
from ingest.model import Finding, UnreadableFile


class Where(TypedDict):
    """A cell: sheet, row and column as the office program shows them."""

    place: str
    row: int
    column: str


def unreadable(rule: str, message: str, **where: str) -> UnreadableFile:
    """The error of a file that cannot be read truly, with one finding."""
    return UnreadableFile(Finding(rule=rule, severity="critical", message=message, **where))


def bad_number(
    label: str, reason: str, cell: object, *, place: str, row: int, column: str
) -> Finding:
    """A cell that is neither a count nor a marker."""
    return Finding(
        rule="number",
        severity="critical",
        message=f"{label}: {reason}. A formula that was never calculated is read as nothing: open "
        "the file in the office program and save it",
        place=place,
        row=str(row),
        column=column,
        expected="a number of persons, or one of - . ... / x",
        found="nothing" if cell is None else str(cell),
    )


def unknown_label(label: str, reason: str, *, place: str, row: int, column: str) -> Finding:
    """A row whose label no valid alias has; says which file to mend."""
    return Finding(
        rule="unknown_label",
        severity="critical",
        message=f"the label {label!r} means no known status; {reason}. If it is a new wording, add "
        f"it to ingest/azr/{ALIAS_FILE.name}; if it is a new status, also to "
        "dbt_project/seeds/residence_status.csv",
        place=place,
        row=str(row),
        column=column,
        expected=f"a label of ingest/azr/{ALIAS_FILE.name}",
        found=label or "nothing",
    )
