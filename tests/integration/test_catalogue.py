"""The catalogue of a whole night: every mart, every link, every statement that it offers."""

import hashlib
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
from nights import Night

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
ADDRESS = re.compile(r"\]\((https?://[^)\s]+)\)")
STATEMENT = re.compile(
    r"kreishaus query --audience public &#34;(.*?)&#34;|"
    r'kreishaus query --audience public "(.*?)"',
    re.DOTALL,
)


@pytest.fixture(scope="module")
def house(first_night: Night, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The shared night, seen from a home whose documents are its own."""
    home = tmp_path_factory.mktemp("catalogue") / "var"
    home.mkdir()
    for name in ("published", "warehouse"):
        (home / name).symlink_to(first_night.house.home / name)
    return first_night.house.model_copy(update={"home": home})


@pytest.fixture(scope="module")
def sites(house: Settings) -> Mapping[versions.Audience, Path]:
    return write_sites(house)


@pytest.fixture(scope="module")
def manifest(house: Settings) -> dict[str, Any]:
    return versions.manifest(versions.current(house), "internal")


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
    sites: Mapping[versions.Audience, Path], house: Settings, manifest: dict[str, Any]
) -> None:
    database = versions.database(versions.current(house), "public")
    with duckdb.connect(database, read_only=True) as connection:
        connection.execute("use public")
        for entry in manifest["public"]:
            page = sites["public"] / "marts" / f"{entry['name']}.html"
            [groups] = STATEMENT.findall(page.read_text(encoding="utf-8"))
            rows = connection.execute(html.unescape("".join(groups))).fetchall()
            assert bool(rows) is (entry["rows"] > 0), entry["name"]


def test_metadata_speak_of_the_very_files(
    sites: Mapping[versions.Audience, Path], manifest: dict[str, Any], house: Settings
) -> None:
    folder = sites["public"]
    document = json.loads((folder / "catalog.jsonld").read_text(encoding="utf-8"))
    graph = document["@graph"]
    datasets = [one for one in graph if one["@type"] == "dcat:Dataset"]
    files = {one["@id"]: one for one in graph if one["@type"] == "dcat:Distribution"}
    assert len(datasets) == len(manifest["public"])
    for one in datasets:
        titles = [title["@value"] for title in one["dct:title"] if title["@language"] == "de"]
        assert len(titles) == 1
        for name in (
            *("dct:description", "dct:publisher", "dcat:contactPoint", "dcat:theme"),
            *("dcat:keyword", "dct:spatial", "dct:accrualPeriodicity", "dct:modified"),
        ):
            assert one[name], (one["@id"], name)
        assert one["dcat:distribution"]
        for named in one["dcat:distribution"]:
            file = files[named["@id"]]
            [address] = file["dcat:accessURL"]
            path = folder / address["@id"].removeprefix(house.catalogue.base_url)
            content = path.read_bytes()
            assert file["dcat:byteSize"][0]["@value"] == str(len(content))
            [checksum] = file["spdx:checksum"]
            digest = checksum["spdx:checksumValue"][0]["@value"]
            assert digest == hashlib.sha256(content).hexdigest()
            assert file["dct:license"]
    internal = {entry["name"] for entry in manifest["marts"]} - {
        entry["name"] for entry in manifest["public"]
    }
    assert len(internal) >= 5
    text = (folder / "catalog.ttl").read_text(encoding="utf-8")
    assert [name for name in internal if f"/{name}." in text or f'-{name}"' in text] == []


def test_what_the_metadata_say_of_some_marts(sites: Mapping[versions.Audience, Path]) -> None:
    """Looked up by hand: the register's series runs from June 2017 to September 2021, the HKL
    tables are Germany's and come every month, Heimfinder states no terms of use."""
    graph = json.loads((sites["public"] / "catalog.jsonld").read_text(encoding="utf-8"))["@graph"]
    by_name = {one["@id"].split("/")[-1]: one for one in graph}
    refugees = by_name["refugees_by_status.html#datensatz"]
    [period] = refugees["dct:temporal"]
    assert period["dcat:startDate"][0]["@value"] == "2017-06-30"
    assert period["dcat:endDate"][0]["@value"] == "2021-09-30"
    assert refugees["dct:spatial"][0]["@id"].endswith("/districtKey/05162")
    asylum = by_name["asylum_national_monthly.html#datensatz"]
    assert asylum["dct:spatial"][0]["@id"].endswith("/country/DEU")
    assert asylum["dct:accrualPeriodicity"][0]["@id"].endswith("/MONTHLY")
    assert asylum["dct:temporal"][0]["dcat:endDate"][0]["@value"] == "2021-09-30"
    kreise = by_name["care_statistics_by_kreis.html#datensatz"]
    assert kreise["dct:spatial"][0]["@id"].endswith("/stateKey/05")
    free = by_name["free_places_reported_daily.html#datei-csv"]
    assert free["dct:license"][0]["@id"].endswith("/other-closed")


def test_lineage_names_the_sources_of_figures(sites: Mapping[versions.Audience, Path]) -> None:
    """Vacancies are the authority's; whoever else knows the region's name is no source of them."""
    text = (sites["public"] / "marts" / "vacancy_by_region.html").read_text(encoding="utf-8")
    flow = text[text.index('class="flow"') : text.index('id="methode"')]
    assert re.findall(r"datensaetze/([\w-]+)\.html", flow) == ["wtg-stichtag"]
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
    sites: Mapping[versions.Audience, Path], house: Settings
) -> None:
    database = versions.database(versions.current(house), "public")
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
