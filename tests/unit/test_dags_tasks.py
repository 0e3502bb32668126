"""What the tasks make of a visit and of bad files, called as Airflow calls them."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))
sys.path.insert(0, str(Path(__file__).parents[2] / "dags"))

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kreishaus.model import Finding, Landed, SourceUnavailable
from kreishaus.settings import Metrics
from kreishaus_dags import common, intake
from pipeline.backfill import Window
from pipeline.steps import LandReport, Outcome


def landed(label, source="bamf", name="hkl"):
    return Landed(source, name, f"sha-of-{label}", label)


def report(**words):
    nothing = dict.fromkeys(("new", "to_treat", "in_quarantine", "refused", "unavailable"), ())
    return LandReport(**{"dataset_id": "bamf/hkl", "offered": 3, **nothing, **words})


NIGHT = SimpleNamespace(run_type="scheduled", conf={})


class TaskInstance:
    """The part of a running task that ours use."""

    def __init__(self, try_number=1, max_tries=2, pulled=()):
        self.try_number, self.max_tries, self.pulled = try_number, max_tries, pulled
        self.pushed = {}

    def xcom_push(self, key, value):
        self.pushed[key] = value

    def xcom_pull(self, task_ids, key):
        assert task_ids == ["hkl.stage"] and key == "staged"
        return list(self.pulled)


@pytest.fixture
def running(monkeypatch, settings):
    """Puts a task into a run: ``running(visit=..., treat=..., ...)`` returns its instance."""

    def put(*, visit=None, treat=None, run=NIGHT, house=settings, **words):
        ti = TaskInstance(**words)
        events = {asset: SimpleNamespace(extra={}) for asset in common.STAGED.values()}
        context = {"ti": ti, "run_id": "night_1", "dag_run": run, "outlet_events": events}
        monkeypatch.setattr(intake, "get_current_context", lambda: context)
        monkeypatch.setattr(intake, "house", lambda: house)
        if visit:
            monkeypatch.setattr("pipeline.steps.land", lambda *_: visit)
        if treat:
            monkeypatch.setattr("pipeline.steps.treat", treat)
        return ti, events

    return put


def land():
    return intake.land.function("bamf/hkl")


def test_nothing_new_is_skipped_not_green_and_not_red(running):
    running(visit=report())
    with pytest.raises(AirflowSkipException, match="nothing new among 3 offered"):
        land()


def test_a_silent_source_is_asked_again_while_tries_are_left(running):
    running(visit=report(unavailable=("2021-09: status 503",)), try_number=2, max_tries=2)
    with pytest.raises(SourceUnavailable, match="2021-09: status 503"):
        land()


def test_on_the_last_try_what_is_missing_is_complained_of_beside_what_came(running):
    visit = report(to_treat=(landed("2021-08"),), unavailable=("2021-09: status 503",))
    running(visit=visit, try_number=3, max_tries=2)
    assert [(item["label"], item["complaint"]) for item in land()] == [
        ("2021-08", None),
        ("2021-09", "2021-09: status 503"),
    ]


def test_a_refused_file_is_a_red_portion_of_its_own(running):
    running(visit=report(refused=("list.xlsx: column 'AZR-Nummer' looks like persons",)))
    (item,) = land()
    assert item["label"] == "list.xlsx"
    assert "nothing of it was kept" in item["complaint"]


def test_a_file_offered_again_while_in_quarantine_says_the_reason_again(running, settings):
    bad = landed("2020-09")
    folder = settings.quarantine / "bamf" / "hkl" / bad.sha256
    folder.mkdir(parents=True)
    (folder / "reason.txt").write_text("2020-09, page 5: the countries sum to 1,204, printed 1,648")
    running(visit=report(in_quarantine=(bad,)))
    (item,) = land()
    assert item["label"] == "2020-09"
    assert "the countries sum to 1,204, printed 1,648" in item["complaint"]
    assert str(folder) in item["complaint"]


def test_twelve_files_are_one_task_and_thirteen_are_two(running):
    months = [f"2020-{month:02}" for month in range(12, 0, -1)]
    running(visit=report(to_treat=tuple(map(landed, months))))
    assert [item["label"] for item in land()] == ["2020-01 to 2020-12"]
    running(visit=report(to_treat=tuple(map(landed, [*months, "2021-01"]))))
    assert [item["label"] for item in land()] == ["2020-01 to 2020-12", "2021-01"]


def portion(*labels):
    return intake.batches([vars(landed(label)) for label in labels])[0]


def treat_all_but(bad):
    def treat(file, _settings):
        if file.label == bad:
            finding = Finding("sum_to_total", "critical", "parts sum to 3, printed 4", place="5")
            return Outcome(file, "quarantined", file.label, (finding,))
        return Outcome(file, "staged", file.label, ())

    return treat


def test_a_bad_file_fails_its_task_only_after_its_neighbours_were_treated(running):
    ti, _ = running(treat=treat_all_but("2020-02"))
    with pytest.raises(AirflowFailException) as failed:
        intake.stage.function(portion("2020-01", "2020-02", "2020-03"))
    assert "bamf/hkl 2020-02, page or sheet 5" in str(failed.value)
    assert "parts sum to 3, printed 4" in str(failed.value)
    assert ti.pushed["staged"] == ["2020-01", "2020-03"]


def test_a_fault_of_our_own_fails_its_task_only_after_its_neighbours_were_treated(running):
    def treat(file, _settings):
        if file.label == "2020-02":
            raise KeyError("element_count")
        return Outcome(file, "staged", file.label, ())

    ti, _ = running(treat=treat)
    with pytest.raises(AirflowFailException, match="2020-02: our own code broke on it"):
        intake.stage.function(portion("2020-01", "2020-02", "2020-03"))
    assert ti.pushed["staged"] == ["2020-01", "2020-03"]


def test_good_files_are_green(running):
    ti, _ = running(treat=treat_all_but(None))
    intake.stage.function(portion("2020-01"))
    assert ti.pushed["staged"] == ["2020-01"]


def test_ten_thousand_files_are_fewer_portions_than_airflow_expands():
    """Beyond 1,024 a mapped task would fail the whole run (``[core] max_map_length``)."""
    files = [vars(landed(f"{number:05}")) for number in range(10_000)]
    portions = intake.batches(files)
    red = intake.complaints([f"{number:05}: refused" for number in range(10_000)])
    assert len(portions) + len(red) < 1_024
    assert [file for portion in portions for file in portion["files"]] == files
    assert len(red) == 101
    assert red[-1]["label"] == "9,900 more"
    assert intake.complaints(["a: b"]) == [intake.complaint("a: b")]


def test_a_complaint_is_red_without_anything_being_read(running):
    running(treat=lambda *_: pytest.fail("nothing to treat"))
    with pytest.raises(AirflowFailException, match="still in quarantine"):
        intake.stage.function(intake.complaint("2020-09: still in quarantine"))


@pytest.fixture
def tell():
    from airflow.sdk import DAG

    from kreishaus.datasets import dataset

    with DAG("a_dag"):
        return intake.announce(dataset("bamf/hkl"))


def test_the_asset_tells_which_periods_were_staged(running, tell):
    _, events = running(pulled=[["2021-08"], ["2021-09", "2021-10"]])
    tell.function("hkl.stage")
    assert events[common.STAGED["bamf"]].extra == {
        "dataset": "bamf/hkl",
        "periods": ["2021-08", "2021-09", "2021-10"],
    }


@pytest.mark.parametrize("pulled", [[], [[]], [None]])
def test_nobody_is_told_when_nothing_was_staged(running, tell, pulled):
    running(pulled=pulled)
    with pytest.raises(AirflowSkipException, match="nothing new was staged"):
        tell.function("hkl.stage")


def backfill_run(conf, at="2021-08-14T23:30:00+00:00"):
    return SimpleNamespace(run_type="backfill", conf=conf, logical_date=datetime.fromisoformat(at))


def test_a_night_asks_for_everything():
    assert intake.window_of(SimpleNamespace(run_type="scheduled", conf=None)) is None
    assert intake.window_of(SimpleNamespace(run_type="manual", conf={"reason": "x"})) is None


def triggered(**conf):
    return SimpleNamespace(run_type="manual", conf=conf)


def test_a_run_triggered_for_years_asks_for_all_of_them_at_once():
    run = triggered(**{"from": "2017-01-01", "to": "2021-09-30", "reason": "restored"})
    assert intake.window_of(run) == Window(date(2017, 1, 1), date(2021, 9, 30), "restored")


@pytest.mark.parametrize(
    ("conf", "said"),
    [
        ({"from": "2021-01-01", "to": "2021-03-31"}, "needs its reason"),
        ({"from": "2021-01-01", "reason": "x"}, "expected"),
        ({"from": "1.1.2021", "to": "2021-03-31", "reason": "x"}, "found .*1.1.2021"),
        ({"from": 2021, "to": "2021-03-31", "reason": "x"}, "expected"),
    ],
)
def test_a_window_that_cannot_be_meant_is_refused(conf, said):
    with pytest.raises(AirflowFailException, match=said):
        intake.window_of(triggered(**conf))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2021-08-14T23:30:00+00:00", date(2021, 8, 15)),  # half past one, summer time
        ("2021-12-31T00:30:00+00:00", date(2021, 12, 31)),  # half past one, winter time
    ],
)
def test_a_backfill_run_asks_for_the_german_day_of_its_logical_date(at, day):
    window = intake.window_of(backfill_run({"reason": " the register corrected it "}, at))
    assert window == Window(day, day, "the register corrected it")


@pytest.mark.parametrize("conf", [None, {}, {"reason": ""}, {"reason": "  "}, {"reason": 7}])
def test_a_backfill_that_does_not_say_its_reason_is_refused_with_the_way_to_say_it(conf):
    with pytest.raises(AirflowFailException, match="--dag-run-conf"):
        intake.window_of(backfill_run(conf))


def test_the_window_of_a_backfill_reaches_the_visit(running, monkeypatch):
    running(run=backfill_run({"reason": "BAMF corrected it"}))
    asked = []
    monkeypatch.setattr("pipeline.steps.land", lambda *words: asked.append(words) or report())
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
        running(visit=report(new=new, to_treat=new), house=measuring)
        land()
        assert receiver.recv(2000).decode().split("\n")[0] == "kreishaus.files_landed.bamf_hkl:2|c"
        running(treat=lambda file, _: Outcome(file, "staged", file.label, ()), house=measuring)
        files = [{"source": "bamf", "dataset": "hkl", "sha256": "a", "label": "2021-08"}]
        intake.stage.function({"label": "2021-08", "files": files, "complaint": None})
        assert receiver.recv(2000).decode() == "kreishaus.files_staged.bamf_hkl:1|c"
