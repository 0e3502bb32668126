"""HKL tables of other typesettings: read with the right numbers, or refused by one finding."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache

import pandas as pd
import pytest
from bamf_drawings import LEFT, NAME_WIDTH, ROWS, TOP, Drawing, Over, stamp
from reportlab.pdfgen.canvas import Canvas

from ingest.bamf.hkl import parse
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from sample import bamf, bamf_pdf

ORIGIN = Origin("bamf", "hkl", "0" * 64, "x", "hkl.pdf", datetime(2021, 12, 1, tzinfo=UTC))
LINE = TOP - 13 * 2 + 4
"""Where Albania's letters stand; the rows below are 13 points apart."""
PRINTED = [count or None for _, _, counts in ROWS for count in counts]
NAMES = ["Albanien", "Bosnien und Herzegowina", "Europa", "Herkunftsländer gesamt"]


def read(drawing: Drawing) -> Batch:
    return parse(drawing.pdf(), ORIGIN)


def refused(content: Drawing | bytes) -> Finding:
    """The one finding by which a drawing is refused."""
    with pytest.raises(UnreadableFile) as raised:
        parse(content if isinstance(content, bytes) else content.pdf(), ORIGIN)
    (finding,) = raised.value.findings
    return finding


def counts(batch: Batch) -> list[int | None]:
    return [None if pd.isna(value) else int(value) for value in batch.tables["rows"]["value"]]


def names(batch: Batch) -> list[str]:
    return batch.tables["rows"]["row_label"].tolist()[::25]


def instead(row: int, column: int, text: str) -> Callable[[int, int, str], str]:
    """Another text in one cell."""
    return lambda at_row, at_column, printed: (
        text if (at_row, at_column) == (row, column) else printed
    )


@cache
def january() -> bytes:
    return bamf.pdf(next(one for one in bamf.figures() if one.month == date(2021, 1, 1)))


def rows_of_january(content: bytes) -> pd.DataFrame:
    return parse(content, ORIGIN).tables["rows"]


class TestOneFindingACause:
    @pytest.mark.parametrize("sign", ["/", "x", ".", "·", "k.A.", "*", "…"])
    def test_a_sign_for_nothing_that_nobody_knows(self, sign: str) -> None:
        """47 cells of four rows: 8 of Albania's, 21 of Bosnia's, 9 in each of the two sums."""
        found = refused(Drawing(nothing=sign, font="DejaVuSans"))
        assert (found.rule, found.row, found.column) == ("zero_sign", "1 (Albanien 121)", "6")
        assert found.found == sign
        assert found.message.startswith("47 cells with one cause")

    @pytest.mark.parametrize("sign", [",", "'", "’", "_", "·", ""])
    def test_a_sign_between_thousands_that_nobody_knows(self, sign: str) -> None:
        found = refused(Drawing(thousands=sign, font="DejaVuSans", size=5))
        assert (found.rule, found.column) == ("thousands_separator", "2")
        assert found.found == f"1{sign}648"
        assert found.message.startswith("10 cells with one cause")

    def test_points_and_blanks_in_one_file(self) -> None:
        """Where one row writes 1.239, a cell with 1 648 may hold two numbers."""
        mixed = Drawing(
            thousands="\u00a0",
            printed=lambda row, column, text: text.replace("\u00a0", ".") if row == 1 else text,
        )
        found = refused(mixed)
        assert (found.rule, found.found) == ("thousands_separator", "1 648")

    def test_the_same_on_every_page(self) -> None:
        """Five pages whose column numbers got lost."""
        found = refused(january().replace(b"(Spalte 1) Tj", b"(Spalte) Tj"))
        assert found.rule == "column_numbers"
        assert "so on page 2, 3, 4, 5" in found.message

    @pytest.mark.parametrize("uprights", [True, False])
    def test_a_shifted_row(self, uprights: bool) -> None:
        shifted = {3: "", 4: "12 -"}
        drawing = Drawing(
            uprights=uprights,
            printed=lambda row, column, text: text if row else shifted.get(column, text),
        )
        found = refused(drawing)
        assert (found.rule, found.column, found.row) == ("shifted_cell", "6", "1 (Albanien 121)")

    @pytest.mark.parametrize("lines", ["every row", "none"])
    def test_an_empty_cell_without_upright_rules(self, lines: str) -> None:
        """The counts left and right of it must not move into its place."""
        drawing = Drawing(uprights=False, lines=lines, printed=instead(0, 2, ""))
        found = refused(drawing)
        assert (found.rule, found.column) == ("empty_cell", "4")

    def test_empty_for_nothing(self) -> None:
        """A row's empty cells are one finding each: nothing proves that they are zeros."""
        found = refused(Drawing(nothing=""))
        assert found.rule == "empty_cell"
        assert found.message.startswith("4 rows with one cause")


