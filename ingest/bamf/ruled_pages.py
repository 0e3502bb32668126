"""Reads a ruled table off a page: the lines that are drawn say what belongs to which cell."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from ingest.bamf.pages import SNAP, Char, Page, Rule, text_lines
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import say

FULL_WIDTH = 0.95
"""Share of the table's width that a rule must cover to part two rows."""
MOST_ROWS = 300
"""A printed page has about 30. More would cost time, not find more."""


@dataclass(frozen=True)
class RuledRow:
    """A band between two rules: its column edges and the text between each two of them.

    ``outside`` is what is written in the band but left or right of every cell.
    """

    top: float
    bottom: float
    edges: tuple[float, ...]
    cells: tuple[str, ...]
    outside: str = ""


def ruled_rows(page: Page) -> list[RuledRow]:
    """The rows of the page's tables from the top: bands between rules over the full width.

    Raises ``UnreadableFile`` for a page with more rows than anybody prints.
    """
    heights = _heights(page)
    columns = [
        tuple(level for level, _ in _levels(_crossing(page.verticals, (low + high) / 2)))
        for low, high in pairwise(heights)
    ]
    cells: list[list[list[Char]]] = [[[] for _ in edges[1:]] for edges in columns]
    outside: list[list[Char]] = [[] for _ in columns]
    for char in page.chars:
        x, y = char.middle
        band = bisect_right(heights, y) - 1
        if 0 <= band < len(columns):
            column = bisect_right(columns[band], x) - 1
            inside = 0 <= column < len(cells[band])
            (cells[band][column] if inside else outside[band]).append(char)
    rows = [
        RuledRow(
            top,
            bottom,
            edges,
            tuple(" ".join(text_lines(chars)) for chars in row),
            " ".join(text_lines(rest)),
        )
        for (bottom, top), edges, row, rest in zip(
            pairwise(heights), columns, cells, outside, strict=True
        )
    ]
    return rows[::-1]


def _heights(page: Page) -> list[float]:
    if not page.horizontals:
        return []
    left = min(rule.start for rule in page.horizontals)
    right = max(rule.end for rule in page.horizontals)
    heights = [
        level
        for level, rules in _levels(page.horizontals)
        if _covered(rules) >= FULL_WIDTH * (right - left)
    ]
    if len(heights) > MOST_ROWS:
        raise UnreadableFile(
            Finding(
                rule="too_large",
                severity="critical",
                message=say(
                    "page {number}: more ruled rows than a page can hold", number=page.number
                ),
                place=str(page.number),
                expected=say("at most {most_rows} rows", most_rows=MOST_ROWS),
                found=say("{count} rows", count=len(heights)),
            )
        )
    return heights


def _levels(rules: Iterable[Rule]) -> list[tuple[float, list[Rule]]]:
    """Rules that lie on one line, by that line, in rising order."""
    levels: list[list[Rule]] = []
    for rule in sorted(rules):
        if levels and rule.at - levels[-1][0].at <= SNAP:
            levels[-1].append(rule)
        else:
            levels.append([rule])
    return [(sum(rule.at for rule in level) / len(level), level) for level in levels]


def _covered(rules: Iterable[Rule]) -> float:
    """The length that rules on one line cover together."""
    covered, reached = 0.0, float("-inf")
    for rule in sorted(rules, key=lambda rule: rule.start):
        covered += max(0.0, rule.end - max(reached, rule.start))
        reached = max(reached, rule.end)
    return covered


def _crossing(rules: Iterable[Rule], height: float) -> Iterator[Rule]:
    return (rule for rule in rules if rule.start < height < rule.end)
