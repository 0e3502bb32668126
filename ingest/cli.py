"""``kreishaus``: the command line over the very steps that the DAGs call."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ingest import cli_keeping
from ingest.settings import Settings, read_settings

app = typer.Typer(
    name="kreishaus",
    help="The social-data warehouse of a German county.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
sample_app = typer.Typer(help="The sample sources.", no_args_is_help=True)
app.add_typer(sample_app, name="sample")
app.add_typer(cli_keeping.app)
serving_app = typer.Typer(
    help="PostgreSQL for readers: docs/serving.md. Needs KREISHAUS_SERVING__URL.",
    no_args_is_help=True,
)
app.add_typer(serving_app, name="serving")

console = Console(width=None if sys.stdout.isatty() else 120)
errors = Console(stderr=True)


class KnownBy(StrEnum):
    """What makes a version known at a moment that is looked back to."""

    retrieved = "retrieved"
    published = "published"


AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="A day, of which the whole counts (German time), or a time with its offset.",
        metavar="2021-11-30",
    ),
]
KnownByOption = Annotated[
    KnownBy,
    typer.Option(
        "--known-by",
        help="With --as-of: what we had retrieved by then, or what its owner had published.",
    ),
]


class Audience(StrEnum):
    """Who reads: named people of the county, or everybody."""

    internal = "internal"
    public = "public"


class Format(StrEnum):
    """How an answer is printed."""

    table = "table"
    csv = "csv"
    json = "json"


@app.command(epilog="Example: [bold]KREISHAUS_HOME=/srv/kreishaus kreishaus run[/bold]")
def run() -> None:
    """Run the whole night once, in an Airflow of its own, and show what came of it.

    Exit status: 0 when every DAG run succeeded, 1 when one is red, 3 when another run is at work.
    """
    from embedded.run import run as run_night

    raise typer.Exit(run_night(read_settings(), console))


@app.command()
def up() -> None:
    """The same as [bold]run[/bold], and leave Airflow running, with its page to look at."""
    from embedded.run import up as start

    raise typer.Exit(start(read_settings(), console))


@app.command()
def down() -> None:
    """Stop what [bold]up[/bold] left running."""
    from embedded.run import down as stop

    raise typer.Exit(stop(read_settings(), console))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
    epilog="Example: [bold]kreishaus airflow backfill create --help[/bold]",
)
def airflow(context: typer.Context) -> None:
    """Airflow's own command line, for the Airflow that [bold]up[/bold] left running."""
    from embedded.environment import airflow_environment, airflow_home

    settings = read_settings()
    if not (airflow_home(settings) / "airflow.db").exists():
        errors.print(f"There is no Airflow in {settings.home} yet: kreishaus up", markup=False)
        raise typer.Exit(1)
    environment = airflow_environment(settings, port=8080, reparse_seconds=3600)
    program = Path(sys.executable).with_name("airflow")
    os.execve(program, [str(program), *context.args], environment)


@app.command(epilog="Example: [bold]kreishaus status --format json[/bold]")
def status(
    output: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.table,
    all_: Annotated[bool, typer.Option("--all", help="Every line, and reasons uncut.")] = False,
) -> None:
    """The last night on one screen: what each dataset brought, what is wrong, and why."""
    from ingest.alerts import unsent
    from ingest.status import dataset_status
    from ingest.status_view import as_json, as_screen
    from ingest.troubles import troubles, worst_first
    from warehouse.troubles import not_renewed

    settings = read_settings()
    found = dataset_status(settings, date.today())
    wrong = troubles(found, settings, datetime.now(UTC))
    if output is Format.json:
        print(json.dumps(as_json(found, wrong), indent=2, ensure_ascii=False))
    else:
        wrong = worst_first([*wrong, *not_renewed(settings), *unsent(settings)])
        console.print(as_screen(found, wrong, settings.home, all_=all_))


