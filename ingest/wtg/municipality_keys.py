"""The official key of a municipality that a file names and gives no key for."""

from __future__ import annotations

from functools import cache

from ingest.wtg.cells import Cell, Raw, region_key
from vocabulary.region_names import RegionNames, official_names

TOWN_DIGITS = 8
COUNTY_DIGITS = 5


@cache
def _official() -> RegionNames:
    return RegionNames(official_names().items())


def key_of(name: str) -> str | None:
    """The key of the one municipality of the Land that is called so; None where none or several
    are, or where the name says more ("Neuss-Holzheim")."""
    names = _official()
    keys = [key for key in names.keys_of(name, TOWN_DIGITS) if names.only_spells(key, name.strip())]
    return keys[0] if len(keys) == 1 else None


def is_region(name: str) -> bool:
    """Whether a text is the name of a municipality or a Kreis of the Land, and nothing else."""
    names = _official()
    return any(
        names.only_spells(key, name.strip())
        for digits in (TOWN_DIGITS, COUNTY_DIGITS)
        for key in names.keys_of(name, digits)
    )


def is_county(name: str) -> bool:
    """Whether a text is the name of a Kreis and says so, as no person's name does."""
    return "kreis" in name.casefold() and is_region(name)


def municipality(raw: Raw) -> Cell:
    """An official key, or the name of a municipality of the Land: "Dormagen, Stadt"."""
    cell = region_key(raw)
    key = key_of(cell.value) if isinstance(cell.value, str) else None
    return Cell(key) if key else cell
