"""Where the need comes from: rates by age, people by age, and both together."""

from __future__ import annotations

from matplotlib.axes import Axes

from kreishaus.labels.formats import day, listed, number, percent
from reports.marts import Marts, Row
from reports.plots.sheet import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    Plot,
    Sheet,
    german_axis,
    new_figure,
    percent_axis,
    spread,
    year_axis,
)

TITLE_RATES = "Pflegequoten nach Alter"
TITLE_POPULATION = "Bevölkerung nach Alter und woher der Bedarf kommt"
KIND_COLOURS = {"allowance": ORANGE, "home_care": GREEN, "full_inpatient": BLUE}
BAND_COLOURS = (GREY, SKY, GREEN, ORANGE, PURPLE, BLUE, VERMILION, BLACK)

RATES = """
    select reference_date, care_kind_code, care_kind_label, sex_code, age_from_years, age_to_years,
        recipients_share, population_date, published_at
    from demand_rates
    where region_code = $land and sex_code = 'total'
    order by care_kind_code, reference_date, age_from_years
"""
POPULATION = """
    select reference_year, population_variant_code, age_from_years,
        max(age_to_years) as age_to_years, sum(population_persons) as population_persons,
        max(population_source) as population_source, max(population_date) as population_date,
        max(published_at) as published_at
    from demand_population
    where region_code = $kreis and region_level = 'Kreis'
    group by reference_year, population_variant_code, age_from_years
    order by age_from_years, population_variant_code, reference_year
"""
# Not the need itself: before the county factor, the trend and the occupancy.
EXPECTED = """
    select population.reference_year, population.age_from_years,
        sum(population.population_persons * rates.recipients_share) as expected_persons
    from demand_population as population
    inner join demand_rates as rates
        on population.sex_code = rates.sex_code
        and population.age_from_years = rates.age_from_years
        and rates.region_code = $land
        and rates.care_kind_code = 'full_inpatient'
        and rates.reference_date = (select max(reference_date) from demand_rates)
    where population.region_code = $kreis and population.region_level = 'Kreis'
        and population.population_variant_code = 'base'
    group by population.reference_year, population.age_from_years
    order by population.age_from_years, population.reference_year
"""


def band_label(row: Row) -> str:
    """The band as people say it: its upper end is the last year in it."""
    if row["age_to_years"] is None:
        return f"ab {row['age_from_years']}"
    if not row["age_from_years"]:
        return f"unter {row['age_to_years']}"
    return f"{row['age_from_years']} bis {row['age_to_years'] - 1}"


def draw_rates(marts: Marts) -> Sheet:
    """One line for each kind of care and survey: the newest full, earlier ones dotted."""
    rows = marts.some_rows("demand_rates", RATES)
    words = marts.words
    surveys = sorted({row["reference_date"] for row in rows})
    population = sorted({row["population_date"] for row in rows})
    earlier = listed([str(survey.year) for survey in surveys[:-1]])
    dotted = f" Gepunktet: {earlier}." if earlier else ""
    meaning = (
        f"Empfänger im Land am {day(surveys[-1])} je Einwohner derselben Altersgruppe.{dotted} "
        f"Bevölkerung vom {listed([day(value) for value in population])}; beide Geschlechter. "
        f"Der Bedarf {words.des_kreises} ist diese Quote mal der Bevölkerung, mal dem "
        f"{words.kreisfaktor}."
    )
    source = (
        "Pflegestatistik und Bevölkerungsfortschreibung, IT.NRW (herausgegeben bis "
        f"{day(max(row['published_at'] for row in rows))}); Mart demand_rates."
    )
    figure = new_figure(3.5, TITLE_RATES, meaning, source, marts)
    axes = figure.subplots()
    bands = {row["age_from_years"]: band_label(row) for row in rows}
    places = {age: place for place, age in enumerate(sorted(bands))}
    ends: list[tuple[str, float, str]] = []
    for kind in sorted({row["care_kind_code"] for row in rows}):
        colour = KIND_COLOURS.get(kind, GREY)
        for survey in surveys:
            own = [r for r in rows if r["care_kind_code"] == kind and r["reference_date"] == survey]
            if not own:
                continue
            newest = survey == surveys[-1]
            axes.plot(
                [places[row["age_from_years"]] for row in own],
                [row["recipients_share"] for row in own],
                "o-" if newest else "o:",
                color=colour,
                linewidth=1.6 if newest else 1,
                markersize=3.5 if newest else 2,
                gid=f"rates-{kind}-{survey:%Y}",
            )
            if newest:
                ends.append((own[0]["care_kind_label"], own[-1]["recipients_share"], colour))
    heights = spread([value for _, value, _ in ends], 0.018)
    for (label, value, colour), height in zip(ends, heights, strict=True):
        axes.annotate(
            f"{label} {percent(value, 1)}",
            (len(places) - 1, height),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            weight="bold",
            size=7,
            annotation_clip=False,
        )
    axes.set_xticks(list(places.values()), [bands[age] for age in places])
    axes.set_xlabel("Alter in Jahren")
    axes.set_ylabel("Anteil der Altersgruppe")
    axes.set_ylim(bottom=0)
    axes.grid(axis="y")
    percent_axis(axes, "y")
    told = ", ".join(f"{label} {percent(value, 1)}" for label, value, _ in ends)
    alt = (
        f"{TITLE_RATES} ({surveys[-1].year}): alle Quoten steigen mit dem Alter; "
        f"{bands[max(bands)]} Jahre: {told}."
    )
    return Sheet(figure, TITLE_RATES, alt)