@app.command(epilog="Example: [bold]kreishaus ingest bamf hkl --file hkl-september-2021.pdf[/bold]")
def ingest(
    source: Annotated[str, typer.Argument(help="it_nrw, azr, bamf or wtg.")],
    dataset: Annotated[str, typer.Argument(help="A dataset of that source, such as hkl.")],
    file: Annotated[Path, typer.Option("--file", exists=True, dir_okay=False, help="The file.")],
) -> None:
    """Land and treat one file given by hand. Exit status 1 when it was quarantined or refused."""
    from ingest.model import RefusedAtTheDoor, SourceUnavailable
    from ingest.steps import by_hand

    try:
        outcome = by_hand(f"{source}/{dataset}", file, read_settings(), _by_hand())
    except KeyError as unknown:
        errors.print(str(unknown.args[0]))
        raise typer.Exit(2) from unknown
    except (RefusedAtTheDoor, SourceUnavailable) as refusal:
        errors.print(f"{file.name}: refused at the door, nothing of it was kept: {refusal}")
        raise typer.Exit(1) from refusal
    console.print(f"{outcome.landed.dataset_id} {outcome.period or file.name}: {outcome.status}")
    if outcome.findings:
        console.print(outcome.explanation, highlight=False, markup=False)
    raise typer.Exit(0 if outcome.status == "staged" else 1)


@app.command(
    epilog='Example: [bold]kreishaus find "Pflegebedürftige Altersgruppen" -d destatis[/bold]'
)
def find(
    words: Annotated[str, typer.Argument(help="Words of a table's title or contents.")],
    database: Annotated[
        str, typer.Option("--database", "-d", help="ldb, regionalstatistik or destatis.")
    ] = "ldb",
) -> None:
    """Find the code of a statistical table, to pin it in county.toml. Needs an account.

    Exit status 1 when nothing was found or the database could not be asked.
    """
    from ingest.http import Client
    from ingest.it_nrw.catalogue import find_tables
    from ingest.model import SourceUnavailable

    settings = read_settings()
    try:
        with Client.of(settings) as client:
            found = find_tables(settings, client, database, words)
    except (SourceUnavailable, ValueError) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    for table in found:
        print(f"{table.code}\t{table.title}")
    if not found:
        errors.print(f"no table of {database} answers to {words!r}", markup=False)
        raise typer.Exit(1)
    errors.print(
        f"Pin the one that is meant in {settings.county_file}, under its dataset:\n"
        f'database = "{database}"\ntable_code = "{found[0].code}"',
        markup=False,
        soft_wrap=True,
    )


@app.command()
def parse() -> None:
    """Read the dbt project, so that Airflow can draw its nodes. Once after an installation."""
    from warehouse.build import parse_project
    from warehouse.nodes import write_nodes

    settings = read_settings()
    console.print(write_nodes(parse_project(settings), settings.warehouse))


@app.command(epilog="Example: [bold]kreishaus build --as-of 2021-11-30[/bold]")
def build(as_of: AsOfOption = None, known_by: KnownByOption = KnownBy.retrieved) -> None:
    """Build the marts with dbt in the private warehouse, without publishing them.

    With [bold]--as-of[/bold]: build them as they would have been then, and publish them aside, in
    published/as_of; readers of the current version notice nothing. Repeating it changes nothing.
    """
    from warehouse.build import build as build_marts
    from warehouse.told import tell_of_build

    settings, begun = _settings_as_of(as_of, known_by), time.monotonic()
    result = build_marts(settings)
    tell_of_build(settings, _by_hand(), time.monotonic() - begun)
    print(result.output)
    all_good = not result.exit_code
    if as_of is not None:
        all_good = _publish(settings) and all_good
    raise typer.Exit(0 if all_good else 1)


@app.command(epilog="Example: [bold]kreishaus build && kreishaus publish[/bold]")
def publish() -> None:
    """Publish what the last build made good. Exit status 1 when a mart kept its last good state."""
    raise typer.Exit(0 if _publish(read_settings()) else 1)


