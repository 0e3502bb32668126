"""The whole site from a small published version: two editions, and what each may hold."""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from kind_words import OF_A_KREIS, PILOT

from catalogue import pages, site
from catalogue.crawl import walk
from catalogue.site import write_sites
from kreishaus.county_words import WORDS, Kind
from kreishaus.settings import CatalogueConfig, County, Settings
from warehouse import audit, versions, withdrawals
from warehouse.build import target
from warehouse.builds import BuildNotFinished, builds, keep, last
from warehouse.docs import docs_page
from warehouse.publish import publish
from warehouse.versions import NothingPublished
from warehouse.withdraw import withdraw_version

SECRET = "Haus Geheimnis"
AT_HOME = "/staged/wtg/stichtag/*/[0-9a-f_]*/belegung.parquet"
AT_AZR = "/staged/azr/series/*/[0-9a-f_]*/cells.parquet"


def column(data_type: str, label: str, **meta: object) -> dict[str, Any]:
    return {
        "description": f"{label} <b>&</b> Places, `null` too.",
        "data_type": data_type,
        "config": {"meta": {"label_de": label, **meta}},
    }


def model(path: str, columns: dict[str, Any], *parents: str, **meta: object) -> dict[str, Any]:
    name = path.split("/")[-1].split(".")[0]
    return {
        "name": name,
        "resource_type": "model",
        "path": path,
        "relation_name": f'"main"."{name}"',
        "description": f"All about {name}.",
        "columns": columns,
        "config": {"meta": {"title_de": f"Titel {name}", "description_de": "Satz.", **meta}},
        "depends_on": {"nodes": list(parents)},
    }


def source(place: str, *protects: str) -> dict[str, Any]:
    location = f"read_parquet('/home{place}')"
    meta = {"external_location": location, "protects": list(protects)}
    return {"name": place.split("/")[-1].split(".")[0], "config": {"meta": meta}}


DAY = column("date", "Stichtag")
NODES = {
    "model.k.stg_kreishaus__batches_in_force": model(
        "staging/stg_kreishaus__batches_in_force.sql", {}
    ),
    "model.k.stg_wtg__belegung": model("staging/wtg/stg_wtg__belegung.sql", {}, "source.k.b"),
    "model.k.refugees": model(
        "marts/refugees/refugees.sql",
        {"reference_date": DAY, "persons": column("bigint", "Personen", disclosure="azr_count")},
        "source.k.a",
        audience="public",
    ),
    "model.k.supply": model(
        "marts/supply/supply.sql",
        {"reference_date": DAY, "places": column("bigint", "Plätze")},
        audience="public",
    ),
    "model.k.vacancy_by_offer": model(
        "marts/vacancy/vacancy_by_offer.sql",
        {"offer_name": column("varchar", "Name")},
        "model.k.stg_wtg__belegung",
        audience="internal",
    ),
    "model.k.unruled": model(
        "marts/vacancy/unruled.sql",
        {"reference_date": DAY, "vacant_places": column("bigint", "frei")},
        "model.k.stg_wtg__belegung",
        audience="public",
    ),
}
KEYS = {
    f"test.k.{name}_key": {
        "name": f"{name}_key",
        "resource_type": "test",
        "path": "x.sql",
        "attached_node": f"model.k.{name}",
        "test_metadata": {"name": "unique_key", "kwargs": {"columns": ["reference_date"]}},
        "depends_on": {"nodes": [f"model.k.{name}"]},
    }
    for name in ("refugees", "supply")
}
MANIFEST = {
    "nodes": NODES | KEYS,
    "sources": {
        "source.k.a": source(AT_AZR, "persons"),
        "source.k.b": source(AT_HOME, "homes"),
    },
    "exposures": {
        "exposure.k.report": {
            "name": "report",
            "type": "dashboard",
            "label": "Report",
            "depends_on": {"nodes": ["model.k.supply"]},
            "config": {"meta": {"label_de": "Tafel <1>"}},
        }
    },
}


