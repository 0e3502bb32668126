"""The commands for readers: asking, taking along, printing, looking up."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from operations.cli_options import (
    AsOfOption,
    Audience,
    Format,
    KnownBy,
    KnownByOption,
    console,
    errors,
    read_home,
    settings_as_of,
    warn_of_withdrawals,
)
from operations.console import write_line

app = typer.Typer()


@app.command(
    epilog='Example: [bold]kreishaus query "select * from vacancy_average" --format csv[/bold]'
)
def query(
    sql: Annotated[str, typer.Argument(help="One SQL statement; marts by their names.")],
    output: Annotated[Format, typer.Option("--format", help="table, csv or json.")] = Format.table,
    audience: Annotated[
        Audience, typer.Option(help="internal: exact; public: what everybody may see.")
    ] = Audience.internal,
    as_of: AsOfOption = None,
    known_by: KnownByOption = KnownBy.retrieved,
) -> None:
    """Ask the published marts a question; with [bold]--as-of[/bold] those of an earlier day.

    Marts as of a day are there once [bold]kreishaus build --as-of[/bold] has built them. What is
    asked of [bold]internal[/bold] stands in the audit log: [bold]kreishaus audit[/bold].
    """
    import duckdb

    from operations.query_output import RENDERERS
    from warehouse.audit import AuditUnwritable
    from warehouse.query import query as ask
    from warehouse.versions import NothingPublished

    settings = settings_as_of(as_of, known_by)
    try:
        answer = ask(settings, sql, audience.value)
        warn_of_withdrawals(settings)
    except (duckdb.Error, NothingPublished, AuditUnwritable) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    RENDERERS[output.value](answer, sys.stdout)


@app.command(epilog="Example: [bold]kreishaus export vacancy_by_region --to leerstand.xlsx[/bold]")
def export(
    mart: Annotated[str, typer.Argument(help="A mart, such as vacancy_by_region.")],
    to: Annotated[
        Path | None, typer.Option("--to", help=".xlsx or .csv; by default MART.xlsx, here.")
    ] = None,
    audience: Annotated[
        Audience, typer.Option(help="public: what everybody may see; internal: exact.")
    ] = Audience.public,
    excel: Annotated[
        bool, typer.Option("--excel", help="CSV as a German Excel opens it: semicolons, commas.")
    ] = False,
    as_of: AsOfOption = None,
    known_by: KnownByOption = KnownBy.retrieved,
) -> None:
    """Write a mart as a workbook or CSV, with German labels, units, sources and dates.

    Beside a CSV file stands NAME.csv-metadata.json, which says what its columns are (CSVW). What is
    taken from [bold]internal[/bold] stands in the audit log: [bold]kreishaus audit[/bold].
    """
    from warehouse.audit import AuditUnwritable
    from warehouse.export.extract import NoSuchMart
    from warehouse.export.workbook import TooManyRows
    from warehouse.export.write import NoSuchFormat, write
    from warehouse.versions import NothingPublished

    settings = settings_as_of(as_of, known_by)
    try:
        written = write(settings, mart, audience.value, to, for_spreadsheets=excel)
        warn_of_withdrawals(settings)
    except (
        *(NoSuchMart, NoSuchFormat, TooManyRows),
        *(NothingPublished, AuditUnwritable),
    ) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    for file in written.files:
        console.print(f"{file} ({written.rows:,} rows)", markup=False, soft_wrap=True)


@app.command(epilog="Example: [bold]kreishaus plots --to docs/images/methods[/bold]")
def plots(
    to: Annotated[
        Path | None, typer.Option("--to", help="A folder; by default plots/ under KREISHAUS_HOME.")
    ] = None,
) -> None:
    """Draw the plots of the methods paper from the published marts, as SVG files."""
    from reports.plots import write_plots
    from warehouse.versions import NothingPublished

    settings = read_home()
    try:
        written = write_plots(settings, to or settings.home / "plots")
    except NothingPublished as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    for path in written:
        write_line(path)


@app.command(epilog="Example: [bold]kreishaus report refugees --date 2021-09-30[/bold]")
def report(
    name: Annotated[
        str | None, typer.Argument(help="refugees, demand or wtg; by default all of them.")
    ] = None,
    about: Annotated[
        str | None,
        typer.Option(
            "--date",
            help="The reference date that the paper is about; by default the newest.",
            metavar="2021-09-30",
        ),
    ] = None,
    as_of: AsOfOption = None,
    known_by: KnownByOption = KnownBy.retrieved,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="A folder; by default reports/ under KREISHAUS_HOME."),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="Name the papers and the dates there are; print nothing.")
    ] = False,
) -> None:
    """Print the committee papers from the published marts, as HTML and PDF.

    With [bold]--as-of[/bold] from the marts as they were known then, once
    [bold]kreishaus build --as-of[/bold] has built them. Printing again gives the same figures.
    """
    from reports.papers import NAMES, NoSuchPaper
    from reports.pdf import NotPrintable
    from reports.render import (
        NoSuchDate,
        NothingToPrint,
        PaperWithdrawn,
        dates_of,
        print_paper,
        write_index,
    )
    from warehouse.versions import NothingPublished

    settings = settings_as_of(as_of, known_by)
    warn_of_withdrawals(settings)
    failed = False
    for one in (name,) if name else NAMES:
        try:
            if list_:
                write_line(f"{one}: {', '.join(f'{day}' for day in dates_of(settings, one))}")
                continue
            folder = to / one if to and not name else to
            printed = print_paper(settings, one, _day(about), folder)
        except (
            *(NoSuchPaper, NoSuchDate, NothingPublished),
            *(NothingToPrint, NotPrintable, PaperWithdrawn),
        ) as error:
            errors.print(str(error), markup=False, soft_wrap=True)
            failed = True
            continue
        write_line(printed.html)
        write_line(printed.pdf)
    if not (list_ or failed or to):
        write_line(write_index(settings))
    raise typer.Exit(1 if failed else 0)


def _day(text: str | None) -> date | None:
    """A day given on the command line. Ends the command where it is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        errors.print(f"--date: {text!r} is no day such as 2021-09-30", markup=False)
        raise typer.Exit(2) from error


@app.command(epilog="Example: [bold]make docs[/bold], then open var/docs/site/index.html")
def docs() -> None:
    """Write the catalogue: a site about every table, its sources, methods and freshness.

    Two of them: one for everybody, which may be put on the web as it is, and one for the county's
    own people, with dbt's pages and those on the checks of each file. Beside them dbt's pages as
    one file. dbt reads the private warehouse: not while a build is at work.
    """
    from catalogue.site import write_sites
    from warehouse.audit import AuditUnwritable
    from warehouse.builds import BuildNotFinished
    from warehouse.docs import DocsFailed, write_docs
    from warehouse.versions import NothingPublished

    settings = read_home()
    try:
        write_line(write_docs(settings))
        for site in write_sites(settings).values():
            write_line(site / "index.html")
    except (DocsFailed, NothingPublished, BuildNotFinished, AuditUnwritable) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
