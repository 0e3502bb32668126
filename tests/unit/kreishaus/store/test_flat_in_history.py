"""After ten years a night reads, opens and holds what it did in the first week."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median

import pytest
from heimfinder_answers_made import elsewhere, v1
from heimfinder_answers_made import home as care_home
from long_history import LAST_NIGHT, hkl_address, nights, offered, write_home
from measuring import Cost, calls_of, cost_of
from servers import Visit, serving

from kreishaus.datasets import Dataset, dataset
from kreishaus.model import Landed, Request
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing, upgrade_landing
from pipeline.status import dataset_status
from pipeline.steps import FetchReport, fetch_new, process_file

TODAY = date(2026, 11, 29)
NEW = v1(
    *(care_home(number) for number in range(1, 40)),
    *(elsewhere(number) for number in range(900, 2900)),
)
"""An answer as Heimfinder gives it: the county's homes among some of the Land's."""
TOLERANCE = 1.1
RUNS = 41
MOST_ROWS_KIB = 256
"""Memory for what grows with the logarithm: some pages of an index."""


@dataclass
class Home:
    """A home, how many nights it has worked, and what was handed in and not processed yet."""

    settings: Settings
    worked: int
    addresses: int
    new: Landed

    def visit(self) -> FetchReport:
        report = fetch_new("bamf/hkl", self.settings, "this night")
        assert (report.offered, report.new, report.unavailable) == (self.addresses, (), ())
        return report

    def status(self) -> None:
        found = {one.dataset.id: one for one in dataset_status(self.settings, TODAY, "this night")}
        assert found["bamf/hkl"].files_staged >= self.addresses

    def process_file(self) -> None:
        assert process_file(self.new, self.settings).status == "staged"


def made(folder: Path, url: str, years: float, each: int, addresses: int) -> Home:
    """A home of so many years whose index is made, and which has had a night since."""
    at_nights = nights(years, each)
    write_home(folder, at_nights, addresses)
    settings = Settings(home=folder)
    http = settings.http.model_copy(update={"tries": 1, "pause_seconds": 0})
    settings = settings.model_copy(update={"sample_url": url, "http": http})
    upgrade_landing(settings)
    request = Request("heimfinder/list", "new", url="-", extension="json")
    landing = Landing(settings.landing, "wtg", "heimfinder")
    new, _ = landing.land(NEW, request, run_id="last", licence="-", now=LAST_NIGHT)
    home = Home(settings, (at_nights[-1] - at_nights[0]).days, addresses, new)
    home.status()
    return home


@pytest.fixture
def homes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[tuple[Home, Home]]:
    """A home of one week and one of ten years, which are offered the same."""
    each, addresses = request.param
    worked: dict[Path, int] = {}

    def play(visit: Visit) -> None:
        _, nights, _, name = visit.path.split("/")
        body = offered("bamf/hkl", int(name[:3]), int(nights), addresses)
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        if visit.headers.get("If-None-Match") == tag:
            visit.answer(304)
        else:
            visit.answer(200, body, ETag=tag)

    def discover(settings: Settings, *_: object) -> list[Request]:
        url = f"{server.url}/{worked[settings.home]}"
        names = map(hkl_address, range(addresses))
        return [Request(name, name, url=f"{url}/{name}", extension="pdf") for name in names]

    real = Dataset.load

    def load(entry: Dataset, part: str) -> object:
        known = entry.id == "bamf/hkl" and part == "discover"
        return discover if known else real(entry, part)

    monkeypatch.setattr("kreishaus.datasets.Dataset.load", load)
    monkeypatch.setattr("pipeline.steps.dataset", lambda name: replace(dataset(name), guard=None))
    with serving(play) as server:
        found = []
        for name, years, step in (("warm", 3 / 365, 1), ("week", 7 / 365, 1), ("ten", 10, each)):
            home = made(tmp_path / name, server.url, years, step, addresses)
            worked[home.settings.home] = home.worked
            for _ in range(3):
                home.visit()
            found.append(home)
        warm, week, ten = found
        warm.process_file()  # imports, once, in the process that is forked
        yield week, ten


def measured(homes: tuple[Home, Home], action: Callable[[Home], object]) -> tuple[Cost, Cost]:
    week, ten = homes
    return (
        cost_of(lambda: action(week), week.settings.home),
        cost_of(lambda: action(ten), ten.settings.home),
    )


def at_night(homes: tuple[Home, Home], action: Callable[[Home], object]) -> tuple[Cost, Cost]:
    """As ``measured``; fails where ten years cost a tenth more than a week."""
    week, ten = measured(homes, action)
    calls_in_week, calls_in_ten = (calls_of(lambda home=home: action(home)) for home in homes)
    print(action.__name__, week, ten, calls_in_week, calls_in_ten)
    assert calls_in_ten <= TOLERANCE * calls_in_week
    assert ten.bytes_read <= TOLERANCE * week.bytes_read
    assert ten.opened <= TOLERANCE * week.opened
    assert ten.peak_kib <= TOLERANCE * week.peak_kib + MOST_ROWS_KIB
    return week, ten


SMALL = pytest.mark.parametrize("homes", [(14, 8)], indirect=True)
"""A visit each fortnight, few addresses: quickly made."""
WHOLE = pytest.mark.parametrize("homes", [(1, 52)], indirect=True)


@SMALL
def test_no_night_costs_more_after_ten_years(homes: tuple[Home, Home]) -> None:
    for action in (Home.visit, Home.status, Home.process_file):
        week, ten = at_night(homes, action)
        assert ten.cpu_seconds <= 2 * week.cpu_seconds + 0.2  # true, and no flicker


@pytest.mark.long
@WHOLE
def test_every_night_of_ten_years_takes_no_longer(homes: tuple[Home, Home]) -> None:
    """3,650 nights of 52 addresses. Each run measures both homes, so a busy machine slows both."""
    at_night(homes, Home.process_file)
    for action in (Home.visit, Home.status):
        at_night(homes, action)
        runs = [measured(homes, action) for _ in range(RUNS)]
        longer = median(ten.cpu_seconds / week.cpu_seconds for week, ten in runs)
        print(action.__name__, f"{longer:.3f}")
        assert longer <= TOLERANCE
