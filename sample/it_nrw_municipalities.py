"""Municipalities at the end of 2022 as flat CSVs.

Those of the pilot are by sex as published, by age as invented; those of another county are invented
throughout, and the tables say so. How: ``sample/figures/it_nrw/README.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from kreishaus.figure_origin import MARKS, FigureOrigin
from kreishaus.settings import County
from sample.it_nrw_figures import BOTH_SEXES, counted, read_figures, regions
from sample.it_nrw_formats import ffcsv, zipped

PILOT = "05162"
STATISTIC = "Fortschreibung des Bevölkerungsstandes"
INVENTED = " (Beispieldatei: Gemeinden sind erfunden, sample)"
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


@dataclass(frozen=True)
class People:
    """The municipalities of a county by key: their names, how many men and women live there, and
    how much older or younger than the county each is.

    ``origin`` says who made the numbers of men and women.
    """

    county: str
    statistic: str
    names: Mapping[str, str]
    persons: Mapping[tuple[str, str], int]
    tilts: Mapping[str, Fraction]
    origin: FigureOrigin


def published() -> People:
    """Those of the pilot: published, but for how old they are."""
    rows = read_figures("municipalities_2022-12-31.csv")
    tilts = read_figures("municipality_age_tilt_sample.csv")
    return People(
        PILOT,
        STATISTIC,
        {row["region_code"]: row["name"] for row in rows},
        {(row["region_code"], sex): int(row[sex]) for row in rows for sex in BOTH_SEXES},
        {row["region_code"]: Fraction(row["tilt"]) for row in tilts},
        "rebuilt",
    )


def invented(county: County) -> People:
    """Those of another county: its people of 31.12.2024, the first municipality the smallest."""
    codes = sorted(county.municipalities)
    sizes = {code: number for number, code in enumerate(codes, start=1)}
    persons = {
        (code, sex): count
        for sex in BOTH_SEXES
        for code, count in divided(
            sum(counted()[county.ags, sex].values()), sizes, Fraction(0)
        ).items()
    }
    tilts = {code: Fraction(number % 5 - 2, 50) for number, code in enumerate(codes)}
    statistic = STATISTIC + INVENTED
    return People(county.ags, statistic, county.municipalities, persons, tilts, "invented")


def by_sex(people: People) -> bytes:
    """Table 12411-01-01-5."""
    rows = [
        _cell(people, people.origin, code, name, sex, _counted(people, code, sex))
        for code, name in people.names.items()
        for sex in SEXES
    ]
    return zipped("12411-01-01-5_de_flat.csv", ffcsv(rows, variables=2))


def by_age(people: People) -> bytes:
    """Table 12411-02-03-5, with the county as the sum of its municipalities."""
    persons = _by_age(people)
    rows = []
    for code, name in {people.county: regions()[people.county], **people.names}.items():
        for sex in SEXES:
            ages: Counter[str] = Counter()
            for (member, part), groups in persons.items():
                if member.startswith(code) and sex in (part, "total"):
                    ages.update(groups)
            for index, (age, value) in enumerate((*ages.items(), ("Insgesamt", ages.total()))):
                rows.append(
                    {
                        **_cell(people, "invented", code, name, sex, value),
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


def _counted(people: People, code: str, sex: str) -> int:
    parts = BOTH_SEXES if sex == "total" else (sex,)
    return sum(people.persons[code, part] for part in parts)


def _by_age(people: People) -> dict[tuple[str, str], dict[str, int]]:
    """(municipality, sex) -> age group -> persons."""
    structures: dict[str, Counter[str]] = {sex: Counter() for sex in BOTH_SEXES}
    for sex, structure in structures.items():
        for age, count in counted()[people.county, sex].items():
            structure[MERGED.get(age, age)] += count
    return {
        (code, sex): divided(persons, structures[sex], people.tilts[code])
        for (code, sex), persons in people.persons.items()
    }


def _cell(
    people: People, origin: FigureOrigin, region: str, name: str, sex: str, value: int
) -> dict[str, str]:
    """A line of the flat CSV, of two variables. The statistic's name bears the generator's mark."""
    code, label = SEXES[sex]
    return {
        "statistics_code": "12411",
        "statistics_label": f"{people.statistic} ({MARKS[origin]})",
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
