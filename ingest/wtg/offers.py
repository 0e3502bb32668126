"""What the sheet Angebote says of an offer that cannot be so, or not twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from ingest.wtg.exclusions import Row, duplicates, excluded, finding, place_of
from ingest.wtg.rows import SheetRows
from kreishaus.model import Finding
from kreishaus.wording import say

KEY = re.compile("[0-9]{8}")
KEY_OF_KREIS = 5
"""An official key begins with that of its Kreis."""


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
