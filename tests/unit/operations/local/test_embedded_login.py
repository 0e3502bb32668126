"""The embedded Airflow lets in who knows the password, which is the owner's to read alone."""

from __future__ import annotations

import json
import os
import stat

import pytest
from rich.console import Console
from servers import Visit, serving

from kreishaus.files import write_json_atomically
from operations.local import run, supervisor
from operations.local.api import AirflowApi
from operations.local.environment import airflow_environment, airflow_home
from operations.local.login import login


def test_airflow_is_told_to_ask_for_the_password_of_one_user(settings):
    entry = login(settings)
    environment = airflow_environment(settings, 8081, reparse_seconds=60)
    assert environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"
    assert environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] == f"{entry.user}:admin"
    file = environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"]
    assert file == str(entry.file)
    assert json.loads(entry.file.read_text()) == {entry.user: entry.password}
    assert not [value for value in environment.values() if entry.password in value]


def test_the_password_is_made_once_and_nobody_else_reads_it(settings, tmp_path):
    os.umask(0)
    first = login(settings)
    assert stat.S_IMODE(first.file.stat().st_mode) == 0o600
    assert len(first.password) >= 16
    assert login(settings) == first
    assert first.password not in repr(first)
    other = login(settings.model_copy(update={"home": tmp_path / "other"}))
    assert other.password != first.password
    first.file.unlink()
    assert login(settings).password != first.password


def test_logs_of_tasks_are_closed(settings):
    environment = airflow_environment(settings, 8081, reparse_seconds=60)
    handler = "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_"
    assert environment[f"{handler}FOLDER_PERMISSIONS"] == "0o750"
    assert environment[f"{handler}FILE_PERMISSIONS"] == "0o640"


def door(visit: Visit) -> None:
    """What Airflow answers: a token for the password, nothing to who asks without."""
    if visit.command == "POST" and visit.path == "/auth/token":
        given = json.loads(visit.body)
        right = given == {"username": "admin", "password": "right"}
        visit.answer(201 if right else 401, b'{"access_token": "t0ken"}' if right else b"{}")
    elif visit.headers.get("Authorization") == "Bearer t0ken":
        visit.answer(200, b'{"import_errors": []}')
    else:
        visit.answer(401 if visit.path.startswith("/api") else 403)


def test_the_client_comes_in_with_the_password_and_not_without():
    with serving(door) as server:
        guessed = AirflowApi(server.url, "admin", "wrong")
        assert not guessed.answers()
        api = AirflowApi(server.url, "admin", "right")
        assert api.answers()
        assert api.import_errors() == []
    assert not AirflowApi("http://127.0.0.1:9", "admin", "right").answers()


def test_up_says_when_a_password_does_not_fit(settings, monkeypatch, capsys):
    """Somebody has changed the file while Airflow is another installation's, say."""
    monkeypatch.setattr(run.subprocess, "Popen", lambda *_, **__: None)
    held = iter([None])
    monkeypatch.setattr(run, "holder", lambda _: next(held, {"purpose": "up", "pid": 1}))
    monkeypatch.setattr(run, "_open_stack", lambda _: supervisor.address(settings))
    with serving(door) as server:
        write_json_atomically(supervisor.address_file(settings), {"address": server.url})
        status = run.up(settings, Console(width=200))
    said = capsys.readouterr().out
    assert status == run.RED
    assert f"refuses the login of admin in {airflow_home(settings) / 'passwords.json'}" in said


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_the_lock_of_a_run_is_closed(settings, umask):
    os.umask(umask)
    with run.RunLock(settings.home / "run.lock", "run"):
        assert stat.S_IMODE((settings.home / "run.lock").stat().st_mode) & 0o027 == 0


def test_up_prints_where_the_page_is_and_how_one_comes_in(settings, monkeypatch, capsys):
    """A night in which nothing runs, looked back upon and shown as every night is."""
    monkeypatch.setattr(run, "_open_stack", lambda _: supervisor.address(settings))
    monkeypatch.setattr(run, "run_dags", lambda *_: [])
    with serving(door) as server:
        file = login(settings).file
        write_json_atomically(file, {"admin": "right"})
        write_json_atomically(supervisor.address_file(settings), {"address": server.url})
        status = run.up(settings, Console(width=200))
    said = capsys.readouterr().out
    assert status == run.GREEN
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert f"Airflow {server.url}, until `kreishaus down`" in lines
    assert "its login admin, password right" in lines
    assert f"kept in {file}" in lines
