"""Whether the lists of a county can be read and hold what they must: before they land."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.azr.own_aliases import FILE, own_aliases
from ingest.county.discover import lists
from ingest.county.tables import OPTIONAL, TABLES
from ingest.drop_folder import dropped
from ingest.http import Client
from kreishaus.county_folder import MUNICIPALITIES
from kreishaus.datasets import Dataset, dataset
from kreishaus.file_places import place_in_folder
from kreishaus.model import (
    FileRejected,
    Finding,
    Origin,
    Request,
    SourceRefused,
    SourceUnavailable,
    Stripped,
    UnreadableFile,
)
from kreishaus.settings import Settings
from kreishaus.wording import joined, rewritten, say, text_of
from operations.counties.across import strangers
from persons.file_names import has_form
from pipeline.steps import dropped_bytes, validate
from vocabulary.own_home_names import FILE as HOME_NAMES_FILE
from vocabulary.own_home_names import own_home_names

if TYPE_CHECKING:
    import pandas as pd

DATASET = "county/lists"


def said(name: str, finding: Finding) -> str:
    """A finding about the list ``name`` as a line: file, line, column, what, expected, found."""
    line = say("line {row}", row=finding.row) if finding.row else ""
    where = joined(filter(None, (name, line, finding.column)), ", ")
    told: str = joined(filter(None, (finding.message, finding.to_do)))
    if not finding.message.startswith(name):  # else what a parser finds says it all
        told = joined((where, told), ": ")
    if not finding.expected:
        return told
    return say(
        "{told}. Expected {expected}, found {found}",
        told=rewritten(told, lambda wording: wording.rstrip(".")),
        expected=finding.expected,
        found=finding.found,
    )


def check(settings: Settings) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Each list of the county by the name of its file, with what is wrong in it.

    Nothing is landed. Raises ``SourceUnavailable`` without the county's folder.
    """
    entry = dataset(DATASET)
    read: dict[str, pd.DataFrame] = {}
    found: dict[str, tuple[Finding, ...]] = {}
    with Client.of(settings) as client:
        for request in lists(settings, client, entry.name):
            found[request.label] = _findings(settings, request, read)
    for name, finding in strangers(read):
        found[name] += (finding,)
    _add_municipalities_fault(settings, found)
    if FILE in found:
        found[FILE] += own_aliases(settings).findings
    if HOME_NAMES_FILE in found:
        found[HOME_NAMES_FILE] += own_home_names(settings.county_folder).findings
    if (rows := read.get(MUNICIPALITIES)) is not None:
        found[f"{MUNICIPALITIES}.csv"] += tuple(_of_another_kind(settings, bool(len(rows))))
    yield from found.items()
    yield from _not_taken(settings)


def _add_municipalities_fault(settings: Settings, found: dict[str, tuple[Finding, ...]]) -> None:
    """What the settings find in the list of municipalities, where its own checks found nothing."""
    name, why = f"{MUNICIPALITIES}.csv", settings.county.municipalities_fault
    if why and not any(one.severity == "critical" for one in found.get(name, ())):
        finding = Finding(rule="municipalities", severity="critical", message=why, place=name)
        found[name] = (*found.get(name, ()), finding)


def _of_another_kind(settings: Settings, has_some: bool) -> Iterator[Finding]:
    """Papers leave out chapters, and files are read, as the kind of the county says."""
    kind = settings.county.kind
    if has_some != settings.county.words.has_municipalities:
        message = say(
            '{name}.csv: has no rows, and county.toml says kind = "{kind}", which has '
            "municipalities",
            name=MUNICIPALITIES,
            kind=kind,
        )
        if has_some:
            message = say(
                '{name}.csv: has rows, and county.toml says kind = "{kind}", which has none',
                name=MUNICIPALITIES,
                kind=kind,
            )
        yield Finding(rule="kind", severity="warning", message=message)


def _not_taken(settings: Settings) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Lists that are not there, and files that are called nearly so: a build takes neither."""
    there = {one.name for one in dropped(settings.county_folder)}
    lists_of_all = {f"{name}.csv" for name in TABLES}
    for name in sorted(lists_of_all - there - {f"{name}.csv" for name in OPTIONAL}):
        message = say(
            "{name}: is not in the folder; a version that landed before stays in force", name=name
        )
        yield name, (Finding(rule="there", severity="warning", message=message),)
    words = {word for name in TABLES for word in name.split("_")}
    for name in sorted(there - lists_of_all):
        if name.casefold().endswith(".csv"):
            shown = (
                name if has_form(name, words) else place_in_folder(settings.county_folder / name)
            )
            message = say(
                "{name}: is taken for nothing; lists are called {tables}, as .csv",
                name=shown,
                tables=joined(TABLES, ", "),
            )
            yield shown, (Finding(rule="name", severity="warning", message=message),)


def _findings(
    settings: Settings, request: Request, read: dict[str, pd.DataFrame]
) -> tuple[Finding, ...]:
    """What is wrong in a list; the rows of one that could be read are added to ``read``."""
    entry = dataset(DATASET)
    if request.path is None:
        message = joined((request.label, str(request.fault)), ": ")
        return (Finding(rule="file", severity="critical", message=message),)
    origin = Origin(
        entry.source, entry.name, "", request.label, request.identity, datetime.now(UTC)
    )
    try:
        content = dropped_bytes(Path(request.path), settings)
        batch, validation, _ = validate(entry, content, origin, settings.county)
    except (SourceUnavailable, SourceRefused) as error:
        return (Finding(rule="file", severity="critical", message=text_of(error)),)
    except UnreadableFile as error:
        return error.findings
    read.update(batch.tables)
    return (*validation.findings, *_of_the_door(entry, content, request.label, settings))


def _of_the_door(
    entry: Dataset, content: bytes, label: str, settings: Settings
) -> tuple[Finding, ...]:
    """Why the list would not land, or what somebody shall look at: whether it names persons."""
    if settings.county.municipalities_fault:  # told already; no door knows the county then
        return ()
    try:
        entry.load("guard")(content, label)
        stripped: Stripped = entry.load("strip")(content, label, settings)
    except FileRejected as refusal:
        return (Finding(rule="door", severity="critical", message=text_of(refusal)),)
    return stripped.warnings
