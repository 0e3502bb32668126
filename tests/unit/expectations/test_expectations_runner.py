"""Batches through Great Expectations: what is checked, what is found, and what a person is told."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from unittest.mock import patch

import pandas as pd
import pytest

from expectations.kept_configurations import configurations_kept
from expectations.runner import Check, Validation, validate
from kreishaus.datasets import dataset
from kreishaus.model import Batch, Finding

BELEGUNG = """
H1 80 75 5 3 2
H2 40 40 0 0 0
"""
BEWOHNER = """
H1 70 5
H2 40 0
"""


def belegung(text: str = BELEGUNG) -> pd.DataFrame:
    columns = ["pfad_id", "places", "occupied", "empty", "unusable", "free"]
    return sheet("Belegung", columns, text)


def bewohner(text: str = BEWOHNER) -> pd.DataFrame:
    return sheet("Bewohner", ["pfad_id", "graded", "ungraded"], text)


def sheet(name: str, columns: list[str], text: str) -> pd.DataFrame:
    rows = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows, columns=columns).astype("string").replace("-", pd.NA)
    for column in columns[1:]:
        frame[column] = frame[column].astype("Int64")
    return frame.assign(
        reference_date=date(2021, 8, 15),
        cell_markers=pd.array([pd.NA] * len(frame), "string"),
        source_place=name,
        source_row=range(4, 4 + len(frame)),
    )


def meta(rule: str) -> dict[str, str]:
    return {"rule": rule, "reason": "Beds cannot vanish.", "label_column": "pfad_id"}


def suites():
    import great_expectations as gx
    import great_expectations.expectations as gxe

    from expectations.row_sums import ExpectColumnsToSum, ExpectSumNotAbove

    return {
        "belegung": gx.ExpectationSuite(
            name="belegung",
            expectations=[
                ExpectColumnsToSum(
                    total="places",
                    parts=["occupied", "empty"],
                    severity="critical",
                    meta=meta("places_add_up"),
                ),
                ExpectSumNotAbove(
                    parts=["unusable", "free"],
                    limit="empty",
                    severity="warning",
                    meta=meta("free_within_empty"),
                ),
                gxe.ExpectColumnValuesToMatchRegex(
                    column="pfad_id", regex=r"^H\d$", severity="critical", meta=meta("id_form")
                ),
                gxe.ExpectColumnValuesToBeUnique(
                    column="pfad_id", severity="critical", meta=meta("id_once")
                ),
                gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                    column_A="places",
                    column_B="occupied",
                    or_equal=True,
                    ignore_row_if="either_value_is_missing",
                    severity="warning",
                    meta=meta("not_overfull"),
                ),
            ],
        ),
        "bewohner": gx.ExpectationSuite(name="bewohner", expectations=[]),
        "bewohner+belegung": gx.ExpectationSuite(
            name="bewohner_belegung",
            expectations=[
                ExpectSumNotAbove(
                    parts=["graded", "ungraded"],
                    limit="places",
                    severity="critical",
                    meta=meta("residents_within_places"),
                )
            ],
        ),
    }


def broken_suites():
    import great_expectations as gx
    import great_expectations.expectations as gxe

    from expectations.row_sums import ExpectColumnsToSum

    expectations = [
        ExpectColumnsToSum(
            total="gone", parts=["occupied"], severity="warning", meta=meta("own_class")
        ),
        gxe.ExpectColumnValuesToNotBeNull(column="gone", severity="warning", meta=meta("built_in")),
    ]
    return {"belegung": gx.ExpectationSuite(name="broken", expectations=expectations)}


def homes_suites():
    """An expectation about the column as a whole: it counts what is wrong, but no rows."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    homes = gxe.ExpectColumnDistinctValuesToEqualSet(
        column="pfad_id", value_set=["H1", "H2"], severity="critical", meta=meta("homes_known")
    )
    return {"belegung": gx.ExpectationSuite(name="homes", expectations=[homes])}


