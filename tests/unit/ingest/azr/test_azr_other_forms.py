"""Dates, labels, marks and layouts in which offices write harmless aggregates.

The figures are made up, small enough to be added up by hand.
"""

from datetime import date

import pytest
from azr_workbooks import CROSSTABLE, SERIES, changed, kept, sheet_of, with_cell

from formats.counts import read_count
from formats.dates import read_date_label
from ingest.azr.reduction import municipalities as reducer
from kreishaus.model import FileRejected
from kreishaus.settings import Settings
from vocabulary.statuses import status_aliases

MARCH, JUNE = date(2021, 3, 31), date(2021, 6, 30)
TOWNS = {
    "Dormagen": 80,
    "Grevenbroich": 70,
    "Jüchen": 10,
    "Kaarst": 30,
    "Korschenbroich": 20,
    "Meerbusch": 70,
    "Neuss": 280,
    "Rommerskirchen": 5,
}
ALL = "Kreis insgesamt", 565
LABEL = "AZR_Gemeinden_2021-12-31.xlsx"
ROWS = [("Anerkannte Flüchtlinge", 50), ("Duldungen", 7)]


def refused(dataset: str, content: bytes, label: str) -> str:
    with pytest.raises(FileRejected) as refusal:
        kept(dataset, content, label)
    return str(refusal.value)


def series(*rows: list[object]) -> dict[tuple[date, str], int]:
    cells = kept("series", sheet_of(*rows), SERIES).tables["cells"]
    keys = zip(cells["reference_date"], cells["status_code"], strict=True)
    return dict(zip(keys, cells["value"].tolist(), strict=True))


def totals(*rows: list[object], stated: str = "31.12.2021") -> list[int]:
    """The totals of the municipalities in the order of their keys, the Kreis first."""
    content = sheet_of([f"Stand: {stated}"], *rows)
    cells = kept("municipalities", content, "AZR_Gemeinden.xlsx").tables["cells"]
    cells = cells[cells["sex_code"] == "total"].sort_values("region_code")
    return cells["value"].tolist()


# --- what must not be read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head", ["03/04/2021", "31/13/2021", "2021-13", "2021-3", "03-2021-04", "Anfang März 2021"]
)
def test_dates_that_may_be_others_are_none(head: str) -> None:
    with pytest.raises(ValueError, match=head):
        read_date_label(head)


@pytest.mark.parametrize(
    "label",
    [
        "Duldungen (Männer)",
        "Duldungen (Vorjahr)",
        "Duldung § 60b AufenthG",
        "Duldung nach § 60a Abs. 2 AufenthG",
        "Duldungen (§ 24)",
        "Anerkannte Flüchtlinge (ohne § 24)",
        "Anerkannte Flüchtlinge und subsidiär Schutzberechtigte",
        "darunter Duldungen",
        "Flüchtlinge im Verfahren (Syrien)",
        "§ 24 AufenthG (Ukraine)",
        "Niederlassungserlaubnis § 26 Abs. 4 § 60a",
    ],
)
def test_an_addition_that_may_change_the_meaning_makes_another_label(label: str) -> None:
    assert status_aliases().any_code(label) is None


