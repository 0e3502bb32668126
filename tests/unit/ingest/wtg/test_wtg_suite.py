"""Each rule of the WTG suite: what breaks it, and what is just inside."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from wtg_workbooks import COMPLAINTS, DAY, INSPECTIONS, PLANS, SUPPORT, Sheets, put, read, small

from expectations.runner import Validation, validate
from kreishaus.datasets import dataset

CRITICAL, WARNING = "critical", "warning"
NEXT_DAY = DAY + timedelta(days=1)


def judged(sheets: Sheets) -> Validation:
    return validate(dataset("wtg/stichtag"), read(sheets))


def test_one_changed_cell_is_named_by_sheet_row_rule_expected_and_found() -> None:
    validation = judged(put(small(), "Belegung", 3, "plaetze_nicht_belegt", 3))
    assert not validation.passed
    (finding,) = validation.findings
    assert (finding.rule, finding.severity) == ("places_add_up", "critical")
    assert (finding.place, finding.row) == ("Belegung", "3 (B)")
    assert finding.column == "plaetze_belegt + plaetze_nicht_belegt"
    assert (finding.expected, finding.found) == ("40 (plaetze_vertrag)", "41 = 38 + 3")


@pytest.mark.parametrize(
    ("column", "empty", "value"),
    [
        ("plaetze_belegt", "plaetze_nicht_belegt", 109),
        ("plaetze_nicht_belegt", "plaetze_belegt", 41),
    ],
)
def test_one_number_alone_is_judged_against_the_places(column: str, empty: str, value: int) -> None:
    sheets = put(put(small(), "Belegung", 3, column, value), "Belegung", 3, empty, "k. A.")
    finding = next(one for one in judged(sheets).findings if one.rule == "places_add_up")
    assert (finding.severity, finding.place, finding.row) == (CRITICAL, "Belegung", "3 (B)")
    assert (finding.column, finding.expected, finding.found) == (
        column,
        "at most 40 (plaetze_vertrag)",
        str(value),
    )


def test_a_count_below_nothing_is_named_beside_one_that_is_not_known() -> None:
    """Two columns of one home: each is told with its own name, and an empty cell is no fault."""
    sheets = put(small(), "Belegung", 2, "einzelzimmer", None)
    put(sheets, "Belegung", 3, "einzelzimmer", -1)
    put(sheets, "Belegung", 3, "doppelzimmer", -2)
    validation = judged(sheets)
    assert not validation.passed
    told = [
        (one.rule, one.severity, one.place, one.row, one.column, one.expected, one.found)
        for one in validation.findings
    ]
    assert told == [
        ("not_negative", "critical", "Belegung", "3 (B)", "einzelzimmer", "at least 0", "-1"),
        ("not_negative", "critical", "Belegung", "3 (B)", "doppelzimmer", "at least 0", "-2"),
    ]
    assert {one.message for one in validation.findings} == {
        "einzelzimmer: at least 0. Nobody lives or works on less than nothing.",
        "doppelzimmer: at least 0. Nobody lives or works on less than nothing.",
    }


@dataclass(frozen=True)
class Case:
    """Cells of one home, and the rules that they break."""

    sheet: str
    cells: dict[str, object]
    broken: frozenset[tuple[str, str]]


def case(sheet: str, column: str, value: object, rule: str = "", severity: str = "") -> Case:
    return Case(sheet, {column: value}, frozenset({(rule, severity)} if rule else ()))


OVERBOOKED = {
    "plaetze_vertrag": 73,
    "plaetze_nicht_belegt": 0,
    "davon_nicht_belegbar": 0,
    "plaetze_frei_gemeldet": 0,
}

UNKNOWN = {"davon_nicht_belegbar": 0, "plaetze_frei_gemeldet": 0, "einzelzimmer": None}
"""Beside places not occupied that nobody knows."""

CASES = (
    case("Angebote", "ags", "Innenstadt", "ags_pattern", CRITICAL),
    case("Angebote", "angebotsform_wtg", "Heim", "angebotsform_wtg_known", CRITICAL),
    case("Angebote", "status", "offen", "status_known", CRITICAL),
    Case(
        "Angebote",
        {"freigabe_status": "vielleicht"},
        frozenset({("freigabe_status_known", CRITICAL), ("offer_released", WARNING)}),
    ),
    case("Angebote", "freigabe_status", "Entwurf", "offer_released", WARNING),
    case("Angebote", "freigabe_status", None),
    Case(
        "Angebote",
        {"betrieb_ab": "02.01.2020", "betrieb_bis": "01.01.2020"},
        frozenset({("operation_ends_after_start", CRITICAL)}),
    ),
    Case("Angebote", {"betrieb_ab": "01.01.2020", "betrieb_bis": "01.01.2020"}, frozenset()),
    case("Belegung", "plaetze_nicht_belegt", 6, "places_add_up", CRITICAL),
    case("Belegung", "plaetze_nicht_belegt", "k. A."),
    Case(
        "Belegung",
        {"davon_nicht_belegbar": 6, "plaetze_frei_gemeldet": 0},
        frozenset({("unusable_within_vacant", CRITICAL), ("free_within_vacant", WARNING)}),
    ),
    Case("Belegung", {"davon_nicht_belegbar": 5, "plaetze_frei_gemeldet": 0}, frozenset()),
    case("Belegung", "plaetze_frei_gemeldet", 4, "free_within_vacant", WARNING),
    case("Belegung", "plaetze_frei_gemeldet", 3),
    case("Belegung", "grund", None, "unusable_has_reason", CRITICAL),
    case("Belegung", "grund", "k. A.", "unusable_has_reason", CRITICAL),
    case("Belegung", "grund", "Wasserschaden", "reason_known", WARNING),
    Case("Belegung", {"davon_nicht_belegbar": 0, "grund": None}, frozenset()),
    case("Belegung", "davon_kzp_fixflex", 77, "short_term_within_places", CRITICAL),
    case("Belegung", "davon_kzp_fixflex", 76),
    case("Belegung", "davon_sonderbereich", 81, "special_unit_within_places", CRITICAL),
    case("Belegung", "davon_sonderbereich", 80),
    case("Belegung", "doppelzimmer", 21, "rooms_within_places", WARNING),
    case("Belegung", "doppelzimmer", 20),
    case("Belegung", "einzelzimmer", -1, "not_negative", CRITICAL),
    Case(
        "Belegung",
        {"plaetze_vertrag": 401, "plaetze_nicht_belegt": 326},
        frozenset({("places_plausible", WARNING)}),
    ),
    Case("Belegung", {"plaetze_vertrag": 400, "plaetze_nicht_belegt": 325}, frozenset()),
    Case(
        "Belegung",
        OVERBOOKED,
        frozenset({("places_add_up", CRITICAL), ("residents_within_places", CRITICAL)}),
    ),
    Case("Belegung", OVERBOOKED | {"ueberbelegung_genehmigt": "ja"}, frozenset()),
    Case(
        "Belegung",
        OVERBOOKED | {"ueberbelegung_genehmigt": "k. A."},
        frozenset({("places_add_up", CRITICAL), ("residents_within_places", CRITICAL)}),
    ),
    Case(
        "Belegung",
        OVERBOOKED | {"ueberbelegung_genehmigt": "ja", "plaetze_nicht_belegt": 1},
        frozenset({("places_add_up", CRITICAL)}),
    ),
    Case(
        "Belegung",
        {"ueberbelegung_genehmigt": "ja", "plaetze_nicht_belegt": 4},
        frozenset({("places_add_up", CRITICAL)}),
    ),
    *(
        Case(
            "Belegung",
            {"plaetze_nicht_belegt": none, **UNKNOWN, "plaetze_vertrag": 74},
            frozenset({("places_add_up", CRITICAL), ("residents_within_places", CRITICAL)}),
        )
        for none in (None, "k. A.")
    ),
    Case(
        "Belegung",
        {"plaetze_nicht_belegt": None, **UNKNOWN, "plaetze_vertrag": 75},
        frozenset(),
    ),
    Case(
        "Belegung",
        {
            "plaetze_nicht_belegt": None,
            **UNKNOWN,
            "plaetze_vertrag": 74,
            "ueberbelegung_genehmigt": "ja",
        },
        frozenset(),
    ),
    Case(
        "Belegung",
        {"plaetze_belegt": None, "plaetze_nicht_belegt": 81},
        frozenset({("places_add_up", CRITICAL)}),
    ),
    Case(
        "Belegung",
        {"plaetze_belegt": None, "plaetze_nicht_belegt": 81, "ueberbelegung_genehmigt": "ja"},
        frozenset({("places_add_up", CRITICAL)}),
    ),
    Case("Belegung", {"plaetze_belegt": None, "plaetze_nicht_belegt": 80}, frozenset()),
    Case("Belegung", {"plaetze_vertrag": None}, frozenset()),
    case("Bewohner", "pg3", 24, "residents_make_occupied", CRITICAL),
    case("Bewohner", "pg3", "k. A."),
    case("Bewohner", "unter_60", 76, "under_60_within_residents", CRITICAL),
    case("Bewohner", "unter_60", 75),
    case("Personal", "vk_hilfskraft", 12.02, "fte_add_up", CRITICAL),
    case("Personal", "vk_hilfskraft", 12.01),
    Case(
        "Personal",
        {"vk_fachkraft": 41, "vk_assistenz_1j": 0, "vk_hilfskraft": 0},
        frozenset(
            {
                ("fte_add_up", CRITICAL),
                ("skilled_within_fte", CRITICAL),
                ("quota_as_reported", WARNING),
            }
        ),
    ),
    case("Personal", "fachkraftquote_gemeldet", 56.1, "quota_as_reported", WARNING),
    case("Personal", "fachkraftquote_gemeldet", 56),
    case("Personal", "fachkraftquote_gemeldet", 0.55, "quota_as_reported", WARNING),
    case("Personal", "vk_pflege_gesamt", "k. A."),
    case("Personal", "wochenstunden_vollzeit", 390, "weekly_hours_plausible", WARNING),
)


def key(number: int) -> str:
    return f"A{number:02}"


@pytest.fixture(scope="module")
def validation() -> Validation:
    """One workbook, one home a case: every case spoils its own home."""
    sheets = {title: rows[:1] for title, rows in small().items()}
    for number, spoilt in enumerate(CASES):
        for title, rows in small().items():
            row = [*rows[1]]
            row[1] = key(number)
            if title == "Angebote":
                row[3] = f"Haus {number}"
            sheets[title].append(row)
        for column, value in spoilt.cells.items():
            put(sheets, spoilt.sheet, number + 2, column, value)
    return judged(sheets)


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: str(CASES[number].cells))
def test_each_rule_just_outside_and_just_inside(validation: Validation, number: int) -> None:
    row = f"{number + 2} ({key(number)})"
    told = {(f.rule, f.severity) for f in validation.findings if f.row == row}
    assert told == CASES[number].broken


def test_nothing_is_told_of_other_rows(validation: Validation) -> None:
    assert len(validation.findings) == sum(len(one.broken) for one in CASES)


REGISTERS: Sheets = {
    "Pruefungen": [
        [*INSPECTIONS],
        ["P1", "A", DAY, "Regelprüfung", "ja", "ja", None, 0, "nein", "nein"],
        ["P2", "A", DAY, "Besuch", "ja", "ja", None, 0, "nein", "nein"],
        ["P3", "A", None, "Anlassprüfung", "nein", "ja", None, 0, "nein", "nein"],
        ["P4", "A", DAY, "Corona-Kontrolle", "nein", "nein", None, 0, "nein", "nein"],
        ["P5", "A", NEXT_DAY, "Regelprüfung", "ja", "ja", None, 0, "nein", "nein"],
        ["P6", "A", NEXT_DAY, "Regelprüfung", "ja", "nein", "Corona", 0, "nein", "nein"],
    ],
    "Massnahmen": [
        [*COMPLAINTS],
        ["B1", "A", DAY, "ja", None, None, None, 0],
        ["B1", "B", None, "ja", None, None, None, 0],
        ["B2", "A", NEXT_DAY, "ja", None, None, None, 0],
        ["B3", "A", DAY, "ja", "Anordnung", NEXT_DAY, DAY, 0],
    ],
    "Planungen": [
        [*PLANS],
        ["V1", "05162", "tagespflege", 15, None, "geplant", None, None, None],
        ["V2", "051", "tagespflege", 15, None, "geplant", None, None, None],
        ["V3", "05162024", "Tagesstätte", 15, None, "erträumt", None, None, None],
    ],
    "Unterstuetzungsangebote": [
        [*SUPPORT],
        [DAY, "U1", "05162", "Gruppe", "nein"],
        [DAY, "U2", "05162", "Verein", "nein"],
    ],
}


def test_the_registers() -> None:
    sheets = small() | REGISTERS
    sheets["Belegung"].append([*sheets["Belegung"][1]])
    sheets["Angebote"][2][3] = sheets["Angebote"][1][3]
    sheets["Angebote"][2][13] = sheets["Angebote"][1][13]
    validation = judged(sheets)
    assert not validation.passed
    assert {(f.place, f.rule, f.severity, f.row) for f in validation.findings} == {
        ("Angebote", "offer_twice", CRITICAL, "3"),
        ("Belegung", "key_unique", CRITICAL, "2 (A)"),
        ("Belegung", "key_unique", CRITICAL, "4 (A)"),
        ("Pruefungen", "art_known", CRITICAL, "3 (P2)"),
        ("Pruefungen", "inspection_has_day", CRITICAL, "4 (P3)"),
        ("Pruefungen", "not_done_has_reason", WARNING, "5 (P4)"),
        ("Pruefungen", "done_before_date", WARNING, "6 (P5)"),
        ("Massnahmen", "received_before_date", WARNING, "4 (B2)"),
        ("Massnahmen", "measure_ends_after_start", WARNING, "5 (B3)"),
        ("Massnahmen", "key_unique", CRITICAL, "2 (B1)"),
        ("Massnahmen", "key_unique", CRITICAL, "3 (B1)"),
        ("Massnahmen", "complaint_has_day", CRITICAL, "3 (B1)"),
        ("Planungen", "ags_pattern", CRITICAL, "3 (V2)"),
        ("Planungen", "angebotsform_known", CRITICAL, "4 (V3)"),
        ("Planungen", "status_known", CRITICAL, "4 (V3)"),
        ("Unterstuetzungsangebote", "art_known", CRITICAL, "3 (U2)"),
    }


def test_what_the_parser_found_counts() -> None:
    validation = judged(put(small(), "Personal", 3, "pfad_id", "C"))
    assert not validation.passed
    assert [(f.rule, f.severity, f.row) for f in validation.findings] == [
        ("offer_unknown", CRITICAL, "3"),
        ("staff_not_reported", WARNING, "3"),
    ]


def test_every_sheet_and_the_join_are_judged_and_a_whole_workbook_passes() -> None:
    validation = judged(small())
    assert validation.passed
    assert validation.findings == ()
    assert {check.table_name for check in validation.checks} == {
        "angebote",
        "belegung",
        "bewohner",
        "belegung+bewohner",
        "personal",
        "pruefungen",
        "massnahmen",
        "planungen",
        "unterstuetzungsangebote",
    }