def long_suites():
    import great_expectations as gx

    from expectations.row_sums import (
        ExpectMeasuresToSum,
        ExpectPlausibleChange,
        ExpectRowsToSumToTotal,
        ExpectValueOrMarker,
    )

    expectations = [
        ExpectMeasuresToSum(
            group_by=["kind", "reference_date"],
            total="all",
            parts=["first", "later"],
            where={"kind": ["country", "total"]},
            severity="critical",
            meta={"rule": "measures"},
        ),
        ExpectRowsToSumToTotal(
            group_by=["measure", "reference_date"],
            total={"kind": "total"},
            parts={"kind": ["country"]},
            severity="critical",
            meta={"rule": "rows"},
        ),
        ExpectValueOrMarker(severity="critical", meta={"rule": "markers"}),
        ExpectPlausibleChange(key=["kind", "measure"], severity="warning", meta={"rule": "change"}),
    ]
    return {"cells": gx.ExpectationSuite(name="cells", expectations=expectations)}


def validated(tables: dict[str, pd.DataFrame], suites: str = "suites", **batch) -> Validation:
    entry = replace(dataset("wtg/stichtag"), suites=f"{__name__}:{suites}")
    return validate(entry, Batch("2021-08-15", tables, **batch))


def check(validation: Validation, rule: str) -> Check:
    [found] = [one for one in validation.checks if one.rule == rule]
    return found


def test_a_good_workbook_passes_every_check():
    validation = validated({"belegung": belegung(), "bewohner": bewohner()})

    assert validation.passed
    assert validation.findings == ()
    assert {one.rule: one.outcome for one in validation.checks} == {
        "places_add_up": "passed",
        "free_within_empty": "passed",
        "id_form": "passed",
        "id_once": "passed",
        "not_overfull": "passed",
        "residents_within_places": "passed",
    }
    assert check(validation, "places_add_up").evaluated_rows == 2


def test_a_broken_row_is_told_with_place_row_rule_expected_and_found():
    frame = belegung(BELEGUNG.replace("H1 80", "H1 81"))

    validation = validated({"belegung": frame, "bewohner": bewohner()})

    assert not validation.passed
    assert validation.findings == (
        Finding(
            rule="places_add_up",
            severity="critical",
            message="places is the sum of occupied and empty. Beds cannot vanish.",
            place="Belegung",
            row="4 (H1)",
            column="places",
            expected="80",
            found="81",
        ),
    )
    assert check(validation, "places_add_up") == Check(
        table_name="belegung",
        rule="places_add_up",
        description="places is the sum of occupied and empty.",
        severity="critical",
        outcome="failed",
        offending_rows=1,
        evaluated_rows=2,
        place="Belegung",
        row_label="4 (H1)",
        expected="80",
        found="81",
    )


def test_a_built_in_expectation_is_told_in_the_same_words():
    frame = belegung(BELEGUNG.replace("H2", "X2"))

    finding, *_ = validated({"belegung": frame, "bewohner": bewohner()}).findings

    assert finding == Finding(
        rule="id_form",
        severity="critical",
        message=r"pfad_id: text like ^H\d$. Beds cannot vanish.",
        place="Belegung",
        row="5 (X2)",
        column="pfad_id",
        expected=r"text like ^H\d$",
        found="X2",
    )


def test_a_warning_does_not_fail_the_batch_but_is_told():
    frame = belegung(BELEGUNG.replace("5 3 2", "5 3 3"))

    validation = validated({"belegung": frame, "bewohner": bewohner()})

    assert validation.passed
    assert [(one.rule, one.severity) for one in validation.findings] == [
        ("free_within_empty", "warning")
    ]


