"""A DAG for each source of the registry: it takes in what the source offers, every night."""

from airflow.sdk import DAG

from kreishaus.datasets import SOURCES, Source
from kreishaus_dags.common import nightly, policy
from kreishaus_dags.intake import take_in
from kreishaus_dags.window import params

ADVICE = """
Files that fail a critical check go to quarantine with the reason; the others go on.
What to do when a box is red: docs/operations.md."""


def ingest(source: Source) -> None:
    """The DAG of one source; Airflow takes note of it by itself."""
    with DAG(
        source.dag_id,
        schedule=nightly(source.nightly),
        params=params(),
        tags=["ingest", source.name],
        doc_md=f"{source.description}{ADVICE} {source.read_more}\n",
        **policy(),
    ):
        take_in(source)


for one in SOURCES:
    ingest(one)
