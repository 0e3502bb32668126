"""The words of every part of Kreishaus for a file on its way from a source to a staged table.

Kept free of pandas and pyarrow at run time, so that a DAG file may import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from kreishaus.figure_origin import FigureOrigin

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Request:
    """One thing a source offers right now: an address or a file in a drop folder.

    ``identity`` is the address without what changes between two visits (``v=``, ``nn=``, session
    ids): two requests with one identity offer the same thing at two times. ``label`` is what a
    person calls it ("2021-09", "WTG_Stichtag_2021-08-15.xlsx"). ``otherwise`` asks for the same
    thing by another way, where this one brings no data. ``fault`` says what is known to keep it
    from being read; then there is nothing to fetch it by.
    """

    identity: str
    label: str
    url: str | None = None
    path: str | None = None
    form: Mapping[str, str] | None = None
    extension: str = "bin"
    otherwise: Request | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Finding:
    """One thing wrong in one file, said so that a person can act on it.

    ``place`` is the page or sheet, ``row`` what finds the row there (its number, key or label).
    ``to_do`` is what its reader does about it, where that differs from what is done about any
    finding. Texts are those of ``kreishaus.wording``, so that they can be said in German.
    """

    rule: str
    severity: Severity
    message: str
    place: str | None = None
    row: str | None = None
    column: str | None = None
    expected: str | None = None
    found: str | None = None
    to_do: str | None = None


@dataclass(frozen=True)
class Origin:
    """Where the bytes of a batch came from, as far as a parser may know it.

    Of a canonical table ``reduction`` says how it was made; None: the bytes are as they came.
    ``left_out`` are warnings of what did not land of them.
    ``label_from`` is the identity of the request that corrected the label, where one did.
    """

    source: str
    dataset: str
    sha256: str
    label: str
    identity: str
    retrieved_at: datetime
    reduction: Reduction | None = None
    figure_origin: FigureOrigin = "unknown"
    left_out: tuple[Finding, ...] = ()
    label_from: str | None = None


@dataclass(frozen=True)
class Batch:
    """What a parser read from one landed file.

    ``period`` is the unit of which a newer file replaces an older one ("2021-09" for a monthly
    table, "2021-08-15" for a reference date, "all" for a file that always holds the whole
    history). ``tables`` maps a staged table's name to its rows; every row has ``source_place``
    (page or sheet) and ``source_row`` (number of the row or line there, from 1).
    """

    period: str
    tables: Mapping[str, pd.DataFrame]
    published_at: datetime | None = None
    findings: tuple[Finding, ...] = field(default=())


@dataclass(frozen=True)
class Reduction:
    """What is known of an offered file of which only a canonical table was kept.

    ``original`` is the SHA-256 of the bytes that were offered; ``form`` the version of the form of
    the canonical table. ``inputs`` stands for all else that the table depends on (the recogniser,
    its lists, dates in the file's name): one original under one ``inputs`` gives one table.
    ``counts`` is the same for the same counts, however they were recognised. ``findings`` are
    warnings that were found on the way, and no part of the table.
    """

    original: str
    form: int
    inputs: str
    counts: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Reduced:
    """The canonical table of an offered file: the bytes to land, and what they are called."""

    content: bytes
    label: str
    reduction: Reduction


@dataclass(frozen=True)
class Stripped:
    """What lands of a file in place of its bytes: they themselves, or a form without persons.

    ``form`` is the version of what is written: with another one the same file makes other bytes.
    """

    content: bytes
    form: int
    warnings: tuple[Finding, ...] = ()


class UnreadableFile(Exception):
    """A file that cannot be read truly. Carries what was found wrong; never a guess."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(map(_said, findings)))
        self.findings = findings


def _said(finding: Finding) -> str:
    return " ".join(filter(None, (finding.message, finding.to_do)))


class FileRejected(Exception):
    """A file that must not be kept at all. The message names the marker, never a value."""


class SourceUnavailable(Exception):
    """A source did not answer, or not with data. Trying again later may heal it."""


class SourceRefused(SourceUnavailable):
    """A source will answer the same until somebody acts. The message says what to do."""


class NothingOffered(Exception):
    """A source answered properly that it holds nothing for this question. No failure."""


@dataclass(frozen=True)
class Landed:
    """A file that lies in the landing store, by the words needed to find it again."""

    source: str
    dataset: str
    sha256: str
    label: str

    @property
    def dataset_id(self) -> str:
        return f"{self.source}/{self.dataset}"
