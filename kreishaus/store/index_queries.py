"""What is asked of a dataset's index. None of it scans the history, unless it lists all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kreishaus.store.index_rows import STAGED, TOTALS, Rows, microseconds, moment_of, run_key


@dataclass(frozen=True)
class Summary:
    """Totals of one dataset, by the names of ``TOTALS``, and what is known of its time.

    ``known`` are the reference dates that staged files hold; of a snapshot, the days that saw it.
    """

    totals: dict[str, int]
    last_seen_at: datetime | None
    last_good: datetime | None
    known: frozenset[date]
    landed_in_run: int
    unjudged: tuple[str, ...]
    reissued: tuple[str, ...]


def summary(
    rows: Rows, run_id: str | None, since: datetime | None, *, newest_only: bool
) -> Summary:
    """What status says. ``reissued`` are the periods of which a version came ``since``.

    Of a calendar without gaps to be seen, the newest reference date is enough.
    """
    query = "select max(day) from known" if newest_only else "select day from known"
    facts = dict(rows.all("select name, value from facts"))
    totals = {name: facts.get(name, 0) for name in TOTALS}
    last_good = _moment(facts.get("last_good"))
    # Each answer of a snapshot is a period of its own.
    asks_reissued = not rows.snapshot and since and last_good and last_good >= since
    return Summary(
        totals,
        last_seen_at=_moment(facts.get("last_seen_at")),
        last_good=last_good,
        known=frozenset(date.fromordinal(day) for (day,) in rows.all(query) if day),
        landed_in_run=landed_in(rows, run_id) if run_id else 0,
        unjudged=tuple(label for _, label in waiting(rows, None)) if totals["unjudged"] else (),
        reissued=reissued_since(rows, since) if since and asks_reissued else (),
    )


def landed_in(rows: Rows, run_id: str) -> int:
    """How many files landed in a run."""
    (count,) = rows.one(
        "select count(*) from files where run_key = ? and run_id = ?", *(run_key(run_id), run_id)
    )
    return int(count)


def waiting(rows: Rows, version: int | None) -> list[tuple[str, str]]:
    """Hash and label of the files, by hash, that the parser of this version did not treat.

    None asks for those that no parser treated. Files whose bytes were deleted do not wait.
    """
    conditions = ["treated is null"]
    if version is not None:
        conditions += [f"treated < {version:d}", f"treated > {version:d}"]
    return sorted(
        row
        for condition in conditions
        for row in rows.all(
            f"select sha256, label from files where landed = 1 and buried = 0 and {condition}"
        )
    )


def reissued_since(rows: Rows, moment: datetime) -> tuple[str, ...]:
    """The periods, in order, of which a version was retrieved since, beside an earlier one."""
    found = rows.all(
        "select distinct period from batches as new indexed by batches_by_time "
        "where floor = ?1 and retrieved_at >= ?2 "
        "and exists (select 1 from batches as old where old.floor = ?1 "
        "and old.period = new.period and old.retrieved_at < ?2) order by period",
        *(STAGED, microseconds(moment)),
    )
    return tuple(period for (period,) in found)


def newest_documents(rows: Rows, identities: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The sighting that came last from each of these addresses, as the journal has it."""
    found = {}
    for identity in dict.fromkeys(identities):
        row = rows.one("select sighting from addresses where identity = ?", identity)
        if row:
            found[identity] = json.loads(row[0])
    return found


def staged_records(rows: Rows) -> list[str]:
    """The ``batch.json`` of every staged file, by period and hash."""
    found = rows.all(
        "select record from batches join records on batch = number join files on files.id = file "
        "where floor = ? order by period, sha256",
        STAGED,
    )
    return [record for (record,) in found]


def newest_staged(rows: Rows) -> tuple[str, str] | None:
    """Period and hash of the staged file that was retrieved last; None where there is none."""
    found: list[tuple[str, str]] = rows.all(
        "select period, sha256 from batches indexed by batches_by_time "
        "join files on files.id = file where floor = ? order by retrieved_at desc limit 1",
        STAGED,
    )
    return found[0] if found else None


def staged_periods(rows: Rows, sha256: str) -> list[str]:
    """The periods for which a file is staged: one, or none."""
    found = rows.all(
        "select period from files join batches on file = files.id "
        "where sha256 = ? and floor = ? order by period",
        *(sha256, STAGED),
    )
    return [period for (period,) in found]


SPELLS = """
select spells.number, spells.identity, files.sha256, spells.first_at,
    coalesce(addresses.last_at, spells.last_at), coalesce(addresses.sightings, spells.sightings)
from spells
join files on files.id = spells.file
left join addresses on addresses.identity = spells.identity and addresses.spell = spells.number
"""


def spells(rows: Rows) -> list[tuple[int, str, str, int, int, int]]:
    """Number, address, hash, first and last moment, and sightings of every spell, in order."""
    return rows.all(f"{SPELLS} order by spells.number")


def last_seen(rows: Rows, sha256: str) -> datetime | None:
    """When any address last offered these bytes."""
    found = rows.all(f"{SPELLS} where files.sha256 = ?", sha256)
    return moment_of(max(last for *_, last, _ in found)) if found else None


def last_sighting(rows: Rows, before: datetime | None) -> datetime | None:
    """When the source last offered anything; with ``before``, true to the day."""
    if before is None:
        return _moment(rows.fact("last_seen_at"))
    limit = microseconds(before)
    (value,) = rows.one(
        "select max(case when last_at < ?1 then last_at else first_at end) from days "
        "where first_at < ?1",
        limit,
    )
    return _moment(value)


def seen(rows: Rows) -> list[tuple[str, str, int, int]]:
    """Hash, address, moment and day of each sighting of a snapshot dataset.

    By hash, and in the order of their coming; empty for other datasets.
    """
    return rows.all(
        "select files.sha256, spells.identity, seen.seen_at, seen.day from seen "
        "join files on files.id = seen.file join spells on spells.number = seen.spell "
        "order by files.sha256, seen.rowid"
    )


def _moment(value: int | None) -> datetime | None:
    return None if value is None else moment_of(value)
