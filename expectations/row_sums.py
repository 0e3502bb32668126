"""The county's own expectation classes: what Great Expectations has no word for.

Each is a thin description (fields, a sentence, the rule's name) over a rule in ``sums.py`` or
``rowwise.py``. All of them are evaluated by one metric of the pandas engine. ``meta`` takes
``rule`` (its id), ``reason`` (one sentence) and ``label_column`` (what names a row for people);
``severity`` is ``critical`` or ``warning``.

A result counts ``element_count`` rows or groups judged and ``unexpected_count`` of them that break
the rule, and names the first 20 in ``details["failing_rows"]`` (see ``failing_rows.FailingRow``).

Importing this module imports Great Expectations: seconds. Do it inside functions.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable
from typing import Any, ClassVar

from great_expectations.compatibility import pydantic
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.expectation_configuration import parse_result_format
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

from expectations import rowwise, sums
from expectations.failing_rows import Verdict, in_words, listed, written
from expectations.formatting import tally
from kreishaus.wording import joined, say

__all__ = [
    "ExpectColumnsToSum",
    "ExpectMeasuresToSum",
    "ExpectPlausibleChange",
    "ExpectRowsToSumToTotal",
    "ExpectSumNotAbove",
    "ExpectValueOrMarker",
]

METRIC = "county.verdict"

RULES: dict[str, Callable[..., Verdict]] = {
    "measures_to_sum": sums.measures_to_sum,
    "rows_to_sum_to_total": sums.rows_to_sum_to_total,
    "columns_to_sum": rowwise.columns_to_sum,
    "sum_not_above": rowwise.sum_not_above,
    "plausible_change": rowwise.plausible_change,
    "value_or_marker": rowwise.value_or_marker,
}

Names = list[str]
Where = dict[str, Any]


class CountyVerdict(TableMetricProvider):
    """The one metric: a rule's verdict on the whole frame."""

    metric_name = METRIC
    value_keys = ("rule", "parameters")

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> Verdict:
        frame, _, _ = execution_engine.get_compute_domain(
            domain_kwargs=metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        return RULES[metric_value_kwargs["rule"]](frame, **metric_value_kwargs["parameters"])


class CountyExpectation(BatchExpectation, ABC):
    """What the county's classes share: one metric, one shape of outcome, a sentence each."""

    applied_rule: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]]

    @pydantic.root_validator(skip_on_failure=True, allow_reuse=True)
    def _describe(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("description") is None:
            values["description"] = cls.sentence(values)
        return values

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        """The rule as one sentence; ``values`` are the expectation's fields."""
        raise NotImplementedError

    def get_validation_dependencies(
        self,
        execution_engine: ExecutionEngine[Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> ValidationDependencies:
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        parameters = {name: getattr(self, name) for name in self.parameters}
        parameters["label_column"] = (self.meta or {}).get("label_column")
        dependencies.set_metric_configuration(
            METRIC,
            MetricConfiguration(
                metric_name=METRIC,
                metric_domain_kwargs={"batch_id": self.batch_id},
                metric_value_kwargs={"rule": self.applied_rule, "parameters": parameters},
            ),
        )
        return dependencies

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        verdict: Verdict = metrics[METRIC]
        wanted = parse_result_format(self._get_result_format(runtime_configuration))
        if wanted["result_format"] == "BOOLEAN_ONLY":
            return {"success": verdict.offending == 0, "result": {}}
        most = None if wanted["result_format"] == "COMPLETE" else wanted["partial_unexpected_count"]
        share = 100 * verdict.offending / verdict.evaluated if verdict.evaluated else 0.0
        return {
            "success": verdict.offending == 0,
            "result": {
                "observed_value": _observed(verdict),
                "element_count": verdict.evaluated,
                "unexpected_count": verdict.offending,
                "unexpected_percent": share,
                "details": {
                    "failing_rows": list(verdict.failing_rows[:most]),
                    "skipped": verdict.skipped,
                },
            },
        }


def _observed(verdict: Verdict) -> str:
    skipped = say(", {skipped:,} not judged", skipped=verdict.skipped) if verdict.skipped else ""
    return joined((tally(verdict.offending, verdict.evaluated), skipped), "")


def _within(tolerance: float) -> str:
    return say(", within {tolerance}", tolerance=written(tolerance)) if tolerance else ""


class ExpectMeasuresToSum(CountyExpectation):
    """Long frame: in each group the value of measure ``total`` is the sum of ``parts``.

    ``where`` narrows the rows first (column -> value, list of values, or None for empty). A marker
    "-" counts 0, a group that touches another marker is skipped. A group with parts but without
    the total fails, so does one that lacks a part, and a table none of whose rows is meant.
    """

    group_by: Names
    measure_column: str = "measure"
    value_column: str = "value"
    total: str
    parts: Names = pydantic.Field(min_items=1)
    where: Where | None = None
    tolerance: int | float = 0

    applied_rule = "measures_to_sum"
    parameters = (
        "group_by",
        "measure_column",
        "value_column",
        "total",
        "parts",
        "where",
        "tolerance",
    )
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        where = say(", for {where}", where=in_words(values["where"])) if values["where"] else ""
        return say(
            "{total} is the sum of {parts}{within}{where}.",
            total=values["total"],
            parts=listed(values["parts"]),
            within=_within(values["tolerance"]),
            where=where,
        )


class ExpectRowsToSumToTotal(CountyExpectation):
    """Long frame: in each group the rows matching ``parts`` sum to the row matching ``total``.

    Conditions are column -> value, list of values, or None for empty. A marker "-" counts 0, a
    group that touches another marker is skipped. A group with parts but without its total fails,
    and so does a table none of whose rows is meant. With ``whole_lists`` a group that lacks one of
    the listed parts is not judged: its printer chose fewer; with ``total_perhaps`` none that lacks
    the total.
    """

    group_by: Names
    value_column: str = "value"
    total: Where
    parts: Where
    tolerance: int | float = 0
    whole_lists: bool = False
    total_perhaps: bool = False

    applied_rule = "rows_to_sum_to_total"
    parameters = (
        *("group_by", "value_column", "total", "parts", "tolerance"),
        *("whole_lists", "total_perhaps"),
    )
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        groups = (
            say(", for each {group_by}", group_by=listed(values["group_by"]))
            if values["group_by"]
            else ""
        )
        printed = say(" where each of them is printed") if values.get("whole_lists") else ""
        return say(
            "The rows with {parts} sum to the row with {total}{within}{groups}{printed}.",
            parts=in_words(values["parts"]),
            total=in_words(values["total"]),
            within=_within(values["tolerance"]),
            groups=groups,
            printed=printed,
        )


class ExpectColumnsToSum(CountyExpectation):
    """Wide frame: in each row ``total`` is the sum of ``parts``.

    A row with an empty one is skipped.
    """

    total: str
    parts: Names = pydantic.Field(min_items=1)
    tolerance: int | float = 0

    applied_rule = "columns_to_sum"
    parameters = ("total", "parts", "tolerance")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{total} is the sum of {parts}{within}.",
            total=values["total"],
            parts=listed(values["parts"]),
            within=_within(values["tolerance"]),
        )


class ExpectSumNotAbove(CountyExpectation):
    """Wide frame: in each row ``parts`` together are at most ``limit``.

    An empty part counts nothing; a row without a limit or without any part is skipped.
    """

    parts: Names = pydantic.Field(min_items=1)
    limit: str

    applied_rule = "sum_not_above"
    parameters = ("parts", "limit")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        parts, limit = listed(values["parts"]), values["limit"]
        if len(values["parts"]) > 1:
            return say("{parts} together are at most {limit}.", parts=parts, limit=limit)
        return say("{part} is at most {limit}.", part=parts, limit=limit)


class ExpectPlausibleChange(CountyExpectation):
    """Long frame: per ``key`` a value differs from the one before by at most ``max_share`` of it.

    "Before" is the last earlier ``order_by`` in the frame that has a value. A change from zero has
    no share and is skipped.
    """

    key: Names
    order_by: str = "reference_date"
    value_column: str = "value"
    max_share: float = 0.25

    applied_rule = "plausible_change"
    parameters = ("key", "order_by", "value_column", "max_share")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{value_column} changes by at most {max_share:.0%} from one {order_by} to "
            "the next, for each {key}.",
            value_column=values["value_column"],
            max_share=values["max_share"],
            order_by=values["order_by"],
            key=listed(values["key"]),
        )


class ExpectValueOrMarker(CountyExpectation):
    """Long frame: each row has a value or a known marker, never both and never neither."""

    value_column: str = "value"
    marker_column: str = "marker"
    markers: Names = pydantic.Field(default=["-", ".", "...", "/", "x"])

    applied_rule = "value_or_marker"
    parameters = ("value_column", "marker_column", "markers")
    success_keys = parameters
    args_keys = parameters

    @classmethod
    def sentence(cls, values: dict[str, Any]) -> str:
        return say(
            "{value_column} is empty exactly where {marker_column} says why ({markers}).",
            value_column=values["value_column"],
            marker_column=values["marker_column"],
            markers=joined(values["markers"], " "),
        )
