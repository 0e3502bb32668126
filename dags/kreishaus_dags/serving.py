"""What comes after publishing: PostgreSQL for its readers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kreishaus_dags.as_of import current_settings

if TYPE_CHECKING:
    from kreishaus.settings import Settings

CONNECTION = "kreishaus_serving"
log = logging.getLogger(__name__)


def with_connection(settings: Settings) -> Settings:
    """The settings, with the address of the Airflow connection where the environment names none.

    Its host, port, login, password, schema (the internal database) and, as extra, further
    parameters of libpq. Raises ``AirflowFailException`` for one that names no host or database.
    """
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo
    from pydantic import SecretStr

    if settings.serving.url.get_secret_value():
        return settings
    try:
        found = Connection.get(CONNECTION)
    except AirflowNotFoundException:
        return settings
    named = {"host": found.host, "port": found.port, "dbname": found.schema}
    login = {"user": found.login, "password": found.password}
    if not (found.host and found.schema):
        raise AirflowFailException(f"the Airflow connection {CONNECTION} lacks host or schema")
    try:
        address = make_conninfo(**named, **login, **found.extra_dejson)
    except ProgrammingError as fault:
        options = ", ".join(sorted(found.extra_dejson))
        raise AirflowFailException(
            f"the Airflow connection {CONNECTION}: expected parameters of libpq as extra, "
            f"found {options}"
        ) from fault
    return settings.model_copy(
        update={"serving": settings.serving.model_copy(update={"url": SecretStr(address)})}
    )


@task(trigger_rule="all_done", retries=1)
def serve() -> None:
    """Load the current version into PostgreSQL; skipped without one, or if built as of a day.

    Also after a build that was red: what is current is the last good version. Red when readers
    could not be given it; they then have the version they had.
    """
    from warehouse.as_of import requested_as_of
    from warehouse.serving.connection import configured
    from warehouse.serving.load import load
    from warehouse.versions import NothingPublished

    settings = with_connection(current_settings())
    if as_of := requested_as_of(settings):
        raise AirflowSkipException(f"as of {as_of.moment}: lies aside, and is not served")
    if not configured(settings):
        raise AirflowSkipException("no serving database is configured (docs/serving.md)")
    try:
        log.info("%s", load(settings).told)
    except NothingPublished as nothing:
        raise AirflowSkipException(str(nothing)) from nothing
