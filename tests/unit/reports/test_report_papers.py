"""Papers from a handful of rows: breaks of the series, what is missing, exact and rounded."""

from __future__ import annotations

import json
from datetime import date

import duckdb
import pytest

from kreishaus.county_words import WORDS
from kreishaus.labels import translations
from kreishaus.labels.figure_origin import NO_NOTE, OriginNote, origin_note
from kreishaus.settings import County
from reports.layout import laid_out
from reports.marts import Marts, NoData
from reports.papers import NAMES, NoSuchPaper, paper
from reports.papers.parts import data_basis, data_checks
from reports.papers.refugees_county import comparison_sentence

# 8,000 recognised on 31.12.2021 and 8,500 on 31.03.2022, 450 of them under § 24: 50 without them.
RECOGNISED = {
    "comparison_code": "previous",
    "persons": 8500,
    "compared_reference_date": date(2021, 12, 31),
    "compared_stands_for_date": date(2021, 12, 31),
    "compared_persons": 8000,
    "break_flag": True,
    "break_label": "§ 24 AufenthG: vorübergehender Schutz (Ukraine)",
    "persons_without_section_24": 8050,
    "compared_persons_without_section_24": 8000,
}
STATUS = """
    create table refugees_by_status as select date '2022-03-31' as reference_date,
        date '2022-03-31' as stands_for_date, '05162' as region_code, code as status_group_code,
        label as status_group_label, persons,
        timestamptz '2022-04-20 10:00:00+00' as recorded_at, null::timestamptz as published_at
    from (values ('recognised', 'Anerkannte Flüchtlinge', 8500), ('pending', 'Im Verfahren', 1),
        ('tolerated', 'Geduldete', null), ('total', 'Insgesamt', 8501)
    ) as rows (code, label, persons)
"""
ROUNDED = "alter table refugees_by_status add column rounded_to integer default 5"
COUNTY = County(ags="05162", name="Märkischer Kreis")
OF_A_KREIS = WORDS["Kreis"]


def marts_of(*statements: str, note: OriginNote = NO_NOTE) -> Marts:
    connection = duckdb.connect()
    for statement in statements:
        connection.execute(statement)
    return Marts(connection, county=COUNTY, origin_note=note)


def told(marts: Marts, about: date = date(2022, 3, 31)) -> str:
    plain = laid_out(paper("refugees").write(marts, about))
    return json.dumps(plain, ensure_ascii=False)


def test_a_comparison_across_a_break_says_so_and_what_remains_without_it() -> None:
    assert comparison_sentence(RECOGNISED) == (
        "Gegenüber dem vorigen Stichtag 31.12.2021 (8.000) sind es 500 Personen mehr (+6,3 %). "
        "Dazwischen liegt ein Bruch der Reihe (§ 24 AufenthG: vorübergehender Schutz (Ukraine)). "
        "Ohne Personen mit einem Titel nach § 24 AufenthG ist die Zahl um 50 Personen gestiegen."
    )


@pytest.mark.parametrize(
    ("without", "ending"),
    [
        (7999, "ist die Zahl um 1 Person gesunken."),
        (8000, "ist die Zahl unverändert."),
        (8001, "ist die Zahl um 1 Person gestiegen."),
        (None, "(Ukraine))."),
    ],
)
def test_what_remains_without_the_break(without: int | None, ending: str) -> None:
    row = {**RECOGNISED, "persons_without_section_24": without}
    assert comparison_sentence(row).endswith(ending)


def test_a_break_that_counts_nobody_apart_has_no_second_number() -> None:
    """§ 104c: nobody knows who would still be tolerated."""
    row = {
        **RECOGNISED,
        "persons_without_section_24": 8500,
        "compared_persons_without_section_24": 8000,
    }
    assert comparison_sentence(row).endswith("(Ukraine)).")


def test_without_a_break_nothing_is_said_of_one() -> None:
    assert "Bruch" not in comparison_sentence({**RECOGNISED, "break_flag": False})


BROKEN = """
    create table refugees_comparison as select date '2022-03-31' as reference_date,
        '05162' as region_code, status as status_code, 'total' as margin, 'previous' as
        comparison_code, persons, date '2021-12-31' as compared_reference_date, date '2021-12-31'
        as compared_stands_for_date, compared as compared_persons, true as break_flag,
        '§ 24 AufenthG' as break_label, timestamptz '2022-04-20 10:00:00+00' as recorded_at
    from (values ('recognised', 8500, 8000), ('total', 8501, 8100)) as rows (
        status, persons, compared)
"""


def test_a_break_is_marked_in_text_and_chart() -> None:
    plain = laid_out(paper("refugees").write(marts_of(STATUS, BROKEN), date(2022, 3, 31)))
    series = next(one for one in plain["sections"] if one["title"] == "Entwicklung")
    picture = next(one for one in series["blocks"] if one["kind"] == "figure")
    note = "Bruch der Reihe zwischen 31.12.2021 und 31.03.2022: § 24 AufenthG."
    assert note in picture["notes"]
    assert 'id="break-2022-03-31"' in picture["svg"]
    assert "Dazwischen liegt ein Bruch der Reihe (§ 24 AufenthG)." in json.dumps(
        plain, ensure_ascii=False
    )


