"""The papers that can be printed. Naming them costs nothing; each is read in when it is asked for.

A new paper is a module here with a ``PAPER``, its name below, and an exposure of its marts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.papers.definition import Paper

NAMES = ("refugees", "demand", "wtg")


class NoSuchPaper(Exception):
    """There is no paper of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no paper called {name!r}; there are {', '.join(NAMES)}.")


def paper(name: str) -> Paper:
    """A paper by its name. Raises ``NoSuchPaper``."""
    if name not in NAMES:
        raise NoSuchPaper(name)
    found: Paper = import_module(f"reports.papers.{name}").PAPER
    return found
