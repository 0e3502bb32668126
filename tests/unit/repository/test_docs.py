"""What the documents name exists."""

import re
from pathlib import Path, PurePosixPath

import pytest

from catalogue.documents import Document

REPOSITORY = Path(__file__).resolve().parents[3]
PAGES = [*sorted(REPOSITORY.glob("*.md")), *sorted((REPOSITORY / "docs").rglob("*.md"))]
TEST = re.compile(r"(tests/[\w/]+\.py)?((?:::[Tt]est\w+)+)")
MARTS = REPOSITORY / "dbt_project" / "models" / "marts"
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
TO_A_HEADING = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)#([^)\s]+)\)")


def test_every_case_names_a_test_that_exists() -> None:
    text = (REPOSITORY / "docs" / "sources.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.search("::[Tt]est", line)]
    assert len(rows) > 200
    missing = []
    for row in rows:
        file = ""
        for named, names in TEST.findall(row):
            file = named or file
            code = (REPOSITORY / file).read_text(encoding="utf-8")
            missing += [
                f"{file}::{name}"
                for name in names.split("::")[1:]
                if not re.search(rf"(def|class) {name}\b", code)
            ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_to_a_heading_finds_it(page: Path) -> None:
    missing = []
    for target, anchor in TO_A_HEADING.findall(page.read_text(encoding="utf-8")):
        linked = page.parent / target if target else page
        text = linked.read_text(encoding="utf-8")
        if anchor not in {one.anchor for one in Document(PurePosixPath("page"), text).headings}:
            missing.append(f"{target}#{anchor}")
    assert missing == []


def test_the_page_of_marts_lists_each_mart_once() -> None:
    text = (REPOSITORY / "docs" / "marts.md").read_text(encoding="utf-8")
    table = text.split("| mart | grain | answers |")[1].split("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = sorted(name for cell in first_cells for name in re.findall(r"`(\w+)`", cell))
    assert listed == sorted(path.stem for path in MARTS.rglob("*.sql"))
