"""A document on a page and on paper: the same words, tagged, and nothing that breaks either."""

from __future__ import annotations

import ctypes
import io
import json
import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pdfplumber
import pypdfium2
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as some

from kreishaus.labels.figure_origin import origin_note
from reports.charts import chart
from reports.document import (
    Bullets,
    Callout,
    Column,
    Document,
    Figure,
    Line,
    Origin,
    Paragraph,
    Section,
    Table,
)
from reports.html import html, inline_svg
from reports.layout import laid_out, measure
from reports.pdf import REPLACEMENT, not_shown, pdf, printable

SAMPLE = "Beispieldaten der Auslieferung, teils erfunden: nicht für Beschlüsse."

NOON = datetime(2021, 11, 30, 11, 0, tzinfo=UTC)
ORIGIN = Origin(
    ("Ausländerzentralregister",), "Stichtag 30.09.2021", NOON, NOON, "gezählt", "", ("a_mart",)
)
TABLE = Table(
    "Personen nach Gruppe",
    (Column("Gruppe", numeric=False), Column("Per\u00adsonen")),
    (
        Line(("Anerkannte", "7.460")),
        Line(("darunter", "420"), "part"),
        Line(("Alle", "9.720"), "total"),
    ),
    ("Eine Anmerkung.",),
    ORIGIN,
)


def drawn(title: str = "Ein Bild", alt: str = "Eine Linie von 1 nach 2.") -> bytes:
    return chart(1, title, alt, lambda drawing: drawing.subplots().plot([1, 2]) and None)


def document(*blocks: object, **words: object) -> Document:
    usual: dict[str, object] = {
        "name": "paper",
        "title": "Quartalsbericht",
        "subtitle": "Rhein-Kreis Neuss",
        "about": date(2021, 9, 30),
        "author": "Rhein-Kreis Neuss",
        "facts": (("Stichtag", "30.09.2021"),),
        "summary": ("Es sind 9.720 Personen.",),
        "sections": (Section("Bestand", blocks or (Paragraph("Nichts."),)),),
        "recorded_at": NOON,
    }
    return Document(**{**usual, **words})  # type: ignore[arg-type]


FIGURE = Figure("Die Reihe", drawn(), "Eine Linie von 1 nach 2.", TABLE, (), ORIGIN)
WHOLE = document(
    Paragraph("Ein Absatz mit \u22122,3 % und § 24."),
    Bullets(("Eins.", "Zwei.")),
    Section("Darunter", (Callout("Vorsicht", ("Nicht übersehen.",), "warning"), TABLE)),
    FIGURE,
)


def words_of(content: bytes) -> str:
    """The text of a PDF, without line breaks and the hyphens that a line ends in."""
    with pdfplumber.open(io.BytesIO(content)) as book:
        text = "\n".join(page.extract_text() for page in book.pages)
    return " ".join(re.sub(r"[\u00ad\u2010-]\n", "", text).replace("\u00ad", "").split())


class Tags(HTMLParser):
    """Every element of a page with its attributes, and whether all are closed in order."""

    VOID = ("meta", "br", "link", "img", "path", "use", "rect")

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page.decode("utf-8"))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_a_line_must_have_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="1 cells under 2 columns"):
        Table("Personen", TABLE.columns, (Line(("Anerkannte",)),))


def test_tables_and_figures_are_numbered_once_and_figures_have_their_numbers_in_the_annex() -> None:
    plain = laid_out(WHOLE)
    first, annex = plain["sections"]
    assert (first["number"], annex["number"]) == ("1", "2")
    assert first["blocks"][2]["number"] == "1.1"
    assert first["blocks"][2]["blocks"][1]["label"] == "Tabelle 1"
    assert first["blocks"][3]["label"] == "Abbildung 1"
    assert annex["title"].startswith("Anhang")
    assert [block["label"] for block in annex["blocks"]] == ["Tabelle 2"]


def test_without_long_tables_there_is_no_annex() -> None:
    assert len(laid_out(document(TABLE))["sections"]) == 1
    assert len(laid_out(document(TABLE, annex=(TABLE,)))["sections"]) == 2


