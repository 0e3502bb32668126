"""``kreishaus gx``: the suites for those who use Great Expectations without Kreishaus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from operations.cli_options import console, errors

app = typer.Typer(help="The suites as a plain Great Expectations project.", no_args_is_help=True)


@app.callback()
def about() -> None:
    """The suites as a plain Great Expectations project."""


@app.command(epilog="Example: [bold]kreishaus gx export pruefung[/bold]")
def export(
    folder: Annotated[Path, typer.Argument(help="Where the project is written; made if missing.")],
) -> None:
    """Write every suite and our own expectation classes as a file context (docs/quality.md).

    Exit status: 0 written, 1 there is a project already.
    """
    from expectations.plain import AlreadyThere
    from expectations.plain import export as write

    try:
        suites = write(folder)
    except AlreadyThere as refusal:
        errors.print(str(refusal), markup=False, soft_wrap=True)
        raise typer.Exit(1) from refusal
    console.print(f"{len(suites)} suites: {folder / 'gx'}", markup=False, soft_wrap=True)
