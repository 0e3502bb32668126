"""The door of BAMF's files: a PDF of figures passes, and a web page in its place."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2

from formats.encodings import decode
from ingest.persons.door import refuse, refuse_other_format, refuse_text
from kreishaus.model import UnreadableFile
from kreishaus.wording import say

PDF = b"%PDF"
END = b"%%EOF"
FILLERS = b"\r\n\t \x00\x1a"
"""What programs and mail leave behind the end of a file."""
MARKUP = (b"<", b"{", b"[")
MOST_PAGES = 60


def refuse_persons(content: bytes, label: str) -> None:
    """Let a file without persons pass. Raises ``FileRejected``.

    A PDF that does not open passes: there is no text in it that anybody could read. A web page
    passes too, as the parser says what it is; of another format nothing is kept.
    """
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        return
    if PDF in content[:1024]:
        _refuse_bytes_behind(content)
        refuse_text(_lines(content), say("text line"))
    elif head.startswith(MARKUP):
        refuse_text(_text(content).splitlines())
    else:
        refuse_other_format(say("a PDF"))


def _refuse_bytes_behind(content: bytes) -> None:
    """No page shows what stands behind the end of a PDF, and it would land with it."""
    _, end, behind = content.rpartition(END)
    if end and behind.strip(FILLERS):
        refuse(say("behind the end of the PDF (%%EOF)"), say("bytes that belong to no page"))


def _text(content: bytes) -> str:
    try:
        return decode(content).text
    except UnreadableFile:
        return content.decode("latin-1")


def _lines(content: bytes) -> Iterator[str]:
    """The text of a PDF's pages, as it comes. Refuses one with other files in it."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        return
    try:
        if document.count_attachments():
            refuse(say("the whole file"), say("a file attached to the PDF"))
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            text = page.get_textpage()
            yield from text.get_text_bounded().splitlines()
            text.close()
            page.close()
    except pypdfium2.PdfiumError:
        return  # a damaged page: the parser names it
    finally:
        document.close()