class TestStamps:
    @pytest.mark.parametrize("uprights", [True, False])
    @pytest.mark.parametrize(
        "over",
        [
            stamp("ENTWURF", 200, 440, size=30, angle=30),
            stamp("ENTWURF", 30, LINE - 13, angle=8),
            stamp("KOPIE", 100, 450, size=30),
            stamp("ENTWURF", 300, LINE),
            stamp("Kenia", LEFT + 3, LINE),
            stamp("Afrika", LEFT + 3, LINE - 39),
            stamp("9", LEFT + NAME_WIDTH + 40, LINE),
        ],
    )
    def test_something_is_written_over_the_rows(self, over: Over, uprights: bool) -> None:
        assert refused(Drawing(over=over, uprights=uprights)).rule == "written_over"

    @pytest.mark.parametrize("uprights", [True, False])
    @pytest.mark.parametrize(
        "over",
        [
            stamp("ENTWURF", LEFT + 40, LINE),
            stamp("Kopie", LEFT + 40, LINE),
            stamp("15.10.2021", LEFT + 50, LINE),
            stamp("Entwurf", LEFT + 40, LINE - 26),
            stamp("Eingang", LEFT + 70, LINE - 39),
        ],
    )
    def test_a_stamp_beside_a_name_is_no_part_of_it(self, over: Over, uprights: bool) -> None:
        found = refused(Drawing(over=over, uprights=uprights))
        assert (found.rule, found.column) == ("row_label", "1")

    @pytest.mark.parametrize("row", range(4))
    @pytest.mark.parametrize("text", ["ENTWURF", "Entwurf", "Vorläufig"])
    def test_a_stamp_instead_of_a_name(self, row: int, text: str) -> None:
        rows = [(text if i == row else name, *rest) for i, (name, *rest) in enumerate(ROWS)]
        found = refused(Drawing(rows=rows))  # type: ignore[arg-type]
        assert (found.rule, found.found) == ("row_label", text)

    def test_a_key_with_a_digit_too_many(self) -> None:
        assert refused(Drawing(over=stamp("1", LEFT + NAME_WIDTH - 3, LINE))).rule in (
            "ls_code", "row_label",
        )  # fmt: skip

    def test_a_stamp_outside_the_rows_hides_nothing(self) -> None:
        for over in (stamp("ENTWURF", 300, 530, size=20), stamp("KOPIE", 300, 200, angle=45)):
            assert counts(read(Drawing(over=over))) == PRINTED


class TestNames:
    def test_two_countries_whose_names_were_exchanged(self) -> None:
        rows = [(ROWS[1][0], *ROWS[0][1:]), (ROWS[0][0], *ROWS[1][1:]), *ROWS[2:]]
        with pytest.raises(UnreadableFile) as raised:
            parse(Drawing(rows=rows).pdf(), ORIGIN)
        assert [(one.rule, one.expected) for one in raised.value.findings] == [
            ("row_label", "Albanien"),
            ("row_label", "Bosnien und Herzegowina"),
        ]

    @pytest.mark.parametrize("name", ["Europa", "Herkunftsländer gesamt", "Afrika gesamt"])
    def test_a_sum_with_a_key_is_no_country(self, name: str) -> None:
        """A count's first three digits may have been taken for LS."""
        found = refused(Drawing(rows=[(name, *ROWS[0][1:]), *ROWS[1:]]))
        assert (found.rule, found.expected) == ("row_label", "Albanien")

    @pytest.mark.parametrize("name", ["Europa 12", "12 Europa", "Europa Asiens", "Nordeuropa"])
    def test_a_continent_has_its_name_alone(self, name: str) -> None:
        """12 may be the beginning of the count beside it."""
        found = refused(Drawing(rows=[*ROWS[:2], (name, *ROWS[2][1:]), ROWS[3]]))
        assert (found.rule, found.found) == ("row_label", name)

    @pytest.mark.parametrize(
        "name",
        ["Albanien (ohne Kosovo)", "Republik Shqiperia", "Republik Albanien", "Nordalbanien"],
    )
    def test_a_new_name_warns(self, name: str) -> None:
        batch = read(Drawing(rows=[(name, *ROWS[0][1:]), *ROWS[1:]]))
        assert counts(batch) == PRINTED
        assert [(one.rule, one.found) for one in batch.findings] == [("country_name", name)]

    @pytest.mark.parametrize("name", ["Albanien 1)", "ALBANIEN", "Alba- nien"])
    def test_a_footnote_mark_capitals_or_a_broken_word_are_the_known_name(self, name: str) -> None:
        batch = read(Drawing(rows=[(name, *ROWS[0][1:]), *ROWS[1:]]))
        assert counts(batch) == PRINTED
        assert batch.findings == ()


