"""The dashboards as readers of marts, by their definitions: no Superset is needed to ask them."""

from __future__ import annotations

from pathlib import Path

from catalogue.project import Exposure
from dashboards.definitions import DEFINITIONS, read_definitions

AUDIENCES = {"public": "alle", "internal": "intern"}


def dashboards(folder: Path = DEFINITIONS) -> tuple[Exposure, ...]:
    """Every dashboard with the marts that its charts and filters stand on."""
    said = read_definitions(folder)
    found = []
    for name, board in sorted(said.dashboards.items()):
        used = {chart.dataset for chart in board.charts.values()}
        used |= {one.dataset for one in board.filters if one.dataset}
        found.append(
            Exposure(
                name=f"dashboard-{name}",
                label=board.title,
                kind="dashboard",
                description=board.description,
                maturity="",
                owner="",
                audience=", ".join(AUDIENCES[one] for one in board.audiences),
                url="",
                marts=tuple(sorted({mart for one in used for mart in said.datasets[one].marts})),
                language="de",
            )
        )
    return tuple(found)