@pytest.mark.parametrize(("graded", "outcome"), [(75, "passed"), (76, "failed")])
def test_two_tables_are_judged_side_by_side(graded: int, outcome: str):
    residents = bewohner(BEWOHNER.replace("H1 70", f"H1 {graded}"))

    found = check(
        validated({"belegung": belegung(), "bewohner": residents}), "residents_within_places"
    )

    assert found.outcome == outcome
    if outcome == "failed":
        assert (found.table_name, found.place) == ("bewohner+belegung", "Bewohner")
        assert (found.row_label, found.expected, found.found) == (
            "4 (H1)",
            "at most 80 (places)",
            "81",
        )


def test_two_tables_that_never_meet_do_not_pass_unseen():
    strangers = bewohner(BEWOHNER.replace("H", "K"))

    validation = validated({"belegung": belegung(), "bewohner": strangers})

    assert check(validation, "tables_meet").expected == "rows with equal pfad_id, reference_date"
    assert not validation.passed


def test_empty_sheets_hold():
    validation = validated({"belegung": belegung().iloc[:0], "bewohner": bewohner().iloc[:0]})

    assert validation.passed
    assert len(validation.checks) == 6


def test_a_cell_that_is_not_filled_in_is_not_compared():
    frame = belegung(BELEGUNG.replace("H1 80 75", "H1 80 -"))

    assert validated({"belegung": frame, "bewohner": bewohner()}).passed


def test_a_check_that_breaks_down_is_critical_whatever_its_severity():
    validation = validated({"belegung": belegung()}, "broken_suites")

    assert not validation.passed
    for rule in ("own_class", "built_in"):
        broken = check(validation, rule)
        assert (broken.outcome, broken.severity) == ("failed", "critical")
        assert broken.found is not None and "gone" in broken.found
    assert all(finding.severity == "critical" for finding in validation.findings)


def test_a_table_that_nobody_judges_and_a_suite_without_table_are_failures():
    validation = validated({"belegung": belegung(), "surprise": bewohner()})

    assert [one.rule for one in validation.checks if one.outcome == "failed"] == [
        "table_has_suite",
        "table_present",
        "table_present",
    ]
    assert not validation.passed


def test_what_the_parser_found_becomes_checks_and_stays_a_finding():
    stray = Finding("stray_row", "warning", "A row 'Gesamt' was left out.", "Belegung", "9")
    lost = Finding("lost_sheet", "critical", "Sheet Personal is missing.", expected="Personal")
    tables = {"belegung": belegung(), "bewohner": bewohner()}

    warned = validated(tables, findings=(stray, replace(stray, row="12")))
    failed = validated(tables, findings=(stray, lost))

    assert warned.passed and not failed.passed
    assert check(warned, "stray_row") == Check(
        table_name="file",
        rule="stray_row",
        description="A row 'Gesamt' was left out.",
        severity="warning",
        outcome="failed",
        offending_rows=2,
        evaluated_rows=2,
        place="Belegung",
        row_label="9",
    )
    assert [finding.row for finding in warned.findings] == ["9", "12"]
    assert check(failed, "lost_sheet").expected == "Personal"


CELLS = """
country all   2020 30
country first 2020 20
country later 2020 10
total   all   2020 30
total   first 2020 20
total   later 2020 10
"""
NEXT_YEAR = CELLS.replace("2020", "2021").lstrip()


def cells(text: str) -> pd.DataFrame:
    rows = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows, columns=["kind", "measure", "year", "cell"])
    number = frame["cell"].str.isdigit()
    return pd.DataFrame(
        {
            "kind": frame["kind"].astype("string"),
            "measure": frame["measure"].astype("string"),
            "reference_date": [date(int(year), 1, 1) for year in frame["year"]],
            "value": pd.to_numeric(frame["cell"].where(number)).astype("Int64"),
            "marker": frame["cell"].mask(number).astype("string"),
            "source_place": "1",
            "source_row": range(1, len(frame) + 1),
        }
    )


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        (CELLS, set()),
        (CELLS.replace("country all   2020 30", "country all   2020 31"), {"measures", "rows"}),
        (CELLS.replace("total   later 2020 10\n", ""), {"measures", "rows"}),
        (CELLS.replace("total   later 2020 10", "total   later 2020 ?"), {"markers"}),
        (CELLS + NEXT_YEAR, set()),
        (CELLS + NEXT_YEAR.replace(" 30\n", " 45\n").replace(" 20\n", " 35\n"), {"change"}),
    ],
)
def test_the_long_classes_inside_great_expectations(text: str, failed: set[str]):
    validation = validated({"cells": cells(text)}, "long_suites")

    assert {one.rule for one in validation.checks if one.outcome == "failed"} == failed


