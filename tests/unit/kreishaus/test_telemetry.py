"""Measurements, received by real servers on this machine."""

from __future__ import annotations

import logging
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError
from servers import serving

from kreishaus.model import Landed
from kreishaus.settings import Lineage, Metrics, Settings
from kreishaus.telemetry import CATALOGUE, Measurement, send
from pipeline.steps import FetchReport, Outcome
from pipeline.telemetry import of_fetch, of_processing

REPOSITORY = Path(__file__).resolve().parents[3]
STAGED = Measurement("files_staged", 3, {"dataset": "bamf/hkl"})


@contextmanager
def statsd(settings: Settings) -> Iterator[tuple[Settings, socket.socket]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(2)
        wanted = Metrics(transport="statsd", port=receiver.getsockname()[1])
        yield settings.model_copy(update={"metrics": wanted}), receiver


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (STAGED, "kreishaus.files_staged.bamf_hkl:3|c"),
        (Measurement("build_seconds", 16.25), "kreishaus.build_seconds:16.25|g"),
        (Measurement("build_seconds", 2 / 3), "kreishaus.build_seconds:0.667|g"),
        (Measurement("build_seconds", 20), "kreishaus.build_seconds:20|g"),
        (Measurement("mart_rows", 100, {"mart": "a.b:c|d"}), "kreishaus.mart_rows.a_b_c_d:100|g"),
        (
            # StatsD takes a number with a sign as a step from the last value.
            Measurement("days_late", -2, {"dataset": "bamf/hkl"}),
            "kreishaus.days_late.bamf_hkl:0|g\nkreishaus.days_late.bamf_hkl:-2|g",
        ),
    ],
)
def test_a_measurement_is_a_line(settings: Settings, measured: Measurement, expected: str) -> None:
    with statsd(settings) as (installation, receiver):
        send(installation, [measured])
        assert receiver.recv(65536).decode() == expected


def test_lines_travel_in_packets_that_fit(settings: Settings) -> None:
    many = [
        Measurement("mart_rows", number, {"mart": f"mart_{number:03}"}) for number in range(100)
    ]
    with statsd(settings) as (installation, receiver):
        send(installation, many)
        packets: list[bytes] = []
        while sum(packet.count(b"\n") + 1 for packet in packets) < 100:
            packets.append(receiver.recv(65536))
    assert max(map(len, packets)) <= 1400
    assert 1 < len(packets) < 5
    lines = b"\n".join(packets).decode().split("\n")
    assert lines == [f"kreishaus.mart_rows.mart_{place:03}:{place}|g" for place in range(100)]


def test_a_server_with_an_address_of_ipv6(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as receiver:
        try:
            receiver.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        receiver.settimeout(2)
        wanted = Metrics(transport="statsd", host="::1", port=receiver.getsockname()[1])
        send(settings.model_copy(update={"metrics": wanted}), [STAGED])
        assert receiver.recv(65536) == b"kreishaus.files_staged.bamf_hkl:3|c"


def test_no_library_of_metrics_is_imported_before_it_is_used() -> None:
    program = (
        "import kreishaus.telemetry, sys; "
        "print(sorted({'statsd', 'opentelemetry'} & {*sys.modules}))"
    )
    read = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert read.stdout == "[]\n"


def test_a_measurement_that_is_not_in_the_catalogue_is_none() -> None:
    with pytest.raises(KeyError):
        Measurement("files_eaten", 1)
    with pytest.raises(ValueError, match="labels"):
        Measurement("files_staged", 1)


def test_a_server_that_is_not_there_is_a_warning(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = Metrics(transport="statsd", host="no.such.host.invalid")
    send(settings.model_copy(update={"metrics": wanted}), [STAGED])
    assert "metrics: StatsD at no.such.host.invalid:8125" in caplog.text


def test_off_is_off(settings: Settings) -> None:
    def never() -> Iterator[Measurement]:
        raise AssertionError("somebody measured for nothing")
        yield STAGED

    send(settings, never())


def test_open_telemetry_gets_the_same(settings: Settings) -> None:
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
        ExportMetricsServiceRequest,
    )

    got: list[bytes] = []

    def take(visit) -> None:  # type: ignore[no-untyped-def]
        got.append(visit.body)
        visit.answer(200)

    with serving(take) as server:
        wanted = Metrics(transport="otlp", url=f"{server.url}/v1/metrics")
        installation = settings.model_copy(update={"metrics": wanted})
        send(installation, [STAGED, Measurement("build_seconds", 16.25)])
        assert set(server.visits) == {"/v1/metrics"}
    import gzip

    request = ExportMetricsServiceRequest()
    (body,) = got
    request.ParseFromString(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
    (about,) = request.resource_metrics
    resource = {item.key: item.value.string_value for item in about.resource.attributes}
    assert resource["service.name"] == "kreishaus"
    assert resource["kreishaus.county"] == "05162"
    metrics = {metric.name: metric for metric in about.scope_metrics[0].metrics}
    (staged,) = metrics["kreishaus.files_staged"].sum.data_points
    assert (staged.as_int or staged.as_double) == 3
    assert staged.attributes[0].value.string_value == "bamf/hkl"
    (seconds,) = metrics["kreishaus.build_seconds"].gauge.data_points
    assert seconds.as_double == 16.25
    assert metrics["kreishaus.build_seconds"].unit == "s"


def test_a_collector_that_is_down_is_a_warning(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    wanted = Metrics(transport="otlp", url="http://127.0.0.1:9/v1/metrics", timeout_seconds=1)
    with caplog.at_level(logging.WARNING):
        send(settings.model_copy(update={"metrics": wanted}), [STAGED])
    assert "metrics: OTLP at http://127.0.0.1:9/v1/metrics did not take them" in caplog.text


def test_a_visit_and_what_was_judged() -> None:
    file = Landed("bamf", "hkl", "aa", "2021-09")
    visit = FetchReport("bamf/hkl", 3, (file,), (file,), (), ("x: persons",), ())
    assert [(one.name, one.value) for one in of_fetch(visit)] == [
        ("files_landed", 1),
        ("files_refused", 1),
        ("files_unavailable", 0),
    ]
    outcomes = [
        Outcome(file, "staged", "2021-09", ()),
        Outcome(file, "staged", "2021-08", ()),
        Outcome(file, "quarantined", None, ()),
    ]
    assert [(one.name, one.value) for one in of_processing(outcomes)] == [
        ("files_quarantined", 1),
        ("files_staged", 2),
    ]


def test_the_exporter_knows_every_name() -> None:
    """docker/metrics/statsd-mapping.yml gives each name of the catalogue its labels back."""
    path = REPOSITORY / "docker" / "metrics" / "statsd-mapping.yml"
    mappings = {entry["match"]: entry for entry in yaml.safe_load(path.read_text())["mappings"]}
    ours = {match: entry for match, entry in mappings.items() if match.startswith("kreishaus.")}
    expected = {
        ".".join(["kreishaus", name, *("*" for _ in metric.labels)]): (
            f"kreishaus_{name}{'_total' if metric.kind == 'count' else ''}",
            metric.labels,
        )
        for name, metric in CATALOGUE.items()
    }
    found = {
        match: (entry["name"], tuple(entry.get("labels", ()))) for match, entry in ours.items()
    }
    assert found == expected


def test_the_manual_lists_every_name() -> None:
    text = (REPOSITORY / "docs" / "production.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.M))
    assert set(CATALOGUE) <= listed


def test_a_way_without_an_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs a url"):
        Lineage(transport="http")
    with pytest.raises(ValidationError, match="needs a url"):
        Metrics(transport="otlp")
