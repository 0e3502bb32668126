"""Writing a mart into a file: the one way out of the house for files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.files import write_atomically
from ingest.settings import Settings
from warehouse.export.extract import extract
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
    ``TooManyRows``, ``NothingPublished``; there is no file then.
    """
    file = to or Path(f"{mart}.xlsx")
    if file.suffix not in SUFFIXES:
        raise NoSuchFormat(f"{file}: write to a file that ends in {' or '.join(SUFFIXES)}")
    with extract(settings, mart, audience) as asked:
        # Here and nowhere else figures leave the house as a file: who took what from ``internal``
        # is to be noted here, before anything is written.
        if file.suffix == ".xlsx":
            contents = {file: as_workbook(asked)}
        else:
            metadata = file.with_name(f"{file.name}-metadata.json")
            contents = {
                file: as_csv(asked, for_spreadsheets=for_spreadsheets),
                metadata: as_csvw(asked, file.name, for_spreadsheets=for_spreadsheets),
            }
        for path, content in contents.items():
            write_atomically(path, content)
    return Written(tuple(contents), asked.entry.rows)
