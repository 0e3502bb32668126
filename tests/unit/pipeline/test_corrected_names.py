"""The same bytes under a corrected name: read anew, and in force only from then on."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kreishaus.datasets import dataset
from kreishaus.model import FileRejected
from kreishaus.settings import Settings
from kreishaus.store.batches import versions_of
from kreishaus.store.dataset_store import DatasetStore
from pipeline.steps import by_hand, fetch_new, process_file

REGISTER = "wtg/register"
LIST = b"Name;PLZ;Ort;AGS\nHaus am See;41460;Neuss;05162024\n"
OTHER = LIST.replace(b"See", b"Berg")


def file(folder: Path, name: str, content: bytes = LIST) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def store(settings: Settings) -> DatasetStore:
    return DatasetStore.of(settings, "wtg", "register")


def versions(settings: Settings) -> list[tuple[str, str, int]]:
    return [
        (str(one.record.period), one.record.label, one.revision)
        for one in versions_of(settings, dataset(REGISTER))
    ]


def refused(settings: Settings, path: Path) -> str:
    with pytest.raises(FileRejected) as caught:
        by_hand(REGISTER, path, settings, "one")
    return str(caught.value)


def test_a_refused_file_is_read_under_the_name_that_says_its_date(
    settings: Settings, tmp_path: Path
) -> None:
    said = refused(settings, file(tmp_path, "WTG_Register.csv"))
    assert "reference_date_missing" in said
    assert list(store(settings).landing.hashes()) == []
    second = by_hand(REGISTER, file(tmp_path, "WTG_Register_2021-06-30.csv"), settings, "two")
    assert (second.status, second.period) == ("staged", "2021-06-30")
    landing = store(settings).landing
    assert [one.identity for one in landing.sightings(second.landed.sha256)] == [
        "by hand: WTG_Register_2021-06-30.csv",
    ]
    assert landing.sidecar(second.landed.sha256).earlier_labels == ()


def test_a_file_is_in_force_from_the_day_of_its_right_name(
    settings: Settings, tmp_path: Path
) -> None:
    refused(settings, file(tmp_path, "WTG_Register.csv"))
    between = by_hand(
        REGISTER, file(tmp_path, "WTG_Register_2021-06-30.csv", OTHER), settings, "two"
    )
    known = datetime.now(UTC)
    again = by_hand(
        REGISTER, file(tmp_path / "b", "WTG_Register_2021-06-30 neu.csv"), settings, "3"
    )
    found = list(versions_of(settings, dataset(REGISTER)))
    assert [one.record.sha256 for one in found] == [between.landed.sha256, again.landed.sha256]
    assert found[0].in_force_from < known < found[1].in_force_from


def test_a_second_name_with_a_day_to_come_is_answered_for_itself(
    settings: Settings, tmp_path: Path
) -> None:
    assert "2121" not in refused(settings, file(tmp_path, "WTG_Register.csv"))
    assert "contradict" in refused(settings, file(tmp_path, "WTG_Register_2121-06-30.csv"))


def test_a_file_that_is_read_keeps_its_date_and_says_so(settings: Settings, tmp_path: Path) -> None:
    by_hand(REGISTER, file(tmp_path, "WTG_Register_2021-06-30.csv"), settings, "one")
    with pytest.raises(FileRejected, match=r"in force for 2021-06-30 .* says 2021-09-30"):
        by_hand(REGISTER, file(tmp_path, "WTG_Register_2021-09-30.csv"), settings, "two")
    assert versions(settings) == [("2021-06-30", "WTG_Register_2021-06-30.csv", 1)]


def test_a_copy_under_another_name_of_one_date_changes_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    by_hand(REGISTER, file(tmp_path, "WTG_Register_2021-06-30.csv"), settings, "one")
    by_hand(REGISTER, file(tmp_path, "WTG_Register_2021-06-30 Kopie.csv"), settings, "two")
    assert versions(settings) == [("2021-06-30", "WTG_Register_2021-06-30.csv", 1)]


def test_of_two_names_in_the_drop_folder_the_right_one_stays_night_after_night(
    settings: Settings,
) -> None:
    drop = settings.drop_folder("wtg")
    for name in ("WTG_Register.csv", "WTG_Register_2021-06-30.csv"):
        path = file(drop, name)
        stamp = datetime(2021, 7, 1, tzinfo=UTC).timestamp()
        os.utime(path, (stamp, stamp))
    for night in ("one", "two", "three"):
        report = fetch_new(REGISTER, settings, night)
        for landed in report.pending:
            process_file(landed, settings)
        assert versions(settings) == [("2021-06-30", "WTG_Register_2021-06-30.csv", 1)]
        assert len(report.refused) == 1
    (sha256,) = store(settings).landing.hashes()
    assert store(settings).landing.sidecar(sha256).earlier_labels == ()
