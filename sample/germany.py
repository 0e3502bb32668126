"""A Germany made up for measuring: as many regions and years as a federal user would have.

    kreishaus sample germany      writes it into an empty KREISHAUS_HOME

Its ages are those of the sample's Land and its rates those of the sample's care statistics; how
many people live where is drawn at random from a fixed seed, the same in every run. Sums hold as in
the offices' tables: municipalities are their Kreis, Kreise their Land, the sexes their total.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from kreishaus.datasets import dataset
from kreishaus.figure_origin import MARKS
from kreishaus.settings import County, Settings
from sample.it_nrw_figures import BOTH_SEXES, counted, read_figures
from sample.staged_cells import Axes, Table, stage

SEED = 20_260_101
COUNT_YEARS = range(2017, 2025)
SURVEY_YEARS = range(2017, 2024, 2)
MEAN_PERSONS = 7_600
"""Of a municipality: 11,000 of them are Germany."""

SEXES = ["männlich", "weiblich", "Insgesamt"]
NATIONALITIES = ["Deutsche", "Ausländer/-innen", "Insgesamt"]
VARIANTS = {"Basisvariante": 0.0, "niedrige Lebenserwartung": -0.004, "hohe Lebenserwartung": 0.004}
"""Variant -> what it adds each year to the growth of the groups from 65 on."""
TOTAL = "Insgesamt"
CARE_AGES = ["unter 65", *(f"{low} bis unter {low + 5}" for low in range(65, 90, 5)), "90 und mehr"]
KINDS = {"Pflegegeld": "allowance", "ambulante Pflege": "home_care"}
KINDS |= {"vollstationäre Pflege": "full_inpatient"}

Numbers = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Size:
    """How much of it there shall be: municipalities are spread over Kreise, these over Länder."""

    laender: int = 16
    kreise: int = 400
    municipalities: int = 11_000
    last_year: int = 2064


class HomeInUse(Exception):
    """There are data in this home folder; invented ones would come into force beside them."""


def write(settings: Settings, size: Size) -> int:
    """Write a Germany's official statistics into an empty home folder; return the count of cells.

    Raises ``HomeInUse`` where anything has landed already.
    """
    if settings.landing.exists() and any(settings.landing.iterdir()):
        raise HomeInUse(f"{settings.landing} is not empty: give an empty KREISHAUS_HOME")
    made_from = {"mark": MARKS["invented"], "seed": SEED, **asdict(size)}
    written = 0
    for table in tables(Germany.of(settings.county, size)):
        schema = dataset(f"it_nrw/{table.dataset}").load("tables")["cells"]
        written += stage(settings, "it_nrw", table, schema, made_from)
    return written


@dataclass(frozen=True)
class Germany:
    """Regions and people. ``persons`` is municipality x sex x age group, at the end of 2024.

    ``kreis_of`` says to which Kreis each municipality belongs, ``land_of`` the same of Kreise.
    """

    laender: list[str]
    kreise: list[str]
    municipalities: list[str]
    names: dict[str, str]
    kreis_of: Numbers
    land_of: Numbers
    ages: list[str]
    persons: Numbers
    last_year: int

    @classmethod
    def of(cls, county: County, size: Size) -> Germany:
        """The regions, the own county and its municipalities among them, and their people."""
        chance = np.random.default_rng(SEED)
        others = (f"{number:02d}" for number in range(1, 17) if f"{number:02d}" != county.land_ags)
        laender = sorted([county.land_ags, *others][: size.laender])
        kreise = _kreise(county, laender, size.kreise)
        members = _municipalities(county, kreise, size.municipalities)
        municipalities = [code for codes in members.values() for code in codes]
        kreis_of = np.repeat(np.arange(len(kreise)), [len(codes) for codes in members.values()])
        ages, shares = _age_structure()
        size_of = chance.lognormal(0, 1, len(municipalities))
        older = chance.normal(1, 0.15, (len(municipalities), 1, 1)).clip(0.5, 1.5)
        old = np.arange(len(ages)) >= _first_of_65(ages)
        tilted = shares * np.where(old, older, 1)
        scale = MEAN_PERSONS * size_of / size_of.mean()
        return cls(
            laender=laender,
            kreise=kreise,
            municipalities=municipalities,
            names=_names(county, laender, kreise, municipalities),
            kreis_of=kreis_of,
            land_of=np.array([laender.index(kreis[:2]) for kreis in kreise]),
            ages=ages,
            # Nobody is left out: a municipality without people has no share of its county.
            persons=np.ceil(tilted * scale[:, None, None]),
            last_year=size.last_year,
        )

    def by_kreis(self, of_municipalities: Numbers) -> Numbers:
        """Sums over the municipalities, the first axis."""
        return _sums(of_municipalities, self.kreis_of, len(self.kreise))

    def with_laender(self, of_kreise: Numbers) -> Numbers:
        """Laender, then Kreise, along the first axis: as ``regions`` lists them."""
        return np.concatenate([_sums(of_kreise, self.land_of, len(self.laender)), of_kreise])

    @property
    def regions(self) -> list[str]:
        return [*self.laender, *self.kreise]


def tables(germany: Germany) -> Iterator[Table]:
    """Every table that the demand models read."""
    counts = _counts(germany)
    yield _population(germany, counts)
    yield _municipalities_table(germany)
    yield _municipalities_by_age(germany)
    yield _projection(germany)
    rates = _rates()
    yield _recipients_by_age(germany, counts, rates)
    recipients = _recipients(germany, counts, rates)
    yield recipients
    yield _homes(germany, recipients)


def _kreise(county: County, laender: list[str], count: int) -> list[str]:
    """Keys, the own county's among them, as many in each Land."""
    of_land = [count // len(laender) + (i < count % len(laender)) for i in range(len(laender))]
    found = []
    for land, many in zip(laender, of_land, strict=True):
        own = [county.ags] if land == county.land_ags else []
        others = (f"{land}{number}" for number in range(101, 1000))
        free = (key for key in others if key != county.ags)
        found += sorted(own + [next(free) for _ in range(many - len(own))])
    return found


def _municipalities(county: County, kreise: list[str], count: int) -> dict[str, list[str]]:
    """Kreis -> keys of its municipalities: the own county's real ones, the rest spread evenly."""
    own = list(county.municipalities)
    others = [kreis for kreis in kreise if kreis != county.ags or not own]
    each, more = divmod(count - len(own), len(others))
    many = {kreis: each + (place < more) for place, kreis in enumerate(others)}
    return {
        kreis: [f"{kreis}{place:03d}" for place in range(1, many[kreis] + 1)]
        if kreis in many
        else own
        for kreis in kreise
    }


def _names(
    county: County, laender: list[str], kreise: list[str], municipalities: list[str]
) -> dict[str, str]:
    return {
        **{key: f"Musterland {key}" for key in laender},
        **{key: f"Musterkreis {key}" for key in kreise},
        **{key: f"Musterort {key}" for key in municipalities},
        county.ags: county.name,
        **county.municipalities,
    }


def _age_structure() -> tuple[list[str], Numbers]:
    """The 21 age groups, and the share of each sex and group in the people of the sample's Land."""
    by_sex = [[ages for (_, of), ages in counted().items() if of == sex] for sex in BOTH_SEXES]
    ages = list(by_sex[0][0])
    persons = np.array([[sum(kreis[age] for kreis in kreise) for age in ages] for kreise in by_sex])
    return ages, persons / persons.sum()


def _rates() -> Numbers:
    """Recipients per inhabitant of the sample's Land, by kind of care and age band."""
    printed = [row for row in read_figures("recipients_by_age_land.csv") if row["year"] == "2023"]
    groups = np.array([[float(row[kind]) for row in printed] for kind in KINDS.values()])
    over_90 = groups[:, len(CARE_AGES) - 1 :].sum(axis=1, keepdims=True)
    recipients = np.concatenate([groups[:, : len(CARE_AGES) - 1], over_90], axis=1)
    ages, shares = _age_structure()
    everybody = sum(sum(groups.values()) for groups in counted().values())
    rates: Numbers = recipients / (_bands(ages, shares.sum(axis=0)) * everybody)
    return rates


def _first_of_65(ages: list[str]) -> int:
    return ages.index("65 bis unter 70 Jahre")


def _bands(ages: list[str], persons: Numbers) -> Numbers:
    """The groups along the last axis as the bands of the rates: all under 65 in one."""
    first = _first_of_65(ages)
    under = persons[..., :first].sum(axis=-1, keepdims=True)
    return np.concatenate([under, persons[..., first:]], axis=-1)


def _sums(parts: Numbers, whole_of: Numbers, wholes: int) -> Numbers:
    found = np.zeros((wholes, *parts.shape[1:]))
    np.add.at(found, whole_of, parts)
    return found


def _with_total(parts: Numbers, axis: int) -> Numbers:
    return np.concatenate([parts, parts.sum(axis=axis, keepdims=True)], axis=axis)


def _days(years: range, month: int, day: int) -> list[date]:
    return [date(year, month, day) for year in years]


def _counts(germany: Germany) -> Numbers:
    """Kreis x year x sex x age group: the people of 2024, and a little fewer before."""
    newest = germany.by_kreis(germany.persons)
    earlier = [newest * (1 - 0.004) ** (COUNT_YEARS[-1] - year) for year in COUNT_YEARS]
    return np.rint(np.stack(earlier, axis=1))


def _table(germany: Germany, name: str, axes: Axes, values: Numbers, **everywhere: object) -> Table:
    named = {"region_label": [germany.names[code] for code in axes["region_code"]]}
    period = str(everywhere.pop("period", "all"))
    everywhere = {"table_code": "00000-00", "unit": "Anzahl", **everywhere}
    return Table(name, period, axes, values, {"region_code": named}, everywhere)


def _population(germany: Germany, counts: Numbers) -> Table:
    foreign = np.floor(counts * 0.15)
    by_nationality = _with_total(np.stack([counts - foreign, foreign], axis=2), axis=2)
    values = _with_total(_with_total(by_nationality, axis=3), axis=4)
    axes: Axes = {
        "region_code": germany.regions,
        "reference_date": _days(COUNT_YEARS, 12, 31),
        "nationality_label": NATIONALITIES,
        "sex_label": SEXES,
        "age_label": [*germany.ages, TOTAL],
    }
    label = "Bevölkerungsstand"
    values = germany.with_laender(values)
    return _table(germany, "population_by_age", axes, values, measure_label=label)


def _municipalities_table(germany: Germany) -> Table:
    axes: Axes = {
        "region_code": germany.municipalities,
        "reference_date": _days(COUNT_YEARS[-1:], 12, 31),
        "sex_label": SEXES,
    }
    values = _with_total(germany.persons.sum(axis=2), axis=1)[:, None]
    label = "Bevölkerungsstand"
    return _table(germany, "population_municipalities", axes, values, measure_label=label)


def _municipalities_by_age(germany: Germany) -> Table:
    """The 17 groups: 65 to 75, and 75 and older, in one each."""
    first = _first_of_65(germany.ages)
    persons = germany.persons
    groups = [
        *np.moveaxis(persons[..., :first], -1, 0),
        persons[..., first : first + 2].sum(axis=-1),
        persons[..., first + 2 :].sum(axis=-1),
    ]
    values = _with_total(_with_total(np.stack(groups, axis=-1), axis=1), axis=2)[:, None]
    old = ["65 bis unter 75 Jahre", "75 Jahre und mehr"]
    axes: Axes = {
        "region_code": germany.municipalities,
        "reference_date": _days(COUNT_YEARS[-1:], 12, 31),
        "sex_label": SEXES,
        "age_label": [*germany.ages[:first], *old, TOTAL],
    }
    label = "Bevölkerungsstand"
    return _table(germany, "population_municipalities_by_age", axes, values, measure_label=label)


def _projection(germany: Germany) -> Table:
    """Groups under 65 shrink, older ones grow until 2045, each by its variant."""
    first = _first_of_65(germany.ages)
    newest = _counts(germany)[:, -1]
    young = [newest[..., low:high].sum(axis=-1) for low, high in ((0, 6), (6, 10), (10, 14))]
    groups = np.stack([*young, *np.moveaxis(newest[..., first - 1 :], -1, 0)], axis=-1)
    years = range(COUNT_YEARS[-1] + 1, germany.last_year + 1)
    old = np.arange(groups.shape[-1]) >= len(young) + 1
    projected = []
    for variant in VARIANTS.values():
        ahead = np.array([min(year, 2045) - COUNT_YEARS[-1] for year in years])[:, None]
        growth = np.where(old, (1.012 + variant) ** ahead, 0.997**ahead)
        projected.append(np.rint(groups[:, None] * growth[None, :, None]))
    values = _with_total(_with_total(np.stack(projected, axis=2), axis=3), axis=4)
    under_65 = ["unter 20 Jahre", "20 bis unter 40 Jahre", "40 bis unter 60 Jahre"]
    axes: Axes = {
        "region_code": germany.regions,
        "reference_date": _days(years, 12, 31),
        "variant_label": list(VARIANTS),
        "sex_label": SEXES,
        "age_label": [*under_65, *germany.ages[first - 1 :], TOTAL],
    }
    return _table(
        germany,
        "population_projection",
        axes,
        germany.with_laender(values),
        measure_label="Vorausberechneter Bevölkerungsstand",
        base_date=date(COUNT_YEARS[-1], 12, 31),
        period=f"{COUNT_YEARS[-1]}-12-31",
    )


def _of_surveys(counts: Numbers) -> Numbers:
    return counts[:, [COUNT_YEARS.index(year) for year in SURVEY_YEARS]]


def _recipients_by_age(germany: Germany, counts: Numbers, rates: Numbers) -> Table:
    """Land x survey x kind of care x sex x age band, at the rates of the sample's Land."""
    of_land = germany.with_laender(_bands(germany.ages, _of_surveys(counts)))
    persons = of_land[: len(germany.laender), :, None]
    values = _with_total(_with_total(np.rint(persons * rates[:, None]), axis=3), axis=4)
    axes: Axes = {
        "region_code": germany.laender,
        "reference_date": _days(SURVEY_YEARS, 12, 15),
        "measure_label": list(KINDS),
        "sex_label": SEXES,
        "age_label": [*CARE_AGES, TOTAL],
    }
    return _table(germany, "care_recipients_by_age", axes, values)


def _recipients(germany: Germany, counts: Numbers, rates: Numbers) -> Table:
    """Kreis x survey x measure: what the rates give, times a factor of the Kreis and the kind."""
    chance = np.random.default_rng(SEED + 1)
    expected = np.einsum(
        "ktb,cb->ktc", _bands(germany.ages, _of_surveys(counts)).sum(axis=2), rates
    )
    factor = chance.normal(1, 0.15, (len(germany.kreise), 1, len(KINDS))).clip(0.5, 1.6)
    by_kind = np.rint(expected * factor)
    permanent = np.rint(by_kind[..., -1:] * 0.95)
    first_grade = np.rint(by_kind.sum(axis=2, keepdims=True) * 0.1)
    everybody = by_kind.sum(axis=2, keepdims=True) + first_grade
    axes: Axes = {
        "region_code": germany.regions,
        "reference_date": _days(SURVEY_YEARS, 12, 15),
        "measure_label": [
            *KINDS,
            "vollstationäre Dauerpflege",
            "Pflegegrad 1 ohne Leistungen",
            "Pflegebedürftige insgesamt",
        ],
    }
    values = np.concatenate([by_kind, permanent, first_grade, everybody], axis=2)
    return _table(germany, "care_recipients", axes, germany.with_laender(values))


def _homes(germany: Germany, recipients: Table) -> Table:
    """Places for the residents of homes at 93 percent occupancy, one in twenty for short stays."""
    kind = recipients.axes["measure_label"].index("vollstationäre Pflege")
    residents = recipients.values[len(germany.laender) :, :, kind]
    places = np.ceil(residents / 0.93)
    values = np.stack([places, places - np.floor(places * 0.05)], axis=-1)
    axes: Axes = {
        "region_code": germany.regions,
        "reference_date": _days(SURVEY_YEARS, 12, 15),
        "measure_label": ["Verfügbare Plätze insgesamt", "Verfügbare Plätze für Dauerpflege"],
    }
    return _table(germany, "care_homes", axes, germany.with_laender(values))
