"""True tables in other hands' writing: they are read with the right numbers, or refused by cause.

The figures are made up, small enough to be added up by hand. Each kind was refused before.
"""

import re
from collections.abc import Callable
from datetime import date

import pytest
from azr_workbooks import (
    CROSSTABLE,
    Table,
    as_xls,
    as_xlsx,
    at_the_door,
    changed,
    kept,
    sheet_of,
)

from kreishaus.model import FileRejected
from kreishaus.wording import in_language, text_of

GROUPS = (
    *("Männlich", "Weiblich", "Unbek.", "k.A.", "Gesamt"),
    *("bis 16", "16 - 18", "18 - 25", "25 - 35", "35 - 45", "45 - 55", "55 - 65", "Ab 65", "k.A."),
)
TOLERATED = (60, 40, 0, 0, 100, 30, 5, 10, 20, 15, 10, 6, 4, 0)
PENDING = (50, 30, 1, 0, 81, 20, 4, 9, 18, 13, 9, 5, 3, 0)
CODES = (
    *("sex/male", "sex/female", "sex/unknown", "sex/not_stated", "total/total"),
    *("age/0_15", "age/16_17", "age/18_24", "age/25_34", "age/35_44", "age/45_54"),
    *("age/55_64", "age/65_plus", "age/not_stated"),
)
STATED = "Stand: 31.12.2022"


def crossed(content: bytes, label: str = "AZR_Kreuztabelle.xlsx") -> dict[tuple[str, str], int]:
    cells = kept("crosstable", content, label).tables["cells"]
    assert set(cells["reference_date"]) == {date(2022, 12, 31)}
    return {
        (row.status_code, f"{row.margin}/{row.group_code}"): row.value for row in cells.itertuples()
    }


def expected(*statuses: str) -> dict[tuple[str, str], int]:
    counts = {"tolerated": TOLERATED, "pending": PENDING}
    return {
        (status, code): count
        for status in statuses
        for code, count in zip(CODES, counts[status], strict=True)
    }


def small(label_head: str, *heads: str, tolerated: str = "Aussetzung der Abschiebung") -> bytes:
    pending = "Flüchtlinge im Verfahren"
    rows = ([tolerated, *TOLERATED], [pending, *PENDING])
    return sheet_of([STATED], [label_head, *(heads or GROUPS)], *rows)


def with_ages(*ages: str) -> bytes:
    return small("Status", *GROUPS[:5], *ages, "k.A.")


IN_OTHER_WORDS = {
    "two words for the labels": small("Aufenthaltstitel / Status"),
    "an adjective before the labels' head": small("Aufenthaltsrechtlicher Status"),
    "no head over the labels": small(""),
    "soft hyphens and breaks in heads": small(
        "Aufenthalts\u00adstatus", *(head.replace("Ges", "Ge\u00ads") for head in GROUPS)
    ),
    "signs for ages": with_ages(
        "<16", "16-<18", "18-<25", "25-<35", "35-<45", "45-<55", "55-<65", "≥65"
    ),
    "both ends of ages": with_ages(
        "0–15", "16–17", "18–24", "25–34", "35–44", "45–54", "55–64", "65 u. ä."
    ),
    "ages in words": with_ages(
        "15 und jünger", "16- bis 17-Jährige", "18 bis 24 Jahre", "25 bis 34 J.", "35 bis 44 J.",
        "45 bis 54 Jahre", "von 55 bis 64", "über 64",
    ),
    "another word for the status": small("Status", tolerated="Duldungen"),
    "the status in brackets": small("Status", tolerated="Aussetzung der Abschiebung (Duldung)"),
}  # fmt: skip


@pytest.mark.parametrize("kind", IN_OTHER_WORDS)
def test_cross_tables_in_other_words(kind: str) -> None:
    assert crossed(IN_OTHER_WORDS[kind]) == expected("tolerated", "pending")


@pytest.mark.parametrize("age", ["unter 17", "bis einschl. 16", "<= 16", "0-18"])
def test_an_age_that_is_no_groups_is_refused_by_its_head(age: str) -> None:
    ages = (age, *GROUPS[6:13])
    assert "row 2, column G: not understood" in refusal(with_ages(*ages))


