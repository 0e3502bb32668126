"""Which file stood for a period, and from when: the order of the versions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kreishaus.model import Request
from kreishaus.store.batches import versions
from kreishaus.store.landing import Landing
from kreishaus.store.staging import BatchRecord

FIRST_NIGHT = datetime(2021, 10, 15, 23, 10, tzinfo=UTC)
AUGUST = "hkl-august-2021.pdf"
MIRROR = "mirror/hkl-august-2021.pdf"


class DatasetFiles:
    """A dataset whose files are single words, each staged for the period it was offered for."""

    def __init__(self, folder: Path) -> None:
        self.landing = Landing(folder, "bamf", "hkl")
        self.words: dict[str, str] = {}
        self.staged: dict[str, BatchRecord] = {}

    def offer(
        self,
        word: str,
        night: int,
        *,
        at: str = AUGUST,
        period: str = "2021-08",
        bad: bool = False,
        later: timedelta = timedelta(0),
    ) -> None:
        now = FIRST_NIGHT + timedelta(days=night - 1) + later
        request = Request(identity=at, label=period)
        landed, new = self.landing.land(
            word.encode(), request, run_id=f"night {night}", licence="none", now=now
        )
        self.words[landed.sha256] = word
        if new and not bad:
            self.staged[landed.sha256] = BatchRecord(
                "bamf", "hkl", landed.sha256, word, period, 1, None, now
            )

    def history(self) -> list[tuple[str, str, int, int]]:
        """Period, word, night from which it stood, and number of each version."""
        return [
            (
                str(version.record.period),
                self.words[version.record.sha256],
                (version.in_force_from - FIRST_NIGHT).days + 1,
                version.revision,
            )
            for version in versions(self.landing, self.staged.values())
        ]


@pytest.fixture
def files(tmp_path: Path) -> DatasetFiles:
    return DatasetFiles(tmp_path / "landing")


def test_nothing_landed_is_no_version(files: DatasetFiles) -> None:
    assert files.history() == []


def test_a_file_in_quarantine_stands_for_nothing(files: DatasetFiles) -> None:
    files.offer("good", 1)
    files.offer("torn", 2, bad=True)
    assert files.history() == [("2021-08", "good", 1, 1)]


def test_a_good_file_that_comes_again_after_a_bad_one_is_no_new_version(
    files: DatasetFiles,
) -> None:
    files.offer("good", 1)
    files.offer("torn", 2, bad=True)
    files.offer("good", 3)
    assert files.history() == [("2021-08", "good", 1, 1)]


def test_the_same_bytes_each_night_are_one_version(files: DatasetFiles) -> None:
    for night in (1, 2, 3):
        files.offer("first", night)
    assert files.history() == [("2021-08", "first", 1, 1)]


def test_a_reissued_month_is_a_second_version_of_its_own_period_only(
    files: DatasetFiles,
) -> None:
    files.offer("july", 1, at="hkl-juli-2021.pdf", period="2021-07")
    files.offer("first", 1)
    files.offer("second", 2)
    files.offer("july", 2, at="hkl-juli-2021.pdf", period="2021-07")
    assert files.history() == [
        ("2021-07", "july", 1, 1),
        ("2021-08", "first", 1, 1),
        ("2021-08", "second", 2, 2),
    ]


def test_an_owner_who_goes_back_to_the_first_issue_makes_a_third_version(
    files: DatasetFiles,
) -> None:
    files.offer("first", 1)
    files.offer("second", 2)
    files.offer("first", 3)
    assert [version[1:] for version in files.history()] == [
        ("first", 1, 1),
        ("second", 2, 2),
        ("first", 3, 3),
    ]


def test_the_old_file_that_stays_beside_its_correction_does_not_displace_it(
    files: DatasetFiles,
) -> None:
    files.offer("first", 1, at="list.xlsx")
    files.offer("second", 2, at="list corrected.xlsx")
    files.offer("first", 2, at="list.xlsx")
    files.offer("first", 3, at="list.xlsx")
    assert [version[1:] for version in files.history()] == [
        ("first", 1, 1),
        ("second", 2, 2),
    ]


def test_the_same_bytes_at_a_second_address_are_no_new_version(files: DatasetFiles) -> None:
    files.offer("first", 1)
    files.offer("first", 2, at=MIRROR)
    assert files.history() == [("2021-08", "first", 1, 1)]


@pytest.mark.parametrize("order", [("one", "other"), ("other", "one")])
def test_of_two_files_of_one_visit_the_one_seen_later_stands(
    files: DatasetFiles, order: tuple[str, str]
) -> None:
    files.offer(order[0], 1, at="a.pdf")
    files.offer(order[1], 1, at="b.pdf", later=timedelta(microseconds=1))
    assert [version[1] for version in files.history()] == list(order)


def test_files_of_one_instant_have_one_order_however_they_are_listed(
    files: DatasetFiles,
) -> None:
    for word, address in (("one", "a.pdf"), ("other", "b.pdf"), ("third", "c.pdf")):
        files.offer(word, 1, at=address)
    forward = files.history()
    files.staged = dict(reversed(files.staged.items()))
    assert files.history() == forward
    assert [version[3] for version in forward] == [1, 2, 3]
