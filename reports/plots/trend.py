"""How often people live in a home: the surveys, the trend through them, and what is assumed."""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from kreishaus.labels.formats import day, listed, number, percent
from reports.marts import Marts, Row
from reports.plots.sheet import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    VERMILION,
    Plot,
    Sheet,
    german_axis,
    new_figure,
    spread,
    year_axis,
)

TITLE = "Heimquote: Erhebungen, geschätzter Trend und angenommene Szenarien"
MEASURES = {"full_inpatient": ("o", BLUE), "permanent_inpatient": ("^", ORANGE)}

SURVEYS = """
    select region_code, region_name, measure_code, measure_label, reference_date,
        observed_persons, observed_to_expected, population_date, published_at
    from demand_trend_survey
    where region_code in ($land, $kreis)
        and measure_code in ('full_inpatient', 'permanent_inpatient')
    order by region_code, measure_code, reference_date
"""
TRENDS = """
    select region_code, measure_code, trend_share, surveys_count
    from demand_trend where region_code in ($land, $kreis)
"""
# Scenarios that share their trend are one line: the first of them names it.
SCENARIOS = """
    select region_code, reference_year, kind_trend_rate_pa, any_value(trend_factor) as trend_factor,
        any_value(base_year) as base_year, any_value(trend_until_year) as trend_until_year
    from demand_forecast
    where is_current_set and care_kind_code = 'full_inpatient' and region_code in ($land, $kreis)
        and region_level in ('Land', 'Kreis')
    group by region_code, reference_year, kind_trend_rate_pa
    order by region_code, kind_trend_rate_pa, reference_year
"""


def fitted_line(surveys: list[Row], trend_share: float) -> tuple[list[int], list[float]]:
    """The least-squares line through the logarithms: by its slope, through the middle of them."""
    years = [row["reference_date"].year for row in surveys]
    logs = [math.log(row["observed_to_expected"]) for row in surveys]
    middle_year, middle_log = sum(years) / len(years), sum(logs) / len(logs)
    return years, [
        math.exp(middle_log + math.log1p(trend_share) * (year - middle_year)) for year in years
    ]


def draw(marts: Marts) -> Sheet:
    """Two panels, Land and county."""
    surveys = marts.some_rows("demand_trend_survey", SURVEYS)
    trends = {
        (row["region_code"], row["measure_code"]): row for row in marts.rows("demand_trend", TRENDS)
    }
    scenarios = marts.rows("demand_forecast", SCENARIOS)
    newest = max(row["reference_date"] for row in surveys)
    dates = listed([day(value) for value in sorted({row["population_date"] for row in surveys})])
    meaning = (
        "Punkte: tatsächliche Heimbewohner, geteilt durch die Zahl, die sich aus den Landesquoten "
        f"nach Alter von {newest.year} ergäbe. Durchgezogen: Ausgleichsgerade durch die "
        "Logarithmen. Gestrichelt: Annahmen der Szenarien, ab der letzten Erhebung. Die Achse "
        f"beginnt nicht bei null. Bevölkerung vom {dates}: eine Alterung, die sie nicht zeigt, "
        "steckt im Trend."
    )
    source = (
        "Pflegestatistik und Bevölkerungsfortschreibung, IT.NRW "
        f"(herausgegeben bis {day(max(row['published_at'] for row in surveys))}); "
        "Marts demand_trend_survey, demand_trend, demand_forecast."
    )
    figure = new_figure(3.9, TITLE, meaning, source, marts)
    panels = figure.subplots(1, 2, sharey=True)
    told = []
    for axes, region in zip(panels, (marts.land, marts.kreis), strict=True):
        own = [row for row in surveys if row["region_code"] == region]
        if own:
            told += _panel(
                marts, axes, own, trends, [r for r in scenarios if r["region_code"] == region]
            )
    panels[0].set_ylabel("tatsächlich / erwartet")
    return Sheet(figure, TITLE, f"{TITLE}. " + " ".join(told))


def _panel(
    marts: Marts,
    axes: Axes,
    own: list[Row],
    trends: dict[tuple[str, str], Row],
    scenarios: list[Row],
) -> list[str]:
    name, region = marts.region_name(own[0]), own[0]["region_code"]
    told = []
    for measure, (marker, colour) in MEASURES.items():
        points = [row for row in own if row["measure_code"] == measure]
        if not points:
            continue
        label = points[0]["measure_label"]
        values = [row["observed_to_expected"] for row in points]
        trend = trends.get((region, measure))
        if trend:
            label += f": {percent(trend['trend_share'], 2, signed=True)} pro Jahr"
            years, line = fitted_line(points, trend["trend_share"])
            axes.plot(years, line, color=colour, gid=f"fit-{region}-{measure}")
            told.append(
                f"{name}, {points[0]['measure_label']}: {len(points)} Erhebungen "
                f"{points[0]['reference_date'].year} bis {points[-1]['reference_date'].year}, "
                f"Trend {percent(trend['trend_share'], 2, signed=True)} pro Jahr."
            )
        axes.plot(
            [row["reference_date"].year for row in points],
            values,
            marker,
            color=colour,
            label=label,
            gid=f"surveys-{region}-{measure}",
        )
    start = [row for row in own if row["measure_code"] == "full_inpatient"]
    if start and scenarios:
        told.append(_fan(axes, start[-1]["observed_to_expected"], scenarios))
    axes.set_title(name)
    axes.grid(axis="y")
    german_axis(axes, "y", 2)
    years = [row["reference_date"].year for row in own]
    year_axis(axes, [*years, *(row["reference_year"] for row in scenarios)])
    axes.legend(loc="upper left", handlelength=1.2)
    axes.margins(y=0.3)
    return told


def _fan(axes: Axes, start: float, scenarios: list[Row]) -> str:
    rates = sorted({row["kind_trend_rate_pa"] for row in scenarios})
    lines = {rate: [r for r in scenarios if r["kind_trend_rate_pa"] == rate] for rate in rates}
    ends = [start * lines[rate][-1]["trend_factor"] for rate in rates]
    for rate, height, end in zip(rates, spread(ends, 0.022), ends, strict=True):
        years = [row["reference_year"] for row in lines[rate]]
        axes.plot(
            years,
            [start * row["trend_factor"] for row in lines[rate]],
            color=BLACK if rate == 0 else VERMILION,
            linestyle=(0, (3, 1.5)),
            linewidth=1,
            gid=f"fan-{lines[rate][0]['region_code']}-{rate}",
        )
        axes.annotate(
            f"{percent(rate, 0, signed=True)}: {number(end, 2)}",
            (years[-1], height),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            size=6.5,
            annotation_clip=False,
        )
    until = scenarios[0]["trend_until_year"]
    axes.axvline(scenarios[0]["base_year"], color=GREY, linewidth=0.6, linestyle=":")
    return (
        f"Angenommen sind {listed([percent(rate, 0, signed=True) for rate in rates])} pro Jahr "
        f"bis {until:.0f}."
    )


PLOT = Plot("trend", TITLE, ("demand_trend_survey", "demand_trend", "demand_forecast"), draw)
