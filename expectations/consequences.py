"""One finding a cause: what a suite says twice about one fault is told once, the cause first.

A rule names in its meta, as ``follows``, the rules whose faults break it too: a lost row breaks
sums. Where one of those failed, its own failing rows are counted in the cause's message and not
listed. Checks and Data Docs keep all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kreishaus.model import Finding
from kreishaus.wording import say

if TYPE_CHECKING:
    import great_expectations as gx

Follows = Mapping[str, Sequence[str]]
"""Rule -> the rules that it follows."""


def follows(suites: Iterable[gx.ExpectationSuite]) -> Follows:
    """What the rules of some suites follow, by rule."""
    metas = [one.meta or {} for suite in suites for one in suite.expectations]
    return {meta["rule"]: meta["follows"] for meta in metas if "follows" in meta}


def folded(findings: Sequence[Finding], rules: Follows) -> list[Finding]:
    """The findings without the consequences of others, causes first; a row's own ones as one."""
    judged = {*rules, *(cause for causes in rules.values() for cause in causes)}
    broken = {finding.rule for finding in findings if finding.severity == "critical"}
    causes: dict[tuple[str | None, str | None], Finding] = {}
    consequences: list[str] = []
    for finding in sorted(findings, key=lambda finding: len(rules.get(finding.rule, ()))):
        place = (finding.place, finding.row)
        if finding.rule not in judged or finding.severity != "critical":
            continue
        if place in causes or broken & set(rules.get(finding.rule, ())):
            consequences.append(finding.rule)
        else:
            causes[place] = finding
    others = [f for f in findings if f.rule not in judged or f.severity != "critical"]
    return [*_with_consequences([*causes.values()], consequences), *others]


def _with_consequences(causes: Sequence[Finding], consequences: Sequence[str]) -> list[Finding]:
    if not consequences:
        return [*causes]
    first, *others = causes
    named = ", ".join(dict.fromkeys(consequences))
    told = say(
        "{message} It also breaks {named} ({count} more findings).",
        message=first.message,
        named=named,
        count=len(consequences),
    )
    return [replace(first, message=told), *others]
