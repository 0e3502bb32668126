"""What must hold in the WTG authority's workbook of a reference date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.occupancy import ExpectOccupancyToAddUp, ExpectResidentsNotAbovePlaces
from expectations.reported_share import ExpectShareAsReported
from expectations.row_sums import ExpectColumnsToSum, ExpectSumNotAbove
from ingest.wtg.codes import (
    INSPECTION_KINDS,
    NEW_WORD,
    OFFER_STATUS,
    OFFER_TYPES,
    OTHER_TYPES,
    PLANNING_STATUS,
    REASONS_NOT_USABLE,
    RELEASE_STATUS,
    RELEASED,
    SUPPORT_KINDS,
)
from kreishaus.wording import say

RESIDENTS = ["pg1", "pg2", "pg3", "pg4", "pg5", "ohne_pg"]
PLACE_COUNTS = [
    "plaetze_vertrag",
    "davon_kzp_eingestreut",
    "davon_kzp_fixflex",
    "davon_sonderbereich",
    "plaetze_belegt",
    "plaetze_nicht_belegt",
    "davon_nicht_belegbar",
    "plaetze_frei_gemeldet",
    "einzelzimmer",
    "doppelzimmer",
]
FTE = [
    "vk_pflege_gesamt",
    "vk_fachkraft",
    "vk_assistenz_1j",
    "vk_hilfskraft",
    "vk_pdl",
    "vk_sozialdienst",
    "vk_soll_vereinbart",
]
MOST_PLACES = 400
"""No home in the Land is larger by far; more is a number in the wrong column."""
MUNICIPALITY = r"^[0-9]{8}$"
MUNICIPALITY_OR_COUNTY = r"^(?:[0-9]{5}|[0-9]{8})$"


def stichtag() -> dict[str, gx.ExpectationSuite]:
    """One suite a sheet, and one for what Belegung and Bewohner say of the same offer."""
    checks: dict[str, Iterable[Expectation]] = {
        "angebote": _offers(),
        "belegung": _occupancy(),
        "bewohner": _residents(),
        "belegung+bewohner": _residents_on_places(),
        "personal": _staff(),
        "pruefungen": _inspections(),
        "massnahmen": _complaints(),
        "planungen": _plans(),
        "unterstuetzungsangebote": _support(),
    }
    return {
        table: gx.ExpectationSuite(name=f"wtg_stichtag_{table}", expectations=list(expected))
        for table, expected in checks.items()
    }


def register() -> dict[str, gx.ExpectationSuite]:
    """The suite of the register's list of offers."""
    rules = [
        gxe.ExpectColumnValuesToBeUnique(
            column="pfad_id",
            row_condition=Column("set_aside_reason").is_null(),
            **_critical("key_unique", say("One key of two offers: one of them is lost."), "name"),
        ),
        *_not_negative("plaetze", label="name"),
        gxe.ExpectColumnValuesToMatchRegex(
            column="ags",
            regex=MUNICIPALITY,
            **_warning("ags_pattern", say("Nothing is summed by it yet."), "name"),
        ),
        gxe.ExpectColumnValuesToBeInSet(
            column="status",
            value_set=list(OFFER_STATUS),
            **_warning(
                "status_known",
                say("If the word is new and right, {new_word}.", new_word=NEW_WORD),
                "name",
            ),
        ),
    ]
    return {"register_offers": gx.ExpectationSuite(name="wtg_register_offers", expectations=rules)}


def _critical(rule: str, reason: str, label: str = "pfad_id") -> dict[str, Any]:
    return {
        "severity": "critical",
        "meta": {"rule": rule, "reason": reason, "label_column": label},
    }


def _warning(rule: str, reason: str, label: str = "pfad_id") -> dict[str, Any]:
    return _critical(rule, reason, label) | {"severity": "warning"}


def _unique(*columns: str) -> Expectation:
    return gxe.ExpectCompoundColumnsToBeUnique(
        column_list=["reference_date", *columns],
        **_critical(
            "key_unique", say("A row that stands there twice is counted twice."), columns[0]
        ),
    )


