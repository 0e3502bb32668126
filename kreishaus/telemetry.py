"""Measurements of the nights, by StatsD or OpenTelemetry; off by default.

Which there are stands in ``CATALOGUE``: docs/production.md lists them, and the StatsD exporter's
mapping (docker/metrics/statsd-mapping.yml) turns the last parts of a name back into labels. A
server that does not answer is a warning, and never a red night.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kreishaus.settings import Metrics, Settings

Kind = Literal["count", "gauge"]
DATAGRAM_BYTES = 1400
"""What fits into one packet everywhere; several measurements travel in one."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Instrument:
    """What is measured: its unit, and the labels that tell one such measurement from another."""

    kind: Kind
    unit: str
    labels: tuple[str, ...]
    meaning: str


CATALOGUE: Mapping[str, Instrument] = {
    "files_landed": Instrument("count", "{file}", ("dataset",), "files that a visit brought anew"),
    "files_refused": Instrument("count", "{file}", ("dataset",), "files refused at the door"),
    "files_unavailable": Instrument("count", "{file}", ("dataset",), "files offered and not got"),
    "files_staged": Instrument("count", "{file}", ("dataset",), "files judged good"),
    "files_quarantined": Instrument("count", "{file}", ("dataset",), "files put into quarantine"),
    "days_late": Instrument("gauge", "d", ("dataset",), "days since what is awaited was due"),
    "reference_age_days": Instrument(
        "gauge", "d", ("dataset",), "days since the newest reference date that has arrived"
    ),
    "build_seconds": Instrument("gauge", "s", (), "what the last build of the marts took"),
    "build_nodes_failed": Instrument(
        "gauge", "{node}", (), "dbt nodes that broke or failed a test"
    ),
    "publish_seconds": Instrument("gauge", "s", (), "what the last publishing took"),
    "mart_rows": Instrument("gauge", "{row}", ("mart",), "rows of a mart as published"),
    "mart_age_days": Instrument("gauge", "d", ("mart",), "days since the mart's newest date"),
    "marts_not_renewed": Instrument(
        "gauge", "{mart}", (), "marts whose readers see an earlier state, or none"
    ),
}


@dataclass(frozen=True)
class Measurement:
    """One measurement. ``name`` is a key of the catalogue, with a value for each of its labels."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        expected = CATALOGUE[self.name].labels
        if tuple(self.labels) != expected:
            raise ValueError(f"{self.name} has the labels {expected}, not {tuple(self.labels)}")


def send(settings: Settings, measured: Iterable[Measurement]) -> None:
    """Send measurements where the county wants them. Never raises for what goes wrong there."""
    found = list(measured) if settings.metrics.transport != "off" else []
    if not found:
        return
    if settings.metrics.transport == "statsd":
        _by_statsd(settings.metrics, found)
    else:
        _by_otlp(settings.metrics, found, settings.county.ags)


def _plain(text: str) -> str:
    """Text without what has a meaning in StatsD: ``bamf/hkl`` is ``bamf_hkl``."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", text)


def _kind(measured: Measurement) -> Kind:
    return CATALOGUE[measured.name].kind


def _by_statsd(wanted: Metrics, measured: Iterable[Measurement]) -> None:
    from statsd import StatsClient

    try:
        client = StatsClient(
            wanted.host,
            wanted.port,
            prefix=wanted.prefix,
            maxudpsize=DATAGRAM_BYTES,
            ipv6=":" in wanted.host,
        )
    except OSError as fault:
        log.warning("metrics: StatsD at %s:%d: %s", wanted.host, wanted.port, fault)
        return
    with client.pipeline() as packets:
        for one in measured:
            name = ".".join([one.name, *(_plain(value) for value in one.labels.values())])
            write = packets.incr if _kind(one) == "count" else packets.gauge
            write(name, round(one.value, 3))
    client.close()


def _by_otlp(wanted: Metrics, measured: Iterable[Measurement], ags: str) -> None:
    # A third of a second to import, and only where the county asked for it.
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import Counter, MeterProvider
    from opentelemetry.sdk.metrics.export import (
        AggregationTemporality,
        MetricExportResult,
        PeriodicExportingMetricReader,
    )
    from opentelemetry.sdk.resources import Resource

    class LoggingExporter(OTLPMetricExporter):
        """The exporter, which says once that it failed, where the reader would be silent."""

        def export(self, *given: object, **words: object) -> MetricExportResult:
            result = super().export(*given, **words)  # type: ignore[arg-type]
            if result is not MetricExportResult.SUCCESS:
                log.warning("metrics: OTLP at %s did not take them", wanted.url)
            return result

    exporter = LoggingExporter(
        endpoint=wanted.url,
        timeout=wanted.timeout_seconds,
        # Each process counts from nothing: the sum over processes is the collector's to make.
        preferred_temporality={Counter: AggregationTemporality.DELTA},
    )
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=float("inf"))
    resource = Resource({"service.name": "kreishaus", "kreishaus.county": ags})
    provider = MeterProvider(metric_readers=[reader], resource=resource)
    meter = provider.get_meter("kreishaus")
    for one in measured:
        kind, about = _kind(one), CATALOGUE[one.name]
        words = {"unit": about.unit, "description": about.meaning}
        name = f"{wanted.prefix}.{one.name}"
        if kind == "count":
            meter.create_counter(name, **words).add(one.value, dict(one.labels))
        else:
            meter.create_gauge(name, **words).set(one.value, dict(one.labels))
    provider.force_flush(timeout_millis=wanted.timeout_seconds * 1000)
    provider.shutdown(timeout_millis=wanted.timeout_seconds * 1000)
