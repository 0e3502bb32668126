"""The sample's export of the register: the invented offers, with the defects of real exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

from kreishaus.figure_origin import MARKS
from sample.wtg_figures import municipalities
from sample.wtg_offers import DAY_CARE, DEMENTIA, HOMES, SERVICES, Offer, home_places, offers

DAY = date(2021, 12, 31)
HEADER = (
    "PfAD-Nr.",
    "Name der Einrichtung",
    "Trägername",
    "Angebotsform",
    "Straße",
    "Hausnr.",
    "PLZ",
    "Ort",
    "Gemeindeschlüssel",
    "Plätze",
    "Status",
)
_KINDS = {
    HOMES: "Vollstationäre Pflege",
    DAY_CARE: "",  # only inside the name: "Muster-Tagespflege Neuss 1"
    DEMENTIA: "",
    SERVICES: "Ambulanter Pflegedienst",
}
_ONLY_IN_THE_REGISTER = (
    ("M-X01", "TestTestTest", "Vollstationäre Pflege", "99"),
    ("M-X02", "Neubau Muster-Seniorenzentrum Hafen", "", "80"),
    ("M-X03_ ", "Muster-Haus ohne Art .", "", "k. A."),
)
"""Records of no sheet Angebote: key, name, kind, places."""


def export(places: int) -> bytes:
    """The list of offers as a CSV in cp1252; ``places`` are those of all homes together.

    The generator's mark is the line above the names of the columns, where offices put a title.
    """
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([MARKS["invented"], *[""] * (len(HEADER) - 1)])
    writer.writerow(HEADER)
    writer.writerows(_rows(home_places(places)))
    return written.getvalue().encode("cp1252")


def _rows(places: dict[str, int]) -> Iterator[list[str]]:
    for kind, written in _KINDS.items():
        for offer in offers(kind):
            yield _row(offer, written, str(places.get(offer.pfad_id, "k. A.")))
    first = offers(HOMES)[0]
    again = _row(first, _KINDS[HOMES], str(places[first.pfad_id]))
    yield ["M-X00", f"{first.name}_", *again[2:7], f"{again[7]}, Westfalen", *again[8:]]
    place = municipalities()[0]
    for key, name, kind, number in _ONLY_IN_THE_REGISTER:
        yield [
            key,
            name,
            "Muster-Träger 1",
            kind,
            "Musterstraße",
            "99",
            place.postcode,
            place.name,
            place.ags,
            number,
            "",
        ]


def _row(offer: Offer, kind: str, places: str) -> list[str]:
    place = offer.municipality
    return [
        offer.pfad_id,
        offer.name,
        offer.provider,
        kind,
        "Musterstraße",
        str(offer.number),
        place.postcode,
        place.name,
        place.ags.removeprefix("0"),  # a spreadsheet took it for a number
        places,
        "in Betrieb",
    ]
