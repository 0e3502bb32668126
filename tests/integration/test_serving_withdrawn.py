"""After a version is withdrawn PostgreSQL serves another one; each copy is in the audit log."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from click.testing import Result
from postgres import Server
from serving_databases import LOADER_PASSWORD, publish_numbers, reader_url
from typer.testing import CliRunner

from kreishaus.settings import Settings
from operations.cli import app
from warehouse import audit, versions
from warehouse.serving.connection import ServingFailed
from warehouse.serving.load import load
from warehouse.serving.status import serving_status


def see(connection: psycopg.Connection[Any]) -> set[int]:
    return {number for (number,) in connection.execute("select number from vacancy")}


@pytest.fixture
def typed(serving: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The installation of what is typed at the command line."""
    monkeypatch.setenv("KREISHAUS_HOME", str(serving.home))
    monkeypatch.setenv("KREISHAUS_SERVING__URL", serving.serving.url.get_secret_value())
    monkeypatch.setenv("KREISHAUS_SERVING__PASSWORD_FILE", str(serving.serving.password_file))
    return serving


def withdraw(version: str) -> Result:
    return CliRunner().invoke(app, ["withdraw", "version", version, "--reason", "Falsche Datei"])


def test_readers_are_given_another_version_at_once(server: Server, typed: Settings) -> None:
    publish_numbers(typed, 1)
    first = versions.current(typed).name
    publish_numbers(typed, 2)
    load(typed)
    done = withdraw(versions.current(typed).name)
    assert done.exit_code == 0, done.output
    assert f"{first} is being served" in done.output
    for audience in versions.AUDIENCES:
        with psycopg.connect(reader_url(server, typed, f"w_{audience}", audience)) as connection:
            assert see(connection) == {1}


def test_a_night_after_a_withdrawal_that_did_not_reach_the_server_steps_back(
    server: Server, typed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_numbers(typed, 1)
    publish_numbers(typed, 2)
    load(typed)
    second = versions.current(typed).name
    monkeypatch.setenv("KREISHAUS_SERVING__URL", "postgresql://nobody@127.0.0.1:1/away")
    done = withdraw(second)
    assert done.exit_code == 1
    assert "PostgreSQL may still serve it" in done.output
    assert any(f"{second} was withdrawn" in fault for fault in serving_status(typed).faults)
    assert load(typed).public.version < second
    with psycopg.connect(reader_url(server, typed, "night", "public")) as connection:
        assert see(connection) == {1}


def test_the_only_version_withdrawn_is_told_to_be_served_still(typed: Settings) -> None:
    publish_numbers(typed, 1)
    load(typed)
    done = withdraw(versions.current(typed).name)
    assert done.exit_code == 1
    assert "PostgreSQL may still serve it" in done.output


def test_each_copy_of_exact_figures_is_in_the_audit_log(serving: Settings) -> None:
    publish_numbers(serving, 1)
    load(serving)
    load(serving)  # the same again copies nothing
    noted = [one.document for one in audit.entries(serving) if one.document["action"] == "load"]
    assert [one["version"] for one in noted] == [versions.current(serving).name]
    assert noted[0]["details"]["server"] == "127.0.0.1"
    assert LOADER_PASSWORD not in str(noted)


def test_what_cannot_be_noted_is_not_copied(
    serving: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwritable(*_: object, **__: object) -> None:
        raise audit.AuditUnwritable("the disk is read-only")

    publish_numbers(serving, 1)
    monkeypatch.setattr(audit, "record", unwritable)
    with pytest.raises(ServingFailed, match=r"nothing is loaded\. the disk is read-only"):
        load(serving)
