"""JSON from outside, strictly: UTF-8, no NaN, no key twice, neither too large nor too deep."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from ingest.heimfinder.fields import Json
from kreishaus.model import Finding, UnreadableFile
from kreishaus.wording import say

MOST_BYTES = 24 * 2**20
"""The Land has some 2,200 homes: a page of text on each is 10 MiB. Objects take 25 times that."""
DEEPEST = 20
"""An entry of the list lies three or four levels deep."""


def read_json(content: bytes, place: str) -> Json:
    """The document in ``content``. ``place`` is what a finding calls it.

    Raises ``UnreadableFile``: ``too_large``, ``encoding``, ``json`` or ``too_deep``.
    """
    if len(content) > MOST_BYTES:
        raise _unreadable(
            "too_large",
            place,
            say("the answer is far larger than a list of homes can be"),
            expected=say("{most_bytes} bytes at most", most_bytes=MOST_BYTES),
            found=str(len(content)),
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(
            "encoding",
            place,
            say("the answer is not UTF-8, so its umlauts cannot be read truly"),
            expected=say("UTF-8"),
            found=say(
                "the byte 0x{content:02x} at position {start}",
                content=content[error.start],
                start=error.start,
            ),
        ) from error
    try:
        document: Json = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_without_doubles,
        )
    except RecursionError as error:
        raise _too_deep(place) from error
    except ValueError as error:  # json.JSONDecodeError is one, and so is what the hooks raise
        raise _unreadable(
            "json",
            place,
            say("the answer is no whole JSON document; it was probably cut on its way"),
            expected=say("JSON"),
            found=str(error)[:200],
        ) from error
    _require_shallow(document, place)
    _require_characters(document, place)
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number too large to be one")
    return value


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a field stands twice in one object: which one holds is not known")
    return document


def _require_shallow(document: Json, place: str) -> None:
    """Level by level: a recursion would break on the very documents it looks for."""
    level: list[Json] = [document]
    for _ in range(DEEPEST):
        below: list[Json] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        if not below:
            return
        level = below
    raise _too_deep(place)


def _require_characters(document: Json, place: str) -> None:
    """``\\ud800`` alone is legal JSON and no character: nothing could be written of it."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _unreadable(
            "encoding",
            place,
            say("a text holds half a character, so it was damaged before it was sent"),
            expected=say("characters"),
            found=repr(error.object[error.start]),
        ) from error


def _too_deep(place: str) -> UnreadableFile:
    return _unreadable(
        "too_deep",
        place,
        say("the answer is nested far deeper than a list of homes is"),
        expected=say("{deepest} levels at most", deepest=DEEPEST),
        found=say("more"),
    )


def _unreadable(
    rule: str, place: str, message: str, *, expected: str, found: str
) -> UnreadableFile:
    return UnreadableFile(
        Finding(
            rule=rule,
            severity="critical",
            message=say("{place}: {message}", place=place, message=message),
            place=place,
            expected=expected,
            found=found,
        )
    )
