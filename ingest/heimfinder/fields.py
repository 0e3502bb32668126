"""Which field of a Heimfinder answer means what: ``fields.toml``, and how it is read."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from formats.forms import form_of
from formats.text import written_out
from kreishaus.settings import Section

FILE = Path(__file__).with_name("fields.toml")
MEND = "ingest/heimfinder/fields.toml"
"""What a finding calls the file."""

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Record: TypeAlias = "dict[str, Json]"
Step: TypeAlias = "tuple[str, tuple[str, str] | None]"

NEAR = 0.7
NAME_WORD = re.compile(r"[A-ZÄÖÜ]?[a-zäöüß]+|[A-ZÄÖÜ]+|\d+")
FIELD_WORDS = (
    *("frei", "freie", "freier", "freien", "platz", "plaetze", "plätze", "anzahl", "gesamt", "art"),
    *("verfuegbar", "verfuegbare", "vakant", "vakanz", "offen", "offene", "belegt", "belegung"),
    *("betten", "bett", "kapazitaet", "kapazität", "stand", "datum", "aktualisiert", "am", "der"),
    *("langzeit", "dauer", "kurzzeit", "tages", "nacht", "pflege", "tagespflege", "nachtpflege"),
    *("kurzzeitpflegeplaetze", "dauerpflegeplaetze", "pflegeplaetze", "pflegeplätze", "solitaer"),
    *("heim", "haus", "einrichtungen", "einrichtungs", "typ", "nummer", "nr", "key", "code", "ort"),
    *("landkreis", "stadt", "gemeinde", "kommune", "region", "regional", "schluessel", "laenge"),
    *("breite", "latitude", "longitude", "lng", "geo", "location", "position", "koordinaten"),
    *("free", "places", "vacancies", "vacancy", "beds", "available", "county", "district", "city"),
    *("identifier", "uuid", "bezeichnung", "title", "titel", "neu", "alt", "aktuell", "heute"),
    *("results", "result", "data", "items", "entries", "homes", "liste", "list", "meta", "links"),
    *("freieplaetze", "freieplätze", "kreisname", "kreisschluessel", "gemeindeschluessel", "von"),
)
"""Words of fields besides those of ``fields.toml``: a renamed field has one of them."""
STEP = re.compile(r"([^.\[\]=]+)(?:\[([^.\[\]=]+)=([^\[\]]+)\])?")
Path_ = Annotated[str, Field(pattern=rf"^{STEP.pattern}(?:\.{STEP.pattern})*$")]
Paths: TypeAlias = tuple[Path_, ...]


class Fields(Section):
    """The paths of each column, in the order in which they are tried."""

    home_id: Paths = Field(min_length=1)
    county_name: Paths = Field(min_length=1)
    home_name: Paths = Field(min_length=1)
    municipality_name: Paths = ()
    municipality_code: Paths = ()
    latitude: Paths = ()
    longitude: Paths = ()
    places: Paths = ()
    free_places: Paths = ()
    free_long_term_places: Paths = ()
    free_short_term_places: Paths = ()

    def paths(self, column: str) -> Paths:
        """The paths of one column."""
        found: Paths = getattr(self, column)
        return found


class Homes(Section):
    """What the names of homes are made of: patterns of words, one of which each name has."""

    words: tuple[str, ...] = Field(min_length=1)


class Layout(Section):
    """The whole file."""

    lists: tuple[str, ...] = Field(min_length=1)
    fields: Fields
    homes: Homes


@cache
def layout() -> Layout:
    """What ``fields.toml`` says. Raises ``ValueError`` naming every wrong key."""
    return Layout.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8")))


class Missing:
    """No path of a column leads to a single value."""


def look_up(record: Record, paths: Paths) -> Json | Missing:
    """The first single value that a path leads to; None where only empty ones were met."""
    found: Json | Missing = Missing()
    for path in paths:
        holder, last = _holder(record, path)
        if holder is None or last not in holder or isinstance(holder[last], dict | list):
            continue
        found = holder[last]
        if found is not None:
            return found
    return found


def without(record: Record, fields: Fields) -> None:
    """Take every single value that some column's path leads to out of ``record``, in place."""
    for column in Fields.model_fields:
        for path in fields.paths(column):
            holder, last = _holder(record, path)
            if holder is not None and not isinstance(holder.get(last), dict | list):
                holder.pop(last, None)


def taken(record: Record, fields: Fields) -> dict[tuple[int, str], str]:
    """The single values that some column's path leads to, by the identity of their object and their
    name there; and which column."""
    found: dict[tuple[int, str], str] = {}
    for column in Fields.model_fields:
        for path in fields.paths(column):
            holder, last = _holder(record, path)
            if holder is not None and not isinstance(holder.get(last), dict | list):
                found.setdefault((id(holder), last), column)
    return found


def is_selector(name: str, value: Json) -> bool:
    """Whether a field says which entry of a list a path means."""
    paths = (path for column in Fields.model_fields for path in layout().fields.paths(column))
    return (name, value) in {selector for path in paths for _, selector in _steps(path) if selector}


def is_spelled_nearly(name: str) -> bool:
    """Whether a field may be a known one that the source renamed."""
    paths = [path for column in Fields.model_fields for path in layout().fields.paths(column)]
    known = [name for path in paths for name, _ in _steps(path)] + paths
    return bool(difflib.get_close_matches(name.casefold(), known, n=1, cutoff=NEAR))


def sayable(name: str) -> str:
    """The name or path of a field where it has words of fields alone, else its form: whoever builds
    an answer may call a field after anybody."""
    return name if has_words_of_fields(name) else form_of(name)


def has_words_of_fields(name: str) -> bool:
    """Whether a field's name has no word but those that fields of homes and places have."""
    words = NAME_WORD.findall(name)
    return bool(words) and all(written_out(word) in _field_words() for word in words)


@cache
def _field_words() -> frozenset[str]:
    paths = [path for column in Fields.model_fields for path in layout().fields.paths(column)]
    texts = (*paths, *Fields.model_fields, *layout().lists, *FIELD_WORDS)
    return frozenset(written_out(word) for text in texts for word in NAME_WORD.findall(text))


def _holder(record: Record, path: str) -> tuple[Record | None, str]:
    """The object in which the last step of ``path`` lies, and that step; None where none does."""
    *steps, (last, _) = _steps(path)
    here: Json = record
    for name, selector in steps:
        here = here.get(name) if isinstance(here, dict) else None
        if selector:
            here = _picked(here, *selector)
    return (here, last) if isinstance(here, dict) else (None, last)


@cache
def _steps(path: str) -> tuple[Step, ...]:
    return tuple(
        (match[1], (match[2], match[3]) if match[2] else None) for match in STEP.finditer(path)
    )


def _picked(entries: Json, key: str, wanted: str) -> Json:
    """The one entry of a list that says so; two that do are as good as none."""
    if not isinstance(entries, list):
        return None
    fitting = [one for one in entries if isinstance(one, dict) and str(one.get(key)) == wanted]
    return fitting[0] if len(fitting) == 1 else None


def field_names(value: Json, above: str = "") -> Iterator[str]:
    """The path of everything that holds a single value, a list's entries as ``[]``."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from field_names(below, f"{above}.{name}" if above else name)
    elif isinstance(value, list):
        for below in value:
            yield from field_names(below, f"{above}[]")
    else:
        yield above
