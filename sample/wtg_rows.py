"""The rows of each sheet: published sums over invented values, "k. A." where nothing is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from ingest.wtg.codes import REASONS_NOT_USABLE
from sample import wtg_figures as figures
from sample.wtg_offers import HOMES, Offer, home_places, offers
from sample.wtg_splits import split, uneven

Row = dict[str, object]

UNKNOWN = "k. A."
NOT_APPLICABLE = "entfällt"
RELEASED_AFTER = timedelta(days=14)
GRADES = {"pg1": 1, "pg2": 20, "pg3": 33, "pg4": 29, "pg5": 16, "ohne_pg": 1}
"""An invented mix of residents by care grade."""
GRADES_UNTOLD_FROM = date(2021, 1, 1)
"""From this day on, some homes do not tell theirs."""


def offer_rows(day: date, kinds: Iterable[str]) -> list[Row]:
    """Sheet Angebote: every offer of the kinds that the workbook reports on."""
    return [_offer_row(day, offer) for kind in kinds for offer in offers(kind)]


def _offer_row(day: date, offer: Offer) -> Row:
    return {
        "stichtag": day,
        "pfad_id": offer.pfad_id,
        "standort_id": offer.site,
        "name": offer.name,
        "traeger": offer.provider,
        "traegerart": offer.provider_kind,
        "angebotsform_wtg": offer.kind,
        "unterart": UNKNOWN,
        "schwerpunkt": UNKNOWN,
        "strasse": "Musterstraße",
        "hausnummer": offer.number,
        "plz": offer.municipality.postcode,
        "ort": offer.municipality.name,
        "ags": offer.municipality.ags,
        "lat": UNKNOWN,
        "lon": UNKNOWN,
        "betrieb_ab": UNKNOWN,
        "status": "in Betrieb",
        "freigabe_status": "freigegeben",
        "freigabe_am": day + RELEASED_AFTER,
    }


def occupancy_rows(day: date) -> list[Row]:
    """Sheet Belegung on a vacancy date: the published number of places not occupied."""
    places = home_places(figures.places(day.year))
    vacant = _vacant(day)
    remark = figures.vacancy_remark(day)
    return [
        _occupancy_row(day, offer, places[offer.pfad_id], vacant[offer.pfad_id], remark)
        for offer in offers(HOMES)
    ]


def _vacant(day: date) -> dict[str, int]:
    by_place = _vacant_by_municipality(day)
    vacant: dict[str, int] = {}
    for place in figures.municipalities():
        homes = [offer for offer in offers(HOMES) if offer.municipality == place]
        weights = [offer.weight * uneven(day, offer.pfad_id) for offer in homes]
        parts = split(by_place[place.name], weights)
        vacant |= {offer.pfad_id: part for offer, part in zip(homes, parts, strict=True)}
    return vacant


def _vacant_by_municipality(day: date) -> dict[str, int]:
    if day == date(2021, 8, 15):
        return {
            row["Kommune"]: int(row["nicht belegte Pflegeplätze"])
            for row in figures.table("vacancies_by_municipality_2021-08-15")
        }
    names = [place.name for place in figures.municipalities()]
    weights = [place.homes * uneven(day, place.name) for place in figures.municipalities()]
    return dict(zip(names, split(figures.vacancies()[day], weights), strict=True))


def _occupancy_row(day: date, offer: Offer, places: int, vacant: int, remark: str) -> Row:
    unusable, reason = _unusable(day, offer, vacant, remark)
    return _place_row(day, offer, places) | {
        "plaetze_belegt": places - vacant,
        "plaetze_nicht_belegt": f"{vacant} ({remark})" if remark and vacant else vacant,
        "davon_nicht_belegbar": unusable,
        "grund": reason,
        "plaetze_frei_gemeldet": (vacant - unusable) // 4,
        "ueberbelegung_genehmigt": "nein",
        "gemeldet_am": day - _age_of_report(offer),
        "quelle": "Meldung des Trägers (Muster)",
    }


def _age_of_report(offer: Offer) -> timedelta:
    """Some homes have not reported for a season: nothing changed enough that they had to."""
    return timedelta(days=offer.number % 10 + (120 if offer.number % 7 == 3 else 0))


def _unusable(day: date, offer: Offer, vacant: int, remark: str) -> tuple[int, str | None]:
    share = uneven("unusable", day, offer.pfad_id) - 1
    unusable = int(vacant * share) if share > 0 else 0
    if not unusable:
        return 0, None
    if remark:
        return unusable, "Infektionsgeschehen"
    reasons = [reason for reason in REASONS_NOT_USABLE if reason != "Infektionsgeschehen"]
    return unusable, reasons[offer.number % len(reasons)]


def _place_row(day: date, offer: Offer, places: int | None) -> Row:
    """A row of Belegung that knows the contracted places and nothing else."""
    unknown = UNKNOWN if offer.kind == HOMES else NOT_APPLICABLE
    return {
        "stichtag": day,
        "pfad_id": offer.pfad_id,
        "plaetze_vertrag": NOT_APPLICABLE if places is None else places,
        "davon_kzp_eingestreut": unknown,
        "davon_kzp_fixflex": unknown,
        "davon_sonderbereich": unknown,
        "plaetze_belegt": UNKNOWN,
        "plaetze_nicht_belegt": UNKNOWN,
        "davon_nicht_belegbar": UNKNOWN,
        "plaetze_frei_gemeldet": UNKNOWN,
        "ueberbelegung_genehmigt": UNKNOWN,
        "einzelzimmer": UNKNOWN,
        "doppelzimmer": UNKNOWN,
        "gemeldet_am": UNKNOWN,
        "quelle": "Verzeichnis der Behörde (Muster)",
    }


def place_rows(day: date, kind: str, places: Mapping[str, int | None]) -> list[Row]:
    """Sheet Belegung where only places are published; None where a kind of offer has none."""
    return [_place_row(day, offer, places[offer.pfad_id]) for offer in offers(kind)]


def home_rows_with_short_term(day: date) -> list[Row]:
    """Sheet Belegung of the homes with their short-term places, as published for 01.11.2021."""
    rows = place_rows(day, HOMES, dict(home_places(figures.places(day.year))))
    for column, printed in (
        ("davon_kzp_eingestreut", "davon eingestreute Kurzzeitpflegeplätze"),
        ("davon_kzp_fixflex", "davon fixe Kurzzeitpflegeplätze"),
    ):
        weights = [offer.weight * uneven(column, offer.pfad_id) for offer in offers(HOMES)]
        parts = split(figures.supply(printed)[1], weights)
        for row, part in zip(rows, parts, strict=True):
            row[column] = part
    return rows


def resident_rows(occupancy: Iterable[Row]) -> list[Row]:
    """Sheet Bewohner: the occupied places of each home, by care grade."""
    return [
        {"stichtag": row["stichtag"], "pfad_id": row["pfad_id"], "unter_60": UNKNOWN}
        | _by_grade(int(str(row["plaetze_belegt"])), str(row["pfad_id"]), row["stichtag"])
        for row in occupancy
    ]


def _by_grade(residents: int, pfad_id: str, day: object) -> Row:
    if isinstance(day, date) and day >= GRADES_UNTOLD_FROM and pfad_id.endswith("5"):
        return dict.fromkeys(GRADES, UNKNOWN)
    weights = [share * uneven(grade, pfad_id) for grade, share in GRADES.items()]
    return dict(zip(GRADES, split(residents, weights), strict=True))


def staff_rows(day: date) -> list[Row]:
    """Sheet Personal: the published FTE, and skilled FTE that make the published quota exactly."""
    fte, quota = figures.staffing(day.year)
    homes = offers(HOMES)
    # Hundredths of an FTE: the quota is whole percent of whole FTE, so the sum is exact.
    totals = split(
        100 * fte, [offer.weight * (uneven("fte", offer.pfad_id) + 3) for offer in homes]
    )
    weights = [
        total * (uneven("skilled", day, offer.pfad_id) + 2)
        for total, offer in zip(totals, homes, strict=True)
    ]
    skilled = split(fte * quota, weights)
    return [
        _staff_row(day, offer, total, part)
        for offer, total, part in zip(homes, totals, skilled, strict=True)
    ]


def _staff_row(day: date, offer: Offer, total: int, skilled: int) -> Row:
    trained, helpers = split(total - skilled, [2, 3])
    return {
        "stichtag": day,
        "pfad_id": offer.pfad_id,
        "vk_pflege_gesamt": total / 100,
        "vk_fachkraft": skilled / 100,
        "vk_assistenz_1j": trained / 100,
        "vk_hilfskraft": helpers / 100,
        "vk_pdl": UNKNOWN,
        "vk_sozialdienst": UNKNOWN,
        "fachkraftquote_gemeldet": round(100 * skilled / total, 1),
        "vk_soll_vereinbart": UNKNOWN,
        "wochenstunden_vollzeit": 39,
        "erhoben_am": day,
        "anlass": "Jahresmeldung (Muster)",
    }


def support_rows(day: date) -> list[Row]:
    """Sheet Unterstuetzungsangebote. Their municipality is not published: the county's key."""
    county = figures.municipalities()[0].ags[:5]
    printed = next(
        row for row in figures.table("everyday_support_offers") if row["Stichtag"] == str(day)
    )
    return [
        {
            "stichtag": day,
            "angebot_id": f"M-{letter}{number:03}",
            "ags": county,
            "art": kind,
            "zielgruppe_kinder": UNKNOWN,
        }
        for letter, kind, column in (
            ("E", "Einzelbetreuung", "Einzelbetreuung"),
            ("G", "Gruppe", "Betreuungsgruppen"),
        )
        for number in range(1, int(printed[column]) + 1)
    ]


