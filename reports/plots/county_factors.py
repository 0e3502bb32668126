"""The county among all Kreise of its Land: counted recipients against the Land's rates by age."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from kreishaus.labels.formats import day, number
from reports.marts import Marts, Row
from reports.plots.sheet import BLUE, GREY, VERMILION, Plot, Sheet, german_axis, new_figure

TITLE = "Tatsächliche und erwartete Leistungsempfänger: Kreise und kreisfreie Städte"

FACTORS = """
    select region_code, region_name, care_kind_code, care_kind_label, base_year, population_date,
        observed_to_expected, county_factor, own_weight_share, published_at
    from demand_forecast
    where is_current_set and scenario = 'base' and region_level = 'Kreis'
        and reference_year = base_year and observed_to_expected is not null
        and substr(region_code, 1, 2) = $land
    order by care_kind_code, observed_to_expected, region_code
"""


def draw(marts: Marts) -> Sheet:
    """One panel for each kind of care, Kreise from the lowest to the highest."""
    rows = marts.some_rows("demand_forecast", FACTORS)
    kinds = sorted({(row["care_kind_code"], row["care_kind_label"]) for row in rows})
    kreise = len({row["region_code"] for row in rows})
    year, population = rows[0]["base_year"], rows[0]["population_date"]
    meaning = (
        f"Jeder Punkt ist einer von {kreise} Kreisen und kreisfreien Städten: Empfänger im "
        f"Jahr {year}, geteilt durch die "
        "Zahl, die sich aus den Landesquoten nach Alter für seine Bevölkerung vom "
        f"{day(population)} ergäbe. 1 ist das Land. Der {marts.words.kreisfaktor} der Prognose ist "
        "dieselbe Zahl, ein wenig zur 1 hin gezogen."
    )
    issued = day(max(row["published_at"] for row in rows))
    source = (
        "Pflegestatistik und Bevölkerungsfortschreibung, IT.NRW "
        f"(herausgegeben bis {issued}); Mart demand_forecast."
    )
    figure = new_figure(3.7, TITLE, meaning, source, marts)
    panels = figure.subplots(1, len(kinds), sharex=True, sharey=True, squeeze=False)[0]
    told = []
    for axes, (code, label) in zip(panels, kinds, strict=True):
        own = [row for row in rows if row["care_kind_code"] == code]
        told.append(f"{label}: {_panel(axes, own, marts)}")
        axes.set_title(label)
    panels[0].set_ylabel("Regionen, nach Größe geordnet")
    return Sheet(figure, TITLE, f"{TITLE} ({year}). " + " ".join(told))


def _panel(axes: Axes, own: list[Row], marts: Marts) -> str:
    kreis = marts.kreis
    values = [row["observed_to_expected"] for row in own]
    ranks = list(range(1, len(own) + 1))
    axes.axvline(1, color=GREY, linewidth=0.8)
    axes.plot(
        values, ranks, "o", color=BLUE, markersize=2.6, gid=f"kreise-{own[0]['care_kind_code']}"
    )
    for rank, row, shift in ((1, own[0], 3), (len(own), own[-1], -3)):
        if row["region_code"] != kreis:
            axes.annotate(
                row["region_name"].split(",")[0],
                (row["observed_to_expected"], rank),
                xytext=(shift, 0),
                textcoords="offset points",
                size=6,
                color=GREY,
                va="center",
                ha="left" if shift > 0 else "right",
            )
    axes.grid(axis="x")
    axes.xaxis.set_major_locator(MultipleLocator(0.5))
    axes.margins(y=0.1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    german_axis(axes, "x", 1)
    axes.set_xlabel("tatsächlich / erwartet")
    told = f"von {number(values[0], 2)} bis {number(values[-1], 2)}."
    for rank, row in zip(ranks, own, strict=True):
        if row["region_code"] == kreis:
            value = row["observed_to_expected"]
            axes.plot([value], [rank], "D", color=VERMILION, markersize=5.5, gid="own")
            axes.annotate(
                f"{marts.county.name} {number(value, 2)}\n"
                f"({marts.words.kreisfaktor} {number(row['county_factor'], 3)})",
                (value, rank),
                xytext=(8, 0),
                textcoords="offset points",
                size=6.5,
                weight="bold",
                va="center",
            )
            told = f"{marts.county.name} {number(value, 2)}, alle zusammen {told}"
    return told


PLOT = Plot("county_factors", TITLE, ("demand_forecast",), draw)