class TestPeriods:
    @pytest.mark.parametrize(
        "printed",
        [
            "Januar bis September 2021",
            "Januar - September 2021",
            "Jan. bis Sept. 2021",
            "Januar 2021 bis September 2021",
            "01.01.2021 - 30.09.2021",
            "01.01.2021 bis 31.12.2021",
            "1. Halbjahr 2021",
            "im ersten Halbjahr 2021",
            "3. Quartal 2021",
            "im Jahr 2021",
            "Jahr 2021",
            "2021",
            "September 2021 (kumuliert)",
            "September 2021, seit Januar",
        ],
    )
    def test_a_cumulative_table_is_refused_by_that_name(self, printed: str) -> None:
        found = refused(Drawing(period=f"Berichtszeitraum: {printed}"))
        assert found.rule == "cumulative_table"
        assert "several months (a cumulative table)" in found.message

    def test_a_title_that_says_year_beside_a_month(self) -> None:
        title = "Antrags-, Entscheidungs- und Bestandsstatistik im Jahr 2021"
        assert refused(Drawing(title=title)).rule == "cumulative_table"

    @pytest.mark.parametrize(
        "printed",
        ["Januar", "Januar/Februar 2021", "Januar und Februar 2021", "Januar 2021, Februar 2021"],
    )
    def test_not_one_month(self, printed: str) -> None:
        found = refused(Drawing(period=f"Berichtszeitraum: {printed}"))
        assert found.rule == "reference_month"

    @pytest.mark.parametrize(
        ("printed", "month"),
        [
            ("Berichtszeitraum: Januar 2021", "2021-01"),
            ("Berichtszeitraum Januar 2021", "2021-01"),
            ("Berichtszeitraum: JANUAR 2021", "2021-01"),
            ("Berichtsmonat: März 2021", "2021-03"),
            ("Berichtszeitraum: Monat Sept. 2021", "2021-09"),
            ("Berichtszeitraum: 01.09.2021 – 30.09.2021", "2021-09"),
            ("Berichtszeitraum: 01.09.2021 bis 30.09.2021", "2021-09"),
            ("Berichtszeitraum: 1.9.2021 - 30.9.2021", "2021-09"),
        ],
    )
    def test_one_month_however_it_is_written(self, printed: str, month: str) -> None:
        batch = read(Drawing(period=printed))
        assert batch.period == month
        assert counts(batch) == PRINTED


class TestSigns:
    @pytest.mark.parametrize("dash", ["-", "–", "—", "−", "‐", "‑", "‒"])
    def test_every_dash_is_nothing(self, dash: str) -> None:
        batch = read(Drawing(nothing=dash, font="DejaVuSans"))
        assert counts(batch) == PRINTED
        assert batch.tables["rows"]["marker"].dropna().unique().tolist() == ["-"]

    @pytest.mark.parametrize("blank", [" ", "\u00a0", "\u2009", "\u202f", "\u2007", "\u2008"])
    @pytest.mark.parametrize("uprights", [True, False])
    def test_every_blank_parts_thousands(self, blank: str, uprights: bool) -> None:
        """1 648 and 129 383 are one number each; a file without any point writes so."""
        drawing = Drawing(thousands=blank, font="DejaVuSans", size=5, uprights=uprights)
        assert counts(read(drawing)) == PRINTED

    def test_a_month_with_en_dashes_is_the_month(self) -> None:
        """January 2021 as published, 14,448 applications, 2,067 times nothing."""
        other = january().replace(b"(-) Tj", b"(\\226) Tj")
        assert other.count(b"(\\226) Tj") == 2067
        pd.testing.assert_frame_equal(rows_of_january(other), rows_of_january(january()))

    def test_a_month_with_no_break_spaces_is_the_month(self) -> None:
        other, exchanged = re.subn(
            rb"\(([0-9]{1,3})\.([0-9]{3})\) Tj", rb"(\1\\240\2) Tj", january()
        )
        assert exchanged == 57
        rows = rows_of_january(other)
        pd.testing.assert_frame_equal(rows, rows_of_january(january()))
        total = rows[(rows["row_kind"] == "total") & (rows["measure"] == "applications_total")]
        assert total["value"].tolist() == [14_448]


