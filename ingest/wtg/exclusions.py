"""Records of a register that are no offers: kept, named, and counted nowhere.

Registers keep the records they were tried out with, list a home before it is built, and hold one
home twice, under "Ort" and under "Ort, Westfalen".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ingest.wtg.codes import CLOSED, IN_OPERATION, NOT_YET, OTHER_TYPES, folded_words
from kreishaus.model import Finding, Severity
from kreishaus.wording import say

TEST_RECORD = re.compile(
    r"^test(?![^\W\d_])|testtest|\bdummy\b|nicht verwenden|bitte löschen", re.IGNORECASE
)
PROJECT = re.compile(
    r"\bneubau|\bersatzneubau|\bbauvorhaben\b|\bbauprojekt\b|\bin planung\b|\bgeplant\b|\bim bau\b",
    re.IGNORECASE,
)

Row = dict[str, object]


def excluded(rows: Sequence[Row]) -> Iterator[Finding]:
    """Mark test records and building projects in ``rows``, with a warning each.

    A project's words in the name of an offer that is said to be in operation only warn: the
    officer's own word goes before a name.
    """
    for row in rows:
        name = str(row["name"])
        row["set_aside_reason"] = None
        if row.get("angebotsform_wtg") in OTHER_TYPES:
            row["set_aside_reason"] = "other_kind"
            what = say(
                "an offer of a kind ({kind}) that the law knows and no figure counts: not counted",
                kind=row["angebotsform_wtg"],
            )
            yield finding(row, "other_kind", what)
        elif TEST_RECORD.search(name):
            row["set_aside_reason"] = "test_record"
            yield finding(
                row, "test_record", say('"{name}" is a test record: not counted', name=name)
            )
        elif row.get("status") == IN_OPERATION and PROJECT.search(name):
            what = say(
                '"{name}" sounds like a building project but is said to be in operation', name=name
            )
            yield finding(
                row, "project_as_offer", say("{what}: counted. Correct name or status", what=what)
            )
        elif row.get("status") not in (CLOSED, *NOT_YET) and PROJECT.search(name):
            row["set_aside_reason"] = "project"
            yield finding(
                row,
                "project_as_offer",
                say(
                    '"{name}" is a building project: not counted. List it under Planungen',
                    name=name,
                ),
            )


def duplicates(rows: Sequence[Row], kind: str) -> Iterator[tuple[Row, Row]]:
    """Each row that is the same offer as an earlier one: name, kind, place and address agree.

    Case, punctuation and what follows the place's name do not count; a house number or street that
    one of them leaves out does not part them. ``kind`` is the column with the kind of offer.
    """
    seen: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        if row.get("set_aside_reason"):
            continue
        earlier = seen.setdefault((folded_words(str(row["name"])), row.get(kind)), [])
        if first := next((one for one in earlier if _one_address(one, row)), None):
            yield first, row
        else:
            earlier.append(row)


def place_of(row: Mapping[str, object]) -> str:
    """The place alone: of "Neuss, Westfalen" and of "Neuss (Rhein)" it is Neuss."""
    return folded_words(re.split(r"[,(/]", str(row.get("ort") or ""))[0])


def _one_address(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    one_key = one.get("ags") is not None and one.get("ags") == other.get("ags")
    return (one_key or place_of(one) == place_of(other)) and all(
        folded_words(str(one[column])) == folded_words(str(other[column]))
        for column in ("strasse", "hausnummer")
        if one.get(column) and other.get(column)
    )


def finding(
    row: Mapping[str, object],
    rule: str,
    what: str,
    *,
    severity: Severity = "warning",
    expected: str = say("a single offer that exists"),
    column: str = "name",
    found: str | None = None,
) -> Finding:
    """A finding about one row of a list of offers."""
    return Finding(
        rule=rule,
        severity=severity,
        message=say(
            "sheet {source_place}, row {source_row}: {what}",
            source_place=row["source_place"],
            source_row=row["source_row"],
            what=what,
        ),
        place=str(row["source_place"]),
        row=str(row["source_row"]),
        column=column,
        expected=expected,
        found=found or str(row.get("name")),
    )
