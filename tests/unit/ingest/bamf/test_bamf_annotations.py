"""Comments, stamps and form fields laid over BAMF's PDFs: never read, never lost without a word."""

from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
import pytest
from bamf_drawings import LEFT, NAME_WIDTH, ROWS, TOP, Drawing, Over
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas

from ingest.bamf import report
from ingest.bamf.hkl import parse
from ingest.bamf.pdfium_reader import read_document
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from sample import bamf_report

ORIGIN = Origin("bamf", "hkl", "0" * 64, "x", "hkl.pdf", datetime(2021, 12, 1, tzinfo=UTC))
PRINTED = [count or None for _, _, counts in ROWS for count in counts]
ROW = TOP - 26.0
"""The lower line of Albania's row."""
FIRST = LEFT + NAME_WIDTH + 20
"""Where the column of all applications begins, 27 points wide."""
ON_A_FIGURE = (FIRST + 1, ROW + 1, FIRST + 26, ROW + 12)
"""Over Albania's 1.648 applications."""
BESIDE = (30.0, 100.0, 130.0, 130.0)
HIDDEN, NO_VIEW, PRINT = 2, 32, 4


def laid(
    subtype: str, box: tuple[float, float, float, float], text: str = "99.999", flags: int = PRINT
) -> Over:
    """An annotation as office programs write them, with its text."""

    def over(canvas: Canvas) -> None:
        left, bottom, right, top = box
        corners = [left, top, right, top, left, bottom, right, bottom]
        canvas._addAnnotation(
            PDFDictionary(
                {
                    "Type": PDFName("Annot"),
                    "Subtype": PDFName(subtype),
                    "Rect": PDFArray(box),
                    "QuadPoints": PDFArray(corners),
                    "Contents": PDFString(text),
                    "DA": PDFString("/Helv 6 Tf 0 g"),
                    "F": flags,
                }
            )
        )

    return over


def read(over: Over, **changes: object) -> Batch:
    return parse(Drawing(over=over, **changes).pdf(), ORIGIN)  # type: ignore[arg-type]


def counts(batch: Batch) -> list[int | None]:
    return [None if pd.isna(value) else int(value) for value in batch.tables["rows"]["value"]]


def refused(over: Over, **changes: object) -> Finding:
    with pytest.raises(UnreadableFile) as raised:
        read(over, **changes)
    (finding,) = raised.value.findings
    return finding


@pytest.mark.parametrize(
    ("subtype", "called"),
    [
        ("FreeText", "text box"),
        ("Stamp", "stamp"),
        ("StrikeOut", "strike-through"),
        ("Caret", "insertion"),
        ("Ink", "handwriting"),
        ("Square", "drawing"),
        ("Line", "drawing"),
        ("Redact", "redaction"),
        ("Watermark", "watermark"),
        ("Whatever", "drawing"),
    ],
)
def test_what_may_change_a_figure_refuses_the_file(subtype: str, called: str) -> None:
    finding = refused(laid(subtype, ON_A_FIGURE))
    assert (finding.rule, finding.severity, finding.place) == (
        "annotation_over_print",
        "critical",
        "1",
    )
    assert finding.found == f"a {called} over '1.648'"


@pytest.mark.parametrize("subtype", ["Text", "Highlight", "Underline", "Squiggly"])
def test_a_note_or_a_highlight_is_told_and_not_read(subtype: str) -> None:
    batch = read(laid(subtype, ON_A_FIGURE))
    assert counts(batch) == PRINTED
    assert [(one.rule, one.severity) for one in batch.findings] == [
        ("annotation_not_read", "warning")
    ]


@pytest.mark.parametrize("subtype", ["Stamp", "FreeText", "Ink", "Text"])
def test_what_lies_beside_the_print_is_told_and_not_read(subtype: str) -> None:
    batch = read(laid(subtype, BESIDE, text="Herkunftsländer gesamt 99.999"))
    assert counts(batch) == PRINTED
    assert [one.rule for one in batch.findings] == ["annotation_not_read"]
    assert "99.999" not in str(batch.findings)


