"""Reads the figures that an Asylgeschäftsbericht states in sentences: the only monthly ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ingest.bamf.findings import NEW_LAYOUT, on_page
from ingest.bamf.prose import Prose
from ingest.bamf.report_wordings import ALWAYS_PRINTED, PERCENT, WORDINGS
from ingest.bamf.writing import WITH_BLANKS
from kreishaus.model import Finding
from kreishaus.wording import figure as number_text
from kreishaus.wording import say

MEND = say("If BAMF words it anew, {new_layout}", new_layout=NEW_LAYOUT)


@dataclass(frozen=True)
class Figure:
    """A figure in a sentence: what it measures over which span, and the words around it."""

    measure: str
    span: str
    value: float
    quote: str
    page: int
    line: int

    @property
    def unit(self) -> str:
        return "percent" if self.measure in PERCENT else "persons"


def read_figures(pages: Sequence[Prose], month: date) -> tuple[list[Figure], list[Finding]]:
    """Each figure once, in the order of ``WORDINGS``; and what was not found, or not alike."""
    stated: dict[tuple[str, str], list[Figure]] = {}
    for figure in _figures(pages, month):
        stated.setdefault((figure.span, figure.measure), []).append(figure)
    findings = [
        *(finding for figures in stated.values() for finding in _unlike(figures)),
        *_not_found(pages, stated),
    ]
    return [figures[0] for figures in stated.values()], findings


def _figures(pages: Sequence[Prose], month: date) -> Iterator[Figure]:
    for wording in WORDINGS:
        pattern = wording.compiled(month)
        for page in pages:
            for match in pattern.finditer(page.compact):
                for group, measure in enumerate(wording.measures, start=1):
                    printed = match[group]
                    if printed is not None and _is_written_so(printed, page.quote(match, group)):
                        yield Figure(
                            measure=measure,
                            span=wording.span,
                            value=float(printed.replace(".", "").replace(",", ".")),
                            quote=page.quote(match),
                            page=page.number,
                            line=page.line(match),
                        )


def _is_written_so(digits: str, printed: str) -> bool:
    """Whether digits that stand together without blanks are one number in print: ``1 648``."""
    return len(digits) <= 3 or not digits.isdigit() or bool(WITH_BLANKS.fullmatch(printed))


def _unlike(figures: Sequence[Figure]) -> Iterator[Finding]:
    first, *others = figures
    for other in others:
        if other.value != first.value:
            yield on_page(
                "figures_contradict",
                other.page,
                say(
                    'two sentences state {measure} ({span}) differently: "{quote}" on page '
                    '{page}, "{quote_2}" here',
                    measure=first.measure,
                    span=first.span,
                    quote=first.quote,
                    page=first.page,
                    quote_2=other.quote,
                ),
                row=str(other.line),
                column=first.measure,
                expected=number_text(f"{first.value:,g}"),
                found=number_text(f"{other.value:,g}"),
            )


def _not_found(pages: Sequence[Prose], stated: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    found = set(stated)
    for (span, measure), hint in ALWAYS_PRINTED.items():
        if (span, measure) not in found:
            page, words = _around(pages, hint)
            yield on_page(
                "figure_not_found",
                page,
                say(
                    "no known sentence states {measure} ({span}); the figure is left out. {mend}",
                    measure=measure,
                    span=span,
                    mend=MEND,
                ),
                severity="warning",
                column=measure,
                expected=say("a sentence with {hint!r}", hint=hint),
                found=words,
            )


def _around(pages: Sequence[Prose], hint: str) -> tuple[int, str]:
    """Where words that belong to a figure stand after all, and the text around them."""
    pattern = re.compile(".{0,80}" + re.escape(hint) + ".{0,80}")
    for page in pages:
        if match := pattern.search(page.compact):
            return page.number, page.quote(match)
    return 1, say("no such words in the file")
