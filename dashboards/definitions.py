"""The dashboards as they are written down in ``definitions/``: what is shown, of which data.

A definition says only what a reader of the dashboards would notice. What Superset needs besides
(identifiers, positions, scopes of filters) is worked out in ``bundle.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dashboards.contracts import Audience, Mart

DEFINITIONS = Path(__file__).resolve().parent / "definitions"

# Parameters of a chart that hold metrics: written as SQL, "sum(places)" or "sum(places) as Name".
METRIC_PARAMETERS = (
    "metric",
    "metrics",
    "metrics_b",
    "secondary_metric",
    "percent_metrics",
    "timeseries_limit_metric",
)
# Parameters of a chart that name columns.
COLUMN_PARAMETERS = (
    "x_axis",
    "groupby",
    "groupby_b",
    "columns",
    "all_columns",
    "groupbyRows",
    "groupbyColumns",
)
# Of these, a cross table shows the bare names where they are not given a label each.
LABELLED_PARAMETERS = ("groupbyRows", "groupbyColumns")
MART_IN_SQL = re.compile(r"\bmarts\.(\w+)")
AGGREGATE_OF_COLUMN = re.compile(r"^(?:sum|avg|min|max)\((\w+)\)$", re.IGNORECASE)


class DefinitionError(Exception):
    """A definition that says something impossible; the message says where."""


@dataclass(frozen=True)
class Metric:
    """An aggregate with the name that readers see."""

    sql: str
    label: str


@dataclass(frozen=True)
class Dataset:
    """A statement on the marts, which it calls ``marts.<name>``."""

    name: str
    title: str
    sql: str
    main_date: str | None
    labels: Mapping[str, str]

    @property
    def marts(self) -> list[str]:
        return list(dict.fromkeys(MART_IN_SQL.findall(self.sql)))

    def label(self, column: str, marts: Mapping[str, Mart]) -> str | None:
        """The German name of a column: its own, or that of the first mart that has it."""
        if column in self.labels:
            return self.labels[column]
        for name in self.marts:
            if name in marts and column in marts[name].columns:
                return marts[name].columns[column].label
        return None

    def description(self, column: str, marts: Mapping[str, Mart]) -> str | None:
        for name in self.marts:
            if name in marts and column in marts[name].columns:
                return marts[name].columns[column].description
        return None


@dataclass(frozen=True)
class Chart:
    """A chart: its kind in Superset, and the parameters that differ from Superset's own."""

    name: str
    title: str
    dataset: str
    kind: str
    where: str | None
    parameters: Mapping[str, Any]
    description: str | None = None
    only: Audience | None = None

    def metrics(self, dataset: Dataset, marts: Mapping[str, Mart]) -> dict[str, list[Metric]]:
        """The metrics of each parameter that has any."""
        return {
            key: [metric(text, dataset, marts) for text in _listed(self.parameters[key])]
            for key in METRIC_PARAMETERS
            if key in self.parameters
        }

    def columns(self) -> list[str]:
        return [
            column
            for key in COLUMN_PARAMETERS
            for column in _listed(self.parameters.get(key))
            if isinstance(column, str)
        ]


