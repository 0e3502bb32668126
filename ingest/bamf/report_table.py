"""Reads the overview of an Asylgeschäftsbericht: ten countries, their sum, the total.

The table is drawn with coloured fields, not with lines around cells. Columns are therefore where
the numbers of the rows end below one another, and each is named by the words above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ingest.bamf.findings import NEW_LAYOUT, on_page
from ingest.bamf.pages import Char, Page, Word, char_lines
from ingest.bamf.tables import REPORT_MEASURES
from ingest.bamf.writing import as_bamf_prints, blanks_part_thousands, cause, counts_of
from kreishaus.model import Finding
from kreishaus.wording import joined, say

VALUE = re.compile(r"-|0|[1-9][0-9]{0,2}(\.[0-9]{3}){0,3}|[0-9]{1,3}(,[0-9])?%")
FEWEST_VALUES = 8
"""A line with so many values is a row of the table; a sentence has three."""
FEWEST_SIGNS = 3
ALIGNED = 4.0
"""Points within which numbers end below one another; the columns are 25 and more apart."""
HEAD = "ASYLANTRÄGE"
TOTAL_LABEL = "Herkunftsländer gesamt"
TOP_LABEL = "Summe"
OVER_TWO_COLUMNS = ("decisions_refugee_and_art_16a",)
"""Its head stands over its own column and the next, which is a part of it."""
MEND = say("If BAMF changed the layout, {new_layout}", new_layout=NEW_LAYOUT)


@dataclass(frozen=True)
class ReportLine:
    """A row of the table. ``cells`` are texts by measure; ``rank`` is null for sums."""

    page: int
    row: int
    kind: str
    rank: int | None
    label: str
    cells: dict[str, str]


@dataclass(frozen=True)
class _Row:
    """A printed line of values: what stands left of them, and they themselves."""

    number: int
    chars: tuple[Char, ...]
    rank: int | None
    words: tuple[Word, ...]


def read_table(pages: Sequence[Page]) -> tuple[list[ReportLine], list[Finding]]:
    """The rows of the overview, from the top; and what cannot be read truly."""
    if unknown := next(filter(None, map(_unknown_sign, pages)), None):
        return [], [unknown]
    page, lines = next(
        ((page, lines) for page in pages if _has_table(lines := char_lines(page.chars))),
        (None, []),
    )
    if page is None:
        return [], [
            on_page(
                "table_missing",
                1,
                say("the overview table was not found"),
                expected=say("a page with {head} and rows below", head=HEAD),
                found=say("no such page"),
            )
        ]
    rows = list(_rows(lines))
    ends = _column_ends(rows)
    findings = list(_head_changed(page, lines, rows, ends))
    if findings:
        return [], findings
    read: list[ReportLine] = []
    for row in rows:
        line, faults = _line(page.number, row, ends, last=row is rows[-1])
        read.append(line)
        findings.extend(faults)
    return read, [*findings, *_rows_missing(page.number, read)]


def _unknown_sign(page: Page) -> Finding | None:
    """A sign for nothing, or between thousands, that nobody knows: the cause, before all else."""
    lines = char_lines(page.chars)
    if not any(HEAD in _text(line) for line in lines):
        return None
    found: dict[tuple[str, str], list[str]] = {}
    for words in (_as_bamf_prints(counts_of(line)) for line in lines):
        unread = [word.text for word in words if not _is_value(word) and _is_sign(word.text)]
        if len(unread) + sum(map(_is_value, words)) >= FEWEST_VALUES:
            for text in unread:
                found.setdefault(cause(text), []).append(text)
    for (rule, sign), texts in found.items():
        if rule != "number" and len(texts) >= FEWEST_SIGNS:
            return on_page(
                rule,
                page.number,
                say(
                    "{count} cells of the table hold {value!r} where no such sign is known; "
                    "the first: {texts!r}",
                    count=len(texts),
                    value=sign or say("no sign"),
                    texts=texts[0],
                ),
                expected=say('a count such as 1.648, or "-"'),
                found=texts[0],
            )
    return None


def _is_sign(text: str) -> bool:
    return not any(char.isalpha() for char in text) and "%" not in text


def _has_table(lines: Sequence[Sequence[Char]]) -> bool:
    return any(HEAD in _text(line) for line in lines) and any(True for _ in _rows(lines))


def _text(line: Sequence[Char]) -> str:
    return "".join(char.text for char in line if not char.text.isspace())


def _rows(lines: Sequence[Sequence[Char]]) -> Iterator[_Row]:
    number = 0
    for line in lines:
        words = _percents_joined(_as_bamf_prints(counts_of(line)))
        if sum(_is_value(word) for word in words) < FEWEST_VALUES:
            continue
        number += 1
        ranked = len(words) > 1 and re.fullmatch(r"[1-9][0-9]?", words[0].text)
        rank = int(words[0].text) if ranked and not _is_value(words[1]) else None
        yield _Row(number, tuple(line), rank, tuple(words[1:] if rank else words))


def _as_bamf_prints(words: Sequence[Word]) -> list[Word]:
    """A line's words with counts as BAMF writes them; all in one line are written alike."""
    blanks = blanks_part_thousands(word.text for word in words)
    return [word._replace(text=as_bamf_prints(word.text, blanks=blanks)) for word in words]


