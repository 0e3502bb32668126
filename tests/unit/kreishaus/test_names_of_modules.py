"""A module must not be called like something that its package defines.

Whoever imports the module puts it in the place of the other: which of the two
``from package import name`` brings then depends on what was imported before.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kreishaus.settings import REPOSITORY

ABOUT_A_PAPER = """
from datetime import UTC, datetime
from reports.papers import paper
paper("wtg")
from catalogue.labels import marked
from warehouse.withdrawals import Mark
at = datetime(2026, 11, 29, tzinfo=UTC)
print(marked(Mark("papers", "withdraw", "wtg/2020-12-31", at, "me", "why")))
"""


def packages() -> list[Path]:
    found = [*REPOSITORY.glob("*/__init__.py"), *REPOSITORY.glob("*/*/__init__.py")]
    return sorted(path.parent for path in found if ".venv" not in path.parts)


def defined(package: Path) -> Iterator[str]:
    """What the package's own file gives names to, but for the modules that it imports."""
    dotted = ".".join(package.relative_to(REPOSITORY).parts)
    for node in ast.parse((package / "__init__.py").read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (one.id for one in targets if isinstance(one, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.ImportFrom(module=module, names=names) if module != dotted:
                yield from (one.asname or one.name for one in names)


def modules(package: Path) -> set[str]:
    files = {path.stem for path in package.glob("*.py") if path.name != "__init__.py"}
    return files | {path.parent.name for path in package.glob("*/__init__.py")}


def test_there_are_packages_to_look_at() -> None:
    assert REPOSITORY / "reports" / "papers" in packages()


@pytest.mark.parametrize("package", packages(), ids=lambda path: path.name)
def test_no_module_takes_the_place_of_what_its_package_defines(package: Path) -> None:
    assert modules(package) & set(defined(package)) == set()


def test_the_catalogue_names_a_withdrawn_paper_after_one_was_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ABOUT_A_PAPER],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr[-400:]) == (0, "")
    assert done.stdout.endswith("“, Stichtag 31.12.2020\n")
