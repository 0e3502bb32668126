"""What the tasks make of a visit and of bad files, called as Airflow calls them."""

from __future__ import annotations

import errno
import json
import os
import socket
import sqlite3
import sys
import tempfile
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))
sys.path.insert(0, str(Path(__file__).parents[3] / "dags"))

from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, ParamValidationError

from kreishaus.model import Finding, Landed, SourceUnavailable
from kreishaus.settings import Metrics
from kreishaus.store.visits import Visit, Visits
from kreishaus_dags import common, failed_items, intake, window
from pipeline.backfill import Window
from pipeline.faults import MachineFault
from pipeline.steps import FetchReport, Outcome


def landed(label, source="bamf", name="hkl"):
    return Landed(source, name, f"sha-of-{label}", label)


def report(**words):
    nothing = dict.fromkeys(("new", "pending", "in_quarantine", "refused", "unavailable"), ())
    return FetchReport(**{"dataset_id": "bamf/hkl", "offered": 3, **nothing, **words})


NIGHT = SimpleNamespace(run_type="scheduled", conf={})


class TaskInstance:
    """The part of a running task that ours use."""

    def __init__(self, try_number=1, max_tries=2, pulled=()):
        self.try_number, self.max_tries, self.pulled = try_number, max_tries, pulled
        self.pushed = {}

    def xcom_push(self, key, value):
        self.pushed[key] = value

    def xcom_pull(self, task_ids, key):
        assert task_ids == ["hkl.process_files"] and key == "staged"
        return list(self.pulled)


@pytest.fixture
def running(monkeypatch, settings):
    """Puts a task into a run: ``running(visit=..., process_file=...)`` returns its instance."""

    def put(*, visit=None, process_file=None, run=NIGHT, installation=settings, **words):
        ti = TaskInstance(**words)
        events = {asset: SimpleNamespace(extra={}) for asset in common.STAGED.values()}
        context = {"ti": ti, "run_id": "night_1", "dag_run": run, "outlet_events": events}
        monkeypatch.setattr(intake, "get_current_context", lambda: context)
        monkeypatch.setattr(intake, "current_settings", lambda: installation)
        if visit:
            monkeypatch.setattr("pipeline.steps.fetch_new", lambda *_: visit)
        if process_file:
            monkeypatch.setattr("pipeline.steps.process_file", process_file)
        return ti, events

    return put


def land():
    return intake.fetch_new.function("bamf/hkl")


def test_nothing_new_is_skipped_not_green_and_not_red(running):
    running(visit=report())
    with pytest.raises(AirflowSkipException, match="nothing new among 3 offered"):
        land()


def test_a_silent_source_is_asked_again_while_tries_are_left(running):
    running(visit=report(unavailable=("2021-09: status 503",)), try_number=2, max_tries=2)
    with pytest.raises(SourceUnavailable, match="2021-09: status 503"):
        land()


def test_on_the_last_try_what_is_missing_is_complained_of_beside_what_came(running, settings):
    visit = report(pending=(landed("2021-08"),), unavailable=("2021-09: status 503",))
    running(visit=visit, try_number=3, max_tries=2)
    good, missing = land()
    assert (good["label"], good["failed_item"]) == ("2021-08", None)
    assert missing["label"] == "2021-09"
    with pytest.raises(AirflowFailException, match="2021-09: status 503"):
        stage_after_visit(visit, missing, settings)


def stage_after_visit(visit, item, settings):
    """Does a red portion of a visit, which the real ``land`` notes."""
    noted = Visit(
        datetime(2021, 10, 1, tzinfo=UTC),
        "night_1",
        refused=visit.refused,
        unavailable=visit.unavailable,
    )
    Visits(settings.landing, "bamf", "hkl").note(noted)
    intake.process_files.function(item)


def test_a_refused_file_is_a_red_portion_of_its_own_that_quotes_nothing_of_it(running, settings):
    visit = report(refused=("list.xlsx: column 'AZR-Nummer' looks like persons",))
    running(visit=visit)
    (item,) = land()
    assert item["label"] == "list.xlsx"
    assert "AZR-Nummer" not in str(item)
    with pytest.raises(AirflowFailException, match=r"'AZR-Nummer' looks .* nothing of it was kept"):
        stage_after_visit(visit, item, settings)


def test_a_reason_that_is_gone_meanwhile_is_said_to_be_gone(running, settings):
    running()
    place = {"about": "refused", "dataset": "bamf/hkl", "run_id": "night_0", "number": 0}
    with pytest.raises(AirflowFailException, match="refused; the visit is no longer in"):
        intake.process_files.function({"label": "list.xlsx", "files": [], "failed_item": place})
    place = {"about": "quarantine", "path": str(settings.quarantine / "bamf" / "hkl" / "sha")}
    with pytest.raises(AirflowFailException, match="It was released since"):
        intake.process_files.function({"label": "2020-09", "files": [], "failed_item": place})


