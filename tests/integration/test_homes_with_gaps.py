"""200 workbooks in which homes left cells out at random, issued again with other gaps: no home is
recovered from one version or from both. Real files go through reader, checks, build and publishing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import home_gaps
import pytest
from home_recoveries import Seen, knowledge, seen
from nights import processed

from kreishaus.settings import Settings
from pipeline.steps import fetch_new
from warehouse.build import build
from warehouse.publish import publish

WORKBOOKS = 200
ISSUED_AGAIN = 40
SEED = 20211130
pytestmark = [pytest.mark.long, pytest.mark.timeout(6 * 3600)]


@pytest.fixture(scope="module")
def versions_seen(of_its_own: Settings) -> Iterator[list[Seen]]:
    """Two versions of a home that has only the workbooks with gaps."""
    for floor in (of_its_own.staged, of_its_own.landing):
        shutil.rmtree(floor / "wtg" / "stichtag")
    shutil.rmtree(of_its_own.drop_folder("wtg"))
    found = []
    for issue, count in ((1, WORKBOOKS), (2, ISSUED_AGAIN)):
        home_gaps.write(of_its_own.drop_folder("wtg"), count, SEED, issue)
        report = fetch_new("wtg/stichtag", of_its_own, f"issue {issue}")
        # What left nothing out may be issued again as it was, and is no new file then.
        assert len(report.pending) > 0.8 * count
        outcomes = processed(of_its_own, report.pending)
        refused = [one.explanation for one in outcomes if one.status != "staged"]
        assert refused == []
        build(of_its_own)
        publish(of_its_own, f"issue {issue}")
        found.append(seen(of_its_own))
    yield found


def test_no_home_is_recovered_from_workbooks_with_gaps(versions_seen: list[Seen]) -> None:
    """From neither version nor from the difference between the two: what a second issue leaves
    out, or fills in, must not be told by two sums. Who has both knows all that one says."""
    found = knowledge(versions_seen).recoveries_by_all_cores()
    assert [str(one) for one in found] == []
