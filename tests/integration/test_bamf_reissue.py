"""A month that BAMF issues again: over HTTP, through every floor, with both versions known."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from nights import ask_warehouse

from kreishaus.settings import Settings
from pipeline.steps import fetch_new, process_file
from sample import bamf
from sample.bamf_pdf import PrintedRow, render
from sample.server import serve
from warehouse.build import NOT_NIGHTLY, dbt, prepare

SEPTEMBER = date(2021, 9, 1)
ONE_MART = (
    *NOT_NIGHTLY,
    *("--select", "+asylum_national_monthly", "--indirect-selection", "cautious"),
)


def table(applications: int) -> bytes:
    """A table of one country with so many first applications."""
    values = (applications, applications, *[0] * 23)
    rows = [
        PrintedRow("Albanien", "121", values),
        PrintedRow("Europa", None, values),
        PrintedRow("Herkunftsländer gesamt", None, values),
    ]
    return render(SEPTEMBER, rows)


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[tuple[Settings, Path]]:
    root = tmp_path / "http"
    page = root / "bamf" / bamf.LANDING_PAGE
    page.parent.mkdir(parents=True)
    page.write_text(bamf.landing_page([SEPTEMBER]), encoding="utf-8")
    pdf = root / "bamf" / bamf.pdf_path(SEPTEMBER)
    pdf.parent.mkdir(parents=True)
    with serve(root) as server:
        yield settings.model_copy(update={"sample_url": server.url}), pdf


def test_a_month_issued_again_is_a_revision(site: tuple[Settings, Path]) -> None:
    """The newer one counts, the older one stays known, with what it said."""
    settings, pdf = site
    for applications in (1648, 1684):
        pdf.write_bytes(table(applications))
        report = fetch_new("bamf/hkl", settings, f"night {applications}")
        (outcome,) = [process_file(landed, settings) for landed in report.pending]
        assert (outcome.status, outcome.period) == ("staged", "2021-09")
    prepare(settings)
    done = dbt(settings, "build", *ONE_MART)
    assert done.returncode == 0, done.stdout

    made = datetime(2021, 10, 15, 9, 30, tzinfo=UTC)
    assert ask_warehouse(
        settings,
        "select applications_total, revision, published_at from marts.asylum_national_monthly",
    ) == [(1684, 2, made)]
    assert ask_warehouse(
        settings,
        f"select value from read_parquet('{settings.staged}/bamf/hkl/2021-09/*/rows.parquet') "
        "as cells inner join staging.stg_kreishaus__batches as batches "
        "using (source_sha256, period) "
        "where row_kind = 'total' and measure = 'applications_total' order by value",
    ) == [(1648,), (1684,)]


def test_a_bad_reissue_leaves_the_good_version_in_force(site: tuple[Settings, Path]) -> None:
    """The correction has a digit wrong: it waits in quarantine, the month keeps its numbers."""
    settings, pdf = site
    statuses = []
    for content in (table(1648), table(1684).replace(b"(1.684) Tj", b"(1.864) Tj", 1)):
        pdf.write_bytes(content)
        report = fetch_new("bamf/hkl", settings, "night")
        statuses += [process_file(landed, settings).status for landed in report.pending]
    assert statuses == ["staged", "quarantined"]
    prepare(settings)
    batches = pq.read_table(settings.warehouse / "batches.parquet").to_pylist()
    assert [batch["dataset"] for batch in batches if batch["source"] == "bamf"] == ["hkl"]
