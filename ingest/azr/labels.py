"""The label of a row of statuses; that of a country alone says one with the group above it."""

from __future__ import annotations

from formats.sheets import Sheet
from formats.text import printed
from vocabulary.statuses import OF_WHICH, status_aliases

OF_GROUP = {"pending": "darunter {country} (im Verfahren)", "family": "Familiäre Gründe {country}"}
"""The groups that the register divides by countries, and the label of a country in each."""


def label_at(sheet: Sheet, row: int, column: int) -> str:
    """The label of a row: "davon Syrien" below "Flüchtlinge im Verfahren" as the one that it means.

    As it is printed where it is known, or where no such group stands right above.
    """
    label, known = sheet.text(row, column), status_aliases()
    if known.knows(label) or not is_country(label):
        return label
    for line in sorted((line for line in sheet.rows if line < row), reverse=True):
        above = sheet.text(line, column)
        code = known.any_code(above) or ""
        if code in OF_GROUP:
            return _in_group(label, code)
        if above and not is_country(above) and not code.startswith(tuple(OF_GROUP)):
            break
    return label


def is_country(label: object) -> bool:
    """Whether a text names one of the countries by which the register divides, and nothing else."""
    means = status_aliases().any_code(_in_group(printed(label), "family"))
    return means is not None and means.startswith("family_")


def _in_group(label: str, group: str) -> str:
    return OF_GROUP[group].format(country=OF_WHICH.sub("", f"{label}"))
