"""``kreishaus``: the command line over the very steps that the DAGs call."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from kreishaus.county_folder import FaultyList, NoCounty
from kreishaus.county_home import NotItsHome
from kreishaus.datasets import SOURCES
from kreishaus.files import closed_umask
from kreishaus.setting_faults import told
from kreishaus.settings import Settings, read_settings
from kreishaus.terminal import json_text, printable_name
from kreishaus.wording import say, text_of
from operations import (
    cli_azr,
    cli_county,
    cli_gx,
    cli_keeping,
    cli_night,
    cli_printed_tables,
    cli_readers,
    cli_serving,
    cli_upgrade,
    cli_withdraw,
)
from operations.cli_options import (
    IN_USE,
    AsOfOption,
    Format,
    KnownBy,
    KnownByOption,
    LangOption,
    console,
    errors,
    read_home,
    settings_as_of,
    tell_of_settings,
    teller,
)
from operations.console import log_safely, write_line

SOURCE_NAMES = ", ".join(sorted(source.name for source in SOURCES))

app = typer.Typer(
    name="kreishaus",
    help="The social-data warehouse of a German county.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        write_line(f"kreishaus {metadata.version('kreishaus')}")
        raise typer.Exit


@app.callback()
def about(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and end."
        ),
    ] = False,
) -> None:
    """The social-data warehouse of a German county."""


sample_app = typer.Typer(help="The sample sources.", no_args_is_help=True)
app.add_typer(sample_app, name="sample")
app.add_typer(cli_azr.app, name="azr")
app.add_typer(cli_county.app, name="county")
app.add_typer(cli_gx.app, name="gx")
app.add_typer(cli_keeping.app)
app.add_typer(cli_night.app)
app.add_typer(cli_readers.app)
app.add_typer(cli_upgrade.app)
app.add_typer(cli_serving.app, name="serving")
app.add_typer(cli_printed_tables.app, name="printed-table")
app.add_typer(cli_withdraw.withdraw_app, name="withdraw")
app.add_typer(cli_withdraw.correct_app, name="correct")


@app.command(epilog="Example: [bold]KREISHAUS_HOME=/srv/kreishaus kreishaus run[/bold]")
def run() -> None:
    """Run the whole night once, in an Airflow of its own, and show what came of it.

    Exit status: 0 when every DAG run succeeded, 1 when one is red, 3 when another run is at work.
    """
    from operations.local.run import run as run_night

    raise typer.Exit(run_night(read_home(), console))


@app.command()
def up() -> None:
    """The same as [bold]run[/bold], and leave Airflow running, with its page to look at."""
    from operations.local.run import up as start

    raise typer.Exit(start(read_home(), console))


@app.command()
def down() -> None:
    """Stop what [bold]up[/bold] left running."""
    from operations.local.run import down as stop

    raise typer.Exit(stop(read_settings(), console))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
    epilog="Example: [bold]kreishaus airflow backfill create --help[/bold]",
)
def airflow(context: typer.Context) -> None:
    """Airflow's own command line, for the Airflow that [bold]up[/bold] left running."""
    from operations.local.environment import airflow_environment, airflow_home

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
    lang: LangOption = None,
) -> None:
    """The last night on one screen: what readers have, what each dataset brought, what is wrong.

    Exit status: 0 when nothing is red, 1 when something is.
    """
    from operations.local.lock import holder
    from operations.status_view import as_json, as_screen
    from pipeline.alerts import unsent
    from pipeline.issues import issues, worst_first
    from pipeline.status import dataset_status
    from warehouse.not_renewed import not_renewed
    from warehouse.publication_state import publication

    settings, now = read_home(), datetime.now(UTC)
    found = dataset_status(settings, date.today())
    lock = settings.home / "run.lock"
    held = holder(lock)
    published = publication(
        settings,
        found,
        now,
        at_work=_process(held) if held else None,
        runs_end_with_their_process=lock.exists(),
    )
    wrong = worst_first(
        [
            *published.issues,
            *issues(found, settings, now),
            *not_renewed(settings),
            *unsent(settings),
        ]
    )
    red = any(one.severity == "red" for one in wrong)
    if output is Format.json:
        of_version = (published.version, published.created_at, published.figure_origins)
        write_line(json_text(as_json(found, wrong, *of_version)))
    else:
        first_line = published.first_line(now)
        language = lang.value if lang else settings.language
        console.print(
            as_screen(
                found, wrong, settings.home, first_line=first_line, all_=all_, language=language
            )
        )
    raise typer.Exit(1 if red else 0)


