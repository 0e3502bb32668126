"""The sample sources: files in the sources' own formats, made on first use.

They are written anew only when this package changes: a person may edit a sample file to see what
Kreishaus does about it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from kreishaus.datasets import SOURCES
from kreishaus.files import (
    commit_directory,
    make_folder,
    new_directory,
    remove_directory,
    write_synced,
)
from kreishaus.rights import prepare_home
from kreishaus.settings import Settings
from sample import azr, bamf, heimfinder, it_nrw, papers, wtg
from sample.it_nrw_municipalities import PILOT

STAMP = "made-from"


def make(settings: Settings) -> Path:
    """Write the sample files under ``settings.sample`` unless they are there; return it.

    A source that officers drop files of has its folder there, also one without sample files: a
    county other than the pilot has none of the register, the WTG authority and papers.
    """
    target = settings.sample
    fingerprint = f"{settings.county.ags} {_fingerprint()}"
    stamp = target / STAMP
    if not (stamp.exists() and stamp.read_text() == fingerprint):
        _write(settings, fingerprint)
    for source in SOURCES:
        if source.dropped:
            make_folder(target / "drop" / source.name)
    return target


def _write(settings: Settings, fingerprint: str) -> None:
    prepare_home(settings)
    temporary = new_directory(settings.sample)
    bamf.write(temporary)
    for by_county in (heimfinder, it_nrw):
        by_county.write(temporary, settings.county)
    if settings.county.ags == PILOT:
        for of_the_pilot in (azr, wtg, papers):
            of_the_pilot.write(temporary)
    write_synced(temporary / STAMP, fingerprint.encode())
    remove_directory(settings.sample)
    commit_directory(temporary, settings.sample)


def _fingerprint() -> str:
    """A hash of everything that the sample files are made from."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted(package.rglob("*")):
        if path.suffix in {".py", ".csv"}:
            digest.update(path.relative_to(package).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
