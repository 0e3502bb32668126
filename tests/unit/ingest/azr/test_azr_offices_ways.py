"""Harmless aggregates as offices write them: they pass the door, and the numbers are right.

The figures are made up, small enough to be added up by hand.
"""

from datetime import date

import pytest
from azr_workbooks import (
    CROSSTABLE,
    SERIES,
    Table,
    as_text,
    as_xlsx,
    at_the_door,
    kept,
    municipalities_of,
    origin,
    sample,
    sheet_of,
    table_of,
    with_part_changed,
)

from ingest.azr import crosstable, series
from kreishaus.model import UnreadableFile

TOWNS = (
    ("05162004", "41539", "Dormagen", 81),
    ("05162008", "41515", "Grevenbroich", 74),
    ("05162012", "41363", "Jüchen", 15),
    ("05162016", "41564", "Kaarst", 37),
    ("05162020", "41352", "Korschenbroich", 20),
    ("05162022", "40667", "Meerbusch", 74),
    ("05162024", "41460", "Neuss", 285),
    ("05162028", "41569", "Rommerskirchen", 9),
)
ALL = ("Kreis insgesamt", 595)
COUNTED = {code: count for code, _, _, count in TOWNS} | {"05162": 595}
STATED = ["Stichtag: 31.03.2021"]
BY_NAME = [[name, count] for _, _, name, count in TOWNS]
LABEL = "AZR_Gemeinden_2021-03-31.xlsx"


def by_town(content: bytes, label: str = LABEL) -> dict[str, int]:
    cells = kept("municipalities", content, label).tables["cells"]
    totals = cells[cells["sex_code"] == "total"]
    assert set(cells["reference_date"]) == {date(2021, 3, 31)}
    return dict(zip(totals["region_code"], totals["value"], strict=True))


def titled(*lines: str) -> bytes:
    return sheet_of(*([line] for line in lines), ["Wohnort", "Anzahl Personen"], *BY_NAME, ALL)


def with_line_breaks() -> bytes:
    """Excel writes a line break of Windows as "_x000D_" and a line feed."""
    content = sheet_of(STATED, ["Gemeinde", "Ins-X\ngesamt"], *BY_NAME, ALL)
    return with_part_changed(content, "xl/worksheets/sheet1.xml", "Ins-X\n", "Ins-_x000D_\n")


MUNICIPAL = {
    "place of residence, number of persons": titled("Stichtag: 31.03.2021"),
    "reference date of an evaluation": titled("Auswertungsstichtag: 31.03.2021"),
    "titles and a source": titled(
        "Ausländische Bevölkerung im Rhein-Kreis Neuss nach Städten und Gemeinden",
        "Stand: 31.03.2021; Datenquelle: AZR, Abruf am 14.04.2021",
    ),
    "of the federal office": titled(
        "Bundesverwaltungsamt - Ausländerzentralregister",
        "Auswertung: AZR-Statistik 12, Bestand, ABH 05162000",
        "Auswertungsstichtag: 31.03.2021",
        "Erstellt am: 14.04.2021 07:32:11  Benutzer: ABH05162K07",
    ),
    "letterhead": titled(
        "Rhein-Kreis Neuss - Der Landrat",
        "Auskunft erteilt: Frau Beispiel",
        "Zimmer: 2.14",
        "Telefon: 02131 928-5012  Telefax: 02131 928-5099",
        "E-Mail: amt@kreis.example",
        "Az.: 32.1-12/2021",
        "Stichtag 31.03.2021",
    ),
    "letterhead in two cells": sheet_of(
        ["Name:", "Frau Beispiel"],
        ["Telefon:", "02131 928-5012"],
        STATED,
        ["Gemeinde", "Insgesamt"],
        *BY_NAME,
        ALL,
    ),
    "postcode before the name": sheet_of(
        STATED, ["Ort", "Personen"], *([f"{code} {name}", n] for _, code, name, n in TOWNS), ALL
    ),
    "postcode in a column": sheet_of(
        STATED, ["PLZ", "Ort", "Summe"], *([c, name, n] for _, c, name, n in TOWNS), [None, *ALL]
    ),
    "columns numbered": sheet_of(
        STATED,
        ["AGS", "Gemeinde", "Insgesamt"],
        [1, 2, 3],
        *([key, name, n] for key, _, name, n in TOWNS),
        ["05162", "Rhein-Kreis Neuss", 595],
    ),
    "a unit below each head": sheet_of(
        STATED, ["Gemeinde", "Insgesamt"], [None, "Anzahl"], *BY_NAME, ALL
    ),
    "heads in two rows": sheet_of(
        STATED,
        ["Gemeinde", "Insgesamt", "davon", None],
        [None, None, "männlich", "weiblich"],
        *([name, n, n - 5, 5] for name, n in BY_NAME),
        [*ALL, 555, 40],
    ),
    "a broken word in a head": with_line_breaks(),
    "a line break in a quoted head": (
        'Stichtag: 31.03.2021\r\nGemeinde;"Insgesamt\n(Personen)"\r\n'
        + "".join(f"{name};{count}\r\n" for name, count in [*BY_NAME, ALL])
    ).encode("cp1252"),
    "a page number and a legend": sheet_of(
        STATED,
        ["Gemeinde", "Insgesamt"],
        *BY_NAME,
        ALL,
        ["1) Personen mit Hauptwohnung"],
        ["Unbek. = unbekannt"],
        ["Seite 1 von 1"],
    ),
}


