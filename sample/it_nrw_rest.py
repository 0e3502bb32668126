"""What GENESIS REST 2020 answers to ``data/tablefile``: a ZIP, or a status in JSON, always 200."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.message import Message
from pathlib import Path

COPYRIGHT = "© Statistische Ämter des Bundes und der Länder"


def is_method(folder: Path) -> bool:
    """Whether the posted address is that of a method the sample knows."""
    return folder.parts[-2:] == ("data", "tablefile")


def tablefile(folder: Path, form: Mapping[str, str], headers: Message) -> tuple[str, bytes]:
    """Media type and bytes for the table ``form["name"]``, which lies in ``folder``.

    As the real service: credentials count in the headers ``username`` and ``password`` only, a
    table that does not exist is "no objects", and every status comes with HTTP 200.
    """
    if not (headers.get("username") and headers.get("password")):
        return _status(15, "Sie sind nicht berechtigt, die Methode aufzurufen.", "ERROR", form)
    name = form.get("name", "")
    table = folder / f"{name}.zip"
    if table.parent != folder or not table.is_file():
        text = "Es gibt keine Objekte zum angegebenen Selektionskriterium"
        return _status(104, text, "Information", form)
    return "application/zip", table.read_bytes()


def _status(code: int, content: str, kind: str, form: Mapping[str, str]) -> tuple[str, bytes]:
    answer = {
        "Ident": {"Service": "data", "Method": "tablefile"},
        "Status": {"Code": code, "Content": content, "Type": kind},
        "Parameter": {**form, "username": "********************", "password": "****"},
        "Object": None,
        "Copyright": COPYRIGHT,
    }
    return "application/json", json.dumps(answer, ensure_ascii=False).encode()