PLANNED = {
    "Vollst. Pflege": ("vollstationaer", "plaetze"),
    "Solitäre Kurzzeitpflege": ("solitaere_kurzzeitpflege", "plaetze"),
    "Tagespflege": ("tagespflege", "plaetze"),
    "Amb. Wohngemeinschaften": ("wg_ambulant", "plaetze"),
    "Servicewohnen (Wohneinheiten)": ("servicewohnen", "wohneinheiten"),
    "Amb. Pflegedienste": ("ambulanter_dienst", None),
}
"""Printed column -> kind of offer, and what the printed cell counts there (None: projects)."""


def planning_rows() -> list[Row]:
    """Sheet Planungen: one project for each printed cell of a municipality."""
    places = {place.name: place for place in figures.municipalities()}
    rows = []
    for printed in figures.table("planned_2021-10-01"):
        place = places.get(printed["Kommune"])
        for column, (kind, counts) in PLANNED.items():
            if place and printed[column]:
                row: Row = {
                    "vorhaben_id": f"M-{place.short}-{kind}",
                    "ags": place.ags,
                    "angebotsform": kind,
                    "plaetze": NOT_APPLICABLE,
                    "wohneinheiten": NOT_APPLICABLE,
                    "status": "geplant",
                    "beschluss_am": UNKNOWN,
                    "inbetriebnahme_erwartet": UNKNOWN,
                    "traeger": UNKNOWN,
                }
                if counts:
                    row[counts] = int(printed[column])
                rows.append(row)
    return rows
