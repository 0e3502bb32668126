"""The drill: a home that has had two nights is backed up, lost whole, and made again elsewhere.

The new home is another folder, and the old one is gone: all that is left is the encrypted backup,
its password and the county's settings. The sources stay where they are, as a county's do.

What must survive is more than the newest figures: a month that was issued twice, with the moment
of each; a file in quarantine; the forecast that readers saw before; figures whose own file a
rule deleted. The marts of both audiences must come out the same, by the hash of their content.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from nights import ask, built_without_tests
from reissues import SEPTEMBER, as_reissued, one_place_more
from restic_backup import password_file, with_backup

from kreishaus.datasets import datasets_of
from kreishaus.settings import Keeping, Retention, Settings
from kreishaus.store.landing import Landing
from operations.maintenance.backup.anchors import noted_by_backups
from operations.maintenance.backup.check import verify
from operations.maintenance.backup.make import hashes, make_snapshot
from operations.maintenance.backup.restore import Restored, restore
from operations.maintenance.retention.perform import maintain
from pipeline.steps import by_hand, fetch_new, process_file
from sample import bamf
from warehouse import audit, versions

pytestmark = pytest.mark.timeout(1800)  # two builds and a restore are made by the first test

FIRST_MONTH = date(2021, 6, 1)
"""What is printed or reported before it is taken out first: reading it again takes minutes."""
RULE = Retention(after_days=1, in_force_too=True, reason="The drill deletes the register's files")


@dataclass(frozen=True)
class Drill:
    """What was published before the loss, what lay on each floor, and what was made again."""

    installation: Settings
    before: dict[str, dict[str, str]]
    version: str
    landed: dict[str, bytes]
    quarantined: set[str]
    buried: str
    audited: int
    restored: Restored


def fewer_periods(installation: Settings) -> None:
    for dataset in ("bamf/hkl", "bamf/report", "wtg/stichtag"):
        for record in list((installation.staged / dataset).glob("*/*/batch.json")):
            period, key = record.parts[-3:-1]
            if period < f"{FIRST_MONTH:%Y-%m}":
                shutil.rmtree(record.parent)
                for path in (installation.landing / dataset).glob(f"{key}.*"):
                    path.unlink()
    for workbook in installation.drop_folder("wtg").glob("WTG_Stichtag_*.xlsx"):
        if workbook.stem < f"WTG_Stichtag_{FIRST_MONTH:%Y-%m}":
            workbook.unlink()


def second_night(installation: Settings, tmp_path: Path) -> None:
    """BAMF issues September again, an officer corrects one place, and somebody hands in rubbish."""
    (installation.sample / "http" / "bamf" / bamf.pdf_path(SEPTEMBER)).write_bytes(
        bamf.pdf(as_reissued())
    )
    one_place_more(installation.drop_folder("wtg") / "WTG_Stichtag_2021-11-01.xlsx")
    landing = Landing(installation.landing, "bamf", "hkl")
    page = installation.sample / "http" / "bamf" / bamf.LANDING_PAGE
    months = [date(2021, month, 1) for month in range(FIRST_MONTH.month, SEPTEMBER.month + 1)]
    page.write_text(bamf.landing_page(months), encoding="utf-8")
    rubbish = tmp_path / "hkl-oktober-2021.pdf"
    report = next((installation.sample / "http").rglob("*asyl-geschaeftsbericht.pdf"))
    rubbish.write_bytes(report.read_bytes())
    for dataset_id in ("bamf/hkl", "wtg/stichtag"):
        for file in fetch_new(dataset_id, installation, "second").pending:
            assert process_file(file, installation).status == "staged"
    assert len(list(landing.hashes())) == len(months) + 1
    assert by_hand("bamf/hkl", rubbish, installation, "hand").status == "quarantined"
    built_without_tests(installation, "second")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def drill(of_its_own: Settings, tmp_path_factory: pytest.TempPathFactory) -> Drill:
    tmp_path = tmp_path_factory.mktemp("drill")
    with_rule = of_its_own.model_copy(update={"retention": Keeping(datasets={"azr/series": RULE})})
    installation = with_backup(with_rule, tmp_path / "backup", password_file(tmp_path))
    fewer_periods(installation)
    second_night(installation, tmp_path)
    make_snapshot(installation)
    in_two_days = datetime.now(UTC) + timedelta(days=2)
    assert verify(installation, tmp_path / "backup", in_two_days).faults == ()
    (buried,) = Landing(installation.landing, "azr", "series").readable()
    assert [one.tombstone.sha256 for one in maintain(installation, in_two_days).deleted] == [buried]
    before = hashes(versions.current(installation))
    version = versions.current(installation).name
    ask(installation, "select count(*) from vacancy_by_offer")
    make_snapshot(installation)
    landed, quarantined = contents(installation.landing), _quarantined(installation)
    audited = len(list(audit.entries(installation)))
    other = installation.model_copy(update={"home": tmp_path / "another" / "var"})
    other.home.mkdir(parents=True)
    installation.sample.rename(other.sample)
    shutil.rmtree(installation.home)
    restored = restore(other, tmp_path / "backup")
    assert not installation.home.exists()
    return Drill(other, before, version, landed, quarantined, buried, audited, restored)


def _quarantined(installation: Settings) -> set[str]:
    return {path.parent.name for path in installation.quarantine.glob("*/*/*/reason.json")}


@pytest.mark.parametrize("audience", versions.AUDIENCES)
def test_every_mart_of_each_audience_is_as_it_was(drill: Drill, audience: str) -> None:
    now = versions.current(drill.installation)
    assert hashes(now)[audience] == drill.before[audience]
    assert len(drill.before[audience]) > 20
    assert now.name != drill.version
    assert (drill.restored.differing, drill.restored.broken) == ({}, ())
    assert drill.restored.build_failed == ""


def test_what_was_recorded_when_is_known_still(drill: Drill) -> None:
    """September had 13,849 first applications, and 13,881 when it was issued again: 30 people from
    Syria and 2 from Katar more. Both are known, and what changed."""
    assert ask(
        drill.installation,
        "select applications_first, revision from asylum_national_monthly "
        "where reference_month = date '2021-09-01'",
    ) == [(13_849 + 30 + 2, 2)]
    (revised,) = ask(
        drill.installation, "select count(*) from revisions where dataset_id = 'bamf/hkl'"
    )
    assert revised[0] > 0
    (changed,) = ask(drill.installation, "select count(*) from demand_forecast_change")
    assert changed[0] > 0


def test_landing_is_as_it_was_to_the_byte(drill: Drill) -> None:
    """But for the journals of the county's folder, which go on: a restore builds, and a build looks
    there."""
    now = contents(drill.installation.landing)
    journals = {name for name in drill.landed if re.match(r"county/lists/.*\.jsonl", name)}
    assert len(journals) == 2
    for name in journals:
        assert now.pop(name).startswith(drill.landed[name])
    assert now == {name: held for name, held in drill.landed.items() if name not in journals}


def test_the_quarantine_is_judged_again_and_holds_the_same(drill: Drill) -> None:
    assert len(drill.quarantined) == 1
    assert _quarantined(drill.installation) == drill.quarantined


def test_figures_whose_file_was_deleted_are_there_and_say_so(drill: Drill) -> None:
    landing = Landing(drill.installation.landing, "azr", "series")
    stone = landing.tombstone(drill.buried)
    assert stone is not None and stone.reason == RULE.reason
    assert not landing.path(drill.buried).exists()
    assert ask(drill.installation, "select count(*) > 0 from refugees_by_status") == [(True,)]


def test_who_read_what_before_the_loss_is_known_still(drill: Drill) -> None:
    actions = [entry.document["action"] for entry in audit.entries(drill.installation)]
    assert actions[drill.audited - 3 : drill.audited] == ["delete", "query", "backup"]
    assert actions[drill.audited] == "restore"
    assert audit.verify(drill.installation, noted_by_backups(drill.installation)).faults == ()


def test_the_next_night_finds_nothing_to_do(drill: Drill) -> None:
    for entry in datasets_of("azr"):
        report = fetch_new(entry.id, drill.installation, "third")
        assert (report.new, report.pending, report.in_quarantine) == ((), (), ()), entry.id
