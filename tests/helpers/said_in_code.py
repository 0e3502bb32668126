"""What the code says to people, read from its syntax: templates, and texts that are none yet."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

ROOMS = (
    "kreishaus",
    "formats",
    "vocabulary",
    "persons",
    "ingest",
    "expectations",
    "pipeline",
    "warehouse",
    "operations",
    "dags",
)
SAYS = {"say": 1, "say_counted": 2}
"""Function -> how many of its first arguments are templates."""
MESSAGE_PARAMETERS = {"message", "expected", "found", "to_do", "why", "brief", "fault", "reason"}
"""What parameters and fields are called that people read."""
MESSAGE_EXCEPTIONS = {"FileRejected", "SourceUnavailable", "SourceRefused", "NothingOffered"}
# fmt: off
ENGLISH = {
    "the", "and", "are", "as", "at", "be", "been", "but", "by", "can", "each", "every",
    "expected", "for", "found", "from", "has", "have", "if", "is", "it", "its", "may", "must",
    "no", "nobody", "none", "not", "nothing", "of", "on", "one", "only", "or", "other", "some",
    "than", "that", "their", "them", "there", "these", "they", "this", "those", "to", "were",
    "what", "when", "where", "which", "who", "with", "without",
}
# fmt: on
"""Function words of English that are no words of German ("in", "so", "was", "an" are)."""
TO_BE_TYPED = re.compile(
    r"`[^`]*`|\"[^\"]*\"|„[^“]*“|\{[^{}]*\}|\[[\w.]+\]|[\w./-]+\.(?:md|toml|csv|txt)"
)
"""What a reader types or looks up: commands, settings, names of files and of chapters."""


def english_words(text: str) -> set[str]:
    """The function words of English in a German text, but for what a reader types or looks up."""
    return set(re.findall(r"\w+", TO_BE_TYPED.sub("", text))) & ENGLISH


def modules(root: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Every module of the rooms, by its path below ``root``."""
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            yield path.relative_to(root), ast.parse(path.read_text(encoding="utf-8"))


def name_of(call: ast.Call) -> str:
    """The last name of what is called."""
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def calls(module: ast.Module) -> Iterator[ast.Call]:
    """Every call of a module."""
    return (node for node in ast.walk(module) if isinstance(node, ast.Call))


def said(root: Path) -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Each template that is said: where, in which call, and the expression that holds it."""
    for path, module in modules(root):
        if not _imports_wording(module):
            continue
        for call in calls(module):
            for template in call.args[: SAYS.get(name_of(call), 0)]:
                yield f"{path}:{call.lineno}", call, template
    for path in sorted((root / "expectations" / "templates").glob("*.html")):
        for call in _calls_of_template(path.read_text(encoding="utf-8")):
            for template in call.args[: SAYS.get(name_of(call), 0)]:
                yield str(path.relative_to(root)), call, template


def _imports_wording(module: ast.Module) -> bool:
    imports = (node for node in ast.walk(module) if isinstance(node, ast.ImportFrom))
    return any(node.module == "kreishaus.wording" for node in imports)


def _calls_of_template(text: str) -> Iterator[ast.Call]:
    """The calls of ``say`` in a template of Jinja, whose expressions are written as Python's."""
    for expression in re.findall(r"(?:\{\{-?|\{%-?)(.*?)(?:-?\}\}|-?%\})", text, re.DOTALL):
        for found in re.finditer(r"\b(?:say|say_counted)\(", expression):
            yield from _first_call(expression[found.start() :])


def _first_call(text: str) -> Iterator[ast.Call]:
    for end in (at.end() for at in re.finditer(r"\)", text)):
        try:
            node = ast.parse(text[:end].strip(), mode="eval").body
        except SyntaxError:
            continue
        if isinstance(node, ast.Call):
            yield node
            return


def templates(root: Path) -> set[str]:
    """The templates of the code. Raises ``ValueError`` for one that is not written out."""
    found = set()
    for where, _, template in said(root):
        if not isinstance(template, ast.Constant) or not isinstance(template.value, str):
            raise ValueError(f"{where}: a template is a text that is written out, no expression")
        found.add(template.value)
    return found


def placeholders(template: str) -> set[str]:
    """The names of a template's placeholders."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def unsaid(root: Path) -> Counter[str]:
    """By package: arguments that people read and that are plain English, where a text should be."""
    everywhere = _parameters(*(module for _, module in modules(root)))
    found: Counter[str] = Counter()
    for path, module in modules(root):
        parameters = everywhere | _parameters(module)
        for call in calls(module):
            found[_package(path)] += sum(map(_is_english, _messages(call, parameters)))
    return +found


def _package(path: Path) -> str:
    within = path.parts[:2] if path.parts[0] == "ingest" else path.parts[:1]
    return "/".join(within)


def _parameters(*trees: ast.Module) -> dict[str, list[list[str]]]:
    """Function or class -> the names of its positional parameters, for each of that name."""
    found: dict[str, list[list[str]]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
                found.setdefault(node.name, []).append(
                    names[1:] if names[:1] in (["self"], ["cls"]) else names
                )
            elif isinstance(node, ast.ClassDef):
                fields = [
                    one.target.id
                    for one in node.body
                    if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
                ]
                found.setdefault(node.name, []).append(fields)
    return found


def _messages(call: ast.Call, parameters: dict[str, list[list[str]]]) -> Iterator[ast.expr]:
    name = name_of(call)
    if name in SAYS:
        return
    if name in MESSAGE_EXCEPTIONS:
        yield from call.args[:1]
        return
    yield from (one.value for one in call.keywords if one.arg in MESSAGE_PARAMETERS)
    for names in parameters.get(name, []):
        pairs = zip(call.args, names, strict=False)
        found = [value for value, parameter in pairs if parameter in MESSAGE_PARAMETERS]
        if found:
            yield from found
            return


def _is_english(value: ast.expr) -> bool:
    """Whether an argument is a literal with words in it."""
    if isinstance(value, ast.IfExp):
        return _is_english(value.body) or _is_english(value.orelse)
    if isinstance(value, ast.BinOp):
        return _is_english(value.left) or _is_english(value.right)
    if isinstance(value, ast.JoinedStr):
        return any(_is_english(part) for part in value.values)
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return is_text and re.search(r"[A-Za-z]{2,}", value.value) is not None
