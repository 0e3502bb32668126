"""The countries of origin that BAMF has printed so far: key (LS), continent, spellings.

LS is the key: names change. The list finds the key of a name where only names are printed, and
says which key a lost row may have had. A key that it lacks is no fault, only new.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from formats.text import written_out

FILE = Path(__file__).with_name("countries.csv")


@dataclass(frozen=True)
class Country:
    """A country of origin, or a group that BAMF counts like one (997 stateless)."""

    ls_code: str
    continent: str
    label: str
    also_written: tuple[str, ...]


@cache
def countries() -> tuple[Country, ...]:
    """All countries of ``countries.csv``, by LS."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Country(
                ls_code=record["ls_code"],
                continent=record["continent"],
                label=record["label"],
                also_written=tuple(filter(None, record["also_written"].split("|"))),
            )
            for record in csv.DictReader(lines, delimiter=";")
        )


def ls_code_of(label: str) -> str | None:
    """The key of a printed name; None for a name that is unknown or was given to two keys."""
    return _by_name().get(_folded(label))


@cache
def _by_name() -> dict[str, str | None]:
    keys: dict[str, str | None] = {}
    for country in countries():
        for name in {_folded(text) for text in (country.label, *country.also_written)}:
            keys[name] = None if name in keys else country.ls_code
    return keys


def _folded(label: str) -> str:
    return written_out("".join(label.split()))
