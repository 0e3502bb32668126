"""What an ingest DAG may be triggered with: which reference dates to ask for again, and why."""

from __future__ import annotations

from datetime import date
from typing import Any

from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException

from kreishaus.local_time import HERE
from pipeline.backfill import Window

DAY: dict[str, Any] = {"type": ["null", "string"], "format": "date"}


def params() -> dict[str, Param]:
    """The trigger form. Airflow refuses a value that is no date, or a reason without a word."""
    return {
        "from": Param(
            None,
            **DAY,
            title="From",
            description="First reference date to ask for again. Empty: take whatever is new.",
            examples=["2021-01-01"],
        ),
        "to": Param(
            None,
            **DAY,
            title="To",
            description="Last reference date to ask for again, itself included.",
            examples=["2021-03-31"],
        ),
        "reason": Param(
            None,
            type=["null", "string"],
            pattern=r"\S",
            maxLength=500,
            title="Reason",
            description="Why it is asked for again: kept with every file that it brings. "
            "Needed with From and To, and for a backfill.",
            examples=["BAMF corrected the first quarter"],
        ),
    }


def window_of(run: Any) -> Window | None:  # noqa: ANN401  # Airflow's own type of a run
    """What a run asks for again; None for one that takes whatever is new.

    A backfill run asks for its logical date, as a reference date; a run triggered with ``from``
    and ``to`` for all between them. Airflow has checked each by itself (``params``); what they must
    be together is checked here, and raises ``AirflowFailException``.
    """
    asked: dict[str, Any] = run.conf or {}
    if unknown := sorted(set(asked) - set(params())):
        raise AirflowFailException(
            f"expected the parameters {', '.join(params())}; found {', '.join(unknown)}"
        )
    backfill = run.run_type == "backfill"
    first, last = asked.get("from"), asked.get("to")
    if not backfill and first is None and last is None:
        return None
    reason = (asked.get("reason") or "").strip()
    if not reason:
        raise AirflowFailException(
            "What is asked for again needs its reason, which is kept with every file it brings: "
            """--dag-run-conf '{"reason": "BAMF corrected the first quarter"}'"""
        )
    if backfill:
        day = run.logical_date.astimezone(HERE).date()
        return Window(day, day, reason)
    if first is None or last is None or first > last:
        raise AirflowFailException(
            f"expected from and to, the first not after the last; found {first} and {last}"
        )
    return Window(date.fromisoformat(first), date.fromisoformat(last), reason)
