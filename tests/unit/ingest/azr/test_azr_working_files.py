"""Working files of offices and planners: what they count is read, what is no count does not land.

Unhappy paths first. The figures are made up, small enough to be added up by hand.
"""

from datetime import date, timedelta

import pandas as pd
import pytest
from azr_workbooks import kept, saved, sheet_of
from openpyxl import Workbook

from ingest.azr.title_dates import can_count
from ingest.azr.understood import Language
from kreishaus.model import FileRejected
from kreishaus.settings import Settings
from kreishaus.wording import in_language, text_of
from vocabulary.groups import groups_named, header_key
from vocabulary.statuses import status_aliases, without_number

GROUPS = (
    *("Männlich", "Weiblich", "Unbek.", "k.A.", "Gesamt"),
    *("bis 16", "16 - 18", "18 - 25", "25 - 35", "35 - 45", "45 - 55", "55 - 65", "Ab 65", "k.A."),
)
TOLERATED = (60, 40, 0, 0, 100, 30, 5, 10, 20, 15, 10, 6, 4, 0)
STATED = "Stichtag: 31.12.2022"
DAYS = ("31.03.2021", "30.06.2021", "30.09.2021", "31.12.2021")
OF_SERIES = {
    "Anerkannte Flüchtlinge": (700, 710, 720, 730),
    "Flüchtlinge im Verfahren": (100, 90, 80, 70),
    "Duldungen": (50, 50, 50, 50),
    "Flüchtlinge gesamt": (850, 850, 850, 850),
    "Familiäre Gründe insgesamt": (60, 61, 62, 63),
}
TOWNS = (
    *(("Dormagen", 81), ("Grevenbroich", 74), ("Jüchen", 15), ("Kaarst", 37)),
    *(("Korschenbroich", 20), ("Meerbusch", 74), ("Neuss", 285), ("Rommerskirchen", 9)),
)
TOTAL = ("Kreis", 595)
KEYS = ("05162004", "05162008", "05162012", "05162016", "05162020", "05162022", "05162024")
TELEPHONE = 487131


def refusal(dataset: str, content: bytes, label: str = "AZR.xlsx") -> str:
    """The German sentence with which a file is refused."""
    with pytest.raises(FileRejected) as refused:
        kept(dataset, content, label)
    return in_language(text_of(refused.value), "de")


def cells_of(dataset: str, content: bytes, label: str = "AZR.xlsx") -> pd.DataFrame:
    return kept(dataset, content, label).tables["cells"]


def crossed(*above: str, tolerated: tuple[int, ...] = TOLERATED, below: str = "") -> bytes:
    notes = [[], [below]] if below else []
    return sheet_of(
        *([line] for line in above), ["Status", *GROUPS], ["Duldung", *tolerated], *notes
    )


def series_with(
    row: int = 0, column: int = 0, value: object = None, heads: tuple[str, ...] = DAYS
) -> bytes:
    rows: list[list[object]] = [["Status", *heads]]
    rows += [[name, *counts] for name, counts in OF_SERIES.items()]
    if value is not None:
        rows[row][column] = value
    return sheet_of(*rows)


def towns(*heads: list[object], **changed: object) -> list[list[object]]:
    rows: list[list[object]] = [[changed.get(name, name), count] for name, count in (*TOWNS, TOTAL)]
    return [*heads, *rows]


def totals(content: bytes, label: str = "AZR.xlsx") -> dict[str, int]:
    cells = cells_of("municipalities", content, label)
    return {row.region_code: row.value for row in cells.itertuples() if row.sex_code == "total"}


# What is no count of persons


@pytest.mark.parametrize("column", [1, 5, 6])  # of a sex, the total of the row, of an age
def test_a_number_that_fits_no_sum_of_its_row_does_not_land(column: int) -> None:
    counts = [*TOLERATED]
    counts[column - 1] = TELEPHONE
    said = refusal("crosstable", crossed(STATED, tolerated=tuple(counts)))
    assert "größer ist als das Ganze, von dem sie ein Teil ist" in said
    assert str(TELEPHONE) not in said and "487.131" not in said


@pytest.mark.parametrize("row", [1, 4, 5])  # a part, the sum, the row that is in no sum
def test_a_number_that_fits_no_sum_of_a_series_does_not_land(row: int) -> None:
    said = refusal("series", series_with(row, 2, TELEPHONE))
    assert "Ist sie eine Anzahl?" in said and str(TELEPHONE) not in said


@pytest.mark.parametrize("row", [0, 8])  # a municipality, the county
def test_a_number_that_fits_no_sum_of_the_county_does_not_land(row: int) -> None:
    rows = towns([STATED], ["Gemeinde", "Insgesamt"])
    rows[row + 2][1] = TELEPHONE
    assert "Ist sie eine Anzahl?" in refusal("municipalities", sheet_of(*rows))