def test_small_print_says_source_date_stand_method_and_mart() -> None:
    table = laid_out(document(TABLE))["sections"][0]["blocks"][0]
    assert table["notes"] == [
        "Eine Anmerkung.",
        "Quelle: Ausländerzentralregister. Bezug: Stichtag 30.09.2021. Herausgegeben bis "
        "30.11.2021. In Kreishaus bekannt seit 30.11.2021, 12:00 Uhr. Methode: gezählt. "
        "Mart a_mart.",
    ]
    sample = laid_out(document(TABLE, origin_note=origin_note({"wtg": ["invented"]})))
    assert sample["sections"][0]["blocks"][0]["notes"][1].endswith("Mart a_mart. Beispieldaten.")
    assert sample["sample"] == SAMPLE


def test_a_column_is_as_wide_as_its_longest_cell_or_word() -> None:
    assert measure(0, TABLE) == len("Anerkannte")
    assert measure(1, TABLE) == 6  # "sonen" in bold, behind the soft hyphen: 5 x 7/6


def test_the_page_is_whole_and_accessible() -> None:
    page = html(WHOLE)
    tags = Tags(page)
    assert tags.all("html") == [{"lang": "de"}]
    assert tags.all("a")[0]["href"] == "#inhalt"
    assert len(tags.all("caption")) == len(tags.all("table")) == 2
    assert {tag.get("scope") for tag in tags.all("th")} == {"col", "row"}
    assert tags.all("svg")[0]["role"] == "img"
    assert [tag for tag, _ in tags.found if re.fullmatch(r"h\d", tag)] == [
        "h1",
        "h2",
        "h2",
        "h2",
        "h3",
        "h2",
    ]
    ids = [attributes["id"] for _, attributes in tags.found if attributes.get("id")]
    assert len(ids) == len(set(ids))
    named = [
        one
        for _, attributes in tags.found
        for one in str(attributes.get("aria-labelledby") or "").split()
    ]
    assert set(named) <= set(ids)


def test_the_page_asks_nothing_of_any_network() -> None:
    page = html(WHOLE).decode()
    assert not re.search(r"<(script|link|img|iframe)\b", page)
    assert not re.search(r"@import|url\((?!#)", page)


def test_two_pictures_in_one_page_share_no_id() -> None:
    page = html(document(FIGURE, FIGURE)).decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    used = re.findall(r'(?:url\(#|xlink:href="#)([^")]+)', page)
    assert used and set(used) <= set(ids)


def test_references_within_a_picture_follow_its_ids() -> None:
    svg = '<svg aria-labelledby="title desc"><g id="a"/><use href="#a" clip-path="url(#a)"/></svg>'
    assert inline_svg(svg, "b1") == (
        '<svg aria-labelledby="b1-title b1-desc"><g id="b1-a"/>'
        '<use href="#b1-a" clip-path="url(#b1-a)"/></svg>'
    )


