"""The index says what the files say, whatever was killed, deleted, damaged or done by hand."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from kills import each_kill
from long_history import CHECKS, nights, write_home
from small_home import hash_of, landed, staged

from kreishaus.datasets import REGISTRY, dataset
from kreishaus.model import Finding, Request
from kreishaus.settings import Settings
from kreishaus.store.batches import versions_of, write_batches
from kreishaus.store.index import Index
from kreishaus.store.index_queries import Summary, summary, waiting
from kreishaus.store.journal import Journal
from kreishaus.store.landing import Landing, Tombstone, upgrade_landing
from kreishaus.store.quarantine import Quarantine
from kreishaus.store.sightings import write_sightings
from kreishaus.store.staging import BatchRecord, Staging
from pipeline.status import dataset_status

FIRST = datetime(2021, 10, 15, 1, 50, tzinfo=UTC)
DAY = timedelta(days=1)
HKL = ("bamf", "hkl")


def index_of(settings: Settings) -> Index:
    return Index(settings.landing, *HKL)


def said(settings: Settings) -> tuple[Summary, object, object]:
    """What the index says in all."""
    index = index_of(settings)
    asked = partial(summary, run_id="night", since=FIRST, newest_only=False)
    landing = Landing(settings.landing, *HKL)
    return index.ask(asked), landing.spells(), index.ask(partial(waiting, version=2))


def by_a_new_one(settings: Settings) -> tuple[Summary, object, object]:
    """What an index says that is made from the files alone."""
    index_of(settings).rebuild()
    return said(settings)


def tombstone(settings: Settings, key: str) -> Tombstone:
    sidecar = Landing(settings.landing, *HKL).sidecar(key)
    fields = (sidecar.label, None, sidecar.size, sidecar.retrieved_at)
    return Tombstone(*HKL, key, *fields, "bytes", "-", "-", FIRST, "-")


def in_quarantine(settings: Settings, content: bytes) -> None:
    record = BatchRecord(*HKL, hash_of(content), "bad", None, 2, None, FIRST)
    finding = Finding("sum", "critical", "does not add up")
    Quarantine(settings.quarantine, *HKL).keep(record, content, [finding], [], "{}")


CHANGES: dict[str, Callable[[Settings], object]] = {
    "land": lambda home: landed(home, b"new", FIRST + 2 * DAY),
    "see": lambda home: landed(home, b"one", FIRST + 2 * DAY),
    "stage": lambda home: staged(home, b"two", FIRST + 2 * DAY),
    "withdraw": lambda home: Staging(home.staged, *HKL).withdraw(hash_of(b"one")),
    "bury": lambda home: Landing(home.landing, *HKL).bury(tombstone(home, hash_of(b"one"))),
    "quarantine": lambda home: in_quarantine(home, b"two"),
    "release": lambda home: Quarantine(home.quarantine, *HKL).release(hash_of(b"bad")),
}


@pytest.fixture
def home(settings: Settings) -> Settings:
    """One month staged, its second issue landed, a bad file in quarantine."""
    staged(settings, b"one", FIRST)
    landed(settings, b"two", FIRST + DAY, label="2021-09")
    landed(settings, b"bad", FIRST + DAY, label="bad")
    in_quarantine(settings, b"bad")
    return settings


@pytest.mark.parametrize("change", CHANGES)
def test_killed_at_any_instant_of_a_change_it_says_what_the_files_say(
    home: Settings, change: str
) -> None:
    def check() -> None:
        assert said(home) == by_a_new_one(home)

    assert each_kill(lambda: CHANGES[change](home), home.home, check) >= 1
    check()


def test_what_is_counted(home: Settings) -> None:
    staged(home, b"two", FIRST + DAY)
    found, _, waits = said(home)
    assert found.totals == {
        "landed": 3,
        "unjudged": 0,
        "staged": 2,
        "quarantined": 1,
        "revisions": 1,
        "passed": 0,
        "warning": 0,
        "critical": 0,
    }
    assert (found.last_seen_at, found.last_good) == (FIRST + DAY, FIRST + DAY)
    assert found.known == {date(2021, 9, 1)}
    assert (found.landed_in_run, found.reissued, waits) == (3, (), [])
    assert len(list(Landing(home.landing, *HKL).spells())) == 3


def test_deleted_damaged_or_not_to_be_written_it_says_the_same(home: Settings) -> None:
    before, path = said(home), index_of(home).path
    path.unlink()
    assert said(home) == before
    path.write_bytes(b"no database" * 1000)
    assert said(home) == before
    shutil.rmtree(path.parents[1])
    path.parents[1].write_text("where the index should be, something else is")
    assert said(home) == before
    landed(home, b"new", FIRST + 2 * DAY)
    assert said(home)[0].totals["landed"] == 4


def test_what_another_hand_has_taken_away_is_read_again(home: Settings) -> None:
    assert said(home)[2] == [(hash_of(b"two"), "2021-09")]
    staging = Staging(home.staged, *HKL)
    shutil.rmtree(staging.folder / "2021-09" / hash_of(b"one"))
    assert list(staging.records()) == []  # a build looks at each folder
    assert {key for key, _ in said(home)[2]} == {hash_of(b"one"), hash_of(b"two")}
    staged(home, b"one", FIRST + 2 * DAY)
    assert [record.sha256 for record in staging.records()] == [hash_of(b"one")]
    shutil.rmtree(home.staged)
    assert {key for key, _ in said(home)[2]} == {hash_of(b"one"), hash_of(b"two")}


def test_sightings_of_a_file_that_is_not_there_count_once_it_is(home: Settings) -> None:
    landing = Landing(home.landing, *HKL)
    sidecar = landing.folder / f"{hash_of(b'two')}.json"
    sidecar.rename(home.home / "aside")
    (address,) = {one.identity for one in landing.spells() if one.sha256 == hash_of(b"one")}
    assert landing.newest_by_identity([address])[address][0] == hash_of(b"one")
    (home.home / "aside").rename(sidecar)
    assert landing.newest_by_identity([address])[address][0] == hash_of(b"two")


def test_two_processes_at_once_lose_nothing(home: Settings) -> None:
    children = []
    for name in (b"one", b"new"):
        child = os.fork()
        if child == 0:
            for day in range(20):
                staged(home, name, FIRST + day * DAY, period="2021-09", identity=name.decode())
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    at = {one.identity: one.sightings for one in Landing(home.landing, *HKL).spells()}
    assert (at["one"], at["new"]) == (20, 20)
    assert said(home) == by_a_new_one(home)


def test_a_clock_set_back_brings_no_earlier_version_back(settings: Settings) -> None:
    """The first night's clock was five years ahead."""
    ahead = FIRST + 5 * 365 * DAY
    address = "https://source.example/2021-09"
    staged(settings, b"first", ahead)
    staged(settings, b"second", FIRST)
    found = list(versions_of(settings, dataset("bamf/hkl")))
    assert [version.record.sha256 for version in found] == [hash_of(b"first"), hash_of(b"second")]
    assert [version.in_force_from for version in found] == [ahead, ahead]
    newest = Landing(settings.landing, *HKL).newest_by_identity([address])
    assert newest[address][0] == hash_of(b"second")


