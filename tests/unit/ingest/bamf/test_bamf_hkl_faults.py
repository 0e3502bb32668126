"""HKL tables as they may come one day: each fault is named, with page, row, expected and found."""

import io
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from ingest.bamf.hkl import parse
from ingest.bamf.pdfium_reader import moment_of
from ingest.bamf.tables import MEASURES
from kreishaus.model import Finding, Origin, UnreadableFile
from sample import bamf, bamf_report
from sample.bamf_pdf import PrintedRow, render

NOW = datetime(2021, 10, 20, tzinfo=UTC)
SEPTEMBER = date(2021, 9, 1)
TITLE = "Antrags-, Entscheidungs- und Bestandsstatistik"
NUMBERS = [*map(str, range(1, 26))]


def origin(label: str = "2021-09", retrieved_at: datetime = NOW) -> Origin:
    return Origin("bamf", "hkl", "0" * 64, label, "hkl.pdf", retrieved_at)


def faults(content: bytes, **about: object) -> tuple[Finding, ...]:
    with pytest.raises(UnreadableFile) as raised:
        parse(content, replace(origin(), **about))  # type: ignore[arg-type]
    return raised.value.findings


@cache
def september() -> bytes:
    return bamf.pdf(next(entry for entry in bamf.figures() if entry.month == SEPTEMBER))


def drawn(
    rows: Sequence[Sequence[str]], *, open_end: bool = False, beside: str = "", form: bool = False
) -> bytes:
    """A page with a table of boxes.

    ``open_end`` leaves out the last row's lines, ``beside`` stands right of the first row's.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(900, 595))
    canvas.setFont("Helvetica", 6)
    canvas.drawString(20, 560, TITLE)
    canvas.drawString(830, 490, beside)
    canvas.drawString(250, 560, "Berichtszeitraum: 01.09.2021 - 30.09.2021")
    canvas.drawString(500, 560, "bezogen auf: Personen")
    canvas.drawString(650, 560, "Bereich: Bundesgebiet gesamt")
    if form:
        canvas.beginForm("table")
    for i, cells in enumerate(rows):
        x, y = 20.0, 500.0 - 14 * i
        for j, cell in enumerate(cells):
            width = {0: 110, 1: 20}.get(j, 26)
            if not (open_end and i == len(rows) - 1):
                canvas.rect(x, y, width, 14)
            canvas.setFont("Helvetica", 6)
            canvas.drawString(x + 2, y + 4, cell)
            x += width
    if form:
        canvas.endForm()
        canvas.translate(10, -20)
        canvas.scale(0.9, 0.9)
        canvas.doForm("table")
    canvas.save()
    return buffer.getvalue()


HEAD = ["Spalte 1", "", *MEASURES]
ALBANIA = ["Albanien", "121", *NUMBERS]
EUROPE = ["Europa", "", *NUMBERS]
TOTAL = ["Herkunftsländer gesamt", "", *NUMBERS]


def rules(findings: Sequence[Finding]) -> list[tuple[str, str | None]]:
    return [(finding.rule, finding.column) for finding in findings]


class TestFilesThatAreNoTable:
    @pytest.mark.parametrize("content", [b"", b" \r\n\t"])
    def test_empty(self, content: bytes) -> None:
        assert rules(faults(content)) == [("empty_file", None)]

    @pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
    def test_cut_off(self, share: float) -> None:
        """Wherever a download breaks off: never fewer rows as if they were all."""
        content = september()
        found = faults(content[: int(len(content) * share)])
        assert {finding.rule for finding in found} <= {"broken_pdf", "page_missing", "no_text"}

    def test_with_a_password(self) -> None:
        buffer = io.BytesIO()
        canvas = Canvas(buffer, encrypt=StandardEncryption("secret", ownerPassword="owner"))
        canvas.drawString(50, 50, TITLE)
        canvas.save()
        (found,) = faults(buffer.getvalue())
        assert found.rule == "encrypted"
        assert "ask its owner" in found.message

    def test_scanned(self) -> None:
        """A picture of the page: a person reads it, Kreishaus does not guess."""
        (found,) = faults(scanned(september()))
        assert (found.rule, found.found) == ("no_text", "none")

    def test_one_page_scanned(self) -> None:
        document, picture = pypdfium2.PdfDocument(september()), scanned(september())
        document.import_pages(pypdfium2.PdfDocument(picture), [0], index=2)
        document.del_page(3)
        (found,) = faults(saved(document))
        assert (found.rule, found.place) == ("scanned_page", "3")

    def test_the_report_handed_in_as_hkl(self) -> None:
        (found,) = faults(bamf_report.pdf(bamf_report.reports()[0]))
        assert found.rule == "other_report"
        assert "which is dataset bamf/report" in found.message
        assert "Asylgeschäftsstatistik" in (found.found or "")

    def test_one_page_of_another_report(self) -> None:
        document = pypdfium2.PdfDocument(september())
        report = pypdfium2.PdfDocument(bamf_report.pdf(bamf_report.reports()[0]))
        document.import_pages(report, [1], index=6)
        (found,) = faults(saved(document))
        assert (found.rule, found.place) == ("other_report", "7")

    def test_more_pages_than_a_month_has(self) -> None:
        document = pypdfium2.PdfDocument.new()
        for _ in range(61):
            document.new_page(842, 595)
        (found,) = faults(saved(document))
        assert (found.rule, found.expected, found.found) == (
            "too_large", "at most 60 pages", "61 pages",
        )  # fmt: skip

    def test_a_stream_that_swells(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two megabytes of blanks in two kilobytes, one too many: not unpacked, and said so."""
        monkeypatch.setattr("ingest.bamf.pdfium_reader.MOST_BYTES_UNPACKED", 1_999_999)
        packed = zlib.compress(b" " * 2_000_000)
        stream = b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed)
        (found,) = faults(b"%PDF-1.4\n1 0 obj" + stream + b"\nendobj\n")
        assert found.rule == "too_large"
        assert "docs/sources/bamf.md" in found.message