def build(settings: Settings, places: int = 46, origin: str = "invented") -> str:
    """A finished build of the small project, published."""
    target(settings).mkdir(parents=True, exist_ok=True)
    (settings.warehouse / versions.DATABASE).unlink(missing_ok=True)
    with duckdb.connect(settings.warehouse / versions.DATABASE) as warehouse:
        warehouse.execute(
            "create table refugees as select date '2021-03-31' + 7 * i::int as reference_date, "
            "(i + 7)::bigint as persons from range(12) numbers(i)"
        )
        warehouse.execute(
            f"create table supply as select date '2021-11-01' as reference_date, {places} as places"
        )
        warehouse.execute(f"create table vacancy_by_offer as select '{SECRET}' as offer_name")
        warehouse.execute(
            "create table unruled as select date '2021-11-01' as reference_date, 3 as vacant_places"
        )
        warehouse.execute(
            "create table stg_kreishaus__batches_in_force as select 'wtg' as source, "
            "'stichtag' as dataset, '2021-08-15' as period, repeat('ab', 32) as source_sha256, "
            f"'{origin}' as figure_origin"
        )
    results = [
        {"unique_id": one, "status": "pass" if one.startswith("test") else "success"}
        for one in MANIFEST["nodes"]
    ]
    (target(settings) / "manifest.json").write_text(json.dumps(MANIFEST))
    (target(settings) / "run_results.json").write_text(json.dumps({"results": results}))
    keep(settings, target(settings))
    return publish(settings, "run").version


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "sources").mkdir(parents=True)
    (folder / "marts.md").write_text("# Marts\n\n`supply` is [so](sources/wtg.md#how).\n")
    (folder / "sources" / "wtg.md").write_text("# WTG\n\n## How\n")
    return folder


@pytest.fixture
def county(settings: Settings) -> Settings:
    said = CatalogueConfig(base_url="https://daten.kreis.example/")
    return settings.model_copy(update={"catalogue": said})


@pytest.fixture
def installation(county: Settings) -> Settings:
    build(county)
    return county


def page(settings: Settings, place: str, audience: versions.Audience = "public") -> str:
    return (site.site(settings, audience) / place).read_text(encoding="utf-8")


def everything(folder: Path) -> Iterator[bytes]:
    yield from (path.read_bytes() for path in folder.resolve().rglob("*") if path.is_file())


def test_both_editions_are_whole_and_lead_nowhere_outside(
    installation: Settings, texts: Path
) -> None:
    written = write_sites(installation, texts)
    assert list(written) == ["public", "internal"]
    for folder in written.values():
        found = walk(folder)
        assert found.dead == []
        assert found.pages > 25
        assert found.hosts <= {"www.govdata.de"}


@pytest.mark.parametrize("kind", ["kreisfreie Stadt", "Städteregion"])
def test_a_site_speaks_of_its_own_county(county: Settings, texts: Path, kind: Kind) -> None:
    """Files of metadata too; the handbook is the program's own, and says so."""
    krefeld = County(ags="05114", name="Krefeld", kind=kind)
    settings = county.model_copy(update={"county": krefeld})
    build(settings)
    for folder in write_sites(settings, texts).values():
        checked = 0
        for path in folder.resolve().rglob("*"):
            if path.suffix not in {".html", ".ttl", ".jsonld", ".rdf"}:
                continue
            said = path.read_text(encoding="utf-8")
            for wrong in (PILOT, OF_A_KREIS):
                assert wrong.findall(said) == [], path
            checked += 1
        assert checked > 25
    assert f"Was {WORDS[kind].der_kreis} für die Pflegeplanung" in page(settings, "index.html")
    has = WORDS[kind].has_municipalities
    assert ("Kleine Gemeinden" in page(settings, "datenschutz.html")) == has


def test_every_page_has_what_a_reader_with_a_screen_reader_needs(
    installation: Settings, texts: Path
) -> None:
    folder = write_sites(installation, texts)["internal"]
    for path in folder.resolve().rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert '<html lang="de">' in html, path
        assert 'class="skip" href="#inhalt"' in html, path
        assert html.count("<h1") == 1, path
        assert html.count("<table") == html.count("<thead"), path
        assert "<th>" not in html, path
        assert len(re.findall(r' id="([^"]+)"', html)) == len(
            set(re.findall(r' id="([^"]+)"', html))
        ), path


