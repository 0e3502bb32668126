"""dbt's own documentation of the warehouse, with its lineage, as one file that needs no network."""

from __future__ import annotations

from pathlib import Path

from kreishaus.files import make_folder, new_directory, remove_directory, write_atomically
from kreishaus.rights import prepare_home
from kreishaus.settings import Settings
from warehouse.build import PROJECT, dbt, target
from warehouse.parse_cache import forget_stale_parse
from warehouse.versions import DATABASE
from warehouse.writer_lock import WarehouseBusy, writing

STATIC = "static_index.html"
HEAD = b"<head>"
# dbt's page can report its readers to its makers, if it is told to. It is not told to, and the
# reader's browser is told to ask no address whatever: everything the page needs is in it.
INERT = (
    b'<meta http-equiv="Content-Security-Policy" '
    b"content=\"default-src 'unsafe-inline' 'unsafe-eval' data: blob:\">"
)


class DocsFailed(Exception):
    """The documentation could not be made; says why, and what to do."""


def docs_page(settings: Settings) -> Path:
    """Where the documentation lies."""
    return settings.home / "docs" / "dbt" / "index.html"


def write_docs(settings: Settings) -> Path:
    """Write the documentation of the warehouse as it was built last. Raises ``DocsFailed``.

    dbt works in a folder of its own: the artefacts of the last build, by which it is published,
    stay as they are.
    """
    database = settings.warehouse / DATABASE
    if not database.exists():
        raise DocsFailed(
            f"{database} does not exist: nothing has been built. Run `kreishaus build`."
        )
    prepare_home(settings)
    try:
        with writing(settings, "docs"):
            return _written(settings)
    except WarehouseBusy as busy:
        raise DocsFailed(str(busy)) from busy


def _written(settings: Settings) -> Path:
    final = docs_page(settings)
    make_folder(final.parent)
    work = new_directory(final.parent / "target")
    try:
        forget_stale_parse(PROJECT, work, target(settings))  # the build has parsed the project
        done = dbt(
            settings,
            "--quiet",
            "docs",
            "generate",
            "--static",
            "--target-path",
            str(work.resolve()),
        )
        page = work / STATIC
        if done.returncode or not page.exists():
            raise DocsFailed(f"dbt docs generate failed:\n{done.stdout}{done.stderr}")
        content = page.read_bytes()
        if HEAD not in content:
            raise DocsFailed(f"{page.name} of this dbt has no {HEAD.decode()}: see {__name__}")
        write_atomically(final, content.replace(HEAD, HEAD + INERT, 1))
    finally:
        remove_directory(work)
    return final
