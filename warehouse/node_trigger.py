"""Nodes of the dbt build as an Airflow task that costs no process.

The task begins and ends in Airflow's triggerer: an asynchronous wait for the lines that the dbt
process leaves in ``warehouse/outcomes``. A worker task for each of some 200 models would cost more
than the whole build.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

from airflow.triggers.base import (
    BaseTrigger,
    TaskFailedEvent,
    TaskSkippedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)

from warehouse.nodes import NodeOutcome, Outcomes

LOOK_EVERY_SECONDS = 1.0
GOOD = frozenset({"success", "pass", "warn", "no-op"})


class NodeTrigger(BaseTrigger):
    """Waits until dbt says what became of ``nodes`` in this task's DAG run: a model, its tests."""

    def __init__(self, warehouse: str, nodes: list[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.warehouse = warehouse
        self.nodes = nodes

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            "warehouse.node_trigger.NodeTrigger",
            {"warehouse": self.warehouse, "nodes": self.nodes},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        assert self.task_instance is not None  # a trigger of a task
        told = Outcomes(Path(self.warehouse), self.task_instance.run_id)
        while True:
            ended = told.ended  # asked first: an outcome is always there before the end
            outcomes = {node: told.of(node) for node in self.nodes}
            if ended or None not in outcomes.values():
                break
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        # In a thread: a log line is written to a pipe that the triggerer reads. While it hands this
        # process all triggers of a build, one message of many megabytes, it does not read: were
        # the line written here, each would wait for the other for ever.
        await asyncio.to_thread(self._say, outcomes)
        yield _event(outcomes.values())

    def _say(self, outcomes: Mapping[str, NodeOutcome | None]) -> None:
        """Write dbt's own words into the log of the task."""
        for node, outcome in outcomes.items():
            if outcome is None:
                self.log.error("dbt ended before it came to %s; see the task dbt_build", node)
                continue
            words = f"{node}: {outcome.status} after {outcome.seconds} s. {outcome.message}"
            if outcome.status == "skipped":
                self.log.warning("%s Something it is made from failed.", words)
            elif outcome.status in GOOD:
                self.log.info("%s", words)
            else:
                self.log.error("%s", words)


def _event(outcomes: Iterable[NodeOutcome | None]) -> TriggerEvent:
    """Red if one is red or was never come to, pink if one was skipped, else green."""
    statuses = {outcome.status if outcome else "missing" for outcome in outcomes}
    if statuses <= GOOD:
        return TaskSuccessEvent()
    return TaskSkippedEvent() if statuses <= {*GOOD, "skipped"} else TaskFailedEvent()
