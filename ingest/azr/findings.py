"""What both parsers say of a workbook that cannot be read truly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from ingest.vocabulary.statuses import ALIAS_FILE
from kreishaus.model import Finding, UnreadableFile

MOST_NAMED = 20


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
    if uncalculated:
        reason = (
            "a formula that was never calculated: open the file in the office program and save it"
        )
    return Finding(
        rule="number",
        severity="critical",
        message=f"{label}: {reason}",
        place=place,
        row=str(row),
        column=column,
        expected="a number of persons, or one of - . ... / x",
        found="nothing" if cell is None else str(cell),
    )


def footnotes(place: str, cells: Sequence[str]) -> tuple[Finding, ...]:
    """A warning that numbers carry footnote marks: what the mark says is read by nobody."""
    if not cells:
        return ()
    return (
        Finding(
            rule="footnote_mark",
            severity="warning",
            message="numbers carry a footnote mark; they were read without it. Does the footnote "
            "change what they mean?",
            place=place,
            expected="numbers alone",
            found=f"marks in {', '.join(cells[:MOST_NAMED])}"
            + (f" and {len(cells) - MOST_NAMED} more" if len(cells) > MOST_NAMED else ""),
        ),
    )


def unknown_label(label: str, reason: str, *, place: str, row: int, column: str) -> Finding:
    """A row whose label no valid alias has; says which file to mend."""
    return Finding(
        rule="unknown_label",
        severity="critical",
        message=f"the label {label!r} means no known status; {reason}. If it is a new wording, add "
        f"it to ingest/vocabulary/{ALIAS_FILE.name}; if it is a new status, also to "
        "dbt_project/seeds/residence_status.csv",
        place=place,
        row=str(row),
        column=column,
        expected=f"a label of ingest/vocabulary/{ALIAS_FILE.name}",
        found=label or "nothing",
    )
