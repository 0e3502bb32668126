"""The HKL parser, on sample tables and, where they are at hand, on BAMF's own files."""

import csv
import io
import os
import subprocess
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pdfplumber
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.bamf.hkl import number_of, parse
from ingest.bamf.tables import HKL, MEASURES
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.store.staging import typed
from sample import bamf
from sample.bamf_pdf import PrintedRow, printed_number, render

REAL_FILES = Path(
    os.environ.get("KREISHAUS_REAL_FILES", Path(__file__).parents[5] / "shared" / "real")
)
NOW = datetime(2021, 10, 15, tzinfo=UTC)
SEPTEMBER_2021 = date(2021, 9, 1)


def origin(label: str = "2021-09") -> Origin:
    return Origin("bamf", "hkl", "0" * 64, label, "hkl.pdf", NOW)


@cache
def sample_pdf(month: date = SEPTEMBER_2021) -> bytes:
    return bamf.pdf(next(entry for entry in bamf.figures() if entry.month == month))


@pytest.fixture(scope="module")
def september() -> Batch:
    return parse(sample_pdf(), origin())


def value(batch: Batch, measure: str, ls_code: str | None = None) -> int | None:
    rows = batch.tables["rows"]
    key = rows["row_kind"] == "total" if ls_code is None else rows["ls_code"] == ls_code
    return rows.loc[key & (rows["measure"] == measure), "value"].item()


def fault(content: bytes) -> Finding:
    with pytest.raises(UnreadableFile) as raised:
        parse(content, origin())
    return raised.value.findings[0]


def simple_table(*rows: PrintedRow) -> bytes:
    return render(SEPTEMBER_2021, rows)


def row(label: str, ls_code: str | None, *values: int) -> PrintedRow:
    return PrintedRow(label, ls_code, (*values, *[0] * (len(MEASURES) - len(values))))


EUROPE = row("Europa", None, 3, 2, 1)
TOTAL = row("Herkunftsländer gesamt", None, 3, 2, 1)


