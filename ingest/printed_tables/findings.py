"""What the reader of papers says to the officer who wrote the head of a table."""

from __future__ import annotations

from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import say

HELP = say("docs/papers.md shows a complete example")


def unreadable(
    rule: str, message: str, *, expected: str | None = None, found: str | None = None
) -> UnreadableFile:
    """The error of a file whose head cannot be read."""
    return UnreadableFile(
        Finding(
            rule=rule,
            severity="critical",
            message=say("{message}; {help}", message=message, help=HELP),
            expected=expected,
            found=found,
        )
    )


def warning(
    rule: str,
    message: str,
    *,
    row: str | None = None,
    column: str | None = None,
    expected: str | None = None,
    found: str | None = None,
) -> Finding:
    """One thing that could not be understood. The other cells stay usable."""
    return Finding(
        rule=rule,
        severity="warning",
        message=message,
        row=row,
        column=column,
        expected=expected,
        found=found,
    )
