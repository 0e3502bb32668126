"""The sample of Heimfinder NRW: the real number of homes, an invented handful of free places."""

import json
from collections import Counter
from pathlib import Path

import pytest
from heimfinder_answers_made import LIST

from sample import heimfinder


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    target: Path = tmp_path_factory.mktemp("sample")
    heimfinder.write(target)
    return json.loads((target / f"http{LIST}").read_text())["_items"]


def test_46_homes_by_municipality(entries: list[dict]) -> None:
    own = [entry for entry in entries if entry["kreis"] == "Rhein-Kreis Neuss"]
    assert Counter(entry["adresse"]["ort"] for entry in own) == {
        "Dormagen": 7,
        "Grevenbroich": 8,
        "Jüchen": 2,
        "Kaarst": 6,
        "Korschenbroich": 4,
        "Meerbusch": 5,
        "Neuss": 12,
        "Rommerskirchen": 2,
    }
    assert len(entries) == 46 + 5


def test_a_handful_is_free_and_some_homes_say_nothing(entries: list[dict]) -> None:
    free = [
        entry["freie_plaetze"]["gesamt"]
        for entry in entries
        if entry["kreis"] == "Rhein-Kreis Neuss"
    ]
    assert sum(number or 0 for number in free) == 8
    assert free.count(None) == 5


def test_the_same_bytes_every_time(tmp_path: Path) -> None:
    for run in ("one", "two"):
        heimfinder.write(tmp_path / run)
    one, two = (tmp_path / run / f"http{LIST}" for run in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_what_is_invented_says_so(entries: list[dict]) -> None:
    for entry in entries:
        assert entry["id"].startswith("sample-")
        assert "(Sample)" in entry["einrichtung"]["name"]
        assert "Sample" in entry["einrichtung"]["ansprechpartner"]["nachname"]