class TestWhatCannotBeRead:
    def test_something_else_than_a_pdf(self) -> None:
        found = fault(b"<!DOCTYPE html><title>Wartung</title>")
        assert found.rule == "not_a_pdf"
        assert "<!DOCTYPE" in (found.found or "")

    def test_a_file_cut_off_on_its_way(self) -> None:
        assert fault(b"%PDF-1.4\n1 0 obj").rule == "broken_pdf"

    def test_a_protected_file(self) -> None:
        from reportlab.lib.pdfencrypt import StandardEncryption
        from reportlab.pdfgen.canvas import Canvas

        buffer = io.BytesIO()
        canvas = Canvas(buffer, encrypt=StandardEncryption("secret"))
        canvas.drawString(50, 50, "Antrags-, Entscheidungs- und Bestandsstatistik")
        canvas.save()
        assert fault(buffer.getvalue()).rule == "encrypted"

    def test_pages_without_text(self) -> None:
        document = pypdfium2.PdfDocument.new()
        document.new_page(842, 595)
        buffer = io.BytesIO()
        document.save(buffer)
        assert fault(buffer.getvalue()).rule == "no_text"

    def test_another_report_of_bamf(self) -> None:
        other = pdf_with("Antrags-, Entscheidungs- und Bestandsstatistik", "Asylgeschäftsstatistik")
        found = fault(other)
        assert (found.rule, found.place) == ("other_report", "1")
        assert found.expected == "Antrags-, Entscheidungs- und Bestandsstatistik"

    def test_two_column_numbers_exchanged(self) -> None:
        """Were columns read by their place, 8b would become 9 and nobody would know."""
        found = fault(pdf_with("(8b) Tj", "(9) Tj"))
        assert (found.rule, found.column) == ("column_missing", "8b")
        assert "7 8a 8b 9" in (found.expected or "")
        assert "7 8a 9 9" in (found.found or "")

    def test_no_row_of_column_numbers(self) -> None:
        assert fault(pdf_with("(Spalte 1) Tj", "(Sparte 1) Tj")).rule == "column_numbers"

    @pytest.mark.parametrize(
        "printed",
        [
            "01.08.2021 - 30.09.2021",
            "01.09.2021 - 29.09.2021",
            "02.09.2021 - 30.09.2021",
            "01.13.2021 - 31.13.2021",
        ],
    )
    def test_a_period_that_is_not_one_month(self, printed: str) -> None:
        found = fault(pdf_with("01.09.2021 - 30.09.2021", printed))
        assert found.rule == "reference_month"
        assert printed in (found.found or "")

    def test_no_period_at_all(self) -> None:
        assert fault(pdf_with("Berichtszeitraum:", "Stand:")).rule == "reference_month"

    def test_pages_about_two_months(self) -> None:
        content = pdf_with("01.09.2021 - 30.09.2021", "01.08.2021 - 31.08.2021", times=1)
        found = fault(content)
        assert (found.rule, found.found) == ("reference_month", "2021-08, 2021-09")

    def test_a_page_that_got_lost(self) -> None:
        document = pypdfium2.PdfDocument(sample_pdf())
        document.del_page(3)
        buffer = io.BytesIO()
        document.save(buffer)
        found = fault(buffer.getvalue())
        assert (found.rule, found.place, found.expected) == ("page_missing", "4", "pages 1 to 6")

    def test_a_table_for_a_land(self) -> None:
        found = fault(pdf_with("Bundesgebiet gesamt", "Nordrhein Westfalen"))
        assert (found.rule, found.found) == ("scope", "Nordrhein Westfalen")

    def test_a_table_by_procedures(self) -> None:
        assert fault(pdf_with("(Personen) Tj", "(Verfahren) Tj")).rule == "scope"

    def test_a_number_that_is_none(self) -> None:
        """The officer finds the cell: page 5, row 20, column 3."""
        found = fault(pdf_with("(3.911) Tj", "(3,911) Tj"))
        assert (found.rule, found.place, found.column) == ("number", "5", "3")
        assert found.row == "20 (Syrien, Arabische Republik 475)"
        assert (found.expected, found.found) == ('a count such as 1.648, or "-"', "3,911")

    def test_every_number_that_is_none_is_named(self) -> None:
        with pytest.raises(UnreadableFile) as raised:
            parse(pdf_with("(3.911) Tj", "(l) Tj").replace(b"(11.509) Tj", b"() Tj"), origin())
        assert [finding.found for finding in raised.value.findings] == ["l", ""]

    def test_a_key_of_two_digits(self) -> None:
        found = fault(pdf_with("(475) Tj", "(47) Tj"))
        assert (found.rule, found.column, found.found) == ("ls_code", "LS", "47")

    def test_a_row_with_too_few_cells(self) -> None:
        """One ruled line is missing beside a single row: two numbers share a cell."""
        content = table_of_boxes(merge_in_last_row=True)
        found = fault(content)
        assert (found.rule, found.expected, found.found) == ("row_cells", "27 cells", "26 cells")

    def test_countries_below_the_last_continent(self) -> None:
        found = fault(simple_table(EUROPE, row("Albanien", "121", 3, 2, 1), TOTAL))
        assert (found.rule, found.row) == ("continent_row", "2 (Albanien 121)")


class TestNumbers:
    @pytest.mark.parametrize(
        ("printed", "expected"), [("-", None), ("0", 0), ("83", 83), ("1.648", 1648)]
    )
    def test_as_bamf_prints_them(self, printed: str, expected: int | None) -> None:
        assert number_of(printed) == expected

    @pytest.mark.parametrize(
        "printed", ["", "1648", "1.64", "1,648", "-5", "–", "1.", "01", "True", "٣"]
    )
    def test_anything_else_is_refused(self, printed: str) -> None:
        with pytest.raises(ValueError, match="not a count"):
            number_of(printed)

    @given(st.integers(min_value=1, max_value=10**9))
    def test_there_and_back(self, count: int) -> None:
        assert number_of(printed_number(count)) == count

    @given(st.text(max_size=8))
    def test_a_text_is_read_only_if_it_prints_the_same_again(self, text: str) -> None:
        try:
            count = number_of(text)
        except ValueError:
            return
        assert text in (printed_number(count or 0), "0")


