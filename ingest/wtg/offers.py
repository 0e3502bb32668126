"""What the sheet Angebote says of an offer that cannot be so, or not twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from ingest.wtg.codes import SEVERAL, kinds_in_column, kinds_named
from ingest.wtg.exclusions import Row, duplicates, excluded, finding, place_of
from ingest.wtg.formatting import listed
from ingest.wtg.municipality_keys import key_of
from ingest.wtg.rows import SheetRows
from kreishaus.model import Finding
from kreishaus.wording import say

KEY = re.compile("[0-9]{8}")
KEY_OF_KREIS = 5
"""An official key begins with that of its Kreis."""


KINDS = {"angebote": "angebotsform_wtg", "planungen": "angebotsform"}
"""Sheets whose rows say a kind of offer, and the column with it."""


def completed(read: SheetRows) -> None:
    """Write kinds of offers as their codes, and keys of municipalities that stand as names.

    A kind that is none stays as written, for the suite to name. An offer without a key whose place
    is no municipality's name is a fault.
    """
    if column := KINDS.get(read.sheet.table):
        for row in read.rows:
            written = str(row.get(column) or "")
            kinds = kinds_in_column(written)
            if written == SEVERAL:  # a word of the law for several kinds: the name says which
                kinds = kinds_named(str(row.get("name") or ""))
            row[column] = next(iter(kinds)) if len(kinds) == 1 else row.get(column)
    if read.sheet.table == "angebote":
        read.findings.extend(keys_from_places(read.rows))
        for row in read.rows:
            if row.get("ags") is None:
                read.faults.append(_without_key(row))


def _without_key(row: Row) -> Finding:
    return finding(
        row,
        "cell_unreadable",
        say(
            "there is no ags, and ort ({ort}) is not the name of one municipality. Write its "
            "official key into a column ags",
            ort=row.get("ort") or say("nothing"),
        ),
        severity="critical",
        expected=say("an official key of eight digits"),
        column="ags",
        found=str(row.get("ort") or say("nothing")),
    )


def judged_offers(read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    """Set aside what is no offer; name offers that stand there twice, or at a wrong key."""
    if "angebote" not in read:
        return
    rows = read["angebote"].rows
    yield from excluded(rows)
    yield from _twice(rows, read)
    yield from _wrong_keys([row for row in rows if KEY.fullmatch(str(row["ags"]))])


def _wrong_keys(rows: list[Row]) -> Iterator[Finding]:
    """Offers whose ``ags`` is not that of their place, or of another Kreis than the others.

    They would be counted elsewhere, or nowhere. What most rows say is taken for right.
    """
    kreise = Counter(str(row["ags"])[:KEY_OF_KREIS] for row in rows)
    places: dict[str, Counter[str]] = {}
    for row in rows:
        if place := place_of(row):
            places.setdefault(place, Counter())[str(row["ags"])] += 1
    for row in rows:
        ags = str(row["ags"])
        of_place = places.get(place_of(row), Counter({ags: 1}))
        usual_key, usual_kreis = _most(of_place), _most(kreise)
        if ags == usual_key and ags.startswith(usual_kreis):
            continue
        expected = usual_key if ags != usual_key else f"{usual_kreis}..."
        yield finding(
            row,
            "ags_differs",
            say(
                "the offer {pfad_id} in {ort} has the ags {ags}, other rows say "
                "{expected}; correct the ags or the ort",
                pfad_id=row["pfad_id"],
                ort=row.get("ort"),
                ags=ags,
                expected=expected,
            ),
            severity="critical",
            expected=expected,
            column="ags",
            found=ags,
        )


def _most(counted: Counter[str]) -> str:
    """What is said most often; of equals the first in order, so that one file reads one way."""
    return min(counted, key=lambda word: (-counted[word], word))


def _twice(rows: list[Row], read: Mapping[str, SheetRows]) -> Iterator[Finding]:
    """One offer under two ``pfad_id`` is counted twice as soon as both report: critical."""
    reporting = {row["pfad_id"] for row in read["belegung"].rows} if "belegung" in read else set()
    for first, second in duplicates(rows, kind="angebotsform_wtg"):
        if first["pfad_id"] == second["pfad_id"]:
            continue  # the rule key_unique names both
        counted = {first["pfad_id"], second["pfad_id"]} <= reporting
        yield finding(
            second,
            "offer_twice",
            say(
                '"{name}" stands there twice: row {first} ({first_id}, {first_place}) and row '
                "{second} ({second_id}, {second_place}); {to_do}",
                name=second["name"],
                first=first["source_row"],
                first_id=first["pfad_id"],
                first_place=first.get("ort"),
                second=second["source_row"],
                second_id=second["pfad_id"],
                second_place=second.get("ort"),
                to_do=say("both report places: delete one, or name them apart")
                if counted
                else say("delete one"),
            ),
            severity="critical" if counted else "warning",
            expected=say("an offer once"),
            found=say(
                "rows {first} and {second}",
                first=first["source_row"],
                second=second["source_row"],
            ),
        )


def keys_from_places(rows: list[Row]) -> Iterator[Finding]:
    """Put the key of ``ort`` into the rows without ``ags``; one warning for all of them.

    A row whose place is no municipality's name stays without a key.
    """
    mended = []
    for row in rows:
        if row.get("ags") is None and (place := row.get("ort")):
            row["ags"] = key_of(str(place))
            if row["ags"] is not None:
                mended.append(row)
    if mended:
        first = mended[0]
        yield Finding(
            rule="ags_from_place",
            severity="warning",
            message=say(
                "sheet {source_place}, {count} rows: no ags is given; it was taken from the name "
                "of the municipality. Rows {rows}",
                source_place=first["source_place"],
                count=len(mended),
                rows=listed([str(row["source_row"]) for row in mended]),
            ),
            place=str(first["source_place"]),
            row=str(first["source_row"]),
            column="ags",
            expected=say("an official key of eight digits"),
            found=str(first["ort"]),
        )
