"""The embedded Airflow: on this machine only, quiet, and nothing outside the home folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kreishaus.settings import REPOSITORY
from operations.local.environment import airflow_environment, airflow_home


@pytest.fixture
def environment(settings):
    return airflow_environment(settings, 8081, reparse_seconds=60)


def test_every_path_lies_in_the_home_folder_except_the_code(settings, environment):
    ours = {
        name: value
        for name, value in environment.items()
        if name.startswith(("AIRFLOW", "KREISHAUS_HOME", "TMPDIR"))
        and "/" in value
        and name != "AIRFLOW__CORE__DEFAULT_TIMEZONE"
    }
    outside = {
        name: value
        for name, value in ours.items()
        if str(settings.home) not in value and not value.startswith("http://127.0.0.1:8081")
    }
    assert outside == {"AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags")}


def test_only_this_machine_is_let_in(environment):
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__API__PORT"] == "8081"


def test_nobody_is_called_home(environment):
    assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert environment["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert environment["GX_ANALYTICS_ENABLED"] == "false"
    assert environment["DO_NOT_TRACK"] == "1"


def test_secrets_are_made_once_and_for_this_user_only(settings, environment):
    path = airflow_home(settings) / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = airflow_environment(settings, 9999, reparse_seconds=60)
    for name in ("AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CORE__FERNET_KEY"):
        assert len(environment[name]) >= 44
        assert environment[name] == again[name]


def test_two_installations_have_different_secrets(settings, tmp_path, environment):
    other = settings.model_copy(update={"home": tmp_path / "other"})
    elsewhere = airflow_environment(other, 8081, reparse_seconds=60)
    name = "AIRFLOW__API_AUTH__JWT_SECRET"
    assert elsewhere[name] != environment[name]


def test_a_task_gets_the_settings_of_this_process(settings, environment):
    assert environment["KREISHAUS_HOME"] == str(settings.home.resolve())
    assert environment["KREISHAUS_SAMPLE_URL"] == settings.sample_url
    assert (Path(environment["KREISHAUS_COUNTIES"]) / "05162" / "county.toml").is_file()
    assert environment["KREISHAUS_COUNTY_AGS"] == "05162"
    assert environment["PATH"] == os.environ["PATH"]
