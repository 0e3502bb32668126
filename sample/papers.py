"""Printed tables of the county, as an officer drops them: a head, and the table as printed."""

from __future__ import annotations

from pathlib import Path

FIGURES = Path(__file__).parent / "figures" / "papers"


def write(target: Path) -> None:
    """Copy the tables to ``target/drop/papers``, byte by byte."""
    folder = target / "drop" / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    for table in sorted(FIGURES.glob("*.csv")):
        (folder / table.name).write_bytes(table.read_bytes())
