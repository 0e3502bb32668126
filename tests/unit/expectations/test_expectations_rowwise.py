"""Rules of one row, or of one row and its forerunner: each just inside and just outside."""

from datetime import date

import pandas as pd
import pytest

from expectations.rowwise import columns_to_sum, plausible_change, sum_not_above, value_or_marker


def sheet(**columns: list) -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.array(values, "Int64") for name, values in columns.items()})
    return frame.assign(
        pfad_id=[f"H{number}" for number in range(1, len(frame) + 1)],
        source_place="Belegung",
        source_row=range(4, 4 + len(frame)),
    )


@pytest.mark.parametrize(("free", "tolerance", "offending"), [(5, 0, 0), (6, 0, 1), (6, 1, 0)])
def test_columns_to_sum(free: int, tolerance: int, offending: int):
    frame = sheet(places=[80], occupied=[75], free=[free])

    verdict = columns_to_sum(frame, total="places", parts=["occupied", "free"], tolerance=tolerance)

    assert verdict.offending == offending


def test_columns_to_sum_names_the_row_and_skips_what_is_not_filled_in():
    frame = sheet(places=[80, 40, None], occupied=[75, None, 1], free=[6, 1, 1])

    verdict = columns_to_sum(
        frame, total="places", parts=["occupied", "free"], tolerance=0, label_column="pfad_id"
    )

    assert (verdict.evaluated, verdict.skipped) == (1, 2)
    assert verdict.failing_rows == (
        {
            "place": "Belegung",
            "row": 4,
            "label": "H1",
            "column": "places",
            "expected": "81",
            "found": "80",
        },
    )


def test_binary_fractions_are_no_offence():
    frame = pd.DataFrame({"sum": [0.3], "a": [0.1], "b": [0.2]})

    assert columns_to_sum(frame, total="sum", parts=["a", "b"], tolerance=0).offending == 0


@pytest.mark.parametrize(("unusable", "offending"), [(10, 0), (11, 1)])
def test_sum_not_above(unusable: int, offending: int):
    frame = sheet(empty=[12], unusable=[unusable], free=[2])

    assert sum_not_above(frame, parts=["unusable", "free"], limit="empty").offending == offending


def test_sum_not_above_counts_an_empty_part_as_nothing():
    frame = sheet(empty=[12, 12, None], unusable=[13, None, 1], free=[None, None, 1])

    verdict = sum_not_above(frame, parts=["unusable", "free"], limit="empty")

    assert (verdict.evaluated, verdict.skipped, verdict.offending) == (1, 2, 1)
    assert verdict.failing_rows[0]["expected"] == "at most 12 (empty)"
    assert verdict.failing_rows[0]["found"] == "13"


def surveys(*values: int | None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region": "05162",
            "reference_date": [date(2017 + 2 * step, 12, 15) for step in range(len(values))],
            "value": pd.array(values, "Int64"),
            "source_place": "22421-02i",
            "source_row": range(9, 9 + len(values)),
        }
    )


def change(frame: pd.DataFrame):
    return plausible_change(
        frame, key=["region"], order_by="reference_date", value_column="value", max_share=0.25
    )


@pytest.mark.parametrize(("now", "offending"), [(750, 0), (1250, 0), (1251, 1), (749, 1)])
def test_plausible_change(now: int, offending: int):
    assert change(surveys(1000, now)).offending == offending


def test_plausible_change_names_both_dates_whatever_the_order_of_the_rows():
    verdict = change(surveys(1000, 1400).iloc[::-1])

    assert verdict.failing_rows == (
        {
            "place": "22421-02i",
            "row": 10,
            "label": None,
            "column": "value",
            "expected": "750 to 1,250 (1,000 on 2017-12-15, a change of at most 25%)",
            "found": "1,400 on 2019-12-15, a change of +40%",
        },
    )


def test_plausible_change_looks_past_a_gap_and_leaves_zero_alone():
    assert change(surveys(1000, None, 1400)).offending == 1
    assert change(surveys(0, 1400)).offending == 0


def test_plausible_change_does_not_compare_regions():
    frame = surveys(1000, 9000).assign(region=["05162", "05111"])

    assert change(frame).evaluated == 0


@pytest.mark.parametrize(
    ("value", "marker", "offending"),
    [
        (5, None, 0),
        (None, ".", 0),
        (None, None, 1),
        (5, ".", 1),
        (None, "k. A.", 1),
        (5, "k. A.", 1),
    ],
)
def test_value_or_marker(value: int | None, marker: str | None, offending: int):
    frame = pd.DataFrame(
        {"value": pd.array([value], "Int64"), "marker": pd.array([marker], "string")}
    )

    verdict = value_or_marker(
        frame, value_column="value", marker_column="marker", markers=["-", "."]
    )

    assert verdict.offending == offending


def test_value_or_marker_quotes_what_stands_there():
    frame = pd.DataFrame({"value": pd.array([None], "Int64"), "marker": ["k. A."]})

    verdict = value_or_marker(frame, value_column="value", marker_column="marker", markers=["-"])

    assert verdict.failing_rows[0]["found"] == 'value nothing, marker "k. A."'
    assert verdict.failing_rows[0]["expected"] == "a value, or one of the markers -"
