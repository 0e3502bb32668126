"""The public marts as DCAT-AP.de 3.0 describes open data: for GovData and the portal of the Land.

A dataset for each public mart, a distribution for each of its files, with size and hash of the
very file that lies in the site. Internal marts are not named. The rules:
https://www.dcat-ap.de/def/dcatde/3.0/spec/, conventions in .../2.0/implRules/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rdflib import XSD, Literal, URIRef

from catalogue.inventory import Inventory, MartPage
from catalogue.rdf import Resource, Value, iri
from kreishaus.calendars import Calendar, Daily, MonthDays, Monthly, NoCalendar
from kreishaus.settings import Settings
from reports.phrasing import in_region

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
EU = "http://publications.europa.eu/resource/authority"
GEOCODING = "http://dcat-ap.de/def/politicalGeocoding"
CLOSED = "http://dcat-ap.de/def/licenses/other-closed"
MEDIA = "https://www.iana.org/assignments/media-types/"
GERMAN = iri(f"{EU}/language/DEU")
AVAILABLE = iri(f"{EU}/planned-availability/AVAILABLE")
AREA_LEVELS = {"Kreis": "administrativeDistrict", "Land": "state", "Deutschland": "federal"}
IRREGULAR, NEVER = "IRREG", "NEVER"
PER_YEAR = {1: "ANNUAL", 2: "ANNUAL_2", 3: "ANNUAL_3", 4: "QUARTERLY", 12: "MONTHLY"}
EVERY_YEARS = {2: "BIENNIAL", 3: "TRIENNIAL"}


@dataclass(frozen=True)
class DataFile:
    """A file of a mart that the site holds. ``place`` is its path in the site."""

    format: str
    media_type: str
    place: str
    size: int
    sha256: str


def catalogue(
    settings: Settings, inventory: Inventory, files: Mapping[str, Sequence[DataFile]]
) -> Resource:
    """The catalogue of the public marts, with all that it names.

    Raises ``ValueError`` when no ``base_url`` says where the site will lie.
    """
    base = settings.catalogue.base_url
    if not base:
        raise ValueError(f"{settings.county_file}: [catalogue] needs a base_url")
    publisher = _publisher(settings)
    datasets = [
        _dataset(settings, inventory, mart, files.get(mart.name, ()), publisher)
        for mart in inventory.public
    ]
    return Resource(
        "dcat:Catalog",
        (
            ("dct:title", _german(f"Kreishaus: Sozialdaten {inventory.county}")),
            (
                "dct:description",
                _german(
                    f"Daten zu Pflegeplanung und Geflüchteten {in_region(inventory.county)} und in "
                    f"Nordrhein-Westfalen, täglich geprüft und neu veröffentlicht."
                    + _origin_note(inventory)
                ),
            ),
            ("dct:publisher", publisher),
            ("dct:language", GERMAN),
            ("dct:license", iri(settings.catalogue.licence)),
            ("foaf:homepage", iri(base)),
            ("dcat:themeTaxonomy", iri(f"{EU}/data-theme")),
            ("dct:spatial", _district(settings)),
            ("dct:modified", _moment(inventory.created_at)),
            *(("dcat:dataset", one) for one in datasets),
        ),
        f"{base}#katalog",
    )


def _publisher(settings: Settings) -> Resource:
    said = settings.catalogue
    return Resource(
        "foaf:Agent",
        (
            ("foaf:name", Literal(said.publisher or settings.county.name)),
            ("dct:type", iri("http://purl.org/adms/publishertype/LocalAuthority")),
        ),
        f"{said.base_url}#herausgeber",
    )


def _dataset(
    settings: Settings,
    inventory: Inventory,
    mart: MartPage,
    files: Sequence[DataFile],
    publisher: Resource,
) -> Resource:
    base = settings.catalogue.base_url
    page = f"{base}{mart.page}"
    said: list[tuple[str, Value]] = [
        ("dct:title", _german(mart.title)),
        ("dct:description", _german((mart.about or mart.description) + _origin_note(inventory))),
        ("dct:description", Literal(mart.description, lang="en")),
        ("dct:identifier", Literal(f"kreishaus-{settings.county.ags}-{mart.name}")),
        ("dct:publisher", publisher),
        *_contact(settings),
        *_contributor(settings),
        *(("dcat:theme", iri(f"{EU}/data-theme/{theme}")) for theme in mart.domain.themes),
        *(("dcat:keyword", _german(word)) for word in mart.domain.keywords),
        *_area(settings, mart),
        *_period(mart),
        ("dct:accrualPeriodicity", iri(f"{EU}/frequency/{_frequency(settings, inventory, mart)}")),
        ("dct:accessRights", iri(f"{EU}/access-right/PUBLIC")),
        ("dcatap:availability", AVAILABLE),
        ("dct:language", GERMAN),
        (
            "dct:modified",
            _moment(mart.coverage.modified if mart.coverage else inventory.created_at),
        ),
        ("dcat:version", Literal(inventory.version)),
        ("dcat:landingPage", Resource("foaf:Document", (), page)),
        ("dct:provenance", _provenance(inventory, mart)),
        *(("dcat:distribution", _distribution(settings, inventory, mart, file)) for file in files),
    ]
    return Resource("dcat:Dataset", tuple(said), f"{page}#datensatz")


def _distribution(
    settings: Settings, inventory: Inventory, mart: MartPage, file: DataFile
) -> Resource:
    base = settings.catalogue.base_url
    address = iri(f"{base}{file.place}")
    is_open = all(inventory.by_dataset[one].licence.open for one in mart.lineage.datasets)
    return Resource(
        "dcat:Distribution",
        (
            ("dct:title", _german(f"{mart.title} ({file.format})")),
            # Where there is a file and nothing else, both addresses are that of the file.
            ("dcat:accessURL", address),
            ("dcat:downloadURL", address),
            ("dct:license", iri(settings.catalogue.licence if is_open else CLOSED)),
            ("dcatde:licenseAttributionByText", _german(_attribution(settings, inventory, mart))),
            ("dct:format", iri(f"{EU}/file-type/{file.format.upper()}")),
            ("dcat:mediaType", iri(f"{MEDIA}{file.media_type}")),
            ("dcat:byteSize", _typed(str(file.size), XSD.nonNegativeInteger)),
            (
                "spdx:checksum",
                Resource(
                    "spdx:Checksum",
                    (
                        ("spdx:algorithm", iri(f"{PREFIXES['spdx']}checksumAlgorithm_sha256")),
                        ("spdx:checksumValue", _typed(file.sha256, XSD.hexBinary)),
                    ),
                ),
            ),
            ("dct:modified", _moment(inventory.created_at)),
            ("dct:language", GERMAN),
            ("dcatap:availability", AVAILABLE),
        ),
        f"{base}{mart.page}#datei-{file.format.lower()}",
    )


def _contact(settings: Settings) -> list[tuple[str, Value]]:
    said = settings.catalogue
    reached: list[tuple[str, Value]] = [
        ("vcard:fn", Literal(said.contact_name or said.publisher or settings.county.name))
    ]
    if said.contact_email:
        reached.append(("vcard:hasEmail", iri(f"mailto:{said.contact_email}")))
    reached.append(("vcard:hasURL", iri(said.base_url)))
    return [("dcat:contactPoint", Resource("vcard:Kind", tuple(reached)))]


def _contributor(settings: Settings) -> list[tuple[str, Value]]:
    given = settings.catalogue.contributor_id
    return [("dcatde:contributorID", iri(given))] if given else []


def _area(settings: Settings, mart: MartPage) -> list[tuple[str, Value]]:
    """The area twice: by the German key, and as the place that Europe's portals read."""
    area = mart.coverage.area if mart.coverage else "Kreis"
    level = iri(f"{GEOCODING}/Level/{AREA_LEVELS[area]}")
    if area == "Deutschland":
        germany = iri(f"{EU}/country/DEU")
        return [("dcatde:politicalGeocodingLevelURI", level), ("dct:spatial", germany)]
    place = (
        iri(f"{GEOCODING}/stateKey/{settings.county.land_ags}")
        if area == "Land"
        else _district(settings)
    )
    return [
        ("dcatde:politicalGeocodingLevelURI", level),
        ("dcatde:politicalGeocodingURI", place),
        ("dct:spatial", place),
    ]


