"""How a reader says that a file cannot be read truly."""

from __future__ import annotations

from kreishaus.model import Finding, UnreadableFile


def fault(
    rule: str,
    message: str,
    *,
    place: str | None = None,
    row: int | None = None,
    column: str | None = None,
    expected: str | None = None,
    found: str | None = None,
    to_do: str | None = None,
) -> UnreadableFile:
    """The exception for one thing that makes a file unreadable; ``row`` is a line of the file."""
    return UnreadableFile(
        Finding(
            rule=rule,
            severity="critical",
            message=message,
            place=place,
            row=None if row is None else str(row),
            column=column,
            expected=expected,
            found=found,
            to_do=to_do,
        )
    )
