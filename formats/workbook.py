"""Opening the workbooks and tables of text that an office drops, whatever program made them."""

from __future__ import annotations

import io
import zipfile

from formats.archives import BROKEN, check_archive
from formats.compound import MAGIC
from formats.delimited import read_text
from formats.faults import fault
from formats.ods import read_ods
from formats.sheets import DAMAGED, WORKBOOK_LIMITS, OpaqueFile, Workbook
from formats.xls import read_xls
from formats.xlsx import WORKBOOK, read_xlsx
from kreishaus.model import UnreadableFile
from kreishaus.wording import say

ZIP_MAGIC = b"PK"


def look_into(content: bytes) -> Workbook:
    """Everything readable in a file: XLSX, ODS, XLS or text, told by its first bytes.

    Raises ``OpaqueFile`` for what cannot be looked into as a whole.
    """
    if len(content) > WORKBOOK_LIMITS.expanded:
        raise OpaqueFile(say("a file far larger than a table of counts can be"))
    if content.startswith(MAGIC):
        return read_xls(content)
    if not content.startswith(ZIP_MAGIC):
        return read_text(content)
    try:
        check_archive(content, say("a workbook"), WORKBOOK_LIMITS)
    except UnreadableFile as refusal:
        # Its message is ours; what it found may be a name out of the file.
        raise OpaqueFile(f"{DAMAGED} ({refusal.findings[0].message})") from None
    names = _names(content)
    if WORKBOOK in names:
        return read_xlsx(content)
    if "content.xml" in names:
        return read_ods(content)
    raise OpaqueFile(say("an archive that is no workbook. Drop the workbook itself, not packed"))


def open_workbook(content: bytes) -> Workbook:
    """The same for a parser. Raises ``UnreadableFile``."""
    try:
        return look_into(content)
    except OpaqueFile as opaque:
        raise fault(
            "workbook",
            say("this is not a whole workbook that can be read: {opaque}.", opaque=opaque),
            expected=say("a workbook (.xlsx, .ods, .xls) or a table of text (.csv)"),
            found=say("{count} bytes", count=len(content)),
            to_do=say("Open it in the office program, save it as .xlsx and drop it again"),
        ) from None


def _names(content: bytes) -> set[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return set(archive.namelist())
    except BROKEN:
        raise OpaqueFile(DAMAGED) from None
