"""What lies in the drop folder of the register: no network, the law forbids automated retrieval."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from formats.forms import form_of
from ingest.azr.file_names import is_file_name, own_words
from ingest.azr.understood import Language
from ingest.drop_folder import Dropped, dropped, is_being_copied, not_taken
from kreishaus.model import Request
from kreishaus.wording import joined, say

if TYPE_CHECKING:
    from ingest.http import Client
    from kreishaus.settings import Settings

PATTERNS = {
    "crosstable": "*kreuztabelle*",
    "series": "*zeitreihe*",
    "municipalities": "*gemeinden*",
}
"""Dataset -> names of its files, whatever their format: one that cannot be read is refused with a
reason. A county's own pattern is ``path`` in ``county.toml``."""


def crosstables(settings: Settings, client: Client, dataset_name: str) -> list[Request]:
    """The cross tables in the drop folder. Raises ``SourceUnavailable`` without the folder."""
    return _offered(settings, dataset_name)


def series(settings: Settings, client: Client, dataset_name: str) -> list[Request]:
    """The series in the drop folder. Raises ``SourceUnavailable`` without the folder."""
    return _offered(settings, dataset_name)


def municipalities(settings: Settings, client: Client, dataset_name: str) -> list[Request]:
    """The tables by municipality there. Raises ``SourceUnavailable`` without the folder."""
    return _offered(settings, dataset_name)


def _offered(settings: Settings, dataset_name: str) -> list[Request]:
    folder = settings.drop_folder("azr")
    patterns = {
        name: (settings.dataset("azr", name).path or pattern).casefold()
        for name, pattern in PATTERNS.items()
    }
    entries = dropped(folder)
    strangers = (
        entry for entry in entries if not any(_fits(entry, one) for one in patterns.values())
    )
    nameless = partial(_nameless, Language(settings.county), own_words(settings))
    not_taken(
        folder,
        map(nameless, strangers),
        say("a name like {patterns}", patterns=joined(patterns.values(), say(" or "))),
    )
    return [
        (nameless(entry) if entry.fault else entry).request("azr")
        for entry in entries
        if _fits(entry, patterns[dataset_name]) and not is_being_copied(entry)
    ]


def _nameless(language: Language, own: frozenset[str], entry: Dropped) -> Dropped:
    """An entry as it may be told: a name that is not of known words may be a person's."""
    if is_file_name(entry.name, language, own):
        return entry
    return replace(
        entry, name=say("an entry of which the name is {form}", form=form_of(entry.path.stem))
    )


def _fits(entry: Dropped, pattern: str) -> bool:
    return fnmatchcase(entry.composed, unicodedata.normalize("NFC", pattern))