def _district(settings: Settings) -> URIRef:
    return iri(f"{GEOCODING}/districtKey/{settings.county.ags}")


def _period(mart: MartPage) -> list[tuple[str, Value]]:
    if not mart.coverage or not mart.coverage.first or not mart.coverage.last:
        return []
    said: tuple[tuple[str, Value], ...] = (
        ("dcat:startDate", _day(mart.coverage.first)),
        ("dcat:endDate", _day(mart.coverage.last)),
    )
    return [("dct:temporal", Resource("dct:PeriodOfTime", said))]


def _provenance(inventory: Inventory, mart: MartPage) -> Resource:
    """Which sources a mart is made from, in a sentence."""
    titles = [inventory.by_dataset[one].title for one in mart.lineage.datasets]
    text = (
        f"Berechnet aus: {'; '.join(titles)}."
        if titles
        else f"Verzeichnis {inventory.own.des_kreises}."
    )
    return Resource("dct:ProvenanceStatement", (("rdfs:label", _german(text)),))


def _attribution(settings: Settings, inventory: Inventory, mart: MartPage) -> str:
    credits = sorted(
        {inventory.by_dataset[one].licence.credit for one in mart.lineage.datasets} - {""}
    )
    by = settings.catalogue.publisher or settings.county.name
    return f"{by}; eigene Berechnung nach {', '.join(credits)}" if credits else by


