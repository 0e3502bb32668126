"""The task ``serve``: when there is nothing to serve, and nothing to serve it from."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))
sys.path.insert(0, str(Path(__file__).parents[3] / "dags"))

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kreishaus.settings import Serving, Settings
from kreishaus_dags import serving
from warehouse.as_of import AsOf, settings_as_of
from warehouse.serving.connection import ServingFailed

NOBODY_LISTENS = Serving(url=SecretStr("postgresql://me:secret-word@127.0.0.1:1/kreishaus"))


def serve(monkeypatch: pytest.MonkeyPatch, installation: Settings) -> None:
    monkeypatch.setattr(serving, "current_settings", lambda: installation)
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
        serve(monkeypatch, settings_as_of(configured, AsOf("2021-11-30")))


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


def connection(monkeypatch: pytest.MonkeyPatch, **words: object) -> None:
    document = json.dumps({"conn_type": "postgres", **words})
    monkeypatch.setenv("AIRFLOW_CONN_KREISHAUS_SERVING", document)


SERVER = {"host": "db.county.example", "port": 5433, "schema": "kreishaus", "login": "loader"}


def test_an_airflow_connection_says_where_to_serve(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    connection(monkeypatch, **SERVER, password="p w'd", extra={"sslmode": "verify-full"})
    found = serving.with_connection(settings)
    assert conninfo_to_dict(found.serving.url.get_secret_value()) == {
        "host": "db.county.example",
        "port": "5433",
        "dbname": "kreishaus",
        "user": "loader",
        "password": "p w'd",
        "sslmode": "verify-full",
    }
    assert "p w" not in repr(found)
    assert found.serving.patience_seconds == settings.serving.patience_seconds


def test_the_environment_goes_before_the_connection(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    connection(monkeypatch, **SERVER)
    configured = settings.model_copy(update={"serving": NOBODY_LISTENS})
    assert serving.with_connection(configured) is configured


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"login": "loader", "password": "s3cret"}, "lacks host or schema"),
        (
            {**SERVER, "extra": {"ssl": "s3cret"}},
            "parameters of libpq as extra, found ssl",
        ),
    ],
)
def test_half_a_connection_is_refused_without_its_secrets(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, words: dict[str, object], said: str
) -> None:
    connection(monkeypatch, **words)
    with pytest.raises(AirflowFailException, match=said) as refusal:
        serving.with_connection(settings)
    assert "s3cret" not in str(refusal.value)
