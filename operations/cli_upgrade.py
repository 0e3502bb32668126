"""``kreishaus upgrade``: a home that earlier code made, brought to the formats of this code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kreishaus.settings import read_settings
from operations.cli_options import console, errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kreishaus.settings import Settings

app = typer.Typer()
REDUCE = "kreishaus azr reduce"
RIGHTS_LOOKED_AT = 50_000
"""Names that ``--check`` looks at: half a second. The upgrade itself looks at each."""


@app.command(epilog="Example: [bold]kreishaus upgrade --check[/bold]")
def upgrade(
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would be done. Exit status 1: something.")
    ] = False,
) -> None:
    """Bring the folders of this home to the formats of this code, and close what others could open.

    Once, after an update.

    Not while anything is running. Interrupted, it goes on when it is called again. Exit status 1
    when it could not be done; with [bold]--check[/bold] when there is something to do.
    """
    from kreishaus.folder_formats import WrongFormat
    from kreishaus.rights import repair_modes, wrong_rights
    from operations.local.lock import AlreadyRunning, RunLock
    from operations.maintenance.migrations import pending
    from operations.maintenance.migrations import upgrade as bring_up_to_date

    settings = read_settings()
    try:
        due = [step.about for step in pending(settings)]
        if any(True for _ in wrong_rights(settings, RIGHTS_LOOKED_AT)):
            due.append(f"{settings.home}: what others of this machine could open is closed")
        if check:
            for about in due:
                console.print(about, soft_wrap=True)
            for about in _originals(settings):
                console.print(about, soft_wrap=True)
            if due:
                raise typer.Exit(1)
        elif settings.home.exists():
            with RunLock(settings.home / "run.lock", "upgrade"):
                for done in bring_up_to_date(settings):
                    console.print(done, soft_wrap=True)
                repaired = repair_modes(settings)
                if repaired.changed:
                    console.print(f"{repaired.changed:,} files and folders have their rights now")
                for path in repaired.left:
                    errors.print(f"{path}: belongs to another user: chown it", soft_wrap=True)
    except (WrongFormat, AlreadyRunning, OSError) as refusal:
        errors.print(str(refusal), markup=False, soft_wrap=True)
        raise typer.Exit(1) from refusal
    if not due:
        console.print(f"{settings.home}: nothing to upgrade", markup=False, soft_wrap=True)


def _originals(settings: Settings) -> Iterator[str]:
    """What `kreishaus azr reduce` is for: no upgrade does it, since the county confirms it."""
    from kreishaus.store.originals import all_originals, deadline

    for one in all_originals(settings):
        by = deadline(settings, one.entry)
        until = f"by {by}" if by else "once this home is upgraded"
        yield f"{one.words}: lies there as an office made it; to be reduced {until}: {REDUCE}"