def _frequency(settings: Settings, inventory: Inventory, mart: MartPage) -> str:
    """How often the sources of a mart come; of several the most frequent one."""
    calendars = [
        inventory.by_dataset[one].entry.calendar_in(settings) for one in mart.lineage.datasets
    ]
    awaited = [one for one in calendars if not one.ended]
    if calendars and not awaited:
        never = not any(isinstance(one, NoCalendar) for one in calendars)
        return NEVER if never else IRREGULAR
    if not awaited:
        return IRREGULAR
    return frequency(min(awaited, key=_days_between))


def frequency(calendar: Calendar) -> str:
    """A calendar as the European vocabulary of frequencies names it."""
    if isinstance(calendar, NoCalendar):
        return IRREGULAR
    if calendar.ended:
        return NEVER
    if isinstance(calendar, Daily):
        return "DAILY"
    if isinstance(calendar, Monthly):
        return "MONTHLY"
    if isinstance(calendar, MonthDays):
        if calendar.every_years > 1:
            return EVERY_YEARS.get(calendar.every_years, IRREGULAR)
        return PER_YEAR.get(len(calendar.days), IRREGULAR)
    return IRREGULAR


def _days_between(calendar: Calendar) -> float:
    shares = len(calendar.days) if isinstance(calendar, MonthDays) else 1
    return calendar.longest_pause.days / shares


def _origin_note(inventory: Inventory) -> str:
    return f" {inventory.origin_note.sentence}".rstrip()


def _german(text: str) -> Literal:
    return Literal(text, lang="de")


def _day(value: date) -> Literal:
    return _typed(value.isoformat(), XSD.date)


def _moment(value: datetime) -> Literal:
    return _typed(value.isoformat(timespec="seconds"), XSD.dateTime)


def _typed(text: str, data_type: URIRef) -> Literal:
    return Literal(text, datatype=data_type, normalize=False)
