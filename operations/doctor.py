"""``kreishaus doctor``: what would keep this machine from running Kreishaus, and what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec

from ingest.http import Client
from ingest.it_nrw.catalogue import login_errors
from kreishaus.datasets import SOURCES
from kreishaus.folder_formats import WrongFormat, known
from kreishaus.rights import prepare_home
from kreishaus.settings import Settings
from kreishaus.wording import say, text_of
from operations.doctor_rights import open_to_others, rights

NEEDED_BYTES = 2 * 1024**3


def examine(settings: Settings) -> list[str]:
    """Every error, as a sentence that says what to do; empty when all is in order."""
    return [
        *_home(settings),
        *rights(settings),
        *_formats(settings),
        *filter(None, [settings.county.municipalities_fault]),
        *_backup(settings),
        *_sources(settings),
        *_told(settings),
    ]


def _home(settings: Settings) -> Iterator[str]:
    home = settings.home
    try:
        if not home.is_dir():
            prepare_home(settings)
    except OSError as error:
        yield say(
            "KREISHAUS_HOME {home} cannot be made ({strerror}): choose another folder.",
            home=home,
            strerror=error.strerror,
        )
        return
    if not os.access(home, os.W_OK):
        yield say(
            "KREISHAUS_HOME {home} cannot be written: give this user the right to.", home=home
        )
    free = shutil.disk_usage(home).free
    if free < NEEDED_BYTES:
        yield say(
            "{home}: {free:.1f} GiB are free, 2 GiB are needed.", home=home, free=free / 1024**3
        )


def _formats(settings: Settings) -> Iterator[str]:
    try:
        known(settings)
    except WrongFormat as refusal:
        yield text_of(refusal)


def _backup(settings: Settings) -> Iterator[str]:
    folder = settings.backup.folder
    if settings.sources == "sample":
        return
    if folder is None:
        yield say(
            "{county_file}: [backup] folder is not set; a lost disk is lost data.",
            county_file=settings.county_file,
        )
    elif not folder.is_dir() or not os.access(folder, os.W_OK):
        yield say(
            "The backup folder {folder} is missing or cannot be written: mount it, or make it.",
            folder=folder,
        )
    elif folder.stat().st_dev == settings.home.stat().st_dev:
        yield say(
            "The backup folder {folder} is on the disk of the home folder, and is lost with it.",
            folder=folder,
        )
    if folder is not None:
        yield from _encryption(settings)


def _encryption(settings: Settings) -> Iterator[str]:
    """What backups are encrypted by: the program, and a password that only this user can read."""
    from operations.maintenance.backup.errors import NoKey
    from operations.maintenance.backup.key import password_file
    from operations.maintenance.backup.restic import PROGRAM

    if shutil.which(PROGRAM) is None:
        yield say("restic is not installed, and backups are made with it: apt-get install restic.")
    try:
        password_file(settings)
    except NoKey as config_error:
        yield text_of(config_error)


def _told(settings: Settings) -> Iterator[str]:
    if settings.lineage.transport != "off" and find_spec("openlineage") is None:
        yield (
            say(
                '{county_file}: [lineage] transport = "{transport}" needs the package '
                'openlineage-python: install requirements-production.lock, or say "off".',
                county_file=settings.county_file,
                transport=settings.lineage.transport,
            )
        )


def _sources(settings: Settings) -> Iterator[str]:
    for source in SOURCES if settings.sources == "live" else ():
        if source.dropped:
            yield from _drop_folder(settings, source.name)
        elif source.name not in settings.source:
            yield say(
                "{county_file}: [source.{name}] is missing: say where it lies.",
                county_file=settings.county_file,
                name=source.name,
            )
        elif settings.source[source.name].databases:
            yield from _accounts(settings)


def _accounts(settings: Settings) -> Iterator[str]:
    with Client.of(settings) as client:
        yield from login_errors(settings, client)


def _drop_folder(settings: Settings, source: str) -> Iterator[str]:
    folder = settings.configured_drop_folder(source)
    if folder is None:
        yield say(
            "{county_file}: [source.{source}] needs a drop_folder for live sources.",
            county_file=settings.county_file,
            source=source,
        )
    elif not folder.is_dir():
        yield say(
            "The drop folder {folder} of {source} does not exist: make it.",
            folder=folder,
            source=source,
        )
    elif config_error := open_to_others(folder):
        yield say(
            "The drop folder of {source}: {config_error}", source=source, config_error=config_error
        )
