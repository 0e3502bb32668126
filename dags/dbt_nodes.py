"""The boxes of build_marts that show dbt's nodes: a DAG helper for Airflow, no DAG itself."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, Context, TaskGroup
from airflow.triggers.base import StartTriggerArgs

from ingest.settings import Settings
from warehouse.nodes import Node, read_nodes

LONGEST_NAME = 90


class ShowNode(BaseOperator):
    """Shows what became of one dbt node. Starts and ends in the triggerer, in no process."""

    start_from_trigger = True
    template_fields = ()

    def __init__(self, *, node: str, warehouse: str, **words: Any) -> None:  # noqa: ANN401
        super().__init__(**words)
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls="warehouse.node_trigger.NodeTrigger",
            next_method="execute",
            trigger_kwargs={"warehouse": warehouse, "node": node},
            timeout=timedelta(hours=1),
        )

    def execute(self, context: Context) -> None:
        raise RuntimeError("this task ends in the triggerer; is one running?")


def show_nodes(settings: Settings) -> list[ShowNode]:
    """A task for every seed, model and test, grouped by layer and model, drawn along the lineage.

    All are to stand behind the task that opens the build, and begin when that is done
    (``one_done``): the lineage is only drawn. Waiting for it too would cost some 3 s a level,
    and would say nothing: each shows what dbt said of its own node, whatever became of others.
    """
    warehouse = str(settings.warehouse.resolve())
    groups: dict[str, TaskGroup] = {}
    tasks: dict[str, ShowNode] = {}
    for node in read_nodes(settings.warehouse):
        with _group(groups, node):
            tasks[node.unique_id] = ShowNode(
                task_id=task_id(node),
                node=node.unique_id,
                warehouse=warehouse,
                trigger_rule="one_done",
                retries=0,
                doc_md=node.description or f"dbt {node.kind} `{node.name}`",
            )
        for parent in node.parents:
            tasks[parent] >> tasks[node.unique_id]
    return list(tasks.values())


def task_id(node: Node) -> str:
    """``build`` for what a group is named after, the test's own name for a test."""
    if node.kind != "test":
        return "build"
    name = re.sub(r"[^\w.-]", "_", node.name)
    if len(name) <= LONGEST_NAME:
        return name
    # Generic tests are named by all their arguments: cut, two of them may be the same.
    return f"{name[:LONGEST_NAME]}_{hashlib.sha256(node.unique_id.encode()).hexdigest()[:6]}"


def _group(groups: dict[str, TaskGroup], node: Node) -> TaskGroup:
    for name, inside in ((node.layer, None), (f"{node.layer}.{node.owner}", node.layer)):
        if name not in groups:
            groups[name] = TaskGroup(
                name.rpartition(".")[2], parent_group=groups[inside] if inside else None
            )
    return groups[f"{node.layer}.{node.owner}"]
