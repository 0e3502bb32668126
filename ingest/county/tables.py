"""Staged tables of the county's own lists: one for each, with the key of the county in each row."""

from __future__ import annotations

import pyarrow as pa

from kreishaus.county_folder import MUNICIPALITIES
from kreishaus.keys import keyed
from kreishaus.store.staging import text

COUNTY = "county_ags"
"""The column that no list has: whose list it is, is said by the folder that it lies in."""


def _text(name: str) -> pa.Field:
    return text(name, nullable=True)


def _day(name: str, *, nullable: bool = True) -> pa.Field:
    return pa.field(name, pa.date32(), nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> pa.Field:
    return pa.field(name, pa.int64(), nullable=nullable)


def _number(name: str) -> pa.Field:
    return pa.field(name, pa.float64(), nullable=False)


def _list(*columns: pa.Field, key: tuple[str, ...], label: str | None = None) -> pa.Schema:
    return keyed(pa.schema([text(COUNTY), *columns]), COUNTY, *key, label=label)


TABLES = {
    # Official key, eight digits, and name as offices of the county write it.
    MUNICIPALITIES: _list(
        *(text("municipality_code"), text("name"), text("source")),
        key=("municipality_code",),
        label="name",
    ),
    # Municipalities that are planned together, by validity. One that is not named is its own unit.
    "planning_units": _list(
        *(text("unit_code"), text("unit_name"), text("municipality_code")),
        *(_day("valid_from"), _day("valid_to"), text("source")),
        key=("unit_code", "municipality_code", "valid_from"),
        label="unit_name",
    ),
    # Where a municipality stands on the tile map, a drawing that keeps neighbours and no distances.
    "tiles": _list(
        *(text("region_code"), _whole("tile_row"), _whole("tile_column"), text("source")),
        key=("region_code",),
    ),
    # What the council decided: plan year, region, places and focus.
    "council_decisions": _list(
        *(_whole("plan_year"), text("region_code"), _whole("places")),
        *(text("focus_code"), _text("focus_de"), _day("decided_date"), text("document")),
        key=("plan_year", "region_code", "focus_code"),
    ),
    # What an external forecast printed, by issue: places that are missing (below zero) or left.
    "external_forecasts": _list(
        *(_day("issue_month", nullable=False), text("document"), text("region_code")),
        *(_whole("target_year"), _whole("balance_places")),
        key=("issue_month", "document", "region_code", "target_year"),
    ),
    # Places not occupied that the authority published as a total, for dates without a workbook.
    "published_totals": _list(
        *(_day("reference_date", nullable=False), text("region_code"), text("offer_type_code")),
        *(_whole("vacant_places"), _day("published_date"), text("source")),
        key=("reference_date", "region_code", "offer_type_code"),
    ),
    # Reference dates that carry a flag, and whether averages leave them out.
    "reference_date_flags": _list(
        *(text("source"), text("dataset"), _day("reference_date", nullable=False), text("flag")),
        *(text("reason"), pa.field("left_out_of_average", pa.bool_(), nullable=False)),
        text("document"),
        key=("source", "dataset", "reference_date", "flag"),
    ),
    # Persons that a region needs places for beyond its rates, or who come from or go to others.
    "local_need": _list(
        *(text("parameter_set"), text("region_code"), text("kind"), _number("persons")),
        *(_whole("from_year", nullable=True), _whole("to_year", nullable=True)),
        *(text("source"), text("reason")),
        key=("parameter_set", "region_code", "kind", "from_year"),
    ),
    # Years that are forecast: so many after the base year (after_base), or by number (year).
    "target_years": _list(
        *(text("kind"), _whole("value"), text("reason")),
        key=("kind", "value"),
    ),
    # Sets of parameters of the demand formula; the newest is the current one.
    "demand_parameter_sets": _list(
        *(text("parameter_set"), _day("adopted_date", nullable=False), text("document")),
        text("reason"),
        key=("parameter_set",),
    ),
    # The scenario base holds every parameter, another scenario those that it changes.
    "demand_parameters": _list(
        *(text("parameter_set"), text("scenario"), text("name"), _number("value")),
        *(text("source"), text("reason")),
        key=("parameter_set", "scenario", "name"),
    ),
    # Scenarios of a set, and the variant of the population projection that each counts on.
    "demand_scenarios": _list(
        *(text("parameter_set"), text("scenario"), text("label_de")),
        *(text("population_variant_code"), _whole("sort_order"), text("description")),
        key=("parameter_set", "scenario"),
        label="label_de",
    ),
    # Limits that the WTG authority judges homes by, with validity.
    "wtg_parameters": _list(
        *(text("name"), _number("value"), _day("valid_from"), _day("valid_to")),
        *(text("source"), text("reason")),
        key=("name", "valid_from"),
    ),
    # Positions of case management granted to the county, in full-time equivalents, by validity.
    "case_management_grants": _list(
        *(_day("valid_from", nullable=False), _day("valid_to")),
        pa.field("positions_fte", pa.decimal128(18, 12), nullable=False),
        *(text("source"), text("reason")),
        key=("valid_from",),
    ),
    # Homes that a document works staffing ratios out for, with their residents by care grade.
    "example_homes": _list(
        *(text("example_home_code"), text("label_de"), _whole("care_grade")),
        *(_whole("residents_persons"), _day("published_date", nullable=False), text("document")),
        key=("example_home_code", "care_grade"),
        label="label_de",
    ),
}
