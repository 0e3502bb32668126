"""How an attacker reads the public marts that are made from what homes report.

One table for all of them: for each numeric column the figures of homes that it adds up, or the
reason why it says nothing of a home. A mart or a column that is not in it stops the attack by name
(``NotRead``): whoever makes a mart from homes tells here how it can be attacked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from home_values import REASONS
from home_world import (
    Area,
    Change,
    DateOf,
    Lightest,
    Mean,
    Need,
    NeedShare,
    NoValue,
    OfResidents,
    Ratio,
    Row,
    Sum,
    Value,
)

PLACES_OF_THE_REGISTER = "contracted places, which the public register names for each home"
WHO_REPORTED = "how many homes stand behind a figure; the attacker is told which ones anyhow"
OF_PERSONS = "persons and places of the whole population, by official statistics"
PARAMETER = "a parameter of a law or a scenario"
NUMBER_OF = "numbers a row or a version"
FROM_PRINT = "read from a printed paper"


@dataclass(frozen=True)
class Reading:
    """How a mart is read.

    ``area`` finds the homes of a row, on the date in ``date``; ``only`` are the rows that are made
    from homes. ``values`` are columns that add up homes' figures, ``harmless`` the others, with the
    reason. ``texts`` are patterns of numbers inside sentences. ``cells_of`` marks marts whose rows
    repeat cells of other marts, as the public mart ``metric`` says. ``estimates`` are columns that
    may be made of what is shown of an area, where one of its care grades is not.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    harmless: Mapping[str, str] = field(default_factory=dict)
    date: str = "reference_date"
    area: Area = field(default_factory=Area)
    only: Callable[[Row], bool] = lambda row: True
    texts: Mapping[str, tuple[str, Value]] = field(default_factory=dict)
    cells_of: tuple[str, ...] = ()
    estimates: frozenset[str] = frozenset()


def _is_offer_level(row: Row) -> bool:
    return row["basis"] != "published_total"


def _is_no_example(row: Row) -> bool:
    return row["region_level"] != "Musterhaus"


def _is_of_the_county(row: Row) -> bool:
    return row["supply_basis"] == "wtg"


def _is_of_vacancies(row: Row) -> bool:
    return row["measure_code"] == "balance_places"


FULL = "vollstationaer"
"""Forecasts speak of full in-patient care."""

VACANT = Sum("vacant_places")
REPORTED = Sum("places", given=("vacant_places",))

VACANCY_BY_REGION = Reading(
    area=Area(types="offer_type_code"),
    only=_is_offer_level,
    values={
        "places": REPORTED,
        "occupied_places": Sum("occupied_places"),
        "vacant_places": VACANT,
        "unusable_places": Sum("unusable_places"),
        **{f"unusable_{reason}_places": Sum(f"unusable_{reason}_places") for reason in REASONS},
        "reported_free_places": Sum("reported_free_places"),
        "vacancy_share": Ratio(VACANT, REPORTED),
        "occupancy_share": Ratio(Sum("occupied_places"), REPORTED),
        "change_to_previous_places": Change(VACANT, DateOf("previous_reference_date")),
        "change_to_year_before_places": Change(VACANT, DateOf("reference_date", years=-1)),
    },
    harmless={
        "offers_count": "homes in operation, by the public register",
        "offers_reported_count": WHO_REPORTED,
        "revision": NUMBER_OF,
        "left_out_of_average": "a property of the date",
    },
)

CARE, SKILLED = Sum("care_fte"), Sum("skilled_fte", given=("care_fte",))

STAFFING_BY_REGION = Reading(
    estimates=frozenset({"target_skilled_share"}),
    values={
        "care_fte": CARE,
        "skilled_fte": SKILLED,
        "assistant_fte": Sum("assistant_fte", given=("care_fte",)),
        "helper_fte": Sum("helper_fte", given=("care_fte",)),
        "skilled_share": Ratio(SKILLED, Sum("care_fte", given=("skilled_fte",))),
        "offers_below_minimum_count": Sum("is_below_minimum"),
        "target_skilled_share": NeedShare(
            of="skilled", set_column="target_ratio_set_code", date="target_reference_date"
        ),
        "change_to_year_before_fte": Change(CARE, DateOf("reference_year", years=-1)),
        "change_to_year_before_skilled_share": Change(
            Ratio(SKILLED, Sum("care_fte", given=("skilled_fte",))),
            DateOf("reference_year", years=-1),
            column="skilled_share",
        ),
        "places": Sum("places", given=("care_fte",)),
        "residents_persons": Sum("residents_persons", given=("care_fte",)),
        "places_per_fte": Ratio(
            Sum("places", given=("care_fte",)), Sum("care_fte", given=("places",))
        ),
        "residents_per_fte": Ratio(
            Sum("residents_persons", given=("care_fte",)),
            Sum("care_fte", given=("residents_persons",)),
        ),
    },
    harmless={
        "reference_year": "the date",
        "offers_count": WHO_REPORTED,
        "minimum_skilled_share": PARAMETER,
        "full_time_weekly_hours_min": "hours of a collective agreement, not occupancy or staff",
        "full_time_weekly_hours_max": "hours of a collective agreement, not occupancy or staff",
    },
)