class TestWhatIsRead:
    def test_published_totals_of_september_2021(self, september: Batch) -> None:
        assert september.period == "2021-09"
        assert value(september, "applications_total") == 18206
        assert value(september, "decisions_total") == 11972
        pending = [value(september, f"pending_{kind}") for kind in ("first", "follow_up")]
        assert sum(number or 0 for number in pending) == 84247

    def test_first_applications_of_syria(self, september: Batch) -> None:
        assert value(september, "applications_first", "475") == 3911

    def test_a_dash_is_a_marker_and_no_value(self, september: Batch) -> None:
        rows = september.tables["rows"]
        dash = rows[(rows["ls_code"] == "121") & (rows["measure"] == "decisions_art_16a")]
        assert dash["value"].isna().item()
        assert dash["marker"].item() == "-"
        assert (rows["value"].isna() == (rows["marker"] == "-").fillna(False)).all()

    def test_a_name_of_two_lines_is_one_name(self, september: Batch) -> None:
        rows = september.tables["rows"]
        names = rows.loc[rows["ls_code"] == "459", "row_label"].unique()
        assert list(names) == ["Pers. aus palästinensischen Gebieten (nicht als Staat anerkannt)"]

    def test_countries_belong_to_the_continent_row_below_them(self, september: Batch) -> None:
        rows = september.tables["rows"].query("measure == 'applications_total'")
        continent = rows.set_index("ls_code")["continent"]
        assert continent[["121", "273", "475", "536", "998"]].tolist() == [
            *("Europa", "Afrika", "Asien", "Australien", "Unbekannt")
        ]
        assert rows.loc[rows["row_kind"] == "total", "continent"].isna().all()
        assert rows["row_kind"].value_counts()["continent"] == 6

    def test_where_a_number_stands(self, september: Batch) -> None:
        rows = september.tables["rows"]
        syria = rows[rows["ls_code"] == "475"]
        assert set(zip(syria["source_place"], syria["source_row"], strict=True)) == {("5", 20)}

    def test_the_frame_fits_the_staged_table(self, september: Batch) -> None:
        provenance = {
            "source_sha256": "0" * 64,
            "period": september.period,
            "published_at": None,
            "retrieved_at": NOW,
        }
        assert typed(september.tables["rows"], HKL["rows"], provenance).num_rows == 143 * 25

    def test_a_file_linked_as_another_month_is_said_so(self) -> None:
        batch = parse(
            simple_table(row("Albanien", "121", 3, 2, 1), EUROPE, TOTAL), origin("2021-08")
        )
        assert batch.period == "2021-09"
        assert [(f.rule, f.severity, f.expected) for f in batch.findings] == [
            ("linked_month", "warning", "2021-08")
        ]

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.tuples(*[st.integers(0, 999_999)] * 25), min_size=1, max_size=40))
    def test_whatever_is_printed_is_read_again(self, counts: list[tuple[int, ...]]) -> None:
        """Rows of the largest numbers, over more than one page, every cell of them."""
        countries = [
            PrintedRow(f"Land {i}", f"{100 + i}", values) for i, values in enumerate(counts)
        ]
        rows = parse(simple_table(*countries, EUROPE, TOTAL), origin()).tables["rows"]
        read = rows[rows["row_kind"] == "country"]["value"].fillna(0).tolist()
        assert read == [count for values in counts for count in values]


class TestOtherWaysToDrawTheTable:
    """How BAMF's program draws its rules is not known: only a picture of a page is."""

    def test_every_cell_a_box_of_its_own(self) -> None:
        rows = parse(table_of_boxes(), origin()).tables["rows"]
        totals = rows[rows["row_kind"] == "total"]
        assert totals["value"].tolist() == list(range(1, 26))

    @pytest.mark.parametrize("angle", [90, 180, 270])
    def test_a_turned_page(self, angle: int, september: Batch) -> None:
        content = turned(sample_pdf(), angle)
        assert parse(content, origin()).tables["rows"].equals(september.tables["rows"])

    def test_pdfplumber_sees_the_same_cells(self, september: Batch) -> None:
        """A second, slower reader with nothing in common but the file."""
        with pdfplumber.open(io.BytesIO(sample_pdf())) as document:
            table = document.pages[4].extract_tables()[-1]
        head = next(i for i, cells in enumerate(table) if "Spalte 1" in (cells[0] or ""))
        expected = [[number_of(cell or "") for cell in cells[2:]] for cells in table[head + 1 :]]
        rows = september.tables["rows"].query("source_place == '5'")
        read = rows["value"].astype(object).where(rows["value"].notna(), None).tolist()
        assert read == [number for numbers in expected for number in numbers]