def contrast(first: str, second: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [
            one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(first), light(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_colour_of_words_can_be_read_on_every_ground() -> None:
    """WCAG 2, level AA: 4.5 to 1."""
    page = html(WHOLE).decode()
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", page))
    full = {
        name: colour if len(colour) == 7 else "#" + "".join(2 * one for one in colour[1:])
        for name, colour in colours.items()
    }
    for words in ("ink", "soft", "blue", "warn"):
        for ground in ("#ffffff", full["pale"], "#fff6ee"):
            assert contrast(full[words], ground) >= 4.5, (words, ground)


def test_the_pdf_is_tagged_and_says_it_is_accessible() -> None:
    content = pdf(WHOLE)
    assert b"/MarkInfo" in content and b"/Marked true" in content
    assert b"/StructTreeRoot" in content
    assert re.search(rb"/Lang\s*\(de", content)
    assert b"pdfuaid" in content
    book = pypdfium2.PdfDocument(content)
    assert book.get_metadata_dict()["Title"] == "Quartalsbericht, 30.09.2021"
    roles = structure(book)
    assert {"H1", "H2", "Table", "TH", "TD", "Figure", "Caption", "L", "LI"} <= set(roles)


def structure(book: pypdfium2.PdfDocument) -> list[str]:
    """The roles of all tagged elements."""
    raw = pypdfium2.raw
    found: list[str] = []

    def walk(element: object) -> None:
        buffer = ctypes.create_string_buffer(64)
        size = raw.FPDF_StructElement_GetType(element, buffer, 64)
        found.append(buffer.raw[: max(size - 2, 0)].decode("utf-16-le"))
        for place in range(raw.FPDF_StructElement_CountChildren(element)):
            child = raw.FPDF_StructElement_GetChildAtIndex(element, place)
            if child:
                walk(child)

    for page in book:
        tree = raw.FPDF_StructTree_GetForPage(page.raw)
        for place in range(raw.FPDF_StructTree_CountChildren(tree)):
            walk(raw.FPDF_StructTree_GetChildAtIndex(tree, place))
        raw.FPDF_StructTree_Close(tree)
    return found


def test_the_pdf_holds_the_words_the_numbers_and_the_alternative_text() -> None:
    content = pdf(WHOLE)
    words = words_of(content)
    for told in (
        "Es sind 9.720 Personen.",
        "Ein Absatz mit \u22122,3 % und § 24.",
        "Tabelle 1: Personen nach Gruppe",
        "Anerkannte 7.460",
        "Nicht übersehen.",
        "Quelle: Ausländerzentralregister.",
        "Seite 1 von",
    ):
        assert told in words
    # Alternative texts are UTF-16 in the file: D_FEFF and two bytes a letter, in hexadecimal.
    assert "Eine Linie von 1".encode("utf-16-be").hex().upper().encode() in content.upper() or (
        b"Eine Linie von 1" in content
    )


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf(WHOLE) == pdf(WHOLE)
    assert html(WHOLE) == html(WHOLE)


def test_an_installation_of_sample_sources_says_so_on_the_page_and_on_each_sheet() -> None:
    sample = document(TABLE, origin_note=origin_note({"wtg": ["invented"]}))
    assert SAMPLE in html(sample).decode()
    with pdfplumber.open(io.BytesIO(pdf(sample))) as book:
        assert all(SAMPLE in " ".join(page.extract_text().split()) for page in book.pages)
    assert SAMPLE not in html(document(TABLE)).decode()


NASTY = (
    '#import "x": *',
    "$sum_(i=1)^n$ *fett* _kursiv_ `code`",
    "= Keine Überschrift",
    r"\ \u{41} \" ' „ “ — -- --- ...",
    "<label> @ref [Inhalt] {code} // Kommentar /* */",
    "<script>alert(1)</script> &amp; &lt;",
    "~ 100 % \u22123,0 \u2009x",
)


@pytest.mark.parametrize("text", NASTY)
def test_what_means_something_elsewhere_means_nothing_here(text: str) -> None:
    paper = document(Paragraph(text), Table(text, (Column(text, numeric=False),), (Line((text,)),)))
    said = words_of(pdf(paper))
    assert said.count(" ".join(text.split())) >= 3
    page = html(paper).decode()
    assert "<script>" not in page


@given(some.text())
def test_any_text_comes_through_unharmed(text: str) -> None:
    """What typst reads from the data is what was put in, but for controls and line breaks."""
    plain = printable({"text": text})
    assert isinstance(plain, dict)
    read = typst.Compiler(b"", sys_inputs={"document": json.dumps(plain, ensure_ascii=False)}).eval(
        "json(bytes(sys.inputs.document)).text"
    )
    assert json.loads(read) == plain["text"]
    kept = [one for one in text if one.isprintable() and one not in "\u2028\u2029"]
    assert [one for one in plain["text"] if one in set(kept)] == [
        one
        for one in text.translate(dict.fromkeys(map(ord, "\t\n\r\u2028\u2029"), " "))
        if one in set(kept)
    ]


@settings(max_examples=40)
@given(some.text())
def test_any_text_can_be_printed(text: str) -> None:
    content = pdf(document(Paragraph(f"Anfang {text} Ende"), title="Bericht"))
    assert content.startswith(b"%PDF-")


def test_a_letter_that_no_font_has_is_replaced_and_the_rest_stays() -> None:
    said = words_of(pdf(document(Paragraph("Ort: 漢 (Kyïv, Čakovec)"))))
    assert f"Ort: {REPLACEMENT} (Kyïv, Čakovec)" in said
    assert not_shown('the text `"\\u{200b}"` could not be displayed with font `"x"`') == {"\u200b"}
    assert not_shown('the text `"漢"` could not be displayed with font `"x"`') == {"漢"}
    assert not_shown("something else") == set()


def test_words_in_charts_can_be_read_on_white() -> None:
    from reports.charts import ink
    from reports.plots import sheet

    for name in ("BLACK", "ORANGE", "SKY", "GREEN", "BLUE", "VERMILION", "GREY"):
        assert contrast(ink(getattr(sheet, name)), "#ffffff") >= 4.5, name
