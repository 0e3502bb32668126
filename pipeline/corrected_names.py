"""The same bytes under a corrected name: read anew, where they were not read before.

A file that was refused for its name lands all the same, and its bytes are known by their hash. A
person who renames it hands in the same bytes again. The first sighting stays; from the sighting
under the corrected name on the file is in force (``kreishaus/store/batches.py``), so an earlier day
as of which marts are built does not know it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kreishaus.datasets import Dataset
from kreishaus.model import Batch, FileRejected, Landed, Origin, Request, UnreadableFile
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.wording import say


def correct_name(
    entry: Dataset, store: DatasetStore, landed: Landed, request: Request, *, by_person: bool
) -> None:
    """Have a file that was not read be read under the name that ``request`` brings.

    In a drop folder a name under which nothing is read corrects nothing, nor is a name corrected
    under which the file is read: of two copies neither takes the other's name away every night.
    What a person hands in (``by_person``) is read under the name that it has now.

    A file that is staged keeps its name. Raises ``FileRejected`` where the new name says another
    period than the one it is staged for: which of the two is right, bytes of their own must say.
    """
    if request.url is not None or entry.reduce or store.landing.tombstone(landed.sha256):
        return
    called = store.landing.sidecar(landed.sha256).label
    if request.label == called:
        return
    before, now = (_period(entry, store, landed.sha256, one) for one in (called, request.label))
    staged = store.staging.record(landed.sha256)
    if staged is None:
        if by_person or (before is None and now is not None):
            # Out of quarantine first: killed in between, the next run reads it as before.
            store.quarantine.release(landed.sha256)
            store.landing.call(landed.sha256, request)
    elif now is not None and staged.period == before != now:
        raise FileRejected(
            say(
                "the same bytes are in force for {before} under the name {called}; the name "
                "{label} says {now}. If the first name was wrong, hand in the right file for "
                "{before}; open this one, write the reference date {now} into it, save it and "
                "hand it in again",
                before=str(before),
                called=called,
                label=request.label,
                now=now,
            )
        )


def _period(entry: Dataset, store: DatasetStore, sha256: str, label: str) -> str | None:
    """The period of which a file is under a name; None where it is not read."""
    parse: Callable[[bytes, Origin], Batch] = entry.load("parse")
    origin = replace(store.landing.origin(sha256), label=label)
    try:
        return parse(store.landing.content(sha256), origin).period
    except UnreadableFile:
        return None