class TestColumns:
    def test_one_more(self) -> None:
        head, row = [*HEAD[:-1], "23a", "24"], [*ALBANIA, "26"]
        (found,) = faults(drawn([head, row]))
        assert (found.rule, found.column, found.place) == ("column_added", "23a", "1")
        assert "after 23" in found.message
        assert "docs/sources/bamf.md" in found.message

    def test_one_less(self) -> None:
        (found,) = faults(drawn([HEAD[:-1], ALBANIA[:-1]]))
        assert (found.rule, found.column) == ("column_missing", "24")
        assert "follow_up_formal" in found.message

    def test_renamed(self) -> None:
        head = ["17a" if number == "17" else number for number in HEAD]
        assert rules(faults(drawn([head, ALBANIA]))) == [
            ("column_missing", "17"),
            ("column_added", "17a"),
        ]

    def test_in_another_order(self) -> None:
        head = [*HEAD[:2], *HEAD[:1:-1]]
        (found,) = faults(drawn([head, ALBANIA]))
        assert found.rule == "column_order"
        assert (found.found or "").startswith("Spalte 1 24 23 22")


class TestRows:
    def test_a_number_in_the_cell_beside_its_own(self) -> None:
        row = ["Albanien", "121", "1", "", "2 3", *NUMBERS[3:]]
        found = faults(drawn([HEAD, row, EUROPE, TOTAL]))
        assert rules(found) == [("shifted_cell", "4")]  # the empty cell is its consequence
        assert found[0].found == "2 3"
        assert found[0].row == "1 (Albanien 121)"

    def test_all_numbers_a_cell_to_the_right(self) -> None:
        """The first cell is empty and the last number stands beside the table."""
        row = ["Albanien", "121", "", *NUMBERS]
        content = drawn([[*HEAD, ""], row, [*EUROPE, ""], [*TOTAL, ""]])
        found = faults(content)
        assert ("empty_cell", "2") in rules(found)

    def test_a_number_beside_the_table(self) -> None:
        row = ["Albanien", "121", "", *NUMBERS[:-1]]
        found = faults(drawn([HEAD, row, EUROPE, TOTAL], beside="25"))
        assert rules(found) == [("shifted_cell", None)]
        assert (found[0].found, found[0].expected) == ("25", "nothing beside the table")

    def test_an_empty_cell(self) -> None:
        row = ["Albanien", "121", "", *NUMBERS[1:]]
        (found,) = faults(drawn([HEAD, row, EUROPE, TOTAL]))
        assert (found.rule, found.column, found.found) == ("empty_cell", "2", "")

    def test_a_name_on_one_page_and_its_numbers_on_the_next(self) -> None:
        first = drawn([HEAD, ALBANIA, ["Bosnien und Herzegowina", "122", *[""] * 25]])
        second = drawn([HEAD, ["", "", *NUMBERS], EUROPE, TOTAL])
        document = pypdfium2.PdfDocument(first)
        document.import_pages(pypdfium2.PdfDocument(second))
        found = faults(saved(document))
        assert [(f.rule, f.place, f.row) for f in found] == [
            ("row_split", "1", "2 (Bosnien und Herzegowina 122)"),
            ("row_split", "2", "1 (row without a name)"),
        ]

    def test_a_row_cut_by_the_page_break(self) -> None:
        (found,) = faults(drawn([HEAD, EUROPE, TOTAL, ALBANIA], open_end=True))
        assert (found.rule, found.place, found.row) == ("row_outside_rules", "1", "Albanien")
        assert "Albanien 121 1 2 3" in found.message

    def test_a_name_over_the_edge_of_its_cell_is_one_name(self) -> None:
        row = ["Bosnien und Herzegowin", "a 122", *NUMBERS]
        frame = parse(drawn([HEAD, row, EUROPE, TOTAL]), origin()).tables["rows"]
        assert frame["row_label"].iloc[0] == "Bosnien und Herzegowina"
        assert frame["ls_code"].iloc[0] == "122"

    def test_a_gap_between_double_lines_is_no_row(self) -> None:
        gap = [""] * 27
        frame = parse(drawn([HEAD, ALBANIA, EUROPE, gap, TOTAL]), origin()).tables["rows"]
        assert len(frame) == 3 * 25

    def test_a_table_without_rows(self) -> None:
        assert rules(faults(drawn([HEAD]))) == [("no_rows", None)]

    def test_a_table_drawn_inside_a_form(self) -> None:
        """Some programs draw the whole table once and place it."""
        frame = parse(drawn([HEAD, ALBANIA, EUROPE, TOTAL], form=True), origin()).tables["rows"]
        assert frame["value"].tolist() == [*range(1, 26)] * 3


