"""What sqlfluff needs of dbt to render a model: the variables of the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project" / "dbt_project.yml"
VARIABLES: dict[str, Any] = yaml.load(PROJECT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)[
    "vars"
]


def var(name: str, default: object = None) -> object:
    """The value of a variable, as dbt's own ``var``."""
    return VARIABLES.get(name, default)
