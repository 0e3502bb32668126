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

from formats.text import written_out
from kreishaus.wording import say

NEW_WORD = say(
    "ask the data engineer to add it (docs/sources/wtg.md, When the layout changes), and then hand "
    "in the original file again"
)
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
OTHER_TYPES = ("hospiz",)
"""Kinds that the law knows and no figure counts: such offers are set aside."""
SEVERAL = "mehrere Formen"
"""Stands for a word of the law that means several kinds: then the name says which."""
SEVERAL_KINDS = frozenset(
    [
        *("gasteinrichtung", "gasteinrichtungen", "gasteinrichtung nach 36 wtg"),
        *("einrichtung", "einrichtungen", "angebot", "pflegeeinrichtung", "mehrere formen"),
        *("wohn und betreuungsangebot", "wohnangebot", "betreuungsangebot"),
    ]
)
"""Such words: § 36 WTG calls day care, night care, short-term care and hospices so."""

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

_NUMBERING = re.compile(r"^(?:[0-9]+|[a-h]|i{1,3}|iv|vi{0,3}) ")
"""What a heading begins with: "1. Tagespflege", "b) Tagespflege"."""
_FILLERS = frozenset(
    [
        *("einrichtung", "einrichtungen", "pflegeeinrichtung", "pflegeeinrichtungen", "pflege"),
        *("angebot", "angebote", "haeuser", "heime", "dienste", "plaetze", "ambulant", "betreute"),
        *(
            "solitaere",
            "der",
            "menschen",
            "die",
            "des",
            "nach",
            "mit",
            "und",
            "fuer",
            "wtg",
            "nrw",
            "sgb",
            "xi",
        ),
        *("art", "bereich", "abschnitt", "fortsetzung", "stand"),
    ]
)
"""Words that a heading over offers of one kind has beside the kind."""
_GROUPS = {
    **dict.fromkeys(["demenz", "dement", "alzheimer"], "wg_demenz"),
    **dict.fromkeys(["beatm", "heimbeatm", "intensiv", "wachkoma", "aki "], "wg_beatmung"),
    **dict.fromkeys(
        [
            *("behinder", "handicap", "egh ", "eingliederung", "teilhabe", "inklusiv", "psych"),
            *("sucht", "sgb ix ", "lebenshilfe"),
        ],
        "eingliederungshilfe",
    ),
}
"""How the words begin that say whom a shared flat is for -> its kind, wherever they stand."""
_UNSURE = ("kein", "nicht ", "ohne ", "ehem", "eingestreut")
"""How the words begin beside which a kind is not meant, or not as one of its own."""
_OF_A_GROUP = frozenset(["wg_ambulant", "wg_demenz", "wg_beatmung"])


def folded_words(text: str) -> str:
    """A text as its lower-case words alone: two spellings of one name are then equal."""
    return " ".join(re.findall("[a-z0-9]+", written_out(text)))


@cache
def _kind_rows() -> tuple[Mapping[str, str], ...]:
    """``kind_words.csv``: kind, word (folded), and ``only``: "column" where the word means the kind
    in a column of kinds alone, and in the name of an offer anything."""
    with _KIND_WORDS.open(encoding="utf-8", newline="") as lines:
        return tuple(
            {**row, "word": folded_words(row["word"]), "only": row["only"] or ""}
            for row in csv.DictReader(lines)
        )


@cache
def kind_words() -> Mapping[str, tuple[str, ...]]:
    """Words by which a register names a kind of offer in a text of its own, or in the offer's name.

    Whole words, folded: ``Demenz-Wohngemeinschaft`` is "demenz wohngemeinschaft".
    """
    rows = [row for row in _kind_rows() if not row["only"]]
    return {
        kind: tuple(row["word"] for row in rows if row["kind"] == kind)
        for kind in (*OFFER_TYPES, *OTHER_TYPES)
    }


def kinds_in_column(text: str) -> frozenset[str]:
    """Every kind of offer that a text means which stands where the kind should: a code, words that
    mean a kind only there ("stationär", "KZP"), or what ``kinds_named`` finds."""
    words = _NUMBERING.sub("", folded_words(text))
    code = words.replace(" ", "_")
    if code in (*OFFER_TYPES, *OTHER_TYPES):
        return frozenset([code])
    alone = [row["kind"] for row in _kind_rows() if row["only"] and words == row["word"]]
    return frozenset(alone) or kinds_named(text)


def is_kind_heading(text: str) -> bool:
    """Whether a text is a heading over offers of one kind, and no name: "2. Tagespflege"."""
    words = _NUMBERING.sub("", folded_words(text))
    kinds = kinds_in_column(text)
    if len(kinds) != 1:
        return False
    rest = f" {words} "
    is_of_group = kinds <= set(_GROUPS.values())
    of_flats = _OF_A_GROUP if is_of_group else frozenset()
    known = (row["word"] for row in _kind_rows() if row["kind"] in kinds | of_flats)
    for word in sorted(known, key=len, reverse=True):
        rest = rest.replace(f" {word} ", " ")
    return all(
        word in _FILLERS or word.isdigit() or (is_of_group and word.startswith(tuple(_GROUPS)))
        for word in rest.split()
    )


def kinds_named(text: str) -> frozenset[str]:
    """Every kind of offer that a text names: none, one, or several, and then none is sure.

    A shared flat is of the kind of those whom it is for; so are flats for people with disabilities.
    None of a text that says what is not there.
    """
    words = f" {folded_words(text)} "
    if any(f" {word}" in words for word in _UNSURE):
        return frozenset()
    found = {
        kind for kind, names in kind_words().items() if any(f" {name} " in words for name in names)
    }
    groups = {kind for stem, kind in _GROUPS.items() if f" {stem}" in words}
    if found & _OF_A_GROUP:
        return frozenset((found - {"wg_ambulant"} if groups else found) | groups)
    if "eingliederungshilfe" in groups:
        return frozenset(found - {"servicewohnen"} | {"eingliederungshilfe"})
    return frozenset(found)
