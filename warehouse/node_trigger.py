"""One node of the dbt build as an Airflow task that costs no process.

The task begins and ends in Airflow's triggerer: an asynchronous wait for the line that the dbt
process leaves in ``warehouse/outcomes``. A worker task for each of some 200 nodes would cost more
than the whole build.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
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
    """Waits until dbt says what became of ``node`` in this task's DAG run."""

    def __init__(self, warehouse: str, node: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.warehouse = warehouse
        self.node = node

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            "warehouse.node_trigger.NodeTrigger",
            {"warehouse": self.warehouse, "node": self.node},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        assert self.task_instance is not None  # a trigger of a task
        outcomes = Outcomes(Path(self.warehouse), self.task_instance.run_id)
        while True:
            ended = outcomes.ended  # asked first: an outcome is always there before the end
            outcome = outcomes.of(self.node)
            if outcome or ended:
                break
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        # In a thread: a log line is written to a pipe that the triggerer reads. While it hands this
        # process all triggers of a build, one message of many megabytes, it does not read: were
        # the line written here, each would wait for the other for ever.
        await asyncio.to_thread(self._say, outcome)
        yield _event(outcome)

    def _say(self, outcome: NodeOutcome | None) -> None:
        """Write dbt's own words into the log of the task."""
        if outcome is None:
            self.log.error("dbt ended before it came to %s; see the task dbt_build", self.node)
            return
        words = f"dbt: {outcome.status} after {outcome.seconds} s. {outcome.message}"
        if outcome.status == "skipped":
            self.log.warning("%s Something it is made from failed.", words)
        elif outcome.status in GOOD:
            self.log.info("%s", words)
        else:
            self.log.error("%s", words)


def _event(outcome: NodeOutcome | None) -> TriggerEvent:
    if outcome and outcome.status == "skipped":
        return TaskSkippedEvent()
    return TaskSuccessEvent() if outcome and outcome.status in GOOD else TaskFailedEvent()
