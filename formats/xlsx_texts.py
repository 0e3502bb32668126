"""XLSX: every text that lies beside the cells, by the place it lies in.

A positive list: of each part every letter between tags is read, and every attribute but those whose
values the format itself names. What a person cannot see travels with the file all the same.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from formats.looks import Looks, Piece, looks_of
from formats.parts import child, every, local, xml
from kreishaus.wording import say

PROPERTIES, TEXTS = say("the properties"), say("the list of texts")
RULES = say("names, headers and rules")
PLACES = {
    say("the comments"): re.compile(
        r"xl/(comments\d*|comments/[^/]*|threadedComments/[^/]*)\.xml", re.IGNORECASE
    ),
    say("the text boxes and charts"): re.compile(r"xl/(drawings|charts)/[^/]*\.(xml|vml)"),
    say("the names of table columns"): re.compile(r"xl/tables/[^/]*\.xml"),
    PROPERTIES: re.compile(r"(docProps|customXml|docMetadata)/[^/]*\.xml"),
    RULES: re.compile(
        r"xl/(workbook|metadata|calcChain)\.xml|xl/(worksheets|persons|featurePropertyBag|chartsheets)"
        r"/[^/]*\.xml"
    ),
    TEXTS: re.compile(r"xl/sharedStrings\.xml"),
}
"""Place in words -> parts of which every text is read."""

AUTHORS, FORMULAS = say("the authors"), say("the formulas")
HEADERS, THEME = say("headers and footers"), say("the theme")
NUMBER_FORMATS, LINKS = say("the formats of numbers"), say("the links")
PARTS = say("the names of parts")
NAMES_AND_HEADERS = say("names, headers and footers")
HEADS_AND_FEET = (HEADERS, NAMES_AND_HEADERS)
"""What is printed on each page; of an XLS together with its names."""
OF_AUTHORS = {"creator", "lastModifiedBy", "Manager", "Company", "author"}
OF_FORMULAS = {"f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula"}

OF_HEADERS = {
    *("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"),
}
OF_THEMES = {"theme", "clrScheme", "fontScheme", "fmtScheme"}

FREE = {
    *("name", "prompt", "promptTitle", "error", "errorTitle", "display", "tooltip", "location"),
    *("descr", "title", "alt", "displayName", "codeName", "caption", "uniqueName", "comment"),
    *("description", "help", "statusBar", "customMenu", "totalsRowLabel", "tag", "lockText"),
    *("headerText", "shortcutKey", "initials"),
}
"""Attributes that hold whatever a person types, in any part."""

OF_FILTERS = {"filter", "customFilter", "dateGroupItem", "cfvo", "cfRule"}
"""Elements whose attributes hold what cells held when they were filtered."""

IN_RUNS = ("text", "si", "p")
"""Elements whose text is cut into runs, wherever its letters change their looks."""

SECRETS = {"hashValue", "saltValue", "workbookHashValue", "workbookSaltValue", "password"}
TECHNICAL = re.compile(
    r"[-+]?[\d.,]{1,10}(?:[eE][-+]?\d{1,3})?%?"  # a number
    r"|[-+]?\d{1,10}\.\d{1,20}(?:[eE][-+]?\d{1,3})?"
    r"|\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?"  # cells
    r"|\$?[A-Z]{1,3}:\$?[A-Z]{1,3}|\$?\d{1,7}:\$?\d{1,7}"  # columns, rows
    r"|\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?"  # an identity
    r"|\d{1,3}_(?:ncr:\d{1,3}_)?\{[0-9A-F-]{36}\}"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?"  # a time stamp
    r"|https?://(?:schemas\.(?:openxmlformats|microsoft)|purl)\.[\w./#-]+",
    re.ASCII,
)
TOKEN = re.compile(
    r"[a-z][A-Za-z0-9]*|[0-9A-F]{6,8}|[a-z]{2}-[A-Z]{2}|\+m[nj]-(?:lt|ea|cs)|-?\d+(?:pt|px)"
    r"|application/[\w.+-]+|SHA-\d+|dcterms:W3CDTF",
    re.ASCII,
)
"""What only programs write into an attribute that no person types."""

BETWEEN_TAGS = re.compile(r">([^<>]*[^<>\s][^<>]*)<")
IN_TAGS = re.compile(r"\b(?:alt|title|href|name)\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)


def beside_cells(archive: zipfile.ZipFile) -> dict[str, tuple[str, ...]]:
    """Every text beside the cells, by its place in words."""
    found: dict[str, list[str]] = {place: [] for place in PLACES}
    found[PARTS] = [PurePosixPath(name).stem for name in archive.namelist()]
    found[PROPERTIES] += [one.comment.decode(errors="replace") for one in archive.infolist()]
    found[PROPERTIES].append(archive.comment.decode(errors="replace"))
    for name in archive.namelist():
        if name.endswith(".rels"):
            found.setdefault(LINKS, []).extend(_links(archive, name))
        if name.startswith("xl/theme/"):
            found.setdefault(THEME, []).extend(_of_theme(archive, name))
        if name == "xl/styles.xml":
            _of_styles(xml(archive, name), found)
        for place, parts in PLACES.items():
            if parts.fullmatch(name):
                _of_part(archive, name, place, found)
    return {place: tuple(filter(str.strip, texts)) for place, texts in found.items()}


def _links(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    for node in every(xml(archive, name), "Relationship"):
        if node.get("TargetMode") == "External":
            yield node.get("Target", "")


def _of_theme(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    if name.endswith(".xml"):
        for node in xml(archive, name).iter():
            yield from filter(None, (node.text, node.tail))
            if local(node.tag) in OF_THEMES:
                yield node.get("name", "")


def _of_styles(root: Element, found: dict[str, list[str]]) -> None:
    formats = (node.get("formatCode", "") for node in every(root, "numFmt"))
    found.setdefault(NUMBER_FORMATS, []).extend(formats)
    names = (node.get("name", "") for node in every(root, "cellStyle"))
    found[RULES].extend(names)


def _of_part(archive: zipfile.ZipFile, name: str, place: str, found: dict[str, list[str]]) -> None:
    if name.endswith(".vml"):  # older than XML's rules: its tags need not be closed
        text = archive.read(name).decode(errors="replace")
        found[place] += [*BETWEEN_TAGS.findall(text), *IN_TAGS.findall(text)]
        return
    root = xml(archive, name)
    inside = {id(below) for cell in _cells(root) for below in cell.iter()}
    whole = [node for tag in IN_RUNS for node in every(root, tag)]
    runs = {id(below) for node in whole for below in node.iter()}
    for node in root.iter():
        if id(node) not in inside:
            for where, text in _texts(node, id(node) in runs):
                found.setdefault(where or place, []).append(text)
        elif local(node.tag) == "f" and node.text:
            found.setdefault(FORMULAS, []).append(node.text)
    found[place] += (text for node in whole for text in _whole(node))


def _whole(node: Element) -> Iterator[str]:
    """A text that is cut into runs wherever its letters change their looks, and how it sounds."""
    heard = [one for sound in every(node, "rPh") for one in every(sound, "t")]
    yield looks_of_runs(node).text
    yield from (one.text or "" for one in heard)


def looks_of_runs(node: Element) -> Looks:
    """A text as it looks, without how it sounds."""
    heard = {id(one) for sound in every(node, "rPh") for one in every(sound, "t")}
    runs = {id(one): run for run in every(node, "r") for one in every(run, "t")}
    letters = (one for one in every(node, "t") if id(one) not in heard)
    return looks_of(_piece(one, runs.get(id(one))) for one in letters)


def _piece(letters: Element, run: Element | None) -> Piece:
    looks = None if run is None else child(run, "rPr")
    if looks is None:
        return Piece(letters.text or "")
    align = child(looks, "vertAlign")
    said = "" if align is None else align.get("val", "")
    level = {"superscript": 1, "subscript": -1}.get(said, 0)
    return Piece(letters.text or "", level, is_struck(looks))


def is_struck(looks: Element) -> bool:
    """Whether a font, or what a run says of its own, strikes its letters through."""
    strike = child(looks, "strike")
    return strike is not None and strike.get("val", "1") not in {"0", "false"}


def _cells(root: Element) -> Iterator[Element]:
    return (cell for row in every(root, "row") for cell in row if local(cell.tag) == "c")


def _texts(node: Element, is_run: bool) -> Iterator[tuple[str | None, str]]:
    """The texts of an element, each with its place where it is another than its part's.

    Those of a run are left out: the whole text is read.
    """
    name = local(node.tag)
    where = AUTHORS if name in OF_AUTHORS else FORMULAS if name in OF_FORMULAS else None
    where = NUMBER_FORMATS if name == "formatCode" else HEADERS if name in OF_HEADERS else where
    if not (is_run and name == "t"):
        for text in (node.text, node.tail):
            if text and text.strip() and not TECHNICAL.fullmatch(text.strip()):
                yield where, text
    for attribute, value in node.attrib.items():
        key = local(attribute)
        if name == "absPath" or key in SECRETS or TECHNICAL.fullmatch(value):
            continue
        if key in {"userName", "userId"} or (name, key) == ("person", "displayName"):
            yield AUTHORS, value
        elif (
            key in FREE
            or (name in OF_FILTERS and key in {"val", "text"})
            or not all(map(_is_technical, value.split()))
        ):
            yield None, value


def _is_technical(word: str) -> bool:
    return bool(TOKEN.fullmatch(word) or TECHNICAL.fullmatch(word))
