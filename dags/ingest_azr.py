"""The register of foreigners: aggregates that an authorised person drops.

A file with person markers is refused at the door and never kept.
Files that fail a critical check go to quarantine with the reason; the others go on.
What to do when a box is red: docs/operations.md. The source: docs/sources/azr.md.
"""

from airflow.sdk import dag
from wiring import POLICY, nightly, take_in


@dag(schedule=nightly("01:30"), tags=["ingest", "azr"], doc_md=__doc__, **POLICY)
def ingest_azr() -> None:
    """Cross table, series and foreigners by municipality."""
    take_in("azr")


ingest_azr()
