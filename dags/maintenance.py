"""Maintenance: a backup, read again to the last byte, and only then what may be deleted.

    save -> check -> tidy, and beside them airflow_history

Each morning after the build. What is skipped, what is red, and what to do: docs/keeping.md.
"""

from datetime import timedelta

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from kreishaus.setting_faults import settings_or_why
from kreishaus_dags.common import current_settings, log, nightly, policy

LONG = timedelta(hours=2)


@task(execution_timeout=LONG)
def save() -> None:
    """A snapshot of what cannot be made again; red if a landed file is damaged or missing."""
    from operations.maintenance.backup.errors import NoKey, NotABackup, NoTarget, NotInstalled
    from operations.maintenance.backup.make import make_snapshot

    try:
        snapshot = make_snapshot(current_settings())
    except NoTarget as nowhere:
        raise AirflowSkipException(str(nowhere)) from nowhere
    except (NoKey, NotABackup, NotInstalled) as wrong:  # trying again would not help
        raise AirflowFailException(str(wrong)) from wrong
    log.info("snapshot %s: %d files", snapshot.name, snapshot.files)
    if snapshot.complaints:
        raise AirflowFailException("\n".join(snapshot.complaints))


@task(execution_timeout=LONG)
def check() -> None:
    """Read the whole backup; red if one byte of it is not as it was written."""
    from operations.maintenance.backup.check import verify
    from operations.maintenance.backup.folder import target

    found = verify(settings := current_settings(), target(settings))
    log.info("%d snapshots, %.1f MiB read", found.snapshots, found.size / 2**20)
    if found.faults:
        raise AirflowFailException("\n".join(found.faults))


@task(pool="warehouse", retries=0, trigger_rule="none_failed")
def tidy() -> None:
    """Delete what the rules let go, never beside a build; what is held back is said."""
    from operations.maintenance.retention.perform import maintain
    from warehouse.build import PATIENCE_SECONDS

    done = maintain(current_settings(), patience_seconds=PATIENCE_SECONDS)
    for one in done.deleted:
        log.info("deleted: %s; %s", one.about, one.rule)
    for one in done.held_back:
        log.warning("stays: %s; %s", one.about, one.held_back)


@task(retries=0)
def airflow_history() -> None:
    """Forget Airflow's own old runs, where its database is ours to look after."""
    from operations.maintenance.airflow_history import NothingToClean, clean

    try:
        log.info("%s", clean(settings_or_why()))
    except NothingToClean as reason:
        raise AirflowSkipException(str(reason)) from reason


@dag(schedule=nightly("05:00"), tags=["backup", "retention"], doc_md=__doc__, **policy())
def maintenance() -> None:
    """Save, check, and only then delete; beside it Airflow's own runs."""
    save() >> check() >> tidy()
    airflow_history()


maintenance()
