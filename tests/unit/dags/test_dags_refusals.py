"""What a task fetch_new makes of a source that will say the same until somebody acts."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))
sys.path.insert(0, str(Path(__file__).parents[3] / "dags"))

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kreishaus.model import SourceRefused
from kreishaus_dags import intake
from pipeline.steps import FetchReport

NAME = "it_nrw/care_homes"


@pytest.fixture
def land(monkeypatch, settings):
    """Runs the task on its first try, with three left; ``visit`` is what the visit does."""
    context = {
        "ti": SimpleNamespace(try_number=1, max_tries=3),
        "run_id": "night_1",
        "dag_run": SimpleNamespace(run_type="scheduled", conf={}),
    }
    monkeypatch.setattr(intake, "get_current_context", lambda: context)
    monkeypatch.setattr(intake, "current_settings", lambda: settings)

    def run(visit):
        monkeypatch.setattr("pipeline.steps.fetch_new", visit)
        return intake.fetch_new.function(NAME)

    return run


def report(**words):
    return FetchReport(NAME, 1, (), (), (), (), **{"unavailable": (), **words})


def test_a_wrong_password_is_complained_of_at_once_and_not_sent_again(land):
    text = "22412-01i: GENESIS status 15 ('Sie sind nicht berechtigt')"
    (item,) = land(lambda *_: report(unavailable=(text,), may_heal=False))
    assert (item["label"], item["failed_item"]["about"]) == ("22412-01i", "unavailable")
    assert "berechtigt" not in str(item)


def test_a_source_that_refuses_to_say_what_it_offers_ends_the_task(land):
    def refused(*_):
        raise SourceRefused("find 'Pflege' in ldb: expected exactly one table, found 2")

    with pytest.raises(AirflowFailException, match="expected exactly one table, found 2"):
        land(refused)


def test_nothing_for_a_question_is_skipped_and_says_which(land):
    with pytest.raises(AirflowSkipException, match="22412-01i: nothing for this question"):
        land(lambda *_: report(nothing=("22412-01i: nothing for this question",)))
