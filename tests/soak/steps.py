"""The steps that are killed: what is new for each, its command, and what must hold after the next.

Each step is a command line, so that what lies behind it may change. ``after`` is called when the
step was killed and then run once more to its end; it returns what is wrong.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from installation import Installation, contents, differing
from killing import Ended, run

from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from kreishaus.store.staging import Staging
from operations.maintenance.backup.restore import RESTORING
from warehouse import versions
from warehouse.builds import last


class Step:
    """One command. ``weight`` is how often it is picked, beside the others': the dear ones seldom.

    ``has_children``: it works in processes of its own, one of which may be killed alone.
    """

    name = ""
    weight = 1.0
    has_children = False

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.log = installation.work / "logs"
        self.log.mkdir(exist_ok=True)

    def prepare(self) -> None:
        """Make something new for the step to do."""

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    @property
    def environment(self) -> Mapping[str, str]:
        return self.installation.environment

    def between(self) -> list[str]:
        """What is wrong after the kill, before the step runs again."""
        return []

    def after(self, ended: Ended) -> list[str]:
        """What is wrong, after the step was run once more to its end."""
        if ended.status:
            return [f"status {ended.status}: {ended.output[-600:]}"]
        return self.wrong()

    def wrong(self) -> list[str]:
        return []

    def _done(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
        return run(arguments, environment or self.installation.environment, self.log / "beside.txt")


class Ingest(Step):
    """A correction handed in: landed, checked, staged."""

    name, weight = "ingest", 6.0

    def prepare(self) -> None:
        self.file = self.installation.new_workbook()
        self.before = self.installation.landed()

    def command(self) -> Sequence[str]:
        return ("ingest", "wtg", "stichtag", "--file", str(self.file))

    def wrong(self) -> list[str]:
        sha256 = self.installation.lands_as(self.file)
        settings = self.installation.settings
        found = []
        if not Landing(settings.landing, "wtg", "stichtag").path(sha256).exists():
            found.append("the file that was handed in did not land")
        if Staging(settings.staged, "wtg", "stichtag").record(sha256) is None:
            found.append("the file that was handed in is not staged")
        if self.before - self.installation.landed():
            found.append("landed files are gone")
        return found


class Build(Step):
    """dbt over everything, after a correction; then published, and compared with a twin's."""

    name, weight, has_children = "build", 0.5, True
    twin_every = int(os.environ.get("KREISHAUS_SOAK_TWIN_EVERY", "4"))
    built = 0

    def prepare(self) -> None:
        file = self.installation.new_workbook()
        self.sha256 = self.installation.lands_as(file)
        self._done("ingest", "wtg", "stichtag", "--file", str(file))
        self.twin: Settings | None = None
        if self.built % self.twin_every == 0:
            self.twin = self.installation.twin()

    def command(self) -> Sequence[str]:
        return ("build",)

    def between(self) -> list[str]:
        """What a killed build left is published whole, or refused with a sentence."""
        ended = self._done("publish")
        if ended.status == 0 or ("kreishaus build" in ended.output and ended.status == 1):
            return []
        return [f"publish after a killed build: status {ended.status}, {ended.output[-400:]}"]

    def wrong(self) -> list[str]:
        Build.built += 1
        found = []
        if last(self.installation.settings).failed:
            found.append(f"nodes failed: {last(self.installation.settings).failed[:3]}")
        published = self._done("publish")
        if published.status:
            return [*found, f"publish after build: {published.output[-400:]}"]
        sources = versions.manifest(versions.current(self.installation.settings), "internal")[
            "sources"
        ]
        if self.sha256 not in {source["sha256"] for source in sources}:
            found.append("the version is not made of what was handed in last")
        if self.twin:
            found += self._other_than_twin(self.twin)
        return found

    def _other_than_twin(self, twin: Settings) -> list[str]:
        where = {**self.installation.environment, "KREISHAUS_HOME": str(twin.home)}
        for command in ("build", "publish"):
            ended = self._done(command, environment=where)
            if ended.status:
                return [f"{command} in the twin: {ended.output[-400:]}"]
        other = differing(contents(self.installation.settings), contents(twin))
        return [f"other than in the twin: {', '.join(other)}"] if other else []


