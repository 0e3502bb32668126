"""The statistical office of the Land: care statistics and population.

Tables appear once a year or every second year, so most nights end with skipped tasks.
Files that fail a critical check go to quarantine with the reason; the others go on.
What to do when a box is red: docs/operations.md. The source: docs/sources/it_nrw.md.
"""

from airflow.sdk import dag
from wiring import POLICY, nightly, take_in


@dag(schedule=nightly("01:10"), tags=["ingest", "it_nrw"], doc_md=__doc__, **POLICY)
def ingest_it_nrw() -> None:
    """Care statistics and population."""
    take_in("it_nrw")


ingest_it_nrw()