def test_what_is_internal_is_in_neither_edition(installation: Settings, texts: Path) -> None:
    written = write_sites(installation, texts)
    for folder in written.values():
        assert not [one for one in everything(folder) if SECRET.encode() in one]
        assert not (folder / "daten" / "vacancy_by_offer.parquet").exists()
    assert "offer_name" in page(installation, "marts/vacancy_by_offer.html")
    assert ">intern<" in page(installation, "marts/vacancy_by_offer.html")


def test_rows_of_an_internal_mart_are_counted_for_the_county_alone(
    installation: Settings, texts: Path
) -> None:
    write_sites(installation, texts)
    assert "<dt>Zeilen</dt>" not in page(installation, "marts/vacancy_by_offer.html")
    assert "<dt>Zeilen</dt><dd>1</dd>" in page(
        installation, "marts/vacancy_by_offer.html", "internal"
    )


def test_metadata_name_public_marts_alone(installation: Settings, texts: Path) -> None:
    folder = write_sites(installation, texts)["public"]
    for name in ("catalog.ttl", "catalog.jsonld", "catalog.rdf"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "marts/refugees.html#datensatz" in text
        assert "vacancy_by_offer" not in text
        assert "unruled" not in text


def test_samples_and_files_hold_rounded_counts(installation: Settings, texts: Path) -> None:
    """Persons are 7 to 18, one a row: rounded, 5, 10, 10, ... 20."""
    folder = write_sites(installation, texts)["internal"]
    with (folder / "daten" / "refugees.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["persons"]) for row in rows] == [5, *[10] * 5, *[15] * 5, 20]
    html = page(installation, "marts/refugees.html", "internal")
    assert "Die neuesten 10 von 12 Zeilen" in html
    sample = html[html.index('class="data"') : html.index("<h3>Abfragen")]
    assert re.findall(r'<td class="n">(\d+)</td>', sample)[:4] == ["20", "5", "15", "5"]
    assert "öffentlich auf Vielfache von 5 gerundet" in html


def test_a_mart_that_no_rule_covers_says_so_to_the_county(
    installation: Settings, texts: Path
) -> None:
    write_sites(installation, texts)
    assert "made from what homes tell" in page(installation, "marts/unruled.html", "internal")
    for_all = page(installation, "marts/unruled.html")
    assert "nicht veröffentlicht" in for_all
    assert "made from what homes tell" not in for_all
    assert '<h2 id="daten">' not in for_all


def test_words_of_the_marts_are_no_tags(installation: Settings, texts: Path) -> None:
    write_sites(installation, texts)
    assert "Stichtag &lt;b&gt;&amp;&lt;/b&gt; Places, <code>null</code> too." in page(
        installation, "marts/supply.html"
    )
    assert "Tafel &lt;1&gt;" in page(installation, "marts/supply.html")


def test_a_mart_names_its_documents_reports_and_sources(
    installation: Settings, texts: Path
) -> None:
    write_sites(installation, texts)
    html = page(installation, "marts/supply.html")
    assert 'href="../handbuch/marts.html"' in html
    assert 'href="../berichte.html#report"' in html
    assert 'href="../datensaetze/azr-series.html"' in page(installation, "marts/refugees.html")


def test_the_hash_of_a_protected_file_stands_in_the_internal_edition_alone(
    installation: Settings, texts: Path
) -> None:
    write_sites(installation, texts)
    told = f'title="{"ab" * 32}"'
    assert told in page(installation, "datensaetze/wtg-stichtag.html", "internal")
    for path in site.site(installation, "public").resolve().rglob("*.html"):
        assert "ab" * 6 not in path.read_text(encoding="utf-8")
    assert "nicht öffentlich" in page(installation, "datensaetze/wtg-stichtag.html")


def test_the_same_version_makes_the_same_site(installation: Settings, texts: Path) -> None:
    first = {name: folder.resolve() for name, folder in write_sites(installation, texts).items()}
    made = {path: path.stat().st_mtime_ns for path in first["public"].rglob("*")}
    second = {name: folder.resolve() for name, folder in write_sites(installation, texts).items()}
    assert second == first
    assert {path: path.stat().st_mtime_ns for path in first["public"].rglob("*")} == made
    folder = site.site(installation, "public").parent
    assert sorted(path.name.split("-")[0] for path in folder.iterdir()) == ["site"] * 4


def test_a_new_version_takes_the_place_of_the_old_one(installation: Settings, texts: Path) -> None:
    before = write_sites(installation, texts)["public"].resolve()
    version = build(installation, places=47)
    after = write_sites(installation, texts)["public"].resolve()
    assert after != before
    assert not before.exists()
    assert version in page(installation, "index.html")


def test_a_failure_leaves_the_site_as_it_was(
    installation: Settings, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = write_sites(installation, texts)["public"].resolve()
    build(installation, places=47)

    def breaks_off(*said: Any) -> Iterator[tuple[str, bytes]]:
        yield next(iter(pages.pages(*said)))
        raise OSError("disk full")

    monkeypatch.setattr(site, "pages", breaks_off)
    with pytest.raises(OSError, match="disk full"):
        write_sites(installation, texts)
    assert site.site(installation, "public").resolve() == before
    assert (before / "index.html").exists()
    assert not list(before.parent.glob(".tmp-*"))


def test_pages_of_other_tools_are_for_the_county_alone(installation: Settings, texts: Path) -> None:
    quality = installation.home / "docs" / "quality"
    quality.mkdir(parents=True)
    (quality / "index.html").write_text(f"<h1>{SECRET}</h1>")
    docs_page(installation).parent.mkdir(parents=True)
    docs_page(installation).write_text("<h1>dbt</h1>")
    written = write_sites(installation, texts)
    assert SECRET in page(installation, "qualitaet/index.html", "internal")
    assert "dbt" in page(installation, "dbt/index.html", "internal")
    assert 'href="dbt/index.html"' in page(installation, "index.html", "internal")
    assert not [one for one in everything(written["public"]) if SECRET.encode() in one]
    assert not (written["public"] / "dbt").exists()
    assert walk(written["internal"], foreign=("dbt",)).dead == []


def test_a_large_mart_has_no_csv(
    installation: Settings, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "CSV_ROWS", 11)
    folder = write_sites(installation, texts)["public"]
    assert sorted(path.name for path in (folder / "daten").iterdir()) == [
        "refugees.parquet",
        "supply.csv",
        "supply.parquet",
    ]


def test_without_an_address_there_are_no_metadata(settings: Settings, texts: Path) -> None:
    nowhere = settings.model_copy(update={"catalogue": CatalogueConfig()})
    build(nowhere)
    folder = write_sites(nowhere, texts)["public"]
    assert list(folder.glob("catalog.*")) == []
    assert "keine <code>base_url</code>" in page(nowhere, "schnittstellen.html")
    assert walk(folder).dead == []


def test_sample_data_are_called_so(installation: Settings, texts: Path) -> None:
    write_sites(installation, texts)
    assert "Beispieldaten" in page(installation, "marts/supply.html")
    live = installation.model_copy(update={"sources": "live"})
    write_sites(live, texts)
    assert "Beispieldaten" in page(live, "marts/supply.html")
    build(installation, origin="official")
    write_sites(installation, texts)
    assert "Beispieldaten" not in page(installation, "marts/supply.html")
    build(live, origin="unknown")
    write_sites(live, texts)
    assert "vor Beschlüssen prüfen" in page(live, "marts/supply.html")


def test_nothing_published(settings: Settings, texts: Path) -> None:
    with pytest.raises(NothingPublished):
        write_sites(settings, texts)
    assert not site.site(settings, "public").exists()


def test_without_an_account_of_dbt_it_says_what_to_do(installation: Settings, texts: Path) -> None:
    shutil.rmtree(builds(installation))
    with pytest.raises(BuildNotFinished, match="kreishaus build"):
        write_sites(installation, texts)


def test_a_mart_that_the_project_lost_is_still_shown(installation: Settings, texts: Path) -> None:
    nodes = {key: node for key, node in NODES.items() if not key.endswith("supply")}
    lost = replace_nodes(nodes)
    (last(installation).folder / "manifest.json").write_text(json.dumps(lost))
    write_sites(installation, texts)
    html = page(installation, "marts/supply.html")
    assert "Stichtag" in html
    assert '<td class="n">46</td>' in html


def replace_nodes(nodes: dict[str, Any]) -> dict[str, Any]:
    return {**MANIFEST, "nodes": nodes, "exposures": {}}


def test_what_was_withdrawn_is_shown_with_its_day_and_reason(
    installation: Settings, texts: Path
) -> None:
    first = versions.current(installation).name
    build(installation)
    withdraw_version(
        installation, first, "Plätze <doppelt>", now=datetime(2026, 11, 29, 12, tzinfo=UTC)
    )
    withdrawals.write(
        installation,
        withdrawals.Mark(
            *("papers", "correct", "wtg/2021-12-31"),
            *(datetime(2026, 11, 28, 12, tzinfo=UTC), "x@y", "Neu gezählt"),
        ),
    )
    write_sites(installation, texts)
    shown = (
        f"<strong>Version {first}</strong>: zurückgezogen am 29.11.2026, "
        "Grund: Plätze &lt;doppelt&gt;"
    )
    paper = (
        "<strong>Bericht „Tätigkeitsbericht der WTG-Behörde“, Stichtag 31.12.2021</strong>: "
        "korrigierte Fassung vom 28.11.2026, Grund: Neu gezählt"
    )
    for audience in versions.AUDIENCES:
        assert shown in page(installation, "index.html", audience)
        assert paper in page(installation, "index.html", audience)
        assert paper in page(installation, "berichte.html", audience)
        assert shown not in page(installation, "berichte.html", audience)


def test_a_mart_kept_from_a_withdrawn_version_says_so(installation: Settings, texts: Path) -> None:
    first = versions.current(installation).name
    build(installation)
    for audience in versions.AUDIENCES:
        path = versions.current(installation) / audience / "manifest.json"
        document = json.loads(path.read_text())
        for mart in document["marts"]:
            mart["kept_from"] = first
        path.write_text(json.dumps(document))
    write_sites(installation, texts)
    assert "Diese Version wurde" not in page(installation, "marts/supply.html")
    withdraw_version(installation, first, "Doppelt gezählt")
    write_sites(installation, texts)
    assert "Diese Version wurde zurückgezogen am" in page(installation, "marts/supply.html")


def test_the_edition_for_the_county_is_noted_before_it_is_written(
    installation: Settings, texts: Path
) -> None:
    write_sites(installation, texts)
    (entry,) = audit.entries(installation)
    assert (entry.document["action"], entry.document["marts"]) == ("catalogue", ["*"])
    assert entry.document["details"] == {"file": str(site.site(installation, "internal"))}
    shutil.rmtree(audit.folder(installation))
    audit.folder(installation).write_text("no folder can be made here")
    before = site.site(installation, "internal").resolve()
    withdrawals.write(
        installation,
        withdrawals.Mark(
            *("papers", "correct", "wtg/2021-12-31", datetime(2026, 11, 28, tzinfo=UTC)),
            *("x@y", "Neu gezählt"),
        ),
    )
    with pytest.raises(audit.AuditUnwritable):
        write_sites(installation, texts)
    assert site.site(installation, "internal").resolve() == before


def test_sites_are_taken_away_where_no_version_is_left(installation: Settings, texts: Path) -> None:
    write_sites(installation, texts)
    site.take_down(installation)
    assert [
        path.name for path in (installation.home / "docs").iterdir() if "site" in path.name
    ] == []
    assert site.take_down(installation) == []
