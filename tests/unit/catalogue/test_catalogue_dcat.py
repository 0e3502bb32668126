"""DCAT-AP.de: what the profile demands of each dataset and file, and how statements are written."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from catalogue import labels
from catalogue.dcat import CLOSED, PREFIXES, DataFile, catalogue, frequency
from catalogue.inventory import Coverage, DatasetPage, Inventory, MartPage
from catalogue.project import Lineage
from catalogue.rdf import FORMATS, Resource, documents, graph, iri
from kreishaus.calendars import Daily, MonthDays, Monthly, NoCalendar
from kreishaus.county_words import WORDS
from kreishaus.datasets import dataset
from kreishaus.labels.figure_origin import NO_NOTE, OriginNote, origin_note
from kreishaus.settings import CatalogueConfig, Settings

QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))

MADE = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
FILES = (
    DataFile("Parquet", "application/vnd.apache.parquet", "daten/vacancy.parquet", 2048, "ab" * 32),
    DataFile("CSV", "text/csv", "daten/vacancy.csv", 4096, "cd" * 32),
)
MANDATORY = {
    "dcat:Catalog": ("dct:title", "dct:description", "dct:publisher", "dcat:dataset"),
    "dcat:Dataset": ("dct:title", "dct:description", "dct:publisher"),
    "dcat:Distribution": ("dcat:accessURL", "dct:license"),
    "foaf:Agent": ("foaf:name",),
    "spdx:Checksum": ("spdx:algorithm", "spdx:checksumValue"),
}
"""As https://www.dcat-ap.de/def/dcatde/3.0/spec/ lists them."""


def mart(name: str, audience: str = "public", *datasets: str, area: str = "Kreis") -> MartPage:
    return MartPage(
        name=name,
        title=f"Titel {name}",
        about="Was es ist.",
        description="What it is.",
        domain=labels.domain("vacancy", WORDS["Kreis"]),
        audience="internal" if audience == "internal" else "public",
        key=("reference_date",),
        columns=(),
        rules=(),
        reasons=(),
        method="",
        outside_time="",
        lineage=Lineage(datasets=datasets),
        children=(),
        exposures=(),
        published=audience == "public",
        rows=3,
        coverage=Coverage(date(2021, 2, 15), date(2021, 8, 15), area, MADE),
    )


def inventory(*marts: MartPage, note: OriginNote = NO_NOTE) -> Inventory:
    return Inventory(
        county="Rhein-Kreis Neuss",
        own=WORDS["Kreis"],
        ags="05162",
        origin_note=note,
        version="20261125T030000.000000Z",
        created_at=MADE,
        code_version="0.1.0",
        as_of=None,
        looked_at=None,
        marts=marts,
        datasets=tuple(
            DatasetPage(entry, entry.title, "", "", entry.licence, (), {}, (), ())
            for entry in map(dataset, ("wtg/stichtag", "wtg/heimfinder", "it_nrw/care_homes"))
        ),
        metrics=(),
        exposures=(),
    )


@pytest.fixture
def county(settings: Settings) -> Settings:
    said = CatalogueConfig(
        base_url="https://daten.kreis.example/",
        contact_email="planung@kreis.example",
        contributor_id="http://dcat-ap.de/def/contributors/musterkreis",
    )
    return settings.model_copy(update={"catalogue": said})


def every(resource: Resource) -> list[Resource]:
    inner = [value for _, value in resource.said if isinstance(value, Resource)]
    return [resource, *(deeper for one in inner for deeper in every(one))]


def of_kind(resource: Resource, kind: str) -> list[Resource]:
    return [one for one in every(resource) if one.kind == kind]


def only(resource: Resource, name: str) -> str:
    [value] = resource.values(name)
    assert not isinstance(value, Resource)
    return str(value)


def test_everything_says_what_the_profile_demands(county: Settings) -> None:
    told = catalogue(
        county, inventory(mart("vacancy", "public", "wtg/stichtag")), {"vacancy": FILES}
    )
    for kind, names in MANDATORY.items():
        found = of_kind(told, kind)
        assert found, kind
        for one in found:
            assert [name for name in names if not one.values(name)] == [], kind
    [one] = of_kind(told, "dcat:Dataset")
    assert only(one, "dcatde:contributorID") == "http://dcat-ap.de/def/contributors/musterkreis"
    assert only(one, "dcatde:politicalGeocodingURI").endswith("/districtKey/05162")
    assert only(one, "dct:accrualPeriodicity").endswith("/QUARTERLY")
    assert len(one.values("dcat:distribution")) == 2
    [contact] = of_kind(told, "vcard:Kind")
    assert only(contact, "vcard:hasEmail") == "mailto:planung@kreis.example"
    [period] = of_kind(told, "dct:PeriodOfTime")
    assert (only(period, "dcat:startDate"), only(period, "dcat:endDate")) == (
        "2021-02-15",
        "2021-08-15",
    )


