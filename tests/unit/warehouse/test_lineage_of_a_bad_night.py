"""Lineage of a build in which a model broke: what failed, what was not come to, what was tested."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kreishaus.settings import Lineage, Settings
from operations.doctor import examine
from warehouse.build import target
from warehouse.builds import keep
from warehouse.lineage import Build, events_of_build


def node(name: str, kind: str = "model", **words: Any) -> dict[str, Any]:
    about = {"name": name, "alias": name, "resource_type": kind, "unique_id": f"{kind}.k.{name}"}
    place = {"database": "kreishaus", "schema": "marts", "columns": {}, "description": ""}
    return {**about, **place, "depends_on": {"nodes": []}, **words}


NODES = [
    node("broken"),
    node("after_it", depends_on={"nodes": ["model.k.broken"]}),
    node("holds", "test", attached_node="model.k.good", column_name="places"),
    node("fails", "test", attached_node="model.k.good"),
    node("good", depends_on={"nodes": ["source.k.wtg.belegung"]}),
    node("over_all", "test"),
]
TIMED = [
    {"name": "compile", "started_at": "2021-11-30T01:00:00Z", "completed_at": "x"},
    {"name": "execute", "started_at": "x", "completed_at": "2021-11-30T01:00:02Z"},
]
RESULTS = {
    "model.k.broken": ("error", TIMED, "Binder Error"),
    "model.k.after_it": ("skipped", [], None),
    "test.k.holds": ("pass", TIMED, None),
    "test.k.fails": ("fail", TIMED, "Got 3 results"),
    "model.k.good": ("success", TIMED, "OK"),
    "test.k.over_all": ("pass", TIMED, None),
}


def events(settings: Settings) -> dict[str, dict[str, Any]]:
    """The last event of each job."""
    from openlineage.client.serde import Serde

    from kreishaus.store.batches import write_batches

    write_batches(settings)
    target(settings).mkdir(parents=True)
    staged = "read_parquet('/kreishaus/staged/wtg/stichtag/*/x*/belegung.parquet')"
    manifest = {
        "metadata": {"invocation_id": "i"},
        "nodes": {one["unique_id"]: one for one in NODES},
        "sources": {"source.k.wtg.belegung": {"name": "belegung", "relation_name": staged}},
    }
    (target(settings) / "manifest.json").write_text(json.dumps(manifest))
    rows = [
        {"unique_id": unique_id, "status": status, "timing": timing, "message": message}
        for unique_id, (status, timing, message) in RESULTS.items()
    ]
    about = {"invocation_id": "i", "generated_at": "2021-11-30T01:00:09Z"}
    results = {"results": rows, "metadata": about}
    (target(settings) / "run_results.json").write_text(json.dumps(results))
    keep(settings, target(settings))
    build = Build.last(settings, "night_1")
    assert build is not None
    told = (json.loads(Serde.to_json(event)) for event in events_of_build(build))
    return {event["job"]["name"]: event for event in told}


def test_what_broke_says_why_and_what_was_skipped_is_no_success(settings: Settings) -> None:
    told = events(settings)
    broken = told["dbt.model.k.broken"]
    assert broken["eventType"] == "FAIL"
    assert broken["run"]["facets"]["errorMessage"]["message"] == "Binder Error"
    skipped = told["dbt.model.k.after_it"]
    assert (skipped["eventType"], skipped["eventTime"]) == ("ABORT", "2021-11-30T01:00:09Z")
    good = told["dbt.model.k.good"]
    assert (good["eventType"], good["eventTime"]) == ("COMPLETE", "2021-11-30T01:00:02Z")


def test_a_staged_table_is_a_file_to_everybody(settings: Settings) -> None:
    (given,) = events(settings)["dbt.model.k.good"]["inputs"]
    assert given["namespace"] == "file"
    assert given["name"] == "/kreishaus/staged/wtg/stichtag/*/x*/belegung.parquet"


def test_a_test_that_fails_is_told_of_what_it_is_about(settings: Settings) -> None:
    told = events(settings)
    tested = told["dbt.test.model.k.good"]
    assert tested["eventType"] == "FAIL"
    said = tested["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
    assert [(one["assertion"], one["success"], one.get("column")) for one in said] == [
        ("holds", True, "places"),
        ("fails", False, None),
    ]
    assert not any("over_all" in job for job in told)  # it is about no single relation


def test_lineage_without_its_package_is_complained_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = settings.model_copy(update={"lineage": Lineage(transport="file")})
    assert not [line for line in examine(wanted) if "lineage" in line]
    monkeypatch.setattr("operations.doctor.find_spec", lambda _: None)
    assert [line for line in examine(wanted) if "requirements-production.lock" in line]
    assert not [line for line in examine(settings) if "lineage" in line]


def test_a_build_that_never_ended_has_no_lineage(settings: Settings) -> None:
    assert Build.last(settings, "night_1") is None
