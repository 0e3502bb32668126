"""Every chart against the columns that the published marts promise; no database, no Superset.

An empty table per mart is made in DuckDB, as the contracts say, and every dataset, chart and filter
is planned on them. So a column that vanishes is found before anybody opens a dashboard, with the
name of the chart that needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

import duckdb

from dashboards.contracts import Audience, Mart, read_marts
from dashboards.definitions import (
    Chart,
    Dashboard,
    Dataset,
    DefinitionError,
    Definitions,
    metric,
    read_definitions,
)

AUDIENCES: tuple[Audience, ...] = ("public", "internal")


def problems(
    definitions: Definitions, marts: Mapping[Audience, Mapping[str, Mart]]
) -> Iterator[str]:
    """What would be empty or broken, in words that name the chart."""
    for audience in AUDIENCES:
        with duckdb.connect() as connection:
            _make_tables(connection, marts[audience])
            faults: dict[str, str] = {}
            for name, dataset in definitions.datasets.items():
                if fault := _plan(connection, f"create view {name} as {dataset.sql}"):
                    faults[name] = fault
            for written in definitions.dashboards.values():
                if audience not in written.audiences:
                    continue
                dashboard = written.shown(audience)
                for problem in _of_dashboard(
                    connection, dashboard, definitions.datasets, marts[audience], faults
                ):
                    yield f"{dashboard.name} ({audience}), {problem}"


def _make_tables(connection: duckdb.DuckDBPyConnection, marts: Mapping[str, Mart]) -> None:
    connection.execute("create schema marts")
    # PostgreSQL's own; here only its name and its type matter
    connection.execute("create macro to_char(value, pattern) as cast(value as varchar)")
    for mart in marts.values():
        columns = ", ".join(
            f'"{column.name}" {column.data_type}' for column in mart.columns.values()
        )
        connection.execute(f'create table marts."{mart.name}" ({columns})')


def _of_dashboard(
    connection: duckdb.DuckDBPyConnection,
    dashboard: Dashboard,
    datasets: Mapping[str, Dataset],
    marts: Mapping[str, Mart],
    faults: Mapping[str, str],
) -> Iterator[str]:
    for chart in dashboard.charts.values():
        here = f'chart "{chart.name}"'
        if chart.dataset in faults:
            yield f'{here}: its dataset "{chart.dataset}" fails: {faults[chart.dataset]}'
            continue
        try:
            sql = _query(chart, datasets[chart.dataset], marts)
        except DefinitionError as error:
            yield f"{here}: {error}"
            continue
        if fault := _plan(connection, f"explain {sql}"):
            yield f"{here}: {fault}"
            continue
        for name in dict.fromkeys(chart.columns()):
            if datasets[chart.dataset].label(name, marts) is None:
                yield f'{here}: the column "{name}" has no German name: see datasets.yaml, labels'
    for control in dashboard.filters:
        if control.dataset is None:
            continue
        if control.dataset in faults:
            yield f'filter "{control.name}": its dataset fails: {faults[control.dataset]}'
            continue
        order = ""
        if control.first_by:
            chosen = metric(control.first_by, datasets[control.dataset], marts)
            order = f" order by {chosen.sql} desc"
        sql = f"select {control.column} from {control.dataset} group by 1{order}"
        if fault := _plan(connection, f"explain {sql}"):
            yield f'filter "{control.name}": {fault}'


def _query(chart: Chart, dataset: Dataset, marts: Mapping[str, Mart]) -> str:
    """What Superset will ask, near enough: the columns, the metrics and the condition."""
    columns = [f'"{name}"' for name in dict.fromkeys(chart.columns())]
    if dataset.main_date and "x_axis" in chart.parameters:
        columns.append(f'"{dataset.main_date}"')  # the dashboard's period
    metrics = [
        f'{one.sql} as "{one.label}"'
        for several in chart.metrics(dataset, marts).values()
        for one in several
    ]
    where = f" where {chart.where}" if chart.where else ""
    group = f" group by {', '.join(columns)}" if columns and metrics else ""
    return f"select {', '.join([*columns, *metrics])} from {dataset.name}{where}{group}"


def _plan(connection: duckdb.DuckDBPyConnection, sql: str) -> str | None:
    """What the database objects to, in one line; None where it understands."""
    try:
        connection.execute(sql)
    except duckdb.Error as error:
        return str(error).split("\n\n")[0].replace("\n", " ").strip()
    return None


def main() -> int:
    """Check the definitions of this repository. Returns the number of problems, at most 1."""
    marts = {audience: read_marts(audience) for audience in AUDIENCES}
    found = list(problems(read_definitions(), marts))
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
