"""A projection for the sample: the people of 31.12.2024 grown older. Not the official one.

Every five years each age group becomes the next one, times the share of it that survives; the step
in full: ``sample/figures/it_nrw/README.md``. No births, no moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kreishaus.figure_origin import MARKS
from sample.it_nrw_figures import BOTH_SEXES, LENGTH_OF_KREIS, counted, read_figures, regions
from sample.it_nrw_formats import ldb_static

CODE = "12421-00xx"
TITLE = (
    "Muster, keine amtliche Vorausberechnung: Bevölkerungsvorausberechnung (Basis 31.12.2024) "
    "nach Varianten, Geschlecht und Altersgruppen - kreisfreie Städte und Kreise - "
    "Stichtag 31.12. (sample)"
)
PROJECTED = "Vorausberechneter Bevölkerungsstand"
STAND = "18.12.2025 / 08:20:11"
BASE_YEAR, LAST_YEAR, STEP = 2024, 2040, 5
TOP = 90
"""The oldest group: 90 and older."""
GROWN, OLD = 20, 65
"""Below the first nothing is computed: nobody is born. Below the second all are one group."""

Cohorts = dict[int, float]
"""First age of a five-year group -> persons."""
Survival = Mapping[int, float]
"""First age of a five-year group -> share of it that is alive five years later."""


def table() -> bytes:
    """The whole table as the Landesdatenbank would print it."""
    columns = ["Insgesamt", "männlich", "weiblich"]
    return ldb_static(
        CODE,
        TITLE,
        "Bevölkerungsvorausberechnung",
        [PROJECTED] * len(columns),
        _rows(),
        STAND,
        MARKS["invented"],
        divided_by=columns,
    )


def five_year_groups(ages: Mapping[str, int]) -> Cohorts:
    """The 21 groups of 12411-03-03-4, in their order, as groups of five years.

    "3 bis unter 6 Jahre" is cut after two of its three years.
    """
    to_3, to_6, to_10, to_15, to_18, to_20, *from_20 = ages.values()
    groups = [to_3 + to_6 * 2 / 3, to_6 / 3 + to_10, to_15, to_18 + to_20, *from_20]
    return {index * STEP: float(persons) for index, persons in enumerate(groups)}


def with_deaths(survival: Survival, factor: float) -> dict[int, float]:
    """Survival with so many times as many deaths."""
    return {age: 1 - factor * (1 - share) for age, share in survival.items()}


def five_years_on(cohorts: Cohorts, survival: Survival) -> Cohorts:
    """Each group, five years older; the oldest takes in who reaches it. Nobody is born."""
    older = {age + STEP: persons * survival[age] for age, persons in cohorts.items()}
    older[TOP] = older.get(TOP, 0.0) + older.pop(TOP + STEP, 0.0)
    return older


def as_printed(cohorts: Cohorts, under_20: float) -> dict[str, float]:
    """The groups of the table; of those under 20 there stay as many."""
    return {
        f"unter {OLD} Jahre": under_20 + sum(cohorts[age] for age in range(GROWN, OLD, STEP)),
        **{f"{age} bis unter {age + STEP} Jahre": cohorts[age] for age in range(OLD, TOP, STEP)},
        f"{TOP} Jahre und mehr": cohorts[TOP],
    }


def yearly(cohorts: Cohorts, survival: Survival) -> dict[int, dict[str, int]]:
    """Year -> age group -> persons: between two steps of five years on a straight line."""
    under_20 = sum(cohorts[age] for age in range(0, GROWN, STEP))
    steps = []
    for _ in range(BASE_YEAR, LAST_YEAR + STEP, STEP):
        steps.append(as_printed(cohorts, under_20))
        cohorts = five_years_on(cohorts, survival)
    found = {}
    for year in range(BASE_YEAR + 1, LAST_YEAR + 1):
        done, beyond = divmod(year - BASE_YEAR, STEP)
        before, after = steps[done], steps[min(done + 1, len(steps) - 1)]
        found[year] = {
            age: round(before[age] + (after[age] - before[age]) * beyond / STEP) for age in before
        }
    return found


def _rows() -> Iterator[list[str]]:
    """Year, key, name, variant, age and persons by sex; larger regions are sums."""
    survival = read_figures("survival_five_years_sample.csv")
    for variant in read_figures("projection_variants_sample.csv"):
        projected = {
            (kreis, sex): yearly(
                five_year_groups(ages),
                with_deaths(
                    {int(row["age_from"]): float(row[sex]) for row in survival},
                    float(variant["death_factor"]),
                ),
            )
            for (kreis, sex), ages in counted().items()
        }
        yield from _rows_of(variant["variant"], projected)


def _rows_of(
    variant: str, projected: Mapping[tuple[str, str], Mapping[int, Mapping[str, int]]]
) -> Iterator[list[str]]:
    kreise = dict.fromkeys(kreis for kreis, _ in projected)
    for code, name in regions().items():
        members = [kreis for kreis in kreise if kreis.startswith(code)]
        if len(code) > LENGTH_OF_KREIS or not members:  # a city inside a Kreis; a dissolved one
            continue
        indented = " " * {2: 0, 3: 2, 5: 4}[len(code)] + name
        for year in range(BASE_YEAR + 1, LAST_YEAR + 1):
            of_sex = [
                _added(projected[kreis, sex][year] for kreis in members) for sex in BOTH_SEXES
            ]
            for age in of_sex[0]:
                men, women = (ages[age] for ages in of_sex)
                yield [
                    str(year),
                    code,
                    indented,
                    variant,
                    age,
                    *map(str, (men + women, men, women)),
                ]


def _added(tables: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Age group -> sum over the tables, and over all ages."""
    sums: dict[str, int] = {}
    for ages in tables:
        for age, persons in ages.items():
            sums[age] = sums.get(age, 0) + persons
    return {**sums, "Insgesamt": sum(sums.values())}
