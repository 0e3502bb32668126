"""The county's own care-home authority: the workbook of each reference date.

Workbooks arrive in a drop folder, four reference dates a year, some of them missing.
Files that fail a critical check go to quarantine with the reason; the others go on.
What to do when a box is red: docs/operations.md. The source: docs/sources/wtg.md.
"""

from airflow.sdk import dag
from wiring import POLICY, nightly, take_in


@dag(schedule=nightly("02:10"), tags=["ingest", "wtg"], doc_md=__doc__, **POLICY)
def ingest_wtg() -> None:
    """The workbook of each reference date."""
    take_in("wtg")


ingest_wtg()
