"""Publishing: a version made aside, complete, and then one switch of a link.

published/<version>/internal/kreishaus.duckdb         schema ``internal``, a table per mart, exact
                            /parquet/<mart>.parquet   the same, for readers without a database
                   /public/kreishaus.duckdb           schema ``public``: what everybody may see
                          /parquet/<mart>.parquet
                          /manifest.json              of the public marts alone
                   /manifest.json                     run, code, as_of, sources, rows, hashes
         /current -> <version>                        switched last

A build as of an earlier day is published in the same way, in a folder of its own (``as_of``).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import duckdb

from ingest.files import (
    commit_directory,
    make_folder,
    new_directory,
    sweep,
    switch_link,
    write_synced,
)
from ingest.rights import open_as_named, prepare_home
from ingest.settings import REPOSITORY, Settings
from warehouse import versions
from warehouse.as_of import asked_for
from warehouse.database import connect
from warehouse.manifest import Manifest, PublishedMart, described, published_marts, scalar
from warehouse.marts import Mart, marts
from warehouse.public import write_public
from warehouse.tables import create_table


def publish(settings: Settings, run_id: str, now: datetime | None = None) -> Manifest:
    """Publish what the last build made good; keep the last good state of the rest.

    Raises ``BuildNotFinished`` when there is no finished build: readers keep what they have.
    """
    built = marts(settings)
    now = now or datetime.now(UTC)
    final = _free_name(settings.published, now)
    make_folder(settings.published)
    prepare_home(settings)
    sweep(settings.published)
    folder = new_directory(final)
    for audience in versions.AUDIENCES:
        make_folder(versions.parquet(folder, audience))
    previous = _previous(settings)
    published, missing = _write_parquet(settings, built, folder, previous)
    there = [mart for mart in built if mart.name not in missing]
    _write_database(settings, folder, there)
    public = write_public(settings, folder, there, published)
    as_of = asked_for(settings)
    manifest = Manifest(
        version=final.name,
        run_id=run_id,
        created_at=now.isoformat(),
        code_version=code_version(),
        as_of=as_of.moment if as_of else None,
        known_by=as_of.by if as_of else "retrieved",
        marts=tuple(published),
        missing=missing,
        sources=_sources(settings),
        public=public.marts,
        refused=public.refused,
    )
    _write_manifests(folder, manifest)
    open_as_named(settings, folder, final)
    commit_directory(folder, final)
    switch_link(settings.published / versions.CURRENT, final)
    versions.prune(settings)
    return manifest


def _free_name(published: Path, now: datetime) -> Path:
    return published / now.strftime("%Y%m%dT%H%M%S.%fZ")


def _previous(settings: Settings) -> Path | None:
    try:
        return versions.current(settings)
    except versions.NothingPublished:
        return None


def _write_parquet(
    settings: Settings, built: Sequence[Mart], folder: Path, previous: Path | None
) -> tuple[list[PublishedMart], dict[str, str]]:
    published = []
    missing = {}
    with connect(settings, settings.warehouse / versions.DATABASE, read_only=True) as warehouse:
        for mart in built:
            path = versions.parquet(folder, "internal") / f"{mart.name}.parquet"
            if mart.fault is None:
                ordered = f"select * from {mart.relation} order by {', '.join(mart.key) or 'all'}"
                warehouse.execute(f"copy ({ordered}) to '{path}' (format parquet)")
                published.append(described(warehouse, mart, mart.columns, path))
            elif kept := _keep(mart, path, previous):
                published.append(kept)
            else:
                missing[mart.name] = mart.fault
    return published, missing


def _keep(mart: Mart, path: Path, previous: Path | None) -> PublishedMart | None:
    """Carry the last good state of a mart over from the version before."""
    if previous is None:
        return None
    last_good = versions.parquet(previous, "internal") / path.name
    if not last_good.exists():
        return None
    shutil.copyfile(last_good, path)
    before = published_marts(previous, "internal")[mart.name]
    return replace(before, kept_from=before.kept_from or previous.name, fault=mart.fault)


def _write_database(settings: Settings, folder: Path, built: Sequence[Mart]) -> None:
    with connect(settings, versions.database(folder, "internal")) as database:
        # Rows lie as in the Parquet file: sorted by their key.
        database.execute("set preserve_insertion_order = true")
        database.execute("create schema internal")
        database.begin()
        for mart in built:
            parquet = versions.parquet(folder, "internal") / f"{mart.name}.parquet"
            create_table(database, "internal", mart, mart.columns, f"from '{parquet}'")
        database.commit()


def _write_manifests(folder: Path, manifest: Manifest) -> None:
    """The whole one, and beside the public marts one that tells of nothing else."""
    _write_manifest(folder, asdict(manifest))
    told = ("version", "created_at", "code_version", "as_of", "known_by", "sources")
    public = {name: value for name, value in asdict(manifest).items() if name in told}
    _write_manifest(folder / "public", {**public, "marts": asdict(manifest)["public"]})


def _write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    document = json.dumps(content, indent=2, ensure_ascii=False)
    write_synced(folder / "manifest.json", document.encode() + b"\n")


def _sources(settings: Settings) -> tuple[dict[str, str], ...]:
    """The files that every number of this version came from."""
    with duckdb.connect(settings.warehouse / versions.DATABASE, read_only=True) as warehouse:
        relation = scalar(
            warehouse,
            "select any_value(table_schema || '.' || table_name) from information_schema.tables "
            "where table_name = 'stg_house__batches_in_force'",
        )
        rows = warehouse.execute(
            f"select source, dataset, period, source_sha256 from {relation} order by all"
        ).fetchall()
    names = ("source", "dataset", "period", "sha256")
    return tuple(dict(zip(names, row, strict=True)) for row in rows)


def code_version() -> str:
    """The package's version, with the commit: an image says it, a git checkout is asked."""
    if told := os.environ.get("KREISHAUS_CODE_VERSION"):
        return told
    released = package_version("kreishaus")
    try:
        commit = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return released
    return f"{released}+{commit}"
