"""What a GENESIS service says instead of data, and what each of its codes means for us.

Whatever happened, the service says HTTP 200. Data come as a ZIP; everything else is a JSON status.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from formats.encodings import BOM
from ingest.it_nrw.credentials import Account
from kreishaus.model import NothingOffered, SourceRefused, SourceUnavailable
from kreishaus.wording import joined, say

BUSY = 6
NOTHING_NEWER = 50
TOO_LARGE = 98
JOB_MADE = 99
NO_OBJECT = 104
"""No object for this filter (even years of a biennial table), or a result that is not ready."""

NOT_AUTHORISED = 15
MAY_HEAL = {BUSY: say("too many requests at once"), -1: say("system error")}
TO_MEND = {
    22: say(
        "the service changed the question, so the answer would be to another one: "
        "compare table_code, regional_variable, regional_key and years in "
        "county.toml with the table"
    ),
    90: say("there is no such table: check table_code in county.toml (kreishaus find)"),
    TOO_LARGE: say(
        "the table is too large even for a job: narrow regional_key or years in county.toml"
    ),
    JOB_MADE: say("the service made a job of it, and does not say under which name"),
}
SAME_QUESTION = ("name", "regionalvariable", "regionalkey", "startyear", "endyear", "format")
"""What the service repeats of a question and must not have changed."""


@dataclass(frozen=True)
class Status:
    """A status as JSON. ``code`` is None where the service gave none that is a number."""

    code: int | None
    text: str
    document: Mapping[str, Any]

    @property
    def said(self) -> str:
        return f"GENESIS status {self.code} ({self.text[:200]!r})"

    def rows(self, part: str) -> list[Mapping[str, Any]]:
        """The entries of a list such as ``List`` or ``Tables``; what is none is left out."""
        found = self.document.get(part)
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def read_status(content: bytes, label: str, account: Account | None = None) -> Status:
    """The status that ``content`` is. Raises ``SourceUnavailable`` for JSON of another kind.

    Nothing in it repeats the account, even where the service did.
    """
    hide = account.hide if account else str
    try:
        document = _hidden(json.loads(_text(content)), hide)
        status = document["Status"]
    except (ValueError, KeyError, TypeError, RecursionError):
        # "from None": the words of a JSON error would hold the whole answer.
        raise SourceUnavailable(
            say(
                "{label}: expected a table or a GENESIS status, found {beginning}",
                label=label,
                beginning=beginning(content, account),
            )
        ) from None
    if not isinstance(status, dict):
        status = {"Content": status}
    return Status(_code(status.get("Code")), str(status.get("Content")), document)


def beginning(content: bytes, account: Account | None) -> str:
    """The first characters of an answer, for people. Hidden before it is cut: half is too much."""
    text = repr(content[:2000])
    return (account.hide(text) if account else text)[:60]


def _hidden(node: Any, hide: Callable[[str], str]) -> Any:  # noqa: ANN401 - JSON is anything
    """A JSON document with every text of it hidden; whole only now, so that escapes do not help."""
    if isinstance(node, str):
        return hide(node)
    if isinstance(node, dict):
        return {name: _hidden(inner, hide) for name, inner in node.items()}
    return [_hidden(inner, hide) for inner in node] if isinstance(node, list) else node


def _text(content: bytes) -> str:
    try:
        return content.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _code(value: object) -> int | None:
    """The number of a code, also where it came as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.strip().removeprefix("-").isdecimal():
        return int(value) if len(value) < 10 else None
    return value if isinstance(value, int) else None


def raise_for_status(status: Status, label: str, account: Account) -> None:
    """Raise what a status without data means. Returns only for "nothing newer" (50).

    Raises ``NothingOffered`` for "no object", ``SourceUnavailable`` for what may heal by itself
    and ``SourceRefused`` for what somebody must mend.
    """
    said = f"{label}: {status.said}"
    if status.code == NOTHING_NEWER:
        return
    if status.code == NO_OBJECT:
        raise NothingOffered(
            say(
                "{said}: nothing for this question, as in years that a biennial table "
                "leaves out. If it never had anything, check table_code, regional_key and "
                "years in county.toml",
                said=said,
            )
        )
    if status.code in MAY_HEAL:
        raise SourceUnavailable(
            say("{said}: {may_heal}; try again later", said=said, may_heal=MAY_HEAL[status.code])
        )
    what = TO_MEND.get(status.code or 0, say("a status without data that we do not know"))
    if status.code == NOT_AUTHORISED:
        what = say(
            "the account is not authorised (a guest may not ask for tables): check {account}",
            account=account.origin,
        )
    raise SourceRefused(joined((said, what), ": "))


def require_same_question(status: Status, asked: Mapping[str, str], label: str) -> None:
    """Raise ``SourceRefused`` where the service repeats another question than the one asked."""
    repeated = status.document.get("Parameter")
    if not isinstance(repeated, dict):
        return
    for name in SAME_QUESTION:
        want, got = asked.get(name), repeated.get(name)
        if want and got is not None and str(got).strip().casefold() != want.casefold():
            raise SourceRefused(
                say(
                    "{label}: the service changed the question, so the answer would be to "
                    "another one: {name} expected {want!r}, found {got!r}. Compare county.toml "
                    "with the table",
                    label=label,
                    name=name,
                    want=want,
                    got=str(got)[:60],
                )
            )
