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
class Origin:
    """Where the bytes of a batch came from, as far as a parser may know it."""

    source: str
    dataset: str
    sha256: str
    label: str
    identity: str
    retrieved_at: datetime
    figure_origin: FigureOrigin = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing wrong in one file, said so that a person can act on it.

    ``place`` is the page or sheet, ``row`` what finds the row there (its number, key or label).
    """

    rule: str
    severity: Severity
    message: str
    place: str | None = None
    row: str | None = None
    column: str | None = None
    expected: str | None = None
    found: str | None = None


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


class UnreadableFile(Exception):
    """A file that cannot be read truly. Carries what was found wrong; never a guess."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


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