def _percents_joined(words: Sequence[Word]) -> list[Word]:
    """``99,1 %`` is one value, with or without the blank."""
    joined: list[Word] = []
    for word in words:
        if word.text == "%" and joined:
            joined[-1] = _together(joined[-1], word)
        else:
            joined.append(word)
    return joined


def _together(word: Word, following: Word) -> Word:
    """Two words as one."""
    return Word(word.text + following.text, word.left, following.right)


def _is_value(word: Word) -> bool:
    return VALUE.fullmatch(word.text) is not None


def _column_ends(rows: Sequence[_Row]) -> list[float]:
    """Where columns end: places at which the values of at least half of the rows end."""
    ends: list[list[float]] = []
    for end in sorted(word.right for row in rows for word in row.words if _is_value(word)):
        if ends and end - ends[-1][-1] <= ALIGNED:
            ends[-1].append(end)
        else:
            ends.append([end])
    return [sum(group) / len(group) for group in ends if 2 * len(group) >= len(rows)]


def _head_changed(
    page: Page, lines: Sequence[Sequence[Char]], rows: Sequence[_Row], ends: Sequence[float]
) -> Iterator[Finding]:
    """What is different in the head: a column missing, added, or moved."""
    head = _head(lines, rows[0])
    starts = [ends[0] - 1.5 * (ends[1] - ends[0]), *ends] if len(ends) > 1 else list(ends)
    heads = [_words_over(head, start, end) for start, end in zip(starts, ends, strict=False)]
    changed = partial(on_page, expected=" | ".join(REPORT_MEASURES), found=" | ".join(heads))
    wanted = list(REPORT_MEASURES.items())
    if len(ends) != len(wanted):
        new = [text for text in heads if not any(word in text for _, word in wanted)]
        lost = [measure for measure, word in wanted if not any(word in text for text in heads)]
        yield changed(
            "column_added" if len(ends) > len(wanted) else "column_missing",
            page.number,
            say(
                "the table has {count} columns instead of {count_2}; without a head that "
                "is known: {value}; not found: {value_2}. {mend}",
                count=len(ends),
                count_2=len(wanted),
                value=joined(new, ", ") or say("none"),
                value_2=joined(lost, ", ") or say("none"),
                mend=MEND,
            ),
        )
        return
    for i, (measure, word) in enumerate(wanted):
        reach = ends[i + 1] if measure in OVER_TWO_COLUMNS else ends[i]
        if word not in _words_over(head, starts[i], reach):
            moved = next((j + 1 for j, text in enumerate(heads) if word in text), None)
            yield changed(
                "column_moved" if moved else "column_missing",
                page.number,
                say(
                    "column {number} should be {measure}, but {word!r} stands over column "
                    "{moved}. {mend}",
                    number=i + 1,
                    measure=measure,
                    word=word,
                    moved=moved,
                    mend=MEND,
                )
                if moved
                else say(
                    "column {number} should be {measure}, but {word!r} stands over no column. "
                    "{mend}",
                    number=i + 1,
                    measure=measure,
                    word=word,
                    mend=MEND,
                ),
                column=str(i + 1),
            )


def _head(lines: Sequence[Sequence[Char]], first: _Row) -> list[Char]:
    """What is written between the line of the two groups and the first row."""
    top = min(char.bottom for line in lines if HEAD in _text(line) for char in line)
    bottom = max(char.top for char in first.chars)
    return [char for line in lines for char in line if bottom <= char.middle[1] <= top]