def test_a_report_of_the_series_alone_says_what_is_missing() -> None:
    said = told(marts_of(STATUS))
    for missing in (
        "Eine Kreuztabelle zum 31.03.2022 liegt nicht vor.",
        "Eine Gliederung nach Herkunftsländern liegt nicht vor.",
        "Eine Zählung nach Gemeinden liegt nicht vor.",
        "Eine Statistik des BAMF liegt nicht vor.",
        "liegen keine früher gedruckten Zahlen vor",
    ):
        assert missing in said
    assert "Am 31.03.2022 waren im Märkischen Kreis 8.501 Personen" in said
    assert "Im Verfahren: 1 Person, 0,0 % von allen." in said
    assert "Geduldete: keine bekannte Zahl von Personen." in said


def test_exact_figures_are_not_said_to_be_rounded_and_rounded_ones_are() -> None:
    exact, rounded = told(marts_of(STATUS)), told(marts_of(STATUS, ROUNDED))
    assert "Warum die Zahlen auf" not in exact and "wie vom Register gezählt" in exact
    assert "Warum die Zahlen auf 5 gerundet sind" in rounded
    assert "um bis zu 4 von der genauen abweichen" in rounded


def test_the_sample_is_marked_and_real_data_are_not() -> None:
    assert "Beispieldaten" in told(marts_of(STATUS, note=origin_note({"wtg": ["invented"]})))
    assert "Beispieldaten" not in told(marts_of(STATUS))


def test_nothing_to_print_names_the_mart() -> None:
    for name in NAMES:
        assert paper(name).dates(marts_of()) == []
    with pytest.raises(NoData) as empty:
        paper("demand").write(marts_of(), date(2024, 12, 31))
    assert empty.value.mart == "demand_forecast"
    with pytest.raises(NoSuchPaper, match="there are refugees, demand, wtg"):
        paper("annual")


RECONCILED = """
    create table reconciliation as select 'refugees_by_status' as mart, verdict, 'Vorlage' as
        document, 'Anlage 1' as place, 1 as column_number, row_number, label as row_label,
        'Personen' as column_label, 'Personen' as metric_label, printed as value_as_printed,
        0 as decimals_count, 'count' as kind, held as mart_value, reason as reason_label,
        day as reference_date, timestamptz '2022-04-20 10:00:00+00' as recorded_at
    from (values
        ('equal', 1, 'a', '5', 5, null, date '2021-09-30'),
        ('differs', 2, 'b', '-6', 7, 'Ein Tippfehler: siehe evidence', date '2021-09-30'),
        ('differs', 3, 'c', '8', 9, null, date '2022-09-30'),
        ('not_printed', 4, 'd', '', null, null, date '2021-09-30')
    ) as rows (verdict, row_number, label, printed, held, reason, day)
"""


def test_findings_are_those_about_the_subject_and_up_to_the_date() -> None:
    marts = marts_of(RECONCILED)
    checks = data_checks(marts, ["refugees_by_status"], date(2021, 9, 30))
    (table,) = checks.annex
    assert [line.cells for line in table.lines] == [
        ("Anlage 1", "Personen, b (Personen)", "\u22126", "7", "Ein Tippfehler")
    ]
    assert "3 Zahlen verglichen: 1 stimmen genau" in json.dumps(
        checks.section.blocks[0].text,
        ensure_ascii=False,  # type: ignore[union-attr]
    )
    assert len(data_checks(marts, ["refugees_by_status"], date(2022, 9, 30)).annex[0].lines) == 2
    assert data_checks(marts, ["complaints"], date(2022, 9, 30)).annex == ()


FRESH = """
    create table freshness as select id as dataset_id, calendar, newest as newest_reference_date,
        awaited as awaited_reference_date, due as due_date, late as is_late,
        files as files_in_quarantine_count
    from (values
        ('azr/series', '03-31', date '2021-09-30', date '2021-12-31', date '2022-03-01', true, 1),
        ('bamf/hkl', 'every month; due', date '2021-09-01', date '2021-10-01', date '2021-11-20',
            false, 0),
        ('bamf/report', 'it has ended', date '2016-04-01', null, null, false, 2)
    ) as rows (id, calendar, newest, awaited, due, late, files)
"""


def test_the_data_basis_says_what_is_late_and_what_is_in_quarantine() -> None:
    section = data_basis(
        marts_of(FRESH), ("azr/series", "bamf/hkl", "bamf/report", "wtg/register"), ()
    )
    lines = section.blocks[0].lines  # type: ignore[union-attr]
    assert [line.cells[1:] for line in lines] == [
        ("30.09.2021", "31.12.2021", "überfällig seit 01.03.2022; 1 Datei in Quarantäne"),
        ("September 2021", "Oktober 2021", "pünktlich"),
        ("01.04.2016", "–", "keine weitere erwartet; 2 Dateien in Quarantäne"),
    ]


def test_statements_keep_their_dates_and_numbers() -> None:
    assert translations.caveats(
        ["staff of 2021-11-01; rates of the county", None, "staff of 2021-11-01"], OF_A_KREIS
    ) == [
        "Personal vom 01.11.2021",
        "für Gemeinden gelten die Quoten des Kreises",
    ]
    assert (
        translations.translated(
            "reasons",
            "Permanent residents of homes stood still in the Land (163,548 in 2017 and 164,126 in "
            "2023); demand_trend shows what the data give",
            OF_A_KREIS,
        )
        == "die Zahl der Dauerbewohner stand im Land still (163.548 im Jahr 2017, 164.126 im "
        "Jahr 2023)"
    )
    assert translations.translated("caveats", "never heard of", OF_A_KREIS) == "never heard of"
    assert not translations.is_known("caveats", "never heard of")