class TestUnruledMonths:
    @pytest.mark.parametrize(
        "heights",
        [
            lambda rows: [bamf_pdf.TABLE_TOP, bamf_pdf.HEADS_BOTTOM, *rows],
            lambda rows: [bamf_pdf.TABLE_TOP, rows[0], rows[-1]],
            lambda rows: [],
        ],
        ids=["every row", "head and foot", "none"],
    )
    def test_a_month_without_upright_rules_is_the_month(
        self, monkeypatch: pytest.MonkeyPatch, heights: Callable[[list[float]], list[float]]
    ) -> None:
        """All pages of January 2021 with LS close to the counts and names of two lines."""

        def rule(canvas: Canvas, rows: list[float]) -> None:
            for y in heights(rows):
                y = bamf_pdf.HEIGHT - y
                canvas.line(bamf_pdf.LEFT, y, bamf_pdf.RIGHT, y)

        expected = rows_of_january(january())
        monkeypatch.setattr(bamf_pdf, "_rule", rule)
        unruled = bamf.pdf(next(one for one in bamf.figures() if one.month == date(2021, 1, 1)))
        pd.testing.assert_frame_equal(rows_of_january(unruled), expected)


class TestNotes:
    @pytest.mark.parametrize(
        "note",
        [
            "1) einschließlich Nachmeldungen von 1.234 Fällen, davon 12 34 56 78",
            "* 12 34 56 78 90 12 34",
            "Stand: 15.10.2021, 3 Seiten, 12 34 56 78 Personen aus 4 5 6 Ländern, davon 12 34 5",
        ],
    )
    @pytest.mark.parametrize("uprights", [True, False])
    def test_numbers_below_the_table_are_no_row(self, note: str, uprights: bool) -> None:
        assert counts(read(Drawing(notes=[note], uprights=uprights))) == PRINTED

    def test_a_row_below_the_table_is_one(self) -> None:
        """The same numbers in their columns: the page break cut them off."""
        assert refused(Drawing(over=Drawing().row_below)).rule == "row_outside_rules"


@pytest.mark.parametrize("align", ["left", "centre", "right"])
@pytest.mark.parametrize("numbers_align", ["left", "centre", "right"])
@pytest.mark.parametrize("lines", ["every row", "head and foot", "none"])
def test_without_upright_rules_the_column_numbers_say_where_columns_stand(
    align: str, numbers_align: str, lines: str
) -> None:
    drawing = Drawing(uprights=False, lines=lines, align=align, numbers_align=numbers_align)
    batch = read(drawing)
    assert counts(batch) == PRINTED
    assert names(batch) == NAMES


@pytest.mark.parametrize("font", ["Times-Roman", "Helvetica-Oblique", "Courier", "DejaVuSerif"])
@pytest.mark.parametrize("uprights", [True, False])
def test_other_fonts(font: str, uprights: bool) -> None:
    size = 4.5 if font == "Courier" else 6
    batch = read(Drawing(font=font, size=size, uprights=uprights, nothing="–"))
    assert (counts(batch), names(batch)) == (PRINTED, NAMES)


def test_columns_as_wide_as_what_stands_in_them() -> None:
    """A browser without upright rules: each column has its own width, heads are in the middle."""
    widths = tuple(8 + 4 * max(len(f"{row[2][i]:,}") for row in ROWS) for i in range(25))
    batch = read(
        Drawing(
            widths=widths,
            uprights=False,
            lines="none",
            size=5,
            thousands="\u2009",
            font="DejaVuSans",
        )
    )
    assert (counts(batch), names(batch)) == (PRINTED, NAMES)


@pytest.mark.parametrize("text", ["-5", "–5", "(12)", "12*", "12 r", "1 2", "--"])
def test_what_is_no_count_is_refused_with_its_cell(text: str) -> None:
    found = refused(Drawing(printed=instead(0, 3, text)))
    assert (found.column, found.found) == ("5", text)


