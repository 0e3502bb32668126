"""``kreishaus``: the command line over the very steps that the DAGs call."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ingest.settings import read_settings

app = typer.Typer(
    name="kreishaus",
    help="The social-data warehouse of a German county.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
sample_app = typer.Typer(help="The sample sources.", no_args_is_help=True)
app.add_typer(sample_app, name="sample")

console = Console(width=None if sys.stdout.isatty() else 120)
errors = Console(stderr=True)


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


@app.command(epilog="Example: [bold]kreishaus status --format json[/bold]")
def status(
    output: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.table,
) -> None:
    """Per dataset: last fetched, last good, newest reference date, revisions, late, quarantine."""
    from ingest.status import dataset_status
    from ingest.status_view import as_json, as_table

    found = dataset_status(read_settings(), date.today())
    if output is Format.json:
        print(json.dumps(as_json(found), indent=2, ensure_ascii=False))
    else:
        console.print(as_table(found))


@app.command(epilog="Example: [bold]kreishaus ingest bamf hkl --file hkl-september-2021.pdf[/bold]")
def ingest(
    source: Annotated[str, typer.Argument(help="it_nrw, azr, bamf or wtg.")],
    dataset: Annotated[str, typer.Argument(help="A dataset of that source, such as hkl.")],
    file: Annotated[Path, typer.Option("--file", exists=True, dir_okay=False, help="The file.")],
) -> None:
    """Land and treat one file given by hand. Exit status 1 when it was quarantined or refused."""
    from ingest.model import RefusedAtTheDoor
    from ingest.steps import by_hand

    run_id = f"hand-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    try:
        outcome = by_hand(f"{source}/{dataset}", file, read_settings(), run_id)
    except KeyError as unknown:
        errors.print(str(unknown.args[0]))
        raise typer.Exit(2) from unknown
    except RefusedAtTheDoor as refusal:
        errors.print(f"{file.name}: refused at the door, nothing of it was kept: {refusal}")
        raise typer.Exit(1) from refusal
    console.print(f"{outcome.landed.dataset_id} {outcome.period or file.name}: {outcome.status}")
    if outcome.findings:
        console.print(outcome.explanation, highlight=False, markup=False)
    raise typer.Exit(0 if outcome.status == "staged" else 1)


@app.command()
def parse() -> None:
    """Read the dbt project, so that Airflow can draw its nodes. Once after an installation."""
    from warehouse.build import parse_project
    from warehouse.nodes import write_nodes

    settings = read_settings()
    console.print(write_nodes(parse_project(settings), settings.warehouse))


@app.command(epilog="Example: [bold]kreishaus build --as-of 2021-11-30[/bold]")
def build(
    as_of: Annotated[
        str | None, typer.Option(help="Build from what was known then, e.g. 2021-11-30.")
    ] = None,
) -> None:
    """Build the marts with dbt in the private warehouse, without publishing them."""
    from warehouse.build import build as build_marts

    result = build_marts(read_settings(), as_of)
    print(result.output)
    raise typer.Exit(1 if result.exit_code else 0)


@app.command(epilog="Example: [bold]kreishaus build && kreishaus publish[/bold]")
def publish() -> None:
    """Publish what the last build made good. Exit status 1 when a mart kept its last good state."""
    from warehouse.marts import BuildNotFinished
    from warehouse.publish import publish as publish_version

    try:
        manifest = publish_version(read_settings(), f"hand-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    except BuildNotFinished as unfinished:
        errors.print(str(unfinished))
        raise typer.Exit(1) from unfinished
    console.print(f"published {manifest.version}: {len(manifest.marts)} marts")
    for mart, fault in manifest.faults.items():
        errors.print(f"{mart} was not renewed: {fault}", markup=False)
    raise typer.Exit(1 if manifest.faults else 0)


@app.command(
    epilog='Example: [bold]kreishaus query "select * from vacancy_average" --format csv[/bold]'
)
def query(
    sql: Annotated[str, typer.Argument(help="One SQL statement; marts by their names.")],
    output: Annotated[Format, typer.Option("--format", help="table, csv or json.")] = Format.table,
) -> None:
    """Ask the published marts a question."""
    import duckdb

    from warehouse.query import RENDERERS
    from warehouse.query import query as ask
    from warehouse.versions import NothingPublished

    try:
        answer = ask(read_settings(), sql)
    except (duckdb.Error, NothingPublished) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    RENDERERS[output.value](answer, sys.stdout)


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
