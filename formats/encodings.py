"""What the bytes themselves say: what kind of answer they are, and in which encoding."""

from __future__ import annotations

import codecs
import logging
import re
from dataclasses import dataclass
from typing import Literal

from formats.faults import fault
from kreishaus.model import UnreadableFile
from kreishaus.wording import say

log = logging.getLogger(__name__)

Kind = Literal["zip", "status", "page", "nothing", "text"]
Encoding = Literal["ASCII", "UTF-8", "UTF-8 with BOM", "UTF-16", "cp1252", "latin-1"]

READABLE = say("UTF-8, UTF-16 with a byte order mark, cp1252 or latin-1")
BOM = codecs.BOM_UTF8
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MAX_BYTES = 48 * 1024 * 1024
"""A recorded job of 2 million values had 33 MB; nothing the county asks for comes near."""

BROKEN = re.compile("[ÃÂ][\u0080-\u00bf\u0152-\u2122]|[\ufffd\x00]")
"""UTF-8 once read as cp1252 (``Ã¼``), a replaced character, or no text at all."""

LOST = re.compile(r"(?<![\w/.:=&?%-])[A-Za-zÄÖÜäöüß]*\?(?:[a-zäöüß]{2}|[a-zß]\b)")
"""A letter that some program could not write: ``Pl?tze``. Addresses with a query are none."""

NOT_GERMAN = re.compile(
    r"[^\x00-\x7f\xa0-\xff–—‘’‚“”„…€]|[¢¤¥¦¨ª¬¯¸¹º¡¿ÐðÞþ]"
    r"|(?<=[A-Za-z])[‘‚“”„…€§©®°²³µ½¼¾×÷«»][a-zß]"
)
"""What no German table holds, but a table of another code page read as cp1252: ``L„nder``."""

ELSEWHERE = {"cp850": "cp850 (DOS)", "mac_roman": "Mac Roman"}
GERMAN = set("äöüÄÖÜß§°²³©–„“’é")


@dataclass(frozen=True)
class Decoded:
    """A file as text, lines ending in ``\\n``; ``evidence`` is why it is this encoding."""

    text: str
    encoding: Encoding
    evidence: str


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


def decoded(content: bytes) -> str:
    """The text of a file, see ``decode``; encoding and evidence go into the log."""
    result = decode(content)
    log.info("read as %s: %s", result.encoding, result.evidence)
    return result.text


def decode(content: bytes) -> Decoded:
    """The text of a CSV file, by what its bytes prove.

    1. A byte order mark names UTF-8 or UTF-16.
    2. Bytes above 127 that are valid UTF-8 from end to end are UTF-8: German text in an eight-bit
       code page never is.
    3. Else cp1252, of which latin-1 is the part without the bytes 0x80 to 0x9f; but only if every
       letter is one that German tables hold.

    Raises ``UnreadableFile``, rule ``is_text`` for an empty file, a web page, a status or an
    archive; rule ``encoding`` for a file that mixes two encodings, was converted twice, was cut, or
    is of another code page. Nothing is replaced or dropped.
    """
    _require_text(content)
    decoded = _by_mark(content) or _by_utf8(content) or _by_code_page(content)
    if broken := BROKEN.search(decoded.text):
        raise _encoding_fault(
            decoded.text,
            broken,
            say(
                "characters that come of converting UTF-8 twice, or of binary data: the "
                "file was damaged on its way. Fetch it again; if it stays so, ask the "
                "publisher."
            ),
        )
    if lost := LOST.search(decoded.text):
        raise _encoding_fault(
            decoded.text,
            lost,
            say(
                "a question mark in place of a letter: a program saved the file in an "
                "encoding without umlauts. Fetch it again; never save it from a "
                "spreadsheet."
            ),
        )
    unified = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(unified, decoded.encoding, decoded.evidence)


def _require_text(content: bytes) -> None:
    kind = kind_of(content)
    if kind != "text":
        found = {
            "page": say("a web page"),
            "status": say("a JSON status"),
            "zip": say("a ZIP archive"),
        }
        raise fault(
            "is_text",
            say("The file holds no table."),
            expected=say("a table as CSV text"),
            found=found.get(kind, say("an empty file")),
            to_do=say(
                "A maintenance page or a status message was probably delivered in its "
                "place: fetch it again later."
            ),
        )
    if len(content) > MAX_BYTES:
        raise fault(
            "size",
            say(
                "The file is larger than any table we ask for: narrow the question "
                "(table_code and path in county.toml)."
            ),
            expected=say("at most {max_bytes:,} bytes", max_bytes=MAX_BYTES),
            found=say("{count:,} bytes", count=len(content)),
        )


