"""Around the forecast of the demand paper: its dates, decisions, past forecasts, who counts."""

from __future__ import annotations

from datetime import date

from kreishaus.labels import translations
from kreishaus.labels.formats import day, number, percent
from reports import phrasing
from reports.document import Block, Bullets, Column, Line, Origin, Paragraph, Section, Table
from reports.marts import Marts, Row
from reports.papers.demand_forecast import DATASETS, SOURCES, Forecast, balance_of
from reports.papers.homes import planned_places_sentence, planned_table
from reports.papers.parts import missing, newest, origin
from reports.phrasing import NO_VALUE, PLACES, counted, value

SURVEYS = """
    select max(reference_date) as surveyed, max(homes_reference_date) as homes,
        max(recorded_at) as recorded_at, max(published_at) as published_at
    from care_statistics_by_kreis
    where region_code = $kreis and reference_year = $year
"""
RATES = "select max(reference_date) as surveyed, max(recorded_at) as recorded_at from demand_rates"
PROJECTED = """
    select min(population_date) as first_date, max(population_date) as last_date,
        max(recorded_at) as recorded_at, count(distinct population_variant_code) as variants_count
    from demand_population where region_code = $kreis and population_source = 'projected'
"""
DECISIONS = "select * from demand_decision order by plan_year desc, region_code"
BACKTEST = """
    select * from demand_backtest where observed_value is not null
    order by issue_date, measure_code, target_year, observed_reference_date
"""
AGAINST = """
    select * from vacancy_against_forecast
    where region_level = 'Kreis' and is_composition_of_target_year and vacant_places is not null
    order by target_year, observed_reference_date
"""
CHANGES = """
    select * from demand_forecast_change
    where region_level = 'Kreis' and region_code = $kreis and scenario = 'base'
    order by reference_year
"""
GROUPS = "select * from demand_group order by is_included desc, group_label"
PARAMETERS = """
    select * from demand_parameters where is_current_set and (scenario = 'base' or is_own_value)
    order by scenario <> 'base', scenario, parameter_name
"""
MEASURES = {
    "balance_places": "Saldo der Plätze",
    "allowance": "Pflegegeld, Empfänger",
    "full_inpatient": "vollstationär, Bewohner",
    "home_care": "ambulant, Empfänger",
}
FORECASTERS = {"external_consultant": "Beratungsunternehmen", "own_model": "eigenes Modell"}


def basis_section(marts: Marts, held: Forecast) -> Section:
    """Each part of the forecast with its date."""
    base = held.base
    lines = [Line(cells) for cells in _basis_lines(marts, held)]
    return Section(
        "Datengrundlage",
        (
            Paragraph(
                f"Basisjahr der Prognose ist {base['base_year']}. Ihre Bestandteile haben eigene "
                "Stichtage; keiner wurde auf einen gemeinsamen umgerechnet."
            ),
            Table(
                "Bestandteile der Prognose und ihre Stichtage",
                (
                    Column("Bestandteil", numeric=False),
                    Column("Quelle", numeric=False),
                    Column("Stichtag"),
                ),
                tuple(lines),
                tuple(
                    f"{statement[:1].upper()}{statement[1:]}."
                    for statement in translations.caveats([base["caveat"]], held.words)
                ),
                Origin(
                    sources=tuple(translations.dataset(one) for one in DATASETS),
                    about="wie in der Tabelle",
                    recorded_at=newest(held.rows),
                    published_at=newest(held.rows, "published_at"),
                    method="je Bestandteil der jüngste Stand, der in Kraft ist",
                    marts=("demand_forecast", "demand_population", "demand_rates"),
                ),
            ),
        ),
    )


def _basis_lines(marts: Marts, held: Forecast) -> list[tuple[str, str, str]]:
    base = held.base
    survey = marts.rows("care_statistics_by_kreis", SURVEYS, {"year": base["base_year"]})
    rates = marts.rows("demand_rates", RATES)
    projected = marts.rows("demand_population", PROJECTED)
    own = [row for row in held.of("Gemeinde") if row["municipality_population_date"] is not None]
    planned = marts.rows(
        "planned_offers", "select max(reference_date) as listed from planned_offers"
    )
    lines = [
        _basis(
            f"Heimbewohner {held.words.des_kreises}",
            "it_nrw/care_recipients",
            _only(survey, "surveyed"),
        ),
        _basis(
            "Quoten nach Alter (Land)", "it_nrw/care_recipients_by_age", _only(rates, "surveyed")
        ),
        _basis("Bevölkerung, gezählt", "it_nrw/population_by_age", base["population_date"]),
    ]
    if projected and projected[0]["last_date"] is not None:
        span = f"{projected[0]['first_date'].year} bis {projected[0]['last_date'].year}"
        lines.append(
            (
                f"Bevölkerung, vorausberechnet ({projected[0]['variants_count']} Varianten)",
                translations.dataset("it_nrw/population_projection"),
                span,
            )
        )
    if own:
        lines.append(
            _basis(
                "Altersaufbau der Gemeinden",
                "it_nrw/population_municipalities_by_age",
                own[0]["municipality_population_date"],
            )
        )
    supply = "wtg/stichtag" if base["supply_basis"] == "wtg" else "it_nrw/care_homes"
    lines.append(_basis("Angebot an Plätzen", supply, base["supply_date"]))
    lines.append(_basis("Vorhaben", "wtg/stichtag", _only(planned, "listed")))
    return lines


