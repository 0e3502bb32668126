"""The audit log: a changed line is found, and what cannot be noted is not done."""

from __future__ import annotations

import errno
import json
import multiprocessing
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kreishaus import files
from kreishaus.settings import Settings
from warehouse import audit
from warehouse.audit import AuditUnwritable, record, verify

NOVEMBER = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@pytest.fixture
def installation(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "var")


def read_thrice(installation: Settings) -> Path:
    for number in (1, 2, 3):
        record(
            installation,
            "query",
            marts=["vacancy_by_offer"],
            statement=f"select {number} from vacancy_by_offer",
            rows=number,
            version="20261125T030824Z",
            now=NOVEMBER,
        )
    return audit.folder(installation) / "2026-11.jsonl"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_a_log_that_nobody_touched_is_whole(installation):
    path = read_thrice(installation)
    found = verify(installation)
    assert (found.entries, found.faults, found.notes) == (3, (), ())
    first = json.loads(path.read_text().splitlines()[0])
    assert first["at"] == "2026-11-25T03:00:00+00:00"
    assert (first["action"], first["audience"], first["marts"], first["rows"]) == (
        *("query", "internal", ["vacancy_by_offer"]),
        1,
    )
    assert first["statement"] == "select 1 from vacancy_by_offer"
    assert first["who"]["user"] and first["who"]["host"]


def test_a_changed_line_is_found_and_named(installation):
    path = read_thrice(installation)
    change(path, "select 2 from vacancy_by_offer", "select 9 from vacancy_by_offer")
    assert verify(installation).faults == (
        "2026-11.jsonl, line 2: entry 2 was changed after it was written",
    )


def test_a_line_changed_together_with_its_hash_no_longer_leads_to_the_next(installation):
    path = read_thrice(installation)
    lines = path.read_text().splitlines()
    forged = {**json.loads(lines[1]), "rows": 0}
    forged["hash"] = audit._hash_of(forged)
    path.write_text("\n".join([lines[0], json.dumps(forged), lines[2], ""]))
    assert [fault.split(":")[0] for fault in verify(installation).faults] == [
        "2026-11.jsonl, line 3"
    ]


def test_a_line_that_was_taken_out_is_found(installation):
    path = read_thrice(installation)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + lines[2])
    assert "entry 3 does not follow entry 1" in verify(installation).faults[0]


def test_lines_cut_off_at_the_end_are_found_and_stay_found(installation):
    path = read_thrice(installation)
    path.write_text(path.read_text().splitlines(keepends=True)[0])
    assert verify(installation).faults == ("entries 2 to 3 are missing at the end",)
    record(installation, "query", now=NOVEMBER)
    assert "entry 4 does not follow entry 1" in verify(installation).faults[0]


def test_a_log_made_anew_is_found_by_what_a_backup_noted(installation):
    """Who may write the folder can make a whole chain; not the one that lies elsewhere."""
    read_thrice(installation)
    noted = audit.head(installation)
    assert noted is not None
    assert verify(installation, {noted.number: noted.hash}).faults == ()
    for path in audit.folder(installation).iterdir():
        path.unlink()
    for _ in range(4):
        record(installation, "query", now=NOVEMBER)
    assert verify(installation).faults == ()
    assert verify(installation, {3: noted.hash}).faults == (
        "entry 3 is not the one that a backup noted",
    )


def test_a_log_cut_shorter_than_a_backup_noted_is_found(installation):
    record(installation, "query", now=NOVEMBER)
    assert verify(installation, {7: "a" * 64}).faults == ("a backup noted 7 entries, here are 1",)


def test_a_line_torn_by_a_kill_is_no_fault_and_hides_none(installation):
    path = read_thrice(installation)
    with path.open("a") as handle:
        handle.write('{"at": "2026-11-25T0')
    record(installation, "query", now=NOVEMBER)
    found = verify(installation)
    assert (found.entries, found.faults) == (4, ())
    assert found.notes == ("2026-11.jsonl, line 4: a line cut off while it was written",)
    change(path, '"statement": "select 3 from', '"statement: "select 3 from')
    assert "entry 4 does not follow entry 2" in verify(installation).faults[0]


def test_a_kill_between_the_entry_and_its_head_leaves_a_whole_log(installation, monkeypatch):
    read_thrice(installation)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(audit, "write_secret", killed)
        with pytest.raises(KeyboardInterrupt):
            record(installation, "query", now=NOVEMBER)
    assert verify(installation).faults == ()
    record(installation, "query", now=NOVEMBER)
    assert (verify(installation).entries, verify(installation).faults) == (5, ())


def test_a_head_that_was_removed_or_spoilt_is_found(installation):
    head = read_thrice(installation).with_name("head.json")
    for spoil in (lambda: head.write_text("{"), head.unlink):
        spoil()
        assert verify(installation).faults == ("head.json is missing or not what was written",)


def test_a_full_disk_refuses(installation, monkeypatch):
    read_thrice(installation)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(AuditUnwritable, match=r"No space left on device.*Nothing is read"):
        record(installation, "query", now=NOVEMBER)


def test_a_folder_that_cannot_be_made_refuses(installation):
    installation.home.mkdir()
    (installation.home / "audit").write_text("a file where the folder should be")
    with pytest.raises(AuditUnwritable, match="cannot be written"):
        record(installation, "query", now=NOVEMBER)


def test_nobody_else_may_read_it(installation):
    path = read_thrice(installation)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_new_month_goes_on_with_the_chain_and_a_clock_set_back_does_not_break_it(installation):
    record(installation, "query", now=datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    record(installation, "query", now=datetime(2026, 12, 1, 0, 1, tzinfo=UTC))
    record(installation, "query", now=datetime(2026, 11, 30, 23, 58, tzinfo=UTC))
    assert sorted(path.name for path in audit.folder(installation).glob("*.jsonl")) == [
        "2026-11.jsonl",
        "2026-12.jsonl",
    ]
    assert (verify(installation).entries, verify(installation).faults) == (3, ())


def test_old_months_go_by_the_rule_and_the_chain_says_so(installation):
    for month in (9, 10, 11):
        record(installation, "query", now=datetime(2026, month, 5, tzinfo=UTC))
    (old,) = audit.months_before(installation, "2026-10")
    audit.forget(installation, [old.stem], NOVEMBER)
    assert not old.exists()
    found = verify(installation)
    assert (found.entries, found.faults) == (3, ())
    assert [entry.document["action"] for entry in audit.entries(installation)][-1] == "forget"


def test_a_month_that_went_without_the_rule_is_found(installation):
    for month in (9, 10, 11):
        record(installation, "query", now=datetime(2026, month, 5, tzinfo=UTC))
    (audit.folder(installation) / "2026-09.jsonl").unlink()
    assert "entry 2 does not follow entry 0" in verify(installation).faults[0]


def test_since_leaves_out_what_is_older(installation):
    for day in (5, 6):
        record(installation, "query", rows=day, now=datetime(2026, 11, day, tzinfo=UTC))
    found = audit.entries(installation, since=datetime(2026, 11, 6, tzinfo=UTC))
    assert [entry.document["rows"] for entry in found] == [6]


def write_many(home: Path, times: int) -> None:
    for _ in range(times):
        record(Settings(home=home), "query")


def test_processes_that_write_at_once_make_one_chain(installation):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(installation.home, 15)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (verify(installation).entries, verify(installation).faults) == (30, ())