def test_seven_digits_count_nobody() -> None:
    assert "nicht verstanden" in refusal("series", series_with(5, 2, 4_871_312))


def test_a_sum_that_is_wrong_by_a_slip_is_for_the_suites() -> None:
    assert 851 in set(cells_of("series", series_with(4, 1, 851))["value"])


def test_digits_before_a_municipality_do_not_land() -> None:
    rows = towns([STATED], ["PLZ/Ort", "Insgesamt"], Neuss="48713 Neuss", Kaarst="D-48713 Kaarst")
    cells = cells_of("municipalities", sheet_of(*rows))
    assert {"Neuss", "Kaarst"} < set(cells["region_name"])


def test_the_number_of_a_label_in_a_list_does_not_land() -> None:
    content = sheet_of([STATED], ["Status", *GROUPS], ["47. Duldung", *TOLERATED])
    assert set(cells_of("crosstable", content)["status_label"]) == {"Duldung"}
    assert without_number("III. Duldung") == without_number("b) Duldung") == "Duldung"


# The reference date


@pytest.mark.parametrize(
    ("above", "label", "said"),
    [
        ("Auswertung vom 12.01.2023", "AZR.xlsx", "kein Stichtag in Titel, Anmerkungen und Datei"),
        ("Auswertung vom 12.01.2023", "AZR.xlsx", "„Stand: TT.MM.JJJJ“ in eine eigene Zeile"),
        ("Stand: 31.12.2022, Stichtag 30.09.2022", "AZR.xlsx", "nennen mehrere Stichtage"),
        (STATED, "AZR_2022-09-30.xlsx", "Bitte lassen Sie einen davon stehen"),
        ("Stichtag: 31.12.2099", "AZR.xlsx", "vor dem Jahr 2000 oder in der Zukunft"),
        ("Stichtag: 12.03.87", "AZR.xlsx", "vor dem Jahr 2000 oder in der Zukunft"),
    ],
)
def test_a_refusal_for_its_date_says_what_to_write_where(above: str, label: str, said: str) -> None:
    assert said in refusal("crosstable", crossed(above), label)


def test_persons_are_counted_between_2000_and_today() -> None:
    today = date.today()
    assert can_count(date(2000, 1, 1)) and can_count(today - timedelta(days=1))
    assert not can_count(date(1999, 12, 31)) and not can_count(today + timedelta(days=2))


@pytest.mark.parametrize("born", ["31.03.1947", "31.03.87"])
def test_a_date_of_birth_is_no_head(born: str) -> None:
    refusal("series", series_with(0, 1, born))


@pytest.mark.parametrize(
    "content",
    [
        crossed("Quelle: AZR, 31.12.2022"),
        crossed("Auswertung vom 12.01.2023", below="Stand: 31.12.2022"),
        crossed("Flüchtlinge", below="Stichtag 31.12.2022"),
    ],
)
def test_where_no_title_states_it_a_source_or_a_note_does(content: bytes) -> None:
    assert set(cells_of("crosstable", content)["reference_date"]) == {date(2022, 12, 31)}


def test_a_count_that_looks_like_a_year_is_no_head() -> None:
    rows = [["jeweils zum 31.12."], ["Status", 2020, 2021], ["Duldungen", 2020, 2021]]
    cells = cells_of("series", sheet_of(*rows))
    assert cells["value"].tolist() == [2020, 2021]


@pytest.mark.parametrize("above", ["Entwicklung", "am 31.12. und zum 30.06."])
def test_years_alone_are_no_dates_where_no_title_says_the_day(above: str) -> None:
    refusal("series", sheet_of([above], ["Status", 2020, 2021], ["Duldungen", 55, 60]))


def test_years_are_the_day_that_the_title_says() -> None:
    across = sheet_of(["jeweils zum 31.12."], ["Status", 2020, 2021], ["Duldungen", 55, 60])
    down = sheet_of(
        *(["Stichtag jeweils 31. Dezember"], ["Jahr", "Duldungen", "Flüchtlinge gesamt"]),
        *([2020, 55, 90], [2021, 60, 95]),
    )
    for content in (across, down):
        cells = cells_of("series", content)
        found = {
            row.reference_date: row.value
            for row in cells.itertuples()
            if row.status_code == "tolerated"
        }
        assert found == {date(2020, 12, 31): 55, date(2021, 12, 31): 60}


# Municipalities


