"""The canonical table: what of a file of the register is kept, as a CSV of our own.

    form;dataset;reference_date;row;column;count;marker;label;line;printed_date;published_at;sheet;
    sheet_row

One line a count. ``row`` is the code of a status or a region, ``column`` that of a group
("sex/male", "total") or a sex. ``label`` and ``printed_date`` are the recognised words of row and
date as the office wrote them, ``line`` the printed number of the line, ``sheet`` and ``sheet_row``
where the row stands in the office's file, so that a finding leads there. Lines go by date, row and
column: the same table always has the same bytes.

``FORM`` goes up when the form changes. Earlier forms stay readable: landed bytes never change.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from formats.counts import MARKERS
from ingest.azr.findings import unreadable
from ingest.azr.tables import SEXES
from kreishaus.model import Batch, Origin
from kreishaus.wording import say
from vocabulary.groups import GROUPS

FORM = 1
COLUMNS = (
    *("form", "dataset", "reference_date", "row", "column", "count", "marker"),
    *("label", "line", "printed_date", "published_at", "sheet", "sheet_row"),
)
DELIMITER = ";"
STATUS, REGION = re.compile(r"[a-z][a-z0-9_]{0,60}"), re.compile(r"\d{5}|\d{8}", re.ASCII)
WHOLE = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
MARKER = frozenset(MARKERS.values())
COUNTED = "total"
"""The one column of a series at each of its dates."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """How the staged rows of a dataset stand in the canonical table, and how they come back."""

    rows: re.Pattern[str]
    columns: tuple[str, ...]
    texts: tuple[str, ...]
    whole: tuple[str, ...]
    to_line: Callable[[Row], dict[str, object]]
    to_row: Callable[[Mapping[str, str]], dict[str, object]]


def _crosstable_line(row: Row) -> dict[str, object]:
    return {
        "row": row["status_code"],
        "column": _group(str(row["margin"]), str(row["group_code"])),
        "label": row["status_label"],
        "line": row["line_number"],
    }


def _group(margin: str, code: str) -> str:
    return code if margin == code else f"{margin}/{code}"


def _crosstable_row(line: Mapping[str, str]) -> dict[str, object]:
    margin, _, code = line["column"].partition("/")
    return {
        "line_number": int(line["line"]),
        "status_code": line["row"],
        "status_label": line["label"],
        "margin": margin,
        "group_code": code or margin,
    }


def _series_line(row: Row) -> dict[str, object]:
    return {
        "row": row["status_code"],
        "column": COUNTED,
        "label": row["status_label"],
        "printed_date": row["reference_label"],
    }


def _series_row(line: Mapping[str, str]) -> dict[str, object]:
    return {
        "reference_label": line["printed_date"],
        "status_code": line["row"],
        "status_label": line["label"],
    }


def _municipalities_line(row: Row) -> dict[str, object]:
    return {"row": row["region_code"], "column": row["sex_code"], "label": row["region_name"]}


def _municipalities_row(line: Mapping[str, str]) -> dict[str, object]:
    return {
        "region_code": line["row"],
        "region_level": "Kreis" if len(line["row"]) == 5 else "Gemeinde",
        "region_name": line["label"],
        "sex_code": line["column"],
    }


KINDS: Mapping[str, Kind] = {
    "crosstable": Kind(
        STATUS,
        tuple(str(group) for group in GROUPS),
        ("status_code", "status_label", "margin", "group_code"),
        ("line_number", "value"),
        _crosstable_line,
        _crosstable_row,
    ),
    "series": Kind(
        STATUS,
        (COUNTED,),
        ("reference_label", "status_code", "status_label"),
        ("value",),
        _series_line,
        _series_row,
    ),
    "municipalities": Kind(
        REGION,
        (COUNTED, *SEXES),
        ("region_code", "region_level", "region_name", "sex_code"),
        ("value",),
        _municipalities_line,
        _municipalities_row,
    ),
}


def written(dataset: str, batch: Batch) -> bytes:
    """The canonical table of what a reader found in an office's file."""
    kind = KINDS[dataset]
    published = batch.published_at.isoformat() if batch.published_at else ""
    lines = [
        {
            "form": FORM,
            "dataset": dataset,
            "reference_date": row["reference_date"].isoformat(),
            "count": "" if pd.isna(row["value"]) else int(row["value"]),
            "marker": "" if pd.isna(row["marker"]) else row["marker"],
            "published_at": published,
            "sheet": row["source_place"],
            "sheet_row": row["source_row"],
            **kind.to_line(row),
        }
        for row in _rows(batch.tables["cells"])
    ]
    lines.sort(key=lambda line: _order(kind, line))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, "", delimiter=DELIMITER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def _rows(cells: pd.DataFrame) -> Iterator[Row]:
    for values in cells.itertuples(index=False, name=None):
        yield dict(zip(cells.columns, values, strict=True))


