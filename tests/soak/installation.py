"""The home that is attacked, with something truly new for each step, and its undisturbed twin."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import duckdb
from readers import as_text, duckdb_content
from reissues import move_one_vacant_place

from kreishaus.datasets import REGISTRY, dataset
from kreishaus.files import write_secret
from kreishaus.model import Request
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from pipeline.steps import process_file
from warehouse import versions
from warehouse.build import target
from warehouse.builds import builds, keep, last
from warehouse.homes.tables import sources
from warehouse.manifest import published_marts
from warehouse.marts import marts_of
from warehouse.publish import publish
from warehouse.writer_lock import writing

VARIANTS = 3
WORKBOOK = "WTG_Stichtag_2021-08-15.xlsx"
WATCHED = 6
"""How many marts a reader reads in each transaction."""


class Installation:
    """A home, what was published in it, and the warehouse of its first build.

    ``published`` is what each version held when nobody disturbed it: audience and version ->
    content of the watched marts, as readers write it down.
    """

    def __init__(self, settings: Settings, work: Path) -> None:
        self.settings = settings
        self.work = work
        self.published: dict[tuple[str, str], str] = {}
        self.variant = 0
        self.handed_in = 0
        self.rotten = 0
        self._first_build = work / "first_build"
        self._expected: dict[int, Mapping[str, str]] = {}

    @property
    def environment(self) -> dict[str, str]:
        return {
            "KREISHAUS_HOME": str(self.settings.home),
            "KREISHAUS_BACKUP__PASSWORD_FILE": str(self.work / "backup_password"),
        }

    @cached_property
    def marts(self) -> Mapping[versions.Audience, Sequence[str]]:
        """The marts that the readers of an audience read: some that every variant changes."""
        version = versions.current(self.settings)
        return {
            audience: [
                f"{audience}.{mart.name}"
                for mart in published_marts(version, audience).values()
                if 50 <= mart.rows <= 5000
            ][:WATCHED]
            for audience in versions.AUDIENCES
        }

    def begin(self) -> None:
        """Keep the first build: what is published later are variants of it."""
        write_secret(self.work / "backup_password", b"for the soak alone\n")
        self._first_build.mkdir(parents=True)
        shutil.copy2(self._database(self.settings), self._first_build / versions.DATABASE)
        shutil.copytree(last(self.settings).folder, self._first_build / "artefacts")

    def next_variant(self) -> int:
        """Put another finished build into the warehouse: every mart of some size differs."""
        self.variant = (self.variant + 1) % VARIANTS
        self._install(self.settings, self.variant)
        return self.variant

    def expected(self, variant: int) -> Mapping[str, str]:
        """The content of each mart of a variant, by audience and name, as a twin publishes it."""
        if variant not in self._expected:
            twin = self._twin("twin_of_variants")
            self._install(twin, variant)
            publish(twin, f"variant {variant}")
            self._expected[variant] = contents(twin)
            shutil.rmtree(twin.home)
        return self._expected[variant]

    def _install(self, settings: Settings, variant: int) -> None:
        with writing(settings, "soak"):
            database = self._database(settings)
            database.with_name(f"{database.name}.wal").unlink(missing_ok=True)
            shutil.copyfile(self._made(variant), database)
            target(settings).mkdir(exist_ok=True)
            for name in ("manifest.json", "run_results.json"):
                shutil.copyfile(self._first_build / "artefacts" / name, target(settings) / name)
            keep(settings, target(settings))

    def _made(self, variant: int) -> Path:
        """The database of a variant: that of the first build with a few rows less in each mart.

        Those that the rule for homes reads stay whole: sums would not be those of homes any more,
        and would rightly be refused.
        """
        made = self._first_build / f"variant_{variant}.duckdb"
        if made.exists():
            return made
        shutil.copyfile(self._first_build / versions.DATABASE, made)
        with duckdb.connect(made) as warehouse:
            tables = warehouse.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts' "
                "and estimated_size > 20 order by 1"
            ).fetchall()
            for table in {name for (name,) in tables} - self._read_by_the_rule:
                warehouse.execute(
                    f"delete from marts.{table} where rowid in "
                    f"(select rowid from marts.{table} order by all limit {variant})"
                )
        return made

    @property
    def _read_by_the_rule(self) -> set[str]:
        return {mart.name for mart in sources(marts_of(last(self.settings))).values()}

    def _database(self, settings: Settings) -> Path:
        return settings.warehouse / versions.DATABASE

    def _twin(self, name: str) -> Settings:
        """A copy of the home as it is now."""
        home = self.work / name / "var"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.settings.home, home, symlinks=True)
        return self.settings.model_copy(update={"home": home})

    def twin(self) -> Settings:
        """A copy without a warehouse: who builds there begins with nothing."""
        twin = self._twin("twin")
        self._database(twin).unlink(missing_ok=True)
        shutil.rmtree(builds(twin), ignore_errors=True)
        return twin

    def new_workbook(self) -> Path:
        """A correction of one reporting date, other than the last one."""
        self.handed_in += 1
        path = self.work / "handed_in" / WORKBOOK
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(self.settings.sample / "drop" / "wtg" / WORKBOOK, path)
        for _ in range(1 + self.handed_in % 3):
            move_one_vacant_place(path)
        return path

    def lands_as(self, workbook: Path) -> str:
        """The hash of what lands of a workbook: its cells, written anew."""
        strip = dataset("wtg/stichtag").load("strip")
        content = strip(workbook.read_bytes(), workbook.name, self.settings).content
        return hashlib.sha256(content).hexdigest()

    def due_file(self) -> str:
        """An issue of the same workbook, landed and staged two years ago by the clock of then, and
        replaced by one of today; its hash."""
        self.rotten += 1
        path = self.work / "handed_in" / f"old_{WORKBOOK}"
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(self.settings.sample / "drop" / "wtg" / WORKBOOK, path)
        for _ in range(4 + self.rotten):
            move_one_vacant_place(path)
        request = Request("by hand: an old issue", path.name, path=str(path), extension="xlsx")
        landing = Landing(self.settings.landing, "wtg", "stichtag")
        then = datetime.now(UTC) - timedelta(days=700) + timedelta(minutes=self.rotten)
        landed, _ = landing.land(path.read_bytes(), request, run_id="soak", licence="-", now=then)
        outcome = process_file(landed, self.settings)
        assert outcome.status == "staged", outcome.explanation
        return landed.sha256

    def buried(self) -> set[str]:
        """The hash of every landed file whose bytes were deleted by a rule."""
        return {
            tombstone.sha256
            for entry in REGISTRY
            for tombstone in Landing(self.settings.landing, entry.source, entry.name).tombstones()
        }

    def old_log(self) -> Path:
        """A log file of last year."""
        path = self.settings.warehouse / "logs" / f"old_{self.rotten}.log"
        path.write_text("long ago")
        then = (datetime.now(UTC) - timedelta(days=400)).timestamp()
        os.utime(path, (then, then))
        return path

    def note_published(self) -> None:
        """Write down what the versions that are there hold. Nothing may be at work."""
        for version in versions.versions(self.settings):
            for audience, marts in self.marts.items():
                if (audience, version.name) in self.published:
                    continue
                file = versions.database(version, audience)
                with duckdb.connect(file, read_only=True) as connection:
                    held = {mart: duckdb_content(connection, mart) for mart in marts}
                self.published[audience, version.name] = as_text(held)

    def damaged(self) -> list[str]:
        """Landed files that are not what landed."""
        found = []
        for entry in REGISTRY:
            landing = Landing(self.settings.landing, entry.source, entry.name)
            for sha256 in landing.readable():
                if hashlib.sha256(landing.content(sha256)).hexdigest() != sha256:
                    found += [f"{entry.id} {sha256}: other bytes than landed"]
        return found

    def landed(self) -> set[str]:
        """The hash of every landed file."""
        return {
            sha256
            for entry in REGISTRY
            for sha256 in Landing(self.settings.landing, entry.source, entry.name).hashes()
        }


def contents(settings: Settings) -> dict[str, str]:
    """The content hash of each mart of the current version, by audience and name."""
    version = versions.current(settings)
    return {
        f"{audience}.{mart.name}": mart.content_hash
        for audience in versions.AUDIENCES
        for mart in published_marts(version, audience).values()
    }


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> Sequence[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
