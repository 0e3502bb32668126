"""The invented register behind the WTG sample: offers whose numbers per municipality are real."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sample.wtg_figures import Municipality, municipalities, supply, table
from sample.wtg_splits import split, uneven

HOMES = "vollstationaer"
DAY_CARE = "tagespflege"
SHORT_TERM = "solitaere_kurzzeitpflege"
DEMENTIA = "wg_demenz"
VENTILATION = "wg_beatmung"
SERVICES = "ambulanter_dienst"
INTEGRATION = "eingliederungshilfe"

ONE_SITE = {"ME-V06": "ME-V05", "NE-V12": "NE-V11", "NE-V14": "NE-V13"}
"""Offers in the building of another one: 49 full in-patient offers at 46 sites."""

_NAMES = {
    HOMES: ("V", "Muster-Seniorenhaus {} {}"),
    DAY_CARE: ("T", "Muster-Tagespflege {} {}"),
    SHORT_TERM: ("K", "Muster-Kurzzeitpflege {} {}"),
    DEMENTIA: ("D", "Muster-Demenz-Wohngemeinschaft {} {}"),
    VENTILATION: ("B", "Muster-Beatmungs-Wohngemeinschaft {} {}"),
    SERVICES: ("A", "Muster-Pflegedienst {} {}"),
    INTEGRATION: ("E", "Muster-Wohnstätte {} {}"),
}
_PROVIDER_KINDS = ("freigemeinnützig", "privat", "kommunal")


@dataclass(frozen=True)
class Offer:
    """An invented offer. ``weight`` is what its share of a published number goes by."""

    pfad_id: str
    site: str
    name: str
    kind: str
    municipality: Municipality
    number: int

    @property
    def weight(self) -> int:
        return int(100 * uneven("size", self.pfad_id)) + 50

    @property
    def provider(self) -> str:
        return f"Muster-Träger {1 + self.number % 5}"

    @property
    def provider_kind(self) -> str:
        return _PROVIDER_KINDS[self.number % 5 % 3]


@cache
def offers(kind: str) -> tuple[Offer, ...]:
    """All offers of a kind, municipality by municipality."""
    counts = zip(municipalities(), _per_municipality(kind), strict=True)
    return tuple(
        _offer(kind, place, number) for place, count in counts for number in range(1, count + 1)
    )


def _offer(kind: str, place: Municipality, number: int) -> Offer:
    letter, name = _NAMES[kind]
    key = f"{place.short}-{letter}{number:02}"
    return Offer(
        pfad_id=f"M-{key}",
        site=f"S-{ONE_SITE.get(key, key)}",
        name=name.format(place.name, number),
        kind=kind,
        municipality=place,
        number=number,
    )


def _per_municipality(kind: str) -> list[int]:
    homes = [place.homes for place in municipalities()]
    if kind == HOMES:
        return homes
    if kind == DAY_CARE:
        return _printed("day_care_by_municipality_2021-10-01", "Anzahl Tagespflegen")
    if kind == INTEGRATION:
        inspected = next(
            row
            for row in table("inspections_2019")
            if row["Angebotsform"] == "Einrichtungen Eingliederungshilfe"
        )
        return split(int(inspected["Gesamt"]), homes)
    if kind == SERVICES:
        return split(supply("Ambulante Pflegedienste")[0], homes)
    column = {
        DEMENTIA: "Demenz-WG (Muster)",
        VENTILATION: "Beatmungs-WG (Muster)",
        SHORT_TERM: "Solitäre Kurzzeitpflege (Muster)",
    }[kind]
    return _printed("municipalities", column)


def _printed(name: str, column: str) -> list[int]:
    by_place = {row["Kommune"]: int(row[column]) for row in table(name)}
    return [by_place[place.name] for place in municipalities()]


def places_of(kind: str) -> dict[str, int]:
    """Places of every offer of a kind other than homes, as published for 2021."""
    found = offers(kind)
    if kind == DAY_CARE:
        printed = _printed("day_care_by_municipality_2021-10-01", "Plätze")
        return {
            pfad_id: part
            for place, total in zip(municipalities(), printed, strict=True)
            for pfad_id, part in _shared(
                total, [offer for offer in found if offer.municipality == place]
            ).items()
        }
    printed_as = {
        SHORT_TERM: "Solitäre Kurzzeitpflege",
        DEMENTIA: "Demenz-Wohngemeinschaften",
        VENTILATION: "Beatmungs-Wohngemeinschaften",
    }
    return _shared(supply(printed_as[kind])[1], found)


def _shared(total: int, among: list[Offer] | tuple[Offer, ...]) -> dict[str, int]:
    parts = split(total, [offer.weight for offer in among])
    return {offer.pfad_id: part for offer, part in zip(among, parts, strict=True)}


def home_places(total: int) -> dict[str, int]:
    """The county's places of a year, shared among its homes."""
    return _shared(total, offers(HOMES))
