"""Workbooks of the register for tests: the sample's own, and small ones written cell by cell."""

import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ingest.model import Origin
from sample import azr

CROSSTABLE = "AZR_Kreuztabelle_2021-09-30.xlsx"
SERIES = "AZR_Zeitreihe_2021-09-30.xlsx"


@cache
def sample(name: str) -> bytes:
    with TemporaryDirectory() as folder:
        azr.write(Path(folder))
        return (Path(folder) / "drop" / "azr" / name).read_bytes()


def changed(name: str, change: Callable[[Worksheet], object]) -> bytes:
    """A sample workbook after somebody worked on its first sheet."""
    workbook = load_workbook(io.BytesIO(sample(name)))
    change(workbook.worksheets[0])
    return saved(workbook)


def with_cell(name: str, cell: str, value: object) -> bytes:
    def change(sheet: Worksheet) -> None:
        sheet[cell] = value

    return changed(name, change)


def sheet_of(*rows: Iterable[object]) -> bytes:
    """A workbook of one sheet with these rows."""
    workbook = Workbook()
    for row in rows:
        workbook.worksheets[0].append(list(row))
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def origin(label: str) -> Origin:
    return Origin(
        source="azr",
        dataset="crosstable",
        sha256="0" * 64,
        label=label,
        identity=f"azr/drop/{label}",
        retrieved_at=datetime(2021, 11, 30, 1, 10, tzinfo=UTC),
    )
