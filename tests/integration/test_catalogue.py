"""The catalogue of a whole night: every mart, every link, every statement that it offers."""

import hashlib
import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
from rdflib import DCAT, DCTERMS, RDF, Graph, Namespace, URIRef
from rdflib.term import Node
from shared_night import FirstNight

from catalogue.crawl import walk
from catalogue.site import DOCUMENTS, write_sites
from kreishaus.datasets import REGISTRY
from kreishaus.settings import REPOSITORY, Settings
from warehouse import versions

PROTECTED = {
    *("azr/crosstable", "azr/municipalities", "azr/series"),
    *("papers/figures", "wtg/stichtag"),
}
"""Datasets of persons or of homes: nobody outside may know the hash of such a file."""
SPDX = Namespace("http://spdx.org/rdf/terms#")
ADDRESS = re.compile(r"\]\((https?://[^)\s]+)\)")
STATEMENT = re.compile(
    r"kreishaus query --audience public &#34;(.*?)&#34;|"
    r'kreishaus query --audience public "(.*?)"',
    re.DOTALL,
)


@pytest.fixture(scope="module")
def installation(first_night: FirstNight, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shared night, seen from a home whose documents are its own."""
    home = tmp_path_factory.mktemp("catalogue") / "var"
    home.mkdir()
    for name in ("published", "warehouse"):
        (home / name).symlink_to(first_night.installation.home / name)
    return first_night.installation.model_copy(update={"home": home})


@pytest.fixture(scope="module")
def sites(installation: Settings) -> Mapping[versions.Audience, Path]:
    return write_sites(installation)


@pytest.fixture(scope="module")
def manifest(installation: Settings) -> dict[str, Any]:
    return versions.manifest(versions.current(installation), "internal")


def test_no_link_is_dead_and_none_leads_to_a_stranger(
    sites: Mapping[versions.Audience, Path],
) -> None:
    """Outside are only the hosts that the documents themselves name as sources."""
    texts = [REPOSITORY / "README.md", *DOCUMENTS.rglob("*.md")]
    known = {
        urlsplit(address).hostname
        for text in texts
        for address in ADDRESS.findall(text.read_text(encoding="utf-8"))
    }
    for folder in sites.values():
        found = walk(folder, foreign=("dbt",))
        assert found.dead == []
        assert found.pages > 90
        assert found.hosts <= known


def test_no_page_asks_an_address_to_be_shown(sites: Mapping[versions.Audience, Path]) -> None:
    for path in sites["public"].resolve().rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|link|iframe)[^>]*?(?:src|href)="([^"]+)"', text)
        assert [one for one in loaded if one.startswith(("http:", "https:", "//"))] == [], path


def test_every_mart_has_a_page_and_every_public_one_data(
    sites: Mapping[versions.Audience, Path], manifest: dict[str, Any]
) -> None:
    public = {entry["name"]: entry for entry in manifest["public"]}
    assert len(public) >= 50
    for entry in manifest["marts"]:
        text = (sites["public"] / "marts" / f"{entry['name']}.html").read_text(encoding="utf-8")
        assert (' class="data"' in text) is (
            entry["name"] in public and public[entry["name"]]["rows"] > 0
        )
        assert text.count('<tr><th scope="row"><code>') == len(
            {**entry["columns"], **public.get(entry["name"], {}).get("columns", {})}
        )
        if ' class="data"' in text:
            sample = text.split(' class="data"')[1].split("</table>")[0]
            assert 1 < sample.count("<tr>") <= 11
    assert {path.stem for path in (sites["public"] / "daten").resolve().glob("*.parquet")} == set(
        public
    )


def test_every_statement_that_is_offered_can_be_run(
    sites: Mapping[versions.Audience, Path], installation: Settings, manifest: dict[str, Any]
) -> None:
    database = versions.database(versions.current(installation), "public")
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute("use public")
        for entry in manifest["public"]:
            page = sites["public"] / "marts" / f"{entry['name']}.html"
            [groups] = STATEMENT.findall(page.read_text(encoding="utf-8"))
            rows = connection.execute(html.unescape("".join(groups))).fetchall()
            assert bool(rows) is (entry["rows"] > 0), entry["name"]


@pytest.fixture(scope="module")
def metadata(sites: Mapping[versions.Audience, Path]) -> Graph:
    return Graph().parse(sites["public"] / "catalog.jsonld")


def test_metadata_speak_of_the_very_files(
    sites: Mapping[versions.Audience, Path],
    manifest: dict[str, Any],
    installation: Settings,
    metadata: Graph,
) -> None:
    folder = sites["public"]
    datasets = list(metadata.subjects(RDF.type, DCAT.Dataset))
    assert len(datasets) == len(manifest["public"])
    for one in datasets:
        titles = metadata.objects(one, DCTERMS.title)
        assert [getattr(title, "language", "") for title in titles] == ["de"]
        for name in (
            *(DCTERMS.description, DCTERMS.publisher, DCAT.contactPoint, DCAT.theme),
            *(DCAT.keyword, DCTERMS.spatial, DCTERMS.accrualPeriodicity, DCTERMS.modified),
        ):
            assert (one, name, None) in metadata
        files = list(metadata.objects(one, DCAT.distribution))
        assert files
        for file in files:
            address = str(metadata.value(file, DCAT.accessURL, any=False))
            content = (folder / address.removeprefix(installation.catalogue.base_url)).read_bytes()
            assert str(metadata.value(file, DCAT.byteSize, any=False)) == str(len(content))
            checksum = metadata.value(file, SPDX.checksum, any=False)
            digest = str(metadata.value(checksum, SPDX.checksumValue, any=False))
            assert digest == hashlib.sha256(content).hexdigest()
            assert (file, DCTERMS.license, None) in metadata
    internal = {entry["name"] for entry in manifest["marts"]} - {
        entry["name"] for entry in manifest["public"]
    }
    assert len(internal) >= 5
    text = (folder / "catalog.ttl").read_text(encoding="utf-8")
    assert [name for name in internal if f"/{name}." in text or f'-{name}"' in text] == []


def test_what_the_metadata_say_of_some_marts(metadata: Graph, installation: Settings) -> None:
    """Looked up by hand: the register's series runs from June 2017 to September 2021, the HKL
    tables are Germany's and come every month, Heimfinder states no terms of use."""

    def said(page: str, *names: URIRef) -> str:
        node: Node | None = URIRef(f"{installation.catalogue.base_url}marts/{page}")
        for name in names:
            node = metadata.value(node, name, any=False)
        return str(node)

    refugees = "refugees_by_status.html#datensatz"
    assert said(refugees, DCTERMS.temporal, DCAT.startDate) == "2017-06-30"
    assert said(refugees, DCTERMS.temporal, DCAT.endDate) == "2021-09-30"
    assert said(refugees, DCTERMS.spatial).endswith("/districtKey/05162")
    asylum = "asylum_national_monthly.html#datensatz"
    assert said(asylum, DCTERMS.spatial).endswith("/country/DEU")
    assert said(asylum, DCTERMS.accrualPeriodicity).endswith("/MONTHLY")
    assert said(asylum, DCTERMS.temporal, DCAT.endDate) == "2021-09-30"
    kreise = "care_statistics_by_kreis.html#datensatz"
    assert said(kreise, DCTERMS.spatial).endswith("/stateKey/05")
    free = "free_places_reported_daily.html#datei-csv"
    assert said(free, DCTERMS.license).endswith("/other-closed")


def test_lineage_names_the_sources_of_figures(sites: Mapping[versions.Audience, Path]) -> None:
    """Vacancies are the authority's, and totals of dates without a workbook stand in a list of the
    county; whoever else knows the region's name is no source of them."""
    text = (sites["public"] / "marts" / "vacancy_by_region.html").read_text(encoding="utf-8")
    flow = text[text.index('class="flow"') : text.index('id="methode"')]
    assert re.findall(r"datensaetze/([\w-]+)\.html", flow) == ["county-lists", "wtg-stichtag"]
    assert "berichte.html#binding_demand_planning" in flow
    assert "berichte.html#dashboard-pflege" in flow
    assert "vacancy_average.html" in flow


def test_every_dataset_has_a_page_with_its_files(
    sites: Mapping[versions.Audience, Path], manifest: dict[str, Any]
) -> None:
    for entry in REGISTRY:
        page = sites["public"] / "datensaetze" / f"{entry.source}-{entry.name}.html"
        text = page.read_text(encoding="utf-8")
        hashes = [
            one["sha256"]
            for one in manifest["sources"]
            if (one["source"], one["dataset"]) == (entry.source, entry.name)
        ]
        shown = set(re.findall(r'title="([0-9a-f]{64})"', text))
        if entry.id in PROTECTED:
            assert (shown, text.count("nicht öffentlich")) == (set(), len(hashes))
        else:
            assert shown == set(hashes)


def test_every_metric_has_its_line(
    sites: Mapping[versions.Audience, Path], installation: Settings
) -> None:
    database = versions.database(versions.current(installation), "public")
    with duckdb.connect(database, read_only=True) as connection:
        codes = connection.execute("select metric_code from public.metric").fetchall()
    text = (sites["public"] / "kennzahlen.html").read_text(encoding="utf-8")
    assert len(codes) >= 40
    assert [code for (code,) in codes if f'<tr id="{code}">' not in text] == []


def test_documents_are_there_with_their_plots(sites: Mapping[versions.Audience, Path]) -> None:
    pages = {path.relative_to(DOCUMENTS).with_suffix(".html") for path in DOCUMENTS.rglob("*.md")}
    assert [page for page in pages if not (sites["public"] / "handbuch" / page).exists()] == []
    methods = (sites["public"] / "handbuch" / "methods.html").read_text(encoding="utf-8")
    assert 'src="images/methods/band.svg"' in methods
    assert (sites["public"] / "handbuch" / "images" / "methods" / "band.svg").exists()
