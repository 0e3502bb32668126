"""The handbook: anchors, links between documents, names of marts, and what a text must not do."""

from pathlib import Path, PurePosixPath

import pytest

from catalogue.documents import Document, read, render, slug

MARTS = {"vacancy_by_region": "marts/vacancy_by_region.html"}


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("How files are read", "how-files-are-read"),
        ("§ 113c SGB XI: was gilt", "-113c-sgb-xi-was-gilt"),
        ("Größe & Maß", "größe--maß"),
        ("What must hold (`suites/bamf.py`)", "what-must-hold-suitesbamfpy"),
        ("2. The registry entry (13 + 5 lines)", "2-the-registry-entry-13--5-lines"),
    ],
)
def test_anchors_are_those_of_code_hosts(heading: str, anchor: str) -> None:
    assert slug(heading.replace("`", "")) == anchor


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "plot.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "methods.md").write_text("# Methods\n\n## Plots\n\n## Plots\n", encoding="utf-8")
    return tmp_path


def rendered(folder: Path, text: str, place: str = "sources/wtg.md") -> tuple[str, set[str]]:
    (folder / place).write_text(text, encoding="utf-8")
    documents = read(folder)
    document = next(one for one in documents if str(one.place) == place)
    found = render(document, documents, folder, MARTS)
    return found.html, {str(image) for image in found.images}


def test_a_link_to_a_document_leads_to_its_page_and_anchor(folder: Path) -> None:
    html, _ = rendered(folder, "See [plots](../methods.md#plots).")
    assert 'href="../methods.html#plots"' in html


def test_a_link_to_a_file_that_the_site_has_not_keeps_its_words_only(folder: Path) -> None:
    html, _ = rendered(folder, "See [the **figures**](../../sample/figures) and [me](#here).")
    assert "See the <strong>figures</strong> and" in html
    assert 'href="#here"' in html
    assert "sample" not in html


def test_links_to_sources_stay(folder: Path) -> None:
    html, _ = rendered(folder, "[licence](https://www.govdata.de/dl-de/by-2-0)")
    assert 'href="https://www.govdata.de/dl-de/by-2-0"' in html


def test_the_name_of_a_mart_leads_to_its_page(folder: Path) -> None:
    html, _ = rendered(folder, "`vacancy_by_region` and `another`.")
    assert '<a href="../../marts/vacancy_by_region.html"><code>vacancy_by_region</code></a>' in html
    assert "<code>another</code>" in html


def test_there_is_no_link_within_a_link(folder: Path) -> None:
    html, _ = rendered(folder, "[`vacancy_by_region`](../methods.md)")
    assert html.count("<a ") == 1


def test_images_are_named_for_the_site(folder: Path) -> None:
    html, images = rendered(folder, "![A plot](../images/plot.svg)")
    assert images == {"images/plot.svg"}
    assert 'alt="A plot"' in html


def test_tags_in_a_text_are_text(folder: Path) -> None:
    html, _ = rendered(folder, "a <script>alert(1)</script> b")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_heading_that_comes_twice_has_two_anchors() -> None:
    document = Document(PurePosixPath("a.md"), "# T\n\n## Plots\n\n## Plots\n\n## Plots\n")
    assert [heading.anchor for heading in document.headings] == ["t", "plots", "plots-1", "plots-2"]
    assert document.title == "T"


def test_a_document_can_be_rendered_for_both_editions(folder: Path) -> None:
    text = "# W\n\n[plots](../methods.md) `vacancy_by_region`"
    assert rendered(folder, text) == rendered(folder, text)