def draw_population(marts: Marts) -> Sheet:
    """Left the people aged 65 and older by band, right what the Land's rates make of all ages."""
    people = marts.some_rows("demand_population", POPULATION)
    expected = marts.rows("demand_rates", EXPECTED)
    counted = {row["population_date"] for row in people if row["population_source"] == "counted"}
    counted_on = listed([day(value) for value in sorted(counted)])
    issued = day(max(row["published_at"] for row in people))
    meaning = (
        "Links: Einwohner ab 65 Jahren am Jahresende; Linie: mittlere Variante, Fläche: alle "
        f"Varianten der Vorausberechnung. Gezählt am {counted_on}, danach vorausberechnet. "
        "Rechts: Heimbewohner, die sich aus dieser Bevölkerung (mittlere Variante) bei "
        f"gleichbleibenden Landesquoten ergäben, noch ohne {marts.words.kreisfaktor}, "
        "Trend und Auslastung."
    )
    source = (
        "Bevölkerungsfortschreibung und -vorausberechnung, Pflegestatistik, IT.NRW "
        f"(herausgegeben bis {issued}); Marts demand_population, demand_rates."
    )
    figure = new_figure(4.2, TITLE_POPULATION, meaning, source, marts)
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.05])
    ages = sorted({row["age_from_years"] for row in people})
    colours = dict(zip(ages, BAND_COLOURS, strict=False))
    bands = {row["age_from_years"]: band_label(row) for row in people}
    _people(left, people, [age for age in ages if age >= 65], colours, bands)
    _expected(right, expected, colours, bands)
    first, last = people[0]["reference_year"], people[-1]["reference_year"]
    sums = {
        year: sum(row["expected_persons"] for row in expected if row["reference_year"] == year)
        for year in (first, last)
    }
    eldest = {
        row["reference_year"]: row["population_persons"]
        for row in people
        if row["age_from_years"] == ages[-1] and row["population_variant_code"] == "base"
    }
    alt = (
        f"{TITLE_POPULATION}. Einwohner {bands[ages[-1]]} Jahren: {number(eldest[first])} "
        f"im Jahr {first}, {number(eldest[last])} im Jahr {last}. Erwartete Heimbewohner bei "
        f"gleichbleibenden Landesquoten: {number(sums[first])} und {number(sums[last])}."
    )
    return Sheet(figure, TITLE_POPULATION, alt)


def _people(
    axes: Axes, people: list[Row], ages: list[int], colours: dict[int, str], bands: dict[int, str]
) -> None:
    years = sorted({row["reference_year"] for row in people})
    ends = []
    for age in ages:
        own = [row for row in people if row["age_from_years"] == age]
        by_year = {
            year: [row["population_persons"] for row in own if row["reference_year"] == year]
            for year in years
        }
        base = [
            row["population_persons"] for row in own if row["population_variant_code"] == "base"
        ]
        axes.fill_between(
            years,
            [min(by_year[year]) for year in years],
            [max(by_year[year]) for year in years],
            color=colours[age],
            alpha=0.18,
            linewidth=0,
        )
        axes.plot(years, base, "o-", markersize=2.2, color=colours[age], gid=f"people-{age}")
        ends.append(base[-1])
    top = max(row["population_persons"] for row in people if row["age_from_years"] in ages)
    for age, height in zip(ages, spread(ends, top / 24), strict=True):
        axes.annotate(
            bands[age],
            (years[-1], height),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            size=6.5,
            color=colours[age],
            weight="bold",
            annotation_clip=False,
        )
    axes.set_ylim(bottom=0)
    axes.grid(axis="y")
    german_axis(axes, "y")
    year_axis(axes, years)
    axes.set_title("Einwohner nach Alter")


def _expected(
    axes: Axes, expected: list[Row], colours: dict[int, str], bands: dict[int, str]
) -> None:
    years = sorted({row["reference_year"] for row in expected})
    places = range(len(years))
    below = [0.0] * len(years)
    for age in sorted({row["age_from_years"] for row in expected}):
        values = [row["expected_persons"] for row in expected if row["age_from_years"] == age]
        bars = axes.bar(places, values, bottom=below, width=0.72, color=colours[age])
        for year, bar in zip(years, bars, strict=True):
            bar.set_gid(f"expected-{age}-{year}")
        if values[-1] > 150:
            axes.annotate(
                bands[age],
                (len(years) - 1, below[-1] + values[-1] / 2),
                xytext=(14, 0),
                textcoords="offset points",
                va="center",
                size=6.5,
                color=colours[age],
                weight="bold",
                annotation_clip=False,
            )
        below = [sum(pair) for pair in zip(below, values, strict=True)]
    for place, height in zip(places, below, strict=True):
        axes.annotate(
            number(height),
            (place, height),
            xytext=(0, 1.5),
            textcoords="offset points",
            ha="center",
            size=6.5,
        )
    axes.set_xticks(list(places), [str(year) for year in years])
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    german_axis(axes, "y")
    axes.set_title("Erwartete Heimbewohner nach Alter")


RATES_PLOT = Plot("rates_by_age", TITLE_RATES, ("demand_rates",), draw_rates)
POPULATION_PLOT = Plot(
    "population_by_age", TITLE_POPULATION, ("demand_population", "demand_rates"), draw_population
)
