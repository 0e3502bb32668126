"""How this source words a finding: always with its page, what was expected and what was found."""

from __future__ import annotations

from kreishaus.model import Finding, Severity
from kreishaus.wording import say

NEW_LAYOUT = say("tell the data engineer: docs/sources/bamf.md, When the layout changes")
"""What an officer does about a file that BAMF makes otherwise now."""


def on_page(
    rule: str,
    page: int,
    message: str,
    *,
    expected: str,
    found: str,
    row: str | None = None,
    column: str | None = None,
    severity: Severity = "critical",
) -> Finding:
    """A finding about one page; the page's number goes before the message."""
    return Finding(
        rule=rule,
        severity=severity,
        message=say("page {page}: {message}", page=page, message=message),
        place=str(page),
        row=row,
        column=column,
        expected=expected,
        found=found,
    )