def _basis(what: str, dataset_id: str, at: date | None) -> tuple[str, str, str]:
    return what, translations.dataset(dataset_id), day(at) if at else NO_VALUE


def _only(rows: list[Row], column: str) -> date | None:
    at: date | None = rows[0][column] if rows else None
    return at


def decisions_section(marts: Marts, until: date) -> Section:
    """Projects and decisions: three things and never one."""
    rows = marts.rows("demand_decision", DECISIONS)
    blocks: list[Block] = [
        Paragraph(
            "Prognose, Vorhaben und Beschluss sind drei Dinge: die Prognose sagt, was gebraucht "
            "wird, ein Vorhaben, was jemand bauen will, der Beschluss, was "
            f"{marts.words.der_kreis} anerkennt. Beschlossene Plätze stehen in keinem Angebot der "
            "Prognose; nur Vorhaben, welche die WTG-Behörde führt."
        ),
        planned_table(marts, until),
        *planned_places_sentence(marts, until),
    ]
    if rows:
        newest_year = rows[0]["plan_year"]
        total = sum(row["places"] or 0 for row in rows if row["plan_year"] == newest_year)
        blocks.append(
            Paragraph(
                f"Zuletzt, mit der Bedarfsplanung für {newest_year}, "
                f"{'wurde' if total == 1 else 'wurden'} {counted(total, PLACES)} festgestellt."
            )
        )
        blocks.append(
            Table(
                f"Beschlüsse {marts.words.des_kreistags}",
                (
                    Column("Plan für", numeric=False),
                    Column("Region", numeric=False),
                    Column("Plätze"),
                    Column("Schwerpunkt", numeric=False),
                ),
                tuple(
                    Line(
                        (
                            str(row["plan_year"]),
                            marts.region_name(row),
                            value(row["places"]),
                            row["focus_label"] or "ohne",
                        )
                    )
                    for row in rows
                ),
                ("0 Plätze: kein zusätzlicher Bedarf festgestellt.",),
                Origin(
                    sources=(f"Verbindliche Bedarfsplanungen {marts.words.des_kreistags}",),
                    about="Planjahre wie in der Tabelle",
                    method="übernommen wie beschlossen",
                    marts=("demand_decision",),
                ),
            )
        )
    return Section("Vorhaben und Beschlüsse", tuple(blocks))


def backtest_section(marts: Marts) -> Section:
    """What earlier forecasts said and what came."""
    title = "Was frühere Prognosen wert waren"
    rows = marts.rows("demand_backtest", BACKTEST)
    if not rows:
        return Section(title, (missing("Ein Vergleich früherer Prognosen"),))
    blocks: list[Block] = []
    against = marts.rows("vacancy_against_forecast", AGAINST)
    if against:
        blocks.append(Bullets(tuple(_against(row) for row in against)))
    blocks.append(
        Table(
            "Frühere Prognosen und was eintrat",
            (
                Column("Prognose", numeric=False),
                Column("Größe", numeric=False),
                Column("für"),
                Column("gesagt"),
                Column("beobachtet"),
                Column("am"),
                Column("Fehler"),
            ),
            tuple(
                Line(
                    (
                        f"{_forecaster(row)}, {phrasing.month(row['issue_date'])}",
                        f"{MEASURES.get(row['measure_code'], row['measure_code'])} "
                        f"({marts.region_name(row)})",
                        str(row["target_year"]),
                        value(row["forecast_value"]),
                        value(row["observed_value"]),
                        day(row["observed_reference_date"]),
                        value(row["error_value"], signed=True),
                    )
                )
                for row in rows
            ),
            (
                "Fehler = gesagt − beobachtet. Beim Saldo steht als beobachtet, was frei war.",
                *(
                    f"{statement[:1].upper()}{statement[1:]}."
                    for statement in translations.caveats(
                        [row["caveat"] for row in rows], marts.words
                    )
                ),
            ),
            origin(
                rows,
                "Zieljahre wie in der Tabelle",
                ("it_nrw/care_recipients", "wtg/stichtag", "papers/figures"),
                "docs/methods.md, „Back-test“",
                "demand_backtest",
                "vacancy_against_forecast",
            ),
        )
    )
    return Section(title, tuple(blocks))


def _forecaster(row: Row) -> str:
    code = str(row["forecast_source_code"])
    return FORECASTERS.get(code, code)


