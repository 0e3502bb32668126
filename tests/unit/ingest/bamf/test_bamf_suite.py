"""What must hold in the HKL table, and what the officer reads when it does not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from expectations.runner import Check, Validation, validate
from ingest.bamf.hkl import parse
from kreishaus.datasets import dataset
from kreishaus.model import Batch, Finding, Origin
from sample import bamf
from sample.bamf_pdf import PrintedRow, render

ORIGIN = Origin("bamf", "hkl", "0" * 64, "2021-09", "hkl.pdf", datetime(2021, 10, 15, tzinfo=UTC))
Rows = list[PrintedRow]


def month_of(month: date) -> bamf.MonthOfFigures:
    return next(entry for entry in bamf.figures() if entry.month == month)


def judged(content: bytes, label: str = "2021-09") -> Validation:
    return validate(dataset("bamf/hkl"), parse(content, replace(ORIGIN, label=label)))


def judged_after(change: Callable[[Rows], Rows]) -> Validation:
    entry = month_of(date(2021, 9, 1))
    return judged(render(entry.month, change(list(entry.rows))))


def check(validation: Validation, rule: str) -> Check:
    """The outcome of a rule, also of one that only follows another."""
    return next(one for one in validation.checks if one.rule == rule)


def critical(validation: Validation) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in validation.findings:
        if finding.severity == "critical":
            found.setdefault(finding.rule, []).append(finding)
    return found


def test_one_digit_changed_breaks_the_row_and_the_continent() -> None:
    """First applications of Syria 3,912 instead of 3,911: 3,912 + 103 is not 4,014."""
    content = bamf.pdf(month_of(date(2021, 9, 1)))
    validation = judged(content.replace(b"(3.911) Tj", b"(3.912) Tj", 1))
    assert not validation.passed
    found = critical(validation)
    assert set(found) == {"applications_first_and_follow_up"}
    (row,) = found["applications_first_and_follow_up"]
    assert (row.place, row.row) == ("5", "20 (Syrien, Arabische Republik)")
    assert (row.column, row.expected, row.found) == ("applications_total", "4,015", "4,014")
    assert "It also breaks countries_sum_to_continent (1 more findings)" in row.message
    sums = check(validation, "countries_sum_to_continent")
    assert (sums.place, sums.row_label, sums.offending_rows) == ("5", "24 (Asien)", 1)
    assert (sums.expected, sums.found) == ("8,960", "8,959")


def test_a_lost_row_998_shows_in_the_continents_sum() -> None:
    """The fault of other people's extractions: 450 applications less than printed."""
    validation = judged_after(lambda rows: [row for row in rows if row.ls_code != "998"])
    found = critical(validation)
    assert set(found) == {"row_missing"}
    sums = check(validation, "countries_sum_to_continent")
    assert "Unbekannt" in (sums.row_label or "")
    assert int(sums.found or "") - int(sums.expected or "") == 450
    warned = {finding.rule for finding in validation.findings if finding.severity == "warning"}
    assert warned == {"stateless_and_unclear_printed"}
    (missing,) = found["row_missing"]
    assert validation.findings[0] == missing, "the cause comes first"
    assert (missing.place, missing.row) == ("6", "2 (Unbekannt)")
    assert (missing.found or "").startswith(
        "a row is missing: LS 998 (Ungeklärt); its numbers by difference: applications_total 450, "
    )


def test_a_lost_continent_shows_in_the_total() -> None:
    """With it go its name and its countries' home: they count for the next continent."""
    found = critical(judged_after(lambda rows: [row for row in rows if row.label != "Afrika"]))
    assert set(found) == {"row_missing"}
    (missing,) = found["row_missing"]
    assert (missing.found or "").startswith("a row is missing: Afrika; its numbers by difference")


def test_a_lost_total_is_noticed() -> None:
    validation = judged_after(lambda rows: rows[:-1])
    found = critical(validation)
    assert set(found) == {"row_missing"}
    assert check(validation, "continents_sum_to_total").found == "no such row"
    assert "the total is missing" in (found["row_missing"][0].found or "")
    assert "applications_total 18,206" in (found["row_missing"][0].found or "")


