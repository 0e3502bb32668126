"""Reads a table without upright rules: the printed column numbers say where the columns stand.

A row is a line with a count or a dash for every column, each nearest to the number of its own
column. A line that has fewer, or whose numbers stand elsewhere, is no row, and is not guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ingest.bamf.pages import Char, Page, Word, char_lines, text_lines, words_of
from ingest.bamf.ruled_pages import RuledRow
from ingest.bamf.writing import WITH_BLANKS, counts_of, is_number

FEWEST_OF_A_ROW = 5
"""A line with so many counts or dashes is meant as a row."""

ONE_LINE = 3.0
"""What stands on one line is at most so many points higher or lower, as a footnote's mark is."""


def positioned_rows(page: Page, numbers: Sequence[str]) -> list[RuledRow]:
    """The row of column numbers and those below it; nothing where the page prints no such row.

    ``numbers`` are the printed column numbers without the first column's.
    """
    lines = char_lines(char for char in page.chars if not char.turned)
    at = next((i for i, line in enumerate(lines) if _is_head(line, numbers)), None)
    if at is None:
        return []
    words = [counts_of(line) for line in lines[at + 1 :]]
    edges = _edges(words_of(lines[at])[-len(numbers) :], words)
    keys = _span_of_keys(words, len(numbers))
    top, bottom = max(c.top for c in lines[at]), min(c.bottom for c in lines[at])
    cells = ("Spalte 1", "", *numbers)
    left = min(char.left for char in page.chars) - 1
    head_row = RuledRow(top, bottom, (left, edges[0], *edges), cells)
    return [head_row, *_rows(page, bottom, (left, *edges), keys)]


def _is_head(line: Sequence[Char], numbers: Sequence[str]) -> bool:
    words = [word.text for word in words_of(line)]
    return words[:2] == ["Spalte", "1"] and words[2:] == list(numbers)


def _edges(head: Sequence[Word], lines: Sequence[Sequence[Word]]) -> tuple[float, ...]:
    """Where columns part, told by whole rows: LS and a count or a dash for every column.

    Half way between what stands in one column and in the next, where that lies around the
    columns' numbers. Else half way between the numbers, moved as the counts stand to them.
    """
    whole = [words[-len(head) - 1 :] for words in lines if _is_whole(words, len(head))]
    spans = [(min(w.left for w in ws), max(w.right for w in ws)) for ws in zip(*whole, strict=True)]
    parted = [(one[1] + other[0]) / 2 for one, other in pairwise(spans)]
    disjoint = bool(spans) and all(one[1] < other[0] for one, other in pairwise(spans))
    if disjoint and all(bisect_right(parted, _middle(word)) == i for i, word in enumerate(head, 1)):
        return (*parted, max(spans[-1][1], head[-1].right) + 1)
    return _edges_by_numbers(head, whole)


def _span_of_keys(lines: Sequence[Sequence[Word]], columns: int) -> tuple[float, float]:
    """From where to where the keys (LS) of whole rows reach; nowhere without one."""
    keys = [words[-columns - 1] for words in lines if _is_whole(words, columns)]
    return (
        min((word.left for word in keys), default=0.0),
        max((word.right for word in keys), default=0.0),
    )


def _is_whole(words: Sequence[Word], columns: int) -> bool:
    return (
        len(words) > columns + 1
        and all(
            is_number(word.text) or WITH_BLANKS.fullmatch(word.text) for word in words[-columns:]
        )
        and re.fullmatch(r"[0-9]{3}", words[-columns - 1].text) is not None
    )


def _edges_by_numbers(head: Sequence[Word], whole: Sequence[Sequence[Word]]) -> tuple[float, ...]:
    moved = median(
        [
            _middle(word) - _middle(top)
            for words in whole
            for word, top in zip(words[1:], head, strict=True)
        ]
        or [0.0]
    )
    middles = [_middle(word) + moved for word in head]
    inner = [(one + other) / 2 for one, other in pairwise(middles)]
    half = (middles[-1] - middles[-2]) / 2
    before = max((words[0].right for words in whole), default=0.0)
    after = min((words[1].left for words in whole), default=0.0)
    first = (before + after) / 2 if before < after else middles[0] - half
    return (first, *inner, middles[-1] + half)


