"""What GENESIS REST 2020 answers: a ZIP, or a status in JSON, always with HTTP 200.

Two methods: ``data/tablefile``, and ``find/find`` for the table whose true code nobody knows yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.message import Message
from pathlib import Path
from typing import Any

COPYRIGHT = "© Statistische Ämter des Bundes und der Länder"
METHODS = (("data", "tablefile"), ("find", "find"))
NO_OBJECT = "Es gibt keine Objekte zum angegebenen Selektionskriterium"
TITLES = {
    "22421-02i": "Pflegebedürftige nach Leistungsarten - kreisfreie Städte und Kreise - Jahr",
    "22421-00xx": "Pflegebedürftige nach Altersgruppen und Leistungsarten - Land - Jahr (sample)",
    "12421-00xx": "Bevölkerungsvorausberechnung nach Varianten, Geschlecht und Altersgruppen - "
    "kreisfreie Städte und Kreise (sample)",
}


def is_method(folder: Path) -> bool:
    """Whether the posted address is that of a method the sample knows."""
    return folder.parts[-2:] in METHODS


def answer(folder: Path, form: Mapping[str, str], headers: Message) -> tuple[str, bytes]:
    """Media type and bytes of the answer of the method at ``folder``.

    As the real service: credentials count in the headers ``username`` and ``password`` only, a
    table that does not exist is "no objects", and every status comes with HTTP 200.
    """
    if not (headers.get("username") and headers.get("password")):
        return _status(15, "Sie sind nicht berechtigt, die Methode aufzurufen.", "ERROR", form)
    if folder.parts[-2:] == ("find", "find"):
        return _find(form)
    name = form.get("name", "")
    table = folder / f"{name}.zip"
    if table.parent != folder or not table.is_file():
        return _status(104, NO_OBJECT, "Information", form)
    return "application/zip", table.read_bytes()


def _find(form: Mapping[str, str]) -> tuple[str, bytes]:
    words = form.get("term", "").casefold().split()
    tables = [
        {"Code": code, "Content": title, "Time": ""}
        for code, title in TITLES.items()
        if all(word in title.casefold() for word in words)
    ]
    if not tables:
        return _status(104, NO_OBJECT, "Information", form)
    return _status(0, "erfolgreich", "Information", form, Tables=tables)


def _status(
    code: int,
    content: str,
    kind: str,
    form: Mapping[str, str],
    **more: Any,  # noqa: ANN401 - JSON is anything
) -> tuple[str, bytes]:
    document = {
        "Ident": {"Service": "data", "Method": "tablefile"},
        "Status": {"Code": code, "Content": content, "Type": kind},
        "Parameter": {**form, "username": "********************", "password": "****"},
        "Object": None,
        "Copyright": COPYRIGHT,
        **more,
    }
    return "application/json", json.dumps(document, ensure_ascii=False).encode()
