"""Balance of places over the years: band, scenarios, the consultant's forecast, decisions."""

from __future__ import annotations

from matplotlib.axes import Axes

from kreishaus.county_words import CountyWords
from kreishaus.labels.formats import day, listed, number
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
    spread,
)

TITLE = "Saldo der Pflegeplätze: Spannbreite, Szenarien und Beschlüsse"
TITLE_MUNICIPALITIES = "Saldo der Pflegeplätze nach Gemeinden"
MARTS = ("demand_band", "demand_forecast", "demand_decision", "demand_external_forecast")
COLOURS = (SKY, VERMILION, ORANGE, GREEN, PURPLE, BLUE, GREY)

BAND = """
    select region_code, region_name, region_level, reference_year, grid_points_count,
        balance_min_places, balance_median_places, balance_max_places, published_at
    from demand_band
    where is_current_set and region_level = $level and substr(region_code, 1, 5) = $kreis
        and balance_median_places is not null
    order by region_code, reference_year
"""
SCENARIOS = """
    select region_code, scenario, scenario_label, reference_year, balance_places, supply_date,
        population_source, population_date, base_year
    from demand_forecast
    where is_current_set and care_kind_code = 'full_inpatient' and region_level = $level
        and substr(region_code, 1, 5) = $kreis and balance_places is not null
    order by region_code, scenario <> 'base', scenario, reference_year
"""
OUTSIDE = """
    select region_code, issue_month, target_year, balance_places
    from demand_external_forecast
    where region_level = $level and substr(region_code, 1, 5) = $kreis
    order by region_code, issue_month, target_year
"""
DECISIONS = """
    select region_code, plan_year, cast(sum(places) as bigint) as places
    from demand_decision
    where substr(region_code, 1, 5) = $kreis
    group by region_code, plan_year
    order by plan_year, region_code
"""


def _meaning(band: list[Row], scenarios: list[Row], *, lines: str, decisions: str) -> str:
    points = max(row["grid_points_count"] for row in band)
    return (
        "Angebot minus Bedarf an vollstationären Plätzen am Jahresende; unter null fehlen Plätze. "
        f"Fläche: kleinster bis größter Wert über alle {points} Kombinationen der Annahmen, breite "
        f"helle Linie: mittlerer. {lines} {decisions} Bevölkerung "
        f"bis {max(_counted(scenarios), default=0)} gezählt, danach vorausberechnet; Angebot vom "
        f"{listed([day(value) for value in sorted({row['supply_date'] for row in scenarios})])}."
    )


def _counted(scenarios: list[Row]) -> set[int]:
    return {row["reference_year"] for row in scenarios if row["population_source"] == "counted"}


def _source(band: list[Row], outside: list[Row], words: CountyWords) -> str:
    issues = sorted({f"{row['issue_month']:%m/%Y}" for row in outside})
    consultant = f"Monitoring des Gutachters ({listed(issues)}), " if issues else ""
    return (
        "Pflegestatistik und Bevölkerung, IT.NRW; Bestand und Vorhaben, WTG-Behörde; "
        f"{consultant}Beschlüsse {words.des_kreistags} (herausgegeben bis "
        f"{day(max(row['published_at'] for row in band))}); "
        "Marts demand_band, demand_forecast, demand_external_forecast, demand_decision."
    )


def _fill(axes: Axes, band: list[Row], colour: str = BLUE) -> None:
    years = [row["reference_year"] for row in band]
    region = band[0]["region_code"]
    axes.fill_between(
        years,
        [row["balance_min_places"] for row in band],
        [row["balance_max_places"] for row in band],
        color=colour,
        alpha=0.18,
        linewidth=0,
        gid=f"band-{region}",
    )
    axes.plot(
        years,
        [row["balance_median_places"] for row in band],
        color=colour,
        linewidth=2.4,
        alpha=0.45,
        gid=f"median-{region}",
    )
    axes.axhline(0, color=BLACK, linewidth=0.8)
    axes.grid(axis="y")
    german_axis(axes, "y", signed=True)


