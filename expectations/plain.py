"""The county's suites as a plain Great Expectations project, for those who have nothing of ours.

FOLDER/gx/great_expectations.yml        a file context
          /expectations/<suite>.json    <source>.<dataset>.<table>, as the nightly run judges it
          /plugins/kreishaus_expectations/   our own classes, which import nothing else of ours
"""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

from kreishaus import wording
from kreishaus.datasets import REGISTRY
from kreishaus.files import commit_directory, make_folder, new_directory, remove_directory

HERE = Path(__file__).parent
WORDING = Path(wording.__file__)
"""What the classes say their sentences with; without its catalogue it says them in English."""
PLUGIN = "kreishaus_expectations"
OURS = re.compile(r"^(\s*from|\s*import) (?:expectations|kreishaus)\b", re.MULTILINE)


class AlreadyThere(Exception):
    """The folder holds a Great Expectations project already; nothing of it was changed."""


def export(folder: Path) -> list[str]:
    """Write the project into ``folder``; return the names of its suites.

    All of it or nothing: half a project would load, with fewer checks than it says. Raises
    ``AlreadyThere``.
    """
    project = folder / "gx"
    if os.path.lexists(project):
        raise AlreadyThere(f"{project} exists: name another folder, or remove it")
    temporary = new_directory(project)
    try:
        names = _write(temporary)
        commit_directory(temporary / "gx", project)
    finally:
        remove_directory(temporary)
    return names


def _write(folder: Path) -> list[str]:
    import great_expectations as gx

    context = gx.get_context(mode="file", project_root_dir=str(folder))
    context.enable_analytics(False)
    for entry in REGISTRY:
        for table, suite in entry.load("suites")().items():
            suite.name = f"{entry.source}.{entry.name}.{table}"
            context.suites.add(suite)
    plugin = folder / "gx" / "plugins" / PLUGIN
    make_folder(plugin)
    classes = sorted(path.stem for path in HERE.glob("*.py") if _defines_a_class(path))
    for name in sorted(_with_imports(classes)):
        _copy(HERE / f"{name}.py", plugin)
    _copy(WORDING, plugin)
    imports = "".join(f"from {PLUGIN} import {name} as {name}\n" for name in classes)
    about = '"""Importing this makes the county\'s expectations known to Great Expectations."""\n\n'
    (plugin / "__init__.py").write_text(about + imports, encoding="utf-8")
    return sorted(suite.name for suite in context.suites.all())


def _copy(module: Path, plugin: Path) -> None:
    """Copy a module; what it imports of ours it finds in the plugin."""
    text = OURS.sub(rf"\1 {PLUGIN}", module.read_text(encoding="utf-8"))
    (plugin / module.name).write_text(text, encoding="utf-8")


def _defines_a_class(path: Path) -> bool:
    """Whether a module defines an expectation of ours."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    bases = (base for node in nodes if isinstance(node, ast.ClassDef) for base in node.bases)
    return any(isinstance(base, ast.Name) and base.id == "CountyExpectation" for base in bases)


def _with_imports(names: list[str]) -> set[str]:
    """These modules and whatever of this package they import."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for node in ast.walk(ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))):
            package, _, module = (getattr(node, "module", None) or "").partition(".")
            if isinstance(node, ast.ImportFrom) and package == "expectations":
                waiting += [module] if module else [one.name for one in node.names]
    return found
