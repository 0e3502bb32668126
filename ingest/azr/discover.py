"""What lies in the drop folder of the register: no network, the law forbids automated retrieval."""

from __future__ import annotations

import logging
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.model import Request, SourceUnavailable

if TYPE_CHECKING:
    from ingest.http import Client
    from ingest.settings import Settings

log = logging.getLogger(__name__)

PATTERNS = {
    "crosstable": "*kreuztabelle*",
    "series": "*zeitreihe*",
    "municipalities": "*gemeinden*",
}
"""Dataset -> names of its files, whatever their format: one that cannot be read is refused with a
reason. A county's own pattern is ``path`` in ``county.toml``."""

NOT_DROPPED = ("~$*", ".*", "thumbs.db", "desktop.ini")
"""What office programs and file servers leave behind while somebody looks at a folder."""


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
    offered = []
    for path in _files(folder):
        fits = [name for name, pattern in patterns.items() if _fits(path, pattern)]
        if dataset_name in fits:
            offered.append(_request(path))
        elif not fits:
            log.warning(
                "drop folder %s: %s is taken for nothing and was not opened; expected a name like "
                "%s. Rename it, or take it away if it holds data of persons",
                folder,
                path.name,
                " or ".join(patterns.values()),
            )
    return offered


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and not _left_over(path))
    except OSError as error:
        raise SourceUnavailable(
            f"drop folder {folder} cannot be read ({error.strerror}): is the share mounted?"
        ) from error


def _left_over(path: Path) -> bool:
    return any(_fits(path, pattern) for pattern in NOT_DROPPED)


def _fits(path: Path, pattern: str) -> bool:
    return fnmatchcase(path.name.casefold(), pattern)


def _request(path: Path) -> Request:
    return Request(
        identity=f"azr/drop/{path.name}",
        label=path.name,
        path=str(path),
        extension=path.suffix.lstrip(".").lower(),
    )
