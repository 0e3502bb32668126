"""Reading a TOML file that is part of Kreishaus, strictly: what is wrong is said so that it can be
mended.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

Place = tuple[int | str, ...]
"""Keys from the root of a file down to a value."""


class Entry(BaseModel):
    """A table of such a file: no key but its own, and each of the type it says."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FaultyFile(ValueError):
    """A file that is not as it must be. The message names file, key, expected and found."""


WORDS = {
    "Input should be ": "",
    "Value error, ": "",
    "String should match pattern ": "a text that matches ",
    "String should have ": "a text with ",
}
"""How pydantic begins to say what it expected, and how we do."""

Table = TypeVar("Table", bound=BaseModel)


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a file. Raises ``FaultyFile`` for what is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FaultyFile(f"{path}: expected TOML in UTF-8, found: {error}") from error


def checked(
    path: Path,
    model: type[Table],
    content: object,
    keys_at: Callable[[Place], Sequence[str]] = lambda place: (),
    place_of: Callable[[Place], Place] = lambda place: place,
) -> Table:
    """``content`` of ``path`` as ``model``.

    ``keys_at`` says which keys a table may have, ``place_of`` where in the file a value stands that
    the model has elsewhere. Raises ``FaultyFile`` with a line for each fault.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        lines = (_line(fault, keys_at, place_of) for fault in error.errors())
        told = "\n".join(f"{path}: {line}" for line in dict.fromkeys(lines))
        raise FaultyFile(told) from None


def _line(
    fault: Any,  # noqa: ANN401  # pydantic's own dictionary
    keys_at: Callable[[Place], Sequence[str]],
    place_of: Callable[[Place], Place],
) -> str:
    place: Place = fault["loc"]
    key = ".".join(map(str, place_of(place))) or "the file"
    if fault["type"] == "missing":
        return f"{key}: expected a value, found none"
    if fault["type"] == "extra_forbidden":
        keys = ", ".join(sorted(keys_at(place[:-1])))
        expected = f"one of the keys {keys}" if keys else "no such key"
        return f"{key}: expected {expected}; found {place[-1]!r}"
    expected = fault["msg"]
    for pydantics, ours in WORDS.items():
        expected = expected.replace(pydantics, ours)
    return f"{key}: expected {expected}; found {fault['input']!r}"