def _middle(word: Word) -> float:
    return (word.left + word.right) / 2


def _rows(
    page: Page, below: float, edges: tuple[float, ...], keys: tuple[float, float]
) -> list[RuledRow]:
    """Each line of numbers with what stands left of them, up to half way to the next one."""
    body = [char for char in page.chars if char.middle[1] < below]
    lines = [
        (line, counts_of(line))
        for line in char_lines(c for c in body if c.middle[0] > edges[1] and not c.turned)
        if any(not char.text.isspace() for char in line)
    ]
    while lines and not _meant_as_row(lines[-1][1]):
        lines.pop()  # what stands below the table
    if not lines:
        return []
    heights = [sum(char.middle[1] for char in line) / len(line) for line, _ in lines]
    marks = [(one + other) / 2 for one, other in pairwise(heights)]
    pitch = min((one - other for one, other in pairwise(heights)), default=12.0)
    bounds = [below, *_ruled(page, marks, heights), heights[-1] - pitch / 2]
    return [
        _row(body, words, top, bottom, edges, keys)
        for (_, words), (top, bottom) in zip(lines, pairwise(bounds), strict=True)
    ]


def _meant_as_row(words: Sequence[Word]) -> bool:
    """Counts, dashes or signs that nobody knows, but hardly a word: a row, not a note."""
    lettered = sum(any(char.isalpha() for char in word.text) for word in words)
    return len(words) - lettered >= max(FEWEST_OF_A_ROW, 4 * lettered)


def _ruled(page: Page, marks: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Where rows part: at a rule between two lines of numbers, else half way."""
    return [
        next((rule.at for rule in page.horizontals if low < rule.at < high), mark)
        for mark, (high, low) in zip(marks, pairwise(heights), strict=True)
    ]


def _row(
    body: Sequence[Char],
    words: Sequence[Word],
    top: float,
    bottom: float,
    edges: tuple[float, ...],
    keys: tuple[float, float],
) -> RuledRow:
    cells = [""] * (len(edges) - 2)
    outside = []
    for word in words:
        column = bisect_right(edges, _middle(word)) - 2
        if 0 <= column < len(cells):
            cells[column] = f"{cells[column]} {word.text}".strip()
        else:
            outside.append(word.text)
    named = [char for char in body if bottom < char.middle[1] <= top and char.middle[0] <= edges[1]]
    label, key = _name_and_key(named, keys)
    texts = (label, key, *cells)
    return RuledRow(top, bottom, (edges[0], edges[1], *edges[1:]), texts, " ".join(outside))


def _name_and_key(named: Sequence[Char], keys: tuple[float, float]) -> tuple[str, str]:
    """The name of a row, on one line or several, and its key where the page's keys stand."""
    digits = [
        char for char in named if char.text.isdigit() and keys[0] <= char.middle[0] <= keys[1]
    ]
    key = "".join(text_lines(digits))
    rest = [char for char in named if char not in digits]
    # Another digit beside the name may be a part of the key.
    if re.fullmatch(r"[0-9]{3}", key) and not any(char.text.isdigit() for char in rest):
        return " ".join(" ".join(text_lines(rest)).split()), key
    label = " ".join(text_lines(named))
    if not label[-3:].isdigit() or _on_several_lines(named):
        return label, ""
    return label[:-3].strip(), label[-3:]


def _on_several_lines(chars: Sequence[Char]) -> bool:
    """Whether letters and digits stand on more lines than one, close as they may be."""
    bottoms = [char.bottom for char in chars if char.text.isalnum()]
    return max(bottoms, default=0.0) - min(bottoms, default=0.0) > ONE_LINE