STAFFING_REQUIREMENT = Reading(
    estimates=frozenset(
        {
            "county_mix_persons",
            "required_fte",
            "qualification_share",
            "required_lightest_mix_fte",
            "required_heaviest_mix_fte",
            "change_to_replaced_set_fte",
            "required_by_minimum_share_fte",
            "gap_fte",
            "gap_to_minimum_share_fte",
        }
    ),
    area=Area(types="homes"),
    only=_is_no_example,
    values={
        "reported_persons": OfResidents("reported"),
        "county_mix_persons": OfResidents("county_mix"),
        "no_care_grade_persons": OfResidents("ungraded"),
        "under_60_persons": OfResidents("under_60"),
        "required_fte": Need(),
        "qualification_share": NeedShare(),
        "required_lightest_mix_fte": Lightest(lightest=True),
        "required_heaviest_mix_fte": Lightest(lightest=False),
        "change_to_replaced_set_fte": Need(less_replaced=True),
        "required_by_minimum_share_fte": Need(qualification="total", factor=0.5),
        "actual_fte": Need(staff=1.0, need=0.0),
        "gap_fte": Need(staff=1.0, need=-1.0, both=True),
        "gap_to_minimum_share_fte": Need(staff=1.0, need=-0.5, qualification="total"),
    },
    harmless={
        "is_in_force": PARAMETER,
        "homes_count": "homes in operation, by the public register",
        "homes_reported_count": WHO_REPORTED,
        "homes_county_mix_count": WHO_REPORTED,
        "homes_left_out_count": WHO_REPORTED,
        "homes_with_staff_count": WHO_REPORTED,
        "stated_residents_per_fte": PARAMETER,
        "fte_per_resident": PARAMETER,
        "minimum_skilled_share": PARAMETER,
    },
    texts={
        "caveat": (r"(\d+) residents without a care grade", OfResidents("ungraded")),
    },
)

VACANCY_AVERAGE = Reading(
    area=Area(types="offer_type_code"),
    values={"mean_vacant_places": Mean("vacancy_by_region", VACANT, "vacant_places")},
    harmless={"dates_count": "how many dates there are"},
    date="last_reference_date",
)

VACANCY_AGAINST_FORECAST = Reading(
    date="observed_reference_date",
    area=Area(types=FULL, members="municipalities"),
    values={
        "vacant_places": VACANT,
        "unusable_places": Sum("unusable_places"),
        "vacant_above_forecast_places": Sum(
            "vacant_places", plus=lambda row: -float(row["forecast_balance_places"])
        ),
    },
    harmless={
        "target_year": "the date",
        "is_composition_of_target_year": "a property of the area",
        "forecast_balance_places": FROM_PRINT,
        "shortage_forecast_but_vacant": "whether places stood vacant at all in a whole area",
    },
)

DEMAND_BACKTEST = Reading(
    date="observed_reference_date",
    area=Area(types=FULL, members="municipalities"),
    only=_is_of_vacancies,
    values={
        "observed_value": VACANT,
        "error_value": Sum(
            "vacant_places", factor=-1.0, plus=lambda row: float(row["forecast_value"])
        ),
        "absolute_error_value": NoValue("the size of error_value, which stands beside it"),
        "relative_error": NoValue("error_value / observed_value, which stand beside it"),
    },
    harmless={
        "target_year": "the date",
        "horizon_years": "the date",
        "forecast_value": FROM_PRINT,
    },
)

