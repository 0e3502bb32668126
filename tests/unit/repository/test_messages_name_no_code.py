"""A message never sends an officer to a Python file; it may name a list (CSV) or a page."""

import ast
from collections.abc import Iterator
from pathlib import Path

from kreishaus.settings import REPOSITORY

ROOMS = ("formats", "vocabulary", "persons", "ingest", "expectations/suites")


def texts_naming_code(path: Path) -> Iterator[str]:
    """Texts of a module that name a Python file; docstrings are for engineers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and ".py" in node.value and id(node) not in documentation:
            yield f"{path.relative_to(REPOSITORY)}:{node.lineno}: {node.value}"


def test_no_message_names_a_python_file() -> None:
    found = [
        text
        for room in ROOMS
        for path in sorted((REPOSITORY / room).rglob("*.py"))
        for text in texts_naming_code(path)
    ]
    assert found == []


def test_the_search_finds_one(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(f"{__name__}.REPOSITORY", tmp_path)
    module = tmp_path / "module.py"
    module.write_text('"""Of layout.py."""\nMEND = f"mend {1} in layout.py"\n')
    assert [text.partition(": ")[2] for text in texts_naming_code(module)] == [" in layout.py"]
