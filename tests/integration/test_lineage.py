"""Lineage and measurements of a whole night: from a mart back to the files it came from."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from servers import Visit, serving
from shared_night import FirstNight

from kreishaus.datasets import REGISTRY
from kreishaus.settings import Lineage, Metrics, Settings
from warehouse import telemetry
from warehouse.builds import last
from warehouse.telemetry import emit_build_metrics, emit_publish_metrics

Event = Mapping[str, Any]


def tell(night: FirstNight, settings: Settings) -> None:
    emit_build_metrics(settings, "first", 16.5, last(settings))
    emit_publish_metrics(settings, night.manifest, 4.5)


@pytest.fixture(scope="module")
def events(first_night: FirstNight, tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """What the files hold after a build and a publishing."""
    folder = tmp_path_factory.mktemp("lineage")
    wanted = Lineage(transport="file", path=folder)
    tell(first_night, first_night.installation.model_copy(update={"lineage": wanted}))
    files = sorted(folder.glob("*.jsonl"))
    assert len(files) == 2  # of the build, of the publishing
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def names(datasets: list[Mapping[str, Any]]) -> set[str]:
    return {dataset["name"] for dataset in datasets}


def ancestors(events: list[Event], name: str) -> set[str]:
    """Every dataset from which ``name`` was made."""
    made_from: dict[str, set[str]] = {}
    for event in events:
        for output in names(event["outputs"]):
            made_from.setdefault(output, set()).update(names(event["inputs"]))
    found: set[str] = set()
    open_ends = [name]
    while open_ends:
        new = made_from.get(open_ends.pop(), set()) - found
        found |= new
        open_ends.extend(new)
    return found


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_a_published_mart_leads_back_to_the_files_as_received(
    first_night: FirstNight, events: list[Event], audience: str
) -> None:
    home = first_night.installation.home
    file = home / "published" / "current" / audience / "parquet" / "vacancy_by_region.parquet"
    assert file.exists()
    found = ancestors(events, str(file))
    assert "kreishaus.marts.vacancy_by_region" in found
    staged = {name for name in found if "/staged/" in name}
    assert f"{home}/staged/wtg/stichtag/*/[0-9a-f_]*/belegung.parquet" in staged
    for pattern in staged:  # each stands for files that are there
        assert list(home.glob(pattern.removeprefix(f"{home}/"))), pattern
    landed = {name for name in found if "/landing/" in name}
    workbooks = {name for name in landed if fnmatch(name, f"{home}/landing/wtg/stichtag/*")}
    assert len(workbooks) == 24
    assert all(Path(name).exists() for name in landed)


def test_no_mart_leads_back_to_files_that_it_has_nothing_of(events: list[Event]) -> None:
    found = ancestors(events, "kreishaus.marts.asylum_national_monthly")
    assert any("/landing/bamf/" in name for name in found)
    assert not any("/landing/wtg/stichtag" in name for name in found)


def test_every_dataset_and_every_mart_has_its_events(
    first_night: FirstNight, events: list[Event]
) -> None:
    jobs = {event["job"]["name"] for event in events}
    # No table over several months is among the sample.
    staged = {entry.id for entry in REGISTRY} - {"bamf/hkl_cumulative"}
    assert {f"stage.{dataset_id}" for dataset_id in staged} <= jobs
    assert {f"publish.{mart.name}" for mart in first_night.manifest.marts} <= jobs
    assert {f"dbt.model.kreishaus.{mart.name}" for mart in first_night.manifest.marts} <= jobs
    assert "dbt.seed.kreishaus.offer_type" in jobs
    runs: dict[str, list[str]] = {}
    for event in events:
        runs.setdefault(event["run"]["runId"], []).append(event["eventType"])
        assert event["job"]["namespace"] == "kreishaus-05162"
        assert event["run"]["facets"]["parent"]["job"]["name"] == "build_marts"
    assert {tuple(types) for types in runs.values()} == {("START", "COMPLETE")}


def test_an_event_says_columns_rows_and_what_was_tested(
    first_night: FirstNight, events: list[Event]
) -> None:
    def last(job: str) -> Event:
        return [event for event in events if event["job"]["name"] == job][-1]

    model = last("dbt.model.kreishaus.vacancy_by_region")
    fields = model["outputs"][0]["facets"]["schema"]["fields"]
    mart = next(mart for mart in first_night.manifest.marts if mart.name == "vacancy_by_region")
    assert [field["name"] for field in fields] == list(mart.columns)
    assert "select" in model["job"]["facets"]["sql"]["query"]
    published = last("publish.vacancy_by_region")["outputs"]
    assert [file["outputFacets"]["outputStatistics"]["rowCount"] for file in published] == [
        mart.rows,
        next(one.rows for one in first_night.manifest.public if one.name == mart.name),
    ]
    tested = last("dbt.test.model.kreishaus.vacancy_by_region")
    said = tested["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert any(found["assertion"].startswith("unique_key") for found in said)
    assert all(found["success"] for found in said)


def over_http(settings: Settings, url: str) -> Settings:
    wanted = Lineage(transport="http", url=url, timeout_seconds=2)
    return settings.model_copy(update={"lineage": wanted})


def test_the_same_events_go_to_a_server(
    first_night: FirstNight,
    events: list[Event],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    got: list[Event] = []

    def take(visit: Visit) -> None:
        got.append(json.loads(visit.body))
        visit.answer(201)

    (tmp_path / "key").write_text("a key\n")
    monkeypatch.setenv("KREISHAUS_LINEAGE_API_KEY_FILE", str(tmp_path / "key"))
    with serving(take) as server:
        tell(first_night, over_http(first_night.installation, server.url))
        assert set(server.visits) == {"/api/v1/lineage"}
        assert {head["Authorization"] for head in server.seen} == {"Bearer a key"}
    assert [event["run"]["runId"] for event in got] == [event["run"]["runId"] for event in events]


@pytest.mark.parametrize("status", [None, 500, 401])
def test_a_server_that_is_down_is_a_warning_and_nothing_is_asked_twice(
    first_night: FirstNight,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    status: int | None,
) -> None:
    monkeypatch.setenv("KREISHAUS_LINEAGE_API_KEY", "a-secret-key")
    begun = time.monotonic()
    with serving(lambda visit: visit.answer(status or 200)) as server:
        url = server.url if status else "http://127.0.0.1:9"
        with caplog.at_level(logging.WARNING):
            emit_build_metrics(
                over_http(first_night.installation, url), "first", 1, last(first_night.installation)
            )
        assert sum(server.visits.values()) <= 2
    assert time.monotonic() - begun < 20
    assert f"lineage: 0 events arrived at {url}" in caplog.text
    assert "a-secret-key" not in caplog.text


def test_a_folder_that_cannot_be_made_is_a_warning(
    first_night: FirstNight, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    wanted = Lineage(transport="file", path=tmp_path / "file" / "lineage")
    emit_build_metrics(
        first_night.installation.model_copy(update={"lineage": wanted}),
        "first",
        1,
        last(first_night.installation),
    )
    assert "lineage: 0 events arrived" in caplog.text


def test_only_the_newest_files_are_kept(first_night: FirstNight, tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"2021010{number}T000000.000000Z_old.jsonl").touch()
    wanted = Lineage(transport="file", path=tmp_path, keep_files=3)
    emit_build_metrics(
        first_night.installation.model_copy(update={"lineage": wanted}),
        "first",
        1,
        last(first_night.installation),
    )
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert [name[:8] for name in kept[:2]] == ["20210103", "20210104"]
    assert len(kept) == 3


def test_a_night_is_measured(first_night: FirstNight) -> None:
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(0.5)
    wanted = Metrics(transport="statsd", port=receiver.getsockname()[1])
    tell(first_night, first_night.installation.model_copy(update={"metrics": wanted}))
    lines: list[str] = []
    try:
        while True:
            lines += receiver.recv(65536).decode().split("\n")
    except TimeoutError:
        receiver.close()
    values = dict(line.split(":") for line in lines)
    rows = {mart.name: mart.rows for mart in first_night.manifest.marts}
    assert values["kreishaus.mart_rows.vacancy_by_region"] == f"{rows['vacancy_by_region']}|g"
    assert values["kreishaus.build_seconds"] == "16.5|g"
    assert values["kreishaus.publish_seconds"] == "4.5|g"
    assert values["kreishaus.build_nodes_failed"] == "0|g"
    assert values["kreishaus.marts_not_renewed"] == "0|g"
    measured = {name for name in values if name.startswith("kreishaus.mart_rows.")}
    assert len(measured) == len(rows)
    # The newest HKL table of the sample is that of September 2021.
    age = int(values["kreishaus.reference_age_days.bamf_hkl"].removesuffix("|g"))
    from datetime import UTC, date, datetime

    assert age == (datetime.now(UTC).date() - date(2021, 9, 1)).days
    assert "kreishaus.mart_age_days.vacancy_by_region" in values
    assert "kreishaus.mart_age_days.demand_forecast" not in values  # its newest year is to come


def test_nothing_is_told_where_nobody_asked(
    first_night: FirstNight, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("something was told")

    monkeypatch.setattr(telemetry, "send_lineage", never)
    monkeypatch.setattr(telemetry, "events_of_build", never)
    monkeypatch.setattr(telemetry, "of_publishing", never)
    tell(first_night, first_night.installation)
    assert first_night.installation.lineage.transport == "off"
    assert first_night.installation.metrics.transport == "off"