@pytest.mark.parametrize(
    "over",
    [
        laid("Link", ON_A_FIGURE),
        laid("Popup", ON_A_FIGURE),
        laid("Stamp", ON_A_FIGURE, flags=HIDDEN),
        laid("FreeText", ON_A_FIGURE, flags=NO_VIEW),
        laid("Widget", (50, 50, 50, 50)),
        lambda canvas: canvas.linkURL("https://www.bamf.de", ON_A_FIGURE),
    ],
)
def test_what_nobody_sees_is_nothing(over: Over) -> None:
    batch = read(over)
    assert counts(batch) == PRINTED
    assert batch.findings == ()


def field(box: tuple[float, float, float, float], value: str) -> Over:
    """A filled form field, with the appearance that reportlab draws for it."""

    def over(canvas: Canvas) -> None:
        left, bottom, right, top = box
        canvas.acroForm.textfield(
            value=value, x=left, y=bottom, width=right - left, height=top - bottom, fontSize=6
        )

    return over


def test_a_figure_in_a_form_field_is_the_cause_and_not_an_empty_cell() -> None:
    """The page prints nothing in the cell; a viewer shows the field's 1.648 there."""
    finding = refused(
        field(ON_A_FIGURE, "1.648"),
        printed=lambda row, column, text: "" if (row, column) == (0, 0) else text,
    )
    assert finding.rule == "annotation_over_print"
    assert finding.found == "a form field over 'an empty place of the table'"


def test_a_text_box_over_the_period_refuses_the_file() -> None:
    finding = refused(laid("FreeText", (250, 560, 420, 572), text="Berichtszeitraum: Mai 2021"))
    assert finding.rule == "annotation_over_print"
    assert "01.09.2021" in str(finding.found)


def test_no_text_of_an_annotation_is_text_of_the_page() -> None:
    def all_kinds(canvas: Canvas) -> None:
        for subtype in ("FreeText", "Stamp", "Text", "Highlight"):
            laid(subtype, ON_A_FIGURE, text="ZZZZ")(canvas)
        field(BESIDE, "ZZZZ")(canvas)

    (page,) = read_document(Drawing(over=all_kinds).pdf()).pages
    assert "Z" not in "".join(char.text for char in page.chars)
    assert sorted(mark.kind for mark in page.marks) == [
        *("form field", "highlight", "note", "stamp", "text box"),
    ]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_on_a_turned_page_it_lies_over_the_same_print(turn: int) -> None:
    def turned(canvas: Canvas) -> None:
        laid("Stamp", ON_A_FIGURE)(canvas)
        canvas.setPageRotation(turn)

    (page,) = read_document(Drawing(over=turned).pdf()).pages
    (mark,) = page.marks
    covered = [char.text for char in page.chars if mark.covers(*char.middle)]
    assert sorted(covered) == sorted("1.648")


def test_many_stamps_on_one_place_are_one_finding() -> None:
    def twice(canvas: Canvas) -> None:
        laid("Stamp", ON_A_FIGURE)(canvas)
        laid("Stamp", ON_A_FIGURE)(canvas)

    assert refused(twice).rule == "annotation_over_print"


def over_every_page(monkeypatch: pytest.MonkeyPatch, over: Callable[[Canvas], None]) -> None:
    shown = Canvas.showPage

    def show(canvas: Canvas) -> None:
        over(canvas)
        shown(canvas)

    monkeypatch.setattr(Canvas, "showPage", show)


@pytest.mark.parametrize(
    ("subtype", "rule"), [("Stamp", "annotation_over_print"), ("Text", "annotation_not_read")]
)
def test_the_report_is_judged_alike(
    monkeypatch: pytest.MonkeyPatch, subtype: str, rule: str
) -> None:
    over_every_page(monkeypatch, laid(subtype, (0, 0, 2000, 2000)))
    content = bamf_report.pdf(bamf_report.reports()[0])
    try:
        findings = report.parse(content, ORIGIN).findings
    except UnreadableFile as error:
        findings = error.findings
    assert rule in {finding.rule for finding in findings}
    assert ("annotation_over_print" in {one.rule for one in findings}) == (subtype == "Stamp")