def test_a_cross_table_turned_round() -> None:
    groups = [*GROUPS[:4], *GROUPS[5:]]
    counts = dict(zip(CODES, zip(TOLERATED, PENDING, strict=True), strict=True))
    lines = [
        [name, *counts[code]] for name, code in zip(groups, [*CODES[:4], *CODES[5:]], strict=True)
    ]
    content = sheet_of(
        [STATED],
        ["Merkmal", "Duldung", "Flüchtlinge im Verfahren"],
        ["Gesamt", *counts["total/total"]],
        ["Geschlecht"],
        *lines[:4],
        ["Altersgruppen"],
        *lines[4:],
    )
    assert crossed(content) == expected("tolerated", "pending")


def test_a_short_label_counts_where_the_table_tells_what_it_is_not() -> None:
    short = ["NE § 26 Abs. 4", *TOLERATED]
    other = ["NE § 26 Abs. 4 (Resettlement)", *PENDING]
    heads = ["Status", *GROUPS]
    both = crossed(sheet_of([STATED], heads, short, other))
    assert both["settlement_26_4", "total/total"] == 100
    assert both["settlement_26_4_resettlement", "total/total"] == 81
    alone = refusal(sheet_of([STATED], heads, short), "crosstable")
    assert "a label that may mean two statuses" in alone


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("Flüchtlinge im Rhein-Kreis Neuss am 31. Dezember 2022", True),
        ("AZR-Kreuztabelle 31.12.2022", True),
        ("Flüchtlinge am 31. Dezember 2022, erstellt am 12.01.2023", True),
        ("Flüchtlinge, Vorlage zur Sitzung am 31.12.2022", False),
        ("Flüchtlinge, Abruf am 31.12.2022", False),
        ("Flüchtlinge am 30. Dezember 2022", False),
    ],
)
def test_the_day_in_a_title_counts_if_it_ends_a_month_and_is_of_nothing_else(
    title: str, day: bool
) -> None:
    content = sheet_of([title], ["Status", *GROUPS], ["Duldung", *TOLERATED])
    if day:
        assert crossed(content) == expected("tolerated")
    else:
        assert "no reference date in title, notes and name of the file: write 'Stand" in refusal(
            content, "crosstable"
        )


# Series

DAYS = (date(2020, 9, 30), date(2020, 12, 31), date(2021, 3, 31))
GROUPS_OF_SERIES = {
    "Anerkannte Flüchtlinge": (7365, 7458, 7547),
    "Duldungen": (1331, 1358, 1360),
}
SERIES_EXPECTED = {
    (code, day): count
    for code, counts in zip(("recognised", "tolerated"), GROUPS_OF_SERIES.values(), strict=True)
    for day, count in zip(DAYS, counts, strict=True)
}


def counted(content: bytes, label: str = "AZR_Zeitreihe.xlsx") -> dict[tuple[str, date], int]:
    cells = kept("series", content, label).tables["cells"]
    return {(row.status_code, row.reference_date): row.value for row in cells.itertuples()}


def series_of(*heads: list[object], more: tuple[object, ...] = ()) -> bytes:
    return sheet_of(*heads, *([name, *counts, *more] for name, counts in GROUPS_OF_SERIES.items()))


LONG = [
    [f"{day:%Y-%m-%d}", name, count]
    for at, day in enumerate(DAYS)
    for name, count in ((name, counts[at]) for name, counts in GROUPS_OF_SERIES.items())
]
SERIES_KINDS = {
    "the year above months": series_of(
        ["Bezeichnung", 2020, None, 2021], [None, "Sep", "Dez", "Mrz"]
    ),
    "the year above days": series_of(
        ["Status", "2020", None, "2021"], [None, "30. Sept.", "31. Dez.", "31. März"]
    ),
    "the year above quarters": series_of(
        ["Status", "2020", None, "2021"], [None, "III", "IV", "I. Quartal"]
    ),
    "quarters in Roman numbers": series_of(["Status", "III/2020", "IV/2020", "I/2021"]),
    "quarters with a Q": series_of(["Status", "2020/Q3", "Q4/20", "Q1 2021"]),
    "a footnote mark behind a head": series_of(
        ["Status", "Sep 20¹)", "Dez 2020 1)", "Mrz 2021*"], more=()
    ),
    "a change beside the dates": series_of(
        ["Status", "Sep 2020", "Dez 2020", "Mrz 2021", "Veränderung zum Vorjahr in %"],
        more=("-2,7",),
    ),
    "long form": sheet_of(["stichtag", "status", "anzahl"], *LONG),
}


