"""The XML parts of a workbook, found by local names: strict and transitional files differ."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from formats.sheets import DAMAGED, OpaqueFile
from kreishaus.wording import say


def xml(archive: zipfile.ZipFile, name: str) -> Element:
    """The root of a part. Raises ``OpaqueFile`` for what no office program writes."""
    content = archive.read(name)
    if b"<!DOCTYPE" in content[:4096]:
        raise OpaqueFile(DAMAGED)  # its entities may grow
    if b"<!--" in content:
        raise OpaqueFile(say("a remark inside a part, which no office program shows. Save it anew"))
    return ElementTree.fromstring(content)


def local(name: object) -> str:
    """The name of an element or attribute without its namespace."""
    return str(name).rpartition("}")[2]


def every(root: Element, name: str) -> Iterator[Element]:
    """Every element of that local name, at any depth."""
    return (node for node in root.iter() if local(node.tag) == name)


def child(node: Element, name: str) -> Element | None:
    """The first direct child of that local name."""
    return next((one for one in node if local(one.tag) == name), None)
