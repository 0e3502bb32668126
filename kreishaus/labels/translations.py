"""German for what the marts say in English: datasets, caveats, documents, reasons."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kreishaus.county_words import CountyWords
from kreishaus.datasets import REGISTRY
from kreishaus.earlier_names import TEXTS
from kreishaus.labels.formats import day

FILE = Path(__file__).with_name("translations.toml")
_VARIABLE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\d+")


@cache
def translations() -> dict[str, Any]:
    """The lists of ``translations.toml``."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def dataset(dataset_id: str) -> str:
    """What a dataset is called in a paper; its id where the registry has lost it."""
    return next((one.cited_de for one in REGISTRY if one.id == dataset_id), dataset_id)


def translated(list_name: str, text: str, words: CountyWords) -> str:
    """A statement of a mart in German; in its own words where the list does not have it.

    Dates and numbers in it are left out for the look-up and put back as German readers write them;
    ``words`` are those for the kind of county.
    """
    known = translations()[list_name].get(_pattern(TEXTS.get(text, text)))
    if known is None:
        return text
    values = (_in_german(found) for found in _VARIABLE.findall(text))
    return str(known).format(*values, **words.texts)


def is_known(list_name: str, text: str) -> bool:
    """Whether the list has the statement."""
    return _pattern(text) in translations()[list_name]


def _pattern(text: str) -> str:
    return _VARIABLE.sub("{}", text)


def _in_german(found: str) -> str:
    return day(date.fromisoformat(found)) if "-" in found else found


def statements(caveat: str | None) -> list[str]:
    """The single statements of a ``caveat``."""
    return caveat.split("; ") if caveat else []


def caveats(texts: list[str | None], words: CountyWords) -> list[str]:
    """All caveats of some rows in German, each once, in the order in which they first come."""
    found = [statement for text in texts for statement in statements(text)]
    return [translated("caveats", statement, words) for statement in dict.fromkeys(found)]
