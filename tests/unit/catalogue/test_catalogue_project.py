"""Lineage as readers want it: from datasets to marts, and not by way of region names."""

from typing import Any

from catalogue.boards import dashboards
from catalogue.project import Project


def node(path: str, *parents: str, kind: str = "model", **meta: object) -> dict[str, Any]:
    return {
        "name": path.split("/")[-1].split(".")[0],
        "resource_type": kind,
        "path": path,
        "description": "Says\n  what.",
        "config": {"meta": meta},
        "depends_on": {"nodes": list(parents)} if kind == "model" else {"macros": []},
    }


def source(dataset: str) -> dict[str, Any]:
    location = f"read_parquet('/home/staged/{dataset}/*/[0-9a-f_]*/cells.parquet')"
    name = dataset.replace("/", "_")
    return {"name": name, "config": {"meta": {"external_location": location}}}


MANIFEST = {
    "nodes": {
        "model.k.stg_a": node("staging/azr/stg_a.sql", "source.k.a"),
        "model.k.stg_w": node("staging/wtg/stg_w.sql", "source.k.w"),
        "model.k.int_regions": node(
            "intermediate/int_regions.sql", "model.k.stg_a", disclosure_ends_here="Names only."
        ),
        "model.k.dim_region": node("marts/reference/dim_region.sql", "model.k.int_regions"),
        "seed.k.flags": node("flags.csv", kind="seed"),
        "model.k.vacancy": node(
            "marts/vacancy/vacancy.sql",
            "model.k.stg_w",
            "model.k.int_regions",
            "model.k.dim_region",
            "seed.k.flags",
        ),
        "model.k.average": node("marts/vacancy/average.sql", "model.k.vacancy"),
    },
    "sources": {"source.k.a": source("azr/series"), "source.k.w": source("wtg/stichtag")},
    "exposures": {
        "exposure.k.report": {
            "name": "report",
            "label": "Report",
            "type": "analysis",
            "owner": {"name": "Planning"},
            "depends_on": {"nodes": ["model.k.average", "model.k.stg_w"]},
            "config": {"meta": {"label_de": "Bericht"}},
        }
    },
}
PROJECT = Project(MANIFEST)


def test_figures_come_from_what_is_counted_and_not_from_who_named_the_region() -> None:
    found = PROJECT.lineage("vacancy")
    assert found.datasets == ("wtg/stichtag",)
    assert found.names == ("dim_region",)
    assert [step.name for step in found.staging] == ["stg_w"]
    assert [step.name for step in found.intermediate] == ["int_regions"]
    assert [step.name for step in found.seeds] == ["flags"]
    assert found.staging[0].description == "Says what."


def test_of_a_list_of_names_the_sources_are_told() -> None:
    assert PROJECT.lineage("dim_region").datasets == ("azr/series",)


def test_the_way_goes_through_marts() -> None:
    found = PROJECT.lineage("average")
    assert found.marts == ("vacancy",)
    assert found.datasets == ("wtg/stichtag",)
    assert PROJECT.children("vacancy") == ("average",)
    assert PROJECT.children("dim_region") == ("average", "vacancy")
    assert PROJECT.children("average") == ()


def test_sections_and_tables() -> None:
    assert PROJECT.domain("vacancy") == "vacancy"
    assert [step.name for step in PROJECT.tables("wtg/stichtag")] == ["wtg_stichtag"]


def test_exposures_name_the_marts_that_they_read() -> None:
    [report] = PROJECT.exposures
    assert (report.label, report.owner, report.marts) == ("Bericht", "Planning", ("average",))


def test_a_mart_that_the_project_lost_has_no_lineage() -> None:
    assert PROJECT.lineage("gone").datasets == ()


def test_dashboards_name_the_marts_that_their_charts_stand_on() -> None:
    """Looked up in ``dashboards/definitions``: the care dashboard draws tiles and vacancies."""
    boards = {one.name: one for one in dashboards()}
    care = boards["dashboard-pflege"]
    assert {"vacancy_by_region", "dim_region_tile", "demand_band"} <= set(care.marts)
    assert not any(mart.startswith("refugees") for mart in care.marts)
    assert boards["dashboard-datenqualitaet"].audience == "intern"
    assert care.audience == "alle, intern"
