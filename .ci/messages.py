"""Bring the catalogue of messages up to date with the code: new templates in, unused ones out.

    .venv/bin/python .ci/messages.py

A new template has no German yet: write it into kreishaus/locale/de.po. The test of the catalogue
(tests/unit/repository/test_messages.py) fails until every template has one.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "helpers"))

from said_in_code import templates  # noqa: E402

NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""The form asks for one; the day of today would change the file without a change of words."""
CATALOGUE = ROOT / "kreishaus" / "locale" / "de.po"
HEAD = """German for what Kreishaus says in English: docs/architecture.md, "Messages".
Entries stand in the order of their English; .ci/messages.py keeps them in step with the code."""


def main() -> None:
    """Rewrite the catalogue in its one form, so that two changes meet in few lines."""
    known: dict[object, object] = {}
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as file:
            known = {entry.id: entry.string for entry in read_po(file, locale="de") if entry.id}
    comment = "\n".join(f"# {line}" for line in HEAD.splitlines())
    catalogue = Catalog(
        locale="de",
        project="Kreishaus",
        header_comment=comment,
        creation_date=NO_DAY,
        revision_date=NO_DAY,
    )
    used = templates(ROOT)
    for template in sorted(used):
        flags = ["python-brace-format"] if "{" in template else []
        catalogue.add(template, str(known.get(template, "")), flags=flags)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False)
    without = sum(not known.get(template) for template in used)
    print(f"{CATALOGUE}: {len(used)} templates, {without} without German")


if __name__ == "__main__":
    main()
