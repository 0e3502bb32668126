"""``kreishaus serving``: PostgreSQL for readers."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from operations.cli_options import Audience, console, errors, read_home

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
    """Say which version each database serves, who may read it, and what is open that should not be.

    Exit status 1 when a database cannot be reached, or when the two serve different versions.
    """
    from warehouse.serving.connection import ServingFailed, ServingNotConfigured
    from warehouse.serving.status import serving_status

    try:
        found = serving_status(read_home())
    except (ServingFailed, ServingNotConfigured) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    for line in found.lines:
        console.print(line, markup=False, soft_wrap=True)
    for line in found.faults:
        errors.print(line, markup=False, soft_wrap=True)
    if found.faults:
        raise typer.Exit(1)


@app.command("end-overlong", epilog="Example: [bold]kreishaus serving end-overlong[/bold]")
def end_overlong(
    every: Annotated[
        float | None, typer.Option(min=1, help="Look again after so many seconds, without end.")
    ] = None,
) -> None:
    """End readers who hold on to a version for longer than the patience, in both databases.

    A load does the same for those in its way; this also frees processor and disk between loads.
    """
    from warehouse.serving.connection import ServingFailed, ServingNotConfigured, connected
    from warehouse.serving.overlong import end_overlong
    from warehouse.serving.readers import GROUP_ROLES

    settings = read_home()
    while True:
        try:
            # The same connection each time: a reader can keep newcomers from a database, and he
            # is ended from within.
            with connected(settings) as connection:
                while True:
                    patience = settings.serving.patience_seconds
                    for reader in end_overlong(connection, GROUP_ROLES, patience):
                        console.print(reader.told, markup=False, soft_wrap=True)
                    if every is None:
                        return
                    time.sleep(every)
        except (ServingFailed, ServingNotConfigured) as error:
            errors.print(str(error), markup=False, soft_wrap=True)
            if every is None or isinstance(error, ServingNotConfigured):
                raise typer.Exit(1) from error
        time.sleep(every)


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
    connections: Annotated[
        int | None,
        typer.Option(min=1, help="How many at a time; 5 for a new reader, else as it was."),
    ] = None,
) -> None:
    """Let a person or a tool log in to PostgreSQL and read. Again: a new password, or audience."""
    from kreishaus.files import write_secret
    from warehouse.audit import AuditUnwritable
    from warehouse.serving.connection import ServingFailed, ServingNotConfigured, database_name
    from warehouse.serving.readers import add_reader, new_password

    settings = read_home()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else new_password()
    try:
        is_new = add_reader(settings, name, audience.value, password, connections)
        database = database_name(settings, audience.value)
    except (ServingFailed, ServingNotConfigured, AuditUnwritable) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    changed = "" if is_new else ", as changed now"
    console.print(f"{name} may read {audience.value}: database {database}{changed}", markup=False)
    if not password_stdin:
        file = password_to or settings.home / "readers" / f"{name}.password"
        write_secret(file, password.encode() + b"\n")
        console.print(f"the password stands in {file}", markup=False, soft_wrap=True)


@app.command("remove-reader")
def remove_reader(name: Annotated[str, typer.Argument(help="As it was added.")]) -> None:
    """Let a person or a tool log in no longer, and end what is open."""
    from warehouse.audit import AuditUnwritable
    from warehouse.serving.connection import ServingFailed, ServingNotConfigured
    from warehouse.serving.readers import remove_reader

    try:
        remove_reader(read_home(), name)
    except (ServingFailed, ServingNotConfigured, AuditUnwritable) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
