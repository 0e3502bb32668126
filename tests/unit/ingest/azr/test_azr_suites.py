"""What the suites say of workbooks in which one thing was changed."""

from dataclasses import replace

import pytest
from azr_workbooks import (
    CROSSTABLE,
    MUNICIPALITIES,
    OLDER_MUNICIPALITIES,
    SERIES,
    changed,
    origin,
    sample,
    with_cell,
)

from expectations.runner import validate
from kreishaus.datasets import dataset


def validated(content: bytes, label: str):
    entry = dataset(
        {
            CROSSTABLE: "azr/crosstable",
            SERIES: "azr/series",
            MUNICIPALITIES: "azr/municipalities",
            OLDER_MUNICIPALITIES: "azr/municipalities",
        }[label]
    )
    return validate(entry, entry.load("parse")(content, origin(label)))


def failures(content: bytes, label: str) -> dict[str, list]:
    found: dict[str, list] = {}
    for finding in validated(content, label).findings:
        found.setdefault(finding.rule, []).append(finding)
    return found


def without_rows(label: str, *rows: int) -> bytes:
    def cut(sheet):
        for row in sorted(rows, reverse=True):
            sheet.delete_rows(row)

    return changed(label, cut)


@pytest.mark.parametrize("label", [CROSSTABLE, SERIES, MUNICIPALITIES, OLDER_MUNICIPALITIES])
def test_the_published_figures_keep_every_rule(label):
    validation = validated(sample(label), label)
    assert validation.passed
    assert validation.findings == ()
    assert {check.outcome for check in validation.checks} == {"passed"}


def test_one_misread_cell_breaks_row_and_column_and_is_named():
    found = failures(with_cell(CROSSTABLE, "D12", 3398), CROSSTABLE)
    assert set(found) == {"row_sums_by_sex", "recognised_sum"}
    (row,) = found["row_sums_by_sex"]
    assert (row.place, row.severity) == ("Kreuztabelle", "critical")
    assert row.row.startswith("12 (Aufenthaltserlaubnis völkerrechtliche, humanitäre")
    assert (row.expected, row.found) == ("6,038", "6,039")
    (column,) = found["recognised_sum"]
    assert column.row == '13 ("Anerkannte Flüchtlinge" (Summe Zeilen 3 - 8))'
    assert column.column == "2021-09-30 / sex / male"
    assert (column.expected, column.found) == ("4,196", "4,197")


def test_a_wrong_age_group_is_told_apart_from_sex():
    found = failures(with_cell(CROSSTABLE, "I22", 343), CROSSTABLE)  # tolerated, to 16: 342
    assert set(found) == {"row_sums_by_age", "total_sum"}
    (column,) = found["total_sum"]
    assert column.column == "2021-09-30 / age / 0_15"
    assert (column.expected, column.found) == ("2,683", "2,682")


def test_a_lost_part_a_lost_total_and_a_lost_block():
    part = failures(without_rows(CROSSTABLE, 7), CROSSTABLE)
    assert set(part) == {"recognised_sum", "parts_present"}
    men = part["recognised_sum"][0]
    assert (men.column, men.expected, men.found) == ("2021-09-30 / sex / male", "4,026", "4,197")

    total = failures(without_rows(CROSSTABLE, 23), CROSSTABLE)
    assert set(total) == {"total_sum"}
    assert total["total_sum"][0].found == "no such row"

    family = failures(without_rows(CROSSTABLE, *range(25, 32)), CROSSTABLE)
    assert set(family) == {"parts_present"}


def test_a_table_of_fewer_states_is_read_and_its_states_are_at_most_their_sum():
    """Of 315 men 16, 5 and 66 are of three states: 294 from Iraq would fit, 295 do not."""

    def three_states(men: int) -> bytes:
        def change(sheet):
            sheet["D28"] = men
            sheet.delete_rows(29, 3)

        return changed(CROSSTABLE, change)

    assert validated(three_states(66), CROSSTABLE).passed
    for men, broken in ((294, set()), (295, {"of_which_family"})):
        found = failures(three_states(men), CROSSTABLE)
        assert set(found) - {"row_sums_by_sex", "parts_present"} == broken


def test_a_family_cell_breaks_only_its_own_block():
    found = failures(with_cell(CROSSTABLE, "G26", 41), CROSSTABLE)
    sums = {"row_sums_by_sex", "row_sums_by_age", "family_sum"}
    assert set(found) == {*sums, "of_which_family"}


