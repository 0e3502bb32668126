"""Words that officers choose from a list. The one place to mend when a list grows.

A new reason or status also belongs into dbt's seeds (``unusable_reason``, ``offer_status``), a new
kind of offer into ``offer_type``: published tables are built on them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ingest.formats.text import written_out
from kreishaus.wording import say

NEW_WORD = say("ask the data engineer to add it (docs/sources/wtg.md, When the layout changes)")
"""What an officer does about a word that no list has."""

OFFER_TYPES = (
    "vollstationaer",
    "solitaere_kurzzeitpflege",
    "tagespflege",
    "wg_demenz",
    "wg_beatmung",
    "wg_ambulant",
    "servicewohnen",
    "ambulanter_dienst",
    "eingliederungshilfe",
)
"""Values of ``angebotsform_wtg`` and ``angebotsform``."""

INSPECTION_KINDS = ("Regelprüfung", "Anlassprüfung", "Corona-Kontrolle")
SUPPORT_KINDS = ("Einzelbetreuung", "Gruppe")

IN_OPERATION = "in Betrieb"
OFFER_STATUS = (IN_OPERATION, "im Bau", "geplant", "ruhend", "geschlossen")
NOT_YET = ("im Bau", "geplant")
CLOSED = "geschlossen"
RELEASED = "freigegeben"
RELEASE_STATUS = (RELEASED, "in Prüfung", "Entwurf")
PROVIDER_KINDS = ("freigemeinnützig", "privat", "kommunal")

REASONS_NOT_USABLE = (
    "Personalmangel",
    "freiwilliger Belegungsstopp",
    "angeordneter Belegungsstopp",
    "Umbau",
    "Infektionsgeschehen",
)
"""Why a place that is not occupied cannot be used: an empty place is not a free one."""

PLANNING_STATUS = ("angefragt", "geplant", "beschlossen", "im Bau", "in Betrieb", "aufgegeben")

KIND_WORDS_PLACE = "ingest/wtg/kind_words.csv"
_KIND_WORDS = Path(__file__).with_name("kind_words.csv")

_MORE_SPECIFIC = {"wg_ambulant": {"wg_demenz", "wg_beatmung"}}


def folded_words(text: str) -> str:
    """A text as its lower-case words alone: two spellings of one name are then equal."""
    return " ".join(re.findall("[a-z0-9]+", written_out(text)))


@cache
def kind_words() -> Mapping[str, tuple[str, ...]]:
    """Words by which a register names a kind of offer in a text of its own, or in the offer's name.

    Whole words, folded: ``Demenz-Wohngemeinschaft`` is "demenz wohngemeinschaft".
    """
    with _KIND_WORDS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        kind: tuple(folded_words(row["word"]) for row in rows if row["kind"] == kind)
        for kind in OFFER_TYPES
    }


def kinds_named(text: str) -> frozenset[str]:
    """Every kind of offer that a text names: none, one, or several, and then none is sure."""
    words = f" {folded_words(text)} "
    found = {
        kind for kind, names in kind_words().items() if any(f" {name} " in words for name in names)
    }
    return frozenset(kind for kind in found if not found & _MORE_SPECIFIC.get(kind, set()))
