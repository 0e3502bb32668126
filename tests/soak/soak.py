"""Kill everything, for hours: ``make soak``.

Steps of the command line are picked at random, started as real processes with something new to do,
and killed with SIGKILL at a random moment: all their processes, the parent alone or a child alone.
All the while readers read published files and PostgreSQL in transactions. After each kill the step
runs once more, undisturbed, and must end right.

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
from house import House
from killing import Whom, run, run_and_kill
from readers import as_text, postgres_content
from steps import STEPS, Step

from ingest.settings import Settings
from sample.make import make
from sample.server import serve
from warehouse import versions
from warehouse.builds import BuildNotFinished, last
from warehouse.serving.own_server import Server, own_server

WHOM: tuple[Whom, ...] = ("group", "group", "parent", "child")
LOADER, PASSWORD, READER = "soak_loader", "soak", "soak_reader"
READERS = ("duckdb", "duckdb", "postgres", "postgres")


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

    def __init__(self, house: House, served: Mapping[str, str], seed: int) -> None:
        self.house = house
        self.served = served
        self.chance = random.Random(seed)
        self.steps = [kind(house) for kind in STEPS if kind.name in _chosen()]
        self.tallies = {step.name: Tally() for step in self.steps}
        self.takes: dict[str, float] = {}
        self.loaded: dict[str, str] = {}

    def go(self, kills: int, until: float) -> None:
        while self.kills < kills and time.monotonic() < until:
            (step,) = self.chance.choices(self.steps, [one.weight for one in self.steps])
            self.kill(step)

    @property
    def kills(self) -> int:
        return sum(tally.kills for tally in self.tallies.values())

    def kill(self, step: Step) -> None:
        """One kill and what follows; nothing is counted where the step was over before it."""
        step.prepare()
        environment = step.environment
        if step.name not in self.takes:
            # How long it takes undisturbed is not known yet: the first one says.
            self.takes[step.name] = run(step.command(), environment, self._log(step)).seconds
            self.look()
            step.prepare()
            environment = step.environment
        tally = self.tallies[step.name]
        whom = self.chance.choice(WHOM)
        moment = self.chance.uniform(0.2, max(0.5, self.takes[step.name]))
        before = self.house.landed()
        ended = run_and_kill(step.command(), environment, self._log(step), moment, whom)
        if ended.killed is None:
            tally.over_before += 1
            self.takes[step.name] = ended.seconds
            self.look()
            return
        tally.kills += 1
        tally.whom[ended.killed] += 1
        self._compare_current(tally, f"after a kill at {moment:.1f} s")
        wrong = step.between()
        again = run(step.command(), environment, self._log(step))
        wrong += step.after(again)
        tally.wrong += [f"{whom} at {moment:.1f} s: {one}" for one in wrong]
        lost = before - self.house.landed()
        tally.lost += [f"{sha256} had landed" for sha256 in lost]
        tally.lost += self.house.damaged() if self.kills % 10 == 0 else []
        self.look()
        print(
            f"{self.kills:4} {time.strftime('%H:%M:%S')} {step.name}: {ended.killed} at "
            f"{moment:.1f} s of {self.takes[step.name]:.1f}; {'; '.join(wrong) or 'right'}",
            flush=True,
        )

    def _compare_current(self, tally: Tally, when: str) -> None:
        """What the link points at must be a whole version, whatever was killed."""
        current = versions.current(self.house.settings)
        try:
            versions.manifest(current)
        except (OSError, ValueError) as error:
            tally.lost.append(f"{current.name} is not whole {when}: {error}")

    def look(self) -> None:
        """Write down what is published and served now, while nothing is at work."""
        self.house.note_published()
        with psycopg.connect(self.served["SOAK_READER_URL"]) as connection:
            marts = self.house.marts
            held = as_text({mart: postgres_content(connection, mart) for mart in marts})
            row = connection.execute("select version from kreishaus.publication").fetchone()
            version = str(row and row[0])
        if self.loaded.setdefault(version, held) != held:
            self.tallies[self.steps[0].name].wrong.append(f"PostgreSQL: {version} changed")

    def _log(self, step: Step) -> Path:
        return step.log / f"{step.name.replace(' ', '_')}.txt"


def judged(report: Mapping[str, Any], expected: Mapping[str, str]) -> list[str]:
    """What one reader saw that was no published version, whole."""
    torn = []
    for version, content, times in report["seen"]:
        if version not in expected:
            torn.append(f"{report['kind']}: {version}, which nobody published ({times} times)")
        elif expected[version] != content:
            torn.append(f"{report['kind']}: a mixture under {version} ({times} times)")
    return torn


@contextmanager
def reading(house: House, url: str, reports: list[dict[str, Any]]) -> Iterator[None]:
    """Readers at work as long as the block runs; their reports afterwards."""
    stop = house.work / "stop"
    asked = {"published": str(house.settings.published), "url": url, "marts": house.marts}
    processes = []
    files = []
    for number, kind in enumerate(READERS):
        file = house.work / f"reader_{number}.json"
        files.append(file)
        more = {"kind": kind, "seed": number, "stop": str(stop), "report": str(file)}
        command = [sys.executable, str(Path(__file__).with_name("readers.py"))]
        processes.append(subprocess.Popen([*command, json.dumps({**asked, **more})]))
    try:
        yield
    finally:
        stop.touch()
        for process in processes:
            process.wait(120)
        reports += [json.loads(file.read_text()) for file in files if file.exists()]


@contextmanager
def serving(house: House) -> Iterator[dict[str, str]]:
    """A PostgreSQL with the current version in it; the environment that names it."""
    with own_server() as server:
        _make_database(server)
        environment = {
            "KREISHAUS_SERVING__URL": server.url("soak", LOADER, PASSWORD),
            "KREISHAUS_SERVING__PATIENCE_SECONDS": "300",
            "SOAK_READER_URL": server.url("soak", READER, PASSWORD),
        }
        os.environ.update(environment)
        log = house.work / "serving.txt"
        for command in (("serving", "load"), ADD_READER):
            ended = run(command, {**house.environment, **environment}, log)
            assert ended.status == 0, ended.output
        with psycopg.connect(server.url("soak"), autocommit=True) as connection:
            connection.execute(f"alter role {READER} password '{PASSWORD}'")
        yield environment


ADD_READER = ("serving", "add-reader", READER, "--audience", "internal")


def _make_database(server: Server) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create role {LOADER} login createrole password '{PASSWORD}'")
        connection.execute(f"create database soak owner {LOADER}")


def built(work: Path, sample_url: str) -> House:
    """A home with a build that is kept and published, in ``work``."""
    settings = Settings(home=work / "var", sample_url=sample_url)
    house = House(settings, work)
    if given := os.environ.get("KREISHAUS_SOAK_FROM"):
        shutil.copytree(given, settings.home, symlinks=True, dirs_exist_ok=True)
    make(settings)
    try:
        last(settings)
        assert run(("publish",), house.environment, work / "first.txt").status == 0
    except BuildNotFinished:
        ended = run(("build",) if given else ("run",), house.environment, work / "first.txt")
        assert ended.status == 0, ended.output
        if given:
            assert run(("publish",), house.environment, work / "first.txt").status == 0
    return house


def table(soak: Soak, reports: list[dict[str, Any]]) -> str:
    head = "| step | kills | all | the parent | a child | over before | lost | next run wrong |"
    lines = [head, "|" + " --- |" * 8]
    for name, tally in soak.tallies.items():
        whom = " | ".join(str(tally.whom[one]) for one in ("all", "the parent", "a child"))
        lines.append(
            f"| {name} | {tally.kills} | {whom} | {tally.over_before} | {len(tally.lost)} | "
            f"{len(tally.wrong)} |"
        )
    lines.append("")
    for kind in dict.fromkeys(READERS):
        of_kind = [report for report in reports if report["kind"] == kind]
        expected = soak.house.published if kind == "duckdb" else soak.loaded
        torn = sum(len(judged(report, expected)) for report in of_kind)
        seen = {version for report in of_kind for version, *_ in report["seen"]}
        lines.append(
            f"{kind}: {sum(report['transactions'] for report in of_kind)} transactions saw "
            f"{len(seen)} versions; torn: {torn}; asked again: "
            f"{sum(report['asked_again'] for report in of_kind)}; errors: "
            f"{sum(sum(report['errors'].values()) for report in of_kind)}"
        )
    return "\n".join(lines)


def complaints(soak: Soak, reports: list[dict[str, Any]]) -> list[str]:
    found = [
        f"{name}: {one}"
        for name, tally in soak.tallies.items()
        for one in (*tally.lost, *tally.wrong)
    ]
    for report in reports:
        found += judged(report, soak.house.published if report["kind"] == "duckdb" else soak.loaded)
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
    print(f"seed {seed}, {kills} kills, in {work}", flush=True)
    until = time.monotonic() + minutes * 60
    reports: list[dict[str, Any]] = []
    with ExitStack() as stack:
        sample = work / "var" / "sample" / "http"
        sample.mkdir(parents=True, exist_ok=True)
        server = stack.enter_context(serve(sample))
        house = built(work, server.url)
        house.begin()
        house.note_published()
        served = stack.enter_context(serving(house))
        soak = Soak(house, served, seed)
        soak.look()
        print(f"readers read {', '.join(house.marts)}", flush=True)
        try:
            with reading(house, served["SOAK_READER_URL"], reports):
                soak.go(kills, until)
            soak.look()
        finally:
            print(f"\n{soak.kills} kills, seed {seed}\n\n{table(soak, reports)}\n", flush=True)
    wrong = complaints(soak, reports)
    for one in wrong:
        print(f"WRONG: {one}")
    if not wrong and "KREISHAUS_SOAK_FOLDER" not in os.environ:
        shutil.rmtree(work, ignore_errors=True)
    return 1 if wrong or not soak.kills else 0


if __name__ == "__main__":
    raise SystemExit(main())