def test_the_journal_closes_segments_and_loses_no_line(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kreishaus.store.journal.SEGMENT_BYTES", 1)
    landing = Landing(home.landing, *HKL)
    before = len(list(landing.journal.documents()))
    request = Request("x", "x", url="-")
    done = 0

    def see() -> None:
        landing.sight(hash_of(b"one"), request, run_id="killed or not", now=FIRST)

    def check() -> None:
        nonlocal done
        lines = [one["run_id"] for one in landing.journal.documents()]
        done = lines.count("killed or not")
        assert len(lines) == before + done
        assert said(home) == by_a_new_one(home)

    assert each_kill(see, home.home, check) >= 3
    check()
    assert done >= 1
    assert not list(landing.journal.folder.glob("*.jsonl"))
    assert said(home) == by_a_new_one(home)


def test_reasons_and_headers_are_kept_of_each_sighting(home: Settings) -> None:
    landing = Landing(home.landing, *HKL, reason="BAMF corrected it")
    request = Request("https://source.example/2021-09", "2021-09", url="-")
    landing.sight(
        hash_of(b"two"), request, run_id="backfill", headers={"ETag": '"2"'}, now=FIRST + 2 * DAY
    )
    landing.reason = None
    landing.sight(
        hash_of(b"two"), request, run_id="night", headers={"ETag": '"3"'}, now=FIRST + 3 * DAY
    )
    told = [(one.run_id, one.reason) for one in landing.sightings(hash_of(b"two"))]
    assert told == [("night", None), ("backfill", "BAMF corrected it"), ("night", None)]
    _, newest = landing.newest_by_identity([request.identity])[request.identity]
    assert (newest.headers, newest.seen_at) == ({"ETag": '"3"'}, FIRST + 3 * DAY)
    (spell,) = (one for one in landing.spells() if one.sha256 == hash_of(b"two"))
    assert (spell.first_seen_at, spell.last_seen_at) == (FIRST + DAY, FIRST + 3 * DAY)
    assert spell.sightings == 3


# A home of before the journal


@pytest.fixture
def old(settings: Settings) -> Settings:
    write_home(settings.home, nights(1.2, 10), 4)
    settings.warehouse.mkdir()
    return settings


def lines_of(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The sightings of each landed file, as the old layout has them."""
    return {
        path.name.removesuffix(".sightings.jsonl"): [
            json.loads(line) for line in path.read_text().splitlines()
        ]
        for path in sorted(folder.glob("*.sightings.jsonl"))
    }


def appeared(lines: dict[str, list[dict[str, str]]]) -> list[tuple[str, str]]:
    """Moment and hash of each change of an address to other bytes, as it was defined."""
    offers: dict[str, list[tuple[str, str]]] = {}
    for sha256, seen in lines.items():
        for line in seen:
            offers.setdefault(line["identity"], []).append((line["seen_at"], sha256))
    found = []
    for offered in offers.values():
        before = None
        for moment, sha256 in sorted(offered):
            if sha256 != before:
                found.append((moment, sha256))
            before = sha256
    return sorted(found)


def test_an_old_home_comes_through(old: Settings) -> None:
    """Versions, days seen and status are what the files of the old layout say."""
    hkl, heimfinder = (old.landing / name for name in ("bamf/hkl", "wtg/heimfinder"))
    came, answers = appeared(lines_of(hkl)), lines_of(heimfinder)
    records = [json.loads(path.read_text()) for path in old.staged.rglob("batch.json")]
    assert len(came) > 8
    assert upgrade_landing(old) == (
        f"landing: {len(list(old.landing.rglob('*.json')))} files of sightings became the "
        f"journals of {len(REGISTRY)} datasets"
    )
    assert upgrade_landing(old) == "landing: nothing to upgrade"
    assert not list(old.landing.rglob("*.sightings.jsonl"))

    write_batches(old)
    rows = pq.read_table(old.warehouse / "batches.parquet").to_pylist()
    rows = [row for row in rows if row["dataset"] == "hkl"]
    found = sorted((row["in_force_from"].isoformat(), row["source_sha256"]) for row in rows)
    assert found == came
    write_sightings(old)
    seen = pq.read_table(old.warehouse / "sightings.parquet").to_pylist()
    assert sorted((row["source_sha256"], row["seen_at"].isoformat()) for row in seen) == sorted(
        (sha256, line["seen_at"]) for sha256, lines in answers.items() for line in lines
    )
    status = {one.dataset.id: one for one in dataset_status(old, date(2026, 11, 29))}
    for name, one in status.items():
        source, dataset_name = name.split("/")
        of = [r for r in records if (r["source"], r["dataset"]) == (source, dataset_name)]
        assert one.files_staged == len(of)
        assert one.checks_passed + one.checks_warned == CHECKS * (len(of) + len(one.quarantined))
        assert one.revisions == len(of) - len({r["period"] for r in of})
    assert len(status["azr/crosstable"].quarantined) == 1


def test_killed_at_any_instant_of_the_upgrade_no_sighting_is_lost(old: Settings) -> None:
    for folder in (old.landing / "azr", old.landing / "it_nrw", old.landing / "papers"):
        shutil.rmtree(folder)
    folder = old.landing / "bamf" / "hkl"
    whole = list(Journal(folder).documents())
    assert len(whole) == 4 * len(nights(1.2, 10))

    def check() -> None:
        assert list(Journal(folder).documents()) == whole

    each_kill(lambda: Journal(folder).upgrade(), old.home, check)
    check()
    assert upgrade_landing(old) != "landing: nothing to upgrade"  # the other dataset
    assert upgrade_landing(old) == "landing: nothing to upgrade"


def test_an_old_home_is_read_where_it_must_not_be_written(
    old: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Journal) -> int:
        raise PermissionError(13, "Permission denied")

    came = appeared(lines_of(old.landing / "bamf" / "hkl"))
    monkeypatch.setattr(Journal, "upgrade", refused)
    spells = Landing(old.landing, *HKL).spells()
    assert sorted((one.first_seen_at.isoformat(), one.sha256) for one in spells) == came
