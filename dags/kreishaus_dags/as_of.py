"""The parameters of build_marts: which day to look back to."""

from __future__ import annotations

from airflow.sdk import Param, get_current_context
from airflow.sdk.exceptions import AirflowFailException

from kreishaus.settings import Settings
from kreishaus_dags import common

PARAMS = {
    "as_of": Param(
        None,
        type=["null", "string"],
        format="date",
        title="As of",
        description="Build from what was known at the end of this day. Empty: everything known.",
        examples=["2021-11-30"],
    ),
    "known_by": Param(
        "retrieved",
        type="string",
        enum=["retrieved", "published"],
        title="Known by",
        description="What makes a version known: that we had it, or that its owner published it.",
    ),
}


def current_settings() -> Settings:
    """Where this run builds and publishes: the nightly folders, or those of a day asked for."""
    from warehouse.as_of import AsOf, NotAMoment, settings_as_of

    asked = get_current_context()["params"]
    try:
        as_of = AsOf.parse(asked["as_of"], asked["known_by"]) if asked["as_of"] else None
    except NotAMoment as refusal:
        raise AirflowFailException(f"as_of: {refusal}") from refusal
    return settings_as_of(common.current_settings(), as_of)
