"""Printing papers from the published marts, and the list of what has been printed.

    reports/index.html                         all of it, by paper and date
           /<paper>/<date>/report.html .pdf    the same figures in both
                   /latest -> <date>           the newest reference date
           /as_of/<moment>/...                 the same, from the marts as they were known then

A paper that was withdrawn is not printed again, and one that was corrected says so: ``withdraw``.

Every file is written aside and renamed. The same marts give the same bytes: printing again
changes nothing, and whoever printed last year prints the same today from the marts as of then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kreishaus.files import switch_link, write_atomically
from kreishaus.labels.formats import day
from kreishaus.settings import Settings
from reports import html as pages
from reports.document import Document
from reports.layout import Plain
from reports.marts import Marts, NoData, published
from reports.papers import NAMES, paper
from reports.pdf import pdf
from warehouse.as_of import FOLDER as AS_OF
from warehouse.as_of import requested_as_of
from warehouse.origins import current_note
from warehouse.withdrawals import Mark, mark

HTML, PDF, LATEST, INDEX = "report.html", "report.pdf", "latest", "index.html"


class NoSuchDate(Exception):
    """The marts have nothing about the date that a paper was asked for."""

    def __init__(self, name: str, about: date, dates: list[date]) -> None:
        there = ", ".join(f"{one}" for one in dates)
        super().__init__(f"{name}: the marts have nothing about {about}. There is: {there}.")


class NothingToPrint(Exception):
    """No mart has anything that the paper could be about."""


class PaperWithdrawn(Exception):
    """The paper about this date was withdrawn: only a correction prints it again."""

    def __init__(self, withdrawn: Mark) -> None:
        name, about = withdrawn.name.split("/")[-2:]
        super().__init__(
            f"{withdrawn.words}. It is printed again by a correction only: kreishaus correct "
            f'paper {name} --date {about} --reason "..."'
        )


@dataclass(frozen=True)
class Printed:
    """A paper on disk."""

    name: str
    about: date
    html: Path
    pdf: Path


def folder_of(settings: Settings) -> Path:
    """Where papers are printed to: those as of an earlier day have a folder of their own."""
    root = settings.home / "reports"
    as_of = requested_as_of(settings)
    return root / AS_OF / as_of.name if as_of else root


def key_of(settings: Settings, name: str, about: date) -> str:
    """What the paper about a date is called in the record of withdrawals."""
    folder = folder_of(settings) / name / about.isoformat()
    return folder.relative_to(settings.home / "reports").as_posix()


def dates_of(settings: Settings, name: str) -> list[date]:
    """The dates that a paper can be about, newest first. Raises ``NothingPublished``."""
    with published(settings) as marts:
        return paper(name).dates(marts)


def print_paper(
    settings: Settings, name: str, about: date | None = None, to: Path | None = None
) -> Printed:
    """Print one paper as a page and as a PDF; about the newest date unless told otherwise.

    With ``to`` the two files go there, and the list of papers in the home folder is left as it is.

    Raises ``NoSuchPaper``, ``NothingPublished``, ``NothingToPrint``, ``NoSuchDate``,
    ``PaperWithdrawn`` and ``NotPrintable``.
    """
    wanted = paper(name)
    with published(settings) as marts:
        dates = wanted.dates(marts)
        about = _date_to_print(dates, name, about)
        marked = mark(settings, "papers", key_of(settings, name, about))
        if marked and not marked.is_valid:
            raise PaperWithdrawn(marked)
        document = _corrected(_written(marts, name, about), marked)
    folder = to or folder_of(settings) / name / about.isoformat()
    printed = Printed(name, about, folder / HTML, folder / PDF)
    write_paper(printed, document)
    if to is None:
        _point_at_newest(folder.parent, dates)
    return printed


def write_paper(printed: Printed, document: Document) -> None:
    """Write the page and the PDF of a document, or neither: raises ``NotPrintable``."""
    made = {printed.html: pages.html(document), printed.pdf: pdf(document)}
    for path, content in made.items():
        write_atomically(path, content)


def _corrected(document: Document, marked: Mark | None) -> Document:
    """The document, saying under its title that it replaces an earlier one, and why."""
    if marked is None:
        return document
    words = f"{marked.day}. Sie ersetzt die frühere Fassung. Grund: {marked.reason}"
    return replace(document, facts=(("Korrigierte Fassung vom", words), *document.facts))


def _date_to_print(dates: list[date], name: str, about: date | None) -> date:
    if not dates:
        raise NothingToPrint(f"{name}: the marts have no date yet that it could be about.")
    if about is not None and about not in dates:
        raise NoSuchDate(name, about, dates)
    return about or dates[0]


def _written(marts: Marts, name: str, about: date) -> Document:
    try:
        return paper(name).write(marts, about)
    except NoData as empty:
        raise NothingToPrint(f"{name}: the mart {empty.mart} has no rows about {about}.") from empty


def _point_at_newest(folder: Path, dates: list[date]) -> None:
    """Have ``latest`` be the newest of the ``dates`` that the paper can be about today.

    A report on Germany alone is about later months than the first of the register that follows it.
    """
    newest = max(set(_printed_dates(folder)) & set(dates))
    switch_link(folder / LATEST, folder / newest.isoformat())


def _printed_dates(folder: Path) -> list[date]:
    """The dates of a paper that are on disk, newest first."""
    found = []
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_symlink() or not (path / PDF).exists():
            continue
        try:
            found.append(date.fromisoformat(path.name))
        except ValueError:
            continue
    return sorted(found, reverse=True)


def _mark_words(settings: Settings, name: str, about: date) -> str:
    marked = mark(settings, "papers", key_of(settings, name, about))
    return marked.words_de if marked else ""


def write_index(settings: Settings) -> Path:
    """The page that lists every paper on disk, with those that were withdrawn or corrected."""
    root = folder_of(settings)
    papers: list[Plain] = [
        {
            "title": paper(name).title,
            "dates": [
                {
                    "day": day(one),
                    "folder": f"{name}/{one.isoformat()}",
                    "mark": _mark_words(settings, name, one),
                }
                for one in _printed_dates(root / name)
            ],
        }
        for name in NAMES
    ]
    as_of = requested_as_of(settings)
    path = root / INDEX
    content = pages.render(
        "index.html",
        papers=papers,
        sample=current_note(settings).sentence,
        as_of=f"Stand {as_of.moment}" if as_of else "",
        html_name=HTML,
        pdf_name=PDF,
    )
    write_atomically(path, content)
    return path
