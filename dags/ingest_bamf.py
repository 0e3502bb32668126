"""The Federal Office for Migration and Refugees: asylum figures by country, monthly.

A month may be issued again, corrected: that is a new revision beside the old one.
Files that fail a critical check go to quarantine with the reason; the others go on.
What to do when a box is red: docs/operations.md. The source: docs/sources/bamf.md.
"""

from airflow.sdk import dag
from wiring import POLICY, nightly, take_in


@dag(schedule=nightly("01:50"), tags=["ingest", "bamf"], doc_md=__doc__, **POLICY)
def ingest_bamf() -> None:
    """The monthly table by country, and the report that was issued until 2018."""
    take_in("bamf")


ingest_bamf()