class Publish(Step):
    """A version of another finished build."""

    name, weight = "publish", 1.2

    def prepare(self) -> None:
        self.variant = self.installation.next_variant()

    def command(self) -> Sequence[str]:
        return ("publish",)

    def wrong(self) -> list[str]:
        expected = self.installation.expected(self.variant)
        other = differing(contents(self.installation.settings), expected)
        left = [path.name for path in self.installation.settings.published.glob(".tmp-*")]
        found = [f"other than in the twin: {', '.join(other)}"] if other else []
        return found + ([f"left behind: {left}"] if left else [])


class ServingLoad(Step):
    """Another of the published versions into PostgreSQL."""

    name, weight = "serving load", 3.0
    turn = 0

    def prepare(self) -> None:
        names = [path.name for path in versions.not_withdrawn(self.installation.settings)]
        ServingLoad.turn += 1
        self.version = names[self.turn % len(names)]

    def command(self) -> Sequence[str]:
        return ("serving", "load", "--version", self.version, "--older")

    def wrong(self) -> list[str]:
        status = self._done("serving", "status")
        both = status.output.count(f"served: {self.version} (") == 2
        return [] if both and not status.status else [f"not {self.version}: {status.output[:400]}"]


class Backup(Step):
    """A snapshot; from time to time every byte of the backup is read."""

    name, weight, has_children = "backup", 2.0, True
    made = 0

    @property
    def folder(self) -> Path:
        return self.installation.work / "backup"

    def command(self) -> Sequence[str]:
        return ("backup", "--to", str(self.folder))

    def wrong(self) -> list[str]:
        Backup.made += 1
        if self.made % 5:
            return []
        checked = self._done("backup", "--verify", str(self.folder))
        return [f"backup --verify: {checked.output[-400:]}"] if checked.status else []


class Restore(Step):
    """The files of the newest snapshot into an empty home, with what readers had."""

    name, weight, has_children = "restore", 1.5, True

    @property
    def home(self) -> Path:
        return self.installation.work / "restored" / "var"

    def prepare(self) -> None:
        backup = self._done("backup", "--to", str(self.installation.work / "backup"))
        assert backup.status == 0, backup.output
        self.expected = (self.installation.landed(), contents(self.installation.settings))
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def environment(self) -> Mapping[str, str]:
        return {**self.installation.environment, "KREISHAUS_HOME": str(self.home)}

    def command(self) -> Sequence[str]:
        return ("restore", "--from", str(self.installation.work / "backup"), "--files-only")

    def after(self, ended: Ended) -> list[str]:
        """Killed when all was back and before its process ended, it refuses what it restored."""
        all_back = not (self.home / RESTORING).exists() and "holds files already" in ended.output
        return self.wrong() if ended.status and all_back else super().after(ended)

    def wrong(self) -> list[str]:
        settings = self.installation.settings.model_copy(update={"home": self.home})
        restored = Installation(settings, self.installation.work)
        landed, held = self.expected
        found = restored.damaged()
        if restored.landed() != landed:
            found.append("other files than had landed")
        if other := differing(contents(settings), held):
            found.append(f"readers have other marts: {', '.join(other)}")
        return found


class Report(Step):
    """A committee paper of the current version; printed again it is the same."""

    name, weight = "report", 0.7

    def command(self) -> Sequence[str]:
        return ("report", "refugees")

    def wrong(self) -> list[str]:
        undisturbed = self.installation.work / "paper"
        shutil.rmtree(undisturbed, ignore_errors=True)
        printed = self._done("report", "refugees", "--to", str(undisturbed))
        if printed.status:
            return [f"report --to: {printed.output[-400:]}"]
        latest = self.installation.settings.home / "reports" / "refugees" / "latest"
        one, other = latest / "report.html", next(undisturbed.rglob("report.html"))
        if not (latest / "report.pdf").read_bytes().startswith(b"%PDF-"):
            return ["the PDF is none"]
        same = one.read_bytes() == other.read_bytes()
        return [] if same else ["the paper is another than the undisturbed one"]