@pytest.mark.parametrize("way", MUNICIPAL)
def test_persons_by_municipality(way):
    assert by_town(MUNICIPAL[way]) == COUNTED


def with_sexes(*rows: tuple[str, object, object, object]) -> bytes:
    return sheet_of(STATED, ["Gemeinde", "Insgesamt", "männlich", "divers"], *rows)


def test_empty_is_zero_where_the_sums_of_row_and_column_say_so():
    rows = [(name, count, count, None) for name, count in BY_NAME]
    content = with_sexes(*rows, (*ALL, 595, None))
    assert by_town(content) == COUNTED
    batch = municipalities_of(content, origin(LABEL))
    cells = batch.tables["cells"]
    assert cells[cells["sex_code"] == "diverse"]["value"].tolist() == [0] * 9
    (warning,) = batch.findings
    assert (warning.rule, warning.severity) == ("empty_is_zero", "warning")
    assert warning.found == "nothing in D3, D4, D5, D6, D7, D8, D9, D10, D11"


@pytest.mark.parametrize(
    ("town", "county"),
    [((9, 8, None), (595, 594, 1)), ((9, 9, None), (595, 595, 1)), ((None, 9, 0), (595, 595, 0))],
    ids=["the row lacks one", "the column lacks one", "the total itself is empty"],
)
def test_empty_is_no_zero_where_one_sum_does_not_hold(town, county):
    rows = [(name, count, count, 0) for name, count in BY_NAME[:-1]]
    content = with_sexes(*rows, ("Rommerskirchen", *town), ("Kreis insgesamt", *county))
    at_the_door(content)
    with pytest.raises(UnreadableFile) as refusal:
        municipalities_of(content, origin(LABEL))
    assert ("number", "nothing") in {(f.rule, f.found) for f in refusal.value.findings}


def counts_of(content: bytes, label: str = CROSSTABLE) -> dict[tuple[str, str, str], int]:
    cells = kept("crosstable", content, label).tables["cells"]
    keys = zip(cells["status_code"], cells["margin"], cells["group_code"], strict=True)
    return dict(zip(keys, cells["value"], strict=True))


def relabelled(old: str, new: str) -> Table:
    return table_of(CROSSTABLE).with_cells(
        lambda value: value.replace(old, new) if isinstance(value, str) else value
    )


def in_other_words() -> Table:
    table = (
        table_of(CROSSTABLE).with_value(5, 8, "Alter in Jahren").with_value(6, 3, "keine Angabe")
    )
    return table.with_value(6, 8, "keine Angabe").row_inserted(7, None, None, *["Anzahl"] * 14)


CROSS = {
    "keine Angabe, Alter in Jahren, units": as_xlsx(in_other_words()),
    "davon": as_xlsx(relabelled("darunter", "davon")),
    "davon with a colon": as_xlsx(relabelled("darunter", "davon:")),
    "evaluation's reference date, no date in the name": as_xlsx(
        relabelled("Stand: 30.09.2021", "Auswertungsstichtag: 30.09.2021")
    ),
}


