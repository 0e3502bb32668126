"""A night of the whole sample, made while the umask closes nothing: what another user can open."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from other_user import become_nobody, everything_in, opened_by_another, reachable_folder
from shared_night import FirstNight

from catalogue.site import write_sites
from expectations.data_docs import build as data_docs
from kreishaus.rights import Access, access, wrong_rights
from kreishaus.settings import Settings
from reports.render import print_paper, write_index
from warehouse import versions

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture(scope="module")
def installation(first_night: FirstNight) -> Iterator[Settings]:
    """The same where other users reach it, with its papers, its pages and its catalogue."""
    with reachable_folder() as folder:
        home = folder / "var"
        shutil.copytree(first_night.installation.home, home, symlinks=True)
        settings = first_night.installation.model_copy(update={"home": home})
        os.umask(0)
        print_paper(settings, "wtg")
        write_index(settings)
        data_docs(settings)
        write_sites(settings)
        yield settings


def is_public(path: Path, home: Path) -> bool:
    return access(path.resolve().relative_to(home.resolve()).parts) in (
        Access.public,
        Access.listed,
    )


def test_every_file_of_the_night_has_the_rights_it_should_have(installation: Settings) -> None:
    assert list(wrong_rights(installation, at_most=1_000_000)) == []


def test_another_user_opens_the_public_half_and_the_public_site_alone(
    installation: Settings,
) -> None:
    known = everything_in(installation.home)
    assert len(known) > 2000
    opened = opened_by_another(known)
    assert opened == {path for path in known if is_public(path, installation.home)}
    floors = {path.relative_to(installation.home).parts[0] for path in opened}
    assert floors == {"published", "docs", "county.json"}
    assert not [path for path in opened if "internal" in str(path.relative_to(installation.home))]
    assert installation.home / "docs" / "site" / "index.html" in opened_by_another(
        [installation.home / "docs" / "site" / "index.html"]
    )


def test_another_user_asks_the_public_database_through_the_link(installation: Settings) -> None:
    database = versions.database(installation.published / versions.CURRENT, "public")
    child = os.fork()
    if child == 0:
        try:
            become_nobody()
            with duckdb.connect(str(database), read_only=True) as connection:
                rows = connection.execute("from public.vacancy_by_region").fetchall()
            os._exit(0 if rows else 2)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
