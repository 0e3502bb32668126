"""The three steps every dataset goes through, as tasks: fetch_new, process_files, announce.

Only words and wiring at module level: whatever reads, fetches or computes is imported inside
the task that needs it, because this file is parsed again for every single task.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import ceil
from typing import TYPE_CHECKING, Any

from airflow.sdk import TaskGroup, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kreishaus.county_folder import FaultyList
from kreishaus.datasets import Dataset, Source
from kreishaus.model import Landed
from kreishaus_dags.common import STAGED, current_settings, green_if_none_failed
from kreishaus_dags.failed_items import failed_items, reason
from kreishaus_dags.window import window_of

if TYPE_CHECKING:
    from pipeline.steps import Outcome

FILES_PER_TASK = 12
MOST_PORTIONS = 900
RETRIES_OF_A_VISIT = 4
"""After 10, 20, 40 and 60 minutes: a maintenance page at night is over after two hours, or not."""
log = logging.getLogger(__name__)


def batches(
    landed: Sequence[Mapping[str, str]], size: int = FILES_PER_TASK
) -> list[dict[str, Any]]:
    """Landed files in portions of one task each, in order, labelled by the first and the last.

    Judging starts with seconds of imports: few processes shall do it. A usual night brings one
    file, which is one portion; very many files make larger portions, not more.
    """
    ordered = sorted(landed, key=lambda file: file["label"])
    size = max(size, ceil(len(ordered) / MOST_PORTIONS))
    portions = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return [{"label": span(portion), "files": portion, "failed_item": None} for portion in portions]


def span(files: Sequence[Mapping[str, str]]) -> str:
    """The label of several files: ``2020-01 to 2020-12``; of one file: its own."""
    first, last = files[0]["label"], files[-1]["label"]
    return first if len(files) == 1 else f"{first} to {last}"


@task
def fetch_new(dataset_id: str) -> list[dict[str, Any]]:
    """Ask the source what it offers, keep new bytes; skipped when there is nothing to do."""
    from kreishaus.model import SourceRefused, SourceUnavailable
    from kreishaus.telemetry import send
    from pipeline import steps
    from pipeline.telemetry import of_fetch

    settings, context = current_settings(), get_current_context()
    window = window_of(context["dag_run"])
    try:
        report = steps.fetch_new(dataset_id, settings, context["run_id"], window)
    except (SourceRefused, FaultyList) as refusal:
        raise AirflowFailException(str(refusal)) from refusal
    send(settings, of_fetch(report))
    tries_left = context["ti"].try_number <= context["ti"].max_tries
    if report.unavailable and report.may_heal and tries_left:
        raise SourceUnavailable("\n".join(report.unavailable))
    work = batches([asdict(file) for file in report.pending])
    work += failed_items(report, settings, context["run_id"])
    log.info("%s: %d offered, %d new", dataset_id, report.offered, len(report.new))
    if not work:
        about = f" about {window}" if window else ""
        said = f"{dataset_id}: nothing new{about} among {report.offered} offered"
        raise AirflowSkipException("\n".join((said, *report.nothing)))
    return work


@task(map_index_template="{{ task.op_kwargs['batch']['label'] }}")
def process_files(batch: Mapping[str, Any]) -> None:
    """Parse, judge, then stage or quarantine every file of a portion; red if one is bad.

    Repeated where the machine failed (disk, memory, a process), never because of a file.
    """
    from kreishaus.telemetry import send
    from pipeline.faults import MachineFault, of_the_machine
    from pipeline.steps import process_file
    from pipeline.telemetry import of_processing

    settings, context = current_settings(), get_current_context()
    if batch["failed_item"]:
        raise AirflowFailException(reason(batch, settings))
    outcomes: list[Outcome] = []
    broken: list[str] = []
    unlucky: list[str] = []
    for file in batch["files"]:
        try:
            outcomes.append(process_file(Landed(**file), settings))
        except Exception as fault:  # no reason to stop its neighbours
            machine = of_the_machine(fault)
            whose = "the machine failed" if machine else "our own code broke on it"
            log.exception("%s: %s", file["label"], whose)
            (unlucky if machine else broken).append(f"{file['label']}: {whose} ({fault!r})")
    send(settings, of_processing(outcomes))
    good = [outcome for outcome in outcomes if outcome.status == "staged"]
    for outcome in good:
        log.info("%s %s: staged", outcome.landed.label, outcome.period)
        if outcome.findings:
            log.warning("%s", outcome.explanation)
    context["ti"].xcom_push("staged", [outcome.period for outcome in good])
    bad = [outcome.explanation for outcome in outcomes if outcome.status == "quarantined"]
    if unlucky:  # on the last try too: then Airflow has no other left
        raise MachineFault("\n\n".join(unlucky + bad + broken))
    if bad or broken:
        raise AirflowFailException("\n\n".join(bad + broken))


def announce(entry: Dataset) -> Any:  # noqa: ANN401  # an operator, whose type is Airflow's own
    """A task that tells the builders, through the source's asset, that something new is staged."""
    asset = STAGED[entry.source]

    @task(task_id="announce", outlets=[asset], trigger_rule="none_skipped", retries=0)
    def tell(stage_task: str) -> None:
        """Say that something new was staged; skipped when nothing was."""
        context = get_current_context()
        portions = context["ti"].xcom_pull(task_ids=[stage_task], key="staged")
        periods = [period for portion in portions for period in portion or []]
        if not periods:
            raise AirflowSkipException(f"{entry.id}: nothing new was staged")
        context["outlet_events"][asset].extra = {"dataset": entry.id, "periods": periods}

    return tell


def take_in(source: Source) -> None:
    """Per dataset of ``source``: fetch_new, process_files for each portion, announce.

    Then one box for all of them.

    ``complete`` is red as soon as one file of one dataset is bad, though its neighbours went on.
    """
    complete = green_if_none_failed(
        "Green only if no file was refused, no file is in quarantine, no source was silent."
    )
    for entry in source.datasets:
        with TaskGroup(entry.name, tooltip=entry.title) as group:
            landed = fetch_new.override(
                pool=source.pool,
                retries=RETRIES_OF_A_VISIT,
                doc_md=f"{entry.title}. {fetch_new.__doc__}",
            )(entry.id)
            staged = process_files.override(
                doc_md=f"{entry.title}. {process_files.__doc__}"
            ).expand(batch=landed)
            staged >> announce(entry)(f"{group.group_id}.process_files")
        staged >> complete
