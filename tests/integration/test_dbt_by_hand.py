"""dbt as a developer calls it: in ``dbt_project/``, beside a built home, without a setting."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from kreishaus.settings import Settings
from warehouse.build import PROJECT
from warehouse.builds import opened
from warehouse.versions import DATABASE

BIN = Path(sys.executable).parent
OUR_NAMES = ("KREISHAUS", "DBT")
NAMES = ("--resource-type", "model", "--output", "name")
FEW = "+asylum_by_country_monthly"
"""A mart with its seeds, staging and intermediate models: ten nodes or so."""


@pytest.fixture(scope="module")
def project(installation: Settings) -> Path:
    """A copy of the project where a checkout has it: beside ``var``."""
    beside = installation.home.parent / PROJECT.name
    shutil.copytree(PROJECT, beside, ignore=shutil.ignore_patterns("target", "logs"))
    return beside


def plain() -> dict[str, str]:
    """The environment of a shell that has set nothing for Kreishaus or dbt."""
    return {
        name: value for name, value in os.environ.items() if name.split("_")[0] not in OUR_NAMES
    }


def dbt(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [BIN / "dbt", *arguments],
        cwd=project,
        env=plain(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def kreishaus(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "kreishaus", *arguments],
        env={**plain(), "KREISHAUS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_plain_dbt_parses_builds_and_documents(installation: Settings, project: Path) -> None:
    built = (installation.warehouse / DATABASE).read_bytes()
    artefacts = {
        path: path.read_bytes() for path in (installation.warehouse / "target").glob("*.json")
    }

    dbt(project, "parse")
    # Tests that look into a mart that was not built by hand yet are left out.
    dbt(project, "build", "--select", FEW, "--indirect-selection", "cautious")
    dbt(project, "docs", "generate", "--select", FEW)

    assert (project / "target" / "catalog.json").exists()
    assert (installation.warehouse / DATABASE).read_bytes() == built
    assert {path: path.read_bytes() for path in artefacts} == artefacts
    with duckdb.connect() as both:
        for name, file in (("nightly", DATABASE), ("by_hand", "by_hand.duckdb")):
            both.execute(f"attach '{installation.warehouse / file}' as {name} (read_only)")
        mart = "marts.asylum_by_country_monthly"
        (rows,) = both.execute(f"select count(*) from by_hand.{mart}").fetchone() or (0,)
        differing = both.execute(
            f"(from nightly.{mart} except all from by_hand.{mart}) union all "
            f"(from by_hand.{mart} except all from nightly.{mart})"
        ).fetchall()
    assert rows > 0
    assert differing == []
    with opened(installation) as (_, build):  # what publishing asks for before it begins
        assert build.failed == ()


def test_kreishaus_dbt_hands_its_arguments_on(installation: Settings) -> None:
    done = kreishaus(installation.home, "dbt", "--quiet", "ls", "--select", "metric", *NAMES)
    assert done.stdout.splitlines() == ["metric"], done.stderr
    assert (installation.warehouse / "by_hand" / "target" / "manifest.json").exists()


def test_kreishaus_dbt_ends_with_the_status_of_dbt(installation: Settings) -> None:
    assert kreishaus(installation.home, "dbt", "--quiet", "no-such-command").returncode == 2


def test_kreishaus_dbt_has_nothing_to_read_in_an_empty_home(tmp_path: Path) -> None:
    done = kreishaus(tmp_path / "var", "dbt", "parse")
    assert done.returncode == 1
    assert "Run `kreishaus build` once" in done.stderr
