"""The Data Docs page of one processed file: Great Expectations' renderers, in Kreishaus's frame.

The pages that Great Expectations builds by itself load styles and scripts from five foreign
servers and are a page a table. Its renderers and its view take a template and components of ours:
so a file has one page, with its failures first, that loads nothing from anywhere.

Importing this module imports Great Expectations: seconds. Do it inside functions.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render.components import (
    CollapseContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.content_block.validation_results_table_content_block import (  # noqa: E501
    ValidationResultsTableContentBlockRenderer,
)
from great_expectations.render.view.view import DefaultJinjaPageView

from expectations.gx_results import own_failing_rows
from expectations.row_sums import ExpectValueOrMarker
from kreishaus.wording import Language, in_language, say

FAILING_ROW_COLUMNS = {
    "place": say("Place"),
    "row": say("Row"),
    "label": say("Label"),
    "column": say("Column"),
    "expected": say("Expected"),
    "found": say("Found"),
}
"""The fields of a failing row, and what the page calls them."""
SEVERITIES = {"critical": say("critical"), "warning": say("warning")}
HEADINGS = ("", say("Severity"), say("What must hold"), say("Found"))
SENTENCE_AND_REASON = 2
SEVERITY_CLASS = {"critical": "bad", "warning": "warn"}


class _ChecksTable(ValidationResultsTableContentBlockRenderer):
    """A row for each check: outcome, severity, what must hold with who breaks it, what was seen."""

    language: ClassVar[Language] = "en"

    @classmethod
    def _process_content_block(
        cls, content_block: RenderedTableContent, has_failed_evr: bool, render_object: object = None
    ) -> None:
        super()._process_content_block(content_block, has_failed_evr, render_object)
        content_block.header_row = [in_language(one, cls.language) for one in HEADINGS]
        content_block.header_row_options = {}

    @classmethod
    def _get_content_block_fn(
        cls, expectation_type: str, expectation_config: ExpectationConfiguration | None = None
    ) -> Callable[..., list[list[Any]]]:
        # All results have one shape, and the class of an old document may be gone: so they are
        # all shown in the way of one class that is sure to be there.
        standard = super()._get_content_block_fn(
            ExpectValueOrMarker.expectation_type, expectation_config
        )
        if standard is None:
            raise LookupError("Great Expectations has no renderer for Kreishaus's own classes")

        def rows(result: ExpectationValidationResult, **others: object) -> list[list[Any]]:
            [[status, cell, observed, *_]] = standard(result=result, **others)
            blocks = [block for block in cell if not isinstance(block, CollapseContent)]
            failing_rows = own_failing_rows(result.result)
            if failing_rows:
                # The count below the sentence says what the column "found" says again.
                blocks = [
                    *blocks[:SENTENCE_AND_REASON],
                    _failing_rows_table(failing_rows, cls.language),
                ]
            return [[status, _severity(result, cls.language), blocks, html.escape(str(observed))]]

        return rows

    @classmethod
    def _get_content_block_fn_from_expectation_description(
        cls, expectation_config: ExpectationConfiguration
    ) -> Callable[..., list[RenderedStringTemplateContent]]:
        return cls._render_expectation_description

    @classmethod
    def _render_expectation_description(
        cls, configuration: ExpectationConfiguration, runtime_configuration: object, **_: object
    ) -> list[RenderedStringTemplateContent]:
        return [
            _text("$description", description=configuration.description or configuration.type),
            _text("$reason", "reason", reason=(configuration.meta or {}).get("reason", "")),
        ]


class _GermanChecksTable(_ChecksTable):
    """The same for German readers."""

    language = "de"


TABLES: dict[Language, type[_ChecksTable]] = {"en": _ChecksTable, "de": _GermanChecksTable}


def render(template: str, folder: str, **context: object) -> str:
    """Fill a template of ``folder`` with Great Expectations' own view and its filters."""
    view = DefaultJinjaPageView(custom_views_directory=folder)
    return view.env.get_template(template).render(**context)


def checks_table(results: Sequence[Mapping[str, Any]], language: Language) -> dict[str, Any]:
    """The content block of a table's checks, failed and critical ones first.

    ``results`` are in that language already (``wording.document_in``).
    """

    def first_what_hurts(result: Mapping[str, Any]) -> tuple[bool, bool]:
        return result["success"], result["expectation_config"].get("severity") != "critical"

    ordered = sorted(results, key=first_what_hurts)
    block = TABLES[language].render([_result(one) for one in ordered])
    if not isinstance(block, RenderedTableContent):
        raise TypeError(f"expected a table of {len(results)} checks, found {block!r}")
    document: dict[str, Any] = block.to_json_dict()
    return document


def _result(document: Mapping[str, Any]) -> ExpectationValidationResult:
    config = document["expectation_config"]
    return ExpectationValidationResult(
        success=document["success"],
        expectation_config=ExpectationConfiguration(
            type=config["type"],
            kwargs=config["kwargs"],
            meta=config.get("meta"),
            description=config["description"],
            severity=config.get("severity", "critical"),
        ),
        result=document["result"],
        exception_info=document["exception_info"],
    )


def _severity(
    result: ExpectationValidationResult, language: Language
) -> RenderedStringTemplateContent:
    config, broke_down = result.expectation_config, result.exception_info["raised_exception"]
    severity = "critical" if config is None or broke_down else config.severity.value
    mark = "pale" if result.success else SEVERITY_CLASS.get(severity, "warn")
    said = in_language(SEVERITIES.get(severity, severity), language)
    return _text("$severity", "badge", mark, severity=said)


def _text(template: str, *classes: str, **params: str) -> RenderedStringTemplateContent:
    """A piece of text in Great Expectations' form, which escapes what it fills in."""
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={
            "template": template,
            "params": params,
            "styling": {"classes": list(classes)},
        },
    )


def _failing_rows_table(
    failing_rows: Sequence[Mapping[str, Any]], language: Language
) -> RenderedTableContent:
    filled = [
        name for name in FAILING_ROW_COLUMNS if any(one[name] is not None for one in failing_rows)
    ]
    return RenderedTableContent(
        content_block_type="table",
        header_row=[in_language(FAILING_ROW_COLUMNS[name], language) for name in filled],
        table=[
            [html.escape("" if one[name] is None else str(one[name])) for name in filled]
            for one in failing_rows
        ],
    )
