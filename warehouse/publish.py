"""Publishing: write a complete version in a folder of its own, then switch one link to it.

published/<version>/internal/kreishaus.duckdb         schema ``internal``, a table per mart, exact
                            /parquet/<mart>.parquet   the same, for readers without a database
                   /public/kreishaus.duckdb           schema ``public``: what everybody may see
                          /parquet/<mart>.parquet
                   /<half>/manifest.json              facts for readers of this half
                   /version.json                      name and time: written last
         /current -> <version>                        switched last

A build as of an earlier day is published in the same way, in a folder of its own (``as_of``).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from kreishaus.earlier_names import columns_of_today, renamed
from kreishaus.figure_origin import FigureOrigin
from kreishaus.files import (
    TEMPORARY,
    commit_directory,
    make_folder,
    new_directory,
    remove_directory,
    sweep,
    switch_link,
    sync_directory,
    write_synced,
)
from kreishaus.folder_formats import begin
from kreishaus.rights import open_as_named, prepare_home
from kreishaus.settings import Settings
from warehouse import builds, origins, room, versions
from warehouse.builds import BuildRecord
from warehouse.database import connect
from warehouse.manifest import (
    Manifest,
    PublishedMart,
    as_json,
    content_hash,
    described,
    facts,
    public_manifest,
    published_marts,
)
from warehouse.marts import Mart, marts_of
from warehouse.public import write_public
from warehouse.refusal import Refusal
from warehouse.source_files import FileNames, project_open_datasets
from warehouse.tables import create_table
from warehouse.writer_lock import writing


class NoLink(Refusal):
    """The path of the link to the current version is taken by a folder."""


def publish(
    settings: Settings, run_id: str, now: datetime | None = None, patience_seconds: float = 0
) -> Manifest:
    """Publish the marts that the last build built and tested; keep the last good state of the rest.

    No build can run meanwhile. Raises ``BuildNotFinished`` if there is no finished build or the
    warehouse was changed after it; ``WarehouseBusy`` if another process still builds or publishes
    after ``patience_seconds``; ``NoRoom`` if the disk is full. Readers then keep their version.
    """
    now = now or datetime.now(UTC)
    with (
        writing(settings, "publish", patience_seconds),
        _readable(settings),
        builds.opened(settings) as (warehouse, build),
    ):
        make_folder(settings.published)
        _require_link(settings.published)
        prepare_home(settings)
        begin(settings.home / "published", "published")
        _clear_leftovers(settings.published)
        needed = needed_for_publishing(settings)
        room.need(settings.published, needed, "publishing")
        final = _free_name(settings.published, now)
        with _committed(settings, final, needed) as folder:
            manifest = _fill(settings, folder, final.name, warehouse, build, run_id, now)
    versions.prune(settings)
    return manifest


@contextmanager
def _committed(settings: Settings, final: Path, needed: int) -> Iterator[Path]:
    """Give a folder to fill, and make it the current version on leaving; remove it on an error.

    Raises ``NoRoom`` if the disk fills up although ``needed`` bytes were free.
    """
    folder = new_directory(final)
    try:
        yield folder
        open_as_named(settings, folder, final)
        sync_directory(folder)
        commit_directory(folder, final)
        switch_link(final.with_name(versions.CURRENT), final)
    except BaseException as error:
        written = room.size_of(folder)
        for left in (folder, final):
            remove_directory(left)
        if room.is_full(error):
            told = room.explained(final.parent, max(needed, written), "publishing")
            raise room.NoRoom(told) from error
        raise


@contextmanager
def _readable(settings: Settings) -> Iterator[None]:
    """Raise ``BuildNotFinished`` if DuckDB cannot read the warehouse file."""
    try:
        yield
    except (duckdb.IOException, duckdb.FatalException, duckdb.InternalException) as fault:
        told = builds.unreadable(settings.warehouse / versions.DATABASE, fault)
        raise builds.BuildNotFinished(
            f"{told} Nothing is published; readers keep the current version."
        ) from fault


def _require_link(published: Path) -> None:
    """Raise ``NoLink`` if the switch at the end would fail."""
    link = published / versions.CURRENT
    if link.is_dir() and not link.is_symlink():
        raise NoLink(
            f"{link}: expected a link to a version, found a folder. A copy that follows links "
            "makes one. Nothing is published; readers keep what is in it. Move it out of "
            f"{published}, then run `kreishaus publish`."
        )


def _fill(
    settings: Settings,
    folder: Path,
    version: str,
    warehouse: duckdb.DuckDBPyConnection,
    build: BuildRecord,
    run_id: str,
    now: datetime,
) -> Manifest:
    """Write both halves of a version and its manifests."""
    for audience in versions.AUDIENCES:
        make_folder(versions.parquet(folder, audience))
    built = marts_of(build)
    previous = _previous(settings)
    published, missing = _write_parquet(warehouse, built, folder, previous)
    there = [mart for mart in built if mart.name not in missing]
    _write_database(settings, folder, there)
    names = FileNames(build.sources, project_open_datasets())
    public = write_public(settings, folder, there, published, names)
    manifest = Manifest(
        version=version,
        county_ags=settings.county.ags,
        run_id=run_id,
        created_at=now.isoformat(),
        code_version=build.code_version,
        as_of=build.as_of,
        known_by=build.known_by,
        marts=tuple(published),
        missing=missing,
        sources=build.sources,
        public=public.marts,
        refused=public.refused,
        figure_origins=_figure_origins(build, published, previous),
    )
    _write_manifests(folder, manifest)
    return manifest


def _figure_origins(
    build: BuildRecord, published: Sequence[PublishedMart], previous: Path | None
) -> Mapping[str, Sequence[FigureOrigin]]:
    """The words of the files behind the marts: those in force, and what kept marts came from."""
    in_force = origins.words_of(build.sources)
    if previous is None or not any(mart.kept_from for mart in published):
        return in_force
    return origins.joined(in_force, origins.words_behind(versions.manifest(previous, "internal")))


def needed_for_publishing(settings: Settings) -> int:
    """Estimate a version's bytes: 110 % of the last version, or else twice the warehouse file."""
    previous = _previous(settings)
    if previous is not None:
        return room.size_of(previous) * 11 // 10
    return (settings.warehouse / versions.DATABASE).stat().st_size * 2


