"""dbt's own documentation of the warehouse, with its lineage, as one file that needs no network."""

from __future__ import annotations

from pathlib import Path

from ingest.files import new_directory, remove_directory, write_atomically
from ingest.settings import Settings
from warehouse.build import dbt
from warehouse.versions import DATABASE

STATIC = "static_index.html"


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
    final = docs_page(settings)
    final.parent.mkdir(parents=True, exist_ok=True)
    work = new_directory(final.parent / "target")
    try:
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
        write_atomically(final, page.read_bytes())
    finally:
        remove_directory(work)
    return final