def _not_negative(*columns: str, label: str = "pfad_id") -> Iterator[Expectation]:
    for column in columns:
        yield gxe.ExpectColumnValuesToBeBetween(
            column=column,
            min_value=0,
            **_critical("not_negative", say("Nobody lives or works on less than nothing."), label),
        )


def _one_of(column: str, values: tuple[str, ...], label: str = "pfad_id") -> Expectation:
    return gxe.ExpectColumnValuesToBeInSet(
        column=column,
        value_set=list(values),
        **_critical(
            f"{column}_known",
            say(
                "Published tables are built on these words. If one is new, {new_word}.",
                new_word=NEW_WORD,
            ),
            label,
        ),
    )


def _region(pattern: str, label: str) -> Expectation:
    return gxe.ExpectColumnValuesToMatchRegex(
        column="ags",
        regex=pattern,
        **_critical("ags_pattern", say("Without its key no sum by municipality holds."), label),
    )


def _not_before(later: str, earlier: str, **judged: Any) -> Expectation:  # noqa: ANN401
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=later,
        column_B=earlier,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
        **judged,
    )


def _offers() -> Iterator[Expectation]:
    yield _unique("pfad_id")
    yield _region(MUNICIPALITY, "pfad_id")
    yield _one_of("angebotsform_wtg", (*OFFER_TYPES, *OTHER_TYPES))
    yield _one_of("status", OFFER_STATUS)
    yield _one_of("freigabe_status", RELEASE_STATUS)
    yield gxe.ExpectColumnValuesToBeInSet(
        column="freigabe_status",
        value_set=[RELEASED],
        **_warning("offer_released", say("What is not released may still change.")),
    )
    yield _not_before(
        "betrieb_bis",
        "betrieb_ab",
        **_critical("operation_ends_after_start", say("Such an offer would never be counted.")),
    )


def _occupancy() -> Iterator[Expectation]:
    yield _unique("pfad_id")
    yield from _not_negative(*PLACE_COUNTS)
    yield ExpectOccupancyToAddUp(
        places="plaetze_vertrag",
        occupied="plaetze_belegt",
        vacant="plaetze_nicht_belegt",
        approved="ueberbelegung_genehmigt",
        **_critical("places_add_up", say("One of the three numbers must be wrong.")),
    )
    yield ExpectSumNotAbove(
        parts=["davon_nicht_belegbar"],
        limit="plaetze_nicht_belegt",
        **_critical("unusable_within_vacant", say("Only a place nobody lives on can be unusable.")),
    )
    yield ExpectSumNotAbove(
        parts=["davon_nicht_belegbar", "plaetze_frei_gemeldet"],
        limit="plaetze_nicht_belegt",
        **_warning("free_within_vacant", say("A place is unusable or free, not both.")),
    )
    yield ExpectSumNotAbove(
        parts=["davon_kzp_eingestreut", "davon_kzp_fixflex"],
        limit="plaetze_vertrag",
        **_critical(
            "short_term_within_places", say("Short-term places are some of the contracted.")
        ),
    )
    yield ExpectSumNotAbove(
        parts=["davon_sonderbereich"],
        limit="plaetze_vertrag",
        **_critical("special_unit_within_places", say("Its places are some of the contracted.")),
    )
    yield ExpectSumNotAbove(
        parts=["einzelzimmer", "doppelzimmer"],
        limit="plaetze_vertrag",
        **_warning("rooms_within_places", say("A room holds at least one place.")),
    )
    yield gxe.ExpectColumnValuesToNotBeNull(
        column="grund",
        row_condition=Column("davon_nicht_belegbar") > 0,
        **_critical(
            "unusable_has_reason", say("Empty is not free: the reason is what is reported.")
        ),
    )
    yield gxe.ExpectColumnValuesToBeInSet(
        column="grund",
        value_set=list(REASONS_NOT_USABLE),
        **_warning(
            "reason_known",
            say(
                "Unusable places are published by reason. If one is new, {new_word}.",
                new_word=NEW_WORD,
            ),
        ),
    )
    yield gxe.ExpectColumnValuesToBeBetween(
        column="plaetze_vertrag",
        max_value=MOST_PLACES,
        **_warning("places_plausible", say("No home is that large.")),
    )


def _residents() -> Iterator[Expectation]:
    yield _unique("pfad_id")
    yield from _not_negative(*RESIDENTS, "unter_60")