def test_internal_and_unpublished_marts_are_not_named(county: Settings) -> None:
    told = catalogue(
        county,
        inventory(mart("vacancy"), mart("vacancy_by_offer", "internal"), mart("new", "lost")),
        {},
    )
    assert len(of_kind(told, "dcat:Dataset")) == 1
    for _, written in documents(told, PREFIXES):
        assert b"vacancy.html" in written
        assert b"vacancy_by_offer" not in written
        assert b"/new" not in written


def test_a_file_says_its_size_and_hash(county: Settings) -> None:
    told = catalogue(county, inventory(mart("vacancy")), {"vacancy": FILES[:1]})
    [file] = of_kind(told, "dcat:Distribution")
    address = "https://daten.kreis.example/daten/vacancy.parquet"
    assert only(file, "dcat:accessURL") == only(file, "dcat:downloadURL") == address
    assert only(file, "dcat:byteSize") == "2048"
    assert only(file, "dcat:mediaType").endswith("media-types/application/vnd.apache.parquet")
    [checksum] = of_kind(told, "spdx:Checksum")
    assert only(checksum, "spdx:checksumValue") == "ab" * 32


@pytest.mark.parametrize(
    ("datasets", "licence"),
    [
        (("wtg/stichtag",), "http://dcat-ap.de/def/licenses/dl-by-de/2.0"),
        (("wtg/stichtag", "wtg/heimfinder"), CLOSED),
        ((), "http://dcat-ap.de/def/licenses/dl-by-de/2.0"),
    ],
)
def test_one_source_of_unknown_terms_closes_the_licence(
    county: Settings, datasets: tuple[str, ...], licence: str
) -> None:
    told = catalogue(county, inventory(mart("vacancy", "public", *datasets)), {"vacancy": FILES})
    assert {only(one, "dct:license") for one in of_kind(told, "dcat:Distribution")} == {licence}


def test_sources_that_ask_to_be_named_are_named(county: Settings) -> None:
    told = catalogue(
        county, inventory(mart("supply", "public", "it_nrw/care_homes")), {"supply": FILES}
    )
    [named] = {
        only(one, "dcatde:licenseAttributionByText") for one in of_kind(told, "dcat:Distribution")
    }
    assert named.startswith("Rhein-Kreis Neuss; eigene Berechnung nach Statistische Ämter")


@pytest.mark.parametrize(
    ("area", "level", "key"),
    [
        ("Kreis", "administrativeDistrict", "districtKey/05162"),
        ("Land", "state", "stateKey/05"),
        ("Deutschland", "federal", "country/DEU"),
    ],
)
def test_areas(county: Settings, area: str, level: str, key: str) -> None:
    told = catalogue(county, inventory(mart("m", area=area)), {})
    [one] = of_kind(told, "dcat:Dataset")
    assert only(one, "dcatde:politicalGeocodingLevelURI").endswith(f"/Level/{level}")
    assert only(one, "dct:spatial").endswith(key)


@pytest.mark.parametrize(
    ("calendar", "code"),
    [
        (Daily(lag_days=1), "DAILY"),
        (Monthly(lag_days=20), "MONTHLY"),
        (MonthDays(days=QUARTER_ENDS, lag_days=1), "QUARTERLY"),
        (MonthDays(days=((3, 31),), lag_days=1), "ANNUAL"),
        (MonthDays(days=((3, 31), (9, 30)), lag_days=1), "ANNUAL_2"),
        (MonthDays(days=((12, 15),), lag_days=1, every_years=2), "BIENNIAL"),
        (MonthDays(days=((12, 31),), lag_days=1, every_years=3), "TRIENNIAL"),
        (MonthDays(days=((12, 31),), lag_days=1, every_years=7), "IRREG"),
        (dataset("bamf/report").calendar, "NEVER"),
        (NoCalendar(), "IRREG"),
    ],
)
def test_frequencies(calendar: object, code: str) -> None:
    assert frequency(calendar) == code  # type: ignore[arg-type]


