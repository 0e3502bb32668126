"""dbt's nodes as boxes: which there are, what became of each, and who is told when."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))
sys.path.insert(0, str(Path(__file__).parents[3] / "dags"))

from kreishaus_dags.dbt_nodes import is_test_of_one
from warehouse import build, room
from warehouse.as_of import AsOf, settings_as_of
from warehouse.build import BuildFailed, build_for_airflow, publish_for_airflow
from warehouse.builds import BuildNotFinished, builds
from warehouse.nodes import NodeOutcome, Outcomes, nodes_of, read_nodes, write_nodes

MODEL = "model.kreishaus.vacancy_by_region"


def entry(kind, name, layer, parents=(), **words):
    return {
        "resource_type": kind,
        "name": name,
        "fqn": ["kreishaus", layer, name],
        "depends_on": {"nodes": list(parents)},
        "description": "",
        **words,
    }


MANIFEST = {
    "nodes": {
        MODEL: entry("model", "vacancy_by_region", "marts", ["model.kreishaus.stg_wtg__offers"]),
        "model.kreishaus.stg_wtg__offers": entry(
            "model", "stg_wtg__offers", "staging", ["source.kreishaus.wtg", "seed.kreishaus.codes"]
        ),
        "seed.kreishaus.codes": {**entry("seed", "codes", "codes"), "depends_on": {"macros": []}},
        "test.kreishaus.unique.1": entry(
            "test", "unique_vacancy", "marts", [MODEL], attached_node=MODEL
        ),
        "test.kreishaus.sums.2": entry("test", "sums", "sums", [MODEL, "seed.kreishaus.codes"]),
        "operation.kreishaus.hook": entry("operation", "hook", "hook"),
    }
}


def test_every_seed_model_and_test_is_a_node_behind_its_parents():
    nodes = nodes_of(MANIFEST)
    assert [(node.name, node.layer, node.owner) for node in nodes] == [
        ("codes", "seeds", "codes"),
        ("stg_wtg__offers", "staging", "stg_wtg__offers"),
        ("vacancy_by_region", "marts", "vacancy_by_region"),
        ("sums", "tests", "sums"),
        ("unique_vacancy", "marts", "vacancy_by_region"),
    ]
    assert nodes[1].parents == ("seed.kreishaus.codes",)  # a source is no node


def test_nodes_are_written_only_when_they_changed(tmp_path):
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(MANIFEST))
    path = write_nodes(manifest, tmp_path)
    before = path.stat().st_ino
    write_nodes(manifest, tmp_path)
    assert path.stat().st_ino == before
    assert read_nodes(tmp_path) == nodes_of(MANIFEST)


def test_before_the_project_was_ever_read_there_are_no_nodes(tmp_path):
    assert read_nodes(tmp_path) == []


def test_a_test_is_shown_with_the_one_node_it_speaks_of_and_otherwise_by_itself():
    shown_with_another = [node.name for node in nodes_of(MANIFEST) if is_test_of_one(node)]
    assert shown_with_another == ["unique_vacancy"]


@pytest.fixture
def outcomes(tmp_path):
    opened = Outcomes(tmp_path, "night_1")
    opened.open()
    return opened


TEST = "test.kreishaus.unique.1"


def outcome(status, message="", node=MODEL):
    return NodeOutcome(node, status, message, 0.2)


def test_building_a_run_again_begins_with_nothing(tmp_path, outcomes):
    outcomes.record(outcome("success"))
    outcomes.end()
    outcomes.open()
    assert outcomes.of(MODEL) is None
    assert not outcomes.ended


def test_a_run_id_with_colons_and_plus_is_a_folder(tmp_path):
    run_id = "asset_triggered__2026-11-22T11:16:38.605312+00:00_nMA9EKKU"
    Outcomes(tmp_path, run_id).open()
    Outcomes(tmp_path, run_id).record(outcome("success"))
    assert Outcomes(tmp_path, run_id).of(MODEL) == outcome("success")


def test_only_the_newest_runs_are_kept(tmp_path):
    for number in range(16):
        Outcomes(tmp_path, f"night_{number}").open()
        os.utime(Outcomes(tmp_path, f"night_{number}").folder, (number, number))
    Outcomes(tmp_path, "night_16").open()
    assert len(list((tmp_path / "outcomes").iterdir())) == 14
    assert not Outcomes(tmp_path, "night_2").folder.exists()
    assert Outcomes(tmp_path, "night_3").folder.exists()


async def event_of(tmp_path, *nodes):
    from warehouse.node_trigger import NodeTrigger

    trigger = NodeTrigger(str(tmp_path), list(nodes or [MODEL]))
    trigger._task_instance = SimpleNamespace(run_id="night_1")
    event = await asyncio.wait_for(anext(trigger.run()), 1.5)
    return event.task_instance_state


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", "success"),
        ("pass", "success"),
        ("warn", "success"),
        ("fail", "failed"),
        ("error", "failed"),
        ("skipped", "skipped"),
    ],
)
def test_a_box_shows_what_dbt_said(tmp_path, outcomes, status, state):
    outcomes.record(outcome(status))
    assert asyncio.run(event_of(tmp_path)) == state


@pytest.mark.parametrize(
    ("model", "test", "state"),
    [
        ("success", "pass", "success"),
        ("success", "fail", "failed"),
        ("error", "skipped", "failed"),
        ("skipped", "skipped", "skipped"),
        ("success", "skipped", "skipped"),
    ],
)
def test_a_box_is_as_red_as_the_worst_it_shows(tmp_path, outcomes, model, test, state):
    outcomes.record(outcome(model))
    outcomes.record(outcome(test, node=TEST))
    assert asyncio.run(event_of(tmp_path, MODEL, TEST)) == state


def test_a_model_without_word_of_its_test_is_waited_for_and_red_at_the_end(tmp_path, outcomes):
    outcomes.record(outcome("success"))
    with pytest.raises(TimeoutError):
        asyncio.run(event_of(tmp_path, MODEL, TEST))
    outcomes.end()
    assert asyncio.run(event_of(tmp_path, MODEL, TEST)) == "failed"


def test_a_node_that_dbt_never_came_to_is_red(tmp_path, outcomes):
    outcomes.end()
    assert asyncio.run(event_of(tmp_path)) == "failed"


def test_a_box_waits_as_long_as_dbt_has_not_said(tmp_path, outcomes):
    with pytest.raises(TimeoutError):
        asyncio.run(event_of(tmp_path))


DBT_SAYS = [
    {"info": {"name": "MainReportVersion", "level": "info", "msg": "Running with dbt"}, "data": {}},
    {
        "info": {"name": "NodeFinished", "level": "debug", "msg": ""},
        "data": {
            "node_info": {"unique_id": MODEL},
            "run_result": {"status": "error", "message": "Binder Error", "execution_time": 0.251},
        },
    },
]


@pytest.fixture
def dbt(monkeypatch, tmp_path, settings):
    """A dbt that says ``DBT_SAYS``, leaves its results, and ends with a status."""

    def install(status, results=()):
        script = tmp_path / "bin" / "dbt"
        script.parent.mkdir()
        lines = "\n".join(json.dumps(line) for line in DBT_SAYS)
        left = json.dumps({"results": [*results]})
        script.write_text(
            f"#!/bin/sh\ncat <<'END'\n{lines}\na library's own words\nEND\n"
            f"echo '{left}' > $DBT_TARGET_PATH/run_results.json\nexit {status}\n"
        )
        script.chmod(0o755)
        script.with_name("python").symlink_to(sys.executable)
        monkeypatch.setattr(sys, "executable", str(script.with_name("python")))
        (settings.warehouse / "target").mkdir(parents=True)
        (settings.warehouse / "target" / "manifest.json").write_text(json.dumps(MANIFEST))
        Outcomes(settings.warehouse, "night_1").open()

    return install


def test_a_red_build_names_the_nodes_and_tells_each_outcome(settings, dbt, caplog):
    dbt(1, [{"unique_id": MODEL, "status": "error"}])
    with caplog.at_level(logging.INFO), pytest.raises(BuildFailed, match=MODEL):
        build_for_airflow(settings, "night_1")
    told = Outcomes(settings.warehouse, "night_1")
    assert told.of(MODEL) == NodeOutcome(MODEL, "error", "Binder Error", 0.25)
    assert told.ended
    assert "Running with dbt" in caplog.messages
    assert "a library's own words" in caplog.messages


def test_a_build_that_a_full_disk_stopped_says_which_and_what_to_do(settings, dbt, monkeypatch):
    words = "IO Error: Could not write file: No space left on device"
    monkeypatch.setitem(DBT_SAYS[0]["info"], "msg", words)
    dbt(2)
    with pytest.raises(BuildFailed, match=f"{settings.warehouse}: more than .* MiB are needed and"):
        build_for_airflow(settings, "night_1")


def test_a_build_without_room_is_not_begun(settings, dbt, monkeypatch):
    dbt(0)
    monkeypatch.setattr(room, "free_bytes", lambda _: 2**20)
    with pytest.raises(BuildFailed, match="the build was not begun"):
        build_for_airflow(settings, "night_1")
    assert not builds(settings).exists()


def test_a_green_build_lists_the_nodes_for_the_next_drawing(settings, dbt):
    dbt(0)
    build_for_airflow(settings, "night_1")
    assert read_nodes(settings.warehouse) == nodes_of(MANIFEST)


def test_a_build_as_of_a_day_is_watched_where_every_night_is(settings, dbt):
    dbt(0)
    back = settings_as_of(settings, AsOf("2021-11-30"))
    back.warehouse.mkdir(parents=True)
    (settings.warehouse / "target").rename(back.warehouse / "target")
    build_for_airflow(back, "night_1")
    assert Outcomes(settings.warehouse, "night_1").of(MODEL).status == "error"
    assert read_nodes(settings.warehouse) == nodes_of(MANIFEST)
    assert not (back.warehouse / "outcomes").exists()


def test_a_build_that_was_killed_is_not_published_and_nobody_waits_for_its_nodes(settings):
    outcomes = Outcomes(settings.warehouse, "night_1")
    outcomes.open()
    with pytest.raises(BuildNotFinished):
        publish_for_airflow(settings, "night_1")
    assert outcomes.ended


def test_a_red_node_is_a_fault_even_when_every_mart_was_renewed(settings, monkeypatch):
    outcomes = Outcomes(settings.warehouse, "night_1")
    outcomes.open()
    outcomes.end()
    monkeypatch.setattr(build, "publish", lambda *_, **__: SimpleNamespace(faults={}))
    monkeypatch.setattr(build, "failed_nodes", lambda _: ("test.k.freshness",))
    assert publish_for_airflow(settings, "night_1") == ["test.k.freshness failed"]
