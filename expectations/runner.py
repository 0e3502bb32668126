"""Judges one batch: every suite of its dataset on every table, and what the parser found.

Cheap to import. ``validate`` imports Great Expectations (seconds, once a process); it writes no
files, sends nothing and shows no progress bars.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from string import Template
from typing import TYPE_CHECKING, Any

from expectations.checks import Check, CheckResult, breakdown, check_result, failure, of_parser
from expectations.consequences import folded, follows
from expectations.formatting import MOST_FAILING_ROWS, tally
from expectations.gx_results import failing_rows_of, sentence
from kreishaus.datasets import Dataset
from kreishaus.model import Batch, Finding
from kreishaus.wording import joined, say, to_document

if TYPE_CHECKING:
    import great_expectations as gx
    import pandas as pd
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

__all__ = ["Check", "Validation", "validate"]

NOT_A_KEY = ("source_place", "source_row", "cell_markers")
"""Columns that two tables share without meaning the same thing."""


@dataclass(frozen=True)
class Validation:
    """What was checked in a batch, what was found, and the document Data Docs are built from."""

    checks: list[Check]
    findings: tuple[Finding, ...]
    document: str

    @property
    def passed(self) -> bool:
        """Whether no critical check failed."""
        return not any(
            check.outcome == "failed" and check.severity == "critical" for check in self.checks
        )


def validate(dataset: Dataset, batch: Batch) -> Validation:
    """Judge every table of a batch by the suites of its dataset.

    A suite is keyed by its table's name, or by "a+b" for the inner join of two tables. A table
    without a suite, a suite without its table and a check that breaks down are critical failures:
    nothing passes because nobody looked.
    """
    suites: Mapping[str, gx.ExpectationSuite] = dataset.load("suites")()
    if dataset.one_table_each:
        suites = {name: suite for name, suite in suites.items() if name == batch.period}
    about_file = [*of_parser(batch.findings), *_without_partner(batch.tables, suites)]
    about_rows: list[CheckResult] = []
    documents: dict[str, Any] = {}
    for name, suite in suites.items():
        if any(table not in batch.tables for table in name.split("+")):
            continue
        frame, faults = _frame(name, batch.tables)
        document = _run(suite, frame)
        about_rows += [check_result(name, result, len(frame)) for result in document["results"]]
        about_file += [*faults, *_lost_checks(name, suite, document)]
        documents[name] = _for_the_record(document)
    findings = [finding for judged in about_file for finding in judged.findings]
    found_in_rows = [finding for judged in about_rows for finding in judged.findings]
    return Validation(
        checks=[judged.check for judged in (*about_file, *about_rows)],
        findings=(*findings, *folded(found_in_rows, follows(suites.values()))),
        document=json.dumps(
            to_document(
                {
                    "dataset": dataset.id,
                    "period": batch.period,
                    "findings": [asdict(finding) for finding in findings],
                    "tables": documents,
                }
            ),
            ensure_ascii=False,
            default=str,
        ),
    )


def _without_partner(tables: Mapping[str, Any], suites: Mapping[str, Any]) -> Iterator[CheckResult]:
    for name in tables:
        if name not in suites:
            yield failure(
                name, "table_has_suite", say("a suite for table {name}", name=name), say("none")
            )
    for name in suites:
        for table in name.split("+"):
            if table not in tables:
                yield failure(
                    name, "table_present", say("a table {table}", table=table), say("no such table")
                )


def _lost_checks(
    name: str, suite: gx.ExpectationSuite, document: Mapping[str, Any]
) -> Iterator[CheckResult]:
    wanted, found = len(suite.expectations), len(document["results"])
    if wanted != found:
        yield failure(
            name,
            "all_checks_ran",
            say("{wanted} checks", wanted=wanted),
            say("results of {found}", found=found),
        )


def _frame(name: str, tables: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[CheckResult]]:
    """The rows a suite judges: those of one table, or of the inner join of two.

    A join keeps the place and row of the table named first. Two tables with rows and no common
    key are a fault, since every rule about the join would pass.
    """
    first, *second = (tables[table] for table in name.split("+"))
    if not second:
        return first, []
    other = second[0]
    keys = [str(name) for name in first if name in other and name not in NOT_A_KEY]
    both = first.merge(other.drop(columns=list(NOT_A_KEY), errors="ignore"), on=keys)
    if both.empty and len(first) and len(other):
        return both, [
            failure(
                name,
                "tables_meet",
                say("rows with equal {keys}", keys=joined(keys, ", ")),
                say("none"),
            )
        ]
    return both, []


def _run(suite: gx.ExpectationSuite, frame: pd.DataFrame) -> dict[str, Any]:
    """The suite's validation result as a JSON document, each check with a sentence."""
    from expectations.kept_configurations import configurations_kept

    labels = {(one.meta or {}).get("label_column") for one in suite.expectations}
    columns = ["source_place", "source_row", *(name for name in frame.columns if name in labels)]
    whole = _batch_definition().get_batch(batch_parameters={"dataframe": _plain(frame)})
    with configurations_kept():
        validation = whole.validate(
            suite,
            result_format={
                "result_format": "SUMMARY",
                "partial_unexpected_count": MOST_FAILING_ROWS,
                "unexpected_index_column_names": columns,
                "return_unexpected_index_query": False,
            },
        )
    document: dict[str, Any] = validation.to_json_dict()  # type: ignore[no-untyped-call]
    for result, written in zip(validation.results, document["results"], strict=True):
        config = written["expectation_config"]
        # Not the description of the document: there Great Expectations has made it a plain string.
        described = result.expectation_config.description if result.expectation_config else None
        config["description"] = described or sentence(config) or _rendered_sentence(result)
    return document


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without pandas' own NA.

    Great Expectations compares columns with one another and counts what is true; NA is neither.
    """
    import pandas as pd

    plain = frame.copy(deep=False)
    for name, dtype in frame.dtypes.items():
        if not pd.api.types.is_extension_array_dtype(dtype):
            continue
        column = frame[name]
        if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype):
            plain[name] = column.astype(float if column.hasnans else dtype.numpy_dtype)
        else:
            plain[name] = column.astype(object).where(column.notna(), None)
    return plain


def _rendered_sentence(result: ExpectationValidationResult) -> str:
    """What an expectation demands, as Great Expectations words it."""
    from great_expectations.expectations.registry import get_renderer_impl
    from great_expectations.render.components import LegacyRendererType

    config = result.expectation_config
    if config is None:
        raise ValueError("a result must name its expectation")
    renderer = get_renderer_impl(config.type, LegacyRendererType.PRESCRIPTIVE)
    if renderer is None:
        return config.type
    blocks: Any = renderer[1](
        configuration=config, runtime_configuration={"include_column_name": True}
    )
    texts = (getattr(block, "string_template", None) for block in blocks)
    sentences = (
        Template(text["template"]).safe_substitute(text.get("params") or {})
        for text in texts
        if text
    )
    return " ".join(" ".join(sentences).split())


def _for_the_record(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without payloads: counts and the first failing rows, no tracebacks."""
    return {
        "success": document["success"],
        "suite_name": document["suite_name"],
        "statistics": document["statistics"],
        "results": [_slim(result) for result in document["results"]],
    }


def _slim(result: Mapping[str, Any]) -> dict[str, Any]:
    config, counts, error = result["expectation_config"], result["result"], breakdown(result)
    kept = {
        key: counts[key]
        for key in ("observed_value", "element_count", "unexpected_count", "unexpected_percent")
        if counts.get(key) is not None
    }
    if "unexpected_count" in kept and "element_count" in kept:
        words = tally(counts["unexpected_count"], counts["element_count"])
        kept.setdefault("observed_value", words)
    if not result["success"] and error is None:
        kept["details"] = {"failing_rows": failing_rows_of(config, counts)}
    return {
        "success": result["success"],
        "expectation_config": config,
        "result": kept,
        "meta": {},
        "exception_info": {
            "raised_exception": error is not None,
            "exception_message": error,
            "exception_traceback": "",
        },
    }


@cache
def _batch_definition() -> BatchDefinition[Any]:
    """Where frames are handed to Great Expectations; one in-memory context a process."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("whole")