class TestPages:
    def test_one_is_missing(self) -> None:
        document = pypdfium2.PdfDocument(september())
        document.del_page(3)
        (found,) = faults(saved(document))
        assert (found.rule, found.place) == ("page_missing", "4")
        assert "page 4: this page of 6 is not in the file" in found.message
        assert (found.found or "").startswith("5 pages, printed Seite 1/6, Seite 2/6, Seite 3/6, S")

    def test_the_last_one_is_missing(self) -> None:
        document = pypdfium2.PdfDocument(september())
        document.del_page(5)
        (found,) = faults(saved(document))
        assert (found.rule, found.place) == ("page_missing", "6")

    def test_one_is_there_twice(self) -> None:
        document = pypdfium2.PdfDocument(september())
        document.import_pages(pypdfium2.PdfDocument(september()), [1], index=2)
        (found,) = faults(saved(document))
        assert found.rule == "page_order"

    def test_other_counts_of_rows_and_pages_are_as_good(self) -> None:
        """Three countries on one page, or 200 on many: nobody counts on six pages."""
        for count in (3, 200):
            values = (1, 1, *[0] * 23)
            rows = [PrintedRow(f"Land {i}", f"{100 + i}", values) for i in range(count)]
            sums = PrintedRow("Europa", None, (count, count, *[0] * 23))
            content = render(SEPTEMBER, [*rows, sums, replace(sums, label="Länder gesamt")])
            frame = parse(content, origin()).tables["rows"]
            assert len(frame) == (count + 2) * 25


