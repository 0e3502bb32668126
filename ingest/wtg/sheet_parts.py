"""What a workbook's parts say that openpyxl's read-only mode keeps silent about.

Read-only openpyxl is fast and lean, but it leaves out a sheet whose part is missing and rows out
of their order, and it does not know of merged cells, formulas that were never calculated, hidden
rows and columns, and comments. Loading the workbook in full would know of most of them, but makes
an object of every cell that a merged range covers: one range may cover 17 billion.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree import ElementTree

from openpyxl.cell.rich_text import CellRichText
from openpyxl.utils import get_column_letter, range_boundaries

from ingest.wtg.grids import MergedRange


@dataclass
class SheetPart:
    """A worksheet of the archive. Raises nothing: what is wrong with it stands in ``faults``."""

    title: str
    path: str
    hidden: bool
    filled: int = 0
    """How many cells hold something."""
    merged: list[MergedRange] = field(default_factory=list)
    without_result: list[str] = field(default_factory=list)
    commented: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[str] = field(default_factory=list)
    rich: dict[str, CellRichText] = field(default_factory=dict)
    """Texts with looks of their own that stand in the cell itself, not among the shared ones."""
    out_of_order: int | None = None
    """The first row whose number is not above that of the row before it."""


def sheet_parts(archive: zipfile.ZipFile) -> tuple[SheetPart, ...]:
    """Every worksheet that the workbook names, in its order, looked through.

    Raises ``KeyError`` where a part is missing, and what ``zipfile`` and the XML parser raise.
    """
    return tuple(_looked_through(archive, part) for part in _worksheets(archive))


def _worksheets(archive: zipfile.ZipFile) -> Iterator[SheetPart]:
    (workbook,) = (
        target for kind, target in _related(archive, "").values() if kind == "officeDocument"
    )
    related = _related(archive, workbook)
    for element in ElementTree.fromstring(archive.read(workbook)).iter():
        if _name(element) != "sheet":
            continue
        kind, path = related[_attribute(element, "id")]
        if kind == "worksheet":
            hidden = element.get("state", "visible") != "visible"
            yield SheetPart(element.attrib["name"], path, hidden)


def _related(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part relates to: id -> last word of the kind, path in the archive."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in archive.namelist():
        return {}
    return {
        element.attrib["Id"]: (
            element.attrib["Type"].rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, element.attrib["Target"]))[1:],
        )
        for element in ElementTree.fromstring(archive.read(path))
        if element.get("TargetMode") != "External"
    }


def _looked_through(archive: zipfile.ZipFile, part: SheetPart) -> SheetPart:
    with archive.open(part.path) as stream:
        _look(stream, part)
    for kind, path in _related(archive, part.path).values():
        if kind == "comments":
            root = ElementTree.fromstring(archive.read(path))
            part.commented += [e.attrib["ref"] for e in root.iter() if _name(e) == "comment"]
    return part


def _look(stream: IO[bytes], part: SheetPart) -> None:
    before = 0
    for _, element in ElementTree.iterparse(stream):
        name = _name(element)
        if name == "row":
            number = int(element.get("r", before + 1))
            if number <= before and part.out_of_order is None:
                part.out_of_order = number
            before = number
            if _is_true(element.get("hidden")):
                part.hidden_rows.add(number)
            for cell in element:
                _look_at(cell, number, part)
            element.clear()
        elif name == "col" and _is_true(element.get("hidden")):
            part.hidden_columns.append(_columns(element))
        elif name == "mergeCell":
            part.merged.append(_merged(element.attrib["ref"]))


def _look_at(cell: ElementTree.Element, row: int, part: SheetPart) -> None:
    children = {_name(child): child for child in cell}
    reference = cell.get("r") or f"row {row}"
    result = children.get("v")
    part.filled += bool("is" in children or (result is not None and result.text))
    # A formula may truly make an empty text: Excel then says that the result is one.
    if "f" in children and (result is None or not (result.text or cell.get("t") == "str")):
        part.without_result.append(reference)
    if "is" in children and any(_name(run) == "rPr" for run in children["is"].iter()):
        # The stubs know lxml's elements only.
        part.rich[reference] = CellRichText.from_tree(children["is"])  # type: ignore[arg-type]


def _columns(element: ElementTree.Element) -> str:
    first, last = (int(element.attrib[end]) for end in ("min", "max"))
    if first == last:
        return get_column_letter(first)
    return f"{get_column_letter(first)}:{get_column_letter(last)}"


def _merged(reference: str) -> MergedRange:
    first_column, first_row, last_column, last_row = (
        bound if bound is not None else 0 for bound in range_boundaries(reference)
    )
    if not (first_column and first_row and last_column and last_row):
        raise ValueError(f"merged cells {reference!r}")
    return MergedRange(reference, first_row, last_row, first_column - 1, last_column - 1)


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: ElementTree.Element, name: str) -> str:
    """An attribute whatever its namespace is called: ``r:id`` in its two dialects."""
    return next(value for key, value in element.items() if key.rpartition("}")[2] == name)


def _is_true(text: str | None) -> bool:
    return text in ("1", "true")
