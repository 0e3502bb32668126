"""HKL tables over several months: a dataset of its own, and never a month."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from bamf_cumulated import cumulated_pdf
from bamf_drawings import ROWS, Drawing

from expectations.runner import validate
from ingest.bamf import hkl
from ingest.bamf.hkl_cumulative import parse
from kreishaus.datasets import dataset
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.settings import Settings
from pipeline.steps import by_hand
from sample import bamf

ENTRY = dataset("bamf/hkl_cumulative")
ORIGIN = Origin("bamf", ENTRY.name, "0" * 64, "x", "hkl.pdf", datetime(2022, 2, 1, tzinfo=UTC))
PRINTED = [count or None for _, _, counts in ROWS for count in counts]


def about(period: str, **changes: str) -> Drawing:
    return Drawing(period=f"Berichtszeitraum: {period}", **changes)  # type: ignore[arg-type]


def read(drawing: Drawing, origin: Origin = ORIGIN) -> Batch:
    return parse(drawing.pdf(), origin)


def refused(drawing: Drawing, origin: Origin = ORIGIN) -> Finding:
    with pytest.raises(UnreadableFile) as raised:
        read(drawing, origin)
    (finding,) = raised.value.findings
    return finding


@pytest.mark.parametrize(
    ("printed", "period"),
    [
        ("Januar bis September 2021", "2021-01_2021-09"),
        ("Januar - September 2021", "2021-01_2021-09"),
        ("Jan. bis Sept. 2021", "2021-01_2021-09"),
        ("Januar 2021 bis September 2021", "2021-01_2021-09"),
        ("Oktober 2020 bis März 2021", "2020-10_2021-03"),
        ("01.01.2021 - 30.09.2021", "2021-01_2021-09"),
        ("01.01.2021 bis 31.12.2021", "2021-01_2021-12"),
        ("1. Halbjahr 2021", "2021-01_2021-06"),
        ("im ersten Halbjahr 2021", "2021-01_2021-06"),
        ("2. Halbjahr 2021", "2021-07_2021-12"),
        ("3. Quartal 2021", "2021-07_2021-09"),
        ("IV. Quartal 2020", "2020-10_2020-12"),
        ("1. Quartal 2021 (Januar bis März 2021)", "2021-01_2021-03"),
        ("im Jahr 2021", "2021-01_2021-12"),
        ("Jahr 2021", "2021-01_2021-12"),
        ("2021", "2021-01_2021-12"),
        ("September 2021 (kumuliert)", "2021-01_2021-09"),
        ("September 2021, seit Januar", "2021-01_2021-09"),
    ],
)
def test_the_months_however_they_are_worded(printed: str, period: str) -> None:
    batch = read(about(printed))
    rows = batch.tables["rows"]
    assert batch.period == period
    first, last = (date.fromisoformat(f"{month}-01") for month in period.split("_"))
    assert set(rows["first_month"]) == {first}
    assert set(rows["reference_month"]) == {last}
    assert [None if pd.isna(one) else int(one) for one in rows["value"]] == PRINTED


@pytest.mark.parametrize(
    "printed",
    ["Januar bis September 2021", "1. Halbjahr 2021", "im Jahr 2021", "September 2021 (kumuliert)"],
)
def test_the_monthly_dataset_refuses_it_and_names_this_one(printed: str) -> None:
    with pytest.raises(UnreadableFile) as raised:
        hkl.parse(about(printed).pdf(), ORIGIN)
    (finding,) = raised.value.findings
    assert finding.rule == "cumulative_table"
    assert "dataset bamf/hkl_cumulative" in finding.message


@pytest.mark.parametrize(
    "printed",
    ["September 2021", "01.09.2021 - 30.09.2021", "September bis September 2021"],
)
def test_a_table_of_one_month_is_refused_and_sent_to_the_monthly_dataset(printed: str) -> None:
    finding = refused(about(printed))
    assert finding.rule == "single_month"
    assert "dataset bamf/hkl" in finding.message


def test_a_month_under_a_title_that_says_year_is_never_the_year() -> None:
    title = "Antrags-, Entscheidungs- und Bestandsstatistik im Jahr 2021"
    assert refused(about("September 2021", title=title)).rule == "single_month"
    assert read(about("Januar bis September 2021", title=title)).period == "2021-01_2021-09"


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("01.01.2021 - 15.09.2021", ""),
        ("32.01.2021 - 30.09.2021", ""),
        ("bisheriges Jahr", ""),
        ("September bis März 2021", ""),
        ("Januar bis September 2021", " im ersten Halbjahr 2021"),
        ("5. Quartal 2021", ""),
    ],
)
def test_months_that_are_not_clear_are_refused(printed: str, title: str) -> None:
    title = f"Antrags-, Entscheidungs- und Bestandsstatistik{title}"
    assert refused(about(printed, title=title)).rule in {"reference_months", "single_month"}


def test_a_year_that_is_not_over_is_misprinted() -> None:
    early = replace(ORIGIN, retrieved_at=datetime(2021, 12, 31, tzinfo=UTC))
    assert refused(about("im Jahr 2021"), early).rule == "future_month"
    assert read(about("Januar bis November 2021"), early).period == "2021-01_2021-11"


def test_its_rows_keep_the_identities_of_the_monthly_table() -> None:
    batch = read(about("im Jahr 2021"))
    rules = {one.rule for one in validate(ENTRY, batch).checks if one.outcome == "failed"}
    assert "decisions_by_outcome" not in rules
    rows = batch.tables["rows"]
    wrong = rows.assign(value=rows["value"].where(rows["measure"] != "applications_first", 7))
    validation = validate(ENTRY, replace(batch, tables={"rows": wrong}))
    failed = {one.rule for one in validation.checks if one.outcome == "failed"}
    assert "applications_first_and_follow_up" in failed
    assert not validation.passed


def test_a_month_and_a_half_year_stand_beside_each_other(
    tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "hkl.pdf"
    for dataset_id, period in (
        ("bamf/hkl_cumulative", "2021-01_2021-06"),
        ("bamf/hkl", "2021-06"),
    ):
        worded = {"2021-06": "Juni 2021"}.get(period, "im ersten Halbjahr 2021")
        path.write_bytes(about(worded).pdf())
        outcome = by_hand(dataset_id, path, settings, "night")
        assert (outcome.status, outcome.period) == ("staged", period), outcome.explanation


def test_nine_published_months_as_one_table() -> None:
    """January to September 2021: the printed totals, added by hand, are 115,989 applications,
    90,122 of them first ones (8,524 in January, 13,849 in September)."""
    content = cumulated_pdf(date(2021, 1, 1), date(2021, 9, 1))
    batch = parse(content, ORIGIN)
    validation = validate(ENTRY, batch)
    assert validation.passed, validation.findings
    assert batch.period == "2021-01_2021-09"
    rows = batch.tables["rows"]
    total = rows[rows["row_kind"] == "total"].set_index("measure")["value"]
    months = [one for one in bamf.figures() if one.month.year == 2021]
    assert total["applications_first"] == 90_122
    assert total["applications_total"] == 115_989
    assert total["pending_first"] == months[-1].rows[-1].values[10]
