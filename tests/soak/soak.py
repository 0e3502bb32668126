"""Kill everything, for hours: ``make soak``.

Steps of the command line are picked at random, started as real processes with something new to do,
and killed with SIGKILL at a random moment: all their processes, the parent alone or a child alone.
All the while readers read published files and PostgreSQL in transactions. After one to three kills
the step runs once more, undisturbed, and must end right.

    KREISHAUS_SOAK_KILLS     how many kills (300)
    KREISHAUS_SOAK_MINUTES   an end before that, by the clock (none)
    KREISHAUS_SOAK_SEED      what is picked (printed; random)
    KREISHAUS_SOAK_STEPS     names of steps, with commas between (all)
    KREISHAUS_SOAK_FROM      a home that was built and published, to be copied (one is made)
    KREISHAUS_SOAK_FOLDER    where to work (a temporary folder, removed if nothing was wrong)
    KREISHAUS_SOAK_TWIN_EVERY  which builds are compared with an undisturbed twin's (every 4th)
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from installation import Installation
from killing import Whom, run, run_and_kill
from readers import as_text, postgres_content
from steps import STEPS, Step

from kreishaus.settings import Settings
from sample.make import make
from warehouse import versions
from warehouse.builds import BuildNotFinished, last
from warehouse.serving.doors import close_doors
from warehouse.serving.own_server import Server, own_server
from warehouse.versions import AUDIENCES, Audience

WHOM: tuple[Whom, ...] = ("group", "group", "parent", "child")
IN_A_ROW = (1, 1, 2, 3)
"""How often a command is killed before it may come to its end."""
LOADER, PASSWORD = "soak_loader", "soak"
DATABASES: Mapping[Audience, str] = {"internal": "soak", "public": "soak_public"}
READERS = [(kind, audience) for kind in ("duckdb", "postgres") for audience in AUDIENCES]
Published = Mapping[tuple[str, str], str]
"""The content of the watched marts, by audience and version."""


@dataclass
class Tally:
    """What became of one step. ``wrong`` are the next runs that did not end right."""

    kills: int = 0
    whom: Counter[str] = field(default_factory=Counter)
    over_before: int = 0
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class Soak:
    """The run: what is picked, what is counted."""

    def __init__(self, installation: Installation, urls: Mapping[Audience, str], seed: int) -> None:
        self.installation = installation
        self.urls = urls
        self.chance = random.Random(seed)
        self.steps = [kind(installation) for kind in STEPS if kind.name in _chosen()]
        self.tallies = {step.name: Tally() for step in self.steps}
        self.takes: dict[str, float] = {}
        self.loaded: dict[tuple[str, str], str] = {}

    def go(self, kills: int, until: float) -> None:
        while self.kills < kills and time.monotonic() < until:
            (step,) = self.chance.choices(self.steps, [one.weight for one in self.steps])
            self.kill(step)

    @property
    def kills(self) -> int:
        return sum(tally.kills for tally in self.tallies.values())

    def kill(self, step: Step) -> None:
        """Some kills and what follows; nothing is counted where the step was over before one."""
        step.prepare()
        environment = step.environment
        if step.name not in self.takes:
            # How long it takes undisturbed is not known yet: the first one says.
            first = run(step.command(), environment, self._log(step))
            self.takes[step.name] = first.seconds
            undisturbed = step.after(first)
            self.tallies[step.name].wrong += [f"undisturbed: {one}" for one in undisturbed]
            self.look()
            step.prepare()
            environment = step.environment
        tally = self.tallies[step.name]
        before = self.installation.landed()
        wrong: list[str] = []
        told: list[str] = []
        for _ in range(self.chance.choice(IN_A_ROW)):
            whom = self.chance.choice(WHOM if step.has_children else WHOM[:-1])
            moment = self.chance.uniform(0.2, max(0.5, self.takes[step.name]))
            ended = run_and_kill(step.command(), environment, self._log(step), moment, whom)
            self.look()  # a run that is killed late, or comes to its end, has published
            if ended.killed is None:
                tally.over_before += 1
                self.takes[step.name] = ended.seconds
                break
            told.append(f"{ended.killed} at {moment:.1f} s")
            tally.kills += 1
            tally.whom[ended.killed] += 1
            self._compare_current(tally, f"after a kill at {moment:.1f} s")
            wrong += ["a traceback after the kill"] if "Traceback" in ended.output else []
        if not told:
            self.look()
            return
        wrong += step.between()
        wrong += step.after(run(step.command(), environment, self._log(step)))
        tally.wrong += [f"{', '.join(told)}: {one}" for one in wrong]
        lost = before - self.installation.landed()
        tally.lost += [f"{sha256} had landed" for sha256 in lost]
        tally.lost += self.installation.damaged() if self.kills % 10 == 0 else []
        self.look()
        print(
            f"{self.kills:4} {time.strftime('%H:%M:%S')} {step.name}: {', '.join(told)} of "
            f"{self.takes[step.name]:.1f}; {'; '.join(wrong) or 'right'}",
            flush=True,
        )

    def _compare_current(self, tally: Tally, when: str) -> None:
        """What the link points at must be a whole version, whatever was killed."""
        current = versions.current(self.installation.settings)
        try:
            versions.facts(current)
            for audience in AUDIENCES:
                versions.manifest(current, audience)
        except (OSError, ValueError) as error:
            tally.lost.append(f"{current.name} is not whole {when}: {error}")

    def look(self) -> None:
        """Write down what is published and served now, while nothing is at work."""
        self.installation.note_published()
        for audience, url in self.urls.items():
            with psycopg.connect(url) as connection:
                marts = self.installation.marts[audience]
                held = as_text({mart: postgres_content(connection, mart) for mart in marts})
                row = connection.execute("select version from kreishaus.publication").fetchone()
            served = audience, str(row and row[0])
            if self.loaded.setdefault(served, held) != held:
                self.tallies[self.steps[0].name].wrong.append(f"PostgreSQL: {served} changed")

    def _log(self, step: Step) -> Path:
        return step.log / f"{step.name.replace(' ', '_')}.txt"


def judged(report: Mapping[str, Any], expected: Published) -> list[str]:
    """What one reader saw that was no published version, whole."""
    torn = []
    reader = f"{report['kind']}, {report['audience']}"
    for version, content, times in report["seen"]:
        held = expected.get((report["audience"], version))
        if held is None:
            torn.append(f"{reader}: {version}, which nobody published ({times} times)")
        elif held != content:
            torn.append(f"{reader}: a mixture under {version} ({times} times)")
    return torn


@contextmanager
def reading(
    installation: Installation, urls: Mapping[Audience, str], reports: list[dict[str, Any]]
) -> Iterator[None]:
    """Readers at work as long as the block runs; their reports afterwards."""
    stop = installation.work / "stop"
    processes = []
    files = []
    for number, (kind, audience) in enumerate(READERS):
        file = installation.work / f"reader_{number}.json"
        files.append(file)
        asked = {
            "kind": kind,
            "audience": audience,
            "seed": number,
            "published": str(installation.settings.published),
            "url": urls[audience],
            "marts": installation.marts[audience],
            "stop": str(stop),
            "report": str(file),
        }
        command = [sys.executable, str(Path(__file__).with_name("readers.py"))]
        processes.append(subprocess.Popen([*command, json.dumps(asked)]))
    try:
        yield
    finally:
        stop.touch()
        for process in processes:
            process.wait(120)
        reports += [json.loads(file.read_text()) for file in files if file.exists()]


@contextmanager
def serving(installation: Installation) -> Iterator[dict[Audience, str]]:
    """A PostgreSQL with the current version in both databases; the address of each's reader."""
    with own_server() as server:
        _make_databases(server)
        os.environ["KREISHAUS_SERVING__URL"] = server.url(DATABASES["internal"], LOADER, PASSWORD)
        os.environ["KREISHAUS_SERVING__PATIENCE_SECONDS"] = "300"
        log = installation.work / "serving.txt"
        adding = [
            ("serving", "add-reader", f"soak_{audience}", "--audience", audience)
            for audience in AUDIENCES
        ]
        for command in (("serving", "load"), *adding):
            ended = run(command, installation.environment, log)
            assert ended.status == 0, ended.output
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            for audience in AUDIENCES:
                connection.execute(f"alter role soak_{audience} password '{PASSWORD}'")
        yield {
            audience: server.url(database, f"soak_{audience}", PASSWORD)
            for audience, database in DATABASES.items()
        }


