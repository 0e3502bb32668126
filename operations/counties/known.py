"""The counties and municipalities of Nordrhein-Westfalen, by official key."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vocabulary.region_names import official_names

KIND_BEHIND = re.compile(r", (Kreis|[Kk]reisfreie Stadt|Stadt)$")
BRACKETS = re.compile(r" \(einschl\. .*\)$")


@dataclass(frozen=True)
class KnownCounty:
    """A Kreis, kreisfreie Stadt or Städteregion: ``name`` as it calls itself, without its kind.

    ``municipalities`` are official key -> name; a city without a Kreis has none but itself.
    """

    ags: str
    name: str
    kind: str
    municipalities: dict[str, str]


class UnknownCounty(LookupError):
    """No county of the list has this key. The message says what is known."""


def known_county(ags: str) -> KnownCounty:
    """The county of a key. Raises ``UnknownCounty``."""
    names = official_names()
    if len(ags) != 5 or ags not in names:
        near = ", ".join(
            f"{key} {name}" for key, name in names.items() if key[:3] == ags[:3] and len(key) == 5
        )
        raise UnknownCounty(
            f"{ags!r}: expected the official key (five digits) of a Kreis, a kreisfreie Stadt or "
            "the Städteregion in Nordrhein-Westfalen, found none of them. Of this district: "
            f"{near or 'none'}"
        )
    printed = BRACKETS.sub("", names[ags])
    kind = _kind(printed)
    members = {
        key: KIND_BEHIND.sub("", name)
        for key, name in names.items()
        if len(key) == 8 and key[:5] == ags
    }
    return KnownCounty(
        ags, _called(printed, kind), kind, {} if kind == "kreisfreie Stadt" else members
    )


def _kind(printed: str) -> str:
    if printed.casefold().endswith(", kreisfreie stadt"):
        return "kreisfreie Stadt"
    return "Städteregion" if printed.startswith("Städteregion") else "Kreis"


def _called(printed: str, kind: str) -> str:
    """``Viersen, Kreis`` calls itself Kreis Viersen, the Städteregion StädteRegion Aachen.

    Others are printed as they are called.
    """
    name, _, behind = printed.partition(", ")
    if kind == "Städteregion":
        return name.replace("Städteregion", "StädteRegion")
    return f"Kreis {name}" if behind and kind == "Kreis" else name