def _process(holder: Mapping[str, Any]) -> str:
    """The process that holds the home, by its note in the lock."""
    return say("kreishaus {purpose}, process {pid}", purpose=holder["purpose"], pid=holder["pid"])


@app.command(epilog="Example: [bold]kreishaus ingest bamf hkl --file hkl-september-2021.pdf[/bold]")
def ingest(
    source: Annotated[str, typer.Argument(help=f"One of {SOURCE_NAMES}.")],
    dataset: Annotated[str, typer.Argument(help="A dataset of that source, such as hkl.")],
    file: Annotated[Path, typer.Option("--file", exists=True, dir_okay=False, help="The file.")],
    lang: LangOption = None,
) -> None:
    """Land and process one file given by hand. Exit status 1 when it was quarantined or refused."""
    from kreishaus.model import FileRejected, SourceUnavailable
    from pipeline.steps import by_hand

    settings = read_home()
    tell = teller(settings, lang)
    try:
        outcome = by_hand(f"{source}/{dataset}", file, settings, _by_hand())
    except KeyError as unknown:
        errors.print(str(unknown.args[0]))
        raise typer.Exit(2) from unknown
    except (FileRejected, SourceUnavailable) as refusal:
        said = say(
            "{name}: refused at the door, nothing of it was kept: {refusal}",
            name=f"{source}/{dataset}",  # the file may be called like a person
            refusal=refusal,
        )
        errors.print(tell(said), soft_wrap=True)
        raise typer.Exit(1) from refusal
    about = outcome.period or outcome.landed.label
    status = say("staged") if outcome.status == "staged" else say("quarantined")
    console.print(f"{outcome.landed.dataset_id} {about}: {tell(status)}", soft_wrap=True)
    if outcome.findings:
        console.print(tell(outcome.explanation), highlight=False, markup=False)
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
    from kreishaus.model import SourceUnavailable

    settings = read_settings()
    try:
        with Client.of(settings) as client:
            found = find_tables(settings, client, database, words)
    except (SourceUnavailable, ValueError) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    for table in found:
        write_line(f"{table.code}\t{table.title}")
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

    settings = read_home()
    console.print(write_nodes(parse_project(settings), settings.warehouse))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
    epilog="Example: [bold]kreishaus dbt build --select demand_forecast+[/bold]",
)
def dbt(context: typer.Context) -> None:
    """dbt's own command line, with this home's data and a database that publishing never reads.

    Its first [bold]dbt build[/bold] makes every model there; then [bold]--select[/bold] what you
    change.
    """
    from kreishaus.files import make_folder
    from warehouse.build import BY_HAND, PROJECT, by_hand_environment, dbt_program
    from warehouse.parse_cache import forget_stale_parse
    from warehouse.versions import DATABASE

    settings = read_home()
    if not (settings.warehouse / DATABASE).exists():
        errors.print(
            f"{settings.warehouse} holds nothing for dbt to read: nothing has been built yet. "
            "Run `kreishaus build` once.",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(1)
    program = dbt_program()
    make_folder(settings.warehouse / BY_HAND / "target")
    forget_stale_parse(PROJECT, settings.warehouse / BY_HAND / "target")
    environment = {**os.environ, **by_hand_environment(settings)}
    os.execve(program, [str(program), *context.args], environment)


@app.command(epilog="Example: [bold]kreishaus build --as-of 2021-11-30[/bold]")
def build(as_of: AsOfOption = None, known_by: KnownByOption = KnownBy.retrieved) -> None:
    """Build the marts with dbt in the private warehouse, without publishing them.

    With [bold]--as-of[/bold]: build them as they would have been then, and publish them aside, in
    published/as_of; readers of the current version notice nothing. Repeating it changes nothing.

    Exit status: 1 when a model or a test failed or the disk is full, 3 when somebody else builds or
    publishes.
    """
    from warehouse.build import build as build_marts
    from warehouse.refusal import Refusal
    from warehouse.telemetry import emit_build_metrics
    from warehouse.writer_lock import WarehouseBusy

    settings, begun = settings_as_of(as_of, known_by), time.monotonic()
    try:
        result = build_marts(settings)
    except Refusal as refusal:
        errors.print(str(refusal), markup=False, soft_wrap=True)
        raise typer.Exit(IN_USE if isinstance(refusal, WarehouseBusy) else 1) from refusal
    emit_build_metrics(settings, _by_hand(), time.monotonic() - begun, result.record)
    write_line(result.output)
    all_good = not result.exit_code
    if as_of is not None:
        all_good = _publish(settings) and all_good
    raise typer.Exit(0 if all_good else 1)


@app.command(epilog="Example: [bold]kreishaus build && kreishaus publish[/bold]")
def publish() -> None:
    """Publish what the last build made good.

    Exit status: 1 when a mart kept its last good state or nothing was published, 3 when somebody
    else builds or publishes.
    """
    raise typer.Exit(0 if _publish(read_home()) else 1)


def _publish(settings: Settings) -> bool:
    """Publish and say what was; False when a mart was left behind."""
    from warehouse.publish import publish as publish_version
    from warehouse.refusal import Refusal
    from warehouse.telemetry import emit_publish_metrics
    from warehouse.writer_lock import WarehouseBusy

    begun = time.monotonic()
    try:
        manifest = publish_version(settings, _by_hand())
    except WarehouseBusy as busy:
        errors.print(str(busy), markup=False, soft_wrap=True)
        raise typer.Exit(IN_USE) from busy
    except Refusal as refusal:
        errors.print(str(refusal), markup=False, soft_wrap=True)
        return False
    emit_publish_metrics(settings, manifest, time.monotonic() - begun)
    seen_from = f" as of {manifest.as_of} ({manifest.known_by})" if manifest.as_of else ""
    console.print(f"published {manifest.version}: {len(manifest.marts)} marts{seen_from}")
    for mart, fault in manifest.faults.items():
        errors.print(f"{mart} was not renewed: {fault}", markup=False)
    return not manifest.faults


def _by_hand() -> str:
    """The name of a run that a person started."""
    return f"hand-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


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
        written = write(read_home(), Size(laender, kreise, municipalities, last_year))
    except HomeInUse as refusal:
        errors.print(str(refusal), markup=False, soft_wrap=True)
        raise typer.Exit(1) from refusal
    console.print(f"{written:,} cells staged")


@app.command(epilog="Example: [bold]KREISHAUS_SOURCES=live kreishaus doctor[/bold]")
def doctor(lang: LangOption = None) -> None:
    """Check that this machine and this configuration can run Kreishaus."""
    from operations.doctor import examine

    settings = read_settings()
    tell = teller(settings, lang)
    config_errors = examine(settings)
    for config_error in config_errors:
        errors.print(tell(config_error), markup=False)
    if not config_errors:
        console.print(tell(say("everything is in order")))
    raise typer.Exit(1 if config_errors else 0)


def main() -> None:
    """The entry point of the ``kreishaus`` command."""
    closed_umask()
    log_safely()
    try:
        app()
    except ValidationError as wrong:
        if wrong.title != Settings.__name__:
            raise
        for sentence in told(wrong):
            errors.print(tell_of_settings(sentence), markup=False, soft_wrap=True)
        raise SystemExit(2) from None
    except (NoCounty, FaultyList, NotItsHome) as wrong:
        errors.print(tell_of_settings(text_of(wrong)), markup=False, soft_wrap=True)
        raise SystemExit(2) from None
    except OSError as error:
        if error.filename is None:
            raise
        name = printable_name(os.fsdecode(error.filename))
        errors.print(
            f"{name}: {error.strerror}. The command ended here.", markup=False, soft_wrap=True
        )
        raise SystemExit(1) from None
