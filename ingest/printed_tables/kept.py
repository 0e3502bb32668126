"""What lands of a printed table: its understood head, known labels and figures, as CSV.

Each stands on the line it stood on. Notes, columns of words and labels that no dimension reads are
left out: the figures of such a label are kept under the number of its row or column. Of a cell that
is not understood it is kept that it is not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, datetime

from ingest.printed_tables.dimensions import (
    DIMENSIONS,
    NO_METRIC,
    ForeignRegion,
    Reader,
    UnknownValue,
    is_by_code,
)
from ingest.printed_tables.figures import numbered, parse, reader_of
from ingest.printed_tables.head import (
    COLUMN,
    COLUMNS,
    DOCUMENT,
    IS_TEXT,
    NOTATION,
    PLACE,
    PRINTED_ON,
    ROW,
    ROWS,
    TABLE,
    Head,
    Meaning,
    label_key,
    read_head,
)
from ingest.printed_tables.numbers import kept_of
from ingest.printed_tables.text import Line, read_lines
from kreishaus.model import Batch, FileRejected, Finding, Origin, Stripped, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.wording import say
from vocabulary.known_words import are_known

FORM = 4
"""Version of what is written."""
SINGLE = frozenset([DOCUMENT, PLACE, PRINTED_ON, NOTATION, ROWS, COLUMNS, *DIMENSIONS])
WORDS = {dimension: word for word, dimension in reversed(DIMENSIONS.items())}
"""Dimension -> a word for it."""
QUOTING = {
    "two_header_rows": say("the column labels stand in two rows; write them into one row"),
}
"""Of a fault whose message repeats words of the file, by its rule: what is wrong."""
COMPARED = ["column_number", "value", "marker", "metric_code", "period_code"]
COMPARED += ["region_code", "item_code"]


def strip(content: bytes, label: str, settings: Settings) -> Stripped:
    """The table without words that nobody reads: labels become numbers, cells "nicht verstanden".
    Raises ``FileRejected`` for one without a head or
    a table that can be read: nobody knows what else it says."""
    del settings
    before = _read(content, label)
    lines = read_lines(content)
    head, table = read_head(lines)
    written, left_out = _written(lines, head, table)
    text = _as_csv(written)
    _require_same_figures(before, _read(text, label))
    return Stripped(text, FORM, _told(left_out))


def _require_same_figures(before: Batch, after: Batch) -> None:
    """Raise ``FileRejected`` where leaving words out changed what a figure means, or lost one."""
    one, other = _figures(before), _figures(after)
    if one == other:
        return
    line = min(one.keys() ^ other.keys() or {at for at in one if one[at] != other[at]})[0]
    raise FileRejected(
        say(
            "line {line}: a figure has its meaning by a label that is on no list and would not be "
            "kept. Nothing of this file was kept. Say in the head what the labels of its row and "
            "column mean (Zeile;<label>;<code>, Spalte;<label>;<code>) and drop it again",
            line=line,
        )
    )


def _read(content: bytes, label: str) -> Batch:
    try:
        return parse(content, Origin("papers", "figures", "", label, "", datetime.now(UTC)))
    except UnreadableFile as unreadable:
        fault = unreadable.findings[0]
        raise FileRejected(
            say(
                "the table cannot be read: {what} ({rule}; expected {expected}). Nothing of this "
                "file was kept. Mend it (kreishaus printed-table new KIND makes a template) and "
                "drop it again",
                what=QUOTING.get(fault.rule, fault.message),
                rule=fault.rule,
                expected=fault.expected or say("a head and a table"),
            )
        ) from None


def _figures(batch: Batch) -> Mapping[tuple[int, int], Sequence[str]]:
    """Line and column -> what a cell says that is not empty. The label of what nobody understands
    is not kept: that it stands there is all."""
    cells = batch.tables["cells"]
    held = cells.loc[cells["value_as_printed"] != "", ["is_understood", "source_row", *COMPARED]]
    return {
        (row["source_row"], row["column_number"]): _said(row) for row in held.to_dict("records")
    }


def _said(row: Mapping[Hashable, object]) -> Sequence[str]:
    if not row["is_understood"]:
        return []
    return [str(row[column]) for column in COMPARED]


def _written(
    lines: Sequence[Line], head: Head, table: Sequence[Line]
) -> tuple[dict[int, list[str]], list[int]]:
    """Line number -> its cells, and the lines of which something was left out."""
    reader = reader_of(head)
    above = lines[: len(lines) - len(table)]
    columns = {
        at: text
        for at, text in enumerate(table[0].cells[1:], start=1)
        if text and IS_TEXT not in head.own_columns.get(label_key(text), {})
    }
    labels_of_head = {label_key(line.cell(1)): line.cell(1) for line in above}
    names = {
        axis: _names(own, labels_of_head, reader)
        for axis, own in ((ROW, head.own_rows), (COLUMN, head.own_columns))
    }
    known = {
        text: is_known(text, head.columns, head.own_columns, reader) for text in columns.values()
    }
    shown = {
        at: names[COLUMN].get(label_key(text), text) if known[text] else numbered(COLUMN, at)
        for at, text in columns.items()
    }
    labels = {
        ROW: {label_key(line.cell(0)) for line in table[1:]},
        COLUMN: {label_key(text) for text, is_one in known.items() if is_one},
    }
    there = {axis: {at: names[axis].get(at, "") for at in labels[axis]} for axis in (ROW, COLUMN)}
    written = {line.number: kept for line in above if (kept := _of_head(line, head, there, reader))}
    texts = {at for at, text in enumerate(table[0].cells) if text} - {0, *columns}
    width = max(shown, default=0) + 1
    first = table[0].cell(0)
    written[table[0].number] = [
        first if first.casefold() in DIMENSIONS or not first else ROW.capitalize(),
        *(shown.get(at, "") for at in range(1, width)),
    ]
    for line in table[1:]:
        if IS_TEXT in head.own_rows.get(label_key(line.cell(0)), {}):
            continue
        is_row = is_known(line.cell(0), head.rows, head.own_rows, reader)
        written[line.number] = [
            names[ROW].get(label_key(line.cell(0)), line.cell(0)) if is_row else "",
            *(
                "" if at in texts else kept_of(cell, head.notation)
                for at, cell in enumerate(line.cells[1:], start=1)
            ),
        ]
    return written, _left_out(lines, head, table, written)


def _left_out(
    lines: Sequence[Line], head: Head, table: Sequence[Line], written: Mapping[int, list[str]]
) -> list[int]:
    """The lines whose labels, or words of the head, are not kept. Of cells the figures tell; what
    the head calls Text nobody misses; what stands above the row labels does not matter."""
    above = [
        line.number
        for line in lines[: len(lines) - len(table)]
        if line.cell(0).rstrip(":").casefold() not in (ROW, COLUMN)
        and [*filter(None, line.cells)] != [*filter(None, written.get(line.number, []))]
    ]
    header = zip(table[0].cells[1:], written[table[0].number][1:], strict=False)
    changed = any(kept not in ("", text) for text, kept in header)
    below = [
        line.number
        for line in table[1:]
        if line.cell(0) != "".join(written.get(line.number, [])[:1])
        and IS_TEXT not in head.own_rows.get(label_key(line.cell(0)), {})
    ]
    return [*above, *([table[0].number] if changed else []), *below]


def _names(
    own: Mapping[str, Meaning], written: Mapping[str, str], reader: Reader
) -> dict[str, str]:
    """Labels that the head explains and that hold an unknown word -> a name without one.

    ``written``: the labels as the head writes them; their keys have no blanks between words.
    """
    numbers = enumerate(own.items(), start=1)
    return {
        label: f"Bezeichnung {number}"
        for number, (label, meaning) in numbers
        if not (are_known(written[label]) or any(says(one, label, reader) for one in meaning))
    }


def _of_head(
    line: Line, head: Head, there: Mapping[str, Mapping[str, str]], reader: Reader
) -> list[str]:
    """A line of the head with what it is understood to say; empty where that is nothing."""
    word = line.cell(0).rstrip(":").casefold()
    if word == TABLE:
        return [line.cell(0)]
    if word in (DOCUMENT, PLACE):
        return [line.cell(0), head.document if word == DOCUMENT else head.place]
    if word in DIMENSIONS and not says(DIMENSIONS[word], line.cell(1), reader):
        return []
    if word in SINGLE:
        return [line.cell(0), line.cell(1)]
    if word not in there or label_key(line.cell(1)) not in there[word]:
        return []
    own = head.own_rows if word == ROW else head.own_columns
    meaning = own[label_key(line.cell(1))]
    said = [f"{WORDS[one]}={text}" for one, text in meaning.items() if says(one, text, reader)]
    name = there[word][label_key(line.cell(1))] or line.cell(1)
    return [line.cell(0), name, *said] if said else []


def says(dimension: str, text: str, reader: Reader) -> bool:
    """Whether a text is a value of a dimension."""
    if dimension not in WORDS:
        return False
    if dimension == "metric" and text.casefold() == NO_METRIC:
        return True
    if is_by_code(dimension) and not are_known(text):
        return False
    try:
        reader.value(dimension, text)
    except ForeignRegion:
        return True
    except UnknownValue:
        return False
    return True


def is_known(text: str, dimension: str | None, own: Mapping[str, Meaning], reader: Reader) -> bool:
    """Whether a label means something: by the head, or as a value of its axis."""
    if label_key(text) in own:
        return True
    if dimension is None:
        return False
    return says(dimension, text, reader)


def _as_csv(written: Mapping[int, list[str]]) -> bytes:
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=";", lineterminator="\n")
    for number in range(1, max(written) + 1):
        if any(written.get(number, [])):
            writer.writerow(written[number])
        else:
            sink.write("\n")
    return sink.getvalue().encode()


def _told(left_out: Sequence[int]) -> tuple[Finding, ...]:
    if not left_out:
        return ()
    numbers = ", ".join(map(str, left_out[:20])) + (" ..." if len(left_out) > 20 else "")
    return (
        Finding(
            rule="words_left_out",
            severity="warning",
            message=say(
                "lines {numbers}: labels and lines of the head that are not known were left out "
                "before the table was kept. Figures under such a label stand under the number of "
                "its row or column; say in the head what it means, with the label as it is printed "
                "(Zeile;<label>;<code>)",
                numbers=numbers,
            ),
            expected=say("head, known labels and figures"),
            found=say("{count} such lines", count=len(left_out)),
        ),
    )