def test_a_wrong_number_is_not_taken_for_a_missing_row() -> None:
    """Five more applications of Syria in the continent's sum alone are no row of their own."""

    def more(rows: Rows) -> Rows:
        return [
            replace(row, values=(row.values[0] + 5, *row.values[1:])) if row.label == "Asien"
            else row for row in rows
        ]  # fmt: skip

    assert "row_missing" not in critical(judged_after(more))


def test_a_key_nobody_knows_only_warns() -> None:
    def rename(rows: Rows) -> Rows:
        return [
            replace(row, ls_code="426", label="Bhutan") if row.ls_code == "475" else row
            for row in rows
        ]

    assert judged_after(rename).findings == ()

    def unknown(rows: Rows) -> Rows:
        return [replace(row, ls_code="888") if row.ls_code == "475" else row for row in rows]

    validation = judged_after(unknown)
    assert validation.passed
    (finding,) = validation.findings
    assert (finding.rule, finding.found) == ("known_ls_code", "888")


def test_two_totals() -> None:
    found = critical(judged_after(lambda rows: [*rows, rows[-1]]))
    assert set(found) == {"one_total_row"}


def test_a_country_printed_twice() -> None:
    found = critical(judged_after(lambda rows: [rows[0], *rows]))
    assert set(found) == {"key_unique"}


def test_two_outcomes_exchanged_keep_the_sum_and_are_noticed() -> None:
    """5 more rejected and 5 fewer refugees among first applications: 25 columns, one sum."""

    def exchange(rows: Rows) -> Rows:
        return [
            replace(row, values=shifted(row.values, 13, 16, 5)) if row.ls_code == "475" else row
            for row in rows
        ]

    validation = judged_after(exchange)
    assert check(validation, "refugee_first_and_follow_up").offending_rows == 1
    assert check(validation, "rejected_first_and_follow_up").offending_rows == 1
    (finding,) = validation.findings
    assert (finding.rule, finding.row) == (
        "refugee_first_and_follow_up", "20 (Syrien, Arabische Republik)",
    )  # fmt: skip


def test_a_renamed_continent_only_warns() -> None:
    def rename(rows: Rows) -> Rows:
        return [replace(row, label="Ozeanien") if row.label == "Australien" and not row.ls_code
                else row for row in rows]  # fmt: skip

    validation = judged_after(rename)
    assert validation.passed
    assert {finding.rule for finding in validation.findings} == {"known_continent"}


def test_a_handful_of_rows_that_add_up_only_warns() -> None:
    """The sums decide; a table of three rows that keeps them is odd, not wrong."""
    values = (3, 2, 1, *[0] * 22)
    rows = [
        PrintedRow("Staatenlos", "997", values),
        PrintedRow("Ungeklärt", "998", (0,) * 25),
        PrintedRow("Unbekannt", None, values),
        PrintedRow("Herkunftsländer gesamt", None, values),
    ]
    validation = judged(render(date(2021, 9, 1), rows))
    assert validation.passed
    assert {finding.rule for finding in validation.findings} == {"row_count"}


@pytest.mark.parametrize("month", [date(2017, 6, 1), date(2020, 6, 1), date(2021, 9, 1)])
def test_published_months_pass_without_a_word(month: date) -> None:
    validation = judged(bamf.pdf(month_of(month)), f"{month:%Y-%m}")
    assert validation.passed
    assert validation.findings == ()


def test_an_empty_value_without_a_marker_is_critical() -> None:
    rows = parse(bamf.pdf(month_of(date(2021, 9, 1))), ORIGIN).tables["rows"]
    rows.loc[0, "value"] = None
    found = critical(validate(dataset("bamf/hkl"), Batch("2021-09", {"rows": rows})))
    assert "value_or_marker" in found


def shifted(values: tuple[int, ...], source: int, target: int, count: int) -> tuple[int, ...]:
    moved = list(values)
    moved[source] -= count
    moved[target] += count
    return tuple(moved)
