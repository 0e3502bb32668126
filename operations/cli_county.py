"""``kreishaus county``: the folder of a county, made and looked through."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kreishaus.settings import COUNTIES, read_settings
from kreishaus.wording import say
from operations.cli_options import LangOption, console, errors, teller

app = typer.Typer(help="The folder of a county.", no_args_is_help=True)


@app.command(epilog="Example: [bold]kreishaus county init 05166[/bold]")
def init(
    ags: Annotated[str, typer.Argument(help="Official key of the county, five digits.")],
    counties: Annotated[
        Path | None,
        typer.Option(
            help="The folder of all counties; by default KREISHAUS_COUNTIES, or counties/."
        ),
    ] = None,
) -> None:
    """Make the folder of a county: settings, municipalities, and an empty file for each list.

    It knows the Kreise, kreisfreien Städte and the Städteregion of Nordrhein-Westfalen.
    """
    from operations.counties.known import UnknownCounty, known_county
    from operations.counties.make import FolderExists, make_county

    home_of_all = counties or Path(os.environ.get("KREISHAUS_COUNTIES") or COUNTIES)
    try:
        county = known_county(ags)
        folder = make_county(county, home_of_all)
    except (UnknownCounty, FolderExists) as refusal:
        errors.print(str(refusal.args[0]), markup=False, soft_wrap=True)
        raise typer.Exit(1) from refusal
    console.print(
        f"{folder}: {county.name}, {len(county.municipalities)} municipalities. Next: fill in "
        f"county.toml and the lists, set KREISHAUS_COUNTY_AGS={ags}, and look them through with "
        "`kreishaus county check`",
        markup=False,
        soft_wrap=True,
    )


@app.command(epilog="Example: [bold]KREISHAUS_COUNTY_AGS=05166 kreishaus county check[/bold]")
def check(lang: LangOption = None) -> None:
    """Look through the lists of the county, and say what is wrong. Nothing is landed.

    Exit status 1 where a list would be refused.
    """
    from operations.counties.check import check as look_through
    from operations.counties.check import said

    settings = read_settings()
    tell = teller(settings, lang)
    refused = 0
    for name, findings in look_through(settings):
        refused += any(one.severity == "critical" for one in findings)
        for one in findings:
            errors.print(tell(said(name, one)), markup=False, soft_wrap=True)
        if not findings:
            console.print(tell(say("{name}: in order", name=name)), markup=False)
    raise typer.Exit(1 if refused else 0)