def test_a_second_batch_is_judged_by_its_own_rows():
    tables = {"belegung": belegung(), "bewohner": bewohner()}
    broken = {**tables, "belegung": belegung(BELEGUNG.replace("H1 80", "H1 81"))}

    assert [validated(one).passed for one in (tables, broken, tables)] == [True, False, True]


@pytest.mark.parametrize("suites", ["suites", "broken_suites"])
def test_it_is_the_same_judgement_whether_configurations_are_kept_or_not(suites):
    tables = {"belegung": belegung(BELEGUNG.replace("H1 80", "H1 81")), "bewohner": bewohner()}

    kept = validated(tables, suites)
    with patch("expectations.kept_configurations.configurations_kept", nullcontext):
        written_anew = validated(tables, suites)

    assert kept == written_anew
    assert kept.findings


def test_an_expectation_says_what_it_is_now_once_a_suite_is_judged():
    (suite,) = homes_suites().values()
    (expectation,) = suite.expectations
    with configurations_kept():
        before = expectation.configuration
        assert expectation.configuration is before
        with configurations_kept():
            assert expectation.configuration is not before
    expectation.severity = "warning"
    assert (before.severity, expectation.configuration.severity) == ("critical", "warning")


def test_the_document_names_the_offenders_and_carries_no_payload():
    frame = pd.concat([belegung(BELEGUNG.replace("H1 80", "H1 81"))] * 200, ignore_index=True)
    frame["pfad_id"] = [f"H{number}" for number in range(len(frame))]

    document = json.loads(validated({"belegung": frame, "bewohner": bewohner()}).document)

    [result] = [
        one
        for one in document["tables"]["belegung"]["results"]
        if one["expectation_config"]["meta"]["rule"] == "places_add_up"
    ]
    assert result["result"]["unexpected_count"] == 200
    assert len(result["result"]["details"]["failing_rows"]) == 20
    assert result["result"]["details"]["failing_rows"][0]["row"] == 4
    assert len(json.dumps(document)) < 30_000
    assert (document["dataset"], document["period"]) == ("wtg/stichtag", "2021-08-15")


@pytest.fixture
def no_sockets() -> Iterator[None]:
    with patch("socket.socket.connect", side_effect=AssertionError("something phones home")):
        yield


def test_nothing_is_sent_and_nothing_is_written(no_sockets, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    validated({"belegung": belegung(), "bewohner": bewohner()})

    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr() == ("", "")


def test_importing_the_runner_is_cheap_and_switches_analytics_off():
    program = (
        "import os, sys, expectations.runner;"
        "print(os.environ['GX_ANALYTICS_ENABLED'],"
        " [name for name in ('great_expectations', 'pandas') if name in sys.modules])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "false []"


@pytest.mark.parametrize(("home", "outcome"), [("H2", "passed"), ("H3", "failed")])
def test_an_expectation_that_counts_no_rows_is_judged(home: str, outcome: str) -> None:
    table = belegung(BELEGUNG.replace("H2", home))
    validation = validated({"belegung": table}, "homes_suites")
    assert check(validation, "homes_known").outcome == outcome
    assert json.loads(validation.document)["tables"]["belegung"]["success"] == (outcome == "passed")
