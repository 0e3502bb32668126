"""With rules switched off the attack on homes succeeds: it is a test that can fail.

The rules overlap: a sum of two homes is refused for being of two, and because a neighbour is left
with one solution. So each is switched off together with what would still hide the same cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pytest
from home_recoveries import knowledge, seen

from kreishaus.settings import Settings
from warehouse.publish import publish

rule = pytest.importorskip("warehouse.homes.rule", reason="needs the rule of contributors")
joint = pytest.importorskip("warehouse.homes.joint", reason="needs areas shown together")
pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def _always(*_: Any) -> bool:
    return True


DOUBT = (rule.Rule, "protects", _always)
"""No percentage and no width: whatever a neighbour may conclude is shown."""
CONTRIBUTORS = (rule, "enough", _always)
"""One home of one operator is enough."""
JOINT_AREAS = (joint, "enough", _always)
"""No municipality is too small to stand alone."""
BANDS = (rule, "BAND", 0)
"""Zero, one and all are shown as such."""


@pytest.fixture
def installation(of_its_own: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    yield of_its_own
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("off", "measure"),
    [
        pytest.param([DOUBT, CONTRIBUTORS, JOINT_AREAS], "care_fte", id="contributors"),
        pytest.param([DOUBT], "unusable", id="percentage and width"),
        pytest.param([DOUBT, BANDS], "unusable", id="bands"),
    ],
)
def test_without_the_rule_homes_are_recovered(
    installation: Settings,
    monkeypatch: pytest.MonkeyPatch,
    off: Sequence[tuple[Any, str, Any]],
    measure: str,
) -> None:
    for place, name, value in off:
        monkeypatch.setattr(place, name, value)
    publish(installation, "a rule is off")
    told = knowledge([seen(installation)]).recoveries()
    assert list(islice((one for one in told if one.unknown.measure.startswith(measure)), 1))
