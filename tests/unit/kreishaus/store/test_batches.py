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


class House:
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
def house(tmp_path: Path) -> House:
    return House(tmp_path / "landing")


def test_nothing_landed_is_no_version(house: House) -> None:
    assert house.history() == []


def test_a_file_in_quarantine_stands_for_nothing(house: House) -> None:
    house.offer("good", 1)
    house.offer("torn", 2, bad=True)
    assert house.history() == [("2021-08", "good", 1, 1)]


def test_a_good_file_that_comes_again_after_a_bad_one_is_no_new_version(house: House) -> None:
    house.offer("good", 1)
    house.offer("torn", 2, bad=True)
    house.offer("good", 3)
    assert house.history() == [("2021-08", "good", 1, 1)]


def test_the_same_bytes_each_night_are_one_version(house: House) -> None:
    for night in (1, 2, 3):
        house.offer("first", night)
    assert house.history() == [("2021-08", "first", 1, 1)]


def test_a_reissued_month_is_a_second_version_of_its_own_period_only(house: House) -> None:
    house.offer("july", 1, at="hkl-juli-2021.pdf", period="2021-07")
    house.offer("first", 1)
    house.offer("second", 2)
    house.offer("july", 2, at="hkl-juli-2021.pdf", period="2021-07")
    assert house.history() == [
        ("2021-07", "july", 1, 1),
        ("2021-08", "first", 1, 1),
        ("2021-08", "second", 2, 2),
    ]


def test_an_owner_who_goes_back_to_the_first_issue_makes_a_third_version(house: House) -> None:
    house.offer("first", 1)
    house.offer("second", 2)
    house.offer("first", 3)
    assert [version[1:] for version in house.history()] == [
        ("first", 1, 1),
        ("second", 2, 2),
        ("first", 3, 3),
    ]


def test_the_old_file_that_stays_beside_its_correction_does_not_displace_it(house: House) -> None:
    house.offer("first", 1, at="list.xlsx")
    house.offer("second", 2, at="list corrected.xlsx")
    house.offer("first", 2, at="list.xlsx")
    house.offer("first", 3, at="list.xlsx")
    assert [version[1:] for version in house.history()] == [("first", 1, 1), ("second", 2, 2)]


def test_the_same_bytes_at_a_second_address_are_no_new_version(house: House) -> None:
    house.offer("first", 1)
    house.offer("first", 2, at=MIRROR)
    assert house.history() == [("2021-08", "first", 1, 1)]


@pytest.mark.parametrize("order", [("one", "other"), ("other", "one")])
def test_of_two_files_of_one_visit_the_one_seen_later_stands(
    house: House, order: tuple[str, str]
) -> None:
    house.offer(order[0], 1, at="a.pdf")
    house.offer(order[1], 1, at="b.pdf", later=timedelta(microseconds=1))
    assert [version[1] for version in house.history()] == list(order)


def test_files_of_one_instant_have_one_order_however_they_are_listed(house: House) -> None:
    for word, address in (("one", "a.pdf"), ("other", "b.pdf"), ("third", "c.pdf")):
        house.offer(word, 1, at=address)
    forward = house.history()
    house.staged = dict(reversed(house.staged.items()))
    assert house.history() == forward
    assert [version[3] for version in forward] == [1, 2, 3]
