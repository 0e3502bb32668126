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
DAY = re.compile(
    r"(?<!\d)(?:20\d{2}[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?"
    r"|(?:0?[1-9]|[12]\d|3[01])[-_. ](?:0?[1-9]|1[0-2])[-_. ]20\d{2})(?!\d)",
    re.ASCII,
)
"""A day or month of this century. People whose cases an office has were mostly born before."""
NUMBERS = re.compile(r"\d+(?:[^\w]*_*[^\w]*\d+)*", re.ASCII)
"""Numbers with nothing but signs between them: together they may be a telephone's."""
MOST_DIGITS = 5
ENDINGS = frozenset(
    [
        *(".csv", ".tsv", ".tab", ".txt", ".json", ".zip", ".pdf", ".html"),
        *(".xls", ".xlsx", ".xlsm", ".ods"),
    ]
)


def has_form(name: str, words: Collection[str], begins: str = "") -> bool:
    """Whether a name has, behind what it ``begins`` with, known words, days and short numbers."""
    stem = Path(name).stem.removeprefix(begins).casefold()
    numbers = NUMBERS.findall(DAY.sub(" x ", stem))
    short = all(sum(map(str.isdecimal, one)) <= MOST_DIGITS for one in numbers)
    return short and all(word in words or word in ADDED for word in WORD.findall(stem))


def noted(
    request: Request,
    source: str,
    words: Collection[str],
    plain: str,
    settings: Settings,
    *,
    begins: str = "",
) -> Request:
    """The request as it may be noted: under ``plain`` where its own name has not the form, behind
    what it may begin with."""
    if has_form(request.label, words, begins):
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