def test_white_paint_hides_nothing() -> None:
    """Another name and another number, each on a white box over the first."""

    def painted(x: float, text: str) -> Over:
        def over(canvas: Canvas) -> None:
            canvas.setFillGray(1)
            canvas.rect(x - 1, LINE - 3, 24, 11, stroke=0, fill=1)
            canvas.setFillGray(0)
            stamp(text, x, LINE)(canvas)

        return over

    for over in (painted(LEFT + 2, "Kenia"), painted(LEFT + NAME_WIDTH + 25, "9.999")):
        assert refused(Drawing(over=over)).rule == "written_over"


@pytest.mark.parametrize("uprights", [True, False])
@pytest.mark.parametrize("text", ["7", "-", "12"])
def test_a_number_printed_over_another(text: str, uprights: bool) -> None:
    """Albania's 3 in column 7 and 4 in column 9, and on them a digit that is as wide."""
    for column, width in ((5, 3.336), (8, 3.336)):
        right = Drawing().edges[column + 3] - 2
        over = stamp(text, right - width * len(text) * (0.6 if text == "-" else 1), LINE)
        assert refused(Drawing(over=over, uprights=uprights)).rule == "written_over"


def test_a_word_beside_the_table() -> None:
    found = refused(Drawing(over=stamp("ENTWURF", Drawing().right + 2, LINE)))
    assert (found.rule, found.found) == ("shifted_cell", "ENTWURF")


def of_two_lines(first: str, second: str, key: str = "", gap: float = 3.5) -> Drawing:
    """Bosnia's name on two lines around its row; ``key`` is written over its LS."""

    def over(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 6)
        for text, above in ((first, gap), (second, -gap)):
            canvas.drawString(LEFT + 2, LINE - 13 + above, text)
        canvas.drawString(LEFT + NAME_WIDTH + 12, LINE - 13, key)

    rows = [("", ls, counts) if ls == "122" else (name, ls, counts) for name, ls, counts in ROWS]
    return Drawing(rows=rows, uprights=False, lines="none", over=over)


class TestNamesAndSums:
    def test_a_name_on_two_lines_around_its_row(self) -> None:
        batch = read(of_two_lines("Bosnien", "und Herzegowina"))
        assert counts(batch) == PRINTED
        assert names(batch) == NAMES
        assert batch.tables["rows"]["ls_code"].tolist()[25] == "122"

    def test_a_digit_beside_the_key_of_such_a_row_is_refused(self) -> None:
        assert refused(of_two_lines("Bosnien", "und Herzegowina", key="7")).rule == "row_label"

    def test_another_countrys_name_on_two_lines_is_refused(self) -> None:
        assert refused(of_two_lines("Russische", "Föderation")).rule == "row_label"

    @pytest.mark.parametrize(
        ("continent", "total"),
        [
            ("Summe Europa", "Herkunftsländer gesamt"),
            ("Europa gesamt", "Herkunftsländer insgesamt"),
            ("Europa zusammen", "Summe"),
        ],
    )
    def test_sums_in_other_words(self, continent: str, total: str) -> None:
        """The countries above belong to Europa, whatever its row is called."""
        words = {"Europa": continent, "Herkunftsländer gesamt": total}
        rows = [(words.get(name, name), ls, values) for name, ls, values in ROWS]
        batch = read(Drawing(rows=rows))
        assert counts(batch) == PRINTED
        cells = batch.tables["rows"].iloc[::25]
        assert cells["row_kind"].tolist() == ["country", "country", "continent", "total"]
        assert cells["continent"].tolist()[:3] == ["Europa"] * 3

    @pytest.mark.parametrize("area", ["Nordrhein-Westfalen", "Hessen"])
    def test_the_area_of_another_table_is_named(self, area: str) -> None:
        found = refused(_of_area(area))
        assert (found.rule, found.expected, found.found) == (
            "scope",
            "Bundesgebiet gesamt",
            area,
        )
        assert 'hand in the table that prints "Bereich: Bundesgebiet gesamt"' in found.message


def _of_area(area: str) -> bytes:
    class OfArea(Drawing):
        def _text(self, canvas: Canvas, text: str, x: float, y: float) -> None:
            super()._text(canvas, text.replace("Bundesgebiet gesamt", area), x, y)

    return OfArea().pdf()
