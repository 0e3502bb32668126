"""Linear forms over the unknown figures of homes, and what the attacker learns of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from home_values import Unknown

EXACT = 1e-6
"""Figures are published as they were computed; floating point alone makes them differ."""

ROUNDING = 1e-9
"""What sums of the same numbers in another order differ by, in relation to them."""


@dataclass(frozen=True)
class Form:
    """A sum of unknown figures with their factors, and a known number."""

    terms: Mapping[Unknown, float] = field(default_factory=dict)
    constant: float = 0.0

    def plus(self, other: Form, factor: float = 1.0) -> Form:
        terms = dict(self.terms)
        for unknown, value in other.terms.items():
            terms[unknown] = terms.get(unknown, 0.0) + factor * value
        nonzero = {unknown: value for unknown, value in terms.items() if abs(value) > 1e-12}
        return Form(nonzero, self.constant + factor * other.constant)

    def times(self, factor: float) -> Form:
        return Form().plus(self, factor)

    def at(self, truth: Mapping[Unknown, float]) -> float:
        return self.constant + sum(f * truth[unknown] for unknown, f in self.terms.items())


def total(forms: Iterable[Form]) -> Form:
    terms: dict[Unknown, float] = {}
    constant = 0.0
    for form in forms:
        constant += form.constant
        for unknown, factor in form.terms.items():
            terms[unknown] = terms.get(unknown, 0.0) + factor
    return Form({unknown: f for unknown, f in terms.items() if abs(f) > 1e-12}, constant)


@dataclass(frozen=True)
class Fact:
    """A form lies between two numbers. ``said`` names where that stands: mart, column, row."""

    form: Form
    least: float
    greatest: float
    said: str
    printed: bool = False

    @property
    def is_exact(self) -> bool:
        return self.greatest - self.least <= 1000 * EXACT * max(1.0, abs(self.least))

    def fits(self, truth: Mapping[Unknown, float]) -> bool:
        """Whether it is true. An estimate that lies near is not: it would hide every other state
        of the county from the attacker."""
        slack = ROUNDING * max(1.0, abs(self.least))
        return self.least - slack <= self.form.at(truth) <= self.greatest + slack


def equal(form: Form, value: float, said: str, slack: float = 0.0, printed: bool = False) -> Fact:
    return Fact(form, value - slack, value + slack, said, printed)
