"""Past forecasts against what came, and their errors by how far they looked ahead."""

from __future__ import annotations

from matplotlib.axes import Axes

from kreishaus.labels.formats import number
from reports.marts import Marts, Row
from reports.plots.sheet import (
    BLUE,
    GREY,
    ORANGE,
    VERMILION,
    Plot,
    Sheet,
    german_axis,
    new_figure,
    nothing_here,
)

TITLE = "Rückschau: frühere Prognosen und was kam"

# What is compared: (source, measure), its name, its unit, the name of what came.
PARTS = (
    ("external_consultant", "balance_places", "Gutachter: Saldo", "Plätze", "nicht belegt"),
    ("own_model", "full_inpatient", "Eigenes Modell: Heimbewohner", "Personen", "gezählt"),
)
PAIRS = """
    select forecast_source_code, measure_code, region_level, region_code, region_name, target_year,
        issue_date, observed_reference_date, horizon_years, forecast_value, observed_value,
        error_value
    from demand_backtest
    where region_level in ('Land', 'Kreis', 'Gemeinde') and observed_value is not null
    order by forecast_source_code, measure_code, target_year, observed_reference_date,
        region_level desc, region_code
"""
BY_HORIZON = """
    select forecast_source_code, measure_code, region_level, horizon_years, comparisons_count,
        bias_value, mean_absolute_error_value
    from demand_backtest_by_horizon
    where region_level in ('Land', 'Kreis', 'Gemeinde')
    order by forecast_source_code, measure_code, region_level desc, horizon_years
"""
MOST_PAIRS = 10
"""The newest that fit into a panel; the errors by horizon rest on all."""


def draw(marts: Marts) -> Sheet:
    """A line of panels for each forecaster: pairs on the left, errors by horizon on the right."""
    pairs = marts.some_rows("demand_backtest", PAIRS)
    errors = marts.rows("demand_backtest_by_horizon", BY_HORIZON)
    dates = [row["observed_reference_date"] for row in pairs]
    meaning = (
        "Links: Raute die Prognose, Punkt was kam, dazwischen der Fehler. "
        "Rechts: mittlerer Fehler (Prognose minus Beobachtung) und mittlerer Betrag des Fehlers "
        "nach Jahren im Voraus. Ein nicht belegter Platz ist noch kein Saldo: manche sind nicht "
        "nutzbar, manche zwischen zwei Bewohnern leer. Beobachtet von "
        f"{min(dates):%m/%Y} bis {max(dates):%m/%Y}."
    )
    source = (
        "Monitoring des Gutachters; WTG-Behörde (nicht belegte Plätze); Pflegestatistik, IT.NRW; "
        "Marts demand_backtest, demand_backtest_by_horizon."
    )
    figure = new_figure(5.6, TITLE, meaning, source, marts)
    grid = figure.subplots(len(PARTS), 2, squeeze=False)
    told = []
    for (left, right), part in zip(grid, PARTS, strict=True):
        key = part[:2]
        own = [r for r in pairs if (r["forecast_source_code"], r["measure_code"]) == key]
        if own:
            _pairs(marts, left, own, part)
        else:
            nothing_here(left)
        left.set_title(part[2], pad=20)
        bars = [r for r in errors if (r["forecast_source_code"], r["measure_code"]) == key]
        if bars:
            told.append(_errors(marts, right, bars, part))
        else:
            nothing_here(right)
    return Sheet(figure, TITLE, f"{TITLE}. {len(pairs)} Vergleiche. " + " ".join(told))


def _pairs(marts: Marts, axes: Axes, own: list[Row], part: tuple[str, str, str, str, str]) -> None:
    rows = own[-MOST_PAIRS:]
    heights = list(range(len(rows), 0, -1))
    forecasts = [row["forecast_value"] for row in rows]
    observed = [row["observed_value"] for row in rows]
    axes.hlines(heights, forecasts, observed, color=GREY, linewidth=1.2, zorder=1)
    for name, values, marker, colour, label in (
        ("forecast", forecasts, "D", VERMILION, "Prognose"),
        ("observed", observed, "o", BLUE, part[4]),
    ):
        axes.plot(
            values,
            heights,
            marker,
            color=colour,
            markersize=4.5,
            linestyle="none",
            label=label,
            gid=f"{name}-{part[0]}",
        )
    axes.set_yticks(
        heights,
        [f"{marts.region_name(row)}\nfür {row['target_year']}: {_day(row)}" for row in rows],
    )
    axes.set_ylim(0.4, len(rows) + 0.6)
    axes.margins(x=0.15)
    axes.grid(axis="x")
    german_axis(axes, "x")
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(part[3])
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, handlelength=1)


def _level(marts: Marts, row: Row) -> str:
    """A level as people call it: the code ``Kreis`` is that of every kind of county."""
    return marts.words.kreis if row["region_level"] == "Kreis" else str(row["region_level"])


def _day(row: Row) -> str:
    return f"{row['observed_reference_date']:%d.%m.%Y}"


def _errors(marts: Marts, axes: Axes, rows: list[Row], part: tuple[str, str, str, str, str]) -> str:
    labels = [
        f"{_level(marts, row)}, {row['horizon_years']} J.\n(n = {row['comparisons_count']})"
        for row in rows
    ]
    heights = list(range(len(rows), 0, -1))
    for column, colour, shift, label in (
        ("bias_value", ORANGE, 0.18, "mittlerer Fehler"),
        ("mean_absolute_error_value", BLUE, -0.18, "mittlerer Betrag"),
    ):
        values = [row[column] for row in rows]
        bars = axes.barh(
            [height + shift for height in heights], values, height=0.34, color=colour, label=label
        )
        for row, bar in zip(rows, bars, strict=True):
            bar.set_gid(f"{column}-{part[0]}-{row['region_level']}-{row['horizon_years']}")
        for height, value in zip(heights, values, strict=True):
            axes.annotate(
                number(value, signed=column == "bias_value"),
                (value, height + shift),
                xytext=(3 if value >= 0 else -3, 0),
                textcoords="offset points",
                va="center",
                ha="left" if value >= 0 else "right",
                size=6.5,
            )
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_yticks(heights, labels)
    axes.margins(x=0.2)
    german_axis(axes, "x")
    axes.set_xlabel(f"Fehler, {part[3]}")
    axes.set_ylim(0.3, max(len(rows), 2) + 0.7)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, handlelength=1)
    first = rows[0]
    return (
        f"{part[2]}, {_level(marts, first)}, Abstand in Jahren {first['horizon_years']}: "
        f"mittlerer Fehler {number(first['bias_value'], signed=True)} {part[3]}."
    )


PLOT = Plot("backtest", TITLE, ("demand_backtest", "demand_backtest_by_horizon"), draw)
