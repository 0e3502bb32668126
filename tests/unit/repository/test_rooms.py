"""Which packages there are is said in several places: all say the same."""

import tomllib
from pathlib import Path

from kreishaus.local_time import TIMEZONE

REPOSITORY = Path(__file__).resolve().parents[3]


def test_every_package_is_a_room_whose_imports_and_types_are_checked():
    tool = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
    layers = tool["importlinter"]["contracts"][0]["layers"]
    assert {room for layer in layers for room in layer.split(" | ")} == packages
    assert set(tool["importlinter"]["root_packages"]) == packages
    assert set(tool["mypy"]["packages"]) == packages | {"kreishaus_dags"}
    found = tool["setuptools"]["packages"]["find"]["include"]
    assert {pattern.removesuffix("*") for pattern in found} == packages


def test_the_time_zone_is_said_in_one_module():
    rooms = [path.parent for path in REPOSITORY.glob("*/__init__.py")] + [REPOSITORY / "dags"]
    saying = [
        path.relative_to(REPOSITORY).as_posix()
        for room in rooms
        if room.name != "tests"
        for path in sorted(room.rglob("*.py"))
        if TIMEZONE in path.read_text()
    ]
    assert saying == ["kreishaus/local_time.py"]
    # dbt's own programs know no Python module of ours.
    macro = REPOSITORY / "dbt_project" / "macros" / "known_by_as_of.sql"
    assert f"timezone('{TIMEZONE}')" in macro.read_text()


def test_every_package_comes_into_the_image():
    let_in = (REPOSITORY / ".dockerignore").read_text().splitlines()
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
    assert packages - {line.removeprefix("!") for line in let_in if line.startswith("!")} == set()
