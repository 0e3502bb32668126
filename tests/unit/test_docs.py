"""What the documents name exists."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
TEST = re.compile(r"(tests/[\w/]+\.py)?((?:::[Tt]est\w+)+)")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


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
