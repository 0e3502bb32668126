"""Printed papers of the county: every table as printed, so that its figures can be checked.

Tables arrive as CSV files in a drop folder; what they print is compared with the marts at the next
build (reconciliation, reconciliation_identity). A label that is not known is a warning.
What to do when a box is red: docs/operations.md. What an officer writes: docs/papers.md.
"""

from airflow.sdk import dag
from wiring import POLICY, nightly, take_in


@dag(schedule=nightly("02:30"), tags=["ingest", "papers"], doc_md=__doc__, **POLICY)
def ingest_papers() -> None:
    """Tables of papers, minutes and reports."""
    take_in("papers")


ingest_papers()
