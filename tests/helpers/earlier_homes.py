"""Homes as earlier code left them, made from a home of today: for tests of what becomes of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from warehouse.source_files import NAMED, name_of

BEFORE_HALVES = ("name", "rows", "content_hash", "newest", "kept_from", "fault")
"""What the manifest said of a mart before there were public ones."""


def versions_of(published: Path) -> Iterator[Path]:
    """Every version, of the nightly build and of earlier days."""
    for pattern in ("*/version.json", "as_of/*/*/version.json"):
        yield from _real(published.glob(pattern))


def _real(files: Iterable[Path]) -> list[Path]:
    """The folders of these files: not through the link to the current version."""
    return sorted(path.parent for path in files if not path.parent.is_symlink())


def as_format_1(home: Path) -> None:
    """No numbers; one manifest for all, readable by all; hashes of all files in the public half."""
    for version in list(versions_of(home / "published")):
        internal = version / "internal" / "manifest.json"
        manifest = json.loads(internal.read_text(encoding="utf-8"))
        del manifest["figure_origins"]
        for file in manifest["sources"]:
            del file["figure_origin"]
        _write_hashes(version, manifest)
        whole = json.dumps(manifest, indent=2, ensure_ascii=False)
        (version / "manifest.json").write_text(whole, encoding="utf-8")
        public = {**manifest, "marts": manifest["public"]}
        for name in ("public", "missing", "refused", "run_id"):
            public.pop(name)
        (version / "public" / "manifest.json").write_text(json.dumps(public), encoding="utf-8")
        internal.unlink()
        (version / "version.json").unlink()
    for number in home.glob("*/format.json"):
        number.unlink()


def as_before_halves(home: Path) -> None:
    """Only exact marts, in the version's own folder, and little said of each."""
    as_format_1(home)
    published = home / "published"
    for version in _real(published.glob("*/manifest.json")):
        manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
        marts = [{name: mart[name] for name in BEFORE_HALVES} for mart in manifest["marts"]]
        rest = {name: manifest[name] for name in manifest if name not in ("public", "refused")}
        (version / "manifest.json").write_text(json.dumps({**rest, "marts": marts}))
        for path in sorted((version / "internal").iterdir()):
            path.rename(version / path.name)
        (version / "internal").rmdir()
        shutil.rmtree(version / "public")


def _write_hashes(version: Path, manifest: Mapping[str, Any]) -> None:
    """Put the hashes of files in place of their names, in the rows of every public mart."""
    hashes = {name_of(file): file["sha256"] for file in manifest["sources"]}
    folder = version / "public"
    fresh = folder / "fresh.duckdb"
    with duckdb.connect(fresh) as database:
        database.execute("create schema public")
        database.execute(f"attach '{folder / 'kreishaus.duckdb'}' as today (read_only)")
        for mart in manifest["public"]:
            _copy(database, folder, mart["name"], hashes)
            for said in mart["columns"].values():
                said["description"] = said["description"].removesuffix(NAMED).strip()
    fresh.replace(folder / "kreishaus.duckdb")


def _copy(
    database: duckdb.DuckDBPyConnection, folder: Path, mart: str, hashes: Mapping[str, str]
) -> None:
    table, today = f'public."{mart}"', f'today.public."{mart}"'
    columns = database.execute(
        "select column_name, data_type, coalesce(comment, '') from duckdb_columns() "
        "where database_name = 'today' and table_name = ? order by column_index",
        [mart],
    ).fetchall()
    database.execute(f"create table {table} as from {today}")
    named = [name for name, _, comment in columns if comment.endswith(NAMED)]
    for column in named:
        for (text,) in database.execute(f'select distinct "{column}" from {today}').fetchall():
            said = ", ".join(hashes.get(name, name) for name in (text or "").split(", "))
            database.execute(
                f'update {table} set "{column}" = ? where "{column}" = ?', [said, text]
            )
    for name, _, comment in columns:
        said = comment.removesuffix(NAMED).strip().replace("'", "''")
        database.execute(f"comment on column {table}.\"{name}\" is '{said}'")
    if named:
        path = folder / "parquet" / f"{mart}.parquet"
        path.unlink()
        database.execute(f"copy {table} to '{path}' (format parquet)")
