"""Who made the figures of a file, decided from its bytes, where it was offered, and the settings.

The generator's mark beats any place: a sample file in a declared folder stays one. Without a mark
the place decides, and nothing else makes a file ``official``.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from formats.marks import mark_in
from kreishaus.figure_origin import FigureOrigin, is_stronger
from kreishaus.model import Request
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore

COUNTY = "county"
"""The source whose files are the county's own lists."""


def figure_origin(
    content: bytes, request: Request, source: str, settings: Settings
) -> FigureOrigin:
    """The word for a file. ``content`` is what was offered, before anything is taken out of it."""
    if mark := mark_in(content):
        return mark
    return "official" if _is_official(request, source, settings) else "unknown"


def settle(store: DatasetStore, sha256: str, word: FigureOrigin, identity: str) -> None:
    """Have a file that landed before say ``word``, where the request knows better.

    A stronger word counts whoever brings it: the same figures may come from a sample, and later
    from the office. A weaker one counts from the request that brought the present word: the county
    has taken its declaration back, or other bytes of the same figures lie there now.
    """
    known = store.landing.sidecar(sha256)
    if word == known.figure_origin:
        return
    if is_stronger(word, known.figure_origin) or known.figure_origin_from in (None, identity):
        # The rows first: killed in between, the sidecar still differs, and the next visit goes on.
        store.staging.relabel(sha256, word)
        store.landing.relabel(sha256, word, identity)


def _is_official(request: Request, source: str, settings: Settings) -> bool:
    if request.url is not None:
        address = urlsplit(request.url)
        return address.scheme == "https" and address.hostname in settings.official_hosts(source)
    if request.path is None:
        return False
    folder = _official_folder(source, settings)
    return folder is not None and Path(request.path).resolve().is_relative_to(folder.resolve())


def _official_folder(source: str, settings: Settings) -> Path | None:
    """The folder whose files count as their owner's: of the county's lists the county's own."""
    if source == COUNTY:
        return settings.county_folder
    declared = settings.source_config(source).official_drop_folder
    return settings.configured_drop_folder(source) if declared else None
