"""What a file of the authority is, by its bytes: a workbook, a CSV set, or one CSV."""

from __future__ import annotations

import io
import re
import zipfile

from formats.archives import BROKEN
from ingest.wtg.csv_set import read_csv, read_csv_set
from ingest.wtg.grids import Grid
from ingest.wtg.layout import REGISTER_SHEET
from ingest.wtg.survey_sheet import parted_survey
from ingest.wtg.xlsx import OLE, read_workbook

ZIP = b"PK"
CSV_TITLE = "CSV"
"""The title of the one sheet of a CSV: its columns say which sheet it is."""
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_MARKS = (b"\xff\xfe", b"\xfe\xff")


def grids_of(content: bytes) -> tuple[Grid, ...]:
    """The sheets of a file of either dataset. Raises ``UnreadableFile``."""
    return grids_of_set(content) if is_csv_set(content) else parted_survey(grids_of_list(content))


def grids_of_set(content: bytes) -> tuple[Grid, ...]:
    """The sheets of a file of a reference date: what it holds says what it is, its name may say
    otherwise. Raises ``UnreadableFile``."""
    if is_csv_set(content):
        return read_csv_set(content)
    return parted_survey(
        (read_csv(content, CSV_TITLE),) if is_text(content) else read_workbook(content)
    )


def grids_of_list(content: bytes) -> tuple[Grid, ...]:
    """The sheets of the register's list. Raises ``UnreadableFile``."""
    if content.startswith((ZIP, OLE)):
        return read_workbook(content)
    return (read_csv(content, REGISTER_SHEET.title),)


def is_csv_set(content: bytes) -> bool:
    """Whether a file is a plain ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name.casefold() for name in archive.namelist()]
    except BROKEN:
        return False
    # An office file says what its parts are, or that it is an OpenDocument; a plain ZIP does not.
    return "[content_types].xml" not in names and "mimetype" not in names


def is_text(content: bytes) -> bool:
    """Whether a file is a text, and no workbook or what is left of one."""
    if content.startswith((ZIP, OLE)) or not content.strip():
        return False
    return content.startswith(_MARKS) or not _NO_TEXT.search(content)
