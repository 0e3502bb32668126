"""The lines of a CSV of the offices: `;`, quoted cells may run over several lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from formats.faults import fault
from kreishaus.wording import say


@dataclass(frozen=True)
class CsvLine:
    """The cells of one line as printed; ``number`` is where it ends in the file, from 1."""

    number: int
    cells: list[str]


def csv_lines(text: str, place: str | None = None) -> Iterator[CsvLine]:
    """Every line that holds anything at all.

    Raises ``UnreadableFile`` where quotes are not closed, or stand inside a cell.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield CsvLine(reader.line_num, cells)
    except csv.Error as error:
        raise fault(
            "csv",
            say(
                "{value}, line {line_num} is no CSV: {error}. A quotation mark was "
                "probably lost: fetch the file again.",
                value=place or "The file",
                line_num=reader.line_num,
                error=error,
            ),
            place=place,
            row=reader.line_num,
            expected=say("cells divided by ;, quotation marks in pairs"),
        ) from error