@pytest.mark.parametrize("count", ["6,604", "6604,5", "6604,000", "12,345,00", "1'23", "669 1"])
def test_counts_that_may_be_others_are_none(count: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        read_count(count)


def test_a_thousands_comma_is_told() -> None:
    content = sheet_of(
        ["Status", "31.03.2021", "30.06.2021"],
        ["Anerkannte Flüchtlinge", "6,604", "6,700"],
        ["Duldungen", 10, 12],
    )
    assert "if the comma stands for thousands" in refused("series", content, SERIES)


def test_a_country_below_another_group_is_not_guessed() -> None:
    rows = [["Duldungen", 7, 8], ["davon Syrien", 4, 5]]
    content = sheet_of(["Status", "31.03.2021", "30.06.2021"], *rows)
    assert "row 3, column A" in refused("series", content, SERIES)


@pytest.mark.parametrize(
    ("heads", "stated"),
    [
        (["Insgesamt 2019", "Insgesamt 2020"], "31.12.2021"),
        (["31.12.2019", "31.12.2020"], "31.12.2021"),
        (["Insgesamt 31.03.2021", "Insgesamt 30.06.2021"], "31.12.2021"),
    ],
)
def test_heads_of_another_year_than_the_title_are_refused(heads: list[str], stated: str) -> None:
    towns = [[name, count + 1, count] for name, count in (*TOWNS.items(), ALL)]
    content = sheet_of([f"Stand: {stated}"], ["Gemeinde", *heads], *towns)
    refused("municipalities", content, LABEL)


def test_one_dated_column_beside_others_that_say_no_date_is_refused() -> None:
    rows = [[name, count, count, count - 2, 2] for name, count in (*TOWNS.items(), ALL)]
    heads = ["Gemeinde", "Insgesamt 2020", "Insgesamt 2021", "männlich", "weiblich"]
    content = sheet_of(["Stand: 31.12.2021"], heads, *rows)
    refused("municipalities", content, LABEL)


def test_tables_of_the_same_dates_are_not_joined() -> None:
    head = ["Status", "31.03.2021", "30.06.2021"]
    block = [head, ["Anerkannte Flüchtlinge", 50, 60], ["Duldungen", 7, 8]]
    assert "several tables of one kind" in refused("series", sheet_of(*block, [], *block), SERIES)


def test_a_column_left_out_in_which_somebody_is_missing() -> None:
    def cut(sheet):
        sheet.unmerge_cells("C5:F5")
        sheet.unmerge_cells("H5:P5")
        sheet.delete_cols(6)

    # The sample counts persons of unknown sex: without their column the sexes make no total.
    assert "one column Geschlecht Unbek." in refused(
        "crosstable", changed(CROSSTABLE, cut), CROSSTABLE
    )


def test_findings_name_the_heads_of_municipalities_in_german() -> None:
    heads = ["Gemeinde", "Insgesamt", "Insgesamt"]
    rows = [[name, count, count] for name, count in (*TOWNS.items(), ALL)]
    with pytest.raises(FileRejected) as refusal:
        reducer(sheet_of(["Stand: 31.12.2021"], heads, *rows), LABEL, Settings())
    assert "found B, C" in str(refusal.value)


# --- what is read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ende März 2021", "Ende Juni 2021"),
        ("Stand März 2021", "Stand Juni 2021"),
        ("2021-03", "2021-06"),
        ("03/21", "06/21"),
        ("1. Vj. 2021", "2. Vj. 2021"),
        ("31/03/2021", "30/06/2021"),
        ("31.03.2021 ²)", "30.06.2021 (vorläufig)"),
        ("31.03.2021*)", "30.06.2021 (vorl. Stand)"),
        ("Mrz 21¹⁾", "Jun 21 (endgültig)"),
    ],
)
def test_heads_of_dates(first: str, second: str) -> None:
    rows = [[label, count, count + 10] for label, count in ROWS]
    assert series(["Status", first, second], *rows) == {
        (MARCH, "recognised"): 50,
        (JUNE, "recognised"): 60,
        (MARCH, "tolerated"): 7,
        (JUNE, "tolerated"): 17,
    }


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Aufenthaltsgestattung (Asylbewerber)", "pending"),
        ("Flüchtlinge im Verfahren (Aufenthaltsgestattung)", "pending"),
        ("Duldung § 60a AufenthG", "tolerated"),
        ("Geduldete (§ 60a AufenthG)", "tolerated"),
        ("Duldungen ¹⁾", "tolerated"),
        ("Aussetzung der Abschiebung (Duldungen) ²)", "tolerated"),
        ("Summe anerkannte Flüchtlinge*)", "recognised"),
        ("§ 24 AufenthG (vorübergehender Schutz, Ukraine)", "humanitarian_24"),
        ("darunter § 24 AufenthG (vorübergehender Schutz, Ukraine)", "humanitarian_24"),
        ("NE § 26 Abs. 3 Satz 1 AufenthG (Asylberechtigte/GFK)", "settlement_26_3_s1"),
        ("darunter NE § 26 Abs. 3 Satz 1", "settlement_26_3_s1"),
        ("Σ", "total"),
    ],
)
def test_labels_with_what_says_the_same_beside_them(label: str, code: str) -> None:
    assert status_aliases().any_code(label) == code


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("7123,00", 7123),
        ("7.123,0", 7123),
        ("7'123", 7123),
        ("7123 Pers.", 7123),
        ("7.123 ²)", 7123),
        ("0,00", 0),
    ],
)
def test_counts_as_a_format_shows_them(typed: str, count: int) -> None:
    assert read_count(typed).value == count


