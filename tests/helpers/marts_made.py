"""Finished builds of a few small marts, for tests of what comes after dbt: publishing, serving."""

from __future__ import annotations

import json
from collections.abc import Mapping

import duckdb

from kreishaus.settings import Settings
from warehouse import versions
from warehouse.build import target
from warehouse.builds import keep

NUMBERED = {
    "vacancy": "public",
    "staffing": "public",
    "refugees": "public",
    "vacancy_by_offer": "internal",
}
ROWS = 20


def numbered(settings: Settings, number: int) -> None:
    """A build whose every row, in every mart, says ``number``: a mixture of two would show."""
    rows = f"select range as line, {number} as number from range({ROWS})"
    build_of(settings, {name: (rows, audience) for name, audience in NUMBERED.items()})


def build_of(
    settings: Settings,
    marts: Mapping[str, tuple[str, str]],
    key: str = "line",
    descriptions: Mapping[str, tuple[str, str]] | None = None,
) -> None:
    """A build of ``marts``, name -> (statement, audience), and dbt's artefacts beside it.

    ``descriptions`` are label and description of columns by name.
    """
    target(settings).mkdir(parents=True, exist_ok=True)
    (settings.warehouse / versions.DATABASE).unlink(missing_ok=True)
    nodes: dict[str, object] = {}
    with duckdb.connect(settings.warehouse / versions.DATABASE) as warehouse:
        warehouse.execute("set timezone = 'UTC'")
        for name, (sql, audience) in marts.items():
            warehouse.execute(f"create table {name} as {sql}")
            columns = warehouse.execute(f"describe {name}").fetchall()
            nodes[f"model.k.{name}"] = {
                "name": name,
                "resource_type": "model",
                "path": f"marts/{name}.sql",
                "relation_name": f'"main"."{name}"',
                "description": f"All about {name}.",
                "columns": {
                    column: _column(column, kind, descriptions or {})
                    for column, kind, *_ in columns
                },
                "config": {"meta": {"audience": audience}},
                "depends_on": {"nodes": []},
            }
            nodes[f"test.k.unique_key_{name}"] = {
                "name": f"unique_key_{name}",
                "resource_type": "test",
                "path": "x.sql",
                "attached_node": f"model.k.{name}",
                "test_metadata": {"name": "unique_key", "kwargs": {"columns": [key]}},
                "depends_on": {"nodes": [f"model.k.{name}"]},
            }
        warehouse.execute(
            "create table stg_kreishaus__batches_in_force as select 'wtg' as source, "
            "'stichtag' as dataset, '2021-08-15' as period, repeat('ab', 32) as source_sha256, "
            "'invented' as figure_origin"
        )
    results = [
        {"unique_id": unique_id, "status": "pass" if unique_id.startswith("test") else "success"}
        for unique_id in nodes
    ]
    (target(settings) / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    (target(settings) / "run_results.json").write_text(json.dumps({"results": results}))
    keep(settings, target(settings))


def _column(
    name: str, kind: str, descriptions: Mapping[str, tuple[str, str]]
) -> Mapping[str, object]:
    label, description = descriptions.get(name, (f"Feld {name}", f"The {name}."))
    return {
        "description": description,
        "data_type": kind.lower(),
        "config": {"meta": {"label_de": label}},
    }
