"""What the code imports is in the lock file of a server, not in that of a developer alone."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from operations.local.components import TASK_MODULES

REPOSITORY = Path(__file__).resolve().parents[3]
ROOMS = (
    *("catalogue", "dags", "docker", "expectations", "formats", "ingest", "kreishaus"),
    *("persons", "vocabulary"),
    *("operations", "pipeline", "reports", "sample", "warehouse"),
)
"""Not dashboards: parts of it run in Superset's own environment."""


def locked(name: str) -> set[str]:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    return {plain(found) for found in re.findall(r"^([\w.-]+)(?:\[.*?\])?==", text, re.M)}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def missing(lock: str, modules: set[str]) -> set[str]:
    there, by = locked(lock), packages_distributions()
    return {
        module for module in modules if not {plain(name) for name in by.get(module, ())} & there
    }


def test_a_server_has_what_the_code_imports() -> None:
    found = {
        name
        for room in ROOMS
        for path in (REPOSITORY / room).rglob("*.py")
        if "superset" not in path.parts
        for name in imported(path)
    }
    ours = {path.name for path in REPOSITORY.iterdir() if path.is_dir()}
    ours |= {path.stem for path in (REPOSITORY / "dags").iterdir()}
    modules = found - set(sys.stdlib_module_names) - ours
    assert {"duckdb", "great_expectations", "pypdfium2"} <= modules
    assert missing("requirements-production.lock", modules) == set()


def test_what_is_imported_ahead_of_tasks_is_installed_without_extras() -> None:
    assert missing("requirements.lock", {name.split(".")[0] for name in TASK_MODULES}) == set()


def test_pdfplumber_is_for_tests() -> None:
    assert "pdfplumber" in locked("requirements-dev.lock")
    assert "pdfplumber" not in locked("requirements.lock") | locked("requirements-production.lock")
    assert missing("requirements.lock", {"pdfplumber"}) == {"pdfplumber"}
