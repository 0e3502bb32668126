"""The reducer of the register: of an office's file only the canonical table is kept.

The door (``guard.py``) refuses what is not understood; then the office's layout is read, and
written anew as codes, counts and recognised labels. Nothing else of the file is in the result.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from formats.dates import dates_in
from formats.forms import form_of
from ingest.azr import canonical
from ingest.azr.beside import is_known
from ingest.azr.file_names import is_file_name, own_words
from ingest.azr.findings import ONE_COLUMN
from ingest.azr.guard import refuse_person_level
from ingest.azr.known_tables import is_status
from ingest.azr.own_aliases import own_aliases
from ingest.azr.parsers import read_office
from ingest.azr.plausible import RULE, no_counts
from ingest.azr.title_dates import (
    EARLIEST_YEAR,
    NO_DATE,
    NO_SUCH_DAY,
    NOT_THEN,
    SEVERAL_DATES,
)
from ingest.azr.understood import Language
from kreishaus.model import (
    Batch,
    FileRejected,
    Finding,
    Origin,
    Reduced,
    Reduction,
    Request,
    UnreadableFile,
)
from kreishaus.settings import County, Settings
from kreishaus.wording import joined, say
from vocabulary import groups, regions, statuses

RECOGNISER = 6
"""Goes up when the code comes to recognise a file differently: offered files are reduced anew."""

TITLES = {"crosstable": "Kreuztabelle", "series": "Zeitreihe", "municipalities": "Gemeinden"}
SHEET = "Tabelle"
"""What a sheet is called whose own name is not made of known words."""
MOST_SAID = 5
COLUMN = re.compile(r"[A-Z]{1,3}", re.ASCII)
COLUMNS = re.compile(r"[A-Z]{1,3}(?:, [A-Z]{1,3})*", re.ASCII)
ROWS = re.compile(r"\d{1,7}(?:(?:, | to )\d{1,7})?", re.ASCII)
COUNTED = re.compile(r"\d{1,3}(?:,\d{3})*|\d{1,7}", re.ASCII)
WHAT = {
    "header": say("the heads are not those of the table, each once"),
    "unknown_column": say("a head that this table does not have"),
    "label_column": say("no column of known labels"),
    "rows": say("no row below the heads"),
    "month_or_quarter": say("these heads may be months or quarters"),
    "ambiguous_label": say("a label that may mean two statuses"),
    "number": say("neither a count nor a marker"),
    "unknown_label": say("a label that was not in use at the reference date"),
    "line_number": say("a line without its number"),
    NO_SUCH_DAY: say("a day that never was"),
    NO_DATE: say(
        "no reference date in title, notes and name of the file: write 'Stand: TT.MM.JJJJ' into a "
        "line of its own above the table"
    ),
    SEVERAL_DATES: say(
        "title, heads, notes and name of the file speak of several reference dates: leave one of "
        "them, as 'Stand: TT.MM.JJJJ' above the table, and mend or delete the others"
    ),
    NOT_THEN: say(
        "the reference date lies before {year} or in the future: write the right one as "
        "'Stand: TT.MM.JJJJ' above the table",
        year=EARLIEST_YEAR,
    ),
    "unknown_municipality": say("not a municipality of the county"),
    "municipality_missing": say("a municipality of the county is missing"),
    RULE: say(
        "a number that is more than the whole that it is a part of, or more than twice its parts: "
        "is it a count?"
    ),
    "row_sums_by_sex": say(
        "the sexes do not make the total of their row: is a number wrong, or a column missing "
        "(divers, unbekannt, ohne Angabe)?"
    ),
}
"""What is wrong, by the rule of a finding: its own message may quote the file."""


@dataclass(frozen=True)
class RegisterReducer:
    """The reducer of one dataset of the register."""

    dataset: str

    @property
    def form(self) -> int:
        return canonical.FORM

    def offer(self, request: Request, original: str, settings: Settings) -> Request:
        """The request under its drop folder, and its own name if that is made of known words.

        A file of another name is told from its neighbours by the hash of its content. Of another
        folder nothing is kept: it may be called like the person whose file it is.
        """
        language = Language(settings.county)
        folder = settings.configured_drop_folder("azr")
        own = folder is not None and request.path and Path(request.path).parent == folder
        path = str(folder) if own else None
        if is_file_name(request.label, language, own_words(settings)):
            return replace(request, path=path)
        identity = request.identity.removesuffix(request.label) + original
        return replace(request, identity=identity, label=TITLES[self.dataset], path=path)

    def inputs(self, label: str, settings: Settings) -> str:
        """A hash of the recogniser, its lists, the county's own names and the dates in the name."""
        county = settings.county
        said = {
            "recogniser": RECOGNISER,
            "lists": list(_lists()),
            "county": [county.ags, county.name, *county.also_called],
            "municipalities": sorted(county.municipalities.items()),
            "own": [repr(one) for one in own_aliases(settings).counting],
            "dates": sorted({day.isoformat() for day in _dates(label)}),
        }
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]

    def __call__(self, content: bytes, label: str, settings: Settings) -> Reduced:
        """The canonical table. Raises ``FileRejected``, quoting counts and known words alone."""
        original = hashlib.sha256(content).hexdigest()
        origin = Origin("azr", self.dataset, original, label, label, datetime.now(UTC))
        with own_aliases(settings).in_use():
            refuse_person_level(content, settings)
            try:
                batch = read_office(self.dataset, content, origin, settings.county)
            except UnreadableFile as error:
                raise FileRejected(_refusal(error.findings, settings.county)) from error
            _refuse_single_persons(batch)
            _refuse_no_counts(self.dataset, batch, settings.county)
            return self.reduced(batch, original, label, settings)

    def of_landed(self, content: bytes, origin: Origin, settings: Settings) -> Reduced:
        """The canonical table of a file that earlier code let in. Raises ``UnreadableFile``."""
        batch = read_office(self.dataset, content, origin, settings.county)
        return self.reduced(batch, origin.sha256, origin.label, settings)

    def reduced(self, batch: Batch, original: str, label: str, settings: Settings) -> Reduced:
        """The canonical table of what was read, and what is known of its original."""
        kept = _recognised_alone(self.dataset, batch, settings.county)
        content = canonical.written(self.dataset, kept)
        newest = max(kept.tables["cells"]["reference_date"])
        reduction = Reduction(
            original=original,
            form=canonical.FORM,
            inputs=self.inputs(label, settings),
            counts=canonical.counts_of(content),
            findings=kept.findings,
        )
        return Reduced(content, f"AZR_{TITLES[self.dataset]}_{newest}.csv", reduction)


