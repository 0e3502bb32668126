"""The boxes of build_marts that show dbt's nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, Context, TaskGroup
from airflow.triggers.base import StartTriggerArgs

from kreishaus.settings import Settings
from warehouse.nodes import Node, read_nodes

ONLY_SHOWN = "**Clearing this box builds nothing.** Clear `prepare` with everything downstream."
"""Short, because the triggerer reads it with every box; the DAG's own page says why."""


class ShowNodes(BaseOperator):
    """Shows what became of some dbt nodes. Starts and ends in the triggerer, in no process."""

    start_from_trigger = True
    template_fields = ()

    def __init__(self, *, nodes: Sequence[str], warehouse: str, **words: Any) -> None:  # noqa: ANN401
        super().__init__(**words)
        # Airflow copies the DAG's params into each task. A box reads none, and the triggerer reads
        # the whole DAG for each box, of which these copies were a third.
        self.params = {}
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls="warehouse.node_trigger.NodeTrigger",
            next_method="execute",
            trigger_kwargs={"warehouse": warehouse, "nodes": list(nodes)},
            timeout=timedelta(hours=1),
        )

    def execute(self, context: Context) -> None:
        raise RuntimeError("this task ends in the triggerer; is one running?")


def show_nodes(settings: Settings) -> list[ShowNodes]:
    """A task for every seed and model with its tests, grouped by layer, drawn along the lineage.

    A test of several models stands by itself. A box for each test too would be twice as many, and
    the triggerer reads the whole DAG for each: with 350 boxes it fell behind its own heartbeat.

    All are to stand behind the task that opens the build, and begin when that is done
    (``one_done``): the lineage is only drawn. Waiting for it too would cost some 3 s a level,
    and would say nothing: each shows what dbt said of its own nodes, whatever became of others.
    """
    warehouse = str(settings.warehouse.resolve())
    nodes = read_nodes(settings.warehouse)
    tests = defaultdict[str, list[str]](list)
    for node in nodes:
        if is_test_of_one(node):
            tests[node.parents[0]].append(node.unique_id)
    groups: dict[str, TaskGroup] = {}
    tasks: dict[str, ShowNodes] = {}
    for node in nodes:
        if is_test_of_one(node):
            continue
        if node.layer not in groups:
            groups[node.layer] = TaskGroup(node.layer)
        with groups[node.layer]:
            tasks[node.unique_id] = ShowNodes(
                task_id=node.name,
                nodes=[node.unique_id, *tests[node.unique_id]],
                warehouse=warehouse,
                trigger_rule="one_done",
                retries=0,
                doc_md=f"{node.description or f'dbt {node.kind} `{node.name}`'}\n\n{ONLY_SHOWN}",
            )
        for parent in node.parents:
            tasks[parent] >> tasks[node.unique_id]
    return list(tasks.values())


def is_test_of_one(node: Node) -> bool:
    """Whether a node is a test that speaks of one other node, and is shown with it."""
    return node.kind == "test" and node.owner != node.name
