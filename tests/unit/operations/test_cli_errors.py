"""What a command says where the machine or its configuration is wrong: a sentence, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from kreishaus.datasets import REGISTRY

KREISHAUS = Path(sys.executable).with_name("kreishaus")


def said(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KREISHAUS_HOME": str(home)}
    return subprocess.run(
        [KREISHAUS, *arguments], capture_output=True, text=True, check=False, env=environment
    )


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "var" / "warehouse" / "writer.lock"
    lock.mkdir(parents=True)
    done = said(tmp_path / "var", "build")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{lock}: Is a directory.")
    assert "Traceback" not in done.stderr


def test_a_name_that_no_file_system_takes_is_named(tmp_path: Path) -> None:
    done = said(tmp_path / ("x" * 300), "doctor")
    assert done.returncode == 1
    assert "File name too long" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("sign", ["'", "*", "[alt]"])
def test_a_home_that_duckdb_would_read_as_a_pattern_is_refused(tmp_path: Path, sign: str) -> None:
    """Its files are named in SQL, where an apostrophe ends the text and a star means any name."""
    home = tmp_path / f"o{sign}brien" / "var"
    done = said(home, "build")
    assert done.returncode == 2
    assert done.stderr.startswith("KREISHAUS_HOME: ")
    assert "Choose a folder whose path is without it" in done.stderr
    assert not home.exists()


def test_the_version_is_told(tmp_path: Path) -> None:
    assert said(tmp_path, "--version").stdout == f"kreishaus {metadata.version('kreishaus')}\n"


def test_every_source_is_in_the_help_of_ingest(tmp_path: Path) -> None:
    told = said(tmp_path, "ingest", "--help").stdout
    assert [entry.source for entry in REGISTRY if entry.source not in told] == []