def _make_databases(server: Server) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create role {LOADER} login createrole password '{PASSWORD}'")
        for database in DATABASES.values():
            connection.execute(f"create database {database} owner {LOADER} template template0")
    for database in DATABASES.values():
        with psycopg.connect(server.url(database), autocommit=True) as connection:
            close_doors(connection)


def built(work: Path) -> Installation:
    """A home with a build that is kept and published, in ``work``."""
    settings = Settings(home=work / "var")
    installation = Installation(settings, work)
    if given := os.environ.get("KREISHAUS_SOAK_FROM"):
        shutil.copytree(given, settings.home, symlinks=True, dirs_exist_ok=True)
        upgraded = run(("upgrade",), installation.environment, work / "first.txt")
        assert upgraded.status == 0, upgraded.output
    make(settings)
    try:
        last(settings)
        versions.current(settings)
    except (BuildNotFinished, versions.NothingPublished):
        ended = run(("build",) if given else ("run",), installation.environment, work / "first.txt")
        assert ended.status == 0, ended.output
        if given:
            assert run(("publish",), installation.environment, work / "first.txt").status == 0
    return installation


def table(soak: Soak, reports: list[dict[str, Any]]) -> str:
    head = "| step | kills | all | the parent | a child | over before | lost | next run wrong |"
    lines = [head, "|" + " --- |" * 8]
    for name, tally in soak.tallies.items():
        whom = " | ".join(str(_killed(tally, one)) for one in ("all", "the parent", "a child"))
        lines.append(
            f"| {name} | {tally.kills} | {whom} | {tally.over_before} | {len(tally.lost)} | "
            f"{len(tally.wrong)} |"
        )
    children = sum((tally.whom for tally in soak.tallies.values()), Counter())
    lines += ["", f"whom: {dict(children)}", ""]
    for report in reports:
        torn = len(judged(report, _expected(soak, report)))
        seen = {version for version, *_ in report["seen"]}
        lines.append(
            f"{report['kind']}, {report['audience']}: {report['transactions']} transactions saw "
            f"{len(seen)} versions; torn: {torn}; asked again: {report['asked_again']}; errors: "
            f"{sum(report['errors'].values())}"
        )
    return "\n".join(lines)


