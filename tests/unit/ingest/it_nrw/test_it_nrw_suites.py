"""The suites on the sample, and on the sample with one thing wrong."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from it_nrw_files import origin

from expectations.runner import validate
from ingest.it_nrw.regions import LAENDER, LAND, NATION
from kreishaus.datasets import dataset
from sample import it_nrw

FILES = {
    "care_recipients": (f"{it_nrw.STATIC}/22421-02i_00.csv", "22421-02i"),
    "care_homes": (f"{it_nrw.STATIC}/22412-01i_00.csv", "22412-01i"),
    "care_staff": (f"{it_nrw.STATIC}/22412-01i_00.csv", "22412-01i"),
    "care_recipients_by_age": (f"{it_nrw.STATIC}/22421-00xx_00.csv", "22421-00xx"),
    "population_by_age": (f"{it_nrw.REGIO_STATIC}/12411-03-03-4_00.csv", "12411-03-03-4"),
    "population_municipalities": (f"{it_nrw.TABLEFILE}/12411-01-01-5.zip", "12411-01-01-5"),
    "population_municipalities_by_age": (f"{it_nrw.TABLEFILE}/12411-02-03-5.zip", "12411-02-03-5"),
}
PILOT_2023 = {"region_code": "05162", "reference_date": date(2023, 12, 15)}

IDLE = ([], ["laender_sum_to_germany", "laender_not_above_germany"])
"""The sample prints no Germany: ``test_germany_is_the_sum_of_the_laender``."""


@pytest.fixture(scope="module")
def batches(tmp_path_factory):
    target = tmp_path_factory.mktemp("sample")
    it_nrw.write(target)
    return {
        name: dataset(f"it_nrw/{name}").load("parse")(
            (target / "http" / "it_nrw" / path).read_bytes(), origin(code)
        )
        for name, (path, code) in FILES.items()
    }


@pytest.fixture(scope="module")
def validations(batches):
    return {name: validate(dataset(f"it_nrw/{name}"), batches[name]) for name in FILES}


def failed(batch, name, cells):
    """The rules that fail, with their severity, for a batch that has these cells instead."""
    changed = replace(batch, tables={"cells": cells})
    checks = validate(dataset(f"it_nrw/{name}"), changed).checks
    return {check.rule: check.severity for check in checks if check.outcome == "failed"}


def changed(batch, by, **where):
    """The cells with ``by`` added where every column has that value; at least one must."""
    cells = batch.tables["cells"].copy()
    hit = pd.Series(True, index=cells.index)
    for column, value in where.items():
        hit &= cells[column].eq(value).fillna(False)
    assert hit.any()
    cells.loc[hit, "value"] += by
    return cells


@pytest.mark.parametrize("name", FILES)
def test_the_sample_passes(validations, name):
    assert validations[name].passed
    warned = {check.rule for check in validations[name].checks if check.outcome == "failed"}
    assert warned <= {"plausible_change", "surveys_without_gap"}  # the sample leaves 2021 out


@pytest.mark.parametrize("name", FILES)
def test_every_rule_judges_something(validations, name):
    assert [check.rule for check in validations[name].checks if not check.evaluated_rows] in IDLE


def with_germany(batch, by=0):
    """Every Land like ours, and Germany as their sum."""
    cells = batch.tables["cells"]
    ours = cells[cells["region_code"] == LAND]
    others = [ours.assign(region_code=land) for land in LAENDER if land != LAND]
    germany = ours.assign(region_code=NATION, value=16 * ours["value"] + by)
    return pd.concat([cells, *others, germany], ignore_index=True)


OF_GERMANY = {"laender_sum_to_germany", "laender_not_above_germany"}


def test_germany_is_the_sum_of_the_laender(batches):
    batch = batches["population_by_age"]
    whole = with_germany(batch)
    assert failed(batch, "population_by_age", whole) == {}
    rules = {"laender_sum_to_germany": "critical"}
    assert failed(batch, "population_by_age", with_germany(batch, by=1)).items() >= rules.items()
    fewer = with_germany(batch, by=1)
    fewer = fewer[fewer["region_code"] != "16"]
    assert not OF_GERMANY & failed(batch, "population_by_age", fewer).keys()


def test_no_land_is_larger_than_germany(batches):
    batch = batches["population_by_age"]
    cells = with_germany(batch, by=-(10**9))
    cells = cells[~cells["region_code"].isin(LAENDER[5:])]
    assert {"laender_not_above_germany"} == OF_GERMANY & failed(
        batch, "population_by_age", cells
    ).keys()


def test_the_jump_of_2019_to_2023_is_a_warning(validations):
    findings = validations["care_recipients"].findings
    changes = [finding for finding in findings if finding.rule == "plausible_change"]
    (pilot,) = [finding for finding in changes if "Rhein-Kreis Neuss" in str(finding.row)]
    assert pilot.rule == "plausible_change"
    assert (pilot.severity, pilot.found) == (
        "warning",
        "33,302 on 2023-12-15, a change of +40%",
    )


@pytest.mark.parametrize("name", ["care_recipients", "care_homes"])
def test_one_person_more_in_one_kreis_is_noticed(batches, name):
    measure = {"care_recipients": "Pflegegeld", "care_homes": "Verfügbare Plätze insgesamt"}[name]
    cells = changed(batches[name], 1, measure_label=measure, **PILOT_2023)
    rules = failed(batches[name], name, cells)
    assert {"kreise_sum_to_land", "kreise_sum_to_bezirk_051"} <= rules.keys()
    assert "bezirke_sum_to_land" not in rules


def test_a_land_row_that_is_missing_fails_the_sum(batches):
    batch = batches["care_recipients"]
    cells = batch.tables["cells"]
    rules = failed(batch, "care_recipients", cells[cells.region_code != "05"])
    assert {"regions_present", "kreise_sum_to_land", "bezirke_sum_to_land"} <= rules.keys()


def test_a_kreis_that_is_missing_is_named(batches):
    batch = batches["care_homes"]
    cells = batch.tables["cells"]
    validation = validate(
        dataset("it_nrw/care_homes"),
        replace(batch, tables={"cells": cells[cells.region_code != "05162"]}),
    )
    lost = [finding for finding in validation.findings if finding.rule == "regions_present"]
    assert [(finding.expected, finding.column) for finding in lost] == [
        ("05162", "region_code / 2019-12-15"),
        ("05162", "region_code / 2023-12-15"),
    ]


# The pilot county 2023: 21,840 + 3,727 + 3,814 + 3,920 = 33,301 of 33,302.
@pytest.mark.parametrize(("more", "fails"), [(1, False), (2, True)])
def test_kinds_of_benefit_may_fill_the_total_but_not_exceed_it(batches, more, fails):
    batch = batches["care_recipients"]
    cells = changed(batch, more, measure_label="Pflegegeld", **PILOT_2023)
    assert ("kinds_not_above_total" in failed(batch, "care_recipients", cells)) is fails


@pytest.mark.parametrize(("less", "fails"), [(49, False), (50, True)])
def test_a_large_rest_is_a_warning(batches, less, fails):
    batch = batches["care_recipients"]
    cells = changed(batch, -less, measure_label="Pflegegeld", **PILOT_2023)
    severity = failed(batch, "care_recipients", cells).get("kinds_make_total")
    assert severity == ("warning" if fails else None)


@pytest.mark.parametrize(("more", "fails"), [(405, False), (406, True)])
def test_permanent_places_are_some_of_all(batches, more, fails):
    batch = batches["care_homes"]  # 4,484 places, 4,079 of them permanent
    cells = changed(batch, more, measure_label="Verfügbare Plätze für Dauerpflege", **PILOT_2023)
    assert ("permanent_not_above_places" in failed(batch, "care_homes", cells)) is fails


def test_ages_sum_to_the_total(batches):
    batch = batches["care_recipients_by_age"]
    cells = changed(
        batch,
        1,
        age_label="unter 65",
        measure_label="Pflegegeld",
        reference_date=date(2021, 12, 15),
    )
    assert "ages_sum_to_total" in failed(batch, "care_recipients_by_age", cells)


def test_an_age_group_that_is_missing_fails(batches):
    batch = batches["population_by_age"]
    cells = batch.tables["cells"]
    # A dissolved Kreis has only markers, so that nothing but the missing row can be noticed.
    gone = (cells.age_label == "90 Jahre und mehr") & (cells.region_code == "05354")
    assert failed(batch, "population_by_age", cells[~gone]).keys() == {"ages_sum_to_total"}


@pytest.mark.parametrize(
    ("where", "rule"),
    [
        ({"sex_label": "weiblich"}, "sexes_sum_to_total"),
        ({"nationality_label": "Deutsche"}, "nationalities_sum_to_total"),
        ({"age_label": "85 bis unter 90 Jahre"}, "ages_sum_to_total"),
    ],
)
def test_one_person_more_in_one_group_is_noticed(batches, where, rule):
    batch = batches["population_by_age"]
    cells = changed(batch, 1, region_code="05334002", **where)
    assert rule in failed(batch, "population_by_age", cells)


def test_men_and_women_are_the_population_of_a_municipality(batches):
    batch = batches["population_municipalities"]
    cells = changed(batch, 1, region_code="05162024", sex_label="männlich")
    assert failed(batch, "population_municipalities", cells) == {"sexes_sum_to_total": "critical"}


def test_a_county_among_municipalities_would_count_people_twice(batches):
    batch = batches["population_municipalities"]
    cells = batch.tables["cells"].replace({"region_code": {"05162024": "05162"}})
    assert failed(batch, "population_municipalities", cells).keys() == {"municipalities_only"}


def test_a_municipality_that_is_missing_is_not_the_county(batches):
    batch = batches["population_municipalities_by_age"]
    cells = batch.tables["cells"]
    lost = cells[cells.region_code != "05162028"]
    rules = failed(batch, "population_municipalities_by_age", lost)
    assert rules == {"municipalities_sum_to_kreis": "critical"}


def test_a_city_without_municipalities_is_not_judged(batches):
    batch = batches["population_municipalities_by_age"]
    cells = batch.tables["cells"]
    city = cells[cells.region_code == "05162"].assign(region_code="05111")
    with_city = pd.concat([cells, city], ignore_index=True)
    assert failed(batch, "population_municipalities_by_age", with_city) == {}


def test_municipalities_without_their_county_are_fine(batches):
    batch = batches["population_municipalities_by_age"]
    cells = batch.tables["cells"]
    assert (
        failed(batch, "population_municipalities_by_age", cells[cells.region_code != "05162"]) == {}
    )


@pytest.mark.parametrize(
    ("where", "rule"),
    [
        ({"sex_label": "weiblich"}, "sexes_sum_to_total"),
        ({"age_label": "75 Jahre und mehr"}, "ages_sum_to_total"),
    ],
)
def test_one_person_more_in_one_group_of_a_municipality_is_noticed(batches, where, rule):
    batch = batches["population_municipalities_by_age"]
    cells = changed(batch, 1, region_code="05162024", **where)
    rules = failed(batch, "population_municipalities_by_age", cells)
    assert {rule, "municipalities_sum_to_kreis"} <= rules.keys()


# The Land of 2023: 164,126 of 169,213 residents are there for good.
@pytest.mark.parametrize(("more", "fails"), [(5087, False), (5088, True)])
def test_permanent_residents_are_some_of_all(batches, more, fails):
    land = {"region_code": "05", "reference_date": date(2023, 12, 15)}
    batch = batches["care_recipients"]
    cells = changed(batch, more, measure_label="vollstationäre Dauerpflege", **land)
    rules = failed(batch, "care_recipients", cells)
    assert ("permanent_not_above_full" in rules) is fails
    assert "kreise_sum_to_land" not in rules  # of the Kreise nothing is known: no sum to judge


@pytest.mark.parametrize(
    ("column", "wrong", "rule"),
    [
        ("region_code", "5162", "region_key"),
        ("unit", "Prozent", "unit_is_count"),
        ("value", -1, "count_not_negative"),
        ("value", pd.NA, "value_or_marker"),
        ("marker", "-", "value_or_marker"),
        ("measure_label", "Plätze", "measures_present"),
    ],
)
def test_a_cell_that_cannot_be_true_fails(batches, column, wrong, rule):
    batch = batches["care_homes"]
    cells = batch.tables["cells"].copy()
    rows = cells.index if column == "measure_label" else cells.index[:1]
    cells.loc[rows, column] = wrong
    assert failed(batch, "care_homes", cells)[rule] == "critical"


def test_a_row_that_stands_there_twice_fails(batches):
    batch = batches["care_recipients_by_age"]
    cells = pd.concat([batch.tables["cells"], batch.tables["cells"].head(1)], ignore_index=True)
    assert failed(batch, "care_recipients_by_age", cells)["key_unique"] == "critical"