@pytest.mark.parametrize(("persons", "rules"), [(514, set()), (515, {"of_which_pending"})])
def test_countries_are_part_of_the_pending(persons, rules):
    """Of 514 men 327 are of the six countries: 187 more from Syria are possible, 188 are not."""
    change = with_cell(CROSSTABLE, "D21", 97 + persons - 327)
    found = failures(change, CROSSTABLE)
    assert set(found) - {"row_sums_by_sex"} == rules
    for finding in found.get("of_which_pending", []):
        assert finding.row.startswith("15 (Anhängige Asylverfahren")
        assert finding.column == "2021-09-30 / sex / male"
        assert (finding.expected, finding.found) == ("at least 515, its parts", "514")


def test_a_country_that_is_not_listed_warns():
    validation = validated(without_rows(CROSSTABLE, 16), CROSSTABLE)
    assert validation.passed
    assert [(found.rule, found.severity) for found in validation.findings] == [
        ("countries_present", "warning")
    ]


@pytest.mark.parametrize(
    ("column", "code", "rules"),
    [
        ("group_code", "65_plus", {"groups_present", "row_sums_by_age"}),
        ("status_code", "family_iran", {"parts_present"}),
    ],
)
def test_rows_lost_on_the_way(column, code, rules):
    """What no workbook can do, because the parser stops first; the suite must not rely on it."""
    entry = dataset("azr/crosstable")
    batch = entry.load("parse")(sample(CROSSTABLE), origin(CROSSTABLE))
    cells = batch.tables["cells"]
    lost = replace(batch, tables={"cells": cells[cells[column] != code]})
    assert {finding.rule for finding in validate(entry, lost).findings} == rules


def test_a_group_under_the_wrong_margin_is_named():
    entry = dataset("azr/crosstable")
    batch = entry.load("parse")(sample(CROSSTABLE), origin(CROSSTABLE))
    cells = batch.tables["cells"].copy()
    cells.loc[1, "margin"] = "age"
    findings = validate(entry, replace(batch, tables={"cells": cells})).findings
    wrong = next(finding for finding in findings if finding.rule == "groups_known")
    assert wrong.place == "Kreuztabelle"
    assert wrong.found.startswith("age") and wrong.found.endswith("male")
    assert wrong.message.startswith("Each group stands under its own margin.")


def test_a_label_twice_counts_persons_twice():
    found = failures(with_cell(CROSSTABLE, "B27", "Familiäre Gründe Afghanistan"), CROSSTABLE)
    assert "key_unique" in found


def test_the_series_adds_up_at_every_date():
    found = failures(with_cell(SERIES, "G6", 6702), SERIES)
    assert set(found) == {"total_sum"}
    (finding,) = found["total_sum"]
    assert (finding.place, finding.row) == ("Zeitreihe", "9 (Flüchtlinge gesamt)")
    assert finding.column == "2018-08-31"
    assert (finding.expected, finding.found) == ("9,664", "9,663")


def test_a_group_that_is_missing_from_the_series():
    found = failures(without_rows(SERIES, 9), SERIES)
    assert {"total_sum", "groups_present"} <= set(found)


@pytest.mark.parametrize(("persons", "warned"), [(1060, False), (1062, True)])
def test_a_jump_warns_and_does_not_stop(persons, warned):
    """Family permits, June 2021: 848; a quarter more is 1,060. September 2021 follows with 889."""
    validation = validated(with_cell(SERIES, "S10", persons), SERIES)
    assert validation.passed
    assert [found.rule for found in validation.findings] == ["plausible_change"] * warned


def test_a_lost_row_that_counts_nobody_warns():
    """Rows of zeros are in no sum's way: the two of the resettlement are lost unnoticed by it."""
    entry = dataset("azr/crosstable")
    batch = entry.load("parse")(sample(CROSSTABLE), origin(CROSSTABLE))
    cells = batch.tables["cells"].copy()
    parts = cells["status_code"] == "settlement_26_4_resettlement"
    sums = cells["status_code"].isin(["recognised", "total"])
    lost = cells.loc[parts].set_index(["margin", "group_code"])["value"]
    cells.loc[sums, "value"] -= [
        lost[place] for place in zip(cells["margin"][sums], cells["group_code"][sums], strict=True)
    ]
    validation = validate(entry, replace(batch, tables={"cells": cells[~parts]}))
    assert validation.passed
    assert [finding.rule for finding in validation.findings] == ["parts_present"]


def test_the_municipalities_make_the_county():
    """28,522 foreigners in Neuss; one more and the county's 59,901 are no longer all of them."""

    def one_more(sheet):
        # The total and the men, so that the row still adds up.
        sheet["C12"], sheet["D12"] = sheet["C12"].value + 1, sheet["D12"].value + 1

    found = failures(changed(MUNICIPALITIES, one_more), MUNICIPALITIES)
    assert set(found) == {"county_sum"}
    total = found["county_sum"][0]
    assert total.row == "14 (Kreis insgesamt)"
    assert (total.expected, total.found) == ("59,902", "59,901")
