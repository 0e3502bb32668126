"""The county's own care-home authority, and what Heimfinder NRW says of the same homes.

Workbooks and the register's export arrive in a drop folder; Heimfinder is asked every night.
Files that fail a critical check go to quarantine with the reason; the others go on.
What to do when a box is red: docs/operations.md. The source: docs/sources/wtg.md and heimfinder.md.
"""

from airflow.sdk import dag
from wiring import POLICY, nightly, take_in


@dag(schedule=nightly("02:10"), tags=["ingest", "wtg"], doc_md=__doc__, **POLICY)
def ingest_wtg() -> None:
    """Workbooks, the register's export, and places that homes report free."""
    take_in("wtg")


ingest_wtg()
