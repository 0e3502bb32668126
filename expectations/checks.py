"""One check and its outcome as Kreishaus tells it: a row for the warehouse, findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any, Literal

from expectations.formatting import MOST_FAILING_ROWS, FailingRow
from expectations.gx_results import failing_rows_of
from kreishaus.model import Finding, Severity
from kreishaus.wording import say

FILE = "file"
"""The table name of checks that concern the file as a whole."""


@dataclass(frozen=True)
class Check:
    """One check of one table, with its first failing row: a row of ``checks.parquet``."""

    table_name: str
    rule: str
    description: str
    severity: Severity
    outcome: Literal["passed", "failed"]
    offending_rows: int
    evaluated_rows: int
    place: str | None = None
    row_label: str | None = None
    expected: str | None = None
    found: str | None = None


@dataclass(frozen=True)
class CheckResult:
    """A check, and a finding for each of its first ``MOST_FAILING_ROWS`` failing rows."""

    check: Check
    findings: tuple[Finding, ...] = ()


def check_result(table_name: str, result: Mapping[str, Any], rows: int) -> CheckResult:
    """The outcome of one expectation; ``result`` is its JSON document, ``rows`` its table's size.

    One that broke down is critical whatever its own severity: nobody knows what it would say.
    """
    config, meta = result["expectation_config"], result["expectation_config"].get("meta") or {}
    rule, description = meta.get("rule", config["type"]), config["description"]
    error = breakdown(result)
    if error is not None:
        return failure(table_name, rule, say("the check to run through"), error, description)
    counts = result["result"]
    if result["success"]:
        return CheckResult(
            Check(
                table_name=table_name,
                rule=rule,
                description=description,
                severity=_severity(config),
                outcome="passed",
                offending_rows=counts.get("unexpected_count") or 0,
                evaluated_rows=counts.get("element_count", rows),
            )
        )
    return _failed(
        table_name,
        rule,
        description,
        _severity(config),
        failing_rows_of(config, counts),
        reason=meta.get("reason", ""),
        offending=counts.get("unexpected_count") or 1,
        evaluated=counts.get("element_count", rows),
    )


def failure(
    table_name: str, rule: str, expected: str, found: str, description: str | None = None
) -> CheckResult:
    """A critical failure that has no row: a check that could not be made at all."""
    failing_row = FailingRow(
        place=None, row=None, label=None, column=None, expected=expected, found=found
    )
    sentence = description or say("There must be {expected}.", expected=expected)
    return _failed(table_name, rule, sentence, "critical", [failing_row])


def of_parser(findings: Iterable[Finding]) -> Iterator[CheckResult]:
    """What a parser found, as failed checks: one for each rule and severity."""

    def by(finding: Finding) -> tuple[str, Severity]:
        return finding.rule, finding.severity

    for (rule, severity), group in groupby(sorted(findings, key=by), key=by):
        first, *others = group
        yield CheckResult(
            Check(
                table_name=FILE,
                rule=rule,
                description=first.message,
                severity=severity,
                outcome="failed",
                offending_rows=1 + len(others),
                evaluated_rows=1 + len(others),
                place=first.place,
                row_label=first.row,
                expected=first.expected,
                found=first.found,
            ),
            tuple(islice((first, *others), MOST_FAILING_ROWS)),
        )


def breakdown(result: Mapping[str, Any]) -> str | None:
    """The message of the exception that an expectation ended in; None if it did not.

    Great Expectations files them flat, or under the ids of the metrics that raised them.
    """
    information = result.get("exception_info") or {}
    candidates = [information] if "raised_exception" in information else information.values()
    for candidate in candidates:
        if candidate.get("raised_exception"):
            return str(candidate.get("exception_message") or say("an error without a message"))
    return None


def _failed(
    table_name: str,
    rule: str,
    description: str,
    severity: Severity,
    failing_rows: Sequence[FailingRow],
    *,
    reason: str = "",
    offending: int = 1,
    evaluated: int = 1,
) -> CheckResult:
    message = description
    if reason:
        message = say("{description} {reason}", description=description, reason=reason)
    findings = tuple(
        Finding(
            rule=rule,
            severity=severity,
            message=message,
            place=failing_row["place"],
            row=_row_label(failing_row),
            column=failing_row["column"],
            expected=failing_row["expected"],
            found=failing_row["found"],
        )
        for failing_row in failing_rows[:MOST_FAILING_ROWS]
    )
    first = findings[0]
    check = Check(
        table_name=table_name,
        rule=rule,
        description=description,
        severity=severity,
        outcome="failed",
        offending_rows=offending,
        evaluated_rows=evaluated,
        place=first.place,
        row_label=first.row,
        expected=first.expected,
        found=first.found,
    )
    return CheckResult(check, findings)


def _row_label(failing_row: FailingRow) -> str | None:
    """How a person finds the row: ``31 (Unbekannt)``."""
    number, label = failing_row["row"], failing_row["label"]
    if number is None:
        return label
    return f"{number} ({label})" if label else str(number)


def _severity(config: Mapping[str, Any]) -> Severity:
    return "critical" if config.get("severity", "critical") == "critical" else "warning"
