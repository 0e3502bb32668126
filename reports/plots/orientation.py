"""The orientation value (places per 100 people of 80 and older) beside the balance by rates."""

from __future__ import annotations

from matplotlib.axes import Axes

from kreishaus.labels.formats import number
from reports.marts import Marts, Row
from reports.plots.sheet import (
    BLACK,
    GREY,
    ORANGE,
    Plot,
    Sheet,
    german_axis,
    new_figure,
    nothing_here,
)

TITLE = "Orientierungswert und Saldo nach Quoten im Vergleich"

ORIENTATION = """
    select region_level, region_code, region_name, reference_year, places_per_100,
        orientation_places_per_100, orientation_balance_places, rates_balance_places,
        sensitivity_places, published_at
    from demand_orientation
    where scenario = 'base' and region_level in ('Kreis', 'Gemeinde')
        and substr(region_code, 1, 5) = $kreis
    order by region_level, region_code, reference_year
"""


def draw(marts: Marts) -> Sheet:
    """Left the county over the years, right its municipalities in the middle one."""
    rows = marts.some_rows("demand_orientation", ORIENTATION)
    county = [row for row in rows if row["region_level"] == "Kreis"]
    years = sorted({row["reference_year"] for row in rows})
    middle = years[len(years) // 2]
    places = [
        row for row in rows if row["region_level"] == "Gemeinde" and row["reference_year"] == middle
    ]
    words = marts.words
    value = rows[0]["orientation_places_per_100"]
    sensitivity = ""
    if county:
        moved = next(row for row in county if row["reference_year"] == middle)["sensitivity_places"]
        sensitivity = (
            f" Ein Platz mehr oder weniger im Orientierungswert bewegt den Saldo "
            f"{words.des_kreises} um "
            f"{number(moved)} Plätze ({middle})."
        )
    meaning = (
        f"Orientierungswert: {number(value, 2)} Dauerpflegeplätze je 100 Einwohner ab 80 Jahren, "
        f"wie sie das Land im Basisjahr {years[0]} hat. Der Saldo nach Quoten kennt auch das Alter "
        f"über 80 und die Eigenart {words.des_kreises} ({words.kreisfaktor}), der "
        f"Orientierungswert nicht.{sensitivity}"
    )
    source = (
        "Pflegestatistik und Bevölkerung, IT.NRW; Bestand, WTG-Behörde; Mart demand_orientation."
    )
    figure = new_figure(3.7, TITLE, meaning, source, marts)
    left, right = figure.subplots(1, 2)
    told = _over_years(left, county, marts) if county else ""
    if not county:
        nothing_here(left)
    if places:
        _by_municipality(right, places, middle)
    else:
        nothing_here(right)
    return Sheet(figure, TITLE, f"{TITLE}. Orientierungswert {number(value, 2)}. {told}")


def _over_years(axes: Axes, county: list[Row], marts: Marts) -> str:
    name, words = marts.county.name, marts.words
    years = [row["reference_year"] for row in county]
    told = []
    for column, colour, marker, label in (
        ("rates_balance_places", BLACK, "o-", "nach Quoten"),
        ("orientation_balance_places", ORANGE, "s--", "nach Orientierungswert"),
    ):
        values = [row[column] for row in county]
        axes.plot(years, values, marker, color=colour, markersize=3, gid=f"county-{column}")
        axes.annotate(
            f"{label}\n{number(values[-1], signed=True)}",
            (years[-1], values[-1]),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            size=6.5,
            annotation_clip=False,
        )
        told.append(f"{label} {number(values[-1], signed=True)}")
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_title(name)
    axes.set_ylabel("Saldo, Plätze")
    axes.grid(axis="y")
    german_axis(axes, "y", signed=True)
    return f"Saldo {words.des_kreises} im Jahr {years[-1]}: {', '.join(told)} Plätze."


def _by_municipality(axes: Axes, places: list[Row], year: int) -> None:
    heights = list(range(len(places), 0, -1))
    rates = [row["rates_balance_places"] for row in places]
    values = [row["orientation_balance_places"] for row in places]
    axes.hlines(heights, rates, values, color=GREY, linewidth=0.9)
    axes.plot(rates, heights, "o", color=BLACK, label="nach Quoten", gid="places-rates")
    axes.plot(
        values, heights, "s", color=ORANGE, label="nach Orientierungswert", gid="places-orientation"
    )
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_yticks(heights, [row["region_name"].split(",")[0] for row in places])
    axes.set_ylim(0.4, len(places) + 2.1)
    axes.set_title(f"Gemeinden, {year}")
    axes.set_xlabel("Saldo, Plätze")
    axes.grid(axis="x")
    axes.legend(loc="upper left", handlelength=1)
    german_axis(axes, "x", signed=True)


PLOT = Plot("orientation", TITLE, ("demand_orientation",), draw)