def test_a_file_offered_again_while_in_quarantine_says_the_reason_again(running, settings):
    bad = landed("2020-09")
    folder = settings.quarantine / "bamf" / "hkl" / bad.sha256
    folder.mkdir(parents=True)
    message = "the countries sum to 1,204, printed 1,648"
    reason = [{"rule": "sums", "severity": "critical", "message": message, "place": "5"}]
    (folder / "reason.json").write_text(json.dumps(reason))
    running(visit=report(in_quarantine=(bad,)))
    (item,) = land()
    assert item["label"] == "2020-09"
    assert "1,204" not in str(item)
    with pytest.raises(AirflowFailException) as said:
        intake.process_files.function(item)
    assert "the countries sum to 1,204, printed 1,648" in str(said.value)
    assert str(folder) in str(said.value)


def test_twelve_files_are_one_task_and_thirteen_are_two(running):
    months = [f"2020-{month:02}" for month in range(12, 0, -1)]
    running(visit=report(pending=tuple(map(landed, months))))
    assert [item["label"] for item in land()] == ["2020-01 to 2020-12"]
    running(visit=report(pending=tuple(map(landed, [*months, "2021-01"]))))
    assert [item["label"] for item in land()] == ["2020-01 to 2020-12", "2021-01"]


def portion(*labels):
    return intake.batches([vars(landed(label)) for label in labels])[0]


def process_all_but(bad):
    def process_file(file, _settings):
        if file.label == bad:
            finding = Finding("sum_to_total", "critical", "parts sum to 3, printed 4", place="5")
            return Outcome(file, "quarantined", file.label, (finding,))
        return Outcome(file, "staged", file.label, ())

    return process_file


def test_a_bad_file_fails_its_task_only_after_its_neighbours_were_treated(running):
    ti, _ = running(process_file=process_all_but("2020-02"))
    with pytest.raises(AirflowFailException) as failed:
        intake.process_files.function(portion("2020-01", "2020-02", "2020-03"))
    assert "bamf/hkl 2020-02, page or sheet 5" in str(failed.value)
    assert "parts sum to 3, printed 4" in str(failed.value)
    assert ti.pushed["staged"] == ["2020-01", "2020-03"]


def test_a_fault_of_our_own_fails_its_task_only_after_its_neighbours_were_treated(running):
    def process_file(file, _settings):
        if file.label == "2020-02":
            raise KeyError("element_count")
        return Outcome(file, "staged", file.label, ())

    ti, _ = running(process_file=process_file)
    with pytest.raises(AirflowFailException, match="2020-02: our own code broke on it"):
        intake.process_files.function(portion("2020-01", "2020-02", "2020-03"))
    assert ti.pushed["staged"] == ["2020-01", "2020-03"]


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        MemoryError(),
        BrokenProcessPool("a process was ended abruptly"),
        sqlite3.OperationalError("database or disk is full"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_what_the_machine_failed_at_is_tried_again_after_its_neighbours_were_treated(
    running, fault
):
    def process_file(file, _settings):
        if file.label == "2020-02":
            raise fault
        return process_all_but("2020-03")(file, _settings)

    ti, _ = running(process_file=process_file)
    with pytest.raises(MachineFault) as failed:
        intake.process_files.function(portion("2020-01", "2020-02", "2020-03"))
    assert not isinstance(failed.value, AirflowFailException)  # which Airflow would not repeat
    assert str(failed.value).startswith("2020-02: the machine failed")
    assert "parts sum to 3, printed 4" in str(failed.value)
    assert ti.pushed["staged"] == ["2020-01"]


def test_an_error_of_a_library_about_the_file_is_not_tried_again(running):
    def process_file(file, _settings):
        raise OSError("cannot identify image file")

    running(process_file=process_file)
    with pytest.raises(AirflowFailException, match="2020-01: our own code broke on it"):
        intake.process_files.function(portion("2020-01"))


def test_good_files_are_green(running):
    ti, _ = running(process_file=process_all_but(None))
    intake.process_files.function(portion("2020-01"))
    assert ti.pushed["staged"] == ["2020-01"]


def test_ten_thousand_files_are_fewer_portions_than_airflow_expands(settings):
    """Beyond 1,024 a mapped task would fail the whole run (``[core] max_map_length``)."""
    files = [vars(landed(f"{number:05}")) for number in range(10_000)]
    portions = intake.batches(files)
    many = report(refused=tuple(f"{number:05}: refused" for number in range(10_000)))
    red = failed_items.failed_items(many, settings, "night_1")
    assert len(portions) + len(red) < 1_024
    assert [file for portion in portions for file in portion["files"]] == files
    assert len(red) == 101
    assert red[-1]["label"] == "9,900 more"
    assert failed_items.reason(red[-1], settings) == "9,900 more: kreishaus status --all names each"


@pytest.fixture
def tell():
    from airflow.sdk import DAG

    from kreishaus.datasets import dataset

    with DAG("a_dag"):
        return intake.announce(dataset("bamf/hkl"))


def test_the_asset_tells_which_periods_were_staged(running, tell):
    _, events = running(pulled=[["2021-08"], ["2021-09", "2021-10"]])
    tell.function("hkl.process_files")
    assert events[common.STAGED["bamf"]].extra == {
        "dataset": "bamf/hkl",
        "periods": ["2021-08", "2021-09", "2021-10"],
    }


@pytest.mark.parametrize("pulled", [[], [[]], [None]])
def test_nobody_is_told_when_nothing_was_staged(running, tell, pulled):
    running(pulled=pulled)
    with pytest.raises(AirflowSkipException, match="nothing new was staged"):
        tell.function("hkl.process_files")


def backfill_run(conf, at="2021-08-14T23:30:00+00:00"):
    return SimpleNamespace(run_type="backfill", conf=conf, logical_date=datetime.fromisoformat(at))


NOTHING_ASKED = {"from": None, "to": None, "reason": None}


def test_a_night_asks_for_everything():
    assert window.window_of(SimpleNamespace(run_type="scheduled", conf=None)) is None
    assert window.window_of(SimpleNamespace(run_type="manual", conf={"reason": "x"})) is None
    assert window.window_of(SimpleNamespace(run_type="manual", conf=NOTHING_ASKED)) is None


def triggered(**conf):
    return SimpleNamespace(run_type="manual", conf=conf)


def test_a_run_triggered_for_years_asks_for_all_of_them_at_once():
    run = triggered(**{"from": "2017-01-01", "to": "2021-09-30", "reason": "restored"})
    assert window.window_of(run) == Window(date(2017, 1, 1), date(2021, 9, 30), "restored")


@pytest.mark.parametrize(
    ("conf", "said"),
    [
        ({"from": "2021-01-01", "to": "2021-03-31"}, "needs its reason"),
        ({"from": "2021-01-01", "reason": "x"}, "expected from and to, .* found 2021-01-01 and No"),
        ({"to": "2021-01-01", "reason": "x"}, "expected from and to"),
        ({"from": "2021-03-31", "to": "2021-01-01", "reason": "x"}, "not after the last"),
        ({"form": "2021-01-01", "reason": "x"}, "parameters from, to, reason; found form"),
    ],
)
def test_a_window_that_cannot_be_meant_is_refused(conf, said):
    with pytest.raises(AirflowFailException, match=said):
        window.window_of(triggered(**conf))


def filled_in(asked):
    params = ParamsDict(window.params())
    for name, value in asked.items():
        params[name] = value
    return params.validate()


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "1.1.2021"},
        {"from": 2021},
        {"to": "2021-02-30"},
        {"reason": "  "},
        {"reason": 7},
    ],
)
def test_airflow_refuses_a_value_that_the_form_does_not_allow(asked):
    with pytest.raises(ParamValidationError):
        filled_in(asked)