DEMAND_FORECAST = Reading(
    date="supply_date",
    area=Area(types=FULL, year="reference_year"),
    only=_is_of_the_county,
    values={
        "unusable_places": Sum("unusable_places"),
        "supply_usable_places": Sum(
            "unusable_places",
            factor=lambda row: -float(row["permanently_unusable_share"]),
            plus=lambda row: float(row["supply_places"]),
        ),
        "balance_usable_places": Sum(
            "unusable_places",
            factor=lambda row: -float(row["permanently_unusable_share"]),
            plus=lambda row: float(row["balance_places"]),
        ),
    },
    harmless={
        "is_current_set": PARAMETER,
        "reference_year": "the date",
        "base_year": "the date",
        **dict.fromkeys(
            (
                "observed_persons",
                "population_80_plus_persons",
                "expected_persons",
                "base_expected_persons",
                "observed_to_expected",
                "own_weight_share",
                "county_factor",
                "kind_trend_rate_pa",
                "trend_factor",
                "residents_persons",
                "residents_low_persons",
                "residents_high_persons",
                "migration_balance_persons",
                "special_need_persons",
                "need_places",
            ),
            OF_PERSONS,
        ),
        **dict.fromkeys(
            (
                "contracted_places",
                "fixed_short_term_places",
                "embedded_short_term_places",
                "planned_places",
                "decided_places",
                "under_construction_places",
                "closed_places",
                "supply_places",
                "balance_places",
            ),
            PLACES_OF_THE_REGISTER,
        ),
        **dict.fromkeys(
            (
                "target_occupancy",
                "shrinkage_persons",
                "substitution_share",
                "trend_until_year",
                "embedded_share",
                "realisation_planned_share",
                "realisation_decided_share",
                "realisation_under_construction_share",
                "opening_delay_years",
                "permanently_unusable_share",
            ),
            PARAMETER,
        ),
    },
)


def _all_harmless(reason: str, *columns: str) -> Reading:
    return Reading(harmless=dict.fromkeys(columns, reason), only=lambda row: False)


DEMAND_BAND = _all_harmless(
    "people by official statistics, places by the public register",
    "is_current_set",
    "reference_year",
    "grid_points_count",
    *(
        f"{what}_{end}_{unit}"
        for what, unit in (
            ("residents", "persons"),
            ("need", "places"),
            ("supply", "places"),
            ("balance", "places"),
        )
        for end in ("min", "median", "max")
    ),
)
DEMAND_FORECAST_CHANGE = _all_harmless(
    "people by official statistics, places by the public register",
    "reference_year",
    *(f"{which}residents_persons" for which in ("", "earlier_")),
    *(
        f"{which}{what}_places"
        for what in ("need", "supply", "balance")
        for which in ("", "earlier_")
    ),
    "change_places",
    *(
        f"change_by_{what}_places"
        for what in ("formula", "population", "rates", "supply", "parameters")
    ),
)
DEMAND_ORIENTATION = _all_harmless(
    "people by official statistics, places by the public register",
    "reference_year",
    "population_80_plus_persons",
    "supply_places",
    "places_per_100",
    "orientation_places_per_100",
    "orientation_need_places",
    "orientation_balance_places",
    "sensitivity_places",
    "rates_balance_places",
)
DEMAND_BACKTEST_BY_HORIZON = _all_harmless(
    "means over all comparisons of a kind of area: of the county, whose totals are printed",
    "horizon_years",
    "comparisons_count",
    "bias_value",
    "mean_absolute_error_value",
)
COMPLAINTS = _all_harmless(
    "counts complaints and sites of the whole county; nothing of occupancy or staff",
    "from_year",
    "to_year",
    "complaints_count",
    "confirmed_count",
    "homes_with_complaints_count",
    "homes_count",
    "homes_with_complaints_share",
    "change_complaints_count",
    "change_homes_with_complaints_count",
)
SUPPLY_OVERVIEW = _all_harmless(
    PLACES_OF_THE_REGISTER,
    "offers_count",
    "sites_count",
    "places",
    "embedded_short_term_places",
    "fixed_short_term_places",
    "special_unit_places",
    "single_rooms_count",
    "double_rooms_count",
    "revision",
)
METRIC_VALUE = Reading(
    cells_of=("value",), harmless={"mart_rows_count": "how many rows of a mart were summed"}
)
RECONCILIATION = Reading(
    cells_of=("mart_value",),
    harmless={
        "row_number": NUMBER_OF,
        "column_number": NUMBER_OF,
        "decimals_count": FROM_PRINT,
        "printed_value": FROM_PRINT,
        "difference": "printed_value less mart_value, which stand beside it",
        "revision": NUMBER_OF,
    },
)

READINGS: Mapping[str, Reading] = {
    "vacancy_by_region": VACANCY_BY_REGION,
    "staffing_by_region": STAFFING_BY_REGION,
    "staffing_requirement": STAFFING_REQUIREMENT,
    "vacancy_average": VACANCY_AVERAGE,
    "vacancy_against_forecast": VACANCY_AGAINST_FORECAST,
    "demand_backtest": DEMAND_BACKTEST,
    "demand_backtest_by_horizon": DEMAND_BACKTEST_BY_HORIZON,
    "demand_forecast": DEMAND_FORECAST,
    "demand_band": DEMAND_BAND,
    "demand_forecast_change": DEMAND_FORECAST_CHANGE,
    "demand_orientation": DEMAND_ORIENTATION,
    "complaints": COMPLAINTS,
    "supply_overview": SUPPLY_OVERVIEW,
    "metric_value": METRIC_VALUE,
    "reconciliation": RECONCILIATION,
}