def draw(marts: Marts) -> Sheet:
    """The county: the balance above, the decisions below on the same years."""
    level = {"level": "Kreis"}
    band = marts.some_rows("demand_band", BAND, level)
    scenarios = marts.some_rows("demand_forecast", SCENARIOS, level)
    outside = marts.rows("demand_external_forecast", OUTSIDE, level)
    decisions = marts.rows("demand_decision", DECISIONS)
    meaning = _meaning(
        band,
        scenarios,
        lines="Linien: benannte Szenarien; Rauten: Prognose des Gutachters, wie gedruckt.",
        decisions="Unten: beschlossene neue Plätze je Planjahr. Beschlüsse gehen in keine Linie "
        "ein, gemeldete Vorhaben schon.",
    )
    figure = new_figure(5.6, TITLE, meaning, _source(band, outside, marts.words), marts)
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[5, 1])
    _fill(axes, band)
    labels = _scenario_lines(axes, scenarios)
    _outside_line(axes, outside)
    last = band[-1]["reference_year"]
    heights = spread([value for _, value, _ in labels], 105)
    for (text, value, colour), height in zip(labels, heights, strict=True):
        axes.annotate(
            f"{text} {number(value, signed=True)}",
            (last, value),
            xytext=(last + 0.5, height),
            size=6.5,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkA": 0},
        )
    axes.set_ylabel("Saldo, Plätze")
    axes.set_title(marts.county.name)
    told = _decision_bars(below, decisions)
    low, high = band[-1]["balance_min_places"], band[-1]["balance_max_places"]
    base = next(value for text, value, colour in labels if colour == BLACK)
    alt = (
        f"{TITLE}, {marts.county.name}. Im Jahr {last} liegt der Saldo zwischen "
        f"{number(low, signed=True)} und {number(high, signed=True)} Plätzen, im Szenario "
        f"{labels[0][0]} bei {number(base, signed=True)}. {told}"
    )
    return Sheet(figure, TITLE, alt)


def _scenario_lines(axes: Axes, scenarios: list[Row]) -> list[tuple[str, float, str]]:
    """Draw them; return for each its name, last value and colour, base first."""
    names = list(dict.fromkeys(row["scenario"] for row in scenarios))
    labels = []
    for place, name in enumerate(names):
        own = [row for row in scenarios if row["scenario"] == name]
        is_base = name == "base"
        colour = BLACK if is_base else COLOURS[(place - 1) % len(COLOURS)]
        axes.plot(
            [row["reference_year"] for row in own],
            [row["balance_places"] for row in own],
            color=colour,
            linewidth=1.8 if is_base else 0.9,
            linestyle="-" if is_base else (0, (4, 1 + place % 3)),
            gid=f"scenario-{name}",
        )
        labels.append((own[0]["scenario_label"], own[-1]["balance_places"], colour))
    return labels


def _outside_line(axes: Axes, outside: list[Row], *, label: bool = True) -> None:
    for issue in sorted({row["issue_month"] for row in outside}):
        own = [row for row in outside if row["issue_month"] == issue]
        axes.plot(
            [row["target_year"] for row in own],
            [row["balance_places"] for row in own],
            "D:",
            color=VERMILION,
            markersize=3.4,
            linewidth=1,
            gid=f"outside-{own[0]['region_code']}-{issue:%Y-%m}",
        )
        if label:
            first = own[0]
            axes.annotate(
                f"Gutachter {issue:%m/%Y}\n{first['target_year']}: "
                f"{number(first['balance_places'], signed=True)}",
                (first["target_year"], first["balance_places"]),
                xytext=(-6, -2),
                textcoords="offset points",
                ha="right",
                va="top",
                size=6.5,
                color=VERMILION,
            )


