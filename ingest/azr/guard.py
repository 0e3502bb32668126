"""The door: only a table that is recognised enters, and data of persons are refused.

AZRG §§ 10, 12, 24: the register's data may be used here for planning, as aggregates. A file passes
where its table is known by its heads and everything else in it is understood (``recognise``). The
search for marks of persons is a second reason to refuse, over every part of a file. What is refused
is said by place, marker and form; a value, a header or a sheet's name is never repeated, since a
log is kept for years. What cannot be looked into is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from formats.sheets import OpaqueFile, Sheet
from ingest.azr.nearest import EXPECTED, nearest
from ingest.azr.opened import look_into
from ingest.azr.recognise import Recognised, Unknown, explained, recognise
from kreishaus.model import FileRejected
from kreishaus.settings import Settings
from kreishaus.wording import joined, say, text_of
from persons.search import Lawful, search_for_persons

MOST_ROWS = 300
"""The register's list of statuses has some 90 entries, printed with sums twice that at most; no
Kreis has more municipalities than 240."""

MOST_COLUMNS = 400
"""A series of a hundred years has as many."""

MOST_EXPLAINED = 5
"""So many of the places that are not understood are named."""

NO_TABLE = say(
    "no table that is known by its heads; no row is like one of heads; expected {expected}",
    expected=EXPECTED,
)

ABBREVIATION_ALONE = re.compile(
    r"^(?:AE|NE|DA-EU|EU|GFK|AZR|AZRG|AufenthG|AsylG|BAMF|BVA|ABH|AGS|k\. ?A\.|o\. ?A\.)$"
)
"""What a legend explains, word by word: no half of a name."""

LAWFUL = Lawful(most_rows=MOST_ROWS, most_columns=MOST_COLUMNS, things=ABBREVIATION_ALONE)
"""Aggregates alone; nothing that marks persons belongs into them."""


def refuse_person_level(content: bytes, settings: Settings) -> None:
    """Let a file of recognised aggregates pass. Raises ``FileRejected``, never with a value."""

    def refuse(place: str, marker: str) -> NoReturn:
        raise FileRejected(
            say(
                "{place}: {marker}. Only aggregates may enter: nothing of this file was "
                "kept. Take it out of the drop folder and drop a table of counts",
                place=place,
                marker=marker,
            )
        )

    county = settings.county
    if not content.strip():
        refuse(say("the whole file"), say("an empty file"))
    try:
        workbook = look_into(content)
    except OpaqueFile as opaque:
        refuse(say("the whole file"), text_of(opaque))
    # What is too large is refused below: to recognise each of its cells would take minutes.
    too_large = any(map(_is_too_large, workbook.sheets))
    recognised = Recognised() if too_large else recognise(workbook, county)
    cells = recognised.letterhead | recognised.heads
    search_for_persons(recognised.searched(workbook), county, cells, refuse, LAWFUL)
    if not recognised.tables:
        if (found := nearest(workbook)) is None:
            refuse(say("the whole file"), NO_TABLE)
        raise FileRejected(
            say(
                "{found}. Only aggregates may enter: nothing of this file was kept. Mend the heads "
                "in the office's file and drop it again; `kreishaus azr check` shows what is not "
                "understood",
                found=found,
            )
        )
    if recognised.unknown:
        _refuse_unknown(recognised.unknown)


def _refuse_unknown(unknown: Sequence[Unknown]) -> NoReturn:
    first, *more = unknown
    what = first.what if first.is_understood else say("not understood ({form})", form=first.what)
    if first.expected:
        what = say("{what}, expected {expected}", what=what, expected=first.expected)
    raise FileRejected(
        say(
            "{place}: {what}. Only aggregates may enter: nothing of this file was kept. Mend or "
            "empty these cells in the office's file and drop it again; `kreishaus azr check` shows "
            "their texts",
            place=first.place,
            what=joined((what, *explained(more, MOST_EXPLAINED - 1)), "; "),
        )
    )


def _is_too_large(sheet: Sheet) -> bool:
    return len(sheet.rows) > MOST_ROWS or len(sheet.columns) > MOST_COLUMNS
