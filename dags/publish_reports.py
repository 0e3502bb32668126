"""The committee papers, printed from the marts that readers have.

    write (a task per paper) -> index -> complete

Runs whenever build_marts announces a new version, and prints each paper about its newest
reference date: `reports/` under KREISHAUS_HOME. The same marts give the same files, byte for byte.
A paper that cannot be printed makes this run red and stops none of its neighbours; one whose marts
have no rows yet is skipped. Earlier dates, and papers as of an earlier day: `kreishaus report`
(docs/reports.md).
"""

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from kreishaus_dags.common import PUBLISHED, current_settings, green_if_none_failed, log, policy
from reports.papers import NAMES


@task(map_index_template="{{ task.op_kwargs['name'] }}", retries=0)
def write(name: str) -> None:
    """Print one paper about its newest date; skipped without rows for it, or when withdrawn."""
    from reports.render import NothingToPrint, PaperWithdrawn, print_paper

    try:
        printed = print_paper(current_settings(), name)
    except (NothingToPrint, PaperWithdrawn) as nothing:
        raise AirflowSkipException(str(nothing)) from nothing
    log.info("%s about %s: %s", printed.name, printed.about, printed.pdf)


@task(trigger_rule="all_done", retries=0)
def index() -> None:
    """List every paper on disk, whatever became of the newest."""
    from reports.render import write_index
    from reports.withdraw import settle

    settings = current_settings()
    for name in settle(settings):
        log.warning("%s: its withdrawal or correction had been interrupted", name)
    log.info("%s", write_index(settings))


@dag(schedule=[PUBLISHED], tags=["reports"], doc_md=__doc__, **policy())
def publish_reports() -> None:
    """One task a paper, then the list of them."""
    written = write.override(doc_md=write.__doc__).expand(name=list(NAMES))
    complete = green_if_none_failed("Green only if no paper failed.")
    written >> index() >> complete
    written >> complete


publish_reports()
