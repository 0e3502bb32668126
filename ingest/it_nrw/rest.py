"""GENESIS REST 2020: one posted question, one answer, judged by its bytes.

Whatever happened, the service says HTTP 200. Data come as a ZIP; everything else is a JSON status.
"""

from __future__ import annotations

import json
from typing import Any

from ingest.http import Answer, Client
from ingest.it_nrw import credentials
from ingest.it_nrw.evidence import kind_of
from ingest.model import Request, SourceUnavailable

NOTHING_NEW = (50, 104)
"""Nothing newer than asked for; no object for this filter (even years of a biennial table)."""

MAY_HEAL = {6: "too many requests at once", -1: "system error"}

WHAT_TO_DO = {
    15: f"the account is not authorised: set {credentials.USERNAME_VARIABLE} and "
    f"{credentials.PASSWORD_VARIABLE} to an account of this database (a guest may not)",
    22: "the service changed a parameter, so the answer would be to another question: compare "
    "table_code and county.ags in county.toml with the table's description",
    90: "there is no such table: check table_code in county.toml",
    98: "the table is too large for a direct answer: narrow it, jobs are not supported",
    99: "the service made a job of it: narrow the question, jobs are not supported",
}


class RequestRefused(SourceUnavailable):
    """The service will give the same answer again until somebody acts; the message says what."""


def fetch(client: Client, request: Request) -> Answer:
    """Ask ``request.url`` for what ``request.form`` says.

    Returns the bytes of a ZIP or text answer. The content is None, as for an unchanged file, when
    the service has nothing (new) for the question. Raises ``SourceUnavailable`` for what may heal
    by itself and ``RequestRefused`` for what somebody must mend.
    """
    if request.url is None or request.form is None:
        raise ValueError(f"{request.label}: a GENESIS request needs a url and a form")
    answer = client.post(request.url, request.form, credentials.headers())
    content = answer.content or b""
    require_data(content, request.label)
    if kind_of(content) != "status":
        return answer
    _judge_status(content, request.label)
    return Answer(answer.url, None, {})


def require_data(content: bytes, label: str) -> None:
    """Raise ``SourceUnavailable`` for a web page or nothing at all in place of a table.

    That is how the databases look during maintenance; such an answer is not worth keeping.
    """
    kind = kind_of(content)
    if kind in ("page", "nothing"):
        found = "a web page" if kind == "page" else "an empty answer"
        raise SourceUnavailable(
            f"{label}: expected a table, found {found} ({content[:60]!r}); probably maintenance"
        )


def _judge_status(content: bytes, label: str) -> None:
    """Return for "nothing new"; raise for every other status."""
    status = _status(content, label)
    code: int | None = status.get("Code")
    said = f"{label}: GENESIS status {code} ({str(status.get('Content'))[:200]!r})"
    if code in NOTHING_NEW:
        return
    if code in MAY_HEAL:
        raise SourceUnavailable(f"{said}: {MAY_HEAL[code]}; try again later")
    what = WHAT_TO_DO.get(code or 0, "a status without data that we do not know")
    raise RequestRefused(f"{said}: {what}")


def _status(content: bytes, label: str) -> dict[str, Any]:
    try:
        status = json.loads(content.decode("utf-8-sig"))["Status"]
    except (ValueError, KeyError, TypeError) as error:
        raise SourceUnavailable(
            f"{label}: expected a table or a GENESIS status, found {content[:60]!r}"
        ) from error
    return status if isinstance(status, dict) else {"Content": status}
