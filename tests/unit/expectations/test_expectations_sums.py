"""Long frames: do the parts make the printed total? Each rule just inside and just outside."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.failing_rows import Verdict
from expectations.sums import measures_to_sum, rows_to_sum_to_total

# BAMF, HKL table of September 2021: asylum applications, total = first + follow-up.
ASIA = """
475 Syrien       total 4014
475 Syrien       first 3911
475 Syrien       follow 103
423 Afghanistan  total 4495
423 Afghanistan  first 2434
423 Afghanistan  follow 2061
"""


def lines(text: str) -> pd.DataFrame:
    rows = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows, columns=["key", "row_label", "measure", "value"])
    return frame.assign(
        value=pd.array([None if v == "-" else int(v) for v in frame["value"]], "Int64"),
        marker=pd.array(["-" if v == "-" else pd.NA for v in frame["value"]], "string"),
        source_place="4",
        source_row=range(1, len(frame) + 1),
    )


def applications(frame: pd.DataFrame, tolerance: float = 0) -> Verdict:
    return measures_to_sum(
        frame,
        group_by=["key"],
        measure_column="measure",
        value_column="value",
        total="total",
        parts=["first", "follow"],
        where=None,
        tolerance=tolerance,
        label_column="row_label",
    )


def cells(*rows: tuple[str, str, int | None, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["kind", "continent", "value", "marker"])
    return frame.assign(
        continent=frame["continent"].replace("", None),
        value=frame["value"].astype("Int64"),
        row_label=frame["kind"] + " " + frame["continent"],
        reference_month=date(2021, 9, 1),
        source_place="5",
        source_row=range(11, 11 + len(frame)),
    )


def by_continent(frame: pd.DataFrame, tolerance: float = 0) -> Verdict:
    return rows_to_sum_to_total(
        frame,
        group_by=["reference_month", "continent"],
        value_column="value",
        total={"kind": "continent"},
        parts={"kind": ["country"]},
        tolerance=tolerance,
        label_column="row_label",
    )


def test_a_total_that_is_one_too_high_is_named_with_its_row():
    frame = lines(ASIA.replace("4014", "4015"))

    verdict = applications(frame)

    assert (verdict.evaluated, verdict.offending) == (2, 1)
    assert verdict.failing_rows[0] == {
        "place": "4",
        "row": 1,
        "label": "Syrien",
        "column": "total",
        "expected": "4,014",
        "found": "4,015",
    }


@pytest.mark.parametrize(("tolerance", "offending"), [(0, 1), (0.9, 1), (1, 0), (2, 0)])
def test_the_tolerance_itself_is_inside(tolerance: float, offending: int):
    frame = lines(ASIA.replace("4014", "4015"))

    assert applications(frame, tolerance).offending == offending


def test_the_printed_lines_hold():
    assert applications(lines(ASIA)) == Verdict(evaluated=2, offending=0, failing_rows=())


def test_a_dash_counts_nothing():
    frame = lines(ASIA.replace("follow 2061", "follow -"))

    assert applications(frame).failing_rows[0]["expected"] == "2,434"
    assert applications(lines(ASIA.replace("2061", "-").replace("4495", "2434"))).offending == 0


def test_a_group_that_hides_a_value_is_skipped_and_the_others_are_not():
    frame = lines(ASIA.replace("4014", "1"))
    frame.loc[4, ["value", "marker"]] = [pd.NA, "."]

    verdict = applications(frame)

    assert (verdict.evaluated, verdict.skipped, verdict.offending) == (1, 1, 1)
    assert verdict.failing_rows[0]["label"] == "Syrien"


def test_a_part_that_says_nothing_and_no_marker_breaks_the_rule():
    frame = lines(ASIA)
    frame.loc[2, "value"] = pd.NA

    assert applications(frame).failing_rows[0]["found"] == "a part with neither value nor marker"


def test_a_measure_without_its_row_breaks_the_rule():
    frame = lines(ASIA).drop(index=2)

    assert applications(frame).failing_rows[0]["found"] == "no row for follow"


def test_a_total_without_its_row_breaks_the_rule():
    verdict = applications(lines(ASIA).drop(index=0))

    assert verdict.offending == 1
    assert verdict.failing_rows[0]["place"] == "4"
    assert verdict.failing_rows[0]["row"] is None
    assert verdict.failing_rows[0]["label"] == "475"
    assert verdict.failing_rows[0]["expected"] == "a row with measure total of 4,014"
    assert verdict.failing_rows[0]["found"] == "no such row"


def test_where_narrows_and_nothing_left_is_a_failure_not_a_pass():
    frame = lines(ASIA.replace("4014", "1")).assign(kind="country")
    arguments = {
        "group_by": ["key"],
        "measure_column": "measure",
        "value_column": "value",
        "total": "total",
        "parts": ["first", "follow"],
        "tolerance": 0,
    }

    only_afghanistan = measures_to_sum(frame, where={"key": "423"}, **arguments)
    nobody = measures_to_sum(frame, where={"kind": "continent"}, **arguments)

    assert (only_afghanistan.evaluated, only_afghanistan.offending) == (1, 0)
    assert nobody.failing_rows[0]["expected"] == "rows with kind continent"
    assert nobody.failing_rows[0]["found"] == "none in the whole table"


def test_an_empty_frame_holds():
    assert applications(lines(ASIA).iloc[:0]) == Verdict(0, 0, ())


def test_a_frame_of_other_measures_fails_rather_than_passing_unseen():
    frame = lines(ASIA).assign(measure="renamed")

    assert applications(frame).failing_rows[0]["found"] == "none in the whole table"


COUNTRIES = (
    ("country", "Afrika", 224, None),
    ("country", "Afrika", 273, None),
    ("continent", "Afrika", 497, None),
    ("country", "Asien", 5, None),
    ("country", "Asien", None, "-"),
    ("continent", "Asien", 5, None),
)


def test_the_countries_make_the_continent():
    assert by_continent(cells(*COUNTRIES)) == Verdict(2, 0, ())


def test_a_lost_country_shows_in_its_continent():
    verdict = by_continent(cells(*COUNTRIES[1:]))

    assert verdict.offending == 1
    assert verdict.failing_rows[0] == {
        "place": "5",
        "row": 12,
        "label": "continent Afrika",
        "column": "2021-09-01 / Afrika",
        "expected": "273",
        "found": "497",
    }


def test_a_lost_continent_is_a_failure_too():
    verdict = by_continent(cells(*COUNTRIES[:2], *COUNTRIES[3:]))

    assert verdict.offending == 1
    assert verdict.failing_rows[0]["expected"] == "a row with kind continent of 497"
    assert verdict.failing_rows[0]["column"] == "2021-09-01 / Afrika"


def test_each_of_two_totals_is_compared():
    doubled = cells(*COUNTRIES, ("continent", "Asien", 6, None))

    verdict = by_continent(doubled)

    assert (verdict.evaluated, verdict.offending) == (3, 1)
    assert verdict.failing_rows[0]["found"] == "6"


def test_an_empty_cell_is_a_condition_and_a_group():
    frame = cells(("total", "", 12, None), ("country", "Asien", 5, None), ("country", "", 6, None))

    verdict = rows_to_sum_to_total(
        frame,
        group_by=[],
        value_column="value",
        total={"continent": None, "kind": "total"},
        parts={"continent": ["Asien", None], "kind": "country"},
        tolerance=0,
    )

    assert [one["expected"] for one in verdict.failing_rows] == ["11"]


def test_only_twenty_offenders_are_named_and_all_are_counted():
    frame = cells(
        *(("continent", f"K{number}", 1, None) for number in range(30)),
        *(("country", f"K{number}", 2, None) for number in range(30)),
    )

    verdict = by_continent(frame)

    assert (verdict.offending, len(verdict.failing_rows)) == (30, 20)


def test_a_column_that_is_not_there_is_an_error_not_a_pass():
    with pytest.raises(KeyError, match="kind"):
        by_continent(cells(*COUNTRIES).drop(columns="kind"))


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=8), st.integers(-3, 3))
def test_any_difference_at_all_is_seen(parts: list[int], difference: int):
    frame = cells(
        *(("country", "Asien", part, None) for part in parts),
        ("continent", "Asien", sum(parts) + difference, None),
    )

    assert by_continent(frame).offending == (difference != 0)
