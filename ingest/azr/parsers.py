"""The parsers of the register: of a canonical table, or of what earlier code landed as it came."""

from __future__ import annotations

from formats.sheets import Sheet
from ingest.azr import canonical, crosstable, municipalities, series
from ingest.azr.long_form import long_form
from kreishaus.model import Batch, Origin
from kreishaus.settings import County, read_county


def read_office(dataset: str, content: bytes, origin: Origin, county: County) -> Batch:
    """The rows of a file as an office made it. Raises ``UnreadableFile``."""
    if dataset == "crosstable":
        return crosstable.parse(content, origin)
    if dataset == "series":
        return series.parse(content, origin, _table_of_long_form)
    return municipalities.parse(content, origin, county)


def _table_of_long_form(sheet: Sheet) -> Sheet | None:
    found = long_form(sheet)
    return found.sheet if found else None


def parse_crosstable(content: bytes, origin: Origin) -> Batch:
    """One row per printed cell. Raises ``UnreadableFile``."""
    return _parse("crosstable", content, origin)


def parse_series(content: bytes, origin: Origin) -> Batch:
    """One row per status group and reference date. Raises ``UnreadableFile``."""
    return _parse("series", content, origin)


def parse_municipalities(content: bytes, origin: Origin) -> Batch:
    """One row per region and sex. Raises ``UnreadableFile``."""
    return _parse("municipalities", content, origin)


def _parse(dataset: str, content: bytes, origin: Origin) -> Batch:
    if origin.reduction is not None:
        return canonical.read(dataset, content, origin)
    return read_office(dataset, content, origin, read_county())
