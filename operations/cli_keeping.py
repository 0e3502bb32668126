"""The commands about what is kept: backup and restore, deleting, who read what."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kreishaus.settings import read_settings
from kreishaus.terminal import json_text
from operations.cli_options import IN_USE, console, errors, read_home
from operations.console import write_line

if TYPE_CHECKING:
    from warehouse.refusal import Refusal

app = typer.Typer()


@app.command(epilog="Example: [bold]kreishaus audit --since 2026-11-01[/bold]")
def audit(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day to show (UTC).")
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Look whether it is whole.")] = False,
) -> None:
    """Show who read or took what from [bold]internal[/bold], and what was deleted: a JSON a line.

    With [bold]--verify[/bold]: look whether any line was changed, taken out or cut off, also by
    what backups noted of it. Exit status 1 when one was.
    """
    from warehouse import audit as log

    settings = read_home()
    if not verify:
        for entry in log.entries(settings, since and since.replace(tzinfo=UTC)):
            write_line(json_text(dict(entry.document), indent=None))
        return
    from operations.maintenance.backup.anchors import noted_by_backups
    from operations.maintenance.backup.errors import BackupRefused

    noted, not_compared = {}, ""
    try:
        noted = noted_by_backups(settings)
    except (BackupRefused, OSError) as error:
        not_compared = f"not compared with what backups noted: {error}"
    found = log.verify(settings, noted)
    for line in (*found.faults, *found.notes, *filter(None, [not_compared])):
        errors.print(line, markup=False, soft_wrap=True)
    if found.faults or not_compared:
        raise typer.Exit(1)
    last = f"; the last one: {found.head.hash}" if found.head else ""
    console.print(f"{found.entries} entries, none changed or missing{last}", soft_wrap=True)


@app.command(epilog="Example: [bold]kreishaus backup --to /mnt/backup/kreishaus[/bold]")
def backup(
    to: Annotated[
        Path | None, typer.Option("--to", help="A folder; by default that of county.toml.")
    ] = None,
    verify: Annotated[
        Path | None, typer.Option("--verify", help="Read all of this backup, and make none.")
    ] = None,
) -> None:
    """Save what cannot be made again: landing and what goes with it. Also while a night is at work.

    All of it is encrypted with the password in \\[backup] password_file, and what is there from
    earlier backups is not copied again. Exit status 1 when something is damaged or not saved.
    """
    from operations.maintenance.backup.check import verify as check
    from operations.maintenance.backup.errors import BackupRefused
    from operations.maintenance.backup.make import make_snapshot
    from warehouse.audit import AuditUnwritable

    settings = read_home()
    try:
        if verify is not None:
            checked = check(settings, verify)
            for fault in checked.faults:
                errors.print(fault, markup=False, soft_wrap=True)
            if checked.faults:
                raise typer.Exit(1)
            about = f"{checked.snapshots} snapshots, {checked.size / 2**20:,.1f} MiB"
            console.print(f"{about}: every byte is as it was written")
            return
        snapshot = make_snapshot(settings, to)
    except (BackupRefused, AuditUnwritable, OSError) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(f"snapshot {snapshot.name}: {snapshot.files:,} files")
    for complaint in snapshot.complaints:
        errors.print(complaint, markup=False, soft_wrap=True)
    raise typer.Exit(1 if snapshot.complaints else 0)


@app.command(
    epilog="Example: [bold]KREISHAUS_HOME=/srv/new kreishaus restore --from /mnt/backup[/bold]"
)
def restore(
    source: Annotated[Path, typer.Option("--from", help="The folder of the backup.")],
    snapshot: Annotated[
        str | None, typer.Option(help="Its name; by default the newest one.")
    ] = None,
    files_only: Annotated[
        bool, typer.Option("--files-only", help="Do not stage, build and publish.")
    ] = False,
) -> None:
    """Make a home from a backup, in an empty KREISHAUS_HOME: files, then all that is made of them.

    Interrupted, it goes on where it was when it is called again. Exit status 1 when nothing was
    restored, the disk is full, or a mart came out otherwise than it was published; 3 when somebody
    else builds or publishes there.
    """
    from kreishaus.folder_formats import WrongFormat
    from operations.maintenance.backup.errors import BackupRefused
    from operations.maintenance.backup.restore import restore as make_again
    from operations.maintenance.backup.restore import restore_files
    from warehouse.audit import AuditUnwritable
    from warehouse.refusal import Refusal

    settings = read_settings()
    try:
        if files_only:
            found, files = restore_files(settings, source, snapshot)
            console.print(f"{files:,} files are back, as of {found.made_at:%Y-%m-%d %H:%M} UTC")
            console.print("The next night stages, builds and publishes them: kreishaus run")
            return
        done = make_again(settings, source, snapshot, console.print)
    except Refusal as refusal:
        raise _refused(refusal) from refusal
    except (BackupRefused, AuditUnwritable, OSError, WrongFormat) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(f"published {done.manifest.version}: {len(done.manifest.marts)} marts")
    for asked in done.snapshot.as_of:
        console.print(
            f"There was also a build as of an earlier day: kreishaus build --as-of "
            f"{asked['moment']} --known-by {asked['known_by']}",
            soft_wrap=True,
        )
    wrong = [*done.broken, *([done.build_failed] if done.build_failed else [])]
    for audience, marts in done.differing.items():
        wrong.append(f"{audience}: other than in {done.snapshot.version}: {', '.join(marts)}")
    for line in wrong:
        errors.print(line, markup=False, soft_wrap=True)
    if wrong:
        raise typer.Exit(1)
    if done.snapshot.version:
        console.print(f"Every mart is as it was in {done.snapshot.version}")


def _refused(refusal: Refusal) -> typer.Exit:
    """Say why the warehouse was not touched; the exit status to end with."""
    from warehouse.writer_lock import WarehouseBusy

    errors.print(str(refusal), markup=False, soft_wrap=True)
    return typer.Exit(IN_USE if isinstance(refusal, WarehouseBusy) else 1)


@app.command(epilog="Example: [bold]kreishaus maintenance --dry-run[/bold]")
def maintenance(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would go, and by which rule.")
    ] = False,
) -> None:
    """Delete what the rules let go: county.toml, \\[retention] and \\[backup].

    Landed files go only when a verified backup holds them; each leaves a tombstone. Figures may go,
    so exit status 3, and nothing deleted, when somebody builds or publishes.
    """
    from operations.maintenance.backup.errors import BackupRefused
    from operations.maintenance.retention.perform import maintain
    from operations.maintenance.retention.plan import plan
    from warehouse.audit import AuditUnwritable
    from warehouse.refusal import Refusal

    settings = read_home()
    try:
        if dry_run:
            due = plan(settings)
        else:
            done = maintain(settings)
            due = [*done.deleted, *done.held_back]
    except Refusal as refusal:
        raise _refused(refusal) from refusal
    except (ValueError, AuditUnwritable, BackupRefused) as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    word = "would go" if dry_run else "deleted"
    for one in due:
        line = f"{word if one.held_back is None else 'stays'}: {one.about}; {one.rule}"
        why = f"; stays because {one.held_back}" if one.held_back else ""
        console.print(line + why, markup=False, soft_wrap=True)
    going = sum(one.held_back is None for one in due)
    size = sum(one.size for one in due if one.held_back is None) if dry_run else done.freed
    console.print(f"{going} {word}, {len(due) - going} held back; {size / 2**20:,.1f} MiB")
