"""The forecast of the demand paper: county, municipalities and units, band, orientation value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matplotlib.figure import Figure as Drawing

from kreishaus.county_words import CountyWords
from kreishaus.labels import translations
from kreishaus.labels.formats import listed, number, rounded
from reports import charts, phrasing
from reports.charts import ink
from reports.document import Block, Bullets, Column, Figure, Line, Paragraph, Section, Table
from reports.marts import Marts, NoData, Row
from reports.papers.parts import Place, missing, origin
from reports.phrasing import balance, short_name, value
from reports.plots.sheet import BLACK, BLUE, GREY, ORANGE, SKY, german_axis, year_axis

DATASETS = (
    "it_nrw/care_recipients",
    "it_nrw/care_recipients_by_age",
    "it_nrw/population_by_age",
    "it_nrw/population_projection",
    "it_nrw/population_municipalities_by_age",
    "wtg/stichtag",
)
SOURCES = (
    "Pflegestatistik, Bevölkerungsfortschreibung und -vorausberechnung (IT.NRW), Angebote der "
    "WTG-Behörde; Stichtage im Abschnitt „Datengrundlage“",
)
METHOD = (
    "Quoten des Landes nach Alter x Bevölkerung x {kreisfaktor} x Trend, geteilt durch die "
    "Zielauslastung; Saldo = Angebot − Bedarf, negativ = es fehlen Plätze (docs/methods.md, „Need“)"
)
METHOD_BAND = (
    "kleinster, mittlerer und größter Wert über alle Kombinationen der Annahmen; keine "
    "Wahrscheinlichkeit (docs/methods.md, „The band“)"
)
METHOD_ORIENTATION = "Plätze je 100 Einwohner ab 80 Jahren (docs/methods.md, „Orientation value“)"
MARTS = "demand_forecast"

FORECAST = """
    select * from demand_forecast
    where is_current_set and care_kind_code = 'full_inpatient' and scenario = 'base'
        and region_level in ('Kreis', 'Gemeinde', 'Planungseinheit')
        and (region_code <> $kreis or region_level = 'Kreis')
        and (region_level <> 'Kreis' or region_code = $kreis)
    order by region_level, region_code, reference_year
"""
SCENARIOS = """
    select * from demand_forecast
    where is_current_set and care_kind_code = 'full_inpatient' and region_level = 'Kreis'
        and region_code = $kreis and reference_year = $year
    order by scenario <> 'base', scenario_label
"""
BAND = """
    select * from demand_band
    where is_current_set and region_level = 'Kreis' and region_code = $kreis
    order by reference_year
"""
ORIENTATION = """
    select * from demand_orientation
    where region_level = 'Kreis' and region_code = $kreis and scenario = 'base'
    order by reference_year
"""
UNITS = "select * from dim_planning_unit order by unit_code, municipality_code"
COMPOSED = """
    select * from demand_external_forecast
    where region_level = 'Planungseinheit'
        and region_code in (
            select region_code from demand_external_forecast
            group by region_code having max(composition_number) > 1
        )
    order by region_code, target_year, composition_number
