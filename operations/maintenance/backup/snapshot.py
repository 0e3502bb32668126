"""What Kreishaus itself says of a snapshot: a document in it, beside the files that were saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

DOCUMENT = "restored/snapshot.json"
"""Where the document is in the snapshot, and in a restored home."""
FORMAT = 2
"""1 was the unencrypted store of version 0.1.0 (``old_format``)."""


@dataclass(frozen=True)
class Snapshot:
    """One saved state of the home.

    ``landed`` maps the path of each landed file to the SHA-256 of its bytes, ``marts`` the marts of
    the published version, by audience, to the hashes of their content: a restored home is compared
    with both. ``audit_head`` is the last entry of the audit log. ``complaints`` are files that
    could not be saved as they should be. ``files`` counts what was saved, without the document.
    """

    made_at: datetime
    made_by: str
    county_ags: str
    code_version: str
    files: int
    landed: Mapping[str, str]
    version: str | None = None
    marts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    as_of: tuple[Mapping[str, str], ...] = ()
    audit_head: Mapping[str, Any] | None = None
    complaints: tuple[str, ...] = ()
    id: str = ""

    @property
    def name(self) -> str:
        """The short id, as restic prints it."""
        return self.id[:8]

    @property
    def contents(self) -> frozenset[str]:
        """The hashes of the landed files that it holds."""
        return frozenset(self.landed.values())

    def document(self) -> dict[str, Any]:
        """As it is written; the id is known only afterwards, and the repository says it."""
        plain = {**asdict(self), "made_at": self.made_at.isoformat(), "format": FORMAT}
        del plain["id"]
        return plain

    @classmethod
    def read(cls, document: bytes, id_: str) -> Snapshot:
        """From what was written. Raises ``ValueError`` for anything else."""
        try:
            plain = json.loads(document)
            if (written := plain.pop("format")) != FORMAT:
                raise ValueError(f"its format is {written}, this version reads {FORMAT}")
            moment = datetime.fromisoformat(plain.pop("made_at"))
            as_of, complaints = tuple(plain.pop("as_of")), tuple(plain.pop("complaints"))
            return cls(made_at=moment, as_of=as_of, complaints=complaints, id=id_, **plain)
        except (KeyError, TypeError) as error:
            raise ValueError(f"it is no document of a snapshot ({error!r})") from error
