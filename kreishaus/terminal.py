"""Text from files and servers made safe to print: nothing in it that a terminal would obey.

A file's name, a cell, a server's answer may hold an escape sequence. Whatever is printed or logged
goes through one of these.
"""

from __future__ import annotations

import json
import os
import unicodedata

LAYOUT = frozenset("\n\t")
UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode's control and format characters (right-to-left overrides, zero widths), lone surrogates
of names that are no UTF-8, and its line and paragraph separators."""

OBEYED = ("Cc", "Cs", "Zl", "Zp")
"""Those of them that begin a line or a code: no name of a file needs one."""


def visible(text: str) -> str:
    """The text with each character that a terminal acts upon replaced by a sign of one column.

    Line ends and tabs stay. C0 controls become their pictures (``ESC`` the sign U+241B), all others
    U+FFFD.
    """
    if text.isprintable():
        return text
    return "".join(_sign(character) for character in text)


def _sign(character: str) -> str:
    if character in LAYOUT or unicodedata.category(character) not in UNSHOWN:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def printable_name(name: str) -> str:
    """A file's name on one line: bytes and signs that a terminal or a log would obey as escapes.

    Marks that only join or hide, as in names copied from a web page, stay: they harm nobody.
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(
        ascii(sign)[1:-1] if unicodedata.category(sign) in OBEYED else sign for sign in text
    )


def json_text(document: object, *, indent: int | None = 2) -> str:
    """A JSON document for programs, umlauts as they are, every character that acts escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=indent, default=str)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(
        character
        if character == "\n" or unicodedata.category(character) not in UNSHOWN
        else json.dumps(character)[1:-1]
        for character in text
    )