def _by_mark(content: bytes) -> Decoded | None:
    try:
        if content.startswith(BOM):
            text = content.removeprefix(BOM).decode("utf-8")
            return Decoded(text, "UTF-8 with BOM", say("it begins with the mark EF BB BF"))
        if content.startswith(UTF16_BOMS):
            mark = content[:2].hex(" ").upper()
            return Decoded(
                content.decode("utf-16"), "UTF-16", say("it begins with the mark {mark}", mark=mark)
            )
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise fault(
            "encoding",
            say(
                "The file begins with the mark of {upper}, but line {line} is none: it "
                "mixes two encodings, or was cut.",
                upper=error.encoding.upper(),
                line=line,
            ),
            row=line,
            expected=say("{upper} from end to end", upper=error.encoding.upper()),
            found=say("{reason} at byte {start:,}", reason=error.reason, start=error.start),
            to_do=say("Fetch it again; never save it from a spreadsheet."),
        ) from error
    return None


def _by_utf8(content: bytes) -> Decoded | None:
    if content.isascii():
        return Decoded(content.decode("ascii"), "ASCII", say("it holds no byte above 127"))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return Decoded(text, "UTF-8", say("every byte above 127 belongs to a valid UTF-8 sequence"))


def _by_code_page(content: bytes) -> Decoded:
    first = _first_line_of_code_page(content)
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        at = content.count(b"\n", 0, error.start) + 1
        raise fault(
            "encoding",
            say("Line {at} is neither UTF-8 nor cp1252{likely}.", at=at, likely=_likely(content)),
            row=at,
            expected=READABLE,
            found=say("byte 0x{content:02x}", content=content[error.start]),
        ) from error
    if foreign := NOT_GERMAN.search(text):
        raise _encoding_fault(
            text,
            foreign,
            say("letters that no German table holds{likely}.", likely=_likely(content)),
        )
    if any(0x80 <= byte <= 0x9F for byte in set(content)):
        return Decoded(
            text, "cp1252", say("line {first} is no UTF-8; bytes 80 to 9F occur", first=first)
        )
    return Decoded(
        text, "latin-1", say("line {first} is no UTF-8; no byte 80 to 9F occurs", first=first)
    )


def _first_line_of_code_page(content: bytes) -> int:
    """The first line that is no UTF-8. Raises ``UnreadableFile`` where other lines are UTF-8."""
    of_utf8: list[int] = []
    others: list[int] = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.isascii():
            (of_utf8 if _is_utf8(line) else others).append(number)
    if of_utf8:
        raise fault(
            "encoding",
            say(
                "The file mixes two encodings: line {of_utf8} is UTF-8, line {others} is not.",
                of_utf8=of_utf8[0],
                others=others[0],
            ),
            row=max(of_utf8[0], others[0]),
            expected=say("one encoding from end to end: {readable}", readable=READABLE),
            found=say(
                "UTF-8 in line {of_utf8}, an eight-bit code page in line {others}",
                of_utf8=of_utf8[0],
                others=others[0],
            ),
            to_do=say("Two files were probably joined: fetch it again."),
        )
    return others[0]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _likely(content: bytes) -> str:
    """The code page in which everything above 127 would be German; never used to read."""
    high = bytes(byte for byte in content if byte > 127)
    for codec, name in ELSEWHERE.items():
        if set(high.decode(codec, "replace")) <= GERMAN:
            return say(
                ", it looks like {name}: fetch it from the source, or save it as UTF-8", name=name
            )
    return say(": the file was damaged on its way, fetch it again")


def _encoding_fault(text: str, at: re.Match[str], what: str) -> UnreadableFile:
    line = text.count("\n", 0, at.start()) + 1
    return fault(
        "encoding",
        say("Line {line} holds {what}", line=line, what=what),
        row=line,
        expected=READABLE,
        found=repr(text[max(0, at.start() - 20) : at.end() + 10]),
    )
