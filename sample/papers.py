"""Printed tables of the county, as an officer drops them: a head, and the table as printed."""

from __future__ import annotations

from pathlib import Path

from kreishaus.figure_origin import MARKS

TABLE = b"\nTabelle\n"
NOTE = f"\n# {MARKS['rebuilt']}".encode()
FIGURES = Path(__file__).parent / "figures" / "papers"


def write(target: Path) -> None:
    """Copy the tables to ``target/drop/papers``, byte by byte but for the mark in their head."""
    folder = target / "drop" / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    for table in sorted(FIGURES.glob("*.csv")):
        (folder / table.name).write_bytes(marked(table.read_bytes()))


def marked(table: bytes) -> bytes:
    """A table whose head ends with the generator's mark, as a note."""
    head, separator, figures = table.partition(TABLE)
    if not separator:
        raise ValueError(f"expected a line {TABLE.decode().strip()}, found none")
    return head + NOTE + separator + figures