@pytest.mark.parametrize("kind", SERIES_KINDS)
def test_series_in_other_hands(kind: str) -> None:
    assert counted(SERIES_KINDS[kind]) == SERIES_EXPECTED


@pytest.mark.parametrize("over", ["Veränderung", "Vorjahr", "Veränderung zum Vorjahr in %"])
def test_changes_at_dates_are_no_counts(over: str) -> None:
    content = series_of(["Status", over, None, None], [None, "Sep 2020", "Dez 2020", "Mrz 2021"])
    refusal(content, "series")


def test_a_sum_of_other_rows_is_not_the_total() -> None:
    rows = (["Familiäre Gründe Syrien", *TOLERATED], ["Summe", *TOLERATED])
    said = refusal(sheet_of([STATED], ["Status", *GROUPS], *rows), "crosstable")
    assert "a label that may mean two statuses" in said


def test_heads_that_may_be_months_or_quarters_are_refused() -> None:
    content = series_of(["Status", "3/2020", "4/2020", "1/2021"])
    assert "a month (04/2021, Apr 2021) or a quarter (IV/2021" in refusal(content, "series")


@pytest.mark.parametrize(
    "lines",
    [
        LONG[:-1],  # a date without one of the statuses
        [*LONG[:-1], LONG[0]],  # one twice
        [[line[0].replace("-30", "-17"), *line[1:]] for line in LONG],  # days as people are born
        [[day, "Erika Musterfrau", 1] for day, _, _ in LONG],
        [[day, name, 1] for day, name, _ in LONG],
    ],
)
def test_a_list_of_persons_is_no_long_form(lines: list[list[object]]) -> None:
    refusal(sheet_of(["stichtag", "status", "anzahl"], *lines), "series")


def test_dates_of_birth_beside_a_long_form_are_refused() -> None:
    born = (["17.03.2004"], ["02.11.2001"], ["23.05.2010"])
    refusal(sheet_of(["stichtag", "status", "anzahl"], *LONG, [], *born), "series")


# Municipalities

TOWNS = (
    *(("Dormagen", 81), ("Grevenbroich", 74), ("Jüchen", 15), ("Kaarst", 37)),
    *(("Korschenbroich", 20), ("Meerbusch", 74), ("Neuss", 285), ("Rommerskirchen", 9)),
)
TOTAL = ("Kreis gesamt", 595)


def by_town(content: bytes) -> dict[str, int]:
    cells = kept("municipalities", content, "AZR_Gemeinden.xlsx").tables["cells"]
    assert set(cells["reference_date"]) == {date(2021, 12, 31)}
    totals = cells[cells["sex_code"] == "total"]
    return dict(zip(totals["region_code"], totals["value"], strict=True))


def towns(*heads: list[object], more: tuple[object, ...] = ()) -> list[list[object]]:
    return [*heads, *([name, count, *more] for name, count in (*TOWNS, TOTAL))]


MUNICIPAL = {
    "Name over the municipalities": towns(["Stichtag 31.12.2021"], ["Name", "Personen insgesamt"]),
    "a part and a change beside": towns(
        ["Stichtag 31.12.2021"],
        ["Gemeinde", "Insgesamt", "darunter EU-Bürger", "Anteil in %"],
        more=(3, "2,5 %"),
    ),
    "last year beside": towns(
        ["Stadt / Gemeinde", "31.12.2021", "Vorjahr", "Veränderung in %"],
        [None, "Insgesamt", "Insgesamt", None],
        more=(500, -0.7),
    ),
}


@pytest.mark.parametrize("kind", MUNICIPAL)
@pytest.mark.parametrize("save", [as_xlsx, as_xls])
def test_municipalities_in_other_hands(kind: str, save: Callable[[Table], bytes]) -> None:
    found = by_town(save(Table("Tabelle1", MUNICIPAL[kind])))
    assert (len(found), found["05162"], found["05162024"]) == (9, 595, 285)


