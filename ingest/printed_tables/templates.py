"""Templates of printed tables: a CSV with its head, the county's rows, and how to fill it."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from kreishaus.settings import County, Section

FILE = Path(__file__).with_name("templates.toml")
COUNTY_KEY = "<Kreisschlüssel>"
YEARS = 5
"""So many years before today a table by years begins with; lines may be added and deleted."""

NOTES = (
    "So füllen Sie diese Datei aus. Zeilen, die mit # beginnen, sind Hinweise und werden nicht "
    "gelesen.",
    "1. Ersetzen Sie im Kopf jede Angabe in spitzen Klammern, zum Beispiel durch 30.11.2021.",
    "2. Tragen Sie unter „Tabelle“ die Zahlen ein, wie sie gedruckt sind: auch Tippfehler, „k. A.“ "
    "und leere Felder.",
    "3. Zeilen, die nicht gedruckt sind, löschen Sie. Die Spaltentitel bleiben in einer Zeile.",
    "4. Heißt eine Zeile in der Vorlage anders, schreiben Sie das gedruckte Wort in die Tabelle "
    "und oben eine Zeile wie: Zeile;RKN;05162",
    "5. Eine Spalte, die keine Zahlen hat, bekommt oben die Zeile: Spalte;Bemerkung;Text",
    "6. Speichern Sie als CSV (Trennzeichen Semikolon) und legen Sie die Datei in den Ablageordner "
    "für gedruckte Vorlagen. Angaben zu Personen gehören nicht hinein.",
)


class Template(Section):
    """What one kind of table holds; ``fixed`` are lines of the head."""

    title: str
    fixed: tuple[tuple[str, str], ...]
    rows_are: str
    first_column: str
    rows: Annotated[
        Literal["municipalities", "years"] | tuple[str, ...], Field(union_mode="left_to_right")
    ]
    columns: Mapping[str, str]


@cache
def templates() -> Mapping[str, Template]:
    """Every template, by its kind."""
    said = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {kind: Template.model_validate(entry) for kind, entry in said.items()}


def template(kind: str, county: County, today: date) -> str:
    """The CSV of a template for a county. Raises ``KeyError`` naming the kinds that exist."""
    if kind not in templates():
        raise KeyError(f"no template {kind!r}; there are: {', '.join(templates())}")
    made = templates()[kind]
    whole, rows = _rows(made, county, today)
    head = [
        ["Dokument", "<Vorlage oder Bericht, mit Datum der Sitzung>"],
        ["Stelle", f"{made.title}, <Seite oder Anlage>"],
        ["Gedruckt am", "<TT.MM.JJJJ>"],
        *([name, county.ags if value == COUNTY_KEY else value] for name, value in made.fixed),
        ["Zeilen", made.rows_are],
        ["Spalten", "Kennzahl"],
        *(["Spalte", label, metric] for label, metric in made.columns.items()),
        *whole,
    ]
    table = [
        [made.first_column, *made.columns],
        *([row, *("" for _ in made.columns)] for row in rows),
    ]
    notes = "".join(f"# {note}\n" for note in NOTES)
    return f"{_written(head)}\n{notes}\nTabelle\n{_written(table)}"


def _rows(made: Template, county: County, today: date) -> tuple[Sequence[list[str]], Sequence[str]]:
    """Lines of the head about rows, and the labels of the rows."""
    if made.rows == "municipalities":
        total = f"{county.name} gesamt"
        return [["Zeile", total, county.ags]], [*county.municipalities.values(), total]
    if made.rows == "years":
        return [], [str(today.year - back) for back in range(YEARS, 0, -1)]
    return [], made.rows


def _written(rows: Sequence[Sequence[str]]) -> str:
    sink = io.StringIO()
    csv.writer(sink, delimiter=";", lineterminator="\n").writerows(rows)
    return sink.getvalue()
