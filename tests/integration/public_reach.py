"""What a public reader can open, and the text in it: files of every kind, tables, comments."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pypdfium2

HASH = re.compile(r"\b[0-9a-f]{64}\b")


def by_modes(folder: Path) -> Iterator[Path]:
    """The files below ``folder`` that every account of the machine may read, by their modes."""
    mode = folder.stat().st_mode
    if not mode & stat.S_IXOTH:
        return
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            continue
        if path.is_dir():
            yield from by_modes(path)
        elif path.stat().st_mode & stat.S_IROTH:
            yield path


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def text_of(path: Path) -> str:
    """All text of a file: of a table its columns, comments, metadata and every cell as text."""
    if path.suffix == ".duckdb":
        return _text_of_database(path)
    if path.suffix == ".parquet":
        return _text_of_parquet(path)
    if path.suffix == ".pdf":
        return _text_of_pdf(path)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as parts:
            return "\n".join(parts.read(name).decode() for name in parts.namelist())
    return path.read_bytes().decode("utf-8", errors="replace")


def _text_of_parquet(path: Path) -> str:
    with duckdb.connect() as database:
        metadata = database.execute(f"from parquet_kv_metadata('{path}')").fetchall()
        schema = database.execute(f"describe from '{path}'").fetchall()
        texts = _texts(database, f"'{path}'")
    return "\n".join([str(metadata), str(schema), *texts])


def _text_of_pdf(path: Path) -> str:
    """Its pages and what it says of itself."""
    with pypdfium2.PdfDocument(path) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
        return "\n".join([*pages, *document.get_metadata_dict().values()])


def _text_of_database(path: Path) -> str:
    with duckdb.connect(path, read_only=True) as database:
        described = [
            str(database.execute(f"from {function}() where not internal").fetchall())
            for function in ("duckdb_tables", "duckdb_columns", "duckdb_views", "duckdb_schemas")
        ]
        tables = database.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
        texts = [
            text for schema, name in tables for text in _texts(database, f'"{schema}"."{name}"')
        ]
    return "\n".join([*described, *texts])


def _texts(database: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    """The different texts in the text columns of a table."""
    columns = [
        row[0]
        for row in database.execute(f"describe from {relation}").fetchall()
        if row[1].startswith("VARCHAR")
    ]
    return [
        str(row[0])
        for column in columns
        for row in database.execute(
            f'select distinct "{column}" from {relation} where "{column}" is not null'
        ).fetchall()
    ]


def hashes(paths: Iterable[Path]) -> dict[str, Path]:
    """Every SHA-256 that stands in one of the files, with the file."""
    return {found: path for path in paths for found in HASH.findall(text_of(path))}
