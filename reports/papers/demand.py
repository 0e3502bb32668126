"""The binding demand planning: the yearly paper on places in care homes."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kreishaus.county_words import CountyWords
from kreishaus.labels.formats import day, moment
from reports.document import Document
from reports.marts import Marts
from reports.papers import demand_context as context
from reports.papers import demand_forecast as forecasts
from reports.papers import demand_statistics as statistics
from reports.papers import homes
from reports.papers.definition import Paper
from reports.papers.parts import county, data_basis, data_checks, newest

TITLE = "Verbindliche Bedarfsplanung"
DATASETS = (*forecasts.DATASETS, "it_nrw/care_homes")
CHECKED = (
    "vacancy_by_region",
    "vacancy_average",
    "planned_offers",
    "supply_overview",
    "staffing_by_region",
    "staffing_requirement",
)
METHODS = (
    "Je Altersgruppe wird die Quote des Landes (Heimbewohner je Einwohner) mit der Bevölkerung des "
    "Jahres multipliziert. Der {kreisfaktor}, gezählte durch erwartete Bewohner im Basisjahr, "
    "bringt das Ergebnis auf das Niveau {des_kreises}; ein Trend verändert es bis zu seinem "
    "letzten Jahr.",
    "Bedarf = Bewohner / Zielauslastung. Angebot = vertragliche Plätze ohne feste Kurzzeitpflege, "
    "zuzüglich angekündigter Vorhaben. Saldo = Angebot − Bedarf; ein negativer Saldo heißt, dass "
    "Plätze fehlen.",
    "Formeln mit gerechneten Beispielen: docs/methods.md, docs/methods_population.md und "
    "docs/methods_homes.md.",
)
METHOD_OF_MUNICIPALITIES = (
    "Die Gemeinden ergeben zusammen immer {den_kreis}. Eigene Quoten haben sie nicht; für kleine "
    "Gemeinden sagt der 90-%-Bereich, wie viel Zufall in ihrer Zahl steckt."
)


def _methods(words: CountyWords) -> list[str]:
    of_municipalities = (METHOD_OF_MUNICIPALITIES,) * words.has_municipalities
    return [words.fill(text) for text in (*METHODS[:-1], *of_municipalities, METHODS[-1])]


def dates(marts: Marts) -> list[date]:
    """The one day that the current forecast starts from; without one those of the statistics."""
    return forecasts.reference_day(marts) or statistics.dates(marts)


def write(marts: Marts, about: date) -> Document:
    """The paper on the current forecast, or on the care statistics where there is none.

    Raises ``NoData`` where there are neither.
    """
    checks = data_checks(marts, CHECKED, about)
    if not forecasts.reference_day(marts):
        return statistics.write(marts, about, TITLE, checks)
    place = county(marts)
    held = forecasts.forecast(marts)
    vacant = homes.vacancies(marts, about)
    known = newest([*held.rows, *vacant]) or datetime(1970, 1, 1, tzinfo=UTC)
    bands = forecasts.band(marts)
    base = held.base
    told = [*forecasts.summary(held, bands)]
    if vacant:
        told.append(homes.vacancy_sentence(vacant, place))
    return Document(
        name="demand",
        title=TITLE,
        subtitle=f"Vollstationäre Pflege {place.here}, Datengrundlage {day(about)}",
        about=about,
        author=place.name,
        facts=(
            ("Basisjahr", f"{base['base_year']}"),
            ("Jüngster gezählter Stichtag", day(about)),
            ("Angebot vom", day(base["supply_date"])),
            ("Prognose bis", f"{held.years[-1]}"),
            ("Parametersatz", str(base["parameter_set"])),
            ("Stand der Daten", moment(known)),
        ),
        summary=tuple(told),
        sections=(
            context.basis_section(marts, held),
            forecasts.county_section(marts, held, place),
            *forecasts.regions_section(marts, held),
            forecasts.band_section(marts, held, place),
            forecasts.orientation_section(marts, held),
            homes.vacancy_section(marts, place, about),
            homes.staff_section(marts, place, about),
            context.decisions_section(marts, about),
            context.backtest_section(marts),
            *context.change_section(marts),
            context.groups_section(marts),
            checks.section,
            data_basis(marts, DATASETS, _methods(marts.words)),
        ),
        recorded_at=known,
        annex=(*context.parameters_table(marts), *checks.annex),
        origin_note=marts.origin_note,
    )


PAPER = Paper("demand", TITLE, "binding_demand_planning", dates, write)
