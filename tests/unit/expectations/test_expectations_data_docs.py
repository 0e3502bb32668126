"""Data Docs: what a person sees of a staged, a quarantined and an unreadable file."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import patch

import pytest

from expectations.data_docs import build
from kreishaus.model import Finding
from kreishaus.settings import Settings
from kreishaus.store.quarantine import Quarantine
from kreishaus.store.staging import BatchRecord, Staging

RECORD = BatchRecord(
    source="bamf",
    dataset="hkl",
    sha256="a1" * 32,
    label="hkl-september-2021.pdf",
    period="2021-09",
    version=1,
    published_at=None,
    retrieved_at=datetime(2021, 10, 14, 1, 10, tzinfo=UTC),
)
FAILING_ROW = {
    "place": "5",
    "row": 31,
    "label": "Unbekannt <script>",
    "column": "applications_total",
    "expected": "1,204",
    "found": "1,648",
}
UNREADABLE = Finding(
    "header", "critical", "No header row was found.", "1", expected="Spalte 1", found="prose"
)


def result(*, success: bool, severity: str = "critical", raised: str | None = None) -> dict:
    failed = {"details": {"failing_rows": [FAILING_ROW]}} if not success and not raised else {}
    return {
        "success": success,
        "expectation_config": {
            "type": "expect_rows_to_sum_to_total",
            "kwargs": {"group_by": ["measure"], "total": {"a": 1}, "parts": {"a": 2}},
            "meta": {"rule": "sum_of_countries", "reason": "A row is probably missing."},
            "description": "The countries sum to their continent.",
            "severity": severity,
        },
        "result": {
            "observed_value": "1 of 125 break the rule",
            "element_count": 125,
            "unexpected_count": 0 if success else 1,
            "unexpected_percent": 0.8,
            **failed,
        },
        "meta": {},
        "exception_info": {
            "raised_exception": raised is not None,
            "exception_message": raised,
            "exception_traceback": "",
        },
    }


def document(*results: dict, findings: list | None = None) -> str:
    tables = {"rows": {"results": list(results)}}
    return json.dumps({"findings": findings or [], "tables": tables})


class References(HTMLParser):
    """Every address a page would load or offers to follow."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "href", "srcset")]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def site(settings: Settings) -> Path:
    Staging(settings.staged, "bamf", "hkl").stage(
        RECORD, {}, [], document(result(success=True), result(success=False, severity="warning"))
    )
    quarantine = Quarantine(settings.quarantine, "bamf", "hkl")
    broken = replace(RECORD, sha256="b2" * 32, period="2021-08", label="hkl-august-2021.pdf")
    quarantine.keep(broken, b"", (), [], document(result(success=True), result(success=False)))
    unread = replace(RECORD, sha256="c3" * 32, period=None, label="hkl-juli-2021.pdf")
    quarantine.keep(unread, b"", (UNREADABLE,), [], "")
    return build(settings)


def page(site: Path, name: str) -> str:
    [path] = site.glob(f"runs/bamf/hkl/{name}-*.html")
    return path.read_text()


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_a_quarantined_file_says_what_failed_first_and_what_to_do(site: Path):
    words = text(page(site, "2021-08"))

    assert words.startswith("bamf/hkl 2021-08 All files bamf/hkl 2021-08 quarantined")
    assert "Ask its owner for a corrected file" in words
    assert "hkl-august-2021.pdf" in words
    assert (
        "critical The countries sum to their continent. A row is probably missing. "
        "Place Row Label Column Expected Found "
        "5 31 Unbekannt &lt;script&gt; applications_total 1,204 1,648" in words
    )
    assert words.index("1,648") < words.rindex("The countries sum to their continent.")


def test_what_stands_in_a_file_is_shown_and_never_run(site: Path):
    assert "<script" not in page(site, "2021-08")


def test_a_staged_file_with_warnings_says_so(site: Path):
    words = text(page(site, "2021-09"))

    assert "bamf/hkl 2021-09 staged" in words
    assert "1 of 2 checks warn: look at them before you quote a figure." in words