def _clear_leftovers(published: Path) -> None:
    """Remove what a killed publishing left; the writer lock excludes other publishers."""
    sweep(published)
    for path in published.glob(f"{TEMPORARY}*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _free_name(published: Path, now: datetime) -> Path:
    return published / versions.new_name([path.name for path in published.iterdir()], now)


def _previous(settings: Settings) -> Path | None:
    try:
        return versions.current(settings)
    except versions.NothingPublished:
        return None


def _write_parquet(
    warehouse: duckdb.DuckDBPyConnection,
    built: Sequence[Mart],
    folder: Path,
    previous: Path | None,
) -> tuple[list[PublishedMart], dict[str, str]]:
    published = []
    missing = {}
    for mart in built:
        path = versions.parquet(folder, "internal") / f"{mart.name}.parquet"
        if mart.fault is None:
            ordered = f"select * from {mart.relation} order by {', '.join(mart.key) or 'all'}"
            warehouse.execute(f"copy ({ordered}) to '{path}' (format parquet)")
            published.append(described(warehouse, mart, mart.columns, path))
        elif kept := _keep(warehouse, mart, path, previous):
            published.append(kept)
        else:
            missing[mart.name] = mart.fault
    return published, missing


def _keep(
    warehouse: duckdb.DuckDBPyConnection, mart: Mart, path: Path, previous: Path | None
) -> PublishedMart | None:
    """Copy the last good state of a failed mart from the previous version; None without one."""
    if previous is None:
        return None
    last_good = versions.parquet(previous, "internal") / path.name
    if not last_good.exists():
        return None
    try:
        before = published_marts(previous, "internal")[mart.name]
    except versions.Damaged as damaged:
        raise builds.BuildNotFinished(
            f"{mart.name} failed ({mart.fault}), and its last good state cannot be carried over: "
            f"{previous} is damaged. Nothing is published. Fix the mart, then run "
            "`kreishaus build` and `kreishaus publish`."
        ) from damaged
    today = {
        old: new for old, new in columns_of_today(before.columns).items() if new in mart.columns
    }
    if today:
        select = renamed(f"'{last_good}'", today)
        warehouse.execute(f"copy ({select}) to '{path}' (format parquet)")
        before = replace(
            before,
            content_hash=content_hash(warehouse, path),
            columns={today.get(name, name): said for name, said in before.columns.items()},
        )
    else:
        shutil.copyfile(last_good, path)
    return replace(before, kept_from=before.kept_from or previous.name, fault=mart.fault)


def _write_database(settings: Settings, folder: Path, built: Sequence[Mart]) -> None:
    with connect(settings, versions.database(folder, "internal")) as database:
        # Keep the order of the Parquet file: rows sorted by their key.
        database.execute("set preserve_insertion_order = true")
        database.execute("create schema internal")
        database.begin()
        for mart in built:
            parquet = versions.parquet(folder, "internal") / f"{mart.name}.parquet"
            create_table(database, "internal", mart, mart.columns, f"from '{parquet}'")
        database.commit()


def _write_manifests(folder: Path, manifest: Manifest) -> None:
    """Write the complete manifest to the internal half, and the public part to the public half."""
    public = public_manifest(manifest, project_open_datasets())
    write_synced(folder / "internal" / versions.MANIFEST, as_json(asdict(manifest)))
    write_synced(folder / "public" / versions.MANIFEST, as_json(public))
    write_synced(folder / versions.MARK, as_json(facts(manifest)))
