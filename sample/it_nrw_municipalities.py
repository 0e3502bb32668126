"""Municipalities at the end of 2022 as flat CSVs: by sex as published, by age as invented.

How the sample divides a municipality by age: ``sample/figures/it_nrw/README.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction

from sample.it_nrw_figures import BOTH_SEXES, counted, read_figures, regions
from sample.it_nrw_formats import ffcsv, zipped

COUNTY = "05162"
SEXES = {
    "male": ("GESM", "männlich"),
    "female": ("GESW", "weiblich"),
    "total": ("", "Insgesamt"),
}
MERGED = {
    "65 bis unter 70 Jahre": "65 bis unter 75 Jahre",
    "70 bis unter 75 Jahre": "65 bis unter 75 Jahre",
    "75 bis unter 80 Jahre": "75 Jahre und mehr",
    "80 bis unter 85 Jahre": "75 Jahre und mehr",
    "85 bis unter 90 Jahre": "75 Jahre und mehr",
    "90 Jahre und mehr": "75 Jahre und mehr",
}
"""Of the 21 groups of the Kreise -> those of the 17 of municipalities."""


def by_sex() -> bytes:
    """Table 12411-01-01-5."""
    rows = [
        _cell(row["region_code"], row["name"], sex, int(row[sex]))
        for row in read_figures("municipalities_2022-12-31.csv")
        for sex in SEXES
    ]
    return zipped("12411-01-01-5_de_flat.csv", ffcsv(rows, variables=2))


def by_age() -> bytes:
    """Table 12411-02-03-5, with the county as the sum of its municipalities."""
    names = {
        row["region_code"]: row["name"] for row in read_figures("municipalities_2022-12-31.csv")
    }
    persons = _persons()
    rows = []
    for code, name in {COUNTY: regions()[COUNTY], **names}.items():
        for sex in SEXES:
            ages: Counter[str] = Counter()
            for (member, part), groups in persons.items():
                if member.startswith(code) and sex in (part, "total"):
                    ages.update(groups)
            for index, (age, value) in enumerate((*ages.items(), ("Insgesamt", ages.total()))):
                rows.append(
                    {
                        **_cell(code, name, sex, value),
                        "3_variable_code": "ALTX17",
                        "3_variable_label": "Altersgruppen (17)",
                        "3_variable_attribute_code": f"ALTG{index:02}" if index < len(ages) else "",
                        "3_variable_attribute_label": age,
                    }
                )
    return zipped("12411-02-03-5_de_flat.csv", ffcsv(rows, variables=3))


def divided(persons: int, structure: Mapping[str, int], tilt: Fraction) -> dict[str, int]:
    """So many persons over the age groups, as ``structure`` is, but tilted.

    The weight of the youngest group is taken times 1 - tilt, of the oldest times 1 + tilt, of those
    between on a straight line. What is left of whole persons goes to the largest remainders.
    """
    last = len(structure) - 1
    weights = {
        age: count * (1 + tilt * Fraction(2 * index - last, last))
        for index, (age, count) in enumerate(structure.items())
    }
    together = sum(weights.values())
    exact = {age: persons * weight / together for age, weight in weights.items()}
    whole = {age: int(share) for age, share in exact.items()}
    left = persons - sum(whole.values())
    for age in sorted(exact, key=lambda age: whole[age] - exact[age])[:left]:
        whole[age] += 1
    return whole


def _persons() -> dict[tuple[str, str], dict[str, int]]:
    """(municipality, sex) -> age group -> persons."""
    tilts = {
        row["region_code"]: Fraction(row["tilt"])
        for row in read_figures("municipality_age_tilt_sample.csv")
    }
    structures: dict[str, Counter[str]] = {sex: Counter() for sex in BOTH_SEXES}
    for sex, structure in structures.items():
        for age, count in counted()[COUNTY, sex].items():
            structure[MERGED.get(age, age)] += count
    return {
        (row["region_code"], sex): divided(
            int(row[sex]), structures[sex], tilts[row["region_code"]]
        )
        for row in read_figures("municipalities_2022-12-31.csv")
        for sex in BOTH_SEXES
    }


def _cell(region: str, name: str, sex: str, value: int) -> dict[str, str]:
    """A line of the flat CSV, of two variables."""
    code, label = SEXES[sex]
    return {
        "statistics_code": "12411",
        "statistics_label": "Fortschreibung des Bevölkerungsstandes",
        "time_code": "STAG",
        "time_label": "Stichtag",
        "time": "2022-12-31",
        "1_variable_code": "GEMEIN",
        "1_variable_label": "Gemeinden",
        "1_variable_attribute_code": region,
        "1_variable_attribute_label": name,
        "2_variable_code": "GES",
        "2_variable_label": "Geschlecht",
        "2_variable_attribute_code": code,
        "2_variable_attribute_label": label,
        "value": str(value),
        "value_unit": "Anzahl",
        "value_variable_code": "BEVSTD",
        "value_variable_label": "Bevölkerungsstand",
    }