def _killed(tally: Tally, whom: str) -> int:
    return sum(times for name, times in tally.whom.items() if name.startswith(whom))


def _expected(soak: Soak, report: Mapping[str, Any]) -> Published:
    return soak.installation.published if report["kind"] == "duckdb" else soak.loaded


def complaints(soak: Soak, reports: list[dict[str, Any]]) -> list[str]:
    found = [
        f"{name}: {one}"
        for name, tally in soak.tallies.items()
        for one in (*tally.lost, *tally.wrong)
    ]
    for report in reports:
        found += judged(report, _expected(soak, report))
        found += [f"{report['kind']}: {text} ({n})" for text, n in report["errors"].items()]
    if len(reports) != len(READERS):
        found.append(f"only {len(reports)} of {len(READERS)} readers came to their end")
    return found


def _chosen() -> list[str]:
    chosen = os.environ.get("KREISHAUS_SOAK_STEPS", "")
    return [name.strip() for name in chosen.split(",") if name.strip()] or [s.name for s in STEPS]


def main() -> int:
    kills = int(os.environ.get("KREISHAUS_SOAK_KILLS", "300"))
    minutes = float(os.environ.get("KREISHAUS_SOAK_MINUTES", "inf"))
    seed = int(os.environ.get("KREISHAUS_SOAK_SEED", random.SystemRandom().randrange(10**6)))
    work = Path(os.environ.get("KREISHAUS_SOAK_FOLDER") or tempfile.mkdtemp(prefix="soak-"))
    work.mkdir(parents=True, exist_ok=True)
    random.seed(seed)
    # Ended from outside, it says what it has seen, and leaves nobody at work.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"seed {seed}, {kills} kills, in {work}", flush=True)
    until = time.monotonic() + minutes * 60
    reports: list[dict[str, Any]] = []
    with ExitStack() as stack:
        installation = built(work)
        installation.begin()
        installation.note_published()
        urls = stack.enter_context(serving(installation))
        soak = Soak(installation, urls, seed)
        soak.look()
        for audience, marts in installation.marts.items():
            print(f"{audience} readers read {', '.join(marts)}", flush=True)
        try:
            with reading(installation, urls, reports):
                soak.go(kills, until)
            soak.look()
        finally:
            # Ended from outside, what was published last is not noted yet.
            installation.note_published()
            print(f"\n{soak.kills} kills, seed {seed}\n\n{table(soak, reports)}\n", flush=True)
    wrong = complaints(soak, reports)
    for one in wrong:
        print(f"WRONG: {one}")
    if not wrong and "KREISHAUS_SOAK_FOLDER" not in os.environ:
        shutil.rmtree(work, ignore_errors=True)
    return 1 if wrong or not soak.kills else 0


if __name__ == "__main__":
    raise SystemExit(main())
