"""``kreishaus serving``: PostgreSQL for readers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli_options import Audience, console, errors, read_home

app = typer.Typer(
    help="PostgreSQL for readers: docs/serving.md. Needs KREISHAUS_SERVING__URL.",
    no_args_is_help=True,
)


@app.command("load", epilog="Example: [bold]kreishaus publish && kreishaus serving load[/bold]")
def load(
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

    settings = read_home()
    try:
        chosen = versions.named(settings, version) if version else None
        served = load(settings, chosen, may_be_older=older)
    except (ServingFailed, ServingNotConfigured, versions.NothingPublished) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(served.told, markup=False)


@app.command("status")
def status() -> None:
    """Say which version is being served, and who may read it."""
    from warehouse.serving.connection import ServingFailed, ServingNotConfigured, connected
    from warehouse.serving.publication import publication
    from warehouse.serving.readers import readers

    try:
        with connected(read_home()) as connection:
            served = publication(connection)
            console.print(f"served: {served.version if served else 'nothing yet'}")
            for name, group in readers(connection):
                console.print(f"reader: {name} ({group})", markup=False)
    except (ServingFailed, ServingNotConfigured) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


@app.command(
    "add-reader", epilog="Example: [bold]kreishaus serving add-reader excel_planung[/bold]"
)
def add_reader(
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

    settings = read_home()
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


@app.command("remove-reader")
def remove_reader(name: Annotated[str, typer.Argument(help="As it was added.")]) -> None:
    """Let a person or a tool log in no longer."""
    from warehouse.audit import AuditUnwritable
    from warehouse.serving.connection import ServingFailed, ServingNotConfigured
    from warehouse.serving.readers import remove_reader

    try:
        remove_reader(read_home(), name)
    except (ServingFailed, ServingNotConfigured, AuditUnwritable) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
