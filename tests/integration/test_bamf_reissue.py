"""A month that BAMF issues again, with a fault. A good one is in ``test_versions_in_time``."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from kreishaus.settings import Settings
from pipeline.steps import fetch_new, process_file
from sample import bamf
from sample.bamf_pdf import PrintedRow, render
from sample.server import serve
from warehouse.build import prepare

SEPTEMBER = date(2021, 9, 1)


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
