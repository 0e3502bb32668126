"""HKL tables of 2015-01 to 2021-09 as others extracted them, in the shape of our staged rows.

Their extraction lost rows, wrote 0 and 1 as False and True and counted one row twice; nothing of
that is mended here.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ingest.bamf.tables import MEASURES
from vocabulary.countries import countries

CONTINENT_OF = {country.ls_code: country.continent for country in countries()}


def months(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("20??/20????.csv"))


def staged_rows(folder: Path, month: str) -> pd.DataFrame:
    """The month's printed rows, each number with place and row: page 1 countries, page 2 sums."""
    records = [*_countries(folder, month), *_sums(folder, month)]
    frame = pd.DataFrame(
        [
            {**about, "measure": measure, "value": value, "marker": None}
            for about, values in records
            for measure, value in zip(MEASURES.values(), values, strict=True)
        ]
    )
    return frame.astype({"value": "Int64"})


def _countries(folder: Path, month: str) -> Iterator[tuple[dict[str, object], list[int]]]:
    for row, (_, label, ls_code, *cells) in enumerate(_lines(folder, f"{month}.csv"), start=1):
        kind = "country" if ls_code else "continent"
        continent = CONTINENT_OF.get(ls_code) or label
        yield _about("1", row, kind, continent, ls_code or None, label), [*map(_count, cells)]


def _sums(folder: Path, month: str) -> Iterator[tuple[dict[str, object], list[int]]]:
    for row, line in enumerate(_lines(folder, f"{month}_no_laendercode.csv"), start=1):
        label, *cells = [cell for cell in line if cell and not cell.startswith(month[:4] + "-")]
        total = "gesamt" in label
        about = _about("2", row, "total" if total else "continent", None, None, label)
        yield {**about, "continent": None if total else label}, [*map(_count, cells)]


def _about(
    place: str, row: int, kind: str, continent: str | None, ls_code: str | None, label: str
) -> dict[str, object]:
    return {
        "source_place": place,
        "source_row": row,
        "row_kind": kind,
        "continent": continent,
        "ls_code": ls_code,
        "row_label": label,
    }


def _count(cell: str) -> int:
    return {"True": 1, "False": 0}.get(cell) if cell in ("True", "False") else int(float(cell))


def _lines(folder: Path, name: str) -> list[list[str]]:
    path = folder / name[:4] / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return [line for line in csv.reader(lines) if line and line[0] != "YEAR_MONTH"]
