"""The commands that withdraw or correct what was published: versions and papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kreishaus.settings import Settings
from operations.cli_options import (
    AsOfOption,
    KnownBy,
    KnownByOption,
    console,
    errors,
    settings_as_of,
)

if TYPE_CHECKING:
    from reports.withdraw import Marked
    from warehouse.withdraw import Withdrawn

withdraw_app = typer.Typer(
    help="Withdraw a published version or a printed paper, with a reason.", no_args_is_help=True
)
correct_app = typer.Typer(
    help="Name the version that corrects another, or print a paper anew.", no_args_is_help=True
)
Reason = Annotated[
    str, typer.Option("--reason", help="In German: readers are shown it beside the mark.")
]
Version = Annotated[str, typer.Argument(help="Its name, such as 20261125T030000.000000Z.")]
PaperArgument = Annotated[
    str, typer.Argument(help="refugees, demand or wtg; or the path of a printed file.")
]
PaperDate = Annotated[
    str, typer.Option("--date", help="The date it is about.", metavar="2021-09-30")
]


@withdraw_app.command(
    "version", epilog='Example: [bold]kreishaus withdraw version NAME --reason "..."[/bold]'
)
def withdraw_version(
    name: Version,
    reason: Reason,
    as_of: AsOfOption = None,
    known_by: KnownByOption = KnownBy.retrieved,
) -> None:
    """Withdraw a published version: readers get the newest one that was not withdrawn.

    The audit log has the act before it is done. The catalogue is written anew and shows it. Exit
    status 1 when nothing was changed, or something is left to do.
    """
    settings = settings_as_of(as_of, known_by)
    _version(settings, lambda: _withdraw(settings, name, reason, ""))


@correct_app.command(
    "version",
    epilog='Example: [bold]kreishaus correct version OLD --by NEW --reason "..."[/bold]',
)
def correct_version(
    name: Version,
    by: Annotated[str, typer.Option("--by", help="The version that is to be used instead.")],
    reason: Reason,
    as_of: AsOfOption = None,
    known_by: KnownByOption = KnownBy.retrieved,
) -> None:
    """Withdraw a published version and name the one that corrects it."""
    settings = settings_as_of(as_of, known_by)
    _version(settings, lambda: _withdraw(settings, name, reason, by))


@withdraw_app.command(
    "paper",
    epilog='Example: [bold]kreishaus withdraw paper wtg --date 2021-12-31 --reason "..."[/bold]',
)
def withdraw_paper(
    paper: PaperArgument,
    reason: Reason,
    about: PaperDate = "",
    as_of: AsOfOption = None,
    known_by: KnownByOption = KnownBy.retrieved,
) -> None:
    """Withdraw a printed paper: a notice with the reason takes the place of page and PDF.

    It is not printed again until [bold]kreishaus correct paper[/bold] does so. What was shown is
    kept in reports/withdrawn/, linked nowhere.
    """
    from reports.withdraw import withdraw_paper as withdraw

    settings = settings_as_of(as_of, known_by)
    name, day = _named(settings, paper, about)
    _paper(settings, lambda: withdraw(settings, name, day, reason))


@correct_app.command(
    "paper",
    epilog='Example: [bold]kreishaus correct paper wtg --date 2021-12-31 --reason "..."[/bold]',
)
def correct_paper(
    paper: PaperArgument,
    reason: Reason,
    about: PaperDate = "",
    as_of: AsOfOption = None,
    known_by: KnownByOption = KnownBy.retrieved,
) -> None:
    """Print a paper anew from the marts of now; it says that it replaces another, and why."""
    from reports.withdraw import correct_paper as correct

    settings = settings_as_of(as_of, known_by)
    name, day = _named(settings, paper, about)
    _paper(settings, lambda: correct(settings, name, day, reason))


def _withdraw(settings: Settings, name: str, reason: str, by: str) -> Withdrawn:
    from warehouse.withdraw import withdraw_version as withdraw

    return withdraw(settings, name, reason, replaced_by=by)


def _version(settings: Settings, act: Callable[[], Withdrawn]) -> None:
    """Withdraw a version and say what follows from it."""
    from warehouse.audit import AuditUnwritable
    from warehouse.versions import NothingPublished
    from warehouse.withdraw import NotToBeReplacedBy
    from warehouse.withdrawals import AlreadyMarked, NoReason

    try:
        done = act()
    except (
        *(NoReason, NothingPublished, NotToBeReplacedBy),
        *(AlreadyMarked, AuditUnwritable, OSError),
    ) as error:
        _end(error)
    again = "It had been withdrawn before. " if done.was_marked else ""
    readers = (
        f"Readers get {done.now_current}." if done.now_current else "No version is left to readers."
    )
    _say(f"{again}{done.mark.words.rstrip('.')}. {readers}")
    for version, marts in done.kept_in.items():
        _say(f"{version} still shows these marts as they were in it: {', '.join(marts)}")
    if done.taken:
        taken = ", ".join(f"{number} {action}" for action, number in sorted(done.taken.items()))
        _say(f"Exact figures taken from it, by the audit log: {taken} (kreishaus audit)")
    served = _serve_another(settings)
    _say("Papers printed from it are not known: look at them, and kreishaus withdraw paper")
    _renew_catalogue(settings, something_left=done.now_current is not None)
    if not served:
        raise typer.Exit(1)


def _serve_another(settings: Settings) -> bool:
    """Have PostgreSQL serve what readers of files get. Returns whether that is so now."""
    from warehouse.as_of import requested_as_of
    from warehouse.serving.connection import ServingFailed, configured
    from warehouse.serving.withdrawn import replace_withdrawn
    from warehouse.versions import NothingPublished

    if requested_as_of(settings) or not configured(settings):
        return True
    try:
        done = replace_withdrawn(settings)
    except (ServingFailed, NothingPublished) as error:
        errors.print(
            f"PostgreSQL may still serve it: {error}\nThen: kreishaus serving load",
            markup=False,
            soft_wrap=True,
        )
        return False
    if done:
        _say(done.told)
    return True


def _paper(settings: Settings, act: Callable[[], Marked]) -> None:
    from reports.papers import NoSuchPaper
    from reports.pdf import NotPrintable
    from reports.render import NoSuchDate, NothingToPrint
    from reports.withdraw import NotPrinted
    from warehouse.audit import AuditUnwritable
    from warehouse.versions import NothingPublished
    from warehouse.withdrawals import AlreadyMarked, NoReason

    try:
        done = act()
    except (
        *(NoReason, NoSuchPaper, NotPrinted, NoSuchDate, NothingToPrint, NotPrintable),
        *(NothingPublished, AlreadyMarked, AuditUnwritable, OSError),
    ) as error:
        _end(error)
    again = "That was done before. " if done.was_marked else ""
    _say(f"{again}{done.mark.name}: {done.mark.words_de}")
    _say(f"{done.printed.html}\n{done.printed.pdf}\nBefore: {done.kept}")
    _renew_catalogue(settings, something_left=True)


def _named(settings: Settings, paper: str, about: str) -> tuple[str, date]:
    """The name and date of a paper, from the words of a person. Ends the command otherwise."""
    path = Path(paper).absolute()
    if path.exists() and path.is_relative_to((settings.home / "reports").absolute()):
        folder = path if path.is_dir() else path.parent
        folder = folder.resolve()
        paper, about = folder.parent.name, folder.name
    try:
        return paper, date.fromisoformat(about)
    except ValueError:
        errors.print(f"--date: {about!r} is no day such as 2021-09-30", markup=False)
        raise typer.Exit(2) from None


def _renew_catalogue(settings: Settings, *, something_left: bool) -> None:
    """Have the catalogue show the mark, where there is one. Ends with 1 where that failed."""
    from catalogue.site import site, take_down, write_sites
    from warehouse.as_of import requested_as_of
    from warehouse.audit import AuditUnwritable
    from warehouse.builds import BuildNotFinished
    from warehouse.versions import NothingPublished

    if requested_as_of(settings) or not site(settings, "public").is_symlink():
        return
    if not something_left:
        for link in take_down(settings):
            _say(f"{link}: taken away, as there is no version that it could show")
        return
    try:
        write_sites(settings)
    except (BuildNotFinished, NothingPublished, AuditUnwritable, OSError) as error:
        errors.print(
            f"The catalogue does not show this yet: kreishaus docs. ({error})",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(1) from error


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _end(error: Exception) -> NoReturn:
    errors.print(str(error), markup=False, soft_wrap=True)
    raise typer.Exit(1) from error
