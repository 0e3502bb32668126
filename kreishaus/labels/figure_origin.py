"""What readers are told of figures that nobody vouches for, in German.

The note follows the files that the figures come from, not the setting by which the next ones are
fetched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from kreishaus.datasets import SOURCES
from kreishaus.figure_origin import FigureOrigin

OF_SAMPLES = frozenset[FigureOrigin](["invented", "rebuilt"])
OWN_LISTS = "county"
"""The source that decides nothing here: lists of the county stand beside samples, too."""


@dataclass(frozen=True)
class OriginNote:
    """A note on figures that are not official; both texts are empty where all are.

    ``short`` is for small print, ``sentence`` says which sources it is about.
    """

    short: str = ""
    sentence: str = ""


NO_NOTE = OriginNote()
"""All figures are official, or there are none."""


def origin_note(words: Mapping[str, Iterable[FigureOrigin]]) -> OriginNote:
    """The note on figures of these sources. ``words`` are those of their files."""
    found = {source: frozenset(of_files) for source, of_files in words.items()}
    found = {source: said for source, said in found.items() if said and source != OWN_LISTS}
    samples = {source for source, said in found.items() if said & OF_SAMPLES}
    unknown = {source for source, said in found.items() if "unknown" in said}
    all_said = frozenset[FigureOrigin]().union(*found.values())
    if not samples | unknown:
        return NO_NOTE
    if all_said <= OF_SAMPLES:
        made = "teils erfunden" if "invented" in all_said else "nachgebaut"
        return OriginNote(
            "Beispieldaten.", f"Beispieldaten der Auslieferung, {made}: nicht für Beschlüsse."
        )
    if all_said == {"unknown"}:
        return OriginNote(
            "Herkunft nicht bestätigt.",
            "Für keine der Dateien ist bestätigt, dass sie amtlich ist: vor Beschlüssen prüfen.",
        )
    return _mixed(samples, unknown, is_invented="invented" in all_said)


def _mixed(samples: Collection[str], unknown: Collection[str], *, is_invented: bool) -> OriginNote:
    shorts, parts = [], []
    if samples:
        made = "teils erfunden" if is_invented else "nachgebaut"
        shorts.append("teils Beispieldaten")
        parts.append(f"teils Beispieldaten, {made} ({_names(samples)})")
    if unknown:
        shorts.append("Herkunft teils nicht bestätigt")
        parts.append(f"Herkunft von Dateien nicht bestätigt ({_names(unknown)})")
    ends = "nicht für Beschlüsse" if samples else "vor Beschlüssen prüfen"
    return OriginNote(_sentence(", ".join(shorts)), _sentence(f"{'; '.join(parts)}: {ends}"))


def _names(sources: Collection[str]) -> str:
    known = {one.name: one.short_name_de for one in SOURCES}
    return ", ".join(sorted(known.get(name, name) for name in sources))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
