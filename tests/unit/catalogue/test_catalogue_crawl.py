"""The walk through a site finds what leads nowhere, and only that."""

from pathlib import Path

import pytest

from catalogue.crawl import walk


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "dbt").mkdir()
    (tmp_path / "dbt" / "index.html").write_text('<a href="nowhere">x</a>', encoding="utf-8")
    (tmp_path / "index.html").write_text('<h1 id="top">T</h1>', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("address", "dead"),
    [
        ("../index.html", False),
        ("../index.html#top", False),
        ("../index.html#bottom", True),
        ("#here", False),
        ("#there", True),
        ("missing.html", True),
        ("../../outside.html", True),
        ("../a", True),
        ("../dbt/index.html#!/model/x", False),
        ("mailto:a@b.de", False),
        ("https://www.govdata.de/x", False),
    ],
)
def test_links(site: Path, address: str, dead: bool) -> None:
    page = f'<p id="here"><a href="{address}">x</a></p>'
    (site / "a" / "page.html").write_text(page, encoding="utf-8")
    found = walk(site, foreign=("dbt",))
    assert found.dead == ([f"a/page.html -> {address}"] if dead else [])
    assert found.pages == 2


def test_images_count_as_links_and_hosts_are_told(site: Path) -> None:
    page = '<img src="gone.svg" alt="x"><a href="https://example.org/a">x</a>'
    (site / "page.html").write_text(page, encoding="utf-8")
    found = walk(site, foreign=("dbt",))
    assert found.dead == ["page.html -> gone.svg"]
    assert found.hosts == {"example.org"}