crosstable = RegisterReducer("crosstable")
series = RegisterReducer("series")
municipalities = RegisterReducer("municipalities")


def _refuse_single_persons(batch: Batch) -> None:
    """Refuse a table of ones: a list of persons laid out as a table, with or without its sums.

    In true tables of a county about one count in ten is a one.
    """
    counts = batch.tables["cells"]["value"]
    if not counts[counts > 0].median() > 1:
        raise FileRejected(
            say(
                "most cells of the table count one person: a list of single persons, not an "
                "aggregate. Nothing of this file was kept. Take it out of the drop folder and "
                "drop a table of counts"
            )
        )


def _refuse_no_counts(dataset: str, batch: Batch, county: County) -> None:
    """Refuse numbers that no sum of the table allows: a quarantined file would keep them."""
    if findings := tuple(no_counts(dataset, batch.tables["cells"], county.ags)):
        raise FileRejected(_refusal(findings, county))


def _lists() -> Iterator[str]:
    """The hash of each list that recognition depends on."""
    vocabulary = (
        *(statuses.ALIAS_FILE, statuses.WORDS_FILE, statuses.ADDITIONS_FILE),
        groups.ALIAS_FILE,
    )
    files = [*Path(__file__).parent.glob("*.csv"), *vocabulary]
    for file in sorted(files):
        yield hashlib.sha256(file.read_bytes()).hexdigest()


def _dates(label: str) -> list[date]:
    try:
        return dates_in(label)
    except ValueError:
        return []


def _recognised_alone(dataset: str, batch: Batch, county: County) -> Batch:
    """The batch without a word that is not a known label, region or name of a sheet.

    The door lets nothing else in; a file that an earlier one let in may hold more.
    """
    language = Language(county)
    cells = batch.tables["cells"].copy()

    def sheet(title: str) -> str:
        return title if is_known(title, language, {"CSV"}) else SHEET

    cells["source_place"] = [sheet(str(title)) for title in cells["source_place"]]
    if dataset == "municipalities":
        cells["region_name"] = [
            regions.without_postcode(name) if _is_name_of(county, code, name) else code
            for code, name in zip(cells["region_code"], cells["region_name"], strict=True)
        ]
    else:
        cells["status_label"] = [
            label if is_status(label) else statuses.normalise(label)
            for label in map(statuses.without_number, map(str, cells["status_label"]))
        ]
    findings = tuple(
        replace(one, place=sheet(one.place)) if one.place else one for one in batch.findings
    )
    return replace(batch, tables={"cells": cells}, findings=findings)