"""


@dataclass(frozen=True)
class Forecast:
    """The base scenario: all rows of the county, its municipalities and its planning units."""

    rows: list[Row]
    words: CountyWords

    @property
    def method(self) -> str:
        return self.words.fill(METHOD)

    def of(self, level: str) -> list[Row]:
        return [row for row in self.rows if row["region_level"] == level]

    @property
    def county(self) -> list[Row]:
        return self.of("Kreis")

    @property
    def base(self) -> Row:
        return self.county[0]

    @property
    def years(self) -> list[int]:
        return [row["reference_year"] for row in self.county]

    @property
    def shown_years(self) -> list[int]:
        """The base year, three years on, and what lies far ahead."""
        near = self.near_year
        return [self.years[0], *([near] if near != self.years[0] else []), *self.far_years]

    @property
    def near_year(self) -> int:
        """The first year of the forecast that is three years or more after the base year."""
        return next((year for year in self.years if year >= self.years[0] + 3), self.years[-1])

    @property
    def far_years(self) -> list[int]:
        return [year for year in self.years if year > self.near_year]

    def at(self, year: int) -> Row:
        return next(row for row in self.county if row["reference_year"] == year)


def forecast(marts: Marts) -> Forecast:
    """Raises ``NoData`` where there is no forecast."""
    rows = marts.some_rows("demand_forecast", FORECAST)
    if not any(row["region_level"] == "Kreis" for row in rows):
        raise NoData("demand_forecast")
    return Forecast(rows, marts.words)


def band(marts: Marts) -> dict[int, Row]:
    """The band of the county by year."""
    return {row["reference_year"]: row for row in marts.rows("demand_band", BAND)}


def span(row: Row) -> str:
    """The band of a balance in words."""
    low, high = row["balance_min_places"], row["balance_max_places"]
    return (
        f"je nach Annahmen zwischen {number(low, signed=True)} und {number(high, signed=True)} "
        "Plätzen"
    )


def year_sentence(held: Forecast, bands: dict[int, Row], year: int) -> str:
    """What the forecast says of a year."""
    row = held.at(year)
    sentence = (
        f"{year} stehen einem Bedarf von {number(row['need_places'])} vollstationären Plätzen "
        f"{number(row['supply_places'])} gegenüber. {balance_of(row)}"
    )
    if year in bands and year != held.years[0]:
        sentence += f"; {span(bands[year])}"
    return f"{sentence}."


def balance_of(row: Row) -> str:
    """The balance of the printed numbers: supply less need, each in whole places."""
    need, supply = row["need_places"], row["supply_places"]
    if need is None or supply is None:
        return balance(None)
    return balance(float(rounded(supply) - rounded(need)))


def summary(held: Forecast, bands: dict[int, Row]) -> list[str]:
    """The base year, the year of the plan and one far ahead."""
    chosen = [held.years[0], held.near_year, *held.far_years[:1]]
    return [year_sentence(held, bands, year) for year in dict.fromkeys(chosen)]


def _about(held: Forecast) -> str:
    return f"Basisjahr {held.base['base_year']}, Prognose bis {held.years[-1]}"


def county_section(marts: Marts, held: Forecast, place: Place) -> Section:
    """Residents, need, supply and balance of the county by year."""
    bands = band(marts)
    bullets = tuple(year_sentence(held, bands, year) for year in held.shown_years)
    table = Table(
        f"Bedarf, Angebot und Saldo {place.here}, Szenario „{held.base['scenario_label']}“",
        (
            Column("Jahr", numeric=False),
            Column("Ab 80 Jahre"),
            Column("Bewohner"),
            Column("90-%-Bereich von"),
            Column("bis"),
            Column("Bedarf"),
            Column("Angebot"),
            Column("Saldo"),
        ),
        tuple(
            Line(
                (
                    str(row["reference_year"]),
                    value(row["population_80_plus_persons"]),
                    value(row["residents_persons"]),
                    value(row["residents_low_persons"]),
                    value(row["residents_high_persons"]),
                    value(row["need_places"]),
                    value(row["supply_places"]),
                    _balance_cell(row),
                )
            )
            for row in held.county
        ),
        (
            "Der 90-%-Bereich sagt, wie weit eine Zahl dieser Größe durch Zufall schwankt; von "
            "einer falschen Annahme weiß er nichts.",
        ),
        origin(held.county, _about(held), SOURCES, held.method, MARTS),
    )
    return Section(
        f"Bedarf und Angebot {place.here}",
        (Bullets(bullets), _balance_figure(marts, held, bands, place), table),
    )


def _balance_cell(row: Row) -> str:
    if row["need_places"] is None or row["supply_places"] is None:
        return phrasing.NO_VALUE
    places = rounded(row["supply_places"]) - rounded(row["need_places"])
    return number(float(places), signed=True)


def _balance_figure(marts: Marts, held: Forecast, bands: dict[int, Row], place: Place) -> Figure:
    external = marts.rows(
        "demand_external_forecast",
        "select * from demand_external_forecast where region_level = 'Kreis' "
        "and region_code = $kreis order by target_year",
    )
    years = held.years
    balances = [row["balance_places"] for row in held.county]
    banded = [year for year in years if year in bands]

    def draw(drawing: Drawing) -> None:
        axes = drawing.subplots()
        axes.fill_between(
            banded,
            [bands[year]["balance_min_places"] for year in banded],
            [bands[year]["balance_max_places"] for year in banded],
            color=SKY,
            alpha=0.35,
            linewidth=0,
        )
        axes.plot(years, balances, "o-", color=BLUE, gid="balance-base")
        ends = [("Prognose (Status quo)", float(balances[-1]), BLUE)]
        if banded:
            last = bands[banded[-1]]
            ends += [
                ("Spannweite: höchster", float(last["balance_max_places"]), GREY),
                ("Spannweite: niedrigster", float(last["balance_min_places"]), GREY),
            ]
        if external:
            axes.plot(
                [row["target_year"] for row in external],
                [row["balance_places"] for row in external],
                "s--",
                color=ORANGE,
                markersize=3.5,
            )
            axes.annotate(
                "Beratungsunternehmen",
                (external[-1]["target_year"], external[-1]["balance_places"]),
                xytext=(0, -7),
                textcoords="offset points",
                size=7,
                color=ink(ORANGE),
                weight="bold",
                ha="center",
                va="top",
            )
        axes.axhline(0, color=BLACK, linewidth=0.8)
        low = min([*balances, *(bands[year]["balance_min_places"] for year in banded)])
        high = max([*balances, *(bands[year]["balance_max_places"] for year in banded), 0])
        charts.label_ends(axes, years[-1], ends, (high - low) / 14)
        axes.margins(x=0.01)
        axes.set_ylabel("Saldo in Plätzen (unter 0: es fehlen Plätze)")
        axes.grid(axis="y")
        german_axis(axes, "y", signed=True)
        year_axis(axes, [*years, *(row["target_year"] for row in external)])

    caption = f"Saldo der vollstationären Plätze {place.here}, {years[0]} bis {years[-1]}"
    told = "; ".join(f"{row['reference_year']}: {_balance_cell(row)}" for row in held.county)
    alt = f"Liniendiagramm mit Spannweite. Saldo im Szenario Status quo: {told}."
    if banded:
        alt += f" Im Jahr {banded[-1]} {span(bands[banded[-1]])}."
    return Figure(
        caption,
        charts.chart(2.9, caption, alt, draw),
        alt,
        None,
        ("Fläche: Spannweite über alle Kombinationen der Annahmen.",),
        origin(
            [*held.county, *bands.values()],
            _about(held),
            SOURCES,
            METHOD_BAND,
            MARTS,
            "demand_band",
            *(("demand_external_forecast",) if external else ()),
        ),
    )


def regions_section(marts: Marts, held: Forecast) -> list[Section]:
    """Balances by municipality and by planning unit, with how the units are composed.

    Nothing for a city that has neither.
    """
    names = {row["region_code"]: short_name(row["region_name"]) for row in held.of("Gemeinde")}
    blocks: list[Block] = []
    if names:
        blocks += [_regions_table(held, "Gemeinde", "Gemeinden"), _need_table(held)]
    units = held.of("Planungseinheit")
    if units:
        blocks.append(_regions_table(held, "Planungseinheit", "Planungseinheiten"))
        blocks += _composition(marts, names)
    if held.words.has_municipalities:
        title = "Gemeinden und Planungseinheiten"
        return [Section(title, tuple(blocks) or (missing("Eine Prognose nach Gemeinden"),))]
    return [Section("Planungseinheiten", tuple(blocks))] if blocks else []


def _regions_table(held: Forecast, level: str, title: str) -> Table:
    rows = held.of(level)
    years = held.shown_years
    by_region: dict[str, dict[int, Row]] = {}
    for row in rows:
        by_region.setdefault(row["region_code"], {})[row["reference_year"]] = row
    lines = [
        Line(
            (
                short_name(next(iter(own.values()))["region_name"]),
                value(own[years[0]]["supply_places"]),
                *(_balance_cell(own[year]) for year in years if year in own),
            )
        )
        for own in by_region.values()
    ]
    lines.append(
        Line(
            (
                held.words.kreis,
                value(held.base["supply_places"]),
                *(_balance_cell(held.at(year)) for year in years),
            ),
            "total",
        )
    )
    return Table(
        f"Saldo der vollstationären Plätze nach {title}",
        (
            Column(level, numeric=False),
            Column(f"Angebot {years[0]}"),
            *(Column(f"Saldo {year}") for year in years),
        ),
        tuple(lines),
        (
            "Saldo aus Angebot und Bedarf, jeder auf ganze Plätze gerundet: Summen können um "
            "wenige Plätze abweichen.",
        ),
        origin(rows, _about(held), SOURCES, held.method, MARTS),
    )


def _need_table(held: Forecast) -> Table:
    year = held.near_year
    rows = [row for row in held.of("Gemeinde") if row["reference_year"] == year]
    return Table(
        f"Bewohner und Bedarf nach Gemeinden {year}",
        (
            Column("Gemeinde", numeric=False),
            Column("Bewohner"),
            Column("90-%-Bereich von"),
            Column("bis"),
            Column("Bedarf"),
            Column("Angebot"),
        ),
        tuple(
            Line(
                (
                    short_name(row["region_name"]),
                    value(row["residents_persons"]),
                    value(row["residents_low_persons"]),
                    value(row["residents_high_persons"]),
                    value(row["need_places"]),
                    value(row["supply_places"]),
                )
            )
            for row in rows
        ),
        tuple(
            f"{statement[:1].upper()}{statement[1:]}."
            for statement in translations.caveats([row["caveat"] for row in rows], held.words)
        ),
        origin(rows, f"{year}, {_about(held)}", SOURCES, held.method, MARTS),
    )


def _composition(marts: Marts, names: dict[str, str]) -> list[Block]:
    members: dict[str, list[Row]] = {}
    for row in marts.rows("dim_planning_unit", UNITS):
        members.setdefault(row["unit_name"], []).append(row)
    told = []
    for unit, rows in members.items():
        left = [row for row in rows if row["valid_to"] is not None]
        now = [_name(row, names) for row in rows if row["valid_to"] is None]
        if len(rows) == 1:
            continue
        words = f"Planungseinheit {unit}: {listed(now)}"
        if left:
            gone = listed([f"{_name(row, names)} (bis {row['valid_to'].year})" for row in left])
            words += f"; früher auch {gone}"
        told.append(f"{words}.")
    return [Bullets(tuple(told)), *_composed_balances(marts, names)] if told else []


def _name(row: Row, names: dict[str, str]) -> str:
    code = str(row["municipality_code"])
    return names.get(code, code)


def _names(codes: str, names: dict[str, str]) -> str:
    return listed([names.get(code, code) for code in codes.split(", ")])


def _composed_balances(marts: Marts, names: dict[str, str]) -> list[Block]:
    """What the composition of a unit alone makes of the same forecast."""
    rows = marts.rows("demand_external_forecast", COMPOSED)
    if not rows:
        return []
    first = rows[0]["target_year"]
    shown = [row for row in rows if row["target_year"] == first]
    parts = [
        f"{number(row['balance_places'], signed=True)} Plätze mit "
        + _names(row["municipalities"], names)
        for row in shown
    ]
    issued = phrasing.month(shown[0]["issue_month"])
    return [
        Paragraph(
            f"Wie eine Einheit zusammengesetzt ist, kann das Vorzeichen entscheiden: die Prognose "
            f"des Beratungsunternehmens vom {issued} ergibt für {shown[0]['region_name']} im Jahr "
            f"{first} {', aber '.join(parts)}."
        )
    ]


def band_section(marts: Marts, held: Forecast, place: Place) -> Section:
    """The band and the scenarios it is made of."""
    title = "Spannweite und Szenarien"
    bands = band(marts)
    if not bands:
        return Section(title, (missing("Eine Spannweite"),))
    year = held.far_years[0] if held.far_years else held.near_year
    scenarios = marts.rows("demand_forecast", SCENARIOS, {"year": year})
    grid = next(iter(bands.values()))["grid_points_count"]
    return Section(
        title,
        (
            Paragraph(
                f"Jede Prognose hängt an Annahmen. Die Spannweite rechnet alle {number(grid)} "
                "Kombinationen der Werte, die ein Szenario einer Annahme gibt, auf jeder Variante "
                "der Bevölkerung. Sie ist keine Wahrscheinlichkeit: an ihren Enden gilt jede "
                "Annahme zugleich in ihrer ungünstigsten oder günstigsten Form, und die Mitte ist "
                "nicht das Wahrscheinlichste."
            ),
            Table(
                f"Spannweite des Saldos {place.here}",
                (
                    Column("Jahr", numeric=False),
                    Column("niedrigster"),
                    Column("mittlerer"),
                    Column("höchster"),
                    Column("Status quo"),
                ),
                tuple(
                    Line(
                        (
                            str(one),
                            value(row["balance_min_places"], signed=True),
                            value(row["balance_median_places"], signed=True),
                            value(row["balance_max_places"], signed=True),
                            _balance_cell(held.at(one)) if one in held.years else "–",
                        )
                    )
                    for one, row in bands.items()
                ),
                (),
                origin(list(bands.values()), _about(held), SOURCES, METHOD_BAND, "demand_band"),
            ),
            Table(
                f"Szenarien für {year}",
                (
                    Column("Szenario", numeric=False),
                    Column("Bewohner"),
                    Column("Bedarf"),
                    Column("Angebot"),
                    Column("Saldo"),
                ),
                tuple(
                    Line(
                        (
                            row["scenario_label"],
                            value(row["residents_persons"]),
                            value(row["need_places"]),
                            value(row["supply_places"]),
                            _balance_cell(row),
                        ),
                        "total" if row["scenario"] == "base" else "plain",
                    )
                    for row in scenarios
                ),
                (),
                origin(scenarios, f"{year}, {_about(held)}", SOURCES, held.method, MARTS),
            ),
        ),
    )


def orientation_section(marts: Marts, held: Forecast) -> Section:
    """The orientation value beside the rates."""
    title = "Orientierungswert"
    rows = marts.rows("demand_orientation", ORIENTATION)
    if not rows:
        return Section(title, (missing("Ein Orientierungswert"),))
    first = rows[0]
    sentences = (
        f"Im Land kommen {first['reference_year']} "
        f"{number(first['orientation_places_per_100'], 2)} Plätze auf 100 Einwohner ab 80 Jahren, "
        f"{held.words.im_kreis} {number(first['places_per_100'], 2)}. Würde nach dem Landeswert "
        f"geplant, wäre der Bedarf {number(first['orientation_need_places'])} Plätze statt "
        f"{number(held.base['need_places'])}. Ein Platz je 100 Einwohner mehr oder weniger "
        f"verschiebt ihn um {number(first['sensitivity_places'])} Plätze. "
        f"Der Wert weiß nicht, dass die Menschen {held.words.im_kreis} "
        f"{_factor(held.base)} in Einrichtungen ziehen als im Land."
    )
    return Section(
        title,
        (
            Paragraph(sentences),
            Table(
                "Saldo nach Orientierungswert und nach Quoten",
                (
                    Column("Jahr", numeric=False),
                    Column("Ab 80 Jahre"),
                    Column("Angebot"),
                    Column("Plätze je 100"),
                    Column("Saldo nach Orientierungswert"),
                    Column("Saldo nach Quoten"),
                ),
                tuple(
                    Line(
                        (
                            str(row["reference_year"]),
                            value(row["population_80_plus_persons"]),
                            value(row["supply_places"]),
                            value(row["places_per_100"], 2),
                            value(row["orientation_balance_places"], signed=True),
                            value(row["rates_balance_places"], signed=True),
                        )
                    )
                    for row in rows
                ),
                tuple(
                    f"{statement[:1].upper()}{statement[1:]}."
                    for statement in translations.caveats(
                        [row["caveat"] for row in rows], held.words
                    )
                ),
                origin(rows, _about(held), SOURCES, METHOD_ORIENTATION, "demand_orientation"),
            ),
        ),
    )


def _factor(base: Row) -> str:
    factor = base["observed_to_expected"]
    if factor is None:
        return "seltener oder häufiger"
    words = "seltener" if factor < 1 else "häufiger"
    return f"{words} (Faktor {number(factor, 2)})"


def reference_day(marts: Marts) -> list[date]:
    """The newest day on which something that the forecast starts from was counted."""
    rows = marts.rows(
        "demand_forecast",
        "select max(greatest(supply_date, population_date)) as day from demand_forecast "
        "where is_current_set and region_level = 'Kreis' and region_code = $kreis "
        "and reference_year = base_year and care_kind_code = 'full_inpatient'",
    )
    return [row["day"] for row in rows if row["day"] is not None]
