"""``kreishaus azr``: the register's files, looked at by an officer, and those of earlier homes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kreishaus.settings import read_settings
from operations.cli_options import IN_USE, console, errors, read_home

app = typer.Typer(help="Files of the register of foreigners (AZR).", no_args_is_help=True)


@app.command(epilog="Example: [bold]kreishaus azr check Kreuztabelle.xlsx[/bold]")
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file.")],
) -> None:
    """Say in German which table a file would be, or which of its cells are not understood.

    On this screen only: nothing is logged, kept or changed. Exit status 1 when the file would be
    refused.
    """
    from ingest.azr.examine import examine
    from kreishaus.model import SourceUnavailable
    from operations.register_words import lines
    from pipeline.steps import dropped_bytes

    settings = read_settings()
    try:
        content = dropped_bytes(file.resolve(), settings)
    except SourceUnavailable as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    found = examine(content, file.name, settings)
    for line in lines(found, settings.county):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(0 if found.enters else 1)


@app.command(epilog="Example: [bold]kreishaus azr reduce --confirm[/bold]")
def reduce(
    confirm: Annotated[
        bool,
        typer.Option("--confirm", help="The county agrees: the offices' own files go for good."),
    ] = False,
) -> None:
    """Put the canonical table in the place of each register file that earlier code kept whole.

    Only where it reproduces every staged row. Without [bold]--confirm[/bold] only said what could
    be done. Exit status 1 while files are left, 3 when somebody builds or publishes.
    """
    from operations.maintenance.originals import reduce_originals
    from warehouse.audit import AuditUnwritable
    from warehouse.writer_lock import WarehouseBusy

    settings = read_home()
    left = 0
    try:
        for done in reduce_originals(settings, confirmed=confirm):
            left += not done.reduced
            what = "reduced to its table" if done.reduced else f"stays: {done.why}"
            console.print(
                f"{done.original.words}: {what}", markup=False, highlight=False, soft_wrap=True
            )
    except (WarehouseBusy, AuditUnwritable, OSError) as refusal:
        errors.print(str(refusal), markup=False, soft_wrap=True)
        raise typer.Exit(IN_USE if isinstance(refusal, WarehouseBusy) else 1) from refusal
    if left and not confirm:
        console.print("With --confirm those that can be reduced are.", markup=False)
    elif not left:
        console.print(
            "No file of the register lies here as an office made it. Backups: kreishaus backup, "
            "then kreishaus maintenance removes the snapshots that hold one.",
            markup=False,
            soft_wrap=True,
        )
    raise typer.Exit(1 if left else 0)