def _words_over(head: Sequence[Char], start: float, end: float) -> str:
    """The words above a column, without blanks and hyphens, in small letters."""
    own = [char for char in head if start < char.middle[0] - ALIGNED / 2 <= end]
    return "".join(_text(line) for line in char_lines(own)).replace("-", "").lower()


def _line(
    page: int, row: _Row, ends: Sequence[float], *, last: bool
) -> tuple[ReportLine, list[Finding]]:
    cells = dict.fromkeys(REPORT_MEASURES, "")
    label: list[str] = []
    stray: list[str] = []
    for word in row.words:
        at = next((i for i, end in enumerate(ends) if abs(word.right - end) <= ALIGNED), None)
        measure = list(REPORT_MEASURES)[at] if at is not None else None
        if measure and not cells[measure]:
            cells[measure] = word.text
        elif word.right < ends[0] - ALIGNED:
            label.append(word.text)
        else:
            stray.append(word.text)
    line = ReportLine(page, row.number, _kind(row, label), row.rank, " ".join(label), cells)
    findings = list(_faults(line, stray))
    if not label:
        findings.append(_label_lost(line, last=last))
        line = replace(line, kind="total" if last else line.kind, label=TOTAL_LABEL)
    return line, findings


def _kind(row: _Row, label: Sequence[str]) -> str:
    if row.rank is not None:
        return "country"
    return "top_ten" if " ".join(label).startswith(TOP_LABEL) else "total"


def _label_lost(line: ReportLine, *, last: bool) -> Finding:
    """The last row is the total by its place; what it says is compared with the sentences."""
    return on_page(
        "label_lost",
        line.page,
        joined(
            (
                say("row {row} has no label", row=line.row),
                (
                    say("; by its place it is {total_label!r}", total_label=TOTAL_LABEL)
                    if last
                    else say(", so it is not known whose it is")
                ),
            ),
            "",
        ),
        severity="warning" if last else "critical",
        row=str(line.row),
        expected=TOTAL_LABEL,
        found=say("no label"),
    )


def _faults(line: ReportLine, stray: Sequence[str]) -> Iterator[Finding]:
    name = line.label or say("row without a label")
    for text in stray:
        yield on_page(
            "shifted_cell",
            line.page,
            say(
                "{name}: {text!r} ends below no column, or a column holds two numbers",
                name=name,
                text=text,
            ),
            row=f"{line.row} ({name})",
            expected=say("one number a column"),
            found=text,
        )
    for measure, text in line.cells.items():
        percent = measure == "protection_percent"
        readable = VALUE.fullmatch(text) and (text == "-" or text.endswith("%") == percent)
        if not readable:
            yield on_page(
                "empty_cell" if not text else "number",
                line.page,
                say(
                    "{name}, {measure}: expected {word}, found {text!r}",
                    name=name,
                    measure=measure,
                    word=(say("a percentage") if percent else say("a count")),
                    text=text,
                ),
                row=f"{line.row} ({name})",
                column=measure,
                expected=(say("a percentage such as 99,1%") if percent else say('a count, or "-"')),
                found=text,
            )


def _rows_missing(page: int, lines: Sequence[ReportLine]) -> Iterator[Finding]:
    ranks = [line.rank for line in lines if line.rank is not None]
    wanted = list(range(1, max(ranks, default=0) + 1))
    if ranks != wanted:
        missing = [str(rank) for rank in wanted if rank not in ranks]
        yield on_page(
            "row_missing",
            page,
            joined(
                (
                    say("the ranks do not run from 1 on without a gap"),
                    (
                        say(": {missing} is missing", missing=joined(missing, ", "))
                        if missing
                        else ""
                    ),
                ),
                "",
            ),
            expected=", ".join(map(str, wanted)),
            found=", ".join(map(str, ranks)),
        )
    kinds = [line.kind for line in lines]
    for kind, label in (("top_ten", TOP_LABEL), ("total", TOTAL_LABEL)):
        if kinds.count(kind) != 1:
            yield on_page(
                "row_missing" if not kinds.count(kind) else "row_twice",
                page,
                say("the row {label!r} must stand in the table once", label=label),
                row=label,
                expected="1",
                found=str(kinds.count(kind)),
            )
