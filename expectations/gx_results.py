"""The built-in expectations in Kreishaus's words: where, expected, found.

Great Expectations names offending values in several shapes; here they become ``FailingRow``s like
those of the county's own classes. Works on results as JSON documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from expectations.formatting import MOST_FAILING_ROWS, FailingRow, written
from kreishaus.earlier_names import FAILING_ROWS
from kreishaus.wording import joined, rewritten, say

LONGEST_TEXT = 300
"""Enough to see what is wrong; whole tables do not belong into a message."""

Fields = Mapping[str, Any]


def _between(kwargs: Fields) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is None:
        return say("at most {high}", high=written(high))
    if high is None:
        return say("at least {low}", low=written(low))
    return (
        written(low)
        if low == high
        else say("{low} to {high}", low=written(low), high=written(high))
    )


def _one_of(kwargs: Fields) -> str:
    values = [written(value) for value in kwargs.get("value_set") or ()]
    return say("one of {values}", values=joined(values, ", "))


EXPECTED: Mapping[str, Callable[[Fields], str]] = {
    "expect_column_values_to_not_be_null": lambda _: say("a value"),
    "expect_column_values_to_be_null": lambda _: "nothing",
    "expect_column_values_to_be_in_set": _one_of,
    "expect_column_values_to_not_be_in_set": lambda kwargs: say(
        "not {one_of}", one_of=_one_of(kwargs)
    ),
    "expect_column_values_to_be_between": _between,
    "expect_column_value_lengths_to_be_between": lambda kwargs: say(
        "{limits} characters", limits=_between(kwargs)
    ),
    "expect_column_values_to_match_regex": lambda kwargs: say(
        "text like {regex}", regex=kwargs["regex"]
    ),
    "expect_column_values_to_not_match_regex": lambda kwargs: say(
        "no text like {regex}", regex=kwargs["regex"]
    ),
    "expect_column_values_to_be_unique": lambda _: say("each value once"),
    "expect_compound_columns_to_be_unique": lambda _: say("each combination once"),
    "expect_column_pair_values_to_be_equal": lambda kwargs: say(
        "{column_a} equal to {column_b}", column_a=kwargs["column_A"], column_b=kwargs["column_B"]
    ),
    "expect_column_pair_values_a_to_be_greater_than_b": lambda kwargs: (
        say("{one} not below {other}", one=kwargs["column_A"], other=kwargs["column_B"])
        if kwargs.get("or_equal")
        else say("{one} above {other}", one=kwargs["column_A"], other=kwargs["column_B"])
    ),
    "expect_table_row_count_to_be_between": lambda kwargs: say(
        "{limits} rows", limits=_between(kwargs)
    ),
    "expect_column_unique_value_count_to_be_between": lambda kwargs: say(
        "{between} as the number of different values", between=_between(kwargs)
    ),
    "expect_column_min_to_be_between": lambda kwargs: say(
        "a smallest value of {between}", between=_between(kwargs)
    ),
    "expect_column_max_to_be_between": lambda kwargs: say(
        "a largest value of {between}", between=_between(kwargs)
    ),
    "expect_column_sum_to_be_between": lambda kwargs: say(
        "a sum of {between}", between=_between(kwargs)
    ),
    "expect_column_distinct_values_to_be_in_set": lambda kwargs: say(
        "only {one_of}", one_of=_one_of(kwargs)
    ),
    "expect_column_distinct_values_to_equal_set": lambda kwargs: say(
        "exactly {words}", words=joined(map(written, kwargs.get("value_set") or ()), ", ")
    ),
    "expect_column_values_to_be_increasing": lambda _: say("values that do not decrease"),
    "expect_column_distinct_values_to_contain_set": lambda kwargs: say(
        "each of {value}", value=joined(map(written, kwargs.get("value_set") or ()), ", ")
    ),
}
"""What a row was expected to say. An expectation that is not here is quoted by its sentence."""


OBSERVED: Mapping[str, str] = {"missing": say("missing"), "also": say("also")}
"""What stands there instead, by the words of ``_observed``."""


def sentence(config: Fields) -> str | None:
    """What a built-in expectation demands; None for one that Kreishaus has no words for."""
    kwargs, describe = config["kwargs"], EXPECTED.get(config["type"])
    if describe is None or kwargs.get("row_condition"):
        return None
    subject = ", ".join(_columns(kwargs)) if "column_A" not in kwargs else ""
    share = (
        say(", in at least {mostly:.0%} of the rows", mostly=kwargs["mostly"])
        if "mostly" in kwargs
        else ""
    )
    return joined((subject, ": " if subject else "", _short(describe(kwargs)), share, "."), "")


def failing_rows_of(config: Fields, result: Fields) -> list[FailingRow]:
    """The failing rows of a failed expectation, at most ``MOST_FAILING_ROWS``.

    ``config`` is its ``expectation_config`` with a description, ``result`` its ``result``. One
    that judges the table as a whole yields one failing row without a row.
    """
    own = own_failing_rows(result)
    if own is not None:
        return own
    kwargs, describe = config["kwargs"], EXPECTED.get(config["type"])
    expected = _short(describe(kwargs) if describe else config["description"])
    columns = _columns(kwargs)
    rows = (result.get("partial_unexpected_index_list") or [])[:MOST_FAILING_ROWS]
    if rows:
        label_column = (config.get("meta") or {}).get("label_column")
        return [_row(row, columns, label_column, expected) for row in rows]
    return [
        FailingRow(
            place=None,
            row=None,
            label=None,
            column=", ".join(columns) or None,
            expected=expected,
            found=_short(_observed(result)),
        )
    ]


def own_failing_rows(result: Fields) -> list[FailingRow] | None:
    """The failing rows that one of our own classes named; None in a result without them.

    Results are kept with staged files: those of an earlier release have an earlier key.
    """
    details = result.get("details") or {}
    return next((list(details[key]) for key in FAILING_ROWS if key in details), None)


def _row(
    row: Fields, columns: Sequence[str], label_column: str | None, expected: str
) -> FailingRow:
    label = row.get(label_column) if label_column else None
    place, line = row.get("source_place"), row.get("source_row")
    values = [written(row.get(column)) for column in columns]
    return FailingRow(
        place=None if place is None else str(place),
        row=None if line is None else int(line),
        label=None if label is None else str(label),
        column=", ".join(columns) or None,
        expected=expected,
        found=_short(joined(values, ", ") or say("this row")),
    )


def _columns(kwargs: Fields) -> list[str]:
    if "column" in kwargs:
        return [kwargs["column"]]
    if "column_A" in kwargs:
        return [kwargs["column_A"], kwargs["column_B"]]
    return list(kwargs.get("column_list") or ())


def _observed(result: Fields) -> str:
    """What stands there instead, for an expectation about the whole table."""
    for key, words in (("partial_missing_list", "missing"), ("partial_unexpected_list", "also")):
        if result.get(key):
            return joined((OBSERVED[words], joined(map(written, result[key]), ", ")), ": ")
    mismatched = (result.get("details") or {}).get("mismatched")
    if mismatched:
        return joined(
            (
                joined((OBSERVED.get(words, words), joined(map(written, values), ", ")), ": ")
                for words, values in mismatched.items()
            ),
            "; ",
        )
    return written(result.get("observed_value"))


def _short(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return rewritten(text, lambda wording: f"{wording[: LONGEST_TEXT - 1]}…")
