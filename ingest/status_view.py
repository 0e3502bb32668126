"""How ``kreishaus status`` shows the datasets: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ingest.quarantine import explain
from ingest.status import DatasetStatus


def as_table(statuses: Sequence[DatasetStatus]) -> RenderableType:
    """A table, and below it each file in quarantine with its reasons."""
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for heading in ("dataset", "fetched", "last good", "newest", "on time"):
        table.add_column(heading, no_wrap=True)
    for heading in ("files", "revised", "flagged", "quarantine"):
        table.add_column(heading, justify="right", no_wrap=True)
    for status in statuses:
        table.add_row(
            status.dataset.id,
            _day(status.last_fetched),
            _day(status.last_good),
            str(status.newest_reference or "never"),
            Text(f"due {status.expected_reference}", "yellow")
            if status.late
            else Text("yes", "green"),
            str(status.files_staged),
            str(status.revisions),
            Text(str(status.checks_warned), "yellow" if status.checks_warned else ""),
            Text(str(len(status.quarantined)), "bold red" if status.quarantined else ""),
        )
    return Group(table, *_reasons(statuses))


def _reasons(statuses: Sequence[DatasetStatus]) -> list[Text]:
    return [
        Text(f"\nin quarantine: {file.folder}\n", "red")
        + Text(explain(f"{status.dataset.id} {file.record.label}", file.findings), "")
        for status in statuses
        for file in status.quarantined
    ]


def as_json(statuses: Sequence[DatasetStatus]) -> list[dict[str, Any]]:
    """The same as plain values, for another program."""
    return [
        {
            "dataset": status.dataset.id,
            "last_fetched": _iso(status.last_fetched),
            "last_good": _iso(status.last_good),
            "newest_reference": str(status.newest_reference or "") or None,
            "expected_reference": str(status.expected_reference),
            "late": status.late,
            "files_staged": status.files_staged,
            "revisions": status.revisions,
            "checks": {
                "passed": status.checks_passed,
                "warned": status.checks_warned,
                "failed": status.checks_failed,
            },
            "quarantined": [
                {
                    "file": file.record.label,
                    "sha256": file.record.sha256,
                    "folder": str(file.folder),
                    "reason": explain(file.record.label, file.findings),
                }
                for file in status.quarantined
            ],
        }
        for status in statuses
    ]


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d}" if moment else "never"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