def _is_name_of(county: County, code: str, name: str) -> bool:
    try:
        return regions.region(county, None, name).code == code
    except regions.UnknownRegion:
        return False


def _refusal(findings: tuple[Finding, ...], county: County) -> str:
    """Why a recognised table cannot be read: places, and texts only where they are understood."""
    causes = list(_by_cause(findings))
    said = [_said(finding, Language(county)) for finding in causes[:MOST_SAID]]
    more = (
        say(" And {count} more.", count=len(causes) - MOST_SAID) if len(causes) > MOST_SAID else ""
    )
    return say(
        "{said}{more} Nothing of this file was kept; the office has it. Mend it "
        "there, and drop it again",
        said=joined(said, " "),
        more=more,
    )


def _by_cause(findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """The findings, those of one column and one kind as one: "row 7" to "row 29" are its rows."""
    causes: dict[tuple[str | None, ...], list[Finding]] = {}
    many = {rule for rule, count in Counter(one.rule for one in findings).items() if count > 2}
    for one in findings:
        found = one.found or ""
        form = found if _is_our_own(found) else form_of(found)
        # Each row has another sum: which ones they are says it all.
        compared = () if one.rule in OF_ROWS & many else (one.expected, form)
        key = (one.rule, one.place, one.column, *compared)
        causes.setdefault(key, []).append(one)
    for together in causes.values():
        rows = [one.row for one in together if one.row and one.row.isdecimal()]
        if len(set(rows)) == len(together) > 1:
            row = say("{first} to {last}", first=rows[0], last=rows[-1])
            one = replace(together[0], row=row if len(rows) > 2 else f"{rows[0]}, {rows[1]}")
            differ = len({(each.expected, each.found) for each in together}) > 1
            yield replace(one, expected=None, found=None) if differ else one
        else:
            yield from together


OF_ROWS = {"row_sums_by_sex", RULE}
"""Faults that many rows of a table have at once, each with a number of its own."""


def _is_our_own(text: str) -> bool:
    """Whether a text is a message of ours that quotes nothing."""
    template = getattr(text, "template", "{")
    return "{" not in template


def _said(finding: Finding, language: Language) -> str:
    where = [
        *([say("sheet {name}", name=_safe(finding.place, language))] if finding.place else []),
        *([say("row {row}", row=_row(finding.row, language))] if finding.row else []),
        *(
            [say("column {column}", column=_column(finding.column, language))]
            if finding.column
            else []
        ),
    ]
    # Which dates were expected would quote the name of the file.
    quoted = finding.expected and not finding.rule.endswith(("reference_date", "reference_dates"))
    compared = [say("expected {expected}", expected=finding.expected)] if quoted else []
    # Which columns are one too many is ours; elsewhere such letters may be anything.
    shown = _column if finding.expected == ONE_COLUMN else _safe
    compared += (
        [say("found {found}", found=shown(finding.found, language))] if finding.found else []
    )
    own = finding.message if _is_our_own(finding.message) else say("cannot be read")
    what = WHAT.get(finding.rule, own)
    place = joined(where, ", ") if where else say("the table")
    if not compared:
        return say("{place}: {what}.", place=place, what=what)
    return say("{place}: {what} ({how}).", place=place, what=what, how=joined(compared, ", "))


def _column(column: str, language: Language) -> str:
    return column if COLUMNS.fullmatch(column) else _safe(column, language)


def _row(row: str, language: Language) -> str:
    return row if ROWS.fullmatch(row) else _safe(row, language)


def _safe(text: str, language: Language) -> str:
    """A text where it is a count, a date, a label or a note; else its form."""
    if _is_our_own(text):
        return text
    column, _, head = text.partition(" (")
    if COLUMN.fullmatch(column):
        known = head and _is_understood(head.removesuffix(")"), language)
        return text if known else column
    return text if _is_understood(text, language) else form_of(text)


def _is_understood(text: str, language: Language) -> bool:
    return COUNTED.fullmatch(text) is not None or language.understands(text) or is_status(text)
