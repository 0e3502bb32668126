"""Printing what comes from files and servers: never read as markup, nor as codes for the terminal.

A file's name, a cell, a server's answer may hold ``[/b]``, which Rich would take for markup, or an
escape sequence, which a terminal would obey. Whatever is printed goes through one of these.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

COLUMNS_WITHOUT_TERMINAL = 120
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


class SafeLogFormatter(logging.Formatter):
    """A record of the log on one line: a name in it cannot begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record).replace("\n", " ").replace("\t", " "))


def log_safely() -> None:
    """Where nobody has set up logging, let what a command logs be text: ``SafeLogFormatter``."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(SafeLogFormatter())
    logging.lastResort = handler


class SafeConsole(Console):
    """A Rich console for data: strings are plain text; styles come from ``Text`` objects alone."""

    def __init__(
        self, *, stderr: bool = False, file: TextIO | None = None, width: int | None = None
    ) -> None:
        super().__init__(
            file=file, stderr=stderr, width=width, markup=False, emoji=False, highlight=False
        )

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Rich's own segments, their text made visible; Rich's control codes pass."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(visible(segment.text), segment.style)


def console_for(
    stream: TextIO, columns_without_terminal: int = COLUMNS_WITHOUT_TERMINAL
) -> SafeConsole:
    """A console on a stream, as wide as its terminal, or as a file is read comfortably."""
    return SafeConsole(file=stream, width=None if stream.isatty() else columns_without_terminal)


def write_line(text: object, stream: TextIO | None = None) -> None:
    """``print`` for one piece of text that may be piped: not wrapped, and visible."""
    (stream or sys.stdout).write(f"{visible(str(text))}\n")


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
