"""The quarantine: files that must not become numbers, each with a reason a person can act on.

quarantine/<source>/<dataset>/<sha256>/<label>        the bytes, as landed
                                      /reason.json    the findings, in English and German
                                      /reason.txt     the same, for the officer who must act
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
from kreishaus.wording import (
    Language,
    Text,
    closed,
    from_document,
    in_language,
    joined,
    say,
    to_document,
)

WHAT_TO_DO = say(
    "The last good version stays in force. Look at these places in the file. If the file is wrong, "
    "its publisher or author corrects it: the corrected file is taken by itself. If the file is "
    "right, tell whoever looks after Kreishaus, with this text."
)


@dataclass(frozen=True)
class QuarantinedFile:
    """A file in quarantine, with what was found wrong in it."""

    record: BatchRecord
    findings: tuple[Finding, ...]
    folder: Path


def explain(label: str, findings: Sequence[Finding]) -> Text:
    """The findings as sentences for the person who must act; critical ones first.

    In German: what, where, expected, found, what to do.
    """
    ordered = worst_findings_first(findings)
    return joined((_sentence(label, finding) for finding in ordered), "\n")


def worst_findings_first(findings: Sequence[Finding]) -> list[Finding]:
    """Critical ones before warnings, otherwise in the order given."""
    return sorted(findings, key=lambda finding: finding.severity != "critical")


def _sentence(label: str, finding: Finding) -> Text:
    return say(
        "{label}{where}: [{rule}] {message}{to_do}{compared}",
        label=label,
        where=_where(finding),
        rule=finding.rule,
        message=closed(finding.message),
        to_do=joined(("", finding.to_do)) if finding.to_do else "",
        compared=_compared(finding),
    )


def _where(finding: Finding) -> Text:
    parts: list[str] = []
    if finding.place:
        parts.append(say(", page or sheet {place}", place=finding.place))
    if finding.row:
        parts.append(say(", row {row}", row=finding.row))
    if finding.column:
        parts.append(say(", column {column}", column=finding.column))
    return joined(parts, "")


def _compared(finding: Finding) -> str:
    expected, found = finding.expected, finding.found
    if expected is not None and found is not None:
        return say(" (expected {expected}, found {found})", expected=expected, found=found)
    if expected is not None:
        return say(" (expected {expected})", expected=expected)
    return "" if found is None else say(" (found {found})", found=found)


def reason_text(label: str, findings: Sequence[Finding]) -> Text:
    """What ``reason.txt`` says: the findings, and what an officer does about them."""
    return joined((explain(label, findings), WHAT_TO_DO), "\n\n")


def findings_in(folder: Path) -> tuple[Finding, ...]:
    """Why the file of ``folder`` is in quarantine; nothing where it is not there any more."""
    try:
        reason = json.loads((folder / "reason.json").read_bytes())
    except FileNotFoundError:
        return ()
    return tuple(Finding(**from_document(finding)) for finding in reason)


class Quarantine:
    """The quarantine of one dataset."""

    def __init__(self, root: Path, source: str, dataset: str, language: Language = "de") -> None:
        self.folder = root / source / dataset
        self.language = language
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
                yield QuarantinedFile(record, findings_in(folder), folder)

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
        reason = to_document([asdict(finding) for finding in findings])
        write_synced(temporary / "reason.json", json.dumps(reason, ensure_ascii=False).encode())
        told = in_language(reason_text(record.label, findings), self.language)
        write_synced(temporary / "reason.txt", told.encode() + b"\n")
        write_checks(temporary, checks)
        write_synced(temporary / "validation.json", validation.encode())
        write_record(temporary, record)
        return temporary


def _file_name(label: str) -> str:
    return re.sub(r"[^\w.-]", "_", label) or "file"
