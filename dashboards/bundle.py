"""From the definitions to what Superset imports: its own export format, made the same every time.

Identifiers are made from names, so that an import changes what is there and adds nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

import yaml

from dashboards.contracts import Audience, Mart
from dashboards.definitions import (
    LABELLED_PARAMETERS,
    METRIC_PARAMETERS,
    Chart,
    Dashboard,
    Dataset,
    Definitions,
    Filter,
    Metric,
    metric,
)

NAMESPACE = UUID("6f0b1f0e-6a52-5d0e-9a43-3f6f6ed0c9a1")
VERSION = "1.0.0"

DATABASES: dict[Audience, str] = {"public": "Kreishaus", "internal": "Kreishaus intern"}
TITLE_SUFFIX: dict[Audience, str] = {"public": "", "internal": " (intern)"}
SLUG_SUFFIX: dict[Audience, str] = {"public": "", "internal": "-intern"}

# The date above a big number is set in seven pixels where its tile is low.
CSS = (
    ".superset-legacy-chart-big-number .kicker "
    "{ font-size: 12px !important; height: auto !important }"
)

Bundle = dict[str, str]
HEIGHT_ABOVE = 16
"""A title, the head of a list and its one row."""


def identifier(*names: str) -> str:
    """The identifier of the thing that these names name."""
    return str(uuid5(NAMESPACE, "/".join(names)))


def slug(dashboard: Dashboard, audience: Audience) -> str:
    """The last part of the address of a dashboard. An internal one that has no public twin keeps
    its plain name."""
    return dashboard.name + (SLUG_SUFFIX[audience] if "public" in dashboard.audiences else "")


def title(dashboard: Dashboard, audience: Audience) -> str:
    """What stands above a dashboard; its internal edition says so."""
    return dashboard.title + (TITLE_SUFFIX[audience] if "public" in dashboard.audiences else "")


def make_bundle(
    definitions: Definitions,
    marts: Mapping[Audience, Mapping[str, Mart]],
    urls: Mapping[Audience, str],
) -> Bundle:
    """Path -> content of everything that Superset imports: databases, datasets, charts, pages.

    ``urls`` are the addresses of the serving database without their passwords.
    """
    files: dict[str, dict[str, Any]] = {"metadata.yaml": {"version": VERSION, "type": "assets"}}
    for audience, url in urls.items():
        files[f"databases/{audience}.yaml"] = _database(audience, url)
    for written in definitions.dashboards.values():
        for audience in written.audiences:
            dashboard = written.shown(audience)
            for name in _used_datasets(dashboard):
                dataset = definitions.datasets[name]
                orders = [
                    metric(text, dataset, marts[audience]) for text in definitions.first_by(name)
                ]
                files[f"datasets/{audience}/{name}.yaml"] = _dataset(dataset, audience, orders)
            for chart in dashboard.charts.values():
                files[f"charts/{audience}/{dashboard.name}/{chart.name}.yaml"] = _chart(
                    chart, dashboard, definitions.datasets[chart.dataset], audience, marts[audience]
                )
            files[f"dashboards/{audience}/{dashboard.name}.yaml"] = _dashboard(
                written, dashboard, definitions, audience, marts[audience]
            )
    return {
        path: yaml.safe_dump(content, allow_unicode=True, sort_keys=True, width=100)
        for path, content in files.items()
    }


def _used_datasets(dashboard: Dashboard) -> list[str]:
    of_charts = [chart.dataset for chart in dashboard.charts.values()]
    of_filters = [one.dataset for one in dashboard.filters if one.dataset]
    return list(dict.fromkeys([*of_charts, *of_filters]))


def _database(audience: Audience, url: str) -> dict[str, Any]:
    return {
        "database_name": DATABASES[audience],
        "sqlalchemy_uri": url,
        "uuid": identifier("database", audience),
        "version": VERSION,
        "expose_in_sqllab": True,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_file_upload": False,
        "allow_run_async": False,
        "cache_timeout": None,
        "extra": {"allows_virtual_table_explore": True, "disable_data_preview": True},
    }


def _dataset(dataset: Dataset, audience: Audience, orders: list[Metric]) -> dict[str, Any]:
    """The columns are read from the database once this is imported (``install.py``)."""
    return {
        "table_name": dataset.title + TITLE_SUFFIX[audience],
        "schema": audience,
        "sql": dataset.sql.replace("marts.", f"{audience}."),
        "main_dttm_col": dataset.main_date,
        "columns": [],
        "metrics": [{"metric_name": one.label, "expression": one.sql} for one in orders],
        "description": None,
        "uuid": identifier("dataset", audience, dataset.name),
        "database_uuid": identifier("database", audience),
        "version": VERSION,
    }


def _chart(
    chart: Chart,
    dashboard: Dashboard,
    dataset: Dataset,
    audience: Audience,
    marts: Mapping[str, Mart],
) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        key: value for key, value in chart.parameters.items() if key not in METRIC_PARAMETERS
    }
    for key, metrics in chart.metrics(dataset, marts).items():
        made = [_metric(one) for one in metrics]
        parameters[key] = made if isinstance(chart.parameters[key], list) else made[0]
    for key in LABELLED_PARAMETERS:
        if key in parameters:
            parameters[key] = [
                {
                    "expressionType": "SQL",
                    "sqlExpression": name,
                    "label": dataset.label(name, marts) or name,
                }
                for name in parameters[key]
            ]
    parameters["viz_type"] = chart.kind
    parameters["adhoc_filters"] = list(_filters_of(chart, dataset))
    return {
        "slice_name": chart.title + TITLE_SUFFIX[audience],
        "description": chart.description,
        "viz_type": chart.kind,
        "params": parameters,
        "query_context": None,
        "cache_timeout": None,
        "dataset_uuid": identifier("dataset", audience, dataset.name),
        "uuid": identifier("chart", audience, dashboard.name, chart.name),
        "version": VERSION,
    }


def _metric(one: Metric) -> dict[str, Any]:
    return {
        "expressionType": "SQL",
        "sqlExpression": one.sql,
        "label": one.label,
        "hasCustomLabel": True,
        "optionName": "metric_" + identifier("metric", one.sql, one.label).replace("-", "_"),
    }


def _filters_of(chart: Chart, dataset: Dataset) -> Iterator[dict[str, Any]]:
    if dataset.main_date and _takes_period(chart):
        # "No filter" of its own: the place where the dashboard's period goes
        yield {
            "clause": "WHERE",
            "expressionType": "SIMPLE",
            "operator": "TEMPORAL_RANGE",
            "subject": dataset.main_date,
            "comparator": "No filter",
        }
    if chart.where:
        yield {"clause": "WHERE", "expressionType": "SQL", "sqlExpression": chart.where}


def _takes_period(chart: Chart) -> bool:
    return "x_axis" in chart.parameters


def _dashboard(
    written: Dashboard,
    dashboard: Dashboard,
    definitions: Definitions,
    audience: Audience,
    marts: Mapping[str, Mart],
) -> dict[str, Any]:
    numbers = {name: number for number, name in enumerate(dashboard.charts, start=1)}
    return {
        "dashboard_title": title(written, audience),
        "description": dashboard.description,
        "slug": slug(written, audience),
        "uuid": identifier("dashboard", audience, dashboard.name),
        "css": CSS,
        "published": True,
        "certified_by": None,
        "certification_details": None,
        "position": _positions(written, dashboard, definitions, audience, numbers),
        "metadata": {
            "native_filter_configuration": [
                _native_filter(one, dashboard, definitions, audience, marts, numbers)
                for one in dashboard.filters
            ],
            "chart_configuration": {},
            "global_chart_configuration": {
                "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
                "chartsInScope": list(numbers.values()),
            },
            "cross_filters_enabled": False,
            "color_scheme": "kreishaus",
            "label_colors": dict(dashboard.colors),
            "shared_label_colors": [],
            "expanded_slices": {},
            "refresh_frequency": 0,
            "timed_refresh_immune_slices": [],
            "default_filters": "{}",
            "filter_bar_orientation": "HORIZONTAL",
        },
        "version": VERSION,
    }


def _positions(
    written: Dashboard,
    dashboard: Dashboard,
    definitions: Definitions,
    audience: Audience,
    numbers: Mapping[str, int],
) -> dict[str, Any]:
    """The tree of the page, as Superset keeps it: every part names its children and parents."""
    placed: dict[str, Any] = {"DASHBOARD_VERSION_KEY": "v2"}

    def place(
        kind: str, name: str, parents: list[str], meta: dict[str, Any] | None = None
    ) -> list[str]:
        part = {"type": kind, "id": name, "children": [], "parents": parents, "meta": meta or {}}
        placed[name] = part
        if parents:
            placed[parents[-1]]["children"].append(name)
        return [*parents, name]

    root = place("ROOT", "ROOT_ID", [])
    grid = place("GRID", "GRID_ID", root)
    placed["HEADER_ID"] = {
        "type": "HEADER",
        "id": "HEADER_ID",
        "meta": {"text": title(written, audience)},
    }

    def place_chart(name: str, row: list[str], size: dict[str, int]) -> None:
        chart = dashboard.charts[name]
        meta = {
            "chartId": numbers[name],
            "uuid": identifier("chart", audience, dashboard.name, name),
            "sliceName": chart.title + TITLE_SUFFIX[audience],
            "sliceNameOverride": chart.title,
            **size,
        }
        place("CHART", f"CHART-{name}", row, meta)

    if dashboard.above:
        row = place("ROW", "ROW-above", grid, {"background": "BACKGROUND_TRANSPARENT"})
        place_chart(dashboard.above, row, {"width": 12, "height": HEIGHT_ABOVE})
    tabs = place("TABS", "TABS-pages", grid)
    for number, tab in enumerate(dashboard.tabs, start=1):
        page = place("TAB", f"TAB-{number}", tabs, {"text": tab.title})
        for row_number, given in enumerate(tab.rows, start=1):
            name = f"{number}-{row_number}"
            row = place("ROW", f"ROW-{name}", page, {"background": "BACKGROUND_TRANSPARENT"})
            for cell_number, cell in enumerate(given.cells, start=1):
                size = {"width": cell.width, "height": given.height}
                if cell.chart is None:
                    code = (
                        definitions.notices.get(f"{cell.text}_{audience}")
                        or (definitions.notices[str(cell.text)])
                    )
                    place(
                        "MARKDOWN",
                        f"MARKDOWN-{name}-{cell_number}",
                        row,
                        {"code": code.strip(), **size},
                    )
                    continue
                place_chart(cell.chart, row, size)
    return placed


def _native_filter(
    given: Filter,
    dashboard: Dashboard,
    definitions: Definitions,
    audience: Audience,
    marts: Mapping[str, Mart],
    numbers: Mapping[str, int],
) -> dict[str, Any]:
    named = given.charts if given.charts is not None else tuple(dashboard.charts)
    in_scope = {name for name in named if name in numbers} - set(given.without)
    control: dict[str, Any] = {"enableEmptyFilter": False}
    target: dict[str, Any] = {}
    if given.kind == "filter_select" and given.dataset and given.column:
        control = {
            "multiSelect": given.multiple,
            "enableEmptyFilter": bool(given.first_by),
            "defaultToFirstItem": bool(given.first_by),
            "searchAllOptions": False,
            "inverseSelection": False,
        }
        if given.first_by:
            dataset = definitions.datasets[given.dataset]
            control["sortAscending"] = False
            control["sortMetric"] = metric(given.first_by, dataset, marts).label
        target = {
            "datasetUuid": identifier("dataset", audience, given.dataset),
            "column": {"name": given.column},
        }
    return {
        "requiredFirst": bool(given.first_by),  # the charts wait for the first value
        "id": "NATIVE_FILTER-" + identifier("filter", audience, dashboard.name, given.name)[:8],
        "name": given.name,
        "description": given.description,
        "type": "NATIVE_FILTER",
        "filterType": given.kind,
        "targets": [target],
        "controlValues": control,
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "cascadeParentIds": [],
        "scope": {
            "rootPath": ["ROOT_ID"],
            "excluded": sorted(numbers[name] for name in set(numbers) - in_scope),
        },
    }
