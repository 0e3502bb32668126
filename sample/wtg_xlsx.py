"""Writing a workbook whose bytes depend on its contents alone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook

_MOMENT = (2021, 11, 30, 0, 0, 0)
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_PROPERTIES = "docProps/core.xml"


@dataclass(frozen=True)
class Page:
    """A sheet as an officer fills it: a title row, an empty row, the header, the rows."""

    title: str
    headline: str
    header: Sequence[str]
    rows: Sequence[Mapping[str, object]]


def workbook_bytes(notes: Sequence[str], pages: Sequence[Page], mark: str) -> bytes:
    """An XLSX with the sheet "Hinweis" and one sheet a page.

    The generator's ``mark`` is the last of the notes, and among the properties.
    """
    workbook = Workbook(write_only=True)
    workbook.properties.keywords = mark
    hint = workbook.create_sheet("Hinweis")
    for note in (*notes, mark):
        hint.append([note])
    for page in pages:
        sheet = workbook.create_sheet(page.title)
        sheet.append([page.headline])
        sheet.append([])
        sheet.append(list(page.header))
        for row in page.rows:
            sheet.append([row.get(column) for column in page.header])
    written = io.BytesIO()
    workbook.save(written)
    return _without_clock(written.getvalue())


def _without_clock(content: bytes) -> bytes:
    """The same archive with one fixed moment wherever openpyxl and zip write the present."""
    steady = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in archive.namelist():
            part = archive.read(name)
            if name == _PROPERTIES:
                part = _STAMP.sub(rb"\g<1>2021-11-30T00:00:00Z\g<2>", part)
            entry = zipfile.ZipInfo(name, date_time=_MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, part)
    return steady.getvalue()
