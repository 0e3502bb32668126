"""Projections: complete variants, years without a gap, dates after the base."""

from datetime import date

import pandas as pd
import pytest

from expectations.projections import days_after, same_in_each, years_in_steps


def frame(*years, variant="base"):
    return pd.DataFrame(
        {
            "reference_date": [date(year, 12, 31) for year in years],
            "base_date": date(2024, 12, 31),
            "variant_label": variant,
            "source_place": "table 12421-00xx",
        }
    )


@pytest.mark.parametrize(
    ("years", "lost"),
    [
        ([2025, 2026, 2027], 0),
        ([2025, 2026, 2027, 2030, 2035, 2040, 2050], 0),
        ([2025, 2027, 2028], 1),
        ([2025, 2030, 2040, 2045], 1),
        ([2025], 0),
    ],
)
def test_steps_never_grow_shorter(years, lost):
    verdict = years_in_steps(frame(*years), column="reference_date")
    assert verdict.offending == lost


def test_a_lost_year_is_named():
    (failing_row,) = years_in_steps(frame(2025, 2027, 2028), column="reference_date").failing_rows
    assert failing_row["expected"] == "a year between 2025 and 2027, as the next step is 1"


@pytest.mark.parametrize(("other", "lacking"), [([2025, 2030], 0), ([2025], 1), ([2025, 2031], 2)])
def test_each_variant_has_the_years_of_the_others(other, lacking):
    both = pd.concat([frame(2025, 2030), frame(*other, variant="low")], ignore_index=True)
    verdict = same_in_each(both, column="reference_date", group_by=["variant_label"])
    assert verdict.offending == lacking


@pytest.mark.parametrize(("year", "wrong"), [(2024, 0), (2104, 0), (2023, 1), (2105, 1)])
def test_projected_is_what_comes_after_the_base(year, wrong):
    verdict = days_after(frame(year), column="reference_date", base_column="base_date", years=80)
    assert verdict.offending == wrong