def test_countries_below_their_group() -> None:
    found = series(
        ["Status", "31.03.2021", "30.06.2021"],
        ["Flüchtlinge im Verfahren", 30, 31],
        ["davon Syrien", 20, 21],
        ["Irak", 10, 10],
        ["Familiäre Gründe insgesamt", 5, 6],
        ["- Syrien", 5, 6],
    )
    assert {code: count for (day, code), count in found.items() if day == JUNE} == {
        "pending": 31,
        "pending_syria": 21,
        "pending_iraq": 10,
        "family": 6,
        "family_syria": 6,
    }


def test_a_table_for_each_year_is_one_series() -> None:
    found = series(
        ["Flüchtlinge 2020"],
        ["Status", "30.06.2020", "31.12.2020"],
        ["Anerkannte Flüchtlinge", 40, 45],
        ["Duldungen", 5, 6],
        ["Flüchtlinge 2021"],
        ["Status", "30.06.2021", "31.12.2021"],
        ["Anerkannte Flüchtlinge", 60, 65],
        ["Duldungen", 8, 9],
    )
    assert [found[date(2020, 12, 31), "recognised"], found[JUNE, "tolerated"]] == [45, 8]
    assert len(found) == 8


def test_months_under_the_year_of_the_title() -> None:
    found = series(
        ["Entwicklung der Flüchtlinge 2021"],
        ["Status", "März", "Juni"],
        *([label, count, count + 1] for label, count in ROWS),
    )
    assert found[JUNE, "tolerated"] == 8


def test_months_under_a_day_of_another_kind_are_none() -> None:
    head = ["Status", "März", "Juni"]
    rows = [[label, count, count] for label, count in ROWS]
    refused("series", sheet_of(["Stand: Januar 2022"], head, *rows), SERIES)
    refused("series", sheet_of(["Entwicklung seit 2015"], head, *rows), SERIES)


TOWNS_OF_TWO_YEARS = [[name, count + 7, count] for name, count in (*TOWNS.items(), ALL)]
EXPECTED = [565, *TOWNS.values()]


@pytest.mark.parametrize(
    "heads",
    [
        [["Gemeinde", "Insgesamt 2020", "Insgesamt 2021"]],
        [["Gemeinde", "Insgesamt", None], [None, 2020, 2021]],
        [["Gemeinde", "31.12.2020", "31.12.2021"], [None, "Insgesamt", "Insgesamt"]],
        [["Gemeinde", "Vorjahr", "Insgesamt"]],
    ],
)
def test_of_two_years_the_newest_is_read(heads: list[list[object]]) -> None:
    assert totals(*heads, *TOWNS_OF_TWO_YEARS) == EXPECTED


def test_municipalities_side_by_side() -> None:
    names, counts = zip(*TOWNS.items(), ALL, strict=True)
    rows = [[None, *names], ["Insgesamt", *counts], ["weiblich", *(2 for _ in counts)]]
    assert totals(*rows) == EXPECTED


def test_of_which_one_sex() -> None:
    rows = [[name, count, 2] for name, count in (*TOWNS.items(), ALL)]
    assert totals(["Gemeinde", "Insgesamt", "darunter weiblich"], *rows) == EXPECTED
    more = [[name, count, count + 1] for name, count in (*TOWNS.items(), ALL)]
    content = sheet_of(["Gemeinde", "Insgesamt", "darunter weiblich"], *more)
    assert "is a number wrong, or a column missing" in refused("municipalities", content, LABEL)


def test_a_column_of_no_answers_left_out_is_zero_where_the_sums_say_so() -> None:
    def cut(sheet):
        sheet.unmerge_cells("C5:F5")
        sheet.unmerge_cells("H5:P5")
        sheet.delete_cols(3)
        sheet["C5"], sheet["G5"] = "Geschlecht", "Altersgruppen"

    batch = kept("crosstable", changed(CROSSTABLE, cut), CROSSTABLE)
    cells = batch.tables["cells"]
    left_out = cells[(cells["margin"] == "sex") & (cells["group_code"] == "not_stated")]
    assert set(left_out["value"]) == {0}
    assert "empty_is_zero" in {finding.rule for finding in batch.findings}


def test_the_margin_in_a_parenthesis_behind_the_head() -> None:
    content = with_cell(CROSSTABLE, "C6", "k.A. (Geschlecht)")
    assert len(kept("crosstable", content, CROSSTABLE).tables["cells"]) == 322
