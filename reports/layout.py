"""A document as plain data, numbered: what both renderers walk through.

Numbers of sections, tables and figures are given here, once, so that "Tabelle 3" is the same table
on the screen and on paper. Numbers behind a figure that no table of the text shows come into an
annex, with the tables that are too long for the text.
"""

from __future__ import annotations

import math
import re
from typing import Any

from kreishaus.labels.figure_origin import OriginNote
from kreishaus.labels.formats import day, listed, moment
from kreishaus.local_time import HERE
from reports.document import (
    Block,
    Bullets,
    Callout,
    Document,
    Figure,
    Origin,
    Paragraph,
    Section,
    Table,
)

ANNEX = "Anhang: Zahlen im Einzelnen"

Plain = dict[str, Any]


def laid_out(document: Document) -> Plain:
    """The document as dictionaries, lists and strings."""
    counting = _Counting(document.origin_note)
    body = [
        counting.section(section, f"{number}", 2)
        for number, section in enumerate(document.sections, 1)
    ]
    annex = [*counting.behind, *document.annex]
    if annex:
        blocks = [counting.table(table) for table in annex]
        number = str(len(body) + 1)
        body.append(_heading(ANNEX, number, 2, blocks))
    return {
        "name": document.name,
        "title": document.title,
        "subtitle": document.subtitle,
        "author": document.author,
        "about": day(document.about),
        "facts": [{"label": label, "value": value} for label, value in document.facts],
        "summary": list(document.summary),
        "sections": body,
        "sample": document.origin_note.sentence,
        "has_contents": document.has_contents,
    }


def _heading(title: str, number: str, level: int, blocks: list[Plain]) -> Plain:
    return {
        "kind": "section",
        "id": f"abschnitt-{number.replace('.', '-')}",
        "number": number,
        "level": level,
        "title": title,
        "blocks": blocks,
    }


class _Counting:
    """Walks a document and counts its tables and figures."""

    def __init__(self, origin_note: OriginNote) -> None:
        self.origin_note = origin_note
        self.tables = 0
        self.figures = 0
        self.behind: list[Table] = []

    def section(self, section: Section, number: str, level: int) -> Plain:
        blocks, below = [], 0
        for block in section.blocks:
            if isinstance(block, Section):
                below += 1
                blocks.append(self.section(block, f"{number}.{below}", level + 1))
            else:
                blocks.append(self.block(block))
        return _heading(section.title, number, level, blocks)

    def block(self, block: Block) -> Plain:
        match block:
            case Paragraph():
                return {"kind": "paragraph", "text": block.text}
            case Bullets():
                return {"kind": "bullets", "items": list(block.items)}
            case Callout():
                return {
                    "kind": "callout",
                    "tone": block.kind,
                    "title": block.title,
                    "texts": list(block.texts),
                }
            case Table():
                return self.table(block)
            case Figure():
                return self.figure(block)
        raise TypeError(f"a {type(block).__name__} cannot stand within a section")

    def table(self, table: Table) -> Plain:
        self.tables += 1
        return {
            "kind": "table",
            "id": f"tabelle-{self.tables}",
            "label": f"Tabelle {self.tables}",
            "caption": table.caption,
            "columns": [
                {
                    "label": column.label,
                    "numeric": column.numeric,
                    "measure": measure(place, table),
                }
                for place, column in enumerate(table.columns)
            ],
            "lines": [{"kind": line.kind, "cells": list(line.cells)} for line in table.lines],
            "notes": [*table.notes, *origin_sentences(table.origin, self.origin_note)],
        }

    def figure(self, figure: Figure) -> Plain:
        self.figures += 1
        if figure.data is not None:
            self.behind.append(figure.data)
        return {
            "kind": "figure",
            "id": f"abbildung-{self.figures}",
            "label": f"Abbildung {self.figures}",
            "caption": figure.caption,
            "svg": figure.svg.decode("utf-8"),
            "alt": figure.alt,
            "notes": [*figure.notes, *origin_sentences(figure.origin, self.origin_note)],
        }


def origin_sentences(origin: Origin | None, note: OriginNote) -> list[str]:
    """What stands in small print under a table or a figure: one block, as it is always the same."""
    if origin is None:
        return []
    words = [f"Quelle: {'; '.join(origin.sources)}.", f"Bezug: {origin.about}."]
    if origin.published_at is not None:
        words.append(f"Herausgegeben bis {day(origin.published_at.astimezone(HERE).date())}.")
    if origin.recorded_at is not None:
        words.append(f"In Kreishaus bekannt seit {moment(origin.recorded_at)}.")
    if origin.method:
        words.append(f"Methode: {origin.method}.")
    words.append(origin.rounding)
    if origin.marts:
        one = "Mart" if len(origin.marts) == 1 else "Marts"
        words.append(f"{one} {listed(list(origin.marts))}.")
    words.append(note.short)
    return [" ".join(word for word in words if word)]


def measure(column: int, table: Table) -> int:
    """How many letters wide a column is: its longest cell or word of its header.

    Headers are bold, which takes a sixth more.
    """
    words = re.split(r"[\s\u00ad]|(?<=[-/–])", table.columns[column].label)
    cells = [len(line.cells[column]) for line in table.lines]
    return max([math.ceil(7 * len(word) / 6) for word in words] + cells, default=1)