@dataclass(frozen=True)
class Filter:
    """A control above the dashboard. ``first_by``: start with the first value by this aggregate."""

    name: str
    kind: str
    dataset: str | None = None
    column: str | None = None
    first_by: str | None = None
    multiple: bool = False
    charts: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class Cell:
    """A chart or a text in a row; ``width`` in twelfths."""

    width: int
    chart: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Row:
    """Cells beside each other; ``height`` in units of Superset's grid, eight pixels each."""

    height: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Tab:
    """A page of a dashboard."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Dashboard:
    """A page of charts, made once for each audience that it is for.

    ``above`` is the chart that stands over the tabs.
    """

    name: str
    title: str
    description: str
    audiences: tuple[Audience, ...]
    roles: Mapping[Audience, tuple[str, ...]]
    filters: tuple[Filter, ...]
    charts: Mapping[str, Chart]
    tabs: tuple[Tab, ...]
    colors: Mapping[str, str]
    above: str = ""

    def shown(self, audience: Audience) -> Dashboard:
        """The dashboard as one audience sees it: without the charts that are not for it."""
        charts = {
            name: chart for name, chart in self.charts.items() if chart.only in (None, audience)
        }
        tabs = tuple(
            Tab(tab.title, tuple(row for row in (_cut(row, charts) for row in tab.rows) if row))
            for tab in self.tabs
        )
        return Dashboard(
            self.name,
            self.title,
            self.description,
            (audience,),
            self.roles,
            self.filters,
            charts,
            tuple(tab for tab in tabs if tab.rows),
            self.colors,
            self.above if self.above in charts else "",
        )


@dataclass(frozen=True)
class Definitions:
    """Everything that the folder says."""

    datasets: Mapping[str, Dataset]
    dashboards: Mapping[str, Dashboard]
    notices: Mapping[str, str] = field(default_factory=dict)

    def first_by(self, dataset: str) -> list[str]:
        """The aggregates that filters order the values of a dataset by."""
        return sorted(
            {
                control.first_by
                for dashboard in self.dashboards.values()
                for control in dashboard.filters
                if control.dataset == dataset and control.first_by
            }
        )


def metric(text: str, dataset: Dataset, marts: Mapping[str, Mart]) -> Metric:
    """A metric from its SQL; named by " as Name", or by the label of the one column it is of."""
    sql, _, label = text.rpartition(" as ")
    if sql.count("(") != sql.count(")"):  # the "as" of a cast
        sql = ""
    sql, label = (sql.strip(), label) if sql else (text.strip(), "")
    if not label and (of_column := AGGREGATE_OF_COLUMN.match(sql)):
        label = dataset.label(of_column[1], marts) or ""
        if not label:
            raise DefinitionError(
                f'"{text}": {", ".join(dataset.marts)} have no column "{of_column[1]}"'
            )
    if not label:
        raise DefinitionError(f'the metric "{text}" needs a name: "{sql} as Name"')
    return Metric(sql, label.strip())


def read_definitions(folder: Path = DEFINITIONS) -> Definitions:
    """Every dataset and dashboard of the folder. Raises ``DefinitionError``."""
    datasets = {
        name: Dataset(
            name=name,
            title=given["title"],
            sql=given["sql"].strip(),
            main_date=given.get("main_date"),
            labels=given.get("labels") or {},
        )
        for name, given in _read(folder / "datasets.yaml").items()
    }
    styles = _read(folder / "styles.yaml")
    dashboards = {}
    for path in sorted((folder / "dashboards").glob("*.yaml")):
        dashboard = _dashboard(path, styles)
        for problem in _unknown_names(dashboard, datasets):
            raise DefinitionError(f"{path.name}: {problem}")
        dashboards[dashboard.name] = dashboard
    return Definitions(datasets, dashboards, _read(folder / "notices.yaml"))


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def _dashboard(path: Path, styles: Mapping[str, Mapping[str, Any]]) -> Dashboard:
    given = _read(path)
    charts = {name: _chart(name, chart, styles) for name, chart in given["charts"].items()}
    return Dashboard(
        name=path.stem,
        title=given["title"],
        description=given["description"].strip(),
        audiences=tuple(given["roles"]),
        roles={audience: tuple(roles) for audience, roles in given["roles"].items()},
        filters=tuple(_filter(one) for one in given.get("filters") or []),
        charts=charts,
        tabs=tuple(_tab(tab) for tab in given["tabs"]),
        colors=given.get("colors") or {},
        above=given.get("above") or "",
    )


def _chart(name: str, given: Mapping[str, Any], styles: Mapping[str, Mapping[str, Any]]) -> Chart:
    style = str(given.get("style"))
    if style not in styles:
        raise DefinitionError(f'chart "{name}": there is no style "{style}" in styles.yaml')
    rest = {**styles[style], **given}
    del rest["style"]
    return Chart(
        name=name,
        title=rest.pop("title"),
        dataset=rest.pop("dataset"),
        kind=rest.pop("kind"),
        where=rest.pop("where", None),
        description=rest.pop("description", None),
        only=rest.pop("only", None),
        parameters=rest,
    )


def _filter(given: Mapping[str, Any]) -> Filter:
    charts = given.get("charts")
    named = {
        "charts": None if charts is None else tuple(charts),
        "without": tuple(given.get("without") or ()),
    }
    return Filter(**{**given, **named})


def _tab(given: Mapping[str, Any]) -> Tab:
    rows = (
        Row(row["height"], tuple(Cell(**cell) for cell in row["cells"])) for row in given["rows"]
    )
    return Tab(given["title"], tuple(rows))


def _unknown_names(dashboard: Dashboard, datasets: Mapping[str, Dataset]) -> Iterator[str]:
    for chart in dashboard.charts.values():
        if chart.dataset not in datasets:
            yield f'chart "{chart.name}": there is no dataset "{chart.dataset}"'
    placed = [
        cell.chart for tab in dashboard.tabs for row in tab.rows for cell in row.cells if cell.chart
    ]
    placed += filter(None, [dashboard.above])
    for name in placed:
        if name not in dashboard.charts:
            yield f'a row shows the chart "{name}", which is not defined'
    for name in dashboard.charts:
        if placed.count(name) != 1:
            yield f'the chart "{name}" stands in {placed.count(name)} rows, not in one'
    for control in dashboard.filters:
        for name in (*(control.charts or ()), *control.without):
            if name not in dashboard.charts:
                yield f'the filter "{control.name}" names the chart "{name}", which is not defined'


def _cut(row: Row, charts: Mapping[str, Chart]) -> Row | None:
    cells = tuple(cell for cell in row.cells if cell.chart is None or cell.chart in charts)
    return Row(row.height, cells) if cells else None


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