def _publish(settings: Settings) -> bool:
    """Publish and say what was; False when a mart was left behind."""
    from warehouse.marts import BuildNotFinished
    from warehouse.publish import publish as publish_version
    from warehouse.told import tell_of_publishing

    begun = time.monotonic()
    try:
        manifest = publish_version(settings, _by_hand())
    except BuildNotFinished as unfinished:
        errors.print(str(unfinished), markup=False, soft_wrap=True)
        return False
    tell_of_publishing(settings, manifest, time.monotonic() - begun)
    seen_from = f" as of {manifest.as_of} ({manifest.known_by})" if manifest.as_of else ""
    console.print(f"published {manifest.version}: {len(manifest.marts)} marts{seen_from}")
    for mart, fault in manifest.faults.items():
        errors.print(f"{mart} was not renewed: {fault}", markup=False)
    return not manifest.faults


def _by_hand() -> str:
    """The name of a run that a person started."""
    return f"hand-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _settings_as_of(as_of: str | None, known_by: KnownBy) -> Settings:
    """The settings to build or to ask by. Ends the command where no such moment can be meant."""
    from warehouse.as_of import AsOf, NotAMoment, aside

    settings = read_settings()
    if as_of is None and known_by is not KnownBy.retrieved:
        errors.print("--known-by says how to look back: it needs --as-of", markup=False)
        raise typer.Exit(2)
    if as_of is None:
        return settings
    try:
        return aside(settings, AsOf.parse(as_of, known_by.value))
    except NotAMoment as refusal:
        errors.print(f"--as-of: {refusal}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from refusal


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

    from warehouse.audit import AuditUnwritable
    from warehouse.query import RENDERERS
    from warehouse.query import query as ask
    from warehouse.versions import NothingPublished

    try:
        answer = ask(_settings_as_of(as_of, known_by), sql, audience.value)
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

    settings = _settings_as_of(as_of, known_by)
    try:
        written = write(settings, mart, audience.value, to, for_spreadsheets=excel)
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

    settings = read_settings()
    try:
        written = write_plots(settings, to or settings.home / "plots")
    except NothingPublished as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    for path in written:
        print(path)


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
    from reports.press import NoSuchDate, NothingToPrint, dates_of, print_paper, write_index
    from warehouse.versions import NothingPublished

    settings = _settings_as_of(as_of, known_by)
    failed = False
    for one in (name,) if name else NAMES:
        try:
            if list_:
                print(f"{one}: {', '.join(f'{day}' for day in dates_of(settings, one))}")
                continue
            folder = to / one if to and not name else to
            printed = print_paper(settings, one, _day(about), folder)
        except (NoSuchPaper, NoSuchDate, NothingPublished, NothingToPrint, NotPrintable) as error:
            errors.print(str(error), markup=False, soft_wrap=True)
            failed = True
            continue
        print(printed.html, printed.pdf, sep="\n")
    if not (list_ or failed or to):
        print(write_index(settings))
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
    from warehouse.docs import DocsFailed, write_docs
    from warehouse.marts import BuildNotFinished
    from warehouse.versions import NothingPublished

    settings = read_settings()
    try:
        print(write_docs(settings))
        for site in write_sites(settings).values():
            print(site / "index.html")
    except (DocsFailed, NothingPublished, BuildNotFinished) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


@serving_app.command(
    "load", epilog="Example: [bold]kreishaus publish && kreishaus serving load[/bold]"
)
def serving_load(
    version: Annotated[
        str | None, typer.Option(help="A published version; by default the current one.")
    ] = None,
    older: Annotated[
        bool, typer.Option("--older", help="Also in place of a newer version: a step back.")
    ] = False,
) -> None:
    """Serve a published version from PostgreSQL: all tables at once, or none.

    Exit status 1 when readers keep the version they had; the message says why.
    """
    from warehouse import versions
    from warehouse.serving.connection import ServingFailed, ServingNotConfigured
    from warehouse.serving.load import load

    settings = read_settings()
    try:
        chosen = versions.named(settings, version) if version else None
        served = load(settings, chosen, may_be_older=older)
    except (ServingFailed, ServingNotConfigured, versions.NothingPublished) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(served.told, markup=False)


@serving_app.command("status")
def serving_status() -> None:
    """Say which version is being served, and who may read it."""
    from warehouse.serving.connection import ServingFailed, ServingNotConfigured, connected
    from warehouse.serving.publication import publication
    from warehouse.serving.readers import readers

    try:
        with connected(read_settings()) as connection:
            served = publication(connection)
            console.print(f"served: {served.version if served else 'nothing yet'}")
            for name, group in readers(connection):
                console.print(f"reader: {name} ({group})", markup=False)
    except (ServingFailed, ServingNotConfigured) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


@serving_app.command(
    "add-reader", epilog="Example: [bold]kreishaus serving add-reader excel_planung[/bold]"
)
def serving_add_reader(
    name: Annotated[str, typer.Argument(help="Of a person or a tool: small letters, digits, _.")],
    audience: Annotated[
        Audience, typer.Option(help="public: what everybody may see; internal: that and the rest.")
    ] = Audience.public,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Take the password from standard input.")
    ] = False,
    password_to: Annotated[
        Path | None,
        typer.Option(help="Where to write a new password, 0600; by default below KREISHAUS_HOME."),
    ] = None,
) -> None:
    """Let a person or a tool log in to PostgreSQL and read. Again: a new password, or audience."""
    from ingest.files import write_secret
    from warehouse.audit import AuditUnwritable
    from warehouse.serving.connection import ServingFailed, ServingNotConfigured
    from warehouse.serving.readers import add_reader, new_password

    settings = read_settings()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else new_password()
    try:
        is_new = add_reader(settings, name, audience.value, password)
    except (ServingFailed, ServingNotConfigured, AuditUnwritable) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(f"{name} may read {audience.value}" + ("" if is_new else ", as changed now"))
    if not password_stdin:
        file = password_to or settings.home / "readers" / f"{name}.password"
        write_secret(file, password.encode() + b"\n")
        console.print(f"the password stands in {file}", markup=False, soft_wrap=True)


