"""The rows of the staged table, from the county's entries, and what is odd about them."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ingest.heimfinder import values
from ingest.heimfinder.answers import Answers, Entry
from ingest.heimfinder.county import Own
from ingest.heimfinder.fields import (
    MEND,
    Fields,
    Json,
    Missing,
    Record,
    field_names,
    has_words_of_fields,
    layout,
    look_up,
    without,
)
from ingest.heimfinder.forms import READERS
from ingest.heimfinder.tables import COUNTS, MEASURES
from kreishaus.model import Finding, UnreadableFile
from kreishaus.settings import County
from kreishaus.wording import joined, say, text_of

NAMED = 20
"""So many fields or homes a finding names."""


@dataclass
class Reading:
    """What the county's entries hold, as it is read. ``unread`` is column -> home -> what stood."""

    rows: list[dict[str, object]] = field(default_factory=list)
    present: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    unread: dict[str, dict[str, str]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def rows_of(
    own: Own, answers: Answers, county: County
) -> tuple[list[dict[str, object]], tuple[Finding, ...]]:
    """A row each home, and what the day's reader should know.

    Raises ``UnreadableFile`` with every critical finding at once.
    """
    reading = Reading()
    for entry in _once(own, reading.findings):
        _read(entry, answers, county, reading)
    reading.findings += [*_missing(reading), *_unread(reading)]
    critical = [finding for finding in reading.findings if finding.severity == "critical"]
    if critical:
        raise UnreadableFile(*critical, *(f for f in reading.findings if f not in critical))
    return reading.rows, tuple(reading.findings)


def _once(own: Own, findings: list[Finding]) -> Iterator[Entry]:
    """The entries without true copies. Two that differ under one id are for the suite to refuse."""
    seen: set[str] = set()
    for entry in own:
        written = json.dumps(entry.record, sort_keys=True)
        if written in seen:
            findings.append(
                _about(
                    entry,
                    "home_twice",
                    "warning",
                    say("the entry stands in the list twice, word for word; it counts once"),
                    expected=say("one entry"),
                    found=say("two"),
                )
            )
        else:
            seen.add(written)
            yield entry


def _read(entry: Entry, answers: Answers, county: County, reading: Reading) -> None:
    home = _home_id(entry, reading)
    if home is None:
        return
    detail = _detail(entry, home, answers, reading)
    merged: dict[str, object] = {"home_id": home}
    for column, reader in READERS.items():
        if column != "home_id":
            merged[column] = _value(column, reader, home, entry, detail, reading)
    _judge_place(entry, merged, county, reading.findings)
    reading.unknown.update(_unmapped(entry.record) | _unmapped(detail or {}))
    reading.rows.append({**merged, "source_place": entry.place, "source_row": entry.row})


def _home_id(entry: Entry, reading: Reading) -> str | None:
    """The id; without one nobody could say tomorrow which home this was."""
    raw = look_up(entry.record, layout().fields.home_id)
    try:
        home = None if isinstance(raw, Missing) else values.identifier(raw)
        found: str = say("nothing")
    except ValueError as error:
        home, found = None, text_of(error)
    if home is None:
        reading.findings.append(
            _about(
                entry,
                "home_id_missing",
                "critical",
                say(
                    "a home of the county has no id; if the field was renamed, set home_id in "
                    "{mend}",
                    mend=MEND,
                ),
                column="home_id",
                expected=joined(layout().fields.home_id, say(" or ")),
                found=found,
            )
        )
    return home


def _detail(entry: Entry, home: str, answers: Answers, reading: Reading) -> Record | None:
    if answers.details is None:
        return None
    detail = answers.details.get(home)
    if detail is None:
        reasons = answers.not_answered or {}
        finding = _about(
            entry,
            "detail_missing",
            "warning",
            say(
                "the home {home} is listed, but its own answer did not come: what only "
                "that says is not known for this day",
                home=home,
            ),
            expected=say("an answer"),
            found=reasons[home][:200] if home in reasons else say("none was asked for"),
        )
        reading.findings.append(finding)
        return None
    stated = look_up(detail, layout().fields.home_id)
    if not isinstance(stated, Missing) and stated is not None and str(stated).strip() != home:
        reading.findings.append(
            _about(
                entry,
                "detail_differs",
                "critical",
                say("asked about the home {home}, the source answered about another", home=home),
                column="home_id",
                expected=home,
                found=str(stated)[:64],
            )
        )
    return detail


def _value(
    column: str,
    reader: Callable[[Json], object],
    home: str,
    entry: Entry,
    detail: Record | None,
    reading: Reading,
) -> object:
    """What the home's own answer says; where that is silent, what the list says."""
    paths = layout().fields.paths(column)
    found = [look_up(record, paths) for record in (detail, entry.record) if record is not None]
    present = [value for value in found if not isinstance(value, Missing)]
    if present:
        reading.present[column] += 1
    raw = next((value for value in present if value is not None), None)
    try:
        value = reader(raw)
    except ValueError as error:
        reading.unread.setdefault(column, {})[home] = text_of(error)
        return None
    reading.filled[column] += value is not None
    return value


def _judge_place(
    entry: Entry, row: dict[str, object], county: County, findings: list[Finding]
) -> None:
    code = row["municipality_code"]
    if isinstance(code, str) and not code.startswith(county.ags):
        row["municipality_code"] = None
        findings.append(
            _about(
                entry,
                "municipality_elsewhere",
                "warning",
                say(
                    "the home {home_id} is in this county by its county's name and in another "
                    "by its municipality's key; the name of the municipality decides",
                    home_id=row["home_id"],
                ),
                column="municipality_code",
                expected=f"{county.ags}...",
                found=code,
            )
        )


def _unmapped(record: Record) -> set[str]:
    rest: Record = json.loads(json.dumps(record))
    without(rest, layout().fields)
    return set(field_names(rest))


def _missing(reading: Reading) -> Iterator[Finding]:
    """Columns that no home has: the source renamed or dropped their fields."""
    absent = [
        column
        for column in Fields.model_fields
        if column != "home_id" and layout().fields.paths(column) and not reading.present[column]
    ]
    if not reading.rows:
        return
    nothing_free = not any(reading.present[measure] for measure in MEASURES)
    for column in absent:
        critical = nothing_free and column in MEASURES
        unknown = [name for name, _ in reading.unknown.most_common() if has_words_of_fields(name)]
        others = len(reading.unknown) - len(unknown)
        yield Finding(
            rule="field_missing",
            severity="critical" if critical else "warning",
            message=say(
                "no home of the county has the field for {column}: it was renamed, moved or "
                "dropped. Set {column} in {mend}{nearest}",
                column=column,
                mend=MEND,
                nearest=_nearest(column, unknown),
            ),
            column=column,
            expected=joined(layout().fields.paths(column), say(" or ")),
            found=say(
                "fields that no column takes: {fields}",
                fields=_listed(unknown, others),
            ),
        )


def _listed(names: list[str], others: int) -> str:
    """Names of fields, and how many there are whose words are no words of fields."""
    listed = ", ".join(names[:NAMED]) or say("none")
    return say("{listed}; {count} other names", listed=listed, count=others) if others else listed


def _nearest(column: str, unknown: list[str]) -> str:
    """The unknown field most like one that was looked for, by its whole path or its last step."""
    for path in layout().fields.paths(column):
        if near := difflib.get_close_matches(path, unknown, n=1):
            return say("; the nearest there is {near}", near=near[0])
    return ""


def _unread(reading: Reading) -> Iterator[Finding]:
    """Values that are none. A column in which every value is one has come to mean another thing."""
    for column, by_home in reading.unread.items():
        homes = ", ".join(list(by_home)[:NAMED])
        everywhere = column in COUNTS and not reading.filled[column]
        also = (
            say(
                ", and of no other: the field has come to mean another thing. Set {column} in "
                "{mend}",
                column=column,
                mend=MEND,
            )
            if everywhere
            else say("; it stays empty there")
        )
        yield Finding(
            rule="value_unreadable",
            severity="critical" if everywhere else "warning",
            message=say(
                "{column} cannot be read of {count} homes ({homes}){also}",
                column=column,
                count=len(by_home),
                homes=homes,
                also=also,
            ),
            row=next(iter(by_home)),
            column=column,
            expected=(say("a whole number") if column in COUNTS else say("a plain value")),
            found=next(iter(by_home.values())),
        )


def _about(
    entry: Entry,
    rule: str,
    severity: str,
    message: str,
    *,
    expected: str,
    found: str,
    column: str | None = None,
) -> Finding:
    return Finding(
        rule=rule,
        severity="critical" if severity == "critical" else "warning",
        message=message,
        place=entry.place,
        row=str(entry.row),
        column=column,
        expected=expected,
        found=found,
    )


def coordinates_swapped(rows: Iterable[Mapping[str, object]]) -> Iterator[Finding]:
    """Homes whose latitude is a longitude of the Land and the other way round."""
    for row in rows:
        latitude, longitude = row["latitude"], row["longitude"]
        if not isinstance(latitude, float) or not isinstance(longitude, float):
            continue
        if 5.8 <= latitude <= 9.5 and 50.3 <= longitude <= 52.6:
            yield Finding(
                rule="coordinates_swapped",
                severity="warning",
                message=say(
                    "latitude and longitude of the home {home_id} stand in each other's place; "
                    "if they do so everywhere, change them in {mend}",
                    home_id=row["home_id"],
                    mend=MEND,
                ),
                place=str(row["source_place"]),
                row=str(row["source_row"]),
                column="latitude",
                expected=say("50.3 to 52.6"),
                found=f"{latitude:g}",
            )
