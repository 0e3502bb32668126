"""The quarantine: files that must not become numbers, each with a reason a person can act on.

quarantine/<source>/<dataset>/<sha256>/<label>        the bytes, as landed
                                      /reason.json    the findings
                                      /reason.txt     the same, to be read
                                      /checks.parquet, validation.json, batch.json
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kreishaus.files import commit_directory, new_directory, remove_directory, write_synced
from kreishaus.model import Finding
from kreishaus.store.index import Index
from kreishaus.store.staging import BatchRecord, read_record, write_checks, write_record


@dataclass(frozen=True)
class QuarantinedFile:
    """A file in quarantine, with what was found wrong in it."""

    record: BatchRecord
    findings: tuple[Finding, ...]
    folder: Path


def explain(label: str, findings: Sequence[Finding]) -> str:
    """The findings as sentences for the person who must act; critical ones first."""
    ordered = sorted(findings, key=lambda finding: finding.severity != "critical")
    return "\n".join(f"{label}{_where(finding)}: {_what(finding)}" for finding in ordered)


def _where(finding: Finding) -> str:
    parts = [
        f"{name} {value}"
        for name, value in (
            ("page or sheet", finding.place),
            ("row", finding.row),
            ("column", finding.column),
        )
        if value
    ]
    return f", {', '.join(parts)}" if parts else ""


def _what(finding: Finding) -> str:
    compared = [
        f"{name} {value}"
        for name, value in (("expected", finding.expected), ("found", finding.found))
        if value is not None
    ]
    tail = f" ({', '.join(compared)})" if compared else ""
    return f"[{finding.rule}] {finding.message}{tail}"


class Quarantine:
    """The quarantine of one dataset."""

    def __init__(self, root: Path, source: str, dataset: str) -> None:
        self.folder = root / source / dataset
        self.index = Index(root, source, dataset)

    def keep(
        self,
        record: BatchRecord,
        content: bytes,
        findings: Sequence[Finding],
        checks: Sequence[Mapping[str, Any]],
        validation: str,
    ) -> Path:
        """Put a file aside, with its reason. Replaces an older treatment of the same bytes."""
        final = self.folder / record.sha256
        with self.index.changing(record.sha256):
            temporary = self._filled(final, record, content, findings, checks, validation)
            remove_directory(final)
            commit_directory(temporary, final)
        return final

    def release(self, sha256: str) -> None:
        """Take a file out of quarantine (its bytes stay in landing)."""
        if (self.folder / sha256).exists():
            with self.index.changing(sha256):
                remove_directory(self.folder / sha256)

    def record(self, sha256: str) -> BatchRecord | None:
        """How the bytes of this hash came into quarantine; None if they did not."""
        return read_record(self.folder / sha256)

    def files(self) -> Iterator[QuarantinedFile]:
        """Every file in quarantine, in a stable order."""
        for folder in sorted(self.folder.glob("[!._]*")):
            record = read_record(folder)
            if record is not None:
                reason = json.loads((folder / "reason.json").read_text())
                findings = tuple(Finding(**finding) for finding in reason)
                yield QuarantinedFile(record, findings, folder)

    def _filled(
        self,
        final: Path,
        record: BatchRecord,
        content: bytes,
        findings: Sequence[Finding],
        checks: Sequence[Mapping[str, Any]],
        validation: str,
    ) -> Path:
        temporary = new_directory(final)
        write_synced(temporary / _file_name(record.label), content)
        reason = [asdict(finding) for finding in findings]
        write_synced(temporary / "reason.json", json.dumps(reason, ensure_ascii=False).encode())
        write_synced(temporary / "reason.txt", explain(record.label, findings).encode() + b"\n")
        write_checks(temporary, checks)
        write_synced(temporary / "validation.json", validation.encode())
        write_record(temporary, record)
        return temporary


def _file_name(label: str) -> str:
    return re.sub(r"[^\w.-]", "_", label) or "file"
