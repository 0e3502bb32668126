"""What the bytes themselves say: what kind of answer they are, and in which encoding."""

from __future__ import annotations

import re
from typing import Literal

from ingest.model import Finding, UnreadableFile

Kind = Literal["zip", "status", "page", "nothing", "text"]

BOM = b"\xef\xbb\xbf"
BROKEN_UMLAUT = re.compile("[ÃÂ][\u0080-\u00bf\u0152-\u2122]|\ufffd|\x00")
"""UTF-8 read as cp1252 (``Ã¼``), a replaced character, or no text at all."""


def kind_of(content: bytes) -> Kind:
    """What the first bytes say an answer is: the type a server declares proves nothing."""
    head = content.removeprefix(BOM).lstrip()[:2]
    if head == b"PK":
        return "zip"
    if head.startswith(b"{"):
        return "status"
    if head.startswith(b"<"):
        return "page"
    return "text" if head else "nothing"


def fault(
    rule: str,
    message: str,
    *,
    place: str | None = None,
    row: int | None = None,
    column: str | None = None,
    expected: str | None = None,
    found: str | None = None,
) -> UnreadableFile:
    """The exception for one thing that makes a file unreadable; ``row`` is a line of the file."""
    return UnreadableFile(
        Finding(
            rule=rule,
            severity="critical",
            message=message,
            place=place,
            row=None if row is None else str(row),
            column=column,
            expected=expected,
            found=found,
        )
    )


def decoded(content: bytes) -> str:
    """The text of a CSV file, line ends as ``\\n``, without byte order mark.

    UTF-8 where the bytes are valid UTF-8, else cp1252: German text in cp1252 is never valid UTF-8.
    Raises ``UnreadableFile`` for an empty file, a web page, a status, and for text that came out
    broken, which is what a cut or twice converted file looks like.
    """
    kind = kind_of(content)
    if kind != "text":
        found = {"page": "a web page", "status": "a JSON status", "zip": "a ZIP archive"}
        raise fault(
            "is_text",
            "The file holds no table. A maintenance page or a status message was probably "
            "delivered in its place: fetch it again later.",
            expected="a table as CSV text",
            found=found.get(kind, "an empty file"),
        )
    try:
        text = content.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError:
        text = _decoded_cp1252(content)
    if broken := BROKEN_UMLAUT.search(text):
        line = text.count("\n", 0, broken.start()) + 1
        raise fault(
            "encoding",
            f"Line {line} holds characters that no German table holds: the file was cut or "
            "converted on its way. Fetch it again; if it stays so, ask the publisher.",
            row=line,
            expected="UTF-8 or cp1252",
            found=repr(text[max(0, broken.start() - 20) : broken.end() + 10]),
        )
    return text.replace("\r\n", "\n")


def _decoded_cp1252(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise fault(
            "encoding",
            f"Line {line} is neither UTF-8 nor cp1252: the file was damaged on its way. "
            "Fetch it again.",
            row=line,
            expected="UTF-8 or cp1252",
            found=f"byte 0x{content[error.start]:02x}",
        ) from error