def _decision_bars(axes: Axes, decisions: list[Row]) -> str:
    years = sorted({row["plan_year"] for row in decisions})
    sums = {
        year: sum(row["places"] for row in decisions if row["plan_year"] == year) for year in years
    }
    bars = axes.bar(list(sums), list(sums.values()), width=0.7, color=GREEN)
    for year, places, bar in zip(sums, sums.values(), bars, strict=True):
        bar.set_gid(f"decision-{year}")
        axes.annotate(
            number(places),
            (year, places),
            xytext=(0, 1.5),
            textcoords="offset points",
            ha="center",
            size=6.5,
        )
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.margins(y=0.35)
    axes.set_title("Beschlossene Plätze je Planjahr", fontweight="normal", fontsize=7)
    if not sums:
        return ""
    told = listed([f"{year}: {number(places)}" for year, places in sums.items()])
    return f"Beschlossene Plätze {told}."


def draw_municipalities(marts: Marts) -> Sheet:
    """One panel for each municipality, all on the same axes."""
    level = {"level": "Gemeinde"}
    band = marts.some_rows("demand_band", BAND, level)
    scenarios = marts.some_rows("demand_forecast", SCENARIOS, level)
    outside = marts.rows("demand_external_forecast", OUTSIDE, level)
    decisions = marts.rows("demand_decision", DECISIONS)
    meaning = _meaning(
        band,
        scenarios,
        lines="Schwarze Linie: Status quo; Rauten: Prognose des Gutachters.",
        decisions="Dreiecke am Rand: beschlossene Plätze. Beschlüsse gehen in keine Linie ein, "
        "gemeldete Vorhaben schon.",
    )
    regions = sorted({(row["region_code"], row["region_name"]) for row in band})
    columns = 4
    lines = -(-len(regions) // columns)
    figure = new_figure(
        1.2 + 1.75 * lines,
        TITLE_MUNICIPALITIES,
        meaning,
        _source(band, outside, marts.words),
        marts,
    )
    grid = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    told = []
    for axes, (code, name) in zip(grid.flat, regions, strict=False):
        own = [row for row in band if row["region_code"] == code]
        base = [r for r in scenarios if r["region_code"] == code and r["scenario"] == "base"]
        _fill(axes, own)
        axes.plot(
            [row["reference_year"] for row in base],
            [row["balance_places"] for row in base],
            color=BLACK,
            gid=f"base-{code}",
        )
        _outside_line(axes, [row for row in outside if row["region_code"] == code], label=False)
        _decision_marks(axes, [row for row in decisions if row["region_code"] == code])
        axes.set_title(name.split(",")[0], fontsize=7.5)
        axes.tick_params(axis="x", rotation=90)
        last = base[-1]
        axes.annotate(
            number(last["balance_places"], signed=True),
            (last["reference_year"], last["balance_places"]),
            xytext=(2, 0),
            textcoords="offset points",
            size=6.5,
            va="center",
            annotation_clip=False,
        )
        told.append(f"{name.split(',')[0]} {number(last['balance_places'], signed=True)}")
    for axes in list(grid.flat)[len(regions) :]:
        axes.set_axis_off()
    for line in grid:
        line[0].set_ylabel("Saldo, Plätze")
    alt = (
        f"{TITLE_MUNICIPALITIES}. Saldo im Szenario Status quo im Jahr "
        f"{band[-1]['reference_year']}: {', '.join(told)}."
    )
    return Sheet(figure, TITLE_MUNICIPALITIES, alt)


def _decision_marks(axes: Axes, own: list[Row]) -> None:
    transform = axes.get_xaxis_transform()
    for row in own:
        axes.plot(
            [row["plan_year"]],
            [0.13],
            "^",
            color=GREEN,
            transform=transform,
            markersize=3.5,
            gid=f"decision-{row['region_code']}-{row['plan_year']}",
        )
    if own:
        axes.annotate(
            f"beschlossen: {', '.join(number(row['places']) for row in own)}",
            (own[0]["plan_year"], 0.02),
            xycoords=transform,
            xytext=(-3, 0),
            textcoords="offset points",
            va="bottom",
            size=5.5,
            color=GREEN,
        )


PLOT = Plot("band", TITLE, MARTS, draw)
PLOT_MUNICIPALITIES = Plot("band_municipalities", TITLE_MUNICIPALITIES, MARTS, draw_municipalities)
