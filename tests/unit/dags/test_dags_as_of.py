"""build_marts triggered with a day: where the run then builds, and what it refuses."""

from __future__ import annotations

import copy
import os
import sys
import tempfile
from pathlib import Path

import pytest

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))
sys.path.insert(0, str(Path(__file__).parents[3] / "dags"))

from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import AirflowFailException, ParamValidationError

from kreishaus_dags import as_of


@pytest.fixture
def triggered(monkeypatch, settings):
    """Puts a task into a run that was triggered with these parameters."""

    def put(**asked):
        params = ParamsDict(copy.deepcopy(as_of.PARAMS))
        for name, value in asked.items():
            params[name] = value
        params = params.validate()
        monkeypatch.setattr(as_of, "get_current_context", lambda: {"params": params})
        monkeypatch.setattr(as_of.common, "settings_or_why", lambda: settings)
        return settings

    return put


def test_a_scheduled_run_builds_the_nightly_warehouse(triggered):
    settings = triggered()
    assert as_of.current_settings() is settings


def test_a_day_leads_aside(triggered):
    settings = triggered(as_of="2021-11-30")
    assert as_of.current_settings().warehouse == settings.warehouse / "as_of" / "2021-11-30"


def test_a_day_by_publication_lies_beside_it(triggered):
    settings = triggered(as_of="2021-11-30", known_by="published")
    assert (
        as_of.current_settings().published
        == settings.published / "as_of" / "2021-11-30_by_published"
    )


def test_a_day_that_has_not_come_fails_at_once(triggered):
    triggered(as_of="2999-01-01")
    with pytest.raises(AirflowFailException, match="as_of: 2999-01-01 has not come yet"):
        as_of.current_settings()


@pytest.mark.parametrize("asked", [{"as_of": "30.11.2021"}, {"known_by": "heard"}])
def test_airflow_refuses_what_is_no_such_parameter(triggered, asked):
    with pytest.raises(ParamValidationError):
        triggered(**asked)
