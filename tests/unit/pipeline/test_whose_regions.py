"""A file of another county is refused by name, whatever its parser and its suite say of it."""

import pandas as pd
import pytest

from kreishaus.datasets import REGISTRY, dataset
from kreishaus.model import Batch
from kreishaus.settings import County
from pipeline.whose_regions import judged_by_regions

VIERSEN = County(
    ags="05166",
    name="Kreis Viersen",
    municipalities={"05166004": "Brüggen", "05166008": "Grefrath", "05166012": "Kempen"},
)


def judged(dataset_id: str, **tables: list[str | None]) -> list[tuple[str, str, str | None]]:
    entry = dataset(dataset_id)
    columns = {**entry.own_regions, **entry.every_municipality}
    named = {"angebote": [], "planungen": [], "unterstuetzungsangebote": [], **tables}
    frames = {
        table: pd.DataFrame({columns.get(table, "ags"): pd.Series(keys, dtype="string")})
        for table, keys in named.items()
    }
    found = judged_by_regions(entry, Batch("2021", frames), VIERSEN)
    return [(one.rule, one.severity, one.found) for one in found]


def test_regions_of_the_county_pass_and_unknown_ones_are_the_suites_business() -> None:
    own = ["05166004", "05166004", None, "05166012"]
    assert judged("wtg/stichtag", angebote=own, unterstuetzungsangebote=["05166"]) == []


def test_a_kreisfreie_stadt_is_its_own_and_only_municipality() -> None:
    krefeld = County(ags="05114", name="Krefeld", kind="kreisfreie Stadt")
    offers = pd.DataFrame({"ags": ["05114000", "05114"]})
    batch = Batch("all", {"register_offers": offers})
    assert list(judged_by_regions(dataset("wtg/register"), batch, krefeld)) == []
    moved = Batch("all", {"register_offers": offers.replace("05114", "05116000")})
    (finding,) = judged_by_regions(dataset("wtg/register"), moved, krefeld)
    assert finding.found == "05116000"


def test_one_row_of_another_county_refuses_the_file() -> None:
    assert judged("wtg/stichtag", angebote=["05166004", "05162004"]) == [
        ("own_regions", "critical", "05162004")
    ]


def test_each_table_is_judged_and_a_long_list_is_counted() -> None:
    others = [f"0516200{number}" for number in range(8)]
    assert judged("wtg/stichtag", angebote=others, planungen=["05162"]) == [
        (
            "own_regions",
            "critical",
            "05162000, 05162001, 05162002, 05162003, 05162004 and 3 more",
        ),
        ("own_regions", "critical", "05162"),
    ]


def test_a_table_of_the_land_holds_every_municipality_of_the_county() -> None:
    whole = ["05162004", "05166004", "05166008", "05166012", "05"]
    assert judged("it_nrw/population_municipalities", cells=whole) == []


@pytest.mark.parametrize("others", [["05162004", "05154004"], ["05166004", "05166012"]])
def test_without_one_of_the_municipalities_it_is_refused(others: list[str]) -> None:
    ((rule, severity, found),) = judged("it_nrw/population_municipalities", cells=others)
    assert (rule, severity) == ("every_municipality", "critical")
    assert "05166008 Grefrath" in str(found)
    assert str(found).endswith("Rhein-Kreis Neuss (05162)") == ("05162004" in others)


def test_the_other_county_is_named() -> None:
    entry = dataset("wtg/register")
    offers = pd.DataFrame({"ags": ["05162004", "05166999", "05114000"]})
    (finding,) = judged_by_regions(entry, Batch("2021", {"register_offers": offers}), VIERSEN)
    assert (
        "regions that are not of Kreis Viersen (05166), but regions of Krefeld, Kreisfreie Stadt "
        "(05114), Rhein-Kreis Neuss (05162). Nothing of the file is used." in finding.message
    )


def test_what_the_registry_says_of_regions_is_in_the_staged_tables() -> None:
    said = [
        (entry.id, table, column)
        for entry in REGISTRY
        for table, *columns in (
            *entry.own_regions.items(),
            *entry.every_municipality.items(),
            *((table, *columns) for table, columns in entry.region_names.items()),
        )
        for column in columns
        if column not in entry.load("tables")[table].names
    ]
    assert said == []
