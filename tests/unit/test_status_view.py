"""What ``kreishaus status`` prints into a file of the usual width."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console

from ingest.datasets import dataset
from ingest.model import Finding
from ingest.quarantine import QuarantinedFile
from ingest.staging import BatchRecord
from ingest.status import DatasetStatus
from ingest.status_view import as_json, as_table

MOMENT = datetime(2021, 10, 15, 1, 50, tzinfo=UTC)
RECORD = BatchRecord("bamf", "hkl", "4f2a", "2020-09", "2020-09", 1, None, MOMENT)
FINDING = Finding("countries_sum", "critical", "A row is lost.", "5", "998", None, "1,648", "1,204")
STATUS = DatasetStatus(
    dataset=dataset("it_nrw/population_municipalities"),
    last_fetched=MOMENT,
    last_good=MOMENT,
    newest_reference=date(2021, 8, 31),
    expected_reference=date(2021, 9, 30),
    files_landed=53,
    files_new=1,
    files_staged=52,
    revisions=3,
    checks_passed=1040,
    checks_warned=7,
    checks_failed=1,
    quarantined=(QuarantinedFile(RECORD, (FINDING,), Path("/srv/quarantine/4f2a")),),
)


def printed(status: DatasetStatus) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=120).print(as_table([status]))
    return stream.getvalue().splitlines()


def test_the_widest_dataset_shows_every_column() -> None:
    heading, row, *_ = printed(STATUS)
    assert heading.split() == [
        *("dataset", "fetched", "last", "good", "newest", "on", "time"),
        *("files", "revised", "flagged", "quarantine"),
    ]
    assert row.split() == [
        *("it_nrw/population_municipalities", "2021-10-15", "2021-10-15", "2021-08-31"),
        *("due", "2021-09-30", "52", "3", "7", "1"),
    ]


def test_a_file_in_quarantine_is_said_with_place_expected_and_found() -> None:
    text = " ".join(" ".join(printed(STATUS)).split())
    assert "/srv/quarantine/4f2a" in text
    assert "2020-09, page or sheet 5, row 998: [countries_sum] A row is lost." in text
    assert "(expected 1,648, found 1,204)" in text


def test_what_is_not_due_is_on_time() -> None:
    in_time = replace(STATUS, newest_reference=date(2021, 9, 30), quarantined=())
    assert "yes" in printed(in_time)[1].split()
    assert as_json([in_time])[0]["late"] is False
    assert as_json([STATUS])[0]["late"] is True
