"""The commands about what is kept: backup and restore, deleting, who read what."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from ingest.settings import read_settings

app = typer.Typer()
console = Console(width=None if sys.stdout.isatty() else 120)
errors = Console(stderr=True)


@app.command(epilog="Example: [bold]kreishaus audit --since 2026-11-01[/bold]")
def audit(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day to show (UTC).")
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Look whether it is whole.")] = False,
) -> None:
    """Show who read or took what from [bold]internal[/bold], and what was deleted: a JSON a line.

    With [bold]--verify[/bold]: look whether any line was changed, taken out or cut off, also by
    what backups noted of it. Exit status 1 when one was.
    """
    from warehouse import audit as log

    settings = read_settings()
    if not verify:
        for entry in log.entries(settings, since and since.replace(tzinfo=UTC)):
            print(json.dumps(dict(entry.document), ensure_ascii=False))
        return
    found = log.verify(settings)
    for line in (*found.faults, *found.notes):
        errors.print(line, markup=False, soft_wrap=True)
    if found.faults:
        raise typer.Exit(1)
    last = f"; the last one: {found.head.hash}" if found.head else ""
    console.print(f"{found.entries} entries, none changed or missing{last}", soft_wrap=True)
