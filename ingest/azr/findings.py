"""What both parsers say of a workbook that cannot be read truly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from ingest.vocabulary.statuses import ALIAS_FILE
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import joined, say

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
        reason = say(
            "a formula that was never calculated: open the file in the office program and save it"
        )
    return Finding(
        rule="number",
        severity="critical",
        message=joined((label, reason), ": "),
        place=place,
        row=str(row),
        column=column,
        expected=say("a number of persons, or one of - . ... / x"),
        found=say("nothing") if cell is None else str(cell),
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


def unknown_label(label: str, reason: str, *, place: str, row: int, column: str) -> Finding:
    """A row whose label no valid alias has; says which file to mend."""
    return Finding(
        rule="unknown_label",
        severity="critical",
        message=say(
            "the label {label!r} means no known status; {reason}. If it is a new "
            "wording, add it to ingest/vocabulary/{name}; if it is a new status, also "
            "to dbt_project/seeds/residence_status.csv",
            label=label,
            reason=reason,
            name=ALIAS_FILE.name,
        ),
        place=place,
        row=str(row),
        column=column,
        expected=say("a label of ingest/vocabulary/{name}", name=ALIAS_FILE.name),
        found=label or say("nothing"),
    )