def test_the_form_says_what_each_field_is():
    for name, param in window.params().items():
        assert param.schema["title"] and param.description and param.schema["examples"], name
        filled_in({name: param.schema["examples"][0]})


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2021-08-14T23:30:00+00:00", date(2021, 8, 15)),  # half past one, summer time
        ("2021-12-31T00:30:00+00:00", date(2021, 12, 31)),  # half past one, winter time
    ],
)
def test_a_backfill_run_asks_for_the_german_day_of_its_logical_date(at, day):
    asked = window.window_of(backfill_run({"reason": " the register corrected it "}, at))
    assert asked == Window(day, day, "the register corrected it")


@pytest.mark.parametrize("conf", [None, {}, {"reason": ""}, {"reason": "  "}])
def test_a_backfill_that_does_not_say_its_reason_is_refused_with_the_way_to_say_it(conf):
    with pytest.raises(AirflowFailException, match="--dag-run-conf"):
        window.window_of(backfill_run(conf))


def test_the_window_of_a_backfill_reaches_the_visit(running, monkeypatch):
    running(run=backfill_run({"reason": "BAMF corrected it"}))
    asked = []
    monkeypatch.setattr("pipeline.steps.fetch_new", lambda *words: asked.append(words) or report())
    with pytest.raises(AirflowSkipException, match="nothing new about 2021-08-15 among 3 offered"):
        land()
    assert asked[0][3] == Window(date(2021, 8, 15), date(2021, 8, 15), "BAMF corrected it")


def test_a_visit_and_what_was_judged_are_measured(running, settings):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        wanted = Metrics(transport="statsd", port=receiver.getsockname()[1])
        measuring = settings.model_copy(update={"metrics": wanted})
        new = (landed("2021-08"), landed("2021-09"))
        running(visit=report(new=new, pending=new), installation=measuring)
        land()
        assert receiver.recv(2000).decode().split("\n")[0] == "kreishaus.files_landed.bamf_hkl:2|c"
        running(
            process_file=lambda file, _: Outcome(file, "staged", file.label, ()),
            installation=measuring,
        )
        files = [{"source": "bamf", "dataset": "hkl", "sha256": "a", "label": "2021-08"}]
        intake.process_files.function({"label": "2021-08", "files": files, "failed_item": None})
        assert receiver.recv(2000).decode() == "kreishaus.files_staged.bamf_hkl:1|c"
