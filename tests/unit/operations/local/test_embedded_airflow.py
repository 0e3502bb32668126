"""Waiting for Airflow: what a person is told when it does not come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from operations.local import airflow as module
from operations.local.airflow import AirflowNotReady, EmbeddedAirflow

DAGS = {"ingest_bamf", "build_marts"}


class Answering:
    """An API server over an Airflow in a state written down here."""

    def __init__(self, parsed, errors=(), seen=("scheduler", "dag_processor", "triggerer")):
        self.parsed, self.errors, self.seen = parsed, list(errors), seen

    def answers(self):
        return True

    def components_seen(self):
        return dict.fromkeys(self.seen, datetime.now(UTC))

    def dags_parsed(self):
        return self.parsed

    def import_errors(self):
        return self.errors


@pytest.fixture
def embedded(settings, monkeypatch):
    monkeypatch.setattr(module, "READY_WITHIN_SECONDS", 0.2)
    monkeypatch.setattr(module, "LOOK_EVERY_SECONDS", 0.01)
    embedded = EmbeddedAirflow(settings, reparse_seconds=60)
    embedded._process = SimpleNamespace(poll=lambda: None)
    return embedded


def parsed_at(moment):
    return dict.fromkeys(DAGS, moment)


def test_a_broken_dag_file_is_told_at_once_with_its_traceback(embedded):
    embedded.api = Answering({}, errors=["ingest_bamf.py:\nSyntaxError: invalid syntax"])
    with pytest.raises(AirflowNotReady, match=r"ingest_bamf\.py:\nSyntaxError"):
        embedded.wait_until_ready(DAGS)


def test_dags_read_by_an_earlier_run_do_not_count(embedded):
    embedded.api = Answering(parsed_at(embedded.started - timedelta(hours=1)))
    with pytest.raises(AirflowNotReady, match="a DAG is missing after"):
        embedded.wait_until_ready(DAGS)


def test_a_component_without_sign_of_life_is_told(embedded):
    embedded.api = Answering(parsed_at(datetime.now(UTC)), seen=("scheduler", "dag_processor"))
    with pytest.raises(AirflowNotReady, match="no sign of life"):
        embedded.wait_until_ready(DAGS)


def test_an_airflow_that_ended_by_itself_leaves_its_last_words(embedded):
    log = embedded.home / "logs" / "components.log"
    log.parent.mkdir(parents=True)
    log.write_text("first\nno space left on device\n")
    embedded._process = SimpleNamespace(poll=lambda: 1)
    embedded.api = Answering({})
    with pytest.raises(AirflowNotReady, match=r"ended by itself(.|\n)*no space left on device"):
        embedded.wait_until_ready(DAGS)


def test_ready_is_ready(embedded):
    embedded.api = Answering(parsed_at(datetime.now(UTC) + timedelta(seconds=1)))
    embedded.wait_until_ready(DAGS)
