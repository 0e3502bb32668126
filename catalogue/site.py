"""The catalogue as a folder of files: works from a disk and from any web server, asks no address.

docs/site           -> site-<hash>            for everybody; may be put on the web as it is
    /index.html, marts/, datensaetze/, handbuch/, ...
    /daten/<mart>.parquet, .csv               the public half of the version
    /catalog.ttl, .jsonld, .rdf               DCAT-AP.de, where [catalogue] has a base_url
docs/site-internal  -> site-internal-<hash>   the same for the county's own people, with
    /qualitaet/, dbt/                         the pages on each file's checks, and dbt's own

Made aside and switched in by one rename of a link; a site of the same content is left as it is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from catalogue import documents
from catalogue.dcat import PREFIXES, DataFile, catalogue
from catalogue.inventory import Inventory, data_file, gather
from catalogue.pages import DBT, QUALITY, Edition, pages
from catalogue.rdf import documents as metadata
from kreishaus.files import (
    CLOSED_FOLDER,
    commit_directory,
    make_folder,
    new_directory,
    remove_directory,
    switch_link,
)
from kreishaus.rights import open_as_named, prepare_home
from kreishaus.settings import REPOSITORY, Settings
from warehouse import audit, versions
from warehouse.docs import docs_page
from warehouse.statements import EVERYTHING

HASH_CHARACTERS = 12
CSV_ROWS = 100_000
"""A mart of more rows is offered as Parquet alone: no spreadsheet is glad of it."""
MEDIA_TYPES = {"Parquet": "application/vnd.apache.parquet", "CSV": "text/csv"}
DOCUMENTS = REPOSITORY / "docs"
NAMES: Mapping[versions.Audience, str] = {"public": "site", "internal": "site-internal"}


def site(settings: Settings, audience: versions.Audience) -> Path:
    """Where the site of an audience lies: a link to its newest state."""
    return settings.home / "docs" / NAMES[audience]


def write_sites(settings: Settings, texts: Path = DOCUMENTS) -> dict[versions.Audience, Path]:
    """Write the catalogue of the current version for both audiences.

    The edition for the county's own people quotes rows of files and counts of internal marts: that
    it was written stands in the audit log first. Raises ``NothingPublished``, ``BuildNotFinished``
    where dbt's own account is missing, and ``AuditUnwritable``.
    """
    details = {"file": str(site(settings, "internal"))}
    version = versions.current(settings).name
    audit.record(settings, "catalogue", marts=[EVERYTHING], version=version, details=details)
    written: dict[versions.Audience, Path] = {}
    files: dict[str, Sequence[DataFile]] = {}
    make_folder(settings.home / "docs")
    prepare_home(settings)
    for audience in ("public", "internal"):
        link = site(settings, audience)
        work = new_directory(link)
        try:
            inventory = gather(settings, audience)
            if audience == "public":
                files = _write_data(settings, inventory, work)
            else:
                _take_over(written["public"] / "daten", work / "daten")
            _write_pages(
                settings, inventory, work, _edition(settings, audience, files, work), texts
            )
            written[audience] = _switch(settings, link, work)
        finally:
            remove_directory(work)
    return written


def take_down(settings: Settings) -> list[Path]:
    """Take both sites away, where no version is left that they could show. Returns what went."""
    links = [site(settings, audience) for audience in NAMES]
    gone = [link for link in links if link.is_symlink()]
    for link in gone:
        folder = link.resolve()
        link.unlink()
        remove_directory(folder)
    return gone


def _edition(
    settings: Settings,
    audience: versions.Audience,
    files: Mapping[str, Sequence[DataFile]],
    work: Path,
) -> Edition:
    """What the site of an audience holds. Pages of other tools are for the county's own people."""
    quality = settings.home / "docs" / "quality"
    dbt = docs_page(settings)
    if audience == "internal" and quality.exists():
        _take_over(quality.resolve(), work / QUALITY)
    if audience == "internal" and dbt.exists():
        _take_over(dbt.parent, work / DBT)
    return Edition(
        audience,
        files,
        has_metadata=bool(settings.catalogue.base_url),
        has_quality=(work / QUALITY).exists(),
        has_dbt=(work / DBT).exists(),
    )


def _write_pages(
    settings: Settings, inventory: Inventory, work: Path, edition: Edition, texts: Path
) -> None:
    if edition.has_metadata:
        described = catalogue(settings, inventory, edition.files)
        for name, content in metadata(described, PREFIXES):
            (work / name).write_bytes(content)
    for place, content in pages(settings, inventory, documents.read(texts), texts, edition):
        path = work / place
        make_folder(path.parent)
        path.write_bytes(content)


def _write_data(
    settings: Settings, inventory: Inventory, work: Path
) -> dict[str, Sequence[DataFile]]:
    """The public half as files: Parquet as it is published, CSV made of it."""
    parquet = versions.parquet(settings.published / inventory.version, "public")
    (work / "daten").mkdir()
    found: dict[str, Sequence[DataFile]] = {}
    with duckdb.connect() as connection:
        for mart in inventory.public:
            files = []
            _link(parquet / f"{mart.name}.parquet", work / data_file(mart.name, "parquet"))
            files.append(_described(work, mart.name, "Parquet"))
            if (mart.rows or 0) <= CSV_ROWS:
                target = work / data_file(mart.name, "csv")
                source = parquet / f"{mart.name}.parquet"
                connection.execute(f"copy (from '{source}') to '{target}' (format csv, header)")
                files.append(_described(work, mart.name, "CSV"))
            found[mart.name] = tuple(files)
    return found


def _described(work: Path, mart: str, form: str) -> DataFile:
    place = data_file(mart, form.lower())
    content = (work / place).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return DataFile(form, MEDIA_TYPES[form], str(place), len(content), digest)


def _switch(settings: Settings, link: Path, work: Path) -> Path:
    """Make a finished folder the site, unless the site is the same already."""
    final = link.with_name(f"{link.name}-{_identity(work)}")
    if not (link.is_symlink() and link.resolve() == final.resolve() and final.exists()):
        remove_directory(final)
        _sync(work)
        open_as_named(settings, work, final)
        commit_directory(work, final)
        switch_link(link, final)
    for old in link.parent.glob(f"{link.name}-" + "[0-9a-f]" * HASH_CHARACTERS):
        if old.name != final.name:
            remove_directory(old)
    return link


def _sync(work: Path) -> None:
    """Have every file on disk: all are written by now, so that few of these waits are long."""
    for path in work.rglob("*"):
        if path.is_file():
            with path.open("rb") as handle:
                os.fsync(handle.fileno())


def _identity(work: Path) -> str:
    """What a site consists of, in a short hash."""
    identity = hashlib.sha256()
    for path in sorted(work.rglob("*")):
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            identity.update(f"{path.relative_to(work)} {content}\n".encode())
    return identity.hexdigest()[:HASH_CHARACTERS]


def _take_over(source: Path, target: Path) -> None:
    """A folder that others made, or a site before, without a second copy where that can be."""
    shutil.copytree(
        source, target, copy_function=_link, ignore=shutil.ignore_patterns("target", ".tmp-*")
    )
    for folder in (target, *target.rglob("*/")):  # which has its rights from the open site
        folder.chmod(CLOSED_FOLDER)


def _link(source: str | Path, target: str | Path) -> None:
    """A second name for a file that nobody changes; a copy where the disks differ."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