def test_an_unreadable_file_has_a_page_too(site: Path):
    words = text(page(site, "unreadable"))

    assert "bamf/hkl hkl-juli-2021.pdf quarantined" in words
    assert "critical No header row was found. 1 Spalte 1 prose" in words


def test_a_check_that_broke_down_shows_its_error(settings: Settings):
    Quarantine(settings.quarantine, "bamf", "hkl").keep(
        RECORD, b"", (), [], document(result(success=False, raised="no column <ls_code>"))
    )

    words = text(page(build(settings), "2021-09"))

    assert "raised an exception: no column &lt;ls_code&gt;" in words


def test_a_check_whose_class_is_gone_is_still_told(settings: Settings):
    old = result(success=False)
    old["expectation_config"]["type"] = "expect_what_an_older_version_expected"
    Quarantine(settings.quarantine, "bamf", "hkl").keep(RECORD, b"", (), [], document(old))

    words = text(page(build(settings), "2021-09"))

    assert "The countries sum to their continent. A row is probably missing. Place Row" in words
    assert "1,204 1,648" in words


def test_the_index_leads_to_every_page_and_counts_what_failed(site: Path):
    index = (site / "index.html").read_text()
    pages = [one for one in References(index).found if one.startswith("runs/")]

    assert "3 files, 2 of them in quarantine." in text(index)
    assert all((site / one).exists() for one in pages)
    assert len(set(pages)) == 3
    assert "bamf/hkl 2021-09 hkl-september-2021.pdf staged 2021-10-14 01:10 2 0 1" in text(index)
    first, second = text(index).index("hkl-juli-2021.pdf"), text(index).index("2021-09")
    assert text(index).index("In quarantine") < first < second


def test_nothing_is_loaded_from_elsewhere(site: Path):
    for path in site.rglob("*.html"):
        for reference in References(path.read_text()).found:
            assert ":" not in reference, f"{path.name} points at {reference}"
            assert (path.parent / reference).exists(), f"{path.name}: {reference} leads nowhere"
    assert "url(" not in (site / "style.css").read_text()


def test_a_second_build_renders_only_what_is_new(settings: Settings, site: Path):
    old = {path.name: path.stat().st_ino for path in site.glob("runs/bamf/hkl/*.html")}
    new = replace(RECORD, sha256="d4" * 32, period="2021-10")
    Staging(settings.staged, "bamf", "hkl").stage(new, {}, [], document(result(success=True)))

    with patch("expectations.data_docs._render", return_value="new") as rendered:
        again = build(settings)

    assert rendered.call_count == 1
    now = {path.name: path.stat().st_ino for path in again.glob("runs/bamf/hkl/*.html")}
    assert old.items() <= now.items()
    assert len(now) == 4


def test_a_build_without_news_leaves_the_site_alone(settings: Settings, site: Path):
    before = (site / "index.html").stat()

    with patch("expectations.data_docs._render", side_effect=AssertionError("rendered again")):
        assert build(settings) == site

    assert (site / "index.html").stat() == before


def test_a_file_treated_anew_gets_a_new_page_and_the_old_one_goes(settings: Settings, site: Path):
    Quarantine(settings.quarantine, "bamf", "hkl").release("b2" * 32)
    healed = replace(RECORD, sha256="b2" * 32, period="2021-08", label="hkl-august-2021.pdf")
    Staging(settings.staged, "bamf", "hkl").stage(healed, {}, [], document(result(success=True)))

    words = text(page(build(settings), "2021-08"))

    assert "bamf/hkl 2021-08 staged" in words
    assert "Each of its 1 checks holds." in words


def test_a_build_that_dies_leaves_the_old_site(settings: Settings, site: Path):
    index = (site / "index.html").read_text()
    new = replace(RECORD, sha256="d4" * 32, period="2021-10")
    Staging(settings.staged, "bamf", "hkl").stage(new, {}, [], document(result(success=True)))

    with (
        patch("expectations.data_docs._render", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        build(settings)

    assert (site / "index.html").read_text() == index
    assert "4 files" in (build(settings) / "index.html").read_text()
    assert len(list(site.parent.iterdir())) == 2


def test_an_installation_without_files_has_an_index(settings: Settings):
    assert "0 files" in (build(settings) / "index.html").read_text()
