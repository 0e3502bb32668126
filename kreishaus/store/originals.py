"""Files that earlier code landed as they came, of datasets that keep a canonical table today.

    landing/<source>/<dataset>/originals.since    since when such files wait: a moment

Only their owner may read them. They are to be reduced (``kreishaus azr reduce``) by a deadline:
``[retention] originals_days`` after the upgrade that found them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kreishaus.datasets import REGISTRY, Dataset
from kreishaus.files import SECRET_FILE, write_atomically
from kreishaus.local_time import HERE
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore

SINCE = "originals.since"


@dataclass(frozen=True)
class Original:
    """A file of which more than its canonical table lies in the home.

    ``period`` is that for which it is staged; None: it is not. ``begun``: its tombstone is there,
    and only leftovers of it are to be removed.
    """

    entry: Dataset
    sha256: str
    period: str | None
    paths: tuple[Path, ...]
    begun: bool

    @property
    def words(self) -> str:
        """It in words, without its name: that may be a person's."""
        return f"{self.entry.id} {self.period or 'not staged'} {self.sha256[:12]}"


def originals(settings: Settings, entry: Dataset) -> Iterator[Original]:
    """The files of a dataset that lie in the home as they came, by hash."""
    if entry.reduce is None:
        return
    store = DatasetStore.of(settings, entry.source, entry.name)
    for sha256 in store.landing.hashes():
        if store.landing.sidecar(sha256).reduction is not None:
            continue
        buried = store.landing.tombstone(sha256)
        if buried and buried.what != "reduced":
            continue
        put_aside = store.quarantine.folder / sha256
        paths = [path for path in (store.landing.path(sha256), put_aside) if path.exists()]
        staged = store.staging.record(sha256)
        if buried is None or paths or staged:
            period = staged.period if staged else None
            yield Original(entry, sha256, period, tuple(paths), buried is not None)


def all_originals(settings: Settings) -> list[Original]:
    """Those of every dataset."""
    return [one for entry in REGISTRY for one in originals(settings, entry)]


def deadline(settings: Settings, entry: Dataset) -> date | None:
    """The day by which they are to be reduced; None where no upgrade has noted them yet."""
    try:
        text = (settings.landing / entry.source / entry.name / SINCE).read_text()
    except FileNotFoundError:
        return None
    since = datetime.fromisoformat(text.strip()).astimezone(HERE).date()
    return since + timedelta(days=settings.retention.originals_days)


def upgrade_originals(settings: Settings) -> str:
    """Close the register's own files to all but their owner, and note since when they wait.

    Called again, it changes nothing. Returns a sentence about them.
    """
    found = all_originals(settings)
    for one in found:
        for path in one.paths:
            _close(path)
        since = settings.landing / one.entry.source / one.entry.name / SINCE
        if not since.exists():
            write_atomically(since, f"{datetime.now(UTC).isoformat()}\n".encode())
    if not found:
        return "no file of the register lies there as it came"
    number = "1 file" if len(found) == 1 else f"{len(found)} files"
    return (
        f"{number} of the register as an office made them, readable by their owner only; reduce "
        f"them within {settings.retention.originals_days} days: kreishaus azr reduce"
    )


def forget_deadline(settings: Settings, entry: Dataset) -> None:
    """Nothing waits any longer."""
    (settings.landing / entry.source / entry.name / SINCE).unlink(missing_ok=True)


def _close(path: Path) -> None:
    files = [path] if path.is_file() else [inner for inner in path.rglob("*") if inner.is_file()]
    for file in files:
        file.chmod(file.stat().st_mode & SECRET_FILE)