def _against(row: Row) -> str:
    said = balance_of({"need_places": -row["forecast_balance_places"], "supply_places": 0})
    return (
        f"Für {row['target_year']} sagte die Prognose vom {phrasing.month(row['issue_month'])}: "
        f"{said}. Am {day(row['observed_reference_date'])} "
        f"{'stand' if row['vacant_places'] == 1 else 'standen'} "
        f"{counted(row['vacant_places'], PLACES)} leer."
    )


def change_section(marts: Marts) -> list[Section]:
    """What changed since the forecast published before; nothing where it is the first."""
    rows = marts.rows("demand_forecast_change", CHANGES)
    if not rows:
        return []
    return [
        Section(
            "Was sich seit der letzten Prognose geändert hat",
            (
                Table(
                    "Änderung des Saldos nach Ursachen",
                    (
                        Column("Jahr", numeric=False),
                        Column("vorher"),
                        Column("jetzt"),
                        Column("durch Rechenweg"),
                        Column("durch Bevölkerung"),
                        Column("durch Quoten"),
                        Column("durch Angebot"),
                        Column("durch Annahmen"),
                    ),
                    tuple(
                        Line(
                            (
                                str(row["reference_year"]),
                                value(row["earlier_balance_places"], signed=True),
                                value(row["balance_places"], signed=True),
                                value(row["change_by_formula_places"], 1, signed=True),
                                value(row["change_by_population_places"], 1, signed=True),
                                value(row["change_by_rates_places"], 1, signed=True),
                                value(row["change_by_supply_places"], 1, signed=True),
                                value(row["change_by_parameters_places"], 1, signed=True),
                            )
                        )
                        for row in rows
                    ),
                    (),
                    origin(
                        rows,
                        "Jahre wie in der Tabelle",
                        SOURCES,
                        "docs/methods.md, „What changed since the forecast before“",
                        "demand_forecast_change",
                    ),
                ),
            ),
        )
    ]


def groups_section(marts: Marts) -> Section:
    """Who is counted in the model, who is not, and why."""
    title = "Wer mitgezählt ist und wer nicht"
    rows = marts.rows("demand_group", GROUPS)
    if not rows:
        return Section(title, (missing("Eine Abgrenzung der Gruppen"),))
    left_out = sum(not row["is_included"] for row in rows)
    return Section(
        title,
        (
            Paragraph(
                f"{number(left_out)} der {number(len(rows))} Gruppen zählen nicht zur Prognose; "
                "ihre Plätze planen andere, oder sie brauchen keine Plätze in Einrichtungen."
            ),
            Table(
                "Gruppen der Prognose",
                (
                    Column("Gruppe", numeric=False),
                    Column("Mitgezählt", numeric=False),
                    Column("Warum", numeric=False),
                ),
                tuple(
                    Line(
                        (
                            row["group_label"],
                            "ja" if row["is_included"] else "nein",
                            translations.translated("groups", row["reason"], marts.words),
                        )
                    )
                    for row in rows
                ),
                (),
                Origin(
                    sources=tuple(
                        dict.fromkeys(
                            translations.translated(
                                "documents", row["source_document"], marts.words
                            )
                            for row in rows
                        )
                    ),
                    about="gilt für die ganze Prognose",
                    marts=("demand_group",),
                ),
            ),
        ),
    )


def parameters_table(marts: Marts) -> list[Table]:
    """Every assumption of the base scenario, and what the other scenarios change, for the annex."""
    rows = marts.rows("demand_parameters", PARAMETERS)
    if not rows:
        return []
    labels = {
        row["scenario"]: row["scenario_label"]
        for row in marts.rows(
            "demand_forecast", "select distinct scenario, scenario_label from demand_forecast"
        )
    }
    return [
        Table(
            "Annahmen der Prognose",
            (
                Column("Annahme", numeric=False),
                Column("Szenario", numeric=False),
                Column("Wert"),
                Column("Beleg und Grund", numeric=False),
            ),
            tuple(
                Line(
                    (
                        translations.translated("parameters", row["parameter_name"], marts.words),
                        str(labels.get(row["scenario"], row["scenario"])),
                        _parameter(row),
                        ": ".join(
                            translations.translated(list_name, row[column], marts.words)
                            for list_name, column in (
                                ("documents", "source_document"),
                                ("reasons", "reason"),
                            )
                        ),
                    )
                )
                for row in rows
            ),
            (),
            Origin(
                sources=("Parameter der Prognose",),
                about=f"Parametersatz {rows[0]['parameter_set']}",
                marts=("demand_parameters",),
            ),
        )
    ]


def _parameter(row: Row) -> str:
    name, amount = str(row["parameter_name"]), row["parameter_value"]
    if "trend_rate" in name:
        return percent(amount, 1, signed=True)
    if name.endswith(("_share", "occupancy")):
        return percent(amount, 0)
    if name.endswith("_year"):
        return f"{amount:.0f}"
    return number(amount)
