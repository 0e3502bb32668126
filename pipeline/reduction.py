"""Landing the canonical table of an offered file, and not the file itself.

A dataset that names a reducer keeps nothing of a file but what was recognised in it: the bytes that
were offered, the file's name and its properties are never written. Whoever offers the file keeps
the original. Landing addresses the canonical table by its own hash; sidecar and sightings know the
hash of the original, so that an unchanged file is not recognised again each night.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

from kreishaus.datasets import Dataset
from kreishaus.figure_origin import FigureOrigin
from kreishaus.model import FileRejected, Landed, Origin, Reduced, Reduction, Request
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.landing import LANDS_AGAIN, Landing
from kreishaus.wording import say
from pipeline.origins import settle


class Reducer(Protocol):
    """What makes the canonical table of a file. Reads nothing but what it is given."""

    @property
    def form(self) -> int:
        """The version of the canonical form that it writes."""

    def offer(self, request: Request, original: str, settings: Settings) -> Request:
        """The request as it may be noted: without a name that may be a person's."""

    def inputs(self, label: str, settings: Settings) -> str:
        """Stands for all that the table depends on besides the bytes."""

    def __call__(self, content: bytes, label: str, settings: Settings) -> Reduced:
        """The canonical table. Raises ``FileRejected`` where anything is not recognised."""

    def of_landed(self, content: bytes, origin: Origin, settings: Settings) -> Reduced:
        """The canonical table of a file that earlier code landed as it came.

        It has passed the door of its time, and is read as it was. Raises ``UnreadableFile``.
        """


def keep_reduced(
    entry: Dataset,
    store: DatasetStore,
    settings: Settings,
    content: bytes,
    request: Request,
    run_id: str,
    word: FigureOrigin,
) -> tuple[Landed, bool]:
    """Land the canonical table of ``content``, or note that it is offered again.

    A file that was reduced under the same ``inputs`` is not reduced again. One whose counts come
    out the same under others stays the version that it is. Raises ``FileRejected``.
    """
    landing = store.landing
    reducer: Reducer = entry.load("reduce")
    original = hashlib.sha256(content).hexdigest()
    offer = reducer.offer(request, original, settings)
    if known := _landed_before_reducing(store, original):
        landing.sight(known, offer, run_id=run_id)
        settle(store, known, word, offer.identity)
        return _landed(landing, known), False
    inputs = reducer.inputs(request.label, settings)
    before = _reduced_before(landing, offer, original)
    if before and (before[1].form, before[1].inputs) == (reducer.form, inputs):
        landing.sight(before[0], offer, run_id=run_id, reduction=before[1])
        settle(store, before[0], word, offer.identity)
        return _landed(landing, before[0]), False
    reduced = reducer(content, request.label, settings)
    if before and before[1].counts == reduced.reduction.counts:
        landing.sight(before[0], offer, run_id=run_id, reduction=reduced.reduction)
        settle(store, before[0], word, offer.identity)
        return _landed(landing, before[0]), False
    refuse_erased(landing, hashlib.sha256(reduced.content).hexdigest())
    landed, new = landing.land(
        reduced.content,
        named(offer, reduced.label),
        run_id=run_id,
        licence=entry.licence.statement,
        reduction=reduced.reduction,
        figure_origin=word,
    )
    if not new:
        settle(store, landed.sha256, word, offer.identity)
    return landed, new


def named(offer: Request, label: str) -> Request:
    """An offer under the label of its canonical table."""
    return Request(offer.identity, label, path=offer.path, extension="csv")


def refuse_erased(landing: Landing, sha256: str) -> None:
    """Raise ``FileRejected`` for what was erased with its figures: it must not come again."""
    buried = landing.tombstone(sha256)
    if buried and buried.what == "figures":
        raise FileRejected(
            say(
                "this file was erased on {day} ({rule}: {reason}). Remove it from the folder or "
                "page that offers it",
                day=buried.deleted_at.date(),
                rule=buried.rule,
                reason=buried.reason,
            )
        )


def _landed_before_reducing(store: DatasetStore, original: str) -> str | None:
    """What stands for an original that earlier code landed as it came: itself, or its table.

    None also for one that earlier code put into quarantine: it may be understood by now.
    """
    landing = store.landing
    if not landing.has(original):
        return None
    refuse_erased(landing, original)
    buried = landing.tombstone(original)
    if buried is None or buried.what == "bytes":
        return original if store.staging.record(original) else None
    return buried.replaced_by


def _reduced_before(
    landing: Landing, offer: Request, original: str
) -> tuple[str, Reduction] | None:
    """The table that this offer had when it was seen last, if it was the same original."""
    found = landing.newest_by_identity([offer.identity]).get(offer.identity)
    if found is None or found[1].reduction is None or found[1].reduction.original != original:
        return None
    refuse_erased(landing, found[0])
    buried = landing.tombstone(found[0])
    if not landing.has(found[0]) or (buried and buried.what in LANDS_AGAIN):
        return None
    return found[0], found[1].reduction


def _landed(landing: Landing, sha256: str) -> Landed:
    return Landed(landing.source, landing.dataset, sha256, landing.sidecar(sha256).label)
