"""Of an answer lands what columns take, each value in its column's form, and nothing else.

Where it holds nothing else, the bytes land as they came. Otherwise the same documents are written
anew, and the parser reads the same rows of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from formats.archives import repacked
from ingest.heimfinder.answers import LIST, THE_LIST, is_answer, members_of, opened, renamed
from ingest.heimfinder.fields import (
    Json,
    Record,
    has_words_of_fields,
    is_selector,
    is_spelled_nearly,
    layout,
    look_up,
    taken,
)
from ingest.heimfinder.forms import in_form, kept_id, sounds_like_a_home
from ingest.heimfinder.json_reader import read_json
from kreishaus.figure_origin import MARKS
from kreishaus.model import FileRejected, Finding, Request, Stripped, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.wording import say
from persons import file_names
from persons.door import refuse_unknown
from persons.rows import FEWEST_PERSONS
from vocabulary.home_names import is_home_name
from vocabulary.own_home_names import FILE as OWN_NAMES

FORM = 3
"""Version of what is left out. With another one the same answers make other bytes."""
LINKS, NEXT = "_links", "next"
ABOUT, TOTAL = "_meta", "total"
NOTE = "_hinweis"
"""The field in which a sample says that it is one."""
FILE_WORDS = frozenset(["heimfinder", "einrichtungen", "liste"])
USUAL = frozenset(
    ["results", "result", "data", "items", "entries", "einrichtungen", "homes", "liste", "meta"]
)
"""What programs call a list, or what stands beside one."""
Form: TypeAlias = Callable[[str, Json], Json]
UNNAMED = re.compile(r"Angebot-\d{9}")
NO_ANSWER = b"no answer"
"""What stands for the reason why a home's own answer did not come."""


def strip(content: bytes, label: str, settings: Settings) -> Stripped:
    """The answer without persons. Raises ``FileRejected`` for what cannot be read, and for a list
    whose names are not those of homes: nobody knows what it says of persons."""
    del label, settings
    try:
        stripped, named = known_values(content, in_form), known_values(content, _but_names)
    except UnreadableFile as unreadable:
        fault = unreadable.findings[0]
        raise FileRejected(
            say(
                "{message}. Whether it speaks of persons cannot be known: nothing of it "
                "was kept. The next visit asks again",
                message=fault.message,
            )
        ) from None
    _require_homes(named)
    return Stripped(stripped, FORM, () if stripped == named else (_left_out(_unnamed(stripped)),))


def _but_names(column: str, value: Json) -> Json:
    """Of other columns the parser says what cannot be read."""
    of_names = ("home_name", "municipality_name", "home_id")
    return value if column in of_names else in_form(column, value)


def known_values(content: bytes, form: Form = lambda column, value: value) -> bytes:
    """An answer with nothing but the values that columns take, each as ``form`` makes it. Raises
    ``UnreadableFile`` for what is no answer, ``FileRejected`` for an archive of other files."""
    if content.startswith(b"PK"):
        return _archive(content, form)
    return _document(content, THE_LIST, form)


def noted(request: Request, content: bytes, settings: Settings) -> Request:
    """The request of an answer, without a name that may be a person's."""
    del content
    return file_names.noted(request, "wtg", FILE_WORDS, "Heimfinder", settings)


def _archive(content: bytes, form: Form) -> bytes:
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
        renamed(name, kept_id): _document(member, name, form)
        if name.endswith(".json")
        else NO_ANSWER
        for name, member in members.items()
    }
    return content if stripped == members else repacked(stripped)


def _document(content: bytes, name: str, form: Form) -> bytes:
    document = read_json(content, name)
    stripped = _list(document, form) if name in (THE_LIST, LIST) else _answer(document, form)
    if stripped == document:
        return content
    return json.dumps(stripped, ensure_ascii=False, separators=(",", ":")).encode()


def _list(document: Json, form: Form) -> Json:
    """A list's document: the known values of its entries, and whether it is whole."""
    if not isinstance(document, dict):
        return [_entry(one, form) for one in document] if isinstance(document, list) else None
    kept: Record = {}
    for name, value in document.items():
        if name in layout().lists and isinstance(value, list):
            kept[name] = [_entry(one, form) for one in value]
        elif name == LINKS and isinstance(value, dict) and NEXT in value:
            kept[name] = {NEXT: {}}
        elif name == ABOUT and isinstance(value, dict) and isinstance(value.get(TOTAL), int):
            kept[name] = {TOTAL: value[TOTAL]}
        elif name == NOTE and value in MARKS.values():
            kept[name] = value
        elif name in USUAL:
            kept[name] = _emptied(value)  # the parser names it where there is no list
    return kept


def _answer(document: Json, form: Form) -> Json:
    """One home's own answer: a record, one under the home's id, or a list of one."""
    if not isinstance(document, dict) or any(name in document for name in layout().lists):
        return _list(document, form)
    if document and all(isinstance(value, dict) for value in document.values()):
        under_ids = {name: value for name, value in document.items() if name.isdecimal()}
        if under_ids == document:
            return {kept_id(name): _entry(value, form) for name, value in document.items()}
    return _entry(document, form)


def _entry(entry: Json, form: Form) -> Json:
    """The values that columns take, each in its column's form; of all else nothing."""
    if not isinstance(entry, dict):
        return _emptied(entry)  # for the parser to name
    return _known(entry, taken(entry, layout().fields), form)


def _emptied(value: Json) -> Json:
    return None if value is None else type(value)()


def _known(record: Record, columns: Mapping[tuple[int, str], str], form: Form) -> Record:
    kept: Record = {}
    for name, value in record.items():
        if (id(record), name) in columns:
            kept[name] = form(columns[id(record), name], value)
        elif isinstance(value, dict | list) and not has_words_of_fields(name):
            continue  # whoever builds an answer may call a field after anybody
        elif isinstance(value, dict):
            if below := _known(value, columns, form):
                kept[name] = below
        elif isinstance(value, list):
            entries = (_known(one, columns, form) for one in value if isinstance(one, dict))
            if below_list := [one for one in entries if one]:
                kept[name] = list(below_list)
        elif is_selector(name, value):
            kept[name] = value
        elif is_spelled_nearly(name) and has_words_of_fields(name):
            kept[name] = None  # the parser names it where it looks for a field in vain
    return kept


def _require_homes(content: bytes) -> None:
    """Raise ``FileRejected`` for a list whose names are not those of homes."""
    try:
        entries = opened(content).entries
    except UnreadableFile:
        return  # no list at all: the parser says so
    found = [look_up(entry.record, layout().fields.home_name) for entry in entries]
    names = [name for name in found if isinstance(name, str)]
    others = sum(not (sounds_like_a_home(name) or is_home_name(name)) for name in names)
    if others >= FEWEST_PERSONS and 2 * others > len(names):
        refuse_unknown(say("the names of the list"), say("names of homes"))


def _unnamed(content: bytes) -> int:
    """How many names of the list are numbers."""
    return len(set(UNNAMED.findall(content.decode("utf-8", "replace"))))


def _left_out(unnamed: int) -> Finding:
    return Finding(
        rule="text_left_out",
        severity="warning",
        message=say(
            "the answer has values that have not the form of their column: they were left out "
            "before it was kept, and a number stands for each name of a home with a word that is "
            "on no list ({count} names, Angebot-...) and for each id that has not the form of one. "
            "If homes of the county are called so, write the names or the words into {file} in the "
            "county's folder and have a second person confirm them: the next visit keeps them",
            count=unnamed,
            file=OWN_NAMES,
        ),
        expected=say("names of homes and places in known words, numbers, ids"),
        found=say("other texts"),
    )
