"""What dbt remembers of its last parse, forgotten when a yml file of the project has changed.

dbt 1.11 fails with "two schema.yml entries for the same resource" where an entry has moved from one
file to another since it parsed last, and fails again each time. An upgrade moves entries.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from pathlib import Path

REMEMBERED = "partial_parse.msgpack"
NOTE = "yml_parsed.sha256"


def forget_stale_parse(project: Path, target: Path, parsed: Path | None = None) -> None:
    """Remove what dbt remembers in ``target`` unless it is of the yml files of today.

    Where nothing is left, that of ``parsed`` is taken if it is of today: a first build need not
    parse once more what a night has parsed before it.
    """
    today = _fingerprint(project / "models")
    if not _is_of(target, today):
        (target / REMEMBERED).unlink(missing_ok=True)
        (target / NOTE).write_text(today, encoding="utf-8")
    if parsed and _is_of(parsed, today) and not (target / REMEMBERED).exists():
        with suppress(FileNotFoundError):  # that parse failed
            shutil.copyfile(parsed / REMEMBERED, target / REMEMBERED)


def _is_of(target: Path, today: str) -> bool:
    note = target / NOTE
    return note.exists() and note.read_text(encoding="utf-8") == today


def _fingerprint(models: Path) -> str:
    said = hashlib.sha256()
    for path in sorted(models.rglob("*.yml")):
        said.update(f"{path.relative_to(models)}\n".encode())
        said.update(hashlib.sha256(path.read_bytes()).digest())
    return said.hexdigest()
