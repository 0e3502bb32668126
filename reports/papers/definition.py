"""What a paper is: a name, the marts it stands on, the dates it can be about, and its writing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from reports.document import Document
from reports.marts import Marts


@dataclass(frozen=True)
class Paper:
    """``exposure`` names it in dbt_project/models/exposures.yml, which lists its marts.

    ``dates`` gives those that it can be about, newest first; ``write`` makes it of one of them.
    """

    name: str
    title: str
    exposure: str
    dates: Callable[[Marts], list[date]]
    write: Callable[[Marts, date], Document]
