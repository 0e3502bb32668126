"""The German words of the catalogue are there for everything that it shows."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalogue import labels
from catalogue.pages import TEMPLATES
from dashboards.contracts import read_marts
from kreishaus.calendars import Daily, MonthDays, Monthly, NoCalendar
from kreishaus.county_words import WORDS
from warehouse.build import PROJECT
from warehouse.marts import Column, Mart

OF_A_KREIS = WORDS["Kreis"]
QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))

MARTS = PROJECT / "models" / "marts"


@cache
def metas() -> dict[str, dict[str, Any]]:
    found = {}
    for path in sorted(MARTS.rglob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models") or []:
            found[model["name"]] = model["config"]["meta"]
    return found


def test_every_mart_has_a_german_title_and_says_in_a_sentence_what_it_is() -> None:
    """Who adds a mart gives it ``title_de`` and ``description_de`` in the meta of its yml."""
    titles = {name: meta.get("title_de", "") for name, meta in metas().items()}
    assert [name for name, title in titles.items() if not 5 < len(title) < 60] == []
    assert len(set(titles.values())) == len(titles)
    about = {name: meta.get("description_de", "") for name, meta in metas().items()}
    assert [name for name, text in about.items() if not text.endswith(".")] == []


def test_every_folder_of_marts_is_a_section() -> None:
    folders = {path.parent.name for path in MARTS.rglob("*.sql")}
    assert folders <= set(labels.domains(OF_A_KREIS))
    assert labels.domain("new", OF_A_KREIS).title == "new"


@pytest.mark.parametrize(
    ("calendar", "said"),
    [
        (Daily(lag_days=1), "täglich; fällig 1 Tag später"),
        (Monthly(lag_days=20), "monatlich; fällig 20 Tage nach Monatsende"),
        (
            MonthDays(days=QUARTER_ENDS, lag_days=60),
            "31. März, 30. Juni, 30. September, 31. Dezember; fällig 60 Tage später",
        ),
        (
            MonthDays(days=((12, 15),), lag_days=400, every_years=2),
            "15. Dezember, alle 2 Jahre (ab 2019); fällig 400 Tage später",
        ),
        (NoCalendar(), "ohne Kalender: sobald jemand sie bringt"),
    ],
)
def test_calendars_in_german(calendar: Any, said: str) -> None:
    assert labels.calendar(calendar) == said


@pytest.mark.parametrize(
    ("name", "description", "data_type", "unit"),
    [
        ("vacant_places", "Not occupied.", "bigint", "Plätze"),
        ("vacancy_share", "vacant / places, a fraction.", "double", "Anteil, 0 bis 1"),
        ("skilled_fte", "Skilled staff.", "double", "Vollzeitkräfte"),
        ("applications_total", "Applications in the month. Count.", "bigint", "Anzahl"),
        ("region_code", "Persons. Key as text.", "varchar", ""),
        ("nothing", "Says no unit.", "double", ""),
    ],
)
def test_units(name: str, description: str, data_type: str, unit: str) -> None:
    assert labels.unit(name, Column(description, data_type)) == unit


def test_nearly_every_number_of_a_mart_shows_a_unit() -> None:
    numbers, silent = 0, []
    for mart in read_marts("internal").values():
        for column in mart.columns.values():
            if column.data_type.startswith(labels.NUMBERS):
                numbers += 1
                if not labels.unit(column.name, Column(column.description, column.data_type)):
                    silent.append(f"{mart.name}.{column.name}")
    assert numbers > 400
    assert len(silent) < numbers * 0.05, silent


def mart(**meta: object) -> Mart:
    columns = {
        "persons": Column("Persons.", "bigint", {"disclosure": "azr_count"}),
        "share": Column("A fraction.", "double", {"disclosure": "azr_derived"}),
        "change": Column(
            "Persons.", "bigint", {"disclosure": "azr_derived", "public_sql": "persons - 1"}
        ),
        "region_level": Column("Level.", "varchar", {"label_de": "Ebene"}),
        "places": Column("Places.", "bigint", {"label_de": "Plätze"}),
    }
    return Mart("m", "m", "", columns, None, meta=meta)


def test_rules_of_columns_in_words() -> None:
    one = mart(audience="public")
    assert labels.column_rule(one, one.columns["persons"]) == (
        "öffentlich auf Vielfache von 5 gerundet"
    )
    assert labels.column_rule(one, one.columns["share"]) == "nicht öffentlich"
    assert labels.column_rule(one, one.columns["change"]) == (
        "öffentlich aus gerundeten Zahlen neu berechnet"
    )
    assert labels.column_rule(one, one.columns["places"]) == ""


def test_rules_of_marts_in_words() -> None:
    assert labels.mart_rules(mart(audience="internal"), OF_A_KREIS) == [
        "Nur für den Kreis selbst: es gibt keine öffentliche Fassung."
    ]
    homes = {"measures": {"places": "'places'"}, "left_out": {"places": "One home's."}}
    rounded, hidden = labels.mart_rules(mart(audience="public", homes=homes), OF_A_KREIS)
    assert "Vielfache von 5" in rounded
    assert "mindestens 3 Einrichtungen von 2 Trägern" in hidden
    assert "Summen unter 5, auch keine, sind eine Spanne: Plätze." in hidden
    assert "Kleine Gemeinden stehen zusammen in einer Zeile." in hidden
    assert hidden.endswith("Nie öffentlich: Plätze.")
    alone = labels.mart_rules(mart(audience="public", homes={**homes, "joint": False}), OF_A_KREIS)[
        -1
    ]
    assert "zusammen" not in alone
    city = labels.mart_rules(mart(audience="public", homes=homes), WORDS["kreisfreie Stadt"])[-1]
    assert "Gemeinden" not in city


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (999, "999 Byte"),
        (1000, "1,0 kB"),
        (12_345_678, "12,3 MB"),
        (999_999, "1,0 MB"),
        (2_500_000_000, "2,5 GB"),
    ],
)
def test_sizes(count: int, said: str) -> None:
    assert labels.size(count) == said


def test_dates() -> None:
    assert labels.newest("2021-08-15") == "15.08.2021"
    assert labels.newest("2040") == "2040"
    assert labels.newest(None) == ""
    assert labels.month(date(2021, 9, 1)) == "September 2021"


def luminance(colour: str) -> float:
    """As WCAG 2.2 defines it."""
    if len(colour) == 4:
        colour = "#" + "".join(2 * sign for sign in colour[1:])
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_reckoned_as_the_standard_says() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "soft", "blue", "good", "warn", "bad"])
def test_text_can_be_read_on_each_ground(scheme: int, ink: str) -> None:
    """AA asks 4.5 to 1 of text."""
    style = (Path(TEMPLATES) / "style.css").read_text(encoding="utf-8")
    light, dark = [
        dict(re.findall(r"--(\w+): (#\w+);", line))
        for line in re.findall(r":root \{[^}]*#[^}]*\}", style)
    ][:2]
    colours = (light, {**light, **dark})[scheme]
    for ground in ("ground", "pale", "warm"):
        assert contrast(colours[ink], colours[ground]) >= 4.5, ground