class TestRealFiles:
    @pytest.mark.parametrize("month", ["201601", "201602", "201603", "201604"])
    def test_the_reports_of_2016_are_recognised_as_another_report(self, month: str) -> None:
        found = fault(real_file(f"bamf/pdf/{month}.pdf").read_bytes())
        assert found.rule == "other_report"
        assert "Asylgeschäftsstatistik" in (found.found or "")

    @pytest.mark.parametrize("month", ["201706", "201812", "202103"])
    def test_rows_equal_those_that_others_extracted(self, month: str) -> None:
        path = real_file(f"bamf/hkl_csv/{month[:4]}/{month}.csv")
        with path.open(encoding="utf-8", newline="") as lines:
            _, *records = csv.reader(lines)
        others = {record[2]: [int(float(cell)) for cell in record[3:28]] for record in records}
        content = sample_pdf(date(int(month[:4]), int(month[4:]), 1))
        rows = parse(content, origin()).tables["rows"].query("row_kind == 'country'")
        ours = {
            ls_code: cells["value"].fillna(0).tolist() for ls_code, cells in rows.groupby("ls_code")
        }
        assert ours == others


def test_one_digit_changed_with_sed_changes_one_number(tmp_path: Path, september: Batch) -> None:
    path = tmp_path / "hkl.pdf"
    path.write_bytes(sample_pdf())
    command = ["sed", "-i", r"/(Syrien, /s/(3\.911) Tj/(3.912) Tj/", str(path)]
    subprocess.run(command, check=True, env={"LC_ALL": "C"})
    changed = parse(path.read_bytes(), origin())
    assert value(changed, "applications_first", "475") == 3912
    before, after = september.tables["rows"]["value"], changed.tables["rows"]["value"]
    assert (before.fillna(-1) != after.fillna(-1)).sum() == 1


def pdf_with(printed: str, instead: str, times: int = -1) -> bytes:
    """The table of 2021-09 with something else printed in it."""
    content = sample_pdf()
    old, new = printed.encode("cp1252"), instead.encode("cp1252")
    assert old in content
    return content.replace(old, new, times)


def turned(content: bytes, angle: int) -> bytes:
    """The same pages stored lying on a side, with a note to turn them by ``angle``."""
    document = pypdfium2.PdfDocument(content)
    matrices = {
        90: (0, 1, -1, 0, 595, 0),
        180: (-1, 0, 0, -1, 842, 595),
        270: (0, -1, 1, 0, 0, 842),
    }
    for page in document:
        for part in list(page.get_objects()):
            part.transform(pypdfium2.PdfMatrix(*matrices[angle]))
        if angle != 180:
            page.set_mediabox(0, 0, 595, 842)
        page.set_rotation(angle)
        page.gen_content()
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def table_of_boxes(merge_in_last_row: bool = False) -> bytes:
    """A table of one country in which every cell is a box: frames, and thin filled bars below."""
    from reportlab.pdfgen.canvas import Canvas

    rows = [
        ["Spalte 1", "", *MEASURES],
        ["Albanien", "121", *map(str, range(1, 26))],
        ["Europa", "", *map(str, range(1, 26))],
        ["Herkunftsländer gesamt", "", *map(str, range(1, 26))],
    ]
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(842, 595))
    canvas.setFont("Helvetica", 6)
    canvas.drawString(20, 560, "Antrags-, Entscheidungs- und Bestandsstatistik")
    canvas.drawString(250, 560, "Berichtszeitraum: 01.09.2021 - 30.09.2021")
    canvas.drawString(500, 560, "bezogen auf: Personen")
    canvas.drawString(650, 560, "Bereich: Bundesgebiet gesamt")
    widths = [110, 20, *[26] * 25]
    for i, cells in enumerate(rows):
        x, y = 20.0, 500.0 - 14 * i
        for j, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            merged = merge_in_last_row and i == len(rows) - 1 and j in (5, 6)
            if not merged:
                canvas.rect(x, y, width, 14)
            elif j == 5:
                canvas.rect(x, y, 2 * width, 14)
            canvas.rect(x, y - 0.3, width, 0.6, stroke=0, fill=1)
            canvas.drawString(x + 2, y + 4, cell)
            x += width
    canvas.save()
    return buffer.getvalue()


def real_file(path: str) -> Path:
    if not (REAL_FILES / path).exists():
        pytest.skip(f"no real files under {REAL_FILES}: set KREISHAUS_REAL_FILES")
    return REAL_FILES / path
