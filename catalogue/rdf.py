"""A few statements of RDF, written as Turtle and as JSON-LD. No library is needed for that little.

A resource with an address is written once and referred to; one without stands where it is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
UNSAFE_IN_ADDRESSES = set('<>"{}|^`\\')


@dataclass(frozen=True)
class Iri:
    """An address, whole. Raises ``ValueError`` for one that could break out of its brackets."""

    text: str

    def __post_init__(self) -> None:
        if any(sign in UNSAFE_IN_ADDRESSES or sign <= " " for sign in self.text):
            raise ValueError(f"{self.text!r} is no address")


@dataclass(frozen=True)
class Literal:
    """A text with its language, or a value with its type (a name such as ``xsd:date``)."""

    text: str
    language: str = ""
    data_type: str = ""


@dataclass(frozen=True)
class Resource:
    """A thing with its kind and what is said of it; ``iri`` is empty for one without a name."""

    kind: str
    said: tuple[tuple[str, Value], ...]
    iri: str = ""
    id: Iri | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", Iri(self.iri) if self.iri else None)

    def values(self, name: str) -> list[Value]:
        """What is said of it by a name."""
        return [value for said, value in self.said if said == name]


Value: TypeAlias = Iri | Literal | Resource


def turtle(resources: Sequence[Resource], prefixes: Mapping[str, str]) -> str:
    """The resources, and whatever they name, as a Turtle document."""
    lines = [f"@prefix {name}: <{address}> ." for name, address in sorted(prefixes.items())]
    for one in _named(resources):
        lines += ["", f"<{one.iri}> {_body(one, '    ')} ."]
    return "\n".join(lines) + "\n"


def json_ld(resources: Sequence[Resource], prefixes: Mapping[str, str]) -> str:
    """The same as a JSON-LD document."""
    graph = [_object(one) for one in _named(resources)]
    document = {"@context": dict(sorted(prefixes.items())), "@graph": graph}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _named(resources: Sequence[Resource]) -> Iterator[Resource]:
    """Every resource with an address, each once, in the order in which they are met."""
    seen: set[str] = set()
    waiting = list(resources)
    while waiting:
        one = waiting.pop(0)
        if one.iri and one.iri not in seen:
            seen.add(one.iri)
            yield one
        waiting += [value for _, value in one.said if isinstance(value, Resource)]


def _body(one: Resource, indent: str) -> str:
    said = [f"{indent}{name} {_turtle(value, indent)}" for name, value in one.said]
    return " ;\n".join([f"a {one.kind}", *said])


def _turtle(value: Value, indent: str) -> str:
    if isinstance(value, Iri):
        return f"<{value.text}>"
    if isinstance(value, Literal):
        text = "".join(ESCAPES.get(sign, sign) for sign in value.text)
        if value.language:
            return f'"{text}"@{value.language}'
        return f'"{text}"^^{value.data_type}' if value.data_type else f'"{text}"'
    if value.iri:
        return f"<{value.iri}>"
    return f"[\n{indent}    {_body(value, indent + '    ')}\n{indent}]"


def _object(one: Resource) -> dict[str, Any]:
    said: dict[str, list[Any]] = {}
    for name, value in one.said:
        said.setdefault(name, []).append(_json(value))
    identity = {"@id": one.iri} if one.iri else {}
    return {**identity, "@type": one.kind, **said}


def _json(value: Value) -> Any:  # noqa: ANN401 - what JSON holds
    if isinstance(value, Iri):
        return {"@id": value.text}
    if isinstance(value, Resource):
        return {"@id": value.iri} if value.iri else _object(value)
    if value.language:
        return {"@value": value.text, "@language": value.language}
    return {"@value": value.text, "@type": value.data_type} if value.data_type else value.text
