"""Who made the figures of a published version: the words of the files behind it, by source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kreishaus import wording
from kreishaus.figure_origin import FIGURE_ORIGINS, FigureOrigin
from kreishaus.labels.figure_origin import NO_NOTE, OF_SAMPLES, OWN_LISTS, OriginNote, origin_note
from kreishaus.settings import Settings
from kreishaus.wording import say
from warehouse import versions

Words = Mapping[str, Iterable[FigureOrigin]]
"""Source -> the words of its files."""


def words_of(files: Iterable[Mapping[str, Any]]) -> dict[str, list[FigureOrigin]]:
    """The words of some files by source, the weakest first.

    ``files`` are those of a build or a manifest. What earlier code wrote has no word: unknown.
    """
    found: dict[str, set[FigureOrigin]] = {}
    for file in files:
        found.setdefault(file["source"], set()).add(file.get("figure_origin", "unknown"))
    return _sorted(found)


def joined(one: Words, other: Words) -> dict[str, list[FigureOrigin]]:
    """The words of both, by source."""
    sources = {**one, **other}
    return _sorted({name: {*one.get(name, ()), *other.get(name, ())} for name in sources})


def words_behind(manifest: Mapping[str, Any]) -> Words:
    """The words of the files behind a version, those of marts that were kept among them."""
    said: Words | None = manifest.get("figure_origins")
    return words_of(manifest.get("sources", ())) if said is None else said


def note_on(manifest: Mapping[str, Any]) -> OriginNote:
    """What readers of a version are told of its figures."""
    return origin_note(words_behind(manifest))


def current_note(settings: Settings, audience: versions.Audience = "public") -> OriginNote:
    """The note on the current version; an empty one where nothing is published."""
    try:
        return note_on(versions.manifest(versions.current(settings), audience))
    except versions.NothingPublished:
        return NO_NOTE


def in_words(words: Words) -> str:
    """Which sources brought figures that are not official, in a sentence.

    Empty where there are none. The county's own lists are not among them.
    """
    said = {source: set(of_files) for source, of_files in words.items() if source != OWN_LISTS}
    samples = [source for source, of_files in said.items() if of_files & OF_SAMPLES]
    unknown = [source for source, of_files in said.items() if "unknown" in of_files]
    parts = []
    if samples:
        parts.append(say("sample files of {sources}", sources=", ".join(samples)))
    if unknown:
        parts.append(say("files of unknown origin of {sources}", sources=", ".join(unknown)))
    if not parts:
        return ""
    return say("Not all figures are official: {files}.", files=wording.joined(parts, ", "))


def _sorted(found: Mapping[str, set[FigureOrigin]]) -> dict[str, list[FigureOrigin]]:
    return {
        source: sorted(words, key=FIGURE_ORIGINS.index) for source, words in sorted(found.items())
    }