def _order(kind: Kind, line: Mapping[str, Any]) -> tuple[str, int, int]:
    return line["reference_date"], line["sheet_row"], kind.columns.index(line["column"])


def counts_of(content: bytes) -> str:
    """Stands for the counts of a canonical table: equal where each of them is."""
    columns = ("dataset", "reference_date", "row", "column", "count", "marker")
    rows = csv.DictReader(io.StringIO(content.decode()), delimiter=DELIMITER)
    counted = sorted(DELIMITER.join(row[column] for column in columns) for row in rows)
    return hashlib.sha256("\n".join(counted).encode()).hexdigest()


def read(dataset: str, content: bytes, origin: Origin) -> Batch:
    """The rows of a canonical table. Raises ``UnreadableFile`` where it is not exactly one."""
    lines = list(_lines(dataset, content))
    kind = KINDS[dataset]
    cells = [
        {
            "reference_date": date.fromisoformat(line["reference_date"]),
            **kind.to_row(line),
            "value": int(line["count"]) if line["count"] else None,
            "marker": line["marker"] or None,
            "source_place": line["sheet"],
            "source_row": int(line["sheet_row"]),
        }
        for line in lines
    ]
    texts = dict.fromkeys((*kind.texts, "marker", "source_place"), "string")
    frame = pd.DataFrame(cells).astype({**texts, **dict.fromkeys(kind.whole, "Int64")})
    published = lines[0]["published_at"]
    return Batch(
        period="all" if dataset == "series" else lines[0]["reference_date"],
        tables={"cells": frame},
        published_at=datetime.fromisoformat(published) if published else None,
        findings=origin.reduction.findings if origin.reduction else (),
    )


def _lines(dataset: str, content: bytes) -> Iterator[dict[str, str]]:
    try:
        rows = list(csv.reader(io.StringIO(content.decode()), delimiter=DELIMITER, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _damaged("1", say("UTF-8 text, cells apart by semicolons"), str(error)) from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise _damaged("1", DELIMITER.join(COLUMNS), say("another head"))
    if len(rows) == 1:
        raise _damaged("2", say("a count"), say("no line"))
    seen: set[tuple[str, str, str]] = set()
    once: set[tuple[str, str]] = set()
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS):
            raise _damaged(
                str(number),
                say("{count} cells", count=len(COLUMNS)),
                say("{count} cells", count=len(row)),
            )
        line = dict(zip(COLUMNS, row, strict=True))
        for column, fits in _rules(dataset).items():
            if not fits(line[column]):
                raise _damaged(
                    str(number),
                    say("another {column}", column=column),
                    say("one that the form does not have"),
                )
        if bool(line["count"]) == bool(line["marker"]):
            raise _damaged(str(number), say("a count or a marker"), say("both or neither"))
        key = (line["reference_date"], line["row"], line["column"])
        if key in seen:
            raise _damaged(str(number), say("each count once"), say("one for the second time"))
        seen.add(key)
        once.add((line["published_at"], "" if dataset == "series" else line["reference_date"]))
        if len(once) > 1:
            raise _damaged(str(number), say("one date for the whole table"), say("a second one"))
        yield line


def _rules(dataset: str) -> dict[str, Callable[[str], bool]]:
    kind = KINDS[dataset]
    number = WHOLE.fullmatch
    is_numbered, is_dated = dataset == "crosstable", dataset == "series"
    return {
        "form": lambda text: text == str(FORM),
        "dataset": lambda text: text == dataset,
        "reference_date": lambda text: _is_moment(text, date.fromisoformat),
        "row": lambda text: kind.rows.fullmatch(text) is not None,
        "column": lambda text: text in kind.columns,
        "count": lambda text: not text or number(text) is not None,
        "marker": lambda text: not text or text in MARKER,
        "label": bool,
        "line": lambda text: number(text) is not None if is_numbered else not text,
        "printed_date": lambda text: bool(text) == is_dated,
        "published_at": lambda text: not text or _is_moment(text, datetime.fromisoformat),
        "sheet": bool,
        "sheet_row": lambda text: number(text) is not None,
    }


def _is_moment(text: str, read_text: Callable[[str], date]) -> bool:
    try:
        return read_text(text).isoformat() == text
    except ValueError:
        return False


def _damaged(row: str, expected: str, found: str) -> Exception:
    return unreadable(
        "canonical_table",
        say("the landed table is not as Kreishaus wrote it: bring the file back from a backup"),
        row=row,
        expected=expected,
        found=found,
    )
