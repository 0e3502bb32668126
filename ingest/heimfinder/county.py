"""Which entries of the Land's list are the county's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from ingest.heimfinder.answers import Entry
from ingest.heimfinder.fields import MEND, Json, Missing, field_names, layout, look_up, sayable
from ingest.heimfinder.forms import in_form
from kreishaus.model import Finding, UnreadableFile
from kreishaus.settings import County
from kreishaus.wording import joined, say
from vocabulary.region_names import names_for

KEY = re.compile(r"\s*(\d{4,8})(?!\w)")
NAMED = 12
"""So many values or fields a finding names."""

Own: TypeAlias = tuple[Entry, ...]


def own_entries(entries: Sequence[Entry], county: County) -> tuple[Own, tuple[Finding, ...]]:
    """The county's entries, and a warning for those that name no county.

    Raises ``UnreadableFile`` where none is the county's: a list without them says nothing.
    """
    paths = layout().fields.county_name
    values = [look_up(entry.record, paths) for entry in entries]
    named = [value for value in values if not isinstance(value, Missing) and value is not None]
    if not named:
        raise UnreadableFile(_no_county_at_all(entries))
    own = tuple(
        entry
        for entry, value in zip(entries, values, strict=True)
        if not isinstance(value, Missing) and is_own(value, county)
    )
    if not own:
        raise UnreadableFile(_none_of_ours(named, county))
    return own, tuple(_unnamed(entries, values))


def is_own(value: Json, county: County) -> bool:
    """Whether a source means this county: by its key, however long, or by one of its names."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    if key := KEY.match(str(value)):
        # 5162 and 5162000 lost their leading zero; 05162000 is the county among municipalities.
        digits = key[1].zfill(5 if len(key[1]) < 6 else 8)
        return digits[:5] == county.ags
    return county.ags in names_for(county).keys_of(str(value), len(county.ags))


def _no_county_at_all(entries: Sequence[Entry]) -> Finding:
    seen = Counter(name for entry in entries for name in set(field_names(entry.record)))
    return Finding(
        rule="field_missing",
        severity="critical",
        message=say(
            "no entry of the list says in which county the home is: the field was "
            "renamed or moved. Set county_name in {mend}",
            mend=MEND,
        ),
        column="county_name",
        expected=joined(layout().fields.county_name, say(" or ")),
        found=say(
            "the fields {fields}",
            fields=joined([sayable(name) for name, _ in seen.most_common(NAMED)], ", ")
            or say("(none)"),
        ),
    )


def _none_of_ours(named: Sequence[Json], county: County) -> Finding:
    seen = Counter(str(value) for value in named if in_form("county_name", value) == value)
    listed = ", ".join(f"{name} ({count})" for name, count in seen.most_common(NAMED))
    return Finding(
        rule="county_missing",
        severity="critical",
        message=say(
            "the list has homes, but none of this county; this is no county without "
            "homes. If it is written differently there, add that to also_called of "
            "[county] in county.toml"
        ),
        column="county_name",
        expected=", ".join((county.ags, county.name, *county.also_called)),
        found=(listed or say("other values")),
    )


def _unnamed(entries: Sequence[Entry], values: Sequence[Json | Missing]) -> Iterator[Finding]:
    rows = [
        entry
        for entry, value in zip(entries, values, strict=True)
        if isinstance(value, Missing) or value is None
    ]
    if rows:
        yield Finding(
            rule="county_unknown",
            severity="warning",
            message=say(
                "{count} of {total} entries name no county: whether they are ours is not "
                "known, they were left out",
                count=len(rows),
                total=len(entries),
            ),
            place=rows[0].place,
            row=str(rows[0].row),
            column="county_name",
            expected=say("a county"),
            found=say("nothing"),
        )