@pytest.mark.parametrize("days", [["31.03.1987"], ["12.03.2021"], ["31.12.2021", "30.06.2021"]])
def test_a_column_of_days_is_the_reference_date_only_if_it_is_one(days: list[str]) -> None:
    rows = towns(["Gemeinde", "Insgesamt", "Stichtag"])
    for at, row in enumerate(rows[1:]):
        row.append(days[at % len(days)])
    refusal("municipalities", sheet_of(*rows))


def test_a_column_of_one_day_is_the_reference_date() -> None:
    rows = towns(["Gemeinde", "Insgesamt", "Stichtag"])
    for row in rows[1:]:
        row.append("2021-12-31")
    cells = cells_of("municipalities", sheet_of(*rows))
    assert set(cells["reference_date"]) == {date(2021, 12, 31)}


@pytest.mark.parametrize("head", ["Top 1: Musterfrau", "darunter Musterfrau", "Fallzahl Kaarst"])
def test_a_column_beside_of_an_unknown_word_is_refused(head: str) -> None:
    rows = towns([STATED], ["Gemeinde", "Insgesamt", head])
    for row in rows[2:]:
        row.append(3)
    assert "Spalte C" in refusal("municipalities", sheet_of(*rows))


@pytest.mark.parametrize("value", ["0172-5591337", "Musterfrau"])
def test_a_column_beside_holds_numbers_alone(value: str) -> None:
    rows = towns([STATED], ["Gemeinde", "Insgesamt", "Bevölkerung"])
    for row in rows[2:]:
        row.append(value)
    refusal("municipalities", sheet_of(*rows))


@pytest.mark.parametrize(
    "head",
    [
        *("Bevölkerung", "Einwohner insgesamt", "Ausländeranteil in %", "darunter Syrien"),
        *("Türkei", "Top 1: Türkei", "unter 18 Jahre", "18-64", "65 und älter", "Duldung"),
        *("Niederlassungserlaubnis", "Freizügigkeit EU", "Europa", "staatenlos"),
    ],
)
def test_columns_beside_the_foreigners_are_understood_and_not_kept(head: str) -> None:
    rows = towns([STATED], ["Gemeinde", "Insgesamt", head])
    for row in rows[2:]:
        row.append(3)
    batch = kept("municipalities", sheet_of(*rows), "AZR.xlsx")
    cells = batch.tables["cells"]
    assert cells["value"].tolist() == [count for _, count in (*TOWNS, TOTAL)]
    assert [finding.rule for finding in batch.findings] == ["derived_column"]


@pytest.mark.parametrize(
    "total",
    [
        *("Gesamtergebnis", "Kreis Neuss, insgesamt", "Summe Rhein-Kreis Neuss", "Summe Kreis"),
        *("Städte und Gemeinden insgesamt", "Kommunen gesamt", "Gesamtzahl"),
    ],
)
def test_words_for_all_of_the_county(total: str) -> None:
    rows = towns([STATED], ["Gemeinde", "Insgesamt"], Kreis=total)
    assert totals(sheet_of(*rows))["05162"] == 595


@pytest.mark.parametrize("total", ["Neuss insgesamt", "Summe Meerbusch", "Kreis Viersen gesamt"])
def test_a_sum_of_one_town_or_of_another_county_is_none_of_the_county(total: str) -> None:
    rows = towns([STATED], ["Gemeinde", "Insgesamt"], Kreis=total)
    refusal("municipalities", sheet_of(*rows))


def test_dates_alone_head_the_foreigners_of_each() -> None:
    rows = towns(["Ausländerinnen und Ausländer"], ["Gemeinde", "31.12.2022", "31.12.2021"])
    for row in rows[2:]:
        row.append(1)
    assert totals(sheet_of(*rows))["05162024"] == 285


def test_rows_may_be_numbered() -> None:
    rows = towns([STATED], ["Gemeinde", "Insgesamt"])
    rows[1].insert(0, "Lfd. Nr.")
    for at, row in enumerate(rows[2:], start=1):
        row.insert(0, at)
    assert totals(sheet_of(*rows))["05162024"] == 285
    rows[3][0] = "4711/87"
    refusal("municipalities", sheet_of(*rows))


def test_sexes_that_leave_some_out_are_said_once() -> None:
    rows = towns([STATED], ["Gemeinde", "Insgesamt", "männlich", "weiblich"])
    for row in rows[2:]:
        row += [4, 3]
    said = refusal("municipalities", sheet_of(*rows))
    assert said.count("die Geschlechter ergeben nicht die Summe") == 1
    assert "Zeile 3 bis 11" in said


