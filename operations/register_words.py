"""``kreishaus azr check`` in German: what an officer reads about a file of the register.

It quotes the file, and stands on the officer's own screen only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.azr.examine import Examination
from ingest.azr.recognise import REPEATED, TWICE, Unknown
from kreishaus.model import Batch, Finding
from kreishaus.settings import County
from kreishaus.wording import in_language

MOST_SHOWN = 30
LONGEST_TEXT = 80
TABLES = {
    "crosstable": "Kreuztabelle nach Status, Geschlecht und Alter",
    "series": "Zeitreihe nach Statusgruppe",
    "municipalities": "Ausländerinnen und Ausländer nach Gemeinde",
}
PLACES = {
    "the whole file": "die ganze Datei",
    "sheet": "Blatt",
    "row": "Zeile",
    "column": "Spalte",
    "(hidden)": "(ausgeblendet)",
    "its name": "sein Name",
    "the authors": "Eigenschaften: Verfasser",
    "the properties": "Eigenschaften der Datei",
    "the formulas": "Formeln",
    "headers and footers": "Kopf- und Fußzeilen",
    "the theme": "das Design",
    "the formats of numbers": "Zahlenformate",
    "the links": "Verknüpfungen",
    "the names of parts": "Namen der Teile der Datei",
    "the texts beside the cells": "Texte neben den Zellen",
    "names, headers and footers": "Namen, Kopf- und Fußzeilen",
    "the list of texts": "Liste der Texte (auch gelöschter)",
    "the rest of the file": "übrige Teile der Datei",
    "the texts of formulas": "Texte in Formeln",
}
WRONG = {
    TWICE: "diese Zeile kommt zweimal vor, wie in einer Liste von Personen oder Ortsteilen",
    REPEATED: "derselbe Text steht immer wieder da, wie in einer Liste von Personen",
    "several tables of one kind": "mehrere Tabellen derselben Art; bitte einzeln abgeben",
    "fields of a letterhead that are not one office's": "Briefköpfe mehrerer Stellen",
}
FAULTS = {
    "header": "die Spaltenköpfe sind nicht vollständig, oder einer kommt zweimal vor",
    "unknown_column": "dieser Spaltenkopf gehört nicht zur Tabelle",
    "label_column": "es gibt keine Spalte mit bekannten Bezeichnungen",
    "rows": "unter den Spaltenköpfen steht keine Zeile",
    "number": "hier steht weder eine Anzahl noch eines der Zeichen - . ... / x",
    "unknown_label": "diese Bezeichnung ist unbekannt oder galt am Stichtag nicht",
    "line_number": "der Zeile fehlt ihre Nummer",
    "reference_date": "dieser Stichtag in den Spaltenköpfen steht nicht in der Reihenfolge oder "
    "ist keiner",
    "no_reference_date": "ein Stichtag fehlt: bitte „Stand: TT.MM.JJJJ“ in eine eigene Zeile über "
    "der Tabelle schreiben",
    "several_reference_dates": "der Stichtag ist nicht eindeutig: „Stand: TT.MM.JJJJ“ über der "
    "Tabelle, Spaltenköpfe, Anmerkungen und Dateiname müssen denselben Tag nennen",
    "implausible_reference_date": "der Stichtag liegt vor dem Jahr 2000 oder in der Zukunft",
    "no_such_reference_date": "diesen Tag gab es nie",
    "part_and_whole": "diese Zahl passt in keine ihrer Summen: Ist sie eine Anzahl?",
    "ambiguous_label": "diese Bezeichnung kann zwei Status meinen",
    "month_or_quarter": "diese Spaltenköpfe können Monate oder Quartale meinen",
    "unknown_municipality": "dies ist keine Gemeinde des Kreises",
    "municipality_missing": "eine Gemeinde des Kreises fehlt",
    "row_sums_by_sex": "die Geschlechter ergeben nicht die Summe ihrer Zeile",
}
NO_TABLE = (
    "Keine bekannte Tabelle gefunden. Erwartet wird eine Kreuztabelle (Status nach Geschlecht und "
    "Alter), eine Zeitreihe (Status nach Stichtag) oder eine Tabelle nach Gemeinden."
)
OPAQUE = (
    "Die Datei lässt sich nicht durchsehen: Sie ist leer, beschädigt, mit einem Passwort geschützt "
    "oder enthält Teile, die keine Tabelle sind. Bitte als .xlsx oder .csv neu speichern."
)
NOT_KEPT = "Von der Datei würde nichts übernommen. Geprüft wurde nur hier; nichts ist gespeichert."


def lines(found: Examination, county: County) -> Iterator[str]:
    """What was found, a line each, and what to do at the end."""
    for dataset, batch in found.tables.items():
        yield _table(dataset, batch)
    if found.opaque:
        yield OPAQUE
    elif not (found.tables or found.faults):
        yield NO_TABLE
    for mark in found.marks:
        yield f"{_place(mark.place)}: sieht nach Angaben zu einzelnen Personen aus."
    unknown = _causes(found.unknown)
    yield from map(_unknown, unknown[:MOST_SHOWN])
    if len(unknown) > MOST_SHOWN:
        yield f"und {len(unknown) - MOST_SHOWN} weitere Stellen"
    for dataset, faults in found.faults.items() if not unknown else ():
        for fault in faults[:MOST_SHOWN]:
            yield f"{TABLES[dataset]}, {_fault(fault)}"
    if len(found.tables) > 1:
        yield "Die Datei enthält mehrere Tabellen. Bitte jede in einer eigenen Datei abgeben."
    yield from _advice(found, county)


def _causes(unknown: Sequence[Unknown]) -> list[Unknown]:
    """Those that explain the others: beside a text that is not understood no count is one."""
    rows_with_words = {_row(one) for one in unknown if _is_words(one)}
    return [one for one in unknown if _is_words(one) or _row(one) not in rows_with_words]


def _row(one: Unknown) -> str:
    return one.place.partition(", column ")[0]


def _is_words(one: Unknown) -> bool:
    return any(sign.isalpha() for sign in one.text)


def _table(dataset: str, batch: Batch) -> str:
    cells = batch.tables["cells"]
    newest = max(cells["reference_date"])
    return f"{TABLES[dataset]}, Stichtag {newest:%d.%m.%Y}: {len(cells)} Werte erkannt."


def _place(place: str) -> str:
    if place in PLACES:
        return PLACES[place]
    if not place.startswith("sheet"):
        return in_language(place, "de")
    words = re.split(r"(\bsheet\b|\brow\b|\bcolumn\b|\(hidden\)|\bits name\b)", place)
    return "".join(PLACES.get(word, word) for word in words)


def _unknown(one: Unknown) -> str:
    if one.is_understood:
        said = in_language(one.what, "de")
    elif one.what in WRONG:
        said = WRONG[one.what]
    else:
        said = "nicht verstanden" if one.text else "hier stehen mehr Angaben, als eine Tabelle hat"
    text = one.text if len(one.text) <= LONGEST_TEXT else f"{one.text[:LONGEST_TEXT]} ..."
    return f"{_place(one.place)}: {said}{f': „{text}“' if text else ''}"


def _fault(fault: Finding) -> str:
    where = [
        f"{name} {text}"
        for name, text in (
            ("Blatt", fault.place),
            ("Zeile", fault.row),
            ("Spalte", fault.column),
        )
        if text
    ]
    found = f" (gefunden: „{fault.found}“)" if fault.found else ""
    if fault.found == "nothing":
        found = " (die Zelle ist leer; als Null gilt sie nur, wo die Summen es zeigen)"
    return f"{', '.join(where)}: {FAULTS.get(fault.rule, 'nicht lesbar')}{found}"


def _advice(found: Examination, county: County) -> Iterator[str]:
    if found.enters:
        yield "Die Datei würde übernommen: nur diese Werte, kein Name, kein Kopf, kein Text."
        return
    yield NOT_KEPT
    if found.marks:
        yield "Was zu tun ist: Bitte nur die zusammengefasste Tabelle abgeben, ohne Personen."
    elif any(one.text for one in found.unknown) or "unknown_label" in _rules(found):
        yield (
            "Was zu tun ist: Steht dort nichts, was zur Tabelle gehört, bitte löschen. Ist es eine "
            "andere Schreibweise für einen bekannten Status oder eine Spalte, kann der Kreis sie "
            f"eintragen: eine Zeile in register_aliases.csv im Ordner counties/{county.ags}, die "
            "eine zweite Person bestätigt. Danach die Datei noch einmal abgeben."
        )


def _rules(found: Examination) -> set[str]:
    return {fault.rule for faults in found.faults.values() for fault in faults}