@pytest.mark.parametrize("way", CROSS)
def test_statuses_by_sex_and_age(way):
    label = "AZR_Kreuztabelle.xlsx" if "no date" in way else CROSSTABLE
    found = counts_of(CROSS[way], label)
    assert len(found) == 23 * 14
    assert found["pending_syria", "sex", "male"] == 97
    assert found["total", "total", "total"] == 9720
    assert found["recognised", "age", "0_15"] == 2048
    assert found["tolerated", "age", "not_stated"] == 0


def test_empty_cells_of_the_cross_table_are_zero():
    """No person of unknown sex or age: columns C and H are 0 in every row."""
    table = table_of(CROSSTABLE).with_value(7, 3, None).with_value(7, 10, None)
    content = as_xlsx(table)
    assert counts_of(content) == counts_of(sample(CROSSTABLE))
    (warning,) = crosstable.parse(content, origin(CROSSTABLE)).findings
    assert warning.found == "nothing in C7, J7"


DATES = (date(2017, 6, 30), date(2017, 9, 30), date(2017, 12, 31))
STATUSES = ("Anerkannte Flüchtlinge", "Flüchtlinge im Verfahren", "Aussetzung der Abschiebung")
COUNTS = ((54, 27, 10), (59, 25, 11), (61, 24, 12))
CODES = ("recognised", "pending", "tolerated")


def across(*heads: object) -> bytes:
    rows = ([label, *(row[at] for row in COUNTS)] for at, label in enumerate(STATUSES))
    return sheet_of(["Rhein-Kreis Neuss"], [], ["Bezeichnung", *heads], *rows)


def down(heads: list[str], counts: list[tuple[int, ...]]) -> bytes:
    rows = ([head, *row] for head, row in zip(heads, counts, strict=True))
    return sheet_of(
        ["Rhein-Kreis Neuss"],
        ["Stand: 31.12.2017"],
        ["Stichtag", *STATUSES],
        *rows,
        [],
        ["Quelle: Ausländerzentralregister"],
    )


SERIAL = {
    "numbered months": across("06/2017", "09/2017", "12/2017"),
    "numbered months with points": across("06.2017", "09.2017", "12.2017"),
    "Roman quarters": across("II. Quartal 2017", "III. Quartal 2017", "IV. Quartal 2017"),
    "quarters": across("2. Quartal 2017", "3. Quartal 2017", "4. Quartal 2017"),
    "short quarters": across("Q2 2017", "Q3/2017", "Q4 2017"),
    "days": across("30.06.2017", "Stand 30.09.2017", "31.12.2017"),
    "down": down(["30.06.2017", "30.09.2017", "31.12.2017"], list(COUNTS)),
    "down, months": down(["Juni 2017", "09/2017", "IV. Quartal 2017"], list(COUNTS)),
    "down, newest first": down(["Dez 2017", "Sep 2017", "Jun 2017"], list(COUNTS[::-1])),
}


@pytest.mark.parametrize("way", SERIAL)
def test_statuses_by_reference_date(way):
    cells = kept("series", SERIAL[way], SERIES).tables["cells"]
    keys = zip(cells["reference_date"], cells["status_code"], strict=True)
    assert dict(zip(keys, cells["value"], strict=True)) == {
        (day, code): count
        for day, row in zip(DATES, COUNTS, strict=True)
        for code, count in zip(CODES, row, strict=True)
    }


def test_a_bad_cell_of_a_series_that_runs_down_is_named_where_it_stands():
    content = down(["Jun 2017", "Sep 2017", "Dez 2017"], [*COUNTS[:2], (61, None, 12)])
    with pytest.raises(UnreadableFile) as refusal:
        series.parse(content, origin(SERIES))
    (finding,) = refusal.value.findings
    assert (finding.row, finding.column) == ("6", "C (Flüchtlinge im Verfahren)")


def test_a_series_of_a_csv_runs_down_too():
    rows = [["Stichtag", *STATUSES], *(["30.06.2017", 54, 27, 10], ["30.09.2017", 59, 25, 11])]
    content = as_text(Table("CSV", [list(row) for row in rows]))
    cells = kept("series", content, SERIES).tables["cells"]
    assert sorted(cells["value"]) == [10, 11, 25, 27, 54, 59]