# Labels and heads


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("NE § 26 III 1 AufenthG", "settlement_26_3_s1"),
        ("NE (§ 26 Abs. 3 S. 1)", "settlement_26_3_s1"),
        ("Niederlassungserl. § 23 (2) AufenthG", "settlement_23_2"),
        ("NE (§ 26 Abs. 4, Resettlement)", "settlement_26_4_resettlement"),
        ("Aufenthaltserl. aus völkerrechtl., humanit. od. polit. Gründen", "humanitarian_permits"),
        ("AE humanitär (§§ 22 - 26 AufenthG)", "humanitarian_permits"),
        ("Aufenthaltserlaubnis aus familiären Gründen (§§ 27 - 36 AufenthG)", "family"),
        ("nachrichtlich: Familiäre Gründe", "family"),
        ("Asylbewerber/innen mit Aufenthaltsgestattung", "pending"),
        ("Zwischensumme: Anerkannte Flüchtlinge", "recognised"),
        ("III. Duldung (§ 60a)", "tolerated"),
        ("Duldung (Musterfrau)", None),
        ("Duldung, Musterfrau", None),
        ("Duldung mit Kind", None),
        ("Aufenthaltserlaubnis, §§ 22 - 26 AufenthG (humanitäre Gründe)", "humanitarian_permits"),
        ("nachrichtlich: Duldung", None),
        ("Familiennachzug", None),
        ("Anerkannte Flüchtlinge (Niederlassungserlaubnis)", None),
    ],
)
def test_short_ways_to_cite_the_law(label: str, code: str | None) -> None:
    assert status_aliases().any_code(label) == code


@pytest.mark.parametrize(
    ("head", "group"),
    [
        ("jünger als 16", "age/0_15"),
        ("16/17", "age/16_17"),
        ("älter als 64", "age/65_plus"),
        ("ohne Altersangabe", "age/not_stated"),
        ("jünger als 17", None),
        ("17/18", None),
        ("älter als 65", None),
    ],
)
def test_other_words_for_ages(head: str, group: str | None) -> None:
    found = groups_named(header_key(head)).values()
    assert [str(one) for one in found] == ([group] if group else [])


@pytest.mark.parametrize("country", ["aus dem Irak", "davon aus dem Irak", "– Irak"])
def test_a_country_is_that_of_the_group_above(country: str) -> None:
    rows = [["Flüchtlinge im Verfahren", *TOLERATED], [country, *TOLERATED]]
    content = sheet_of([STATED], ["Status", *GROUPS], *rows, ["Duldung", *TOLERATED])
    assert "pending_iraq" in set(cells_of("crosstable", content)["status_code"])


def test_a_status_without_counts_heads_a_section() -> None:
    rows = [[STATED], ["Status", *GROUPS], ["III. Duldung"], ["Duldungen", *TOLERATED]]
    assert sorted(cells_of("crosstable", sheet_of(*rows))["value"]) == sorted(TOLERATED)
    assert "nicht" in refusal("crosstable", sheet_of(*rows[:3], ["Insgesamt"]))


# Beside the table


@pytest.mark.parametrize(
    ("word", "known"),
    [
        *(("Registerstellen", True), ("gemeldeter", True), ("Bestandsübersichten", True)),
        *(("Musterfrau", False), ("Landmesser", False), ("Altmann", False), ("Kreisler", False)),
        *(("Amtmanns", False), ("Zahlmeister", False), ("Neuhausers", False)),
    ],
)
def test_compounds_of_known_words_are_understood_and_not_kept(word: str, known: bool) -> None:
    county = Settings().county
    assert Language(county, composes=True).understands(word) is known
    assert not Language(county).understands(word)


def test_a_sheet_called_by_a_compound_is_read_and_its_name_is_not_kept() -> None:
    workbook = Workbook()
    workbook.worksheets[0].title = "Bestandsübersichten"
    for row in ([STATED], ["Status", *GROUPS], ["Duldung", *TOLERATED]):
        workbook.worksheets[0].append(row)
    assert set(cells_of("crosstable", saved(workbook))["source_place"]) == {"Tabelle"}


@pytest.mark.parametrize(
    ("line", "enters"),
    [
        ("Rhein-Kreis Neuss | Ausländerbehörde | Oberstr. 91 | 41460 Neuss", True),
        ("Der Landrat, Ausländerbehörde, 41456 Neuss", True),
        ("Musterfrau | Oberstr. 91 | 41460 Neuss", False),
        ("Neuss | Oberstr. 91 | 41460 Neuss", False),
        ("Rhein-Kreis Neuss | Erika Musterfrau | 41460 Neuss", False),
    ],
)
def test_the_sender_on_one_line_is_the_office(line: str, enters: bool) -> None:
    content = crossed(line, STATED)
    if enters:
        assert sorted(cells_of("crosstable", content)["value"]) == sorted(TOLERATED)
    else:
        assert "Zeile 1" in refusal("crosstable", content)
