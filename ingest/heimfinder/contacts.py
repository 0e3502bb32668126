"""Before an answer lands, what speaks of a person is left out of it; figures and homes stay.

Where nothing does, the bytes land as they came. Otherwise the same documents are written anew, and
the parser reads the same rows of them.
"""

from __future__ import annotations

import json

from ingest.heimfinder.answers import LIST, THE_LIST, is_answer, members_of, repacked
from ingest.heimfinder.fields import Json, Record, layout, taken
from ingest.heimfinder.json_reader import read_json
from ingest.heimfinder.persons import is_impersonal, without_persons
from kreishaus.model import FileRejected, Finding, Stripped, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.wording import say

FORM = 1
"""Version of what is left out. With another one the same answers make other bytes."""
LINKS = "_links"


def strip(content: bytes, label: str, settings: Settings) -> Stripped:
    """The answer without persons. Raises ``FileRejected`` for what cannot be read: nobody knows
    what it says of persons."""
    del label, settings
    try:
        if not content.startswith(b"PK"):
            stripped = _document(content, THE_LIST)
        else:
            stripped = _archive(content)
    except UnreadableFile as unreadable:
        fault = unreadable.findings[0]
        raise FileRejected(
            say(
                "{message}. Whether it speaks of persons cannot be known: nothing of it "
                "was kept. The next visit asks again",
                message=fault.message,
            )
        ) from None
    return Stripped(stripped, FORM, () if stripped == content else (_left_out(),))


def _archive(content: bytes) -> bytes:
    members = members_of(content)
    if strangers := [at for at, name in enumerate(sorted(members), 1) if not is_answer(name)]:
        raise FileRejected(
            say(
                "the archive: expected {list} and the answers about single homes, found {others} "
                "other file(s) of {count}, the first of them number {first} by name. What is no "
                "answer may list persons: nothing of it was kept. Hand in the archive that a "
                "visit makes, or the list as JSON",
                list=LIST,
                others=len(strangers),
                count=len(members),
                first=strangers[0],
            )
        )
    stripped = {
        name: _document(member, name) if name.endswith(".json") else member
        for name, member in members.items()
    }
    return content if stripped == members else repacked(stripped)


def _document(content: bytes, name: str) -> bytes:
    document = read_json(content, name)
    stripped = _without(document) if name in (THE_LIST, LIST) else _answer(document)
    if stripped == document:
        return content
    return json.dumps(stripped, ensure_ascii=False, separators=(",", ":")).encode()


def _without(document: Json) -> Json:
    """A list's document: its entries one by one, of all else what speaks of nobody."""
    if not isinstance(document, dict):
        return [_entry(one) for one in document] if isinstance(document, list) else document
    kept: Record = {}
    for name, value in document.items():
        if name in layout().lists and isinstance(value, list):
            kept[name] = [_entry(one) for one in value]
        elif name == LINKS and isinstance(value, dict):
            kept[name] = {link: {} for link in value}  # whether there is a next page
        else:
            kept.update(without_persons({name: value}, layout().persons))
    return kept


def _answer(document: Json) -> Json:
    """One home's own answer: a record, one under the home's id, or a list of one."""
    if not isinstance(document, dict) or any(name in document for name in layout().lists):
        return _without(document)
    if document and all(isinstance(value, dict) for value in document.values()):
        under_ids = {name: value for name, value in document.items() if name.isdecimal()}
        if under_ids == document:
            return {name: _entry(value) for name, value in document.items()}
    return _entry(document)


def _entry(entry: Json) -> Json:
    if isinstance(entry, dict):
        return without_persons(entry, layout().persons, taken(entry, layout().fields))
    if isinstance(entry, str):
        return entry if is_impersonal(entry, layout().persons) else ""
    return [_entry(one) for one in entry] if isinstance(entry, list) else entry


def _left_out() -> Finding:
    return Finding(
        rule="contacts_left_out",
        severity="warning",
        message=say(
            "the answer speaks of persons: those fields and texts were left out before it was kept"
        ),
        expected=say("no field about persons"),
        found=say("some"),
    )