@serving_app.command("remove-reader")
def serving_remove_reader(name: Annotated[str, typer.Argument(help="As it was added.")]) -> None:
    """Let a person or a tool log in no longer."""
    from warehouse.audit import AuditUnwritable
    from warehouse.serving.connection import ServingFailed, ServingNotConfigured
    from warehouse.serving.readers import remove_reader

    try:
        remove_reader(read_settings(), name)
    except (ServingFailed, ServingNotConfigured, AuditUnwritable) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


@sample_app.command("serve", epilog="Example: [bold]kreishaus sample serve --port 9000[/bold]")
def sample_serve(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8765,
) -> None:
    """Serve the sample sources on 127.0.0.1 until interrupted."""
    from sample.make import make
    from sample.server import serve_forever

    root = make(read_settings())
    console.print(
        f"http://127.0.0.1:{port}/ serves {root / 'http'}; dropped files: {root / 'drop'}"
    )
    serve_forever(root / "http", port)


@sample_app.command(
    "germany", epilog="Example: [bold]KREISHAUS_HOME=/tmp/germany kreishaus sample germany[/bold]"
)
def sample_germany(
    laender: Annotated[int, typer.Option(min=1, max=16)] = 16,
    kreise: Annotated[int, typer.Option(min=1)] = 400,
    municipalities: Annotated[int, typer.Option(min=1)] = 11_000,
    last_year: Annotated[int, typer.Option(min=2025, help="Of the projection.")] = 2064,
) -> None:
    """Fill an empty home with the official statistics of an invented Germany, to measure by.

    Then build with [bold]KREISHAUS_DEMAND__EVERY_YEAR_UNTIL=2064[/bold].
    """
    from sample.germany import HomeInUse, Size, write

    try:
        written = write(read_settings(), Size(laender, kreise, municipalities, last_year))
    except HomeInUse as refusal:
        errors.print(str(refusal), markup=False, soft_wrap=True)
        raise typer.Exit(1) from refusal
    console.print(f"{written:,} cells staged")


@app.command(epilog="Example: [bold]KREISHAUS_SOURCES=live kreishaus doctor[/bold]")
def doctor() -> None:
    """Check that this machine and this configuration can run the house."""
    from ingest.doctor import examine

    complaints = examine(read_settings())
    for complaint in complaints:
        errors.print(complaint, markup=False)
    if not complaints:
        console.print("everything is in order")
    raise typer.Exit(1 if complaints else 0)


def main() -> None:
    """The entry point of the ``kreishaus`` command."""
    app()