def test_of_several_sources_the_most_frequent_sets_the_frequency(county: Settings) -> None:
    told = catalogue(
        county, inventory(mart("m", "public", "it_nrw/care_homes", "wtg/heimfinder")), {}
    )
    assert only(of_kind(told, "dcat:Dataset")[0], "dct:accrualPeriodicity").endswith("/DAILY")


def test_sample_data_say_so(county: Settings) -> None:
    told = catalogue(county, inventory(mart("m"), note=origin_note({"wtg": ["invented"]})), {})
    assert dict(documents(told, PREFIXES))["catalog.ttl"].count(b"Beispieldaten") == 2


def test_without_an_address_there_is_no_catalogue(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"catalogue": CatalogueConfig()})
    with pytest.raises(ValueError, match="needs a base_url"):
        catalogue(nowhere, inventory(mart("m")), {})


def test_what_no_mart_has_is_left_out(county: Settings) -> None:
    bare = county.model_copy(
        update={"catalogue": CatalogueConfig(base_url="https://daten.kreis.example/")}
    )
    timeless = replace(mart("m"), coverage=Coverage(None, None, "Kreis", MADE))
    [one] = of_kind(catalogue(bare, inventory(timeless), {}), "dcat:Dataset")
    assert one.values("dcatde:contributorID") == []
    assert one.values("dct:temporal") == []


AWKWARD = 'Sie sagte "ja"\nund\\oder\t<nein> & ab'
SMALL = Resource(
    "dcat:Dataset",
    (
        ("dct:title", Literal(AWKWARD, lang="de")),
        ("dcat:byteSize", Literal("12", datatype=XSD.nonNegativeInteger)),
        (
            "dct:publisher",
            Resource("foaf:Agent", (("foaf:name", Literal("K")),), "https://a.de/#k"),
        ),
        *(
            ("dcat:contactPoint", Resource("vcard:Kind", (("vcard:fn", Literal(name)),)))
            for name in ("B", "A")
        ),
    ),
    "https://a.de/m",
)


def small() -> dict[str, bytes]:
    return dict(documents(SMALL, PREFIXES))


@pytest.mark.parametrize("name", FORMATS)
def test_each_document_says_the_same(name: str) -> None:
    read = Graph().parse(data=small()[name], format=FORMATS[name])
    this = URIRef("https://a.de/m")
    assert isomorphic(read, graph(SMALL, PREFIXES))
    assert len(read) == 6 + 2 + 2 * 2
    assert read.value(this, DCTERMS.title) == Literal(AWKWARD, lang="de")
    assert read.value(this, DCAT.byteSize) == Literal(12, datatype=XSD.nonNegativeInteger)
    assert list(read.subjects(RDF.type, FOAF.Agent)) == [URIRef("https://a.de/#k")]
    assert len(set(read.objects(this, DCAT.contactPoint))) == 2


def test_documents_name_things_by_our_prefixes() -> None:
    written = small()
    assert b"@prefix dct: <http://purl.org/dc/terms/> ." in written["catalog.ttl"]
    assert b"dct:publisher <https://a.de/#k>" in written["catalog.ttl"]
    assert b'"dct:publisher": {' in written["catalog.jsonld"]
    assert b'<dct:publisher rdf:resource="https://a.de/#k"/>' in written["catalog.rdf"]
    assert [name for name, content in written.items() if b"ns1" in content] == []


def test_each_run_writes_the_same_bytes() -> None:
    """Sets of Python come in another order in each process."""
    program = (
        f"import {Path(__file__).stem} as t, sys;"
        "sys.stdout.buffer.write(b'|'.join(t.small().values()))"
    )
    found_by = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": found_by},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert runs == {b"|".join(small().values())}


def test_a_prefix_that_nobody_explains_is_an_error() -> None:
    with pytest.raises(ValueError, match="dcat"):
        graph(SMALL, {"dct": "http://purl.org/dc/terms/"})


@pytest.mark.parametrize("text", ["https://a.de/x y", "https://a.de/>", 'a"b', "a\nb", "a\\b"])
def test_an_address_cannot_break_out_of_its_brackets(text: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        iri(text)
    with pytest.raises(ValueError, match="is no address"):
        graph(Resource("dcat:Dataset", (), text), PREFIXES)
