"""What a paper consists of, whatever it is printed as: text, tables, figures, and their origin.

A paper is a function from the published marts to a ``Document``. It holds finished German words
and numbers; the renderers (``html``, ``pdf``) decide only how they look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from kreishaus.labels.figure_origin import NO_NOTE, OriginNote


@dataclass(frozen=True)
class Origin:
    """What a reader must know of a number: whence, about when, known since when, how made."""

    sources: tuple[str, ...]
    about: str
    recorded_at: datetime | None = None
    published_at: datetime | None = None
    method: str = ""
    rounding: str = ""
    marts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """Sentences in one block."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of statements of equal rank."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Callout:
    """Words that must not be overlooked, with a heading of their own."""

    title: str
    texts: tuple[str, ...]
    kind: Literal["note", "warning"] = "note"


@dataclass(frozen=True)
class Column:
    """A column of a table; its label is the header of its cells."""

    label: str
    numeric: bool = True


@dataclass(frozen=True)
class Line:
    """A row of a table; its first cell is the header of the others.

    A ``total`` is set off, a ``part`` ("darunter") is indented under the row before it.
    """

    cells: tuple[str, ...]
    kind: Literal["plain", "total", "part"] = "plain"


@dataclass(frozen=True)
class Table:
    """Rows under a caption. ``notes`` stand below, then the origin."""

    caption: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    origin: Origin | None = None

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line.cells) != len(self.columns):
                raise ValueError(
                    f"{self.caption}: {len(line.cells)} cells under {len(self.columns)} columns: "
                    f"{line.cells}"
                )


@dataclass(frozen=True)
class Figure:
    """A picture, the words for who does not see it, and the numbers it is drawn from.

    ``data`` is None where the table in the text before it holds them.
    """

    caption: str
    svg: bytes
    alt: str
    data: Table | None = None
    notes: tuple[str, ...] = ()
    origin: Origin | None = None


Block: TypeAlias = "Paragraph | Bullets | Callout | Table | Figure | Section"


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A whole paper. ``facts`` stand under the title, ``summary`` before the first section.

    ``recorded_at`` is the newest moment at which Kreishaus had something that the paper stands on:
    the same marts make the same paper, so it stands for the time of printing.
    """

    name: str
    title: str
    subtitle: str
    about: date
    author: str
    facts: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    recorded_at: datetime
    annex: tuple[Table, ...] = ()
    origin_note: OriginNote = NO_NOTE
    has_contents: bool = True
