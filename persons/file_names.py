"""The name under which a dropped file is noted: its own only if it has its dataset's form.

A file may be called like the person whose case it is about. Name, identity and path are kept with
every file that lands, so all three say nothing but the form.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from kreishaus.model import Request
from kreishaus.settings import Settings

ADDED = frozenset(
    [
        *("neu", "final", "endfassung", "entwurf", "kopie", "korrektur", "korrigiert", "version"),
        *("stand", "v", "fassung", "endgueltig", "endgültig", "nachmeldung", "ergaenzt", "ergänzt"),
        *("copy", "berichtigt", "corrected", "korr", "alt", "a", "b"),
    ]
)
"""What officers add to the name of a file."""
WORD = re.compile(r"[^\W\d_]+")
DAY = re.compile(r"(?<!\d)20\d{2}(?:-?(?:0[1-9]|1[0-2]))(?:-\d{2})?(?!\d)", re.ASCII)
LONG_NUMBER = re.compile(r"\d{6,}")
ENDINGS = frozenset(
    [
        *(".csv", ".tsv", ".tab", ".txt", ".json", ".zip", ".pdf", ".html"),
        *(".xls", ".xlsx", ".xlsm", ".ods"),
    ]
)


def has_form(name: str, words: Collection[str]) -> bool:
    """Whether a name is made of known words, of dates and of short numbers."""
    stem = Path(name).stem.casefold()
    return not LONG_NUMBER.search(DAY.sub(" ", stem)) and all(
        word in words or word in ADDED for word in WORD.findall(stem)
    )


def noted(
    request: Request, source: str, words: Collection[str], plain: str, settings: Settings
) -> Request:
    """The request as it may be noted: under ``plain`` where its own name has not the form."""
    if has_form(request.label, words):
        return request
    ending = Path(request.label).suffix.casefold()
    label = f"{plain}{ending if ending in ENDINGS else ''}"
    identity = request.identity
    if request.label in identity:
        identity = f"{identity.removesuffix(request.label)}{label}"
    folder = settings.configured_drop_folder(source)
    return replace(
        request,
        label=label,
        identity=identity,
        path=str(folder) if folder and request.path else None,
        extension=request.extension if f".{request.extension}" in ENDINGS else "bin",
    )


def without_folder(request: Request, source: str, settings: Settings) -> Request:
    """The request without a folder that is not the source's own: folders are called like cases."""
    if request.path is None or Path(request.path).parent == settings.configured_drop_folder(source):
        return request
    return replace(request, path=None)
