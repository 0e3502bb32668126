"""A home of the sample as earlier code left it comes through an upgrade, mart by mart."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from earlier_homes import as_before_halves, as_format_1
from shared_night import FirstNight
from typer.testing import CliRunner, Result

from catalogue.site import site, write_sites
from kreishaus.datasets import REGISTRY
from kreishaus.folder_formats import known
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from operations.cli import app
from operations.maintenance import migrations
from warehouse import versions
from warehouse.build import build
from warehouse.manifest import content_hash, published_marts
from warehouse.publish import publish

PROTECTED = {
    *("azr/crosstable", "azr/municipalities", "azr/series"),
    *("papers/figures", "wtg/stichtag"),
}
"""Datasets of persons or of homes: nobody outside may know the hash of such a file."""
OF_THE_DAY = {"freshness", "data_quality"}
"""Marts of checks, and of how late what is: they count to the day of the build."""
SHORTEST = 12
"""So many characters of a hash are enough to confirm a guess."""
HASH = f"[0-9a-f]{{{SHORTEST},64}}"


@pytest.fixture
def earlier(first_night: FirstNight, tmp_path: Path) -> Iterator[Settings]:
    """A copy of the night's home, in which tests make an earlier one."""
    home = tmp_path / "var"
    shutil.copytree(first_night.installation.home, home, symlinks=True)
    yield first_night.installation.model_copy(update={"home": home})
    shutil.rmtree(home)


def hashes(settings: Settings, audience: versions.Audience) -> dict[str, str]:
    marts = published_marts(versions.current(settings), audience)
    return {name: mart.content_hash for name, mart in marts.items()}


def protected_files(settings: Settings) -> set[str]:
    return {
        sha256
        for entry in REGISTRY
        if entry.id in PROTECTED
        for sha256 in Landing(settings.landing, entry.source, entry.name).hashes()
    }


def hashes_in(database: duckdb.DuckDBPyConnection, table: str) -> set[str]:
    """The start of whatever looks like a hash in the texts of a table."""
    found: set[str] = set()
    for name, kind, *_ in database.execute(f"describe from {table}").fetchall():
        if kind == "VARCHAR":
            found.update(
                text[:SHORTEST]
                for (text,) in database.execute(
                    f"select distinct unnest(regexp_extract_all(\"{name}\", '{HASH}')) "
                    f'from {table} where length("{name}") >= {SHORTEST}'
                ).fetchall()
            )
    return found


def told(settings: Settings) -> set[str]:
    """The start of every hash in anything that a public reader can open."""
    found: set[str] = set()
    version = versions.current(settings)
    with duckdb.connect(versions.database(version, "public"), read_only=True) as database:
        named = database.execute("select table_name from duckdb_tables()").fetchall()
        for (name,) in named:
            found |= hashes_in(database, f'public."{name}"')
        for path in versions.parquet(version, "public").glob("*.parquet"):
            found |= hashes_in(database, f"'{path}'")
    public_site = site(settings, "public").resolve()
    files = [path for path in (version, *version.iterdir()) if path.is_file()]
    files += (version / "public").glob("*.json")
    files += [path for path in public_site.rglob("*") if path.suffix != ".parquet"]
    for path in files:
        if path.is_file():
            found.update(
                text[:SHORTEST]
                for text in re.findall(HASH, path.read_text(encoding="utf-8", errors="replace"))
            )
    return found


def confirmed(settings: Settings) -> tuple[set[str], set[str]]:
    """The protected files and the exact marts whose hash a public reader has before them."""
    seen = told(settings)
    public = set(hashes(settings, "public").values())
    exact = hashes(settings, "internal")
    files = {one for one in protected_files(settings) if one[:SHORTEST] in seen}
    marts = {name for name, one in exact.items() if one[:SHORTEST] in seen and one not in public}
    return files, marts


def test_no_public_reader_has_a_hash_to_guess_by(earlier: Settings) -> None:
    """Database, files, manifest, site with its metadata; one that is put there is found."""
    write_sites(earlier)
    assert len(protected_files(earlier)) > 40
    assert confirmed(earlier) == (set(), set())
    secret = sorted(protected_files(earlier))[0]
    page = site(earlier, "public").resolve() / "index.html"
    page.write_text(f"{page.read_text(encoding='utf-8')} {secret[:SHORTEST]}", encoding="utf-8")
    assert confirmed(earlier) == ({secret}, set())


def test_every_mart_comes_through_and_readers_go_on(
    earlier: Settings, first_night: FirstNight
) -> None:
    internal = {mart.name: mart.content_hash for mart in first_night.manifest.marts}
    public = {mart.name: mart.content_hash for mart in first_night.manifest.public}
    as_format_1(earlier.home)
    list(migrations.upgrade(earlier))
    assert versions.current(known(earlier)).name == first_night.manifest.version
    assert hashes(earlier, "internal") == internal
    assert hashes(earlier, "public") == public
    with duckdb.connect() as database:  # by the rows themselves, and not by what a manifest says
        for audience, expected in (("internal", internal), ("public", public)):
            folder = versions.parquet(versions.current(earlier), audience)  # type: ignore[arg-type]
            assert expected == {
                path.stem: content_hash(database, path) for path in folder.glob("*.parquet")
            }


def kreishaus(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.long
def test_a_home_of_exact_marts_alone_answers_its_own_people_and_nobody_else(
    earlier: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As it was before there were halves: each reader is answered, or refused in a sentence."""
    monkeypatch.setenv("KREISHAUS_HOME", str(earlier.home))
    as_before_halves(earlier.home)
    commands = (
        ("query", "select count(*) from vacancy_by_region"),
        ("export", "vacancy_by_region", "--to", str(tmp_path / "leerstand.xlsx")),
        ("report", "refugees", "--to", str(tmp_path)),
        ("status",),
        ("docs",),
        ("serving", "load"),
    )
    for command in commands:
        refused = kreishaus(*command)
        assert (refused.exit_code, "`kreishaus upgrade`" in refused.output) == (1, True), command
    assert kreishaus("upgrade").exit_code == 0
    answered = {}
    for command in commands:
        done = kreishaus(*command)
        assert done.exception is None or isinstance(done.exception, SystemExit), command
        answered[command[0]] = (done.exit_code, " ".join(done.output.split()))
    assert answered["query"][0] == 0
    assert "156" in answered["query"][1]
    assert (answered["status"][0], answered["docs"][0]) == (0, 0)
    assert "is not for everybody" in answered["export"][1]
    assert "no date yet" in answered["report"][1]


@pytest.mark.long
def test_built_and_published_by_this_code_the_exact_marts_are_the_same(
    earlier: Settings, first_night: FirstNight
) -> None:
    as_format_1(earlier.home)
    list(migrations.upgrade(earlier))
    before = hashes(earlier, "internal")
    assert build(earlier).exit_code == 0
    publish(earlier, "second")
    now = hashes(earlier, "internal")
    assert {name for name in before if now.get(name) != before[name]} <= OF_THE_DAY
    assert now.keys() == before.keys()
    assert [path.name for path in versions.versions(earlier)] == [versions.current(earlier).name]
