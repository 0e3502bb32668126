"""An expectation writes its configuration once while a suite is judged.

Great Expectations has an expectation write its whole configuration whenever one key of it is looked
up: some ninety times in a judgement, a quarter of what judging a small file takes. Nothing changes
an expectation meanwhile, so what it wrote first holds until the suite is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import cast

from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

_Kept = dict[int, tuple[Expectation, ExpectationConfiguration]]
"""By the identity of an expectation; it stands beside, so that no other one gets its identity."""
_kept: ContextVar[_Kept | None] = ContextVar("kept_configurations", default=None)
_written = cast(property, vars(Expectation)["configuration"]).__get__
"""As Great Expectations does it."""


@contextmanager
def configurations_kept() -> Iterator[None]:
    """Within, each expectation writes its configuration once."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def _configuration(expectation: Expectation) -> ExpectationConfiguration:
    kept = _kept.get()
    if kept is not None and id(expectation) in kept:
        return kept[id(expectation)][1]
    configuration: ExpectationConfiguration = _written(expectation)
    if kept is not None:
        kept[id(expectation)] = (expectation, configuration)
    return configuration


Expectation.configuration = property(_configuration)  # type: ignore[method-assign, assignment]
