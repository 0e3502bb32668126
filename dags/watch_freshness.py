"""What has not arrived by its own calendar: a warning to somebody, never a failed load.

Each morning after the build. Green with a warning in its log when something is late, skipped
(pink) when nothing is. Somebody is told once when a dataset becomes late, and reminded each week;
a run that a person starts always sends a message: that is how the alerts are tried out.
It is red only when that message could not be sent. What to do: docs/operations.md.
"""

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowException, AirflowSkipException

from kreishaus_dags.alerting import anybody, page_of, send
from kreishaus_dags.common import current_settings, log, nightly, policy


@task
def warn_of_late_datasets() -> None:
    """Compare what has arrived with each calendar; tell somebody about what is newly late."""
    from datetime import UTC, date, datetime

    from pipeline.alerts import AlertLog, late_datasets, what_is_late

    settings, context, now = current_settings(), get_current_context(), datetime.now(UTC)
    alert_log = AlertLog(settings)
    late = what_is_late(settings, alert_log, date.today(), now)
    for issue in late.all:
        log.warning("%s: %s", issue.about, issue.why)
    is_manual = context["dag_run"].run_type == "manual"
    if anybody(settings) and (late.news or is_manual):
        page = page_of(context["dag"].dag_id, context["run_id"])
        if not send(late_datasets(settings, late, page), settings):
            raise AirflowException("the warning could not be sent; the log above says why")
        for issue in late.news:
            alert_log.note(issue.key, now)
    if not late.all:
        raise AirflowSkipException("nothing is late")


@dag(schedule=nightly("06:00"), tags=["freshness"], doc_md=__doc__, **policy())
def watch_freshness() -> None:
    """One look at all calendars."""
    warn_of_late_datasets()


watch_freshness()
