"""Dashboards as they are written down: every chart against the marts, and what is made of it."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dashboards.bundle import identifier, make_bundle
from dashboards.check import AUDIENCES, problems
from dashboards.contracts import REPOSITORY, Audience, Mart, read_marts
from dashboards.definitions import (
    DEFINITIONS,
    DefinitionError,
    Definitions,
    metric,
    read_definitions,
)
from kreishaus.county_folder import read_municipalities

Marts = Mapping[Audience, Mapping[str, Mart]]
URLS: dict[Audience, str] = {"public": "postgresql://p@db/x", "internal": "postgresql://i@db/x"}


@pytest.fixture(scope="module")
def marts() -> Marts:
    return {audience: read_marts(audience) for audience in AUDIENCES}


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return read_definitions()


def without(marts: Marts, mart: str, column: str) -> Marts:
    """The same marts, one of them without a column."""
    return {
        audience: {
            name: replace(
                one,
                columns={
                    key: value
                    for key, value in one.columns.items()
                    if (name, key) != (mart, column)
                },
            )
            for name, one in named.items()
        }
        for audience, named in marts.items()
    }


def changed(folder: Path, name: str, change: Mapping[str, Any]) -> Definitions:
    """The definitions with one chart of "pflege" changed."""
    shutil.copytree(DEFINITIONS, folder)
    path = folder / "dashboards" / "pflege.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    written["charts"][name] |= change
    path.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    return read_definitions(folder)


def test_every_chart_and_filter_finds_its_columns(definitions: Definitions, marts: Marts) -> None:
    assert list(problems(definitions, marts)) == []


def test_a_chart_whose_column_vanished_is_named(definitions: Definitions, marts: Marts) -> None:
    found = list(problems(definitions, without(marts, "demand_decision", "focus_label")))
    assert len(found) == 4  # two charts, each in the public and in the internal edition
    assert {line.split(":")[0] for line in found} == {
        'pflege (public), chart "decisions"',
        'pflege (public), chart "decisions_table"',
        'pflege (internal), chart "decisions"',
        'pflege (internal), chart "decisions_table"',
    }
    assert all("focus_label" in line for line in found)


def test_a_column_that_only_the_public_lacks_is_told_for_the_public(
    definitions: Definitions, marts: Marts
) -> None:
    thinner: Marts = {
        "public": without(marts, "refugees_by_status", "persons")["public"],
        "internal": marts["internal"],
    }
    found = list(problems(definitions, thinner))
    assert found
    assert {line.split(",")[0] for line in found} == {"gefluechtete (public)"}


def test_an_internal_mart_is_no_mart_of_the_public(marts: Marts) -> None:
    assert "vacancy_by_offer" in marts["internal"]
    assert "vacancy_by_offer" not in marts["public"]


def test_what_is_computed_from_exact_counts_is_no_column_of_the_public(tmp_path: Path) -> None:
    """A derived column is there for everybody only with the SQL that computes it anew."""
    columns = [
        {"name": "persons", "data_type": "bigint", "config": {"meta": {"disclosure": "azr_count"}}},
        {"name": "total_index", "config": {"meta": {"disclosure": "azr_derived"}}},
        {
            "name": "total_share",
            "config": {"meta": {"disclosure": "azr_derived", "public_sql": "persons / 2"}},
        },
    ]
    model = {
        "name": "m",
        "columns": [{"data_type": "double", "description": "x", **column} for column in columns],
    }
    (tmp_path / "m.yml").write_text(yaml.safe_dump({"models": [model]}))
    assert list(read_marts("public", tmp_path)["m"].columns) == [
        "persons",
        "total_share",
        "rounded_to",
    ]
    assert list(read_marts("internal", tmp_path)["m"].columns) == [
        "persons",
        "total_index",
        "total_share",
    ]


def test_a_description_has_the_text_of_the_block_that_it_names(tmp_path: Path) -> None:
    said = {
        "name": "revision",
        "data_type": "bigint",
        "description": "{{ doc('revision') }} Never\n0.",
    }
    (tmp_path / "m.yml").write_text(yaml.safe_dump({"models": [{"name": "m", "columns": [said]}]}))
    assert (
        read_marts("internal", tmp_path)["m"].columns["revision"].description
        == "Which version of its period the file in force is, from 1. Never 0."
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"metric": "sum(place)"}, 'supply_overview, dim_offer_type have no column "place"'),
        ({"metric": "sum(a) as A"}, 'chart "places_now": Binder Error: Referenced column "a"'),
        ({"where": "beds > 3"}, 'chart "places_now": Binder Error: Referenced column "beds"'),
        ({"x_axis": "day"}, 'chart "places_now": Binder Error: Referenced column "day"'),
        ({"metric": "sum(places"}, 'chart "places_now": the metric "sum(places" needs a name'),
        ({"metric": "sum(places) / 2"}, 'needs a name: "sum(places) / 2 as Name"'),
    ],
)
def test_a_chart_that_asks_for_what_is_not_there_is_named(
    tmp_path: Path, marts: Marts, change: dict[str, Any], told: str
) -> None:
    found = list(problems(changed(tmp_path / "d", "places_now", change), marts))
    assert len(found) == 2
    assert all(told in line for line in found), found


def test_a_column_without_a_german_name_is_told(tmp_path: Path, marts: Marts) -> None:
    folder = tmp_path / "d"
    shutil.copytree(DEFINITIONS, folder)
    path = folder / "datasets.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    del written["planned"]["labels"]["region"]
    written["demand_decision"]["labels"].pop("focus")
    path.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    found = list(problems(read_definitions(folder), marts))
    assert len(found) == 2
    assert all('chart "decisions_table": the column "focus" has no German name' in f for f in found)


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("places_now", {"dataset": "beds"}, 'there is no dataset "beds"'),
        ("places_now", {"style": "pretty"}, 'there is no style "pretty"'),
    ],
)
def test_a_definition_that_names_what_is_not_there_is_refused(
    tmp_path: Path, name: str, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(DefinitionError, match=told):
        changed(tmp_path / "d", name, change)


def test_a_chart_that_no_row_shows_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    shutil.copytree(DEFINITIONS, folder)
    path = folder / "dashboards" / "pflege.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    written["tabs"][0]["rows"][0]["cells"].pop()
    path.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DefinitionError, match='"planned_now" stands in 0 rows'):
        read_definitions(folder)


@pytest.mark.parametrize(
    ("text", "sql", "label"),
    [
        ("sum(places)", "sum(places)", "Plätze"),
        ("sum(places) as Betten", "sum(places)", "Betten"),
        ("max(cast(places as integer)) as n", "max(cast(places as integer))", "n"),
    ],
)
def test_a_metric_is_named_by_its_text_or_by_the_mart(
    definitions: Definitions, marts: Marts, text: str, sql: str, label: str
) -> None:
    made = metric(text, definitions.datasets["supply"], marts["public"])
    assert (made.sql, made.label) == (sql, label)


def test_the_as_of_a_cast_names_nothing(definitions: Definitions, marts: Marts) -> None:
    with pytest.raises(DefinitionError, match="needs a name"):
        metric("max(cast(places as integer))", definitions.datasets["supply"], marts["public"])


def test_a_bundle_is_the_same_every_time(definitions: Definitions, marts: Marts) -> None:
    first = make_bundle(definitions, marts, URLS)
    assert first == make_bundle(read_definitions(), marts, URLS)
    uuids = [yaml.safe_load(text).get("uuid") for text in first.values()]
    assert len(uuids) == len(set(uuids))


def test_each_dashboard_says_above_its_tabs_whose_figures_it_shows(
    definitions: Definitions, marts: Marts
) -> None:
    bundle = make_bundle(definitions, marts, URLS)
    pages = {path: yaml.safe_load(text) for path, text in bundle.items() if "dashboards/" in path}
    assert len(pages) == 5
    for path, page in pages.items():
        position = page["position"]
        above, tabs = position["GRID_ID"]["children"]
        assert (above, tabs) == ("ROW-above", "TABS-pages"), path
        assert position[above]["children"] == ["CHART-figure_origins"]


@pytest.mark.parametrize(
    ("words", "note"),
    [
        ([], "Noch keine Dateien."),
        ([("bamf/hkl", "official")], "Alle Dateien stammen aus amtlichen Quellen."),
        ([("bamf/hkl", "rebuilt"), ("county/lists", "official")], "Beispieldaten. Nachgebaute"),
        ([("bamf/hkl", "official"), ("wtg/stichtag", "invented")], "Teils Beispieldaten"),
        ([("bamf/hkl", "official"), ("wtg/stichtag", "unknown")], "Herkunft von Dateien nicht"),
        ([("azr/series", "rebuilt"), ("wtg/stichtag", "unknown")], "Teils Beispieldaten"),
    ],
)
def test_the_note_above_follows_the_files(
    definitions: Definitions, words: list[tuple[str, str]], note: str
) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.freshness (dataset_id text, figure_origin text)")
        for row in words:
            connection.execute("insert into marts.freshness values (?, ?)", row)
        ((said,),) = connection.execute(definitions.datasets["figure_origins"].sql).fetchall()
    assert said.startswith(note)


def test_what_the_public_sees_stands_on_the_schema_of_the_public(
    definitions: Definitions, marts: Marts
) -> None:
    bundle = make_bundle(definitions, marts, URLS)
    for path, text in bundle.items():
        kind, _, rest = path.partition("/")
        audience = rest.split("/")[0]
        content = yaml.safe_load(text)
        if kind == "datasets":
            other = "internal" if audience == "public" else "public"
            assert f"{other}." not in content["sql"], path
            assert content["schema"] == audience
            assert content["database_uuid"] == identifier("database", audience)
        if kind == "charts":
            names = [identifier("dataset", audience, name) for name in definitions.datasets]
            assert content["dataset_uuid"] in names, path


def test_a_filter_reaches_the_charts_that_it_names_and_no_others(
    definitions: Definitions, marts: Marts
) -> None:
    bundle = make_bundle(definitions, marts, URLS)
    page = yaml.safe_load(bundle["dashboards/public/pflege.yaml"])
    control = next(
        one
        for one in page["metadata"]["native_filter_configuration"]
        if one["name"] == "Stichtag der Karte"
    )
    reached = {
        part["id"]
        for part in page["position"].values()
        if isinstance(part, dict)
        and part["type"] == "CHART"
        and part["meta"]["chartId"] not in control["scope"]["excluded"]
    }
    assert reached == {"CHART-vacancy_tiles", "CHART-vacancy_by_municipality"}


def test_the_quality_dashboard_is_for_engineers_only(definitions: Definitions) -> None:
    assert definitions.dashboards["datenqualitaet"].roles == {"internal": ("Kreishaus Technik",)}


def test_no_role_of_readers_has_the_internal_database() -> None:
    roles = yaml.safe_load((DEFINITIONS / "roles.yaml").read_text(encoding="utf-8"))
    assert roles["Kreishaus Leser"]["databases"] == ["public"]
    named = {
        role
        for dashboard in read_definitions().dashboards.values()
        for names in dashboard.roles.values()
        for role in names
    }
    assert named == set(roles)


def test_every_municipality_of_the_county_has_a_tile() -> None:
    folder = REPOSITORY / "counties" / "05162"
    with (folder / "tiles.csv").open(encoding="utf-8", newline="") as file:
        tiles = list(csv.DictReader(file))
    assert sorted(tile["region_code"] for tile in tiles) == sorted(read_municipalities(folder))
