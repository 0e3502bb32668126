"""The task ``serve``: when there is nothing to serve, and nothing to serve it from."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from pydantic import SecretStr

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))
sys.path.insert(0, str(Path(__file__).parents[2] / "dags"))

from airflow.sdk.exceptions import AirflowSkipException

from kreishaus.settings import Serving, Settings
from kreishaus_dags import serving
from warehouse.as_of import AsOf, aside
from warehouse.serving.connection import ServingFailed

NOBODY_LISTENS = Serving(url=SecretStr("postgresql://me:secret-word@127.0.0.1:1/kreishaus"))


def serve(monkeypatch: pytest.MonkeyPatch, house: Settings) -> None:
    monkeypatch.setattr(serving, "house", lambda: house)
    serving.serve.function()


def test_a_county_without_postgresql_skips_it(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    with pytest.raises(AirflowSkipException, match="no serving database is configured"):
        serve(monkeypatch, settings.model_copy(update={"serving": Serving()}))


def test_what_was_built_as_of_a_day_is_not_served(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    configured = settings.model_copy(update={"serving": NOBODY_LISTENS})
    with pytest.raises(AirflowSkipException, match="as of 2021-11-30: lies aside"):
        serve(monkeypatch, aside(configured, AsOf("2021-11-30")))


def test_before_the_first_publication_there_is_nothing_to_serve(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    configured = settings.model_copy(update={"serving": NOBODY_LISTENS})
    with pytest.raises(AirflowSkipException, match="nothing has been published"):
        serve(monkeypatch, configured)


def test_a_database_that_does_not_answer_makes_the_run_red(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    configured = settings.model_copy(update={"serving": NOBODY_LISTENS})
    version = settings.published / "20261125T031200.000000Z"
    version.mkdir(parents=True)
    (settings.published / "format.json").write_text('{"format": 2}')
    (settings.published / "current").symlink_to(version.name)
    with pytest.raises(ServingFailed, match="no connection to the serving database") as failure:
        serve(monkeypatch, configured)
    assert "secret-word" not in str(failure.value)
