"""One finding for one cause: what follows from it is counted, not listed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from ingest.bamf.writing import cause
from kreishaus.model import Finding
from kreishaus.wording import say

MOST_ALIKE = 2
"""So many findings of one kind are listed; more have one cause, which the first one shows."""
MOST_SIGNS = 4
WHAT_TO_DO = {
    "zero_sign": say("no known sign for nothing; ask BAMF what it means"),
    "thousands_separator": say(
        "no way of parting thousands that is known, or a second one in the file"
    ),
    "number": say("no count"),
}


def by_cause(findings: Sequence[Finding]) -> list[Finding]:
    """The findings about cells and rows of one file: an unknown sign first, then each kind once."""
    unread = [finding for finding in findings if finding.rule == "number"]
    others = [finding for finding in findings if finding.rule != "number"]
    signs = _grouped(unread, lambda finding: cause(finding.found or ""))
    folded = [_sign(group) for group in signs]
    if len(folded) > MOST_SIGNS:
        folded = [_many("number", unread, WHAT_TO_DO["number"])]
    kinds = _grouped(others, lambda finding: finding.rule)
    for group in kinds:
        folded += group if len(group) <= MOST_ALIKE else [_many(group[0].rule, group, "")]
    return folded


def over_pages(findings: Sequence[Finding]) -> list[Finding]:
    """What is the same on several pages, once, with the pages it was found on."""
    folded = []
    for group in _grouped(findings, lambda f: (f.rule, f.column, f.expected, f.found)):
        first, *others = group
        pages = ", ".join(str(finding.place) for finding in others)
        message = (
            say("{message} (so on page {pages})", message=first.message, pages=pages)
            if others
            else first.message
        )
        folded.append(replace(first, message=message))
    return folded


def _grouped(
    findings: Sequence[Finding], key: Callable[[Finding], Hashable]
) -> list[list[Finding]]:
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    return list(groups.values())


def _sign(group: Sequence[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    rule, sign = cause(group[0].found or "")
    return _many(
        rule,
        group,
        say("{sign!r} is {what}", sign=sign, what=WHAT_TO_DO[rule]) if sign else WHAT_TO_DO[rule],
    )


def _many(rule: str, group: Sequence[Finding], why: str) -> Finding:
    first = group[0]
    what = say("cells") if rule in WHAT_TO_DO else say("rows")
    why = say("{sentence}. ", sentence=why) if why else ""
    message = say(
        "{count} {what} with one cause: {why}The first: {message}",
        count=len(group),
        what=what,
        why=why,
        message=first.message,
    )
    return replace(first, rule=rule, message=message)