class TestMonths:
    def test_a_month_that_is_not_over(self) -> None:
        found = faults(september(), retrieved_at=datetime(2021, 9, 30, 23, tzinfo=UTC))
        assert rules(found) == [("future_month", None)]

    def test_linked_as_another_month_counts_for_the_printed_one(self) -> None:
        batch = parse(september(), origin("2021-08"))
        assert batch.period == "2021-09"
        (finding,) = batch.findings
        assert (finding.rule, finding.severity, finding.found) == (
            "linked_month", "warning", "2021-09",
        )  # fmt: skip

    def test_pages_of_two_months_name_the_page(self) -> None:
        content = september().replace(b"01.09.2021 - 30.09.2021", b"01.08.2021 - 31.08.2021", 1)
        (found,) = faults(content)
        assert (found.rule, found.place) == ("reference_month", "1")


class TestWhenTheFileWasMade:
    def test_it_says_so_itself(self) -> None:
        published = parse(september(), origin()).published_at
        assert published == datetime(2021, 10, 15, 9, 30, tzinfo=UTC)

    @pytest.mark.parametrize("impossible", [b"D:20210915", b"D:20211115"])
    def test_before_the_month_ended_or_after_the_visit(self, impossible: bytes) -> None:
        content = september().replace(b"D:20211015", impossible)
        assert impossible in content
        batch = parse(content, origin())
        assert batch.published_at is None
        assert [(f.rule, f.severity) for f in batch.findings] == [("made_at", "warning")]

    @pytest.mark.parametrize(
        ("printed", "moment"),
        [
            ("D:20160202153836+01'00'", datetime(2016, 2, 2, 14, 38, 36, tzinfo=UTC)),
            ("D:20160503141055+02'00", datetime(2016, 5, 3, 12, 10, 55, tzinfo=UTC)),
            ("D:20211015003000-02'30'", datetime(2021, 10, 15, 3, 0, tzinfo=UTC)),
            ("D:20211015003000Z", datetime(2021, 10, 15, 0, 30, tzinfo=UTC)),
            ("D:20211015003000", None),  # no time zone: not guessed
            ("D:20211345003000Z", None),
            ("D:00000101000000Z", None),
            ("D:00010101000000+23'59'", None),
            ("D:20211015003000+99'99'", None),
            ("15.10.2021", None),
            ("", None),
        ],
    )
    def test_dates_as_a_pdf_writes_them(self, printed: str, moment: datetime | None) -> None:
        assert moment_of(printed) == moment


@cache
def small() -> bytes:
    values = (3, 2, 1, *[0] * 22)
    rows = [
        PrintedRow("Albanien", "121", values),
        PrintedRow("Europa", None, values),
        PrintedRow("Herkunftsländer gesamt", None, values),
    ]
    return render(SEPTEMBER, rows)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_happens_to_the_bytes_it_is_a_table_or_a_reason(data: st.DataObject) -> None:
    content = bytearray(small())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        new = data.draw(st.binary(max_size=6))
        content[at : at + data.draw(st.integers(0, 30))] = new or b"\x00"
    try:
        batch = parse(bytes(content), origin())
    except UnreadableFile as unreadable:
        assert unreadable.findings
        assert all(repr(finding).encode() for finding in unreadable.findings)
    else:
        assert len(batch.tables["rows"]) % len(MEASURES) == 0


def saved(document: pypdfium2.PdfDocument) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def scanned(content: bytes) -> bytes:
    """The first page as a picture in a PDF of its own."""
    page = pypdfium2.PdfDocument(content)[0]
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=page.get_size())
    canvas.drawInlineImage(page.render(scale=0.4).to_pil(), 0, 0, *page.get_size())
    canvas.save()
    return buffer.getvalue()
