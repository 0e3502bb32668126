"""The environment of the embedded Airflow: every setting, and nothing outside the home folder."""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from kreishaus.files import CLOSED_FILE, CLOSED_FOLDER, write_secret
from kreishaus.local_time import TIMEZONE
from kreishaus.settings import REPOSITORY, Settings

USER = "admin"
QUIET = {
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "SCARF_ANALYTICS": "false",
    "SCARF_NO_ANALYTICS": "true",
}
"""Nothing phones home."""

TUNED = {
    # Two cores: more tasks at a time only wait for one another.
    "AIRFLOW__CORE__PARALLELISM": "3",
    "AIRFLOW__CORE__EXECUTE_TASKS_NEW_PYTHON_INTERPRETER": "False",
    "AIRFLOW__CORE__MP_START_METHOD": "fork",
    # A DAG that is read again within its first seconds, for dbt's nodes, shall be what was read.
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__API__MAXIMUM_PAGE_LIMIT": "1000",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    # Every dbt node of a build begins to wait at once; fifty at a time would take half a minute.
    "AIRFLOW__TRIGGERER__MAX_TRIGGER_TO_SELECT_PER_LOOP": "1000",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
    "AIRFLOW__SCHEDULER__MAX_TIS_PER_QUERY": "64",
    # A scheduler that died is replaced within seconds: its tasks shall be adopted as soon.
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
}


def airflow_home(settings: Settings) -> Path:
    """Where the embedded Airflow keeps its database, logs and secrets."""
    return settings.home.resolve() / "airflow"


def password_file(settings: Settings) -> Path:
    """The file that Airflow compares passwords with: a JSON object, user -> password."""
    return airflow_home(settings) / "passwords.json"


def airflow_environment(settings: Settings, port: int, *, reparse_seconds: int) -> dict[str, str]:
    """The whole environment of Airflow's processes, served on ``port`` of this machine only."""
    home = airflow_home(settings)
    address = f"http://127.0.0.1:{port}"
    return {
        **os.environ,
        **QUIET,
        **TUNED,
        **_secrets(home / "secrets.json"),
        **own_settings(settings),
        "TMPDIR": str(home / "tmp"),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": TIMEZONE,
        # This machine has other users: without the password nobody comes in (login.py).
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(password_file(settings)),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}?timeout=60",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": f"{CLOSED_FOLDER:#o}",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": f"{CLOSED_FILE:#o}",
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(home / "logs" / "parse"),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(home / "bundles"),
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": str(reparse_seconds),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": str(reparse_seconds),
        "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": str(2 * reparse_seconds),
    }


def own_settings(settings: Settings) -> dict[str, str]:
    """Our own settings, so that a task has exactly those that this process has."""
    return {
        "KREISHAUS_HOME": str(settings.home.resolve()),
        "KREISHAUS_SOURCES": settings.sources,
        "KREISHAUS_SAMPLE_URL": settings.sample_url,
        "KREISHAUS_COUNTIES": str(settings.counties.resolve()),
        "KREISHAUS_COUNTY_AGS": settings.county.ags,
        "KREISHAUS_KEEP_VERSIONS": str(settings.keep_versions),
    }


def _secrets(path: Path) -> dict[str, str]:
    """Airflow's keys: made once, readable by nobody else."""
    if not path.exists():
        made = {
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
            "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
            "AIRFLOW__CORE__FERNET_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        write_secret(path, json.dumps(made).encode())
    kept: dict[str, str] = json.loads(path.read_text())
    return kept
