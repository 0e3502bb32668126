"""``kreishaus printed-table``: templates for the tables that the county prints."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kreishaus.local_time import HERE
from kreishaus.settings import read_settings
from operations.cli_options import console, errors
from operations.console import write_line

app = typer.Typer(help="Tables of printed papers, to be filled in.", no_args_is_help=True)


@app.command(epilog="Example: [bold]kreishaus printed-table new vacancy_by_municipality[/bold]")
def new(
    kind: Annotated[str, typer.Argument(help="A kind of table, such as vacancy_by_municipality.")],
    out: Annotated[
        Path | None, typer.Option(help="The file to write; by default the text is printed.")
    ] = None,
) -> None:
    """Write a template for a printed table: its head, the county's municipalities, and how to fill
    it. A file that exists is never overwritten.
    """
    from ingest.printed_tables.templates import template

    try:
        text = template(kind, read_settings().county, datetime.now(HERE).date())
        if out is None:
            write_line(text.rstrip("\n"))
            return
        with out.open("x", encoding="utf-8-sig", newline="\r\n") as file:
            file.write(text)
    except KeyError as unknown:
        errors.print(str(unknown.args[0]), markup=False, soft_wrap=True)
        raise typer.Exit(2) from unknown
    except OSError as fault:
        errors.print(f"{out}: cannot be written: {fault.strerror}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from fault
    console.print(
        f"{out}: fill it in, and put it into the drop folder of printed papers",
        markup=False,
        soft_wrap=True,
    )
