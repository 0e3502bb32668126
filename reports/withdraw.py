"""Withdrawing a printed paper, or printing it anew as a correction.

    reports/<paper>/<date>/report.html .pdf       a notice in the place of what was withdrawn
           /withdrawn/<paper>/<date>/<sha256>/    what was withdrawn or corrected, linked nowhere

The audit log comes first, then the mark, which decides, and then what readers meet. Whoever opens
the old address finds the notice or the correction; what a committee was shown is kept aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from kreishaus.files import hash_of, write_atomically
from kreishaus.settings import Settings
from reports.document import Callout, Document, Section
from reports.papers import NAMES, paper
from reports.render import (
    HTML,
    PDF,
    NoSuchDate,
    Printed,
    dates_of,
    folder_of,
    key_of,
    print_paper,
    write_index,
    write_paper,
)
from warehouse.as_of import FOLDER as AS_OF
from warehouse.as_of import AsOf, settings_as_of
from warehouse.origins import current_note
from warehouse.withdraw import actor, alone, record, write_note
from warehouse.withdrawals import Act, Mark, checked, mark, marks

KEPT = "withdrawn"
SHORT = 12


class NotPrinted(Exception):
    """There is no printed paper of that name and date to withdraw."""


@dataclass(frozen=True)
class Marked:
    """A paper with its mark. ``kept`` is where the files are that it had before."""

    mark: Mark
    printed: Printed
    kept: Path
    was_marked: bool


def withdraw_paper(
    settings: Settings, name: str, about: date, reason: str, now: datetime | None = None
) -> Marked:
    """Withdraw a printed paper: readers find a notice with the reason in its place.

    Raises ``NoReason``, ``NoSuchPaper``, ``NotPrinted``, ``AlreadyMarked`` and ``AuditUnwritable``:
    then nothing has changed.
    """
    return _mark(settings, "withdraw", name, about, checked(reason), now)


def correct_paper(
    settings: Settings, name: str, about: date, reason: str, now: datetime | None = None
) -> Marked:
    """Print a paper anew from the marts of now, saying that it replaces the one before, and why.

    Raises what ``withdraw_paper`` raises, and ``NothingPublished`` or ``NoSuchDate`` where the
    marts have nothing to print it from.
    """
    reason = checked(reason)
    dates = dates_of(settings, name)
    if about not in dates:
        raise NoSuchDate(name, about, dates)
    return _mark(settings, "correct", name, about, reason, now)


def settle(settings: Settings) -> list[str]:
    """Have every mark of a paper reach its readers. Returns the papers that had not reached them.

    Raises what ``print_paper`` raises where a correction cannot be printed.
    """
    return [one.name for one in marks(settings, "papers") if _settle(settings, one)]


def _mark(
    settings: Settings, act: Act, name: str, about: date, reason: str, now: datetime | None
) -> Marked:
    printed = _printed(settings, name, about)
    with alone(settings):
        before = mark(settings, "papers", key_of(settings, name, about))
        if before is not None:  # an interrupted act comes first: its files are those of now
            _settle(settings, before)
        made = Mark(
            kind="papers",
            act=act,
            name=key_of(settings, name, about),
            at=now or datetime.now(UTC),
            by=actor(),
            reason=reason,
            files={path.name: hash_of(path) for path in (printed.html, printed.pdf)},
        )
        counts = record(settings, made, before)
        _settle(settings, counts)
        write_index(settings)
    return Marked(counts, printed, _kept(settings, counts), counts is before)


def _printed(settings: Settings, name: str, about: date) -> Printed:
    """Where a paper is. Raises ``NoSuchPaper`` and ``NotPrinted``."""
    paper(name)
    folder = folder_of(settings) / name / about.isoformat()
    if not ((folder / PDF).exists() and (folder / HTML).exists()):
        raise NotPrinted(
            f"{folder}: there is no printed paper; there are: "
            f"{', '.join(_all_printed(settings)) or 'none'}"
        )
    return Printed(name, about, folder / HTML, folder / PDF)


def _all_printed(settings: Settings) -> Iterable[str]:
    for name in NAMES:
        for path in sorted((folder_of(settings) / name).glob(f"*/{PDF}")):
            if not path.parent.is_symlink():
                yield f"{name} --date {path.parent.name}"


def _settle(settings: Settings, marked: Mark) -> bool:
    """Bring one mark to its readers; False where it has reached them.

    What was marked is known by its hash: while a file still has it, the mark has not reached it.
    """
    folder = settings.home / "reports" / marked.name
    there = {name: folder / name for name in marked.files if (folder / name).exists()}
    if not any(hash_of(path) == marked.files[name] for name, path in there.items()):
        return False
    for name, path in there.items():
        final = _kept(settings, marked) / name
        if hash_of(path) == marked.files[name] and not final.exists():
            write_atomically(final, path.read_bytes())
    write_note(_kept(settings, marked), marked)
    *_, name, day = marked.name.split("/")
    its = _settings_of(settings, marked)
    about = date.fromisoformat(day)
    if marked.is_valid:
        print_paper(its, name, about)
    else:
        write_paper(
            Printed(name, about, folder / HTML, folder / PDF), _notice(its, name, about, marked)
        )
    write_index(its)
    return True


def _kept(settings: Settings, marked: Mark) -> Path:
    return settings.home / "reports" / KEPT / marked.name / marked.files[PDF][:SHORT]


def _settings_of(settings: Settings, marked: Mark) -> Settings:
    """The settings that a paper was printed by: those as of a moment, where its name has one."""
    if not marked.name.startswith(f"{AS_OF}/"):
        return settings
    moment = marked.name.split("/")[1]
    known = settings if folder_of(settings).name == moment else None
    if known is not None:
        return known
    plain, _, by = moment.partition("_by_")
    return settings_as_of(settings, AsOf.parse(plain, by or "retrieved"))


def _notice(settings: Settings, name: str, about: date, marked: Mark) -> Document:
    texts = (
        f"Diese Vorlage wurde am {marked.day} zurückgezogen und gilt nicht mehr.",
        f"Grund: {marked.reason}",
        "Eine korrigierte Fassung erscheint, sobald es sie gibt, an dieser Stelle.",
    )
    return Document(
        name=name,
        title=f"Zurückgezogen: {paper(name).title}",
        subtitle=settings.county.name,
        about=about,
        author=settings.county.name,
        facts=(("Zurückgezogen am", marked.day), ("Grund", marked.reason)),
        summary=(),
        sections=(
            Section("Diese Fassung gilt nicht mehr", [Callout("Hinweis", texts, "warning")]),
        ),
        recorded_at=marked.at,
        origin_note=current_note(settings),
        has_contents=False,
    )
