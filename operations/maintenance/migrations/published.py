"""Published versions of earlier code, brought up to date where readers find them.

Two layouts were published before folders had formats; both count as format 1:

    <version>/manifest.json, kreishaus.duckdb, parquet/     exact, nothing was public
    <version>/manifest.json, internal/, public/             one manifest for both halves

Format 2 has a manifest per half and ``version.json`` (``warehouse.versions``). In the public half
files of protected sources are named without their hashes (``warehouse.source_files``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import duckdb

from kreishaus.files import TEMPORARY, remove_directory, write_atomically, written_atomically
from kreishaus.folder_formats import WrongFormat
from kreishaus.settings import Settings
from warehouse import versions
from warehouse.as_of import FOLDER
from warehouse.database import connect
from warehouse.manifest import (
    Manifest,
    PublishedMart,
    as_json,
    content_hash,
    facts,
    public_manifest,
)
from warehouse.origins import words_of
from warehouse.source_files import NAMED, FileNames, project_open_datasets
from warehouse.tables import literal

OLD_MANIFEST = "manifest.json"
OLD_FORMAT = 1


def upgrade_published(settings: Settings) -> str:
    """Split the manifests of the current versions; remove the older versions.

    Readers go on with the version that they had. Other versions were kept only to go back to, and
    everybody may read their public halves, which were made by the disclosure rules of then.
    """
    published = settings.home / "published"
    kept, removed = [], []
    for root in _roots(published):
        link = root / versions.CURRENT
        for version in _old_versions(root):
            name = version.relative_to(published).as_posix()
            if link.exists() and version.resolve() != link.resolve():
                remove_directory(version)
                removed.append(name)
            else:
                _upgrade_or_refuse(settings, version)
                kept.append(name)
    said = [f"{', '.join(kept) or 'no version'} brought up to date"]
    if removed:
        said.append(f"{len(removed)} older ones removed ({', '.join(removed)})")
    if any(name.startswith(f"{FOLDER}/") for name in kept):
        said.append(
            "what is published as of earlier days was made by earlier disclosure rules: "
            "`kreishaus build --as-of ...` makes it anew"
        )
    return "; ".join(said)


def _roots(published: Path) -> Iterator[Path]:
    """The folders that hold versions: that of the nightly build, and one for each moment."""
    yield published
    yield from sorted(
        path for path in (published / FOLDER).glob("*") if path.is_dir() and not path.is_symlink()
    )


def _old_versions(root: Path) -> list[Path]:
    """Versions of earlier code, also those that an upgrade has begun. It removes this mark last.

    A folder of another name is somebody's own, whatever is in it.
    """
    return sorted(
        path.parent
        for path in root.glob(f"[0-9]*T[0-9]*Z/{OLD_MANIFEST}")
        if not path.parent.is_symlink() and not path.parent.name.startswith(TEMPORARY)
    )


def _upgrade_or_refuse(settings: Settings, version: Path) -> None:
    try:
        _upgrade(settings, version)
    except (OSError, ValueError, TypeError, KeyError, RecursionError, duckdb.Error) as fault:
        raise WrongFormat(
            f"{version}: cannot be brought up to date ({type(fault).__name__}: {fault}). Give this "
            "account the right to write it and room on the disk, and upgrade again. If it is "
            f"damaged, move it out of {version.parent}, upgrade again, then `kreishaus build` and "
            "`kreishaus publish`: marts are made anew from what is staged."
        ) from fault


def _upgrade(settings: Settings, version: Path) -> None:
    document = json.loads((version / OLD_MANIFEST).read_text(encoding="utf-8"))
    _move_exact_files(version)
    internal = version / "internal"
    internal.chmod(0o750)
    names = FileNames(document["sources"], project_open_datasets())
    public = tuple(_public_half(settings, version, document.get("public", ()), names))
    manifest = Manifest(
        version=document["version"],
        county_ags=settings.county.ags,
        run_id=document["run_id"],
        created_at=document["created_at"],
        code_version=document["code_version"],
        as_of=document["as_of"],
        known_by=document["known_by"],
        marts=tuple(_entries(settings, version, document["marts"])),
        missing=document["missing"],
        sources=tuple(document["sources"]),
        figure_origins=words_of(document["sources"]),
        public=public,
        refused=document.get("refused", {}),
    )
    told = public_manifest(manifest, project_open_datasets())
    mark = {**facts(manifest), versions.UPGRADED_FROM: OLD_FORMAT}
    write_atomically(internal / versions.MANIFEST, as_json(asdict(manifest)))
    write_atomically(version / "public" / versions.MANIFEST, as_json(told))
    write_atomically(version / versions.MARK, as_json(mark))
    (version / OLD_MANIFEST).unlink()


def _move_exact_files(version: Path) -> None:
    """Put the one half that a version had before there were two where exact figures belong."""
    internal = version / "internal"
    internal.mkdir(exist_ok=True)
    for name in (versions.DATABASE, "parquet"):
        if (version / name).exists():
            (version / name).rename(internal / name)


def _entries(
    settings: Settings, version: Path, told: Sequence[Mapping[str, Any]]
) -> Iterator[PublishedMart]:
    """The entries of the internal marts. What earlier manifests left out stands in the database.

    Hashes are made anew: earlier ones of marts with a column ``mart`` were of that column alone.
    """
    file = versions.database(version, "internal")
    with connect(settings, file, read_only=True) as database:
        described = _descriptions(database)
        for entry in told:
            description, columns = described[entry["name"]]
            known = {
                "description": description,
                "columns": {
                    name: {"label_de": "", "description": text} for name, text in columns.items()
                },
                **entry,
                "key": tuple(entry.get("key", ())),
            }
            path = versions.parquet(version, "internal") / f"{entry['name']}.parquet"
            yield PublishedMart(**{**known, "content_hash": content_hash(database, path)})


def _descriptions(
    database: duckdb.DuckDBPyConnection,
) -> dict[str, tuple[str, dict[str, str]]]:
    """Mart -> its comment, and the comment of each of its columns, in order."""
    found: dict[str, tuple[str, dict[str, str]]] = {
        name: (comment or "", {})
        for name, comment in database.execute(
            "select table_name, comment from duckdb_tables() where not internal"
        ).fetchall()
    }
    for name, column, comment in database.execute(
        "select table_name, column_name, comment from duckdb_columns() where not internal "
        "order by table_name, column_index"
    ).fetchall():
        if name in found:
            found[name][1][column] = comment or ""
    return found


def _public_half(
    settings: Settings, version: Path, told: Sequence[Mapping[str, Any]], names: FileNames
) -> list[PublishedMart]:
    """Write the public database anew, with names of files in place of hashes; return its entries.

    Empty where nothing was public. Rows are copied into another file, for what is overwritten
    within one could still be read there.
    """
    versions.parquet(version, "public").mkdir(parents=True, exist_ok=True)
    final = versions.database(version, "public")
    entries = []
    with written_atomically(final) as aside, connect(settings, aside) as database:
        database.execute("set preserve_insertion_order = true")
        database.execute("create schema public")
        described: dict[str, tuple[str, dict[str, str]]] = {}
        if final.exists():
            database.execute(f"attach '{final}' as earlier (read_only)")
            with duckdb.connect(final, read_only=True) as earlier:
                described = _descriptions(earlier)
        for entry in told:
            comments = described[entry["name"]]
            entries.append(_copy(database, version, entry, comments, names))
    return entries


def _copy(
    database: duckdb.DuckDBPyConnection,
    version: Path,
    told: Mapping[str, Any],
    comments: tuple[str, dict[str, str]],
    names: FileNames,
) -> PublishedMart:
    mart = str(told["name"])
    entry = PublishedMart(**{**told, "key": tuple(told["key"])})
    select, renamed = names.select(database, f'earlier.public."{mart}"')
    if renamed and entry.key:
        select = f"select * from ({select}) order by {', '.join(entry.key)}"
    database.execute(f'create table public."{mart}" as {select}')
    description, columns = comments
    columns = {
        n: f"{text} {NAMED}".strip() if n in renamed else text for n, text in columns.items()
    }
    database.execute(f'comment on table public."{mart}" is {literal(description)}')
    for name, text in columns.items():
        database.execute(f'comment on column public."{mart}"."{name}" is {literal(text)}')
    path = versions.parquet(version, "public") / f"{mart}.parquet"
    if renamed:
        with written_atomically(path) as aside:
            database.execute(f"copy public.\"{mart}\" to '{aside}' (format parquet)")
    return replace(
        entry,
        content_hash=content_hash(database, path),
        columns={n: {**said, "description": columns[n]} for n, said in entry.columns.items()},
    )
