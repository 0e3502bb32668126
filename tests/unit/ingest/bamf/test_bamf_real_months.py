"""81 real months, judged by our own rules: they add up, or we name the row that is missing.

The tables were extracted by others, who lost rows. Which ones, no list here says: the rules find
them, and with the rows put back that they name, every month adds up.
"""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import bamf_real_csv
import pandas as pd
import pytest

from expectations.failing_rows import Verdict
from expectations.row_sums import RULES, CountyExpectation
from expectations.suites.bamf import hkl
from expectations.suites.bamf_identities import IDENTITIES
from ingest.bamf.tables import MEASURES

FOLDER = (
    Path(os.environ.get("KREISHAUS_REAL_FILES", Path(__file__).parents[5] / "shared" / "real"))
    / "bamf"
    / "hkl_csv"
)
PUBLISHED_2016 = {"201601": (52103, 49384), "201602": (67797, 51528)}
PUBLISHED_2016 |= {"201603": (59975, 49303), "201604": (60943, 44395)}
"""Applications (first + follow-up) and decisions of the month, as BAMF's reports say in words."""
NUMBER = re.compile(r"(\w+) ([0-9,]+)(?:, |$)")
WITH_TOTALS = [month for month in bamf_real_csv.months(FOLDER) if month >= "201701"]
WITHOUT_TOTALS = [month for month in bamf_real_csv.months(FOLDER) if month < "201701"]
no_files = pytest.mark.skipif(
    not FOLDER.exists(), reason=f"no real files in {FOLDER}: set KREISHAUS_REAL_FILES"
)


@cache
def rules() -> tuple[CountyExpectation, ...]:
    expectations = hkl()["rows"].expectations
    return tuple(rule for rule in expectations if isinstance(rule, CountyExpectation))


def broken(frame: pd.DataFrame, only: str = "") -> dict[str, Verdict]:
    """Every rule of the suite on sums, identities and rows that the frame breaks."""
    verdicts = {
        (rule.meta or {})["rule"]: RULES[rule.applied_rule](
            frame,
            **{name: getattr(rule, name) for name in rule.parameters},
            label_column="row_label",
        )
        for rule in rules()
        if only in ("", (rule.meta or {})["rule"])
    }
    return {rule: verdict for rule, verdict in verdicts.items() if verdict.offending}


def put_back(frame: pd.DataFrame, verdict: Verdict) -> pd.DataFrame:
    """The frame with the rows that the rule says are missing, numbers as it says them."""
    rows = [row for i, found in enumerate(verdict.failing_rows) for row in _row(frame, i, found)]
    known = frame.drop_duplicates(["row_kind", "ls_code", "row_label"])
    new = pd.DataFrame(rows).drop_duplicates(["row_kind", "row_label", "ls_code", "measure"])
    assert not new.merge(known, on=["row_kind", "ls_code", "row_label"]).size
    return pd.concat([frame, new], ignore_index=True).astype({"value": "Int64"})


def _row(frame: pd.DataFrame, number: int, failing_row: object) -> Iterator[dict[str, object]]:
    found = str(failing_row["found"])  # type: ignore[index]
    counts = {name: int(text.replace(",", "")) for name, text in NUMBER.findall(found)}
    if not counts:
        return  # the total, while continents are still missing: nobody can say its numbers yet
    kind, continent, ls_code, label = "continent", None, None, ""
    if lost := re.match(r"a row is missing: LS ([0-9]{3}) \((.+?)\)", found):
        kind, ls_code, label = "country", lost[1], lost[2]
        continent = str(failing_row["label"])  # type: ignore[index]
    elif "the total is missing" in found:
        kind, label = "total", "gesamt"
    else:
        name = re.match(r"(?:the row|a row is missing:) (\w+)", found)
        assert name, found
        label = continent = name[1]
    for measure in MEASURES.values():
        yield {
            "source_place": "put back",
            "source_row": len(frame) + number,
            "row_kind": kind,
            "continent": continent,
            "ls_code": ls_code,
            "row_label": label,
            "measure": measure,
            "value": counts.get(measure, 0),
            "marker": None,
        }


@no_files
@pytest.mark.parametrize("month", WITH_TOTALS)
def test_a_month_adds_up_or_the_missing_row_is_named(month: str) -> None:
    frame = bamf_real_csv.staged_rows(FOLDER, month)
    found = broken(frame)
    if "row_missing" in found:
        frame = put_back(frame, found["row_missing"])
        found = broken(frame)
    if found:  # no row is missing, one is too many: the suite's rule on keys names it
        keys = frame["ls_code"].dropna()
        strange = frame[frame["ls_code"].isin(keys[~keys.str.fullmatch(r"\d{3}")])]
        assert strange["ls_code"].nunique() == 1
        assert broken(frame.drop(strange.index)) == {}
    assert not set(found) & set(IDENTITIES)


@no_files
@pytest.mark.parametrize("month", WITHOUT_TOTALS)
def test_a_month_extracted_without_its_sums_gets_them_by_name(month: str) -> None:
    """Before 2017 others kept countries only: six continents and the total are missing."""
    frame = bamf_real_csv.staged_rows(FOLDER, month)
    found = broken(frame)
    misread = {rule for rule in found if rule in IDENTITIES}
    assert "row_missing" in found
    if misread:
        (row,) = {(o["row"], o["label"]) for rule in misread for o in found[rule].failing_rows}
        assert row[1], "a misread number is named by its row"
        return
    frame = put_back(frame, found["row_missing"])
    while "row_missing" in (found := broken(frame, only="row_missing")):
        frame = put_back(frame, found["row_missing"])
    assert broken(frame) == {}
    if month in PUBLISHED_2016:
        total = frame[frame["row_kind"] == "total"].set_index("measure")["value"]
        printed = (total["applications_total"], total["decisions_total"])
        assert printed == PUBLISHED_2016[month]
