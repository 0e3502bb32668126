"""Inspections and complaints of 2019 and 2020: published numbers on invented offers and days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sample import wtg_figures as figures
from sample.wtg_offers import DAY_CARE, DEMENTIA, HOMES, INTEGRATION, VENTILATION, Offer, offers
from sample.wtg_rows import UNKNOWN, Row

REASONS_NOT_DONE = (
    "Pandemie (Muster)",
    "Pandemie (Muster)",
    "Personalengpass der Behörde (Muster)",
)
MEASURES = ("Beratung (Muster)", "Anordnung (Muster)", "Belegungsstopp (Muster)")
_PRINTED = {
    "Pflegeeinrichtungen": (HOMES,),
    "Einrichtungen Eingliederungshilfe": (INTEGRATION,),
    "Wohngemeinschaften": (DEMENTIA, VENTILATION),
    "Tagespflege": (DAY_CARE,),
    "Tagespflegen": (DAY_CARE,),
}
_STRIDE = 11
"""Offers are taken in strides, so that all municipalities take part."""


def inspection_rows(year: int) -> list[Row]:
    """Sheet Pruefungen of a year. A planned inspection that was not done bears its planned day."""
    return [
        row | {"pruefung_id": f"M-P-{year}-{number:03}", "datum": _day(year, number)}
        for number, row in enumerate(_inspections(year), start=1)
    ]


def _inspections(year: int) -> Iterator[Row]:
    for printed_as, done, not_done in _regular(year):
        chosen = _some(_offers_printed_as(printed_as), done + not_done)
        for number, offer in enumerate(chosen):
            yield _inspection(offer, "Regelprüfung", planned=True, done=number < done)
    by_kind = {row["Art der Prüfung"]: int(row[str(year)]) for row in _by_kind()}
    for kind, area, printed in (
        ("Anlassprüfung", HOMES, "Anlassprüfungen im Bereich Pflege"),
        ("Anlassprüfung", INTEGRATION, "Anlassprüfungen im Bereich Eingliederungshilfe"),
        ("Corona-Kontrolle", HOMES, "Corona-Kontrollen (Einhaltung Hygiene, Maskenpflicht)"),
    ):
        for offer in _some(offers(area), by_kind[printed], start=5):
            yield _inspection(offer, kind, planned=False, done=True)


def _by_kind() -> tuple[figures.Row, ...]:
    return figures.table("inspections_by_kind")


def _regular(year: int) -> Iterator[tuple[str, int, int]]:
    """Kind of offer as printed, inspections done, inspections not done."""
    if year == 2019:
        for row in figures.table("inspections_2019"):
            if row["Angebotsform"] in _PRINTED:
                yield row["Angebotsform"], int(row["Gesamt"]), 0
    else:
        for row in figures.table("inspections_2020_plan"):
            if row["Angebotsform"] in _PRINTED:
                not_done = int(row["Davon nicht durchgeführt"])
                yield row["Angebotsform"], int(row["Davon durchgeführt"]), not_done


def _offers_printed_as(printed_as: str) -> list[Offer]:
    return [offer for kind in _PRINTED[printed_as] for offer in offers(kind)]


def _some(among: Sequence[Offer], count: int, start: int = 0) -> list[Offer]:
    """``count`` different offers, spread over the county."""
    stride = _STRIDE if len(among) % _STRIDE else 1
    return [among[(start + stride * step) % len(among)] for step in range(count)]


def _inspection(offer: Offer, kind: str, *, planned: bool, done: bool) -> Row:
    return {
        "pfad_id": offer.pfad_id,
        "art": kind,
        "geplant": "ja" if planned else "nein",
        "durchgefuehrt": "ja" if done else "nein",
        "nicht_durchgefuehrt_grund": None
        if done
        else REASONS_NOT_DONE[offer.number % len(REASONS_NOT_DONE)],
        "maengel": UNKNOWN,
        "beratung": UNKNOWN,
        "anordnung": UNKNOWN,
    }


def _day(year: int, number: int) -> date:
    return date(year, 1, 10) + timedelta(days=number * 7 % 340)


def complaint_rows(year: int) -> list[Row]:
    """Sheet Massnahmen: complaints about as many homes as published, some about two offers of one.

    21 of 46 homes had complaints in 2019 or 2020: 16 and 20, so 15 in both years.
    """
    printed = {row["Zeitraum"]: int(row["Einrichtungen mit Beschwerden"]) for row in _complaints()}
    count = printed[str(year)]
    first = 0 if year == 2019 else printed["2019-2020"] - count
    sites = list(dict.fromkeys(offer.site for offer in offers(HOMES)))
    chosen = {sites[_STRIDE * step % len(sites)] for step in range(first, first + count)}
    complained = [offer for offer in offers(HOMES) if offer.site in chosen]
    return [
        _complaint(f"M-B-{year}-{number:03}", offer, _day(year, 3 * number))
        | _measure(year, number)
        for number, offer in enumerate(complained, start=1)
    ]


def _complaints() -> tuple[figures.Row, ...]:
    return figures.table("complaints_homes")


def _measure(year: int, number: int) -> Row:
    """What every second complaint led to. Only a stop of admissions takes time and places."""
    if number % 2:
        return {}
    measure = MEASURES[number // 2 % len(MEASURES)]
    taken: Row = {"massnahme": measure, "von": _day(year, 3 * number)}
    if measure == MEASURES[-1]:
        taken |= {"bis": _day(year, 3 * number) + timedelta(days=27), "plaetze_betroffen": number}
    return taken


def _complaint(key: str, offer: Offer, day: date) -> Row:
    return {
        "vorgang_id": key,
        "pfad_id": offer.pfad_id,
        "eingang_am": day,
        "bestaetigt": UNKNOWN,
        "massnahme": UNKNOWN,
        "von": UNKNOWN,
        "bis": UNKNOWN,
        "plaetze_betroffen": UNKNOWN,
    }
