"""Writing a mart into a file: the one way out of Kreishaus for files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kreishaus.files import write_atomically
from kreishaus.settings import Settings
from warehouse import audit
from warehouse.export.extract import Extract, extract
from warehouse.export.textfile import as_csv, as_csvw
from warehouse.export.workbook import as_workbook
from warehouse.versions import Audience

SUFFIXES = (".xlsx", ".csv")


class NoSuchFormat(Exception):
    """A file's name ends in what nobody knows to write."""


@dataclass(frozen=True)
class Written:
    """What was written: the files, the first of them with the figures."""

    files: tuple[Path, ...]
    rows: int


def write(
    settings: Settings,
    mart: str,
    audience: Audience,
    to: Path | None = None,
    *,
    for_spreadsheets: bool = False,
) -> Written:
    """Write a mart of the current version to ``to``, by its ending a workbook or CSV.

    By default ``<mart>.xlsx`` in the working folder. Raises ``NoSuchFormat``, ``NoSuchMart``,
    ``TooManyRows``, ``NothingPublished``, and ``AuditUnwritable`` where it cannot be noted who
    takes a mart of ``internal``; there is no file then.
    """
    file = to or Path(f"{mart}.xlsx")
    if file.suffix not in SUFFIXES:
        raise NoSuchFormat(f"{file}: write to a file that ends in {' or '.join(SUFFIXES)}")
    with extract(settings, mart, audience) as asked:
        if file.suffix == ".xlsx":
            contents = {file: as_workbook(asked)}
        else:
            metadata = file.with_name(f"{file.name}-metadata.json")
            contents = {
                file: as_csv(asked, for_spreadsheets=for_spreadsheets),
                metadata: as_csvw(asked, file.name, for_spreadsheets=for_spreadsheets),
            }
        if audience == "internal":
            # Here and nowhere else figures leave Kreishaus as a file.
            _note(settings, asked, file)
        for path, content in contents.items():
            write_atomically(path, content)
    return Written(tuple(contents), asked.entry.rows)


def _note(settings: Settings, asked: Extract, file: Path) -> None:
    """Who takes what from ``internal``, before there is anything to take."""
    audit.record(
        settings,
        "export",
        audience=asked.audience,
        marts=[asked.mart],
        rows=asked.entry.rows,
        version=str(asked.manifest["version"]),
        as_of=asked.manifest["as_of"],
        details={"file": str(file.resolve())},
    )
