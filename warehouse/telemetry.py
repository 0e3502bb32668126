"""What others are told of a build and of a publishing: lineage and metrics, by configuration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain

from kreishaus.settings import Settings
from kreishaus.telemetry import Measurement
from kreishaus.telemetry import send as send_measurements
from pipeline.telemetry import of_freshness
from warehouse.as_of import requested_as_of
from warehouse.builds import BuildRecord
from warehouse.lineage import Build, events_of_build, events_of_publishing
from warehouse.lineage_sent import send as send_lineage
from warehouse.manifest import Manifest


def emit_build_metrics(
    settings: Settings, run_id: str, seconds: float, record: BuildRecord | None
) -> None:
    """Tell of the nightly build; one as of an earlier day is nobody's news.

    ``record`` is what was kept of it: None of one that did not come to its end.
    """
    if requested_as_of(settings):
        return
    if settings.lineage.transport != "off" and record:
        send_lineage(settings, run_id, events_of_build(Build.of(settings, run_id, record)))
    send_measurements(settings, of_build(seconds, record.failed if record else ()))


def emit_publish_metrics(settings: Settings, manifest: Manifest, seconds: float) -> None:
    """Tell of what readers have before them now."""
    if requested_as_of(settings):
        return
    if settings.lineage.transport != "off":
        send_lineage(settings, manifest.run_id, events_of_publishing(settings, manifest))
    if settings.metrics.transport != "off":
        today = _day(manifest.created_at) or date.today()
        measured = chain(of_publishing(manifest, seconds), of_freshness(settings, today))
        send_measurements(settings, measured)


def of_build(seconds: float, failed: Sequence[str]) -> Iterator[Measurement]:
    """What one build took, and how much of it broke."""
    yield Measurement("build_seconds", seconds)
    yield Measurement("build_nodes_failed", len(failed))


def of_publishing(manifest: Manifest, seconds: float) -> Iterator[Measurement]:
    """What one publishing took, and what stands before readers after it."""
    yield Measurement("publish_seconds", seconds)
    yield Measurement("marts_not_renewed", len(manifest.faults))
    today = _day(manifest.created_at)
    for mart in manifest.marts:
        about = {"mart": mart.name}
        yield Measurement("mart_rows", mart.rows, about)
        newest = _day(mart.newest)
        if newest and today and newest <= today:  # a forecast's newest year is no sign of age
            yield Measurement("mart_age_days", (today - newest).days, about)


def _day(text: str | None) -> date | None:
    """The day that a mart's newest date says; None where it is a year or nothing."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
