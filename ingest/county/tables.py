"""Staged tables of the county's own lists: one for each, with the key of the county in each row."""

from __future__ import annotations

import pyarrow as pa

from kreishaus.county_folder import HOME_NAMES, MUNICIPALITIES, REGISTER_ALIASES
from kreishaus.keys import keyed
from kreishaus.store.staging import text

PURPOSE = b"kreishaus.purpose"
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


def _list(
    purpose: str, *columns: pa.Field, key: tuple[str, ...], label: str | None = None
) -> pa.Schema:
    schema = pa.schema([text(COUNTY), *columns]).with_metadata({PURPOSE: purpose.encode()})
    return keyed(schema, COUNTY, *key, label=label)


OPTIONAL = frozenset([HOME_NAMES])
"""Lists that a county need not have."""


def purpose(schema: pa.Schema) -> str:
    """What a list is for, in a sentence or two."""
    words: bytes = schema.metadata[PURPOSE]
    return words.decode()


def columns(schema: pa.Schema) -> list[pa.Field]:
    """The columns that a list has in its file."""
    return [field for field in schema if field.name != COUNTY]


TABLES = {
    MUNICIPALITIES: _list(
        "Official key, eight digits, and name as offices of the county write it.",
        *(text("municipality_code"), text("name"), text("source")),
        key=("municipality_code",),
        label="name",
    ),
    REGISTER_ALIASES: _list(
        "Words of the county's offices for statuses and groups of the register of foreigners. One "
        "counts when a second person has confirmed it.",
        *(text("alias"), text("kind"), text("code"), text("added_by"), _text("confirmed_by")),
        *(_day("valid_from"), _day("valid_to")),
        key=("alias", "kind", "valid_from"),
        label="alias",
    ),
    HOME_NAMES: _list(
        "Names of homes of the county, or words of them, that are on no list of ours. One counts "
        "when a second person has confirmed it.",
        *(text("name"), text("added_by"), _text("confirmed_by")),
        key=("name",),
        label="name",
    ),
    "planning_units": _list(
        "Municipalities that are planned together, by validity. One that is not named is "
        "its own unit.",
        *(text("unit_code"), text("unit_name"), text("municipality_code")),
        *(_day("valid_from"), _day("valid_to"), text("source")),
        key=("unit_code", "municipality_code", "valid_from"),
        label="unit_name",
    ),
    "tiles": _list(
        "Where a municipality stands on the tile map, a drawing that keeps neighbours and "
        "no distances.",
        *(text("region_code"), _whole("tile_row"), _whole("tile_column"), text("source")),
        key=("region_code",),
    ),
    "council_decisions": _list(
        "What the council decided: plan year, region, places and focus.",
        *(_whole("plan_year"), text("region_code"), _whole("places")),
        *(text("focus_code"), _text("focus_de"), _day("decided_date"), text("document")),
        key=("plan_year", "region_code", "focus_code"),
    ),
    "external_forecasts": _list(
        "What an external forecast printed, by issue: places that are missing (below "
        "zero) or left.",
        *(_day("issue_month", nullable=False), text("document"), text("region_code")),
        *(_whole("target_year"), _whole("balance_places")),
        key=("issue_month", "document", "region_code", "target_year"),
    ),
    "published_totals": _list(
        "Places not occupied that the authority published as a total, for dates without a "
        "workbook.",
        *(_day("reference_date", nullable=False), text("region_code"), text("offer_type_code")),
        *(_whole("vacant_places"), _day("published_date"), text("source")),
        key=("reference_date", "region_code", "offer_type_code"),
    ),
    "reference_date_flags": _list(
        "Reference dates that carry a flag, and whether averages leave them out.",
        *(text("source"), text("dataset"), _day("reference_date", nullable=False), text("flag")),
        *(text("reason"), pa.field("left_out_of_average", pa.bool_(), nullable=False)),
        text("document"),
        key=("source", "dataset", "reference_date", "flag"),
    ),
    "local_need": _list(
        "Persons that a region needs places for beyond its rates, or who come from or go "
        "to others.",
        *(text("parameter_set"), text("region_code"), text("kind"), _number("persons")),
        *(_whole("from_year", nullable=True), _whole("to_year", nullable=True)),
        *(text("source"), text("reason")),
        key=("parameter_set", "region_code", "kind", "from_year"),
    ),
    "target_years": _list(
        "Years that are forecast: so many after the base year (after_base), or by number (year).",
        *(text("kind"), _whole("value"), text("reason")),
        key=("kind", "value"),
    ),
    "demand_parameter_sets": _list(
        "Sets of parameters of the demand formula; the newest is the current one.",
        *(text("parameter_set"), _day("adopted_date", nullable=False), text("document")),
        text("reason"),
        key=("parameter_set",),
    ),
    "demand_parameters": _list(
        "The scenario base holds every parameter, another scenario those that it changes.",
        *(text("parameter_set"), text("scenario"), text("name"), _number("value")),
        *(text("source"), text("reason")),
        key=("parameter_set", "scenario", "name"),
    ),
    "demand_scenarios": _list(
        "Scenarios of a set, and the variant of the population projection that each counts on.",
        *(text("parameter_set"), text("scenario"), text("label_de")),
        *(text("population_variant_code"), _whole("sort_order"), text("description")),
        key=("parameter_set", "scenario"),
        label="label_de",
    ),
    "wtg_parameters": _list(
        "Limits that the WTG authority judges homes by, with validity.",
        *(text("name"), _number("value"), _day("valid_from"), _day("valid_to")),
        *(text("source"), text("reason")),
        key=("name", "valid_from"),
    ),
    "case_management_grants": _list(
        "Positions of case management granted to the county, in full-time equivalents, by "
        "validity.",
        *(_day("valid_from", nullable=False), _day("valid_to")),
        pa.field("positions_fte", pa.decimal128(18, 12), nullable=False),
        *(text("source"), text("reason")),
        key=("valid_from",),
    ),
    "example_homes": _list(
        "Homes that a document works staffing ratios out for, with their residents by care grade.",
        *(text("example_home_code"), text("label_de"), _whole("care_grade")),
        *(_whole("residents_persons"), _day("published_date", nullable=False), text("document")),
        key=("example_home_code", "care_grade"),
        label="label_de",
    ),
}
