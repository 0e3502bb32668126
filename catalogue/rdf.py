"""Statements of RDF as a tree, and the documents that rdflib writes of them.

The same statements make the same bytes in every run: the name of a site's folder is a hash of
what lies in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from rdflib import RDF, BNode, Graph, Literal, URIRef

FORMATS: Mapping[str, str] = {
    "catalog.ttl": "turtle",
    "catalog.jsonld": "json-ld",
    "catalog.rdf": "xml",
}
"""The name of each document, and rdflib's name of its format."""
UNSAFE_IN_ADDRESSES = set('<>"{}|^`\\')


def iri(text: str) -> URIRef:
    """An address, whole. Raises ``ValueError`` for one that RDF does not allow.

    rdflib refuses such an address in Turtle alone, and writes it into JSON-LD and XML.
    """
    if any(sign in UNSAFE_IN_ADDRESSES or sign <= " " for sign in text):
        raise ValueError(f"{text!r} is no address")
    return URIRef(text)


@dataclass(frozen=True)
class Resource:
    """A thing with its kind and what is said of it; ``iri`` is empty for one without a name."""

    kind: str
    said: tuple[tuple[str, Value], ...]
    iri: str = ""

    def values(self, name: str) -> list[Value]:
        """What is said of it by a name."""
        return [value for said, value in self.said if said == name]


Value: TypeAlias = URIRef | Literal | Resource


def graph(resource: Resource, prefixes: Mapping[str, str]) -> Graph:
    """A resource, and whatever it names, as statements. Names are resolved by ``prefixes``.

    Raises ``ValueError`` for a name whose prefix is not there, and for what is no address.
    """
    # The simple store gives statements back in the order in which they came.
    made = Graph(store="SimpleMemory", bind_namespaces="none")
    for prefix, address in {"rdf": str(RDF), **prefixes}.items():
        made.bind(prefix, address)
    _add(made, resource)
    return made


def documents(resource: Resource, prefixes: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Each document of ``FORMATS``, by its name."""
    statements = graph(resource, prefixes)
    for name, kind in FORMATS.items():
        content = statements.serialize(format=kind, encoding="utf-8", context=dict(prefixes))
        yield name, _in_order(content) if kind == "json-ld" else content


def _add(statements: Graph, resource: Resource) -> URIRef | BNode:
    expand = statements.namespace_manager.expand_curie
    # Numbered, where rdflib would name it by chance. Each adds a statement, so no number is twice.
    subject = iri(resource.iri) if resource.iri else BNode(f"b{len(statements):06}")
    statements.add((subject, RDF.type, expand(resource.kind)))
    for name, value in resource.said:
        said = _add(statements, value) if isinstance(value, Resource) else value
        statements.add((subject, expand(name), said))
    return subject


def _in_order(json_ld: bytes) -> bytes:
    """The document with its things and values sorted: rdflib takes them from a set."""
    document = json.loads(json_ld)
    things = [_sorted(one) for one in document["@graph"]]
    document["@graph"] = sorted(things, key=lambda one: str(one["@id"]))
    return (json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _sorted(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: sorted(values, key=json.dumps) if isinstance(values, list) else values
        for name, values in thing.items()
    }
