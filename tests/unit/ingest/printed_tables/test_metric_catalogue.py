"""The list of metrics in ``dbt_project.yml``: what a slip of the pen there would break later."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ingest.printed_tables.catalogue import FILE, metrics

ENTRIES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["vars"]["metrics"]
NEEDED = {"code", "label_de", "unit_de", "kind", "period_kind"}
OF_A_MART = {"mart", "value", "region", "period"}
KNOWN = {
    *NEEDED,
    *OF_A_MART,
    *("where", "year", "items", "rollups", "over", "parts", "within", "numerator", "denominator"),
    *("same_as", "same_when", "mistaken_for", "absent_is_zero", "ten_strongest_by", "dataset"),
    "carried_from",
}


def named(entry: dict[str, Any]) -> set[str]:
    """The other metrics that an entry speaks of."""
    single = ("within", "numerator", "denominator", "same_as")
    return {
        *(entry[key] for key in single if key in entry),
        *entry.get("parts", ()),
        *entry.get("mistaken_for", ()),
    }


def test_each_metric_is_there_once() -> None:
    assert len(metrics()) == len(ENTRIES) == 43


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["code"] for entry in ENTRIES])
def test_an_entry_says_what_is_needed_and_nothing_unknown(entry: dict[str, Any]) -> None:
    assert set(entry) >= NEEDED
    assert set(entry) <= KNOWN
    assert ("mart" in entry) == (set(entry) >= OF_A_MART)
    assert all(isinstance(entry[key], str) for key in (NEEDED | OF_A_MART) & set(entry))
    assert all(isinstance(condition, str) for condition in entry.get("where", []))
    assert named(entry) <= set(metrics())
    assert (entry["period_kind"] == "span") == ("year" in entry)


def test_the_reader_of_papers_gets_dimensions_in_the_order_of_item_codes() -> None:
    by_group = metrics()["refugees_persons_by_group"]
    assert (by_group.items, by_group.mart) == (("group", "status"), "refugees_crosstable")
    balance = metrics()["external_forecast_balance_places"]
    assert (balance.items, balance.mart) == (("target_year",), None)