class Maintenance(Step):
    """Deleting by rule, each time with a landed file, versions, snapshots and a log that are due.

    Nothing else that landed may go, nothing that is due may stay.
    """

    name, weight, has_children = "maintenance", 1.0, True

    @property
    def environment(self) -> Mapping[str, str]:
        rule = {"after_days": 365, "reason": "A rule of the soak alone"}
        return {
            **self.installation.environment,
            "KREISHAUS_BACKUP__FOLDER": str(self.installation.work / "backup"),
            "KREISHAUS_RETENTION__DATASETS": json.dumps({"wtg/stichtag": rule}),
            "KREISHAUS_KEEP_VERSIONS": "4",
        }

    def prepare(self) -> None:
        self.old_log = self.installation.old_log()
        self.due = self.installation.due_file()
        self.buried = self.installation.buried()
        newer, backup = (
            str(self.installation.new_workbook()),
            str(self.installation.work / "backup"),
        )
        for command in (
            ("ingest", "wtg", "stichtag", "--file", newer),
            *(("backup", "--to", backup), ("backup", "--verify", backup)),
        ):
            ended = self._done(*command)
            assert ended.status == 0, ended.output
        listed = self._done("maintenance", "--dry-run", environment=self.environment).output
        assert f"{self.due[:12]} (bytes)" in listed, listed

    def command(self) -> Sequence[str]:
        return ("maintenance",)

    def wrong(self) -> list[str]:
        found = []
        if (gone := self.installation.buried() - self.buried) != {self.due}:
            found.append(f"of landed files {sorted(gone)} went, not {self.due}")
        left = self._done("maintenance", "--dry-run", environment=self.environment).output
        if "0 would go, 0 held back" not in left:
            found.append(f"due still: {left[-300:]}")
        if self.old_log.exists():
            found.append("the old log is still there")
        verified = self._done("audit", "--verify")
        return found + ([f"audit: {verified.output[-300:]}"] if verified.status else [])


class Withdraw(Step):
    """The version that readers have is taken back: they get the one before."""

    name, weight = "withdraw", 0.7

    def prepare(self) -> None:
        self.installation.next_variant()
        published = self._done("publish")
        assert published.status == 0, published.output
        *_, self.before, self.version = versions.not_withdrawn(self.installation.settings)

    def command(self) -> Sequence[str]:
        return ("withdraw", "version", self.version.name, "--reason", "Nur ein Versuch")

    def after(self, ended: Ended) -> list[str]:
        """The mark may stand since the first run; then the second one only says so."""
        link = self.installation.settings.published / versions.CURRENT
        found = [] if ended.status == 0 else [f"status {ended.status}: {ended.output[-400:]}"]
        if link.resolve() != self.before.resolve():
            found.append(f"readers have {link.resolve().name}, not {self.before.name}")
        if not (self.version / "public" / "ZURUECKGEZOGEN.txt").exists():
            found.append("the withdrawn version does not say so")
        return found


class Night(Step):
    """``kreishaus run``: Airflow, every source, build, papers."""

    name, weight, has_children = "run", 0.15, True

    def prepare(self) -> None:
        file = self.installation.new_workbook()
        self.sha256 = self.installation.lands_as(file)
        self._done("ingest", "wtg", "stichtag", "--file", str(file))

    def command(self) -> Sequence[str]:
        return ("run",)

    def wrong(self) -> list[str]:
        sources = versions.manifest(versions.current(self.installation.settings), "internal")[
            "sources"
        ]
        there = self.sha256 in {source["sha256"] for source in sources}
        return [] if there else ["the night's version is not made of what was handed in last"]


STEPS: Sequence[type[Step]] = (
    *(Ingest, Build, Publish, ServingLoad, Backup),
    *(Restore, Report, Maintenance, Withdraw, Night),
)