def test_two_years_side_by_side_are_not_taken_for_one() -> None:
    heads = ["Gemeinde", "31.12.2021", "31.12.2020"], [None, "Insgesamt", "Insgesamt"]
    batch = kept("municipalities", sheet_of(*towns(*heads, more=(500,))), "AZR_Stand.xlsx")
    cells = batch.tables["cells"]
    assert {f"{day}" for day in cells["reference_date"]} == {"2021-12-31"}
    assert cells["value"].tolist() == [count for _, count in (*TOWNS, TOTAL)]


def test_a_day_above_the_heads_that_ends_no_month_is_refused() -> None:
    content = towns(["Gemeinde", "12.03.2004"], [None, "Insgesamt"])
    assert "row 1, column B: not understood" in refusal(sheet_of(*content), "municipalities")


def test_a_name_of_a_person_under_the_head_of_municipalities_is_refused() -> None:
    rows = [*TOWNS, TOTAL, ("Erika Musterfrau", 3)]
    content = sheet_of(["Stichtag 31.12.2021"], ["Name", "Insgesamt"], *rows)
    said = refusal(content, "municipalities")
    assert "Musterfrau" not in said


# Refusals say the cause once


def refusal(content: bytes, dataset: str = "") -> str:
    with pytest.raises(FileRejected) as refused:
        if dataset:
            kept(dataset, content, "AZR_Stand.xlsx")
        else:
            at_the_door(content)
    return str(refused.value)


def test_one_unknown_head_is_one_cause() -> None:
    content = sheet_of(
        [STATED],
        ["Status", *GROUPS, "Geheimwort"],
        ["Duldung", *TOLERATED, 7],
        ["Summe", *PENDING, 8],
    )
    said = refusal(content)
    assert said.startswith("sheet 1, row 2, column P: not understood (one word, ten letters)")
    assert "expected a group by sex or age" in said
    assert "row 3" not in said and "Geheimwort" not in said


def test_one_unknown_label_is_one_cause() -> None:
    content = sheet_of(
        [STATED], ["Status", *GROUPS], ["Geheimwort", *TOLERATED], ["Summe", *PENDING]
    )
    said = refusal(content)
    assert said.startswith("sheet 1, row 3, column A: not understood (one word, ten letters)")
    assert "column B" not in said and "Geheimwort" not in said


def test_a_point_for_thousands_that_became_a_decimal_one_is_said() -> None:
    content = sheet_of([STATED], ["Status", *GROUPS], ["Duldung", 240.078, *TOLERATED[1:]])
    said = refusal(content)
    assert "row 3, column B" in said
    assert "if the point stands for thousands, type the number without it" in said
    assert "240" not in said


def test_formulas_never_calculated_are_one_finding() -> None:
    def formulas(sheet) -> None:  # type: ignore[no-untyped-def]
        for row in range(7, 12):
            sheet.cell(row, 7).value = "=1+1"

    said = refusal(changed(CROSSTABLE, formulas), "crosstable")
    assert said.count("a formula that was never calculated") == 1
    assert "row 7 to 11, column G" in said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            (["Aufenthaltsstatus", "Geheimwort", "Weiblich", "Gesamt"], ["Duldung", 1, 2, 3]),
            r"row 1 is most like the heads of statuses by sex and age; missing: Geschlecht k\.A\., "
            r"Geschlecht Männlich, Geschlecht Unbek\., and 9 more; not understood in it: column B "
            r"\(one word, ten letters\)",
        ),
        (
            (["Ort", "Geheimwort", "m"], ["Neuss", 12, 3]),
            r"most like the heads of municipalities; missing: the head of the names",
        ),
        ((["Geheimwort", "b", "c"], ["Neuss", 12, 3]), r"no row is like one of heads"),
    ],
)
def test_the_row_most_like_heads_is_named_by_place_and_form(
    rows: tuple[list[object], ...], said: str
) -> None:
    refused = refusal(sheet_of(*rows))
    assert re.search(said, refused)
    assert "expected one row of heads: statuses by sex and age" in refused
    assert "Geheimwort" not in refused


def test_the_refusal_of_a_head_is_said_in_german() -> None:
    with pytest.raises(FileRejected) as refused:
        at_the_door(sheet_of(["Ort", "Geheimwort", "m"], ["Neuss", 12, 3]))
    german = in_language(text_of(refused.value), "de")
    assert "Zeile 1 ähnelt am ehesten der Kopfzeile einer Tabelle nach Gemeinden" in german
    assert "Von dieser Datei wurde nichts aufbewahrt" in german
