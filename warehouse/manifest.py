"""What a published version consists of, as its manifests say, one for each audience."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from kreishaus.figure_origin import FigureOrigin
from warehouse import versions
from warehouse.marts import Column, Mart
from warehouse.source_files import for_everybody

NEWEST_BY = ("reference_date", "reference_month", "reference_year", "year", "issue_date")
"""Columns that say how new a mart is, the most telling first."""
FACTS = (
    *("version", "county_ags", "created_at", "code_version", "as_of", "known_by"),
    "figure_origins",
)
"""What everybody may know of a version as a whole. Which run made it, what it lacks and why is not
among it: an error message may quote a cell."""


@dataclass(frozen=True)
class PublishedMart:
    """One mart of a published version. ``kept_from`` names the version of its last good state.

    ``columns`` are those that it has, in order, each with ``label_de`` and ``description``.
    """

    name: str
    rows: int
    content_hash: str
    newest: str | None
    kept_from: str | None = None
    fault: str | None = None
    description: str = ""
    key: tuple[str, ...] = ()
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """What a published version consists of.

    ``county_ags`` is the official key of the county whose files it was made from. ``marts`` are
    those of the county's own people, ``public`` those of everybody. ``refused`` are marts that no
    disclosure rule covers, with the reason. ``figure_origins`` are the words on who made the
    figures, of the files behind all marts, by source.
    """

    version: str
    county_ags: str
    run_id: str
    created_at: str
    code_version: str
    as_of: str | None
    known_by: str
    marts: tuple[PublishedMart, ...]
    missing: Mapping[str, str]
    sources: tuple[Mapping[str, str], ...]
    figure_origins: Mapping[str, Sequence[FigureOrigin]]
    public: tuple[PublishedMart, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def faults(self) -> dict[str, str]:
        """Every mart that this build did not make good, with the reason."""
        kept = {mart.name: mart.fault for mart in self.marts if mart.fault}
        return {**kept, **self.missing, **self.refused}


def published_marts(version: Path, audience: versions.Audience) -> dict[str, PublishedMart]:
    """The marts of a published version for one audience, by name."""
    told = versions.manifest(version, audience)["marts"]
    return {entry["name"]: PublishedMart(**{**entry, "key": tuple(entry["key"])}) for entry in told}


def facts(manifest: Manifest) -> dict[str, Any]:
    """The content of a version's ``version.json``."""
    return {name: value for name, value in asdict(manifest).items() if name in FACTS}


def public_manifest(manifest: Manifest, open_datasets: frozenset[str]) -> dict[str, Any]:
    """The content of the public half's manifest: nothing in it speaks of the other half.

    Hashes of files stand in it for ``open_datasets`` alone (``warehouse.source_files``).
    """
    return {
        **facts(manifest),
        "sources": for_everybody(manifest.sources, open_datasets),
        "marts": [asdict(replace(mart, fault=None)) for mart in manifest.public],
    }


def as_json(content: Mapping[str, Any]) -> bytes:
    """How a manifest is written: in the order of its columns, for people too."""
    return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"


def described(
    connection: duckdb.DuckDBPyConnection, mart: Mart, columns: Mapping[str, Column], path: Path
) -> PublishedMart:
    """The entry of a mart whose rows lie in the Parquet file ``path``."""
    held = [row[0] for row in connection.execute(f"describe from '{path}'").fetchall()]
    newest_by = next((column for column in NEWEST_BY if column in held), None)
    newest = (
        scalar(connection, f"select max({newest_by})::varchar from '{path}'") if newest_by else None
    )
    said = {name: columns.get(name, Column()) for name in held}
    return PublishedMart(
        name=mart.name,
        rows=int(scalar(connection, f"select count(*) from '{path}'")),
        content_hash=content_hash(connection, path),
        newest=newest,
        description=mart.description,
        key=mart.key,
        columns={
            name: {"label_de": column.label_de, "description": column.description}
            for name, column in said.items()
        },
    )


def content_hash(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """A hash of a table's columns, types and rows: equal exactly when the content is equal.

    The order of the rows and the way they are stored do not matter: rows are hashed one by one, and
    their hashes added up, in two halves of 64 bits, so that nothing is held but two sums. A row
    goes by a name that no column can have: SQL would take the column for it.
    """
    schema = str(connection.execute(f"describe from '{path}'").fetchall())
    sums = connection.execute(
        f"""select count(*), sum(md5_number_lower(row_text)), sum(md5_number_upper(row_text))
            from (
                select to_json("whole row")::varchar as row_text from '{path}' as "whole row"
            )"""
    ).fetchone()
    return hashlib.sha256(f"{schema}{sums}".encode()).hexdigest()


def scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> Any:  # noqa: ANN401
    """The first value of the first row; whatever the query selects."""
    row = connection.execute(sql).fetchone()
    return row[0] if row else None
