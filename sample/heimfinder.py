"""The sample of Heimfinder NRW: what its public list might answer on one day.

How many homes a municipality has is real, and so is what the county saw in 2018: a handful of
places free in the app while more than 200 beds stood empty. Every home, number and person in it is
invented, and called a sample.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kreishaus.figure_origin import MARKS
from kreishaus.settings import County
from sample.wtg_figures import places
from sample.wtg_offers import HOMES, ONE_SITE, Offer, home_places, offers

ADDRESS = "http/wtg/api/heimfinder/einrichtungen"
COUNTY = "Rhein-Kreis Neuss"
YEAR = 2018
FREE_FOR_LONG = {"DO-V03": 1, "GV-V05": 2, "ME-V02": 1, "NE-V08": 2}
FREE_FOR_SHORT = {"KA-V02": 1, "NE-V01": 1}
SILENT_EVERY = 9
"""Each ninth home reports nothing."""
NEIGHBOURS = 5


def write(target: Path, county: County | None = None) -> None:
    """Write ``target/http/wtg/api/heimfinder/einrichtungen``: the homes of the pilot, or invented
    ones of another county.
    """
    path = target / ADDRESS
    path.parent.mkdir(parents=True, exist_ok=True)
    own = _own() if county is None or county.name == COUNTY else _of_another(county)
    document = {"_items": [*own, *_neighbours()], "_hinweis": MARKS["invented"]}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def homes() -> tuple[Offer, ...]:
    """The county's 46 homes: offers in another one's building are no home of their own."""
    shared = {f"M-{key}" for key in ONE_SITE}
    return tuple(offer for offer in offers(HOMES) if offer.pfad_id not in shared)


def _own() -> Iterator[dict[str, Any]]:
    capacity = _places_by_home()
    for number, home in enumerate(homes(), 1):
        key = home.pfad_id.removeprefix("M-")
        silent = number % SILENT_EVERY == 0
        long, short = FREE_FOR_LONG.get(key, 0), FREE_FOR_SHORT.get(key, 0)
        yield _entry(
            f"sample-{key}",
            COUNTY,
            f"{home.name} (Sample)",
            (home.municipality.name, home.municipality.ags, home.municipality.postcode),
            51.05 + number * 0.005,
            places=capacity[home.pfad_id],
            free=None if silent else (long, short),
        )


def _of_another(county: County) -> Iterator[dict[str, Any]]:
    """A home in each municipality, or in the city itself."""
    towns = county.municipalities or {f"{county.ags}000": county.name}
    for number, (ags, town) in enumerate(sorted(towns.items()), 1):
        yield _entry(
            f"sample-{ags}",
            county.name,
            f"Muster-Seniorenhaus {town} (Sample)",
            (town, ags, "40000"),
            51.05 + number * 0.005,
            places=80,
            free=(number % 3, 0),
        )


def _places_by_home() -> dict[str, int]:
    """The county's places of the year, by home: those of all offers in its building."""
    found: dict[str, int] = {}
    for offer, count in home_places(places(YEAR)).items():
        key = offer.removeprefix("M-")
        home = f"M-{ONE_SITE.get(key, key)}"
        found[home] = found.get(home, 0) + count
    return found


def _neighbours() -> Iterator[dict[str, Any]]:
    for number in range(1, NEIGHBOURS + 1):
        yield _entry(
            f"sample-other-{number}",
            "Kreis Mettmann",
            f"Muster-Seniorenhaus Ratingen {number} (Sample)",
            ("Ratingen", "05158028", "40878"),
            51.3,
            places=80,
            free=(number, 0),
        )


def _entry(
    key: str,
    county: str,
    name: str,
    where: tuple[str, str, str],
    latitude: float,
    *,
    places: int,
    free: tuple[int, int] | None,
) -> dict[str, Any]:
    town, ags, postcode = where
    long, short = free or (None, None)
    return {
        "id": key,
        "kreis": county,
        "einrichtung": {
            "name": name,
            "ansprechpartner": {
                "vorname": "Erika",
                "nachname": "Musterfrau-Sample",
                "telefon": "02131 0000000",
                "email": "sample@example.org",
            },
        },
        "adresse": {"strasse": "Musterstraße 1", "plz": postcode, "ort": town, "ags": ags},
        "geo_location_epsg_4326": {"lat": round(latitude, 5), "lon": 6.7},
        "plaetze": places,
        "freie_plaetze": {
            "gesamt": None if free is None else sum(free),
            "langzeitpflege": long,
            "kurzzeitpflege": short,
        },
    }
