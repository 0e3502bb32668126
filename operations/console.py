"""Printing what comes from files and servers: never read as markup, nor as codes for the terminal.

A cell or a server's answer may hold ``[/b]``, which Rich would take for markup, or an escape
sequence, which a terminal would obey (``kreishaus/terminal.py``). Whatever a command prints goes
through one of these.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from kreishaus.terminal import visible

COLUMNS_WITHOUT_TERMINAL = 120


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
