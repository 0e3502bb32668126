"""What is made for a county speaks of its kind: a city is no Kreis, and no county is the pilot."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from kind_words import OF_A_KREIS, PILOT

from kreishaus.county_words import WORDS, Kind
from kreishaus.settings import REPOSITORY, County
from reports.layout import laid_out
from reports.marts import Marts
from reports.papers import paper


def texts() -> Iterator[tuple[str, str]]:
    """Every file with German words of papers, catalogue, exports, dashboards and sources."""
    for folder, pattern in (
        ("reports", "**/*.py"),
        ("reports", "**/*.toml"),
        ("reports/templates", "*"),
        ("catalogue", "**/*.py"),
        ("catalogue", "*.toml"),
        ("catalogue/templates", "*.html"),
        ("warehouse/export", "*.py"),
        ("dashboards/definitions", "**/*.yaml"),
        ("ingest", "*/source.toml"),
        ("kreishaus", "*.toml"),
        ("operations/counties", "*.template"),
    ):
        for path in sorted((REPOSITORY / folder).glob(pattern)):
            yield str(path.relative_to(REPOSITORY)), path.read_text(encoding="utf-8")
    for path in sorted((REPOSITORY / "dbt_project").rglob("*.yml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        said = [line for line in lines if re.search(r"\b(label|title|description)_de:", line)]
        yield str(path.relative_to(REPOSITORY)), "\n".join(said)


@pytest.mark.parametrize("words", [PILOT, OF_A_KREIS], ids=["pilot", "kreis"])
def test_no_text_is_written_for_one_county_or_one_kind(words: re.Pattern[str]) -> None:
    """Say ``{im_kreis}`` (kreishaus/county_words.py), or a word that is right for every kind."""
    found = [
        f"{name}: {match[0]}"
        for name, text in texts()
        for match in words.finditer(text.replace("marts.kreis", ""))
    ]
    assert found == []


def test_the_patterns_find_what_they_are_for() -> None:
    for text in ("im Kreis", "Der Kreis prüft", "Kreistags", "Anteil am Kreis", "kreisweit"):
        assert OF_A_KREIS.search(text), text
    for text in ("Kreishaus", "Kreis Viersen", "Kreise und kreisfreie Städte"):
        assert not OF_A_KREIS.search(text), text


@pytest.mark.parametrize(
    ("kind", "filled"),
    [
        ("Kreis", "Der Rat: Pflegeplanung des Kreises, Beschlüsse des Kreistags, im Kreis"),
        (
            "kreisfreie Stadt",
            "Der Rat: Pflegeplanung der Stadt, Beschlüsse des Rates der Stadt, in der Stadt",
        ),
        (
            "Städteregion",
            "Der Rat: Pflegeplanung der StädteRegion, Beschlüsse des StädteRegionstags, "
            "in der StädteRegion",
        ),
    ],
)
def test_a_text_is_filled_for_each_kind(kind: Kind, filled: str) -> None:
    text = "Der Rat: Pflegeplanung {des_kreises}, Beschlüsse {des_kreistags}, {im_kreis}"
    assert WORDS[kind].fill(text) == filled
    assert WORDS[kind].fill("{year} {} {im_kreis") == "{year} {} {im_kreis"


KREFELD = County(ags="05114", name="Krefeld", kind="kreisfreie Stadt")
STATISTICS = """
    create table care_statistics_by_kreis as
    select *, date '2023-12-15' as homes_reference_date, timestamptz '2025-01-20 10:00:00+00' as
        recorded_at, null::timestamptz as published_at
    from (values
        ('05114', date '2023-12-15', 17000, 9000, 4200, 1900, 2200),
        ('05114', date '2021-12-15', 16000, 8500, 4100, 1950, 2150),
        ('05166', date '2023-12-15', 20000, 11000, 5000, 2500, 2900)
    ) as rows (region_code, reference_date, recipients_persons, allowance_persons,
        home_care_persons, full_inpatient_persons, places)
"""
MONTHS = """
    create table asylum_national_monthly as
    select date '2026-09-01' as reference_month, 9000 as applications_total, 7000 as
        applications_first, 10000 as decisions_total, 4000 as decisions_positive, 80000 as
        pending_total, 0.4 as protection_share, timestamptz '2026-10-09 10:00:00+00' as recorded_at,
        null::timestamptz as published_at
"""


def marts_of(county: County, *statements: str) -> Marts:
    connection = duckdb.connect()
    for statement in statements:
        connection.execute(statement)
    connection.execute("alter table care_statistics_by_kreis add column reference_year integer")
    connection.execute("update care_statistics_by_kreis set reference_year = year(reference_date)")
    return Marts(connection, county=county)


def told(name: str, marts: Marts) -> str:
    plain = laid_out(paper(name).write(marts, paper(name).dates(marts)[0]))
    return json.dumps(plain, ensure_ascii=False)


def test_a_city_without_a_forecast_has_a_paper_on_its_statistics() -> None:
    marts = marts_of(KREFELD, STATISTICS)
    assert paper("demand").dates(marts) == [date(2023, 12, 15), date(2021, 12, 15)]
    said = told("demand", marts)
    assert (
        "Am 15.12.2023 bezogen in Krefeld 17.000 Personen Leistungen der Pflegeversicherung, davon "
        "1.900 Personen vollstationär." in said
    )
    assert "(16.000) sind es 1.000 Personen mehr (+6,3 %)" in said
    assert (
        "Eine Prognose liegt nicht vor: dazu fehlen Zieljahre, Parameter und Szenarien der" in said
    )
    assert "20.000" not in said
    for wrong in (PILOT, OF_A_KREIS):
        assert wrong.findall(said) == []


def test_a_county_without_the_register_has_a_report_on_germany() -> None:
    marts = marts_of(KREFELD, STATISTICS, MONTHS)
    assert paper("refugees").dates(marts) == [date(2026, 9, 30)]
    said = told("refugees", marts)
    assert "Krefeld, Asylzahlen des Bundes, September 2026" in said
    assert "Eine Auszählung des Ausländerzentralregisters liegt nicht vor." in said
    assert "9.000 Asylanträge wurden im September 2026 in Deutschland gestellt." in said
    for wrong in (PILOT, OF_A_KREIS):
        assert wrong.findall(said) == []


def test_the_words_of_each_kind_differ() -> None:
    """A word that was copied from another kind and forgotten would be wrong in every paper."""
    kreis, city, region = (WORDS[kind].texts for kind in WORDS)
    for name, word in kreis.items():
        assert len({word, city[name], region[name]}) == 3, name
