"""The three shapes in which IT.NRW and Regionalstatistik hand out a table."""

from __future__ import annotations

import hashlib
import io
import textwrap
import zipfile
from collections.abc import Iterable, Mapping, Sequence

SEPARATOR = "__________"
LDB_LICENCE = (
    "© IT.NRW, Düsseldorf, 2025. Dieses Werk ist lizenziert unter der "
    "Datenlizenz Deutschland - Namensnennung - Version 2.0."
)
REGIO_LICENCE = (
    '"© Federal Statistical Office and the statistical offices of the Länder, Germany, 2025. \n'
    'This work is licensed under the Data licence Germany - attribution - version 2.0."'
)
FFCSV_COLUMNS = ("statistics_code", "statistics_label", "time_code", "time_label", "time")
FFCSV_VARIABLE = ("code", "label", "attribute_code", "attribute_label")
FFCSV_VALUE = ("value", "value_unit", "value_variable_code", "value_variable_label")


def ldb_static(
    code: str,
    title: str,
    statistic: str,
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    stand: str,
    mark: str,
    divided_by: Sequence[str] = (),
) -> bytes:
    """The no-login CSV of the Landesdatenbank: cp1252, a wrapped title, two header rows.

    ``mark`` is the generator's, and stands before the licence. ``divided_by`` is a header row
    between the two, where a table divides its columns further.
    """
    table = list(rows)
    leading = len(table[0]) - len(headers)
    padding = ";" * (len(table[0]) - 1)
    lines = [f"Tabelle: {code}"]
    lines += [line + padding for line in (*textwrap.wrap(title, 60), statistic)]
    lines += [
        ";" * leading + ";".join(names)
        for names in (headers, divided_by, ["Anzahl"] * len(headers))
        if names
    ]
    lines += [";".join(row) for row in table]
    lines += [SEPARATOR, mark, LDB_LICENCE, f"Stand: {stand}"]
    return "\n".join([*lines, ""]).encode("cp1252")


def datencsv(
    code: str,
    titles: Sequence[str],
    headers: Sequence[Sequence[str]],
    rows: Iterable[Sequence[str]],
    footnote: str,
    created: str,
    mark: str,
) -> bytes:
    """The CSV of Regionalstatistik's table view: UTF-8, and a footnote over several lines.

    ``mark`` is the generator's, and stands behind the footnote.
    """
    table = list(rows)
    leading = len(table[0]) - len(headers[0])
    padding = ";" * (len(table[0]) - 1)
    lines = [f"Tabelle: {code}", *(line + padding for line in titles)]
    lines += [";" * leading + ";".join(header) for header in headers]
    lines += [";".join(row) for row in table]
    quoted = footnote.replace('"', '""')
    lines += [SEPARATOR, f'"{quoted}"', mark, REGIO_LICENCE, f"created: {created}"]
    return "\n".join([*lines, ""]).encode()


def ffcsv(rows: Iterable[Mapping[str, str]], variables: int) -> bytes:
    """The flat CSV, new layout: UTF-8 with a byte order mark, and in no order at all."""
    columns = [
        *FFCSV_COLUMNS,
        *(f"{n}_variable_{part}" for n in range(1, variables + 1) for part in FFCSV_VARIABLE),
        *FFCSV_VALUE,
    ]
    lines = [";".join(row[column] for column in columns) for row in rows]
    lines.sort(key=lambda line: hashlib.sha256(line.encode()).digest())
    return "\n".join([";".join(columns), *lines, ""]).encode("utf-8-sig")


def zipped(member: str, content: bytes) -> bytes:
    """A ZIP of one member, always the same bytes for the same content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(member), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
