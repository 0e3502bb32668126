"""What dbt remembers of its last parse, forgotten when a yml file of the project has changed.

dbt 1.11 fails with "two schema.yml entries for the same resource" where an entry has moved from one
file to another since it parsed last, and fails again each time. An upgrade moves entries.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

REMEMBERED = "partial_parse.msgpack"
NOTE = "yml_parsed.sha256"


def forget_stale_parse(project: Path, target: Path) -> None:
    """Remove what dbt remembers in ``target`` unless it is of the yml files of today."""
    today = _fingerprint(project / "models")
    note = target / NOTE
    if note.exists() and note.read_text(encoding="utf-8") == today:
        return
    (target / REMEMBERED).unlink(missing_ok=True)
    note.write_text(today, encoding="utf-8")


def _fingerprint(models: Path) -> str:
    said = hashlib.sha256()
    for path in sorted(models.rglob("*.yml")):
        said.update(f"{path.relative_to(models)}\n".encode())
        said.update(hashlib.sha256(path.read_bytes()).digest())
    return said.hexdigest()
