"""The marts: everything staged, built by dbt in the private warehouse, then published.

    prepare -> dbt_build -> publish -> serve, announce_version -> complete
            -> seeds, staging, intermediate, marts: what became of each dbt node, by name
            -> data_docs

One dbt process builds all, because DuckDB has one writer. A model or test that fails stops what
is made from it and nothing else; `publish` then keeps the last good state of the marts concerned,
and this run is red: docs/operations.md. Red or not, PostgreSQL (`serve`) and the papers follow.

Triggered by hand with a day for `as_of`, it builds the marts as they would have been then, in a
warehouse of their own, and publishes them aside (published/as_of); readers notice nothing.
"""

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException

from kreishaus.setting_faults import settings_or_why
from kreishaus_dags.as_of import PARAMS, current_settings
from kreishaus_dags.common import announce_version, green_if_none_failed, policy, when_staged_or
from kreishaus_dags.dbt_nodes import show_nodes
from kreishaus_dags.serving import serve


@task
def prepare() -> None:
    """Lay ready what a build reads: empty templates, the versions in force, what they changed."""
    from warehouse.build import prepare as lay_ready
    from warehouse.nodes import Outcomes

    lay_ready(current_settings())
    Outcomes(settings_or_why().warehouse, get_current_context()["run_id"]).open()


@task(pool="warehouse", retries=0)
def dbt_build() -> None:
    """The one dbt process: seeds, models and data tests, each also shown as a task by its name."""
    from warehouse.build import BuildFailed, build_for_airflow

    try:
        build_for_airflow(current_settings(), get_current_context()["run_id"])
    except BuildFailed as failed:
        raise AirflowFailException(str(failed)) from failed


@task(pool="warehouse", retries=0, trigger_rule="all_done")
def publish() -> None:
    """Publish what was made good, keep the last good state of the rest; red if there is a rest."""
    from warehouse.build import publish_for_airflow

    faults = publish_for_airflow(current_settings(), get_current_context()["run_id"])
    if faults:
        raise AirflowFailException("\n".join(faults))


@task(retries=0)
def data_docs() -> None:
    """Great Expectations' pages on every staged and quarantined file."""
    from expectations.data_docs import build

    build(settings_or_why())


@dag(
    schedule=when_staged_or("04:00"),
    params=PARAMS,
    tags=["marts", "dbt"],
    doc_md=__doc__,
    **policy(),
)
def build_marts() -> None:
    """Prepare, build, publish, serve; beside it the Data Docs and every dbt node by name."""
    ready = prepare()
    complete = green_if_none_failed(
        "Green only if each mart was published anew and readers have this version."
    )
    ready >> dbt_build() >> (published := publish()) >> [serve(), announce_version()] >> complete
    published >> complete
    ready >> data_docs()
    ready >> show_nodes(settings_or_why())


build_marts()
