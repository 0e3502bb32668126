"""The numbers of the IT.NRW sample. Their sources: ``sample/figures/it_nrw/README.md``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FIGURES = Path(__file__).parent / "figures" / "it_nrw"
NOT_AGES = ("region_code", "nationality", "sex")
BOTH_SEXES = ("male", "female")
LENGTH_OF_KREIS = 5


def read_figures(name: str) -> list[dict[str, str]]:
    """The rows of a file of figures."""
    with (FIGURES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def regions() -> dict[str, str]:
    """Key -> name of every region in 12411-03-03-4, in its order; also of dissolved ones."""
    return {row["region_code"]: row["name"] for row in read_figures("regions.csv")}


@cache
def counted() -> dict[tuple[str, str], dict[str, int]]:
    """(Kreis, sex) -> the 21 age groups -> persons at the end of 2024, Germans and foreigners.

    A dissolved Kreis has nobody, and is left out.
    """
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in read_figures("population_2024-12-31.csv"):
        if len(row["region_code"]) != LENGTH_OF_KREIS:
            continue  # a city inside a Kreis is in the Kreis already
        ages = found.setdefault((row["region_code"], row["sex"]), {})
        for age, printed in row.items():
            if age not in NOT_AGES:
                ages[age] = ages.get(age, 0) + (0 if printed == "-" else int(printed))
    return {key: ages for key, ages in found.items() if any(ages.values())}