def _residents_on_places() -> Iterator[Expectation]:
    yield ExpectColumnsToSum(
        total="plaetze_belegt",
        parts=RESIDENTS,
        **_critical("residents_make_occupied", say("An occupied place is one resident.")),
    )
    yield ExpectResidentsNotAbovePlaces(
        parts=RESIDENTS,
        places="plaetze_vertrag",
        approved="ueberbelegung_genehmigt",
        **_critical("residents_within_places", say("More residents than places need an approval.")),
    )
    yield ExpectSumNotAbove(
        parts=["unter_60"],
        limit="plaetze_belegt",
        **_critical("under_60_within_residents", say("They are some of the residents.")),
    )


def _staff() -> Iterator[Expectation]:
    yield _unique("pfad_id")
    yield from _not_negative(*FTE)
    yield ExpectColumnsToSum(
        total="vk_pflege_gesamt",
        parts=["vk_fachkraft", "vk_assistenz_1j", "vk_hilfskraft"],
        tolerance=0.01,
        **_critical("fte_add_up", say("The skilled quota is built on these parts.")),
    )
    yield ExpectSumNotAbove(
        parts=["vk_fachkraft"],
        limit="vk_pflege_gesamt",
        **_critical("skilled_within_fte", say("Skilled staff are some of the care staff.")),
    )
    yield ExpectShareAsReported(
        part="vk_fachkraft",
        whole="vk_pflege_gesamt",
        reported="fachkraftquote_gemeldet",
        tolerance_points=1.0,
        **_warning(
            "quota_as_reported", say("The county publishes sum by sum, not reported quotas.")
        ),
    )
    yield gxe.ExpectColumnValuesToBeBetween(
        column="wochenstunden_vollzeit",
        min_value=35,
        max_value=42,
        **_warning("weekly_hours_plausible", say("FTE depend on the weekly hours behind them.")),
    )


def _inspections() -> Iterator[Expectation]:
    yield _unique("pruefung_id")
    yield _one_of("art", INSPECTION_KINDS, "pruefung_id")
    yield gxe.ExpectColumnValuesToNotBeNull(
        column="datum",
        **_critical("inspection_has_day", say("Its year counts it."), "pruefung_id"),
    )
    yield gxe.ExpectColumnValuesToNotBeNull(
        column="nicht_durchgefuehrt_grund",
        row_condition=Column("durchgefuehrt") == False,  # noqa: E712 - builds a condition
        **_warning("not_done_has_reason", say("The report prints why."), "pruefung_id"),
    )
    yield from _not_negative("maengel", label="pruefung_id")
    yield _not_before(
        "reference_date",
        "datum",
        row_condition=Column("durchgefuehrt") == True,  # noqa: E712 - builds a condition
        **_warning("done_before_date", say("What is done lies in the past."), "pruefung_id"),
    )


def _complaints() -> Iterator[Expectation]:
    yield _unique("vorgang_id")
    yield gxe.ExpectColumnValuesToNotBeNull(
        column="eingang_am",
        **_critical("complaint_has_day", say("Its year counts it."), "vorgang_id"),
    )
    yield from _not_negative("plaetze_betroffen", label="vorgang_id")
    yield _not_before(
        "bis",
        "von",
        **_warning("measure_ends_after_start", say("Its days are published."), "vorgang_id"),
    )
    yield _not_before(
        "reference_date",
        "eingang_am",
        **_warning("received_before_date", say("It is listed, so it came before."), "vorgang_id"),
    )


def _plans() -> Iterator[Expectation]:
    yield _unique("vorhaben_id")
    yield _region(MUNICIPALITY_OR_COUNTY, "vorhaben_id")
    yield _one_of("angebotsform", OFFER_TYPES, "vorhaben_id")
    yield _one_of("status", PLANNING_STATUS, "vorhaben_id")
    yield from _not_negative("plaetze", "wohneinheiten", label="vorhaben_id")


def _support() -> Iterator[Expectation]:
    yield _unique("angebot_id")
    yield _region(MUNICIPALITY_OR_COUNTY, "angebot_id")
    yield _one_of("art", SUPPORT_KINDS, "angebot_id")
