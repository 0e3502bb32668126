"""Which packages there are is said in several places: all say the same."""

import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def test_every_package_is_a_room_whose_imports_and_types_are_checked():
    tool = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
    layers = tool["importlinter"]["contracts"][0]["layers"]
    assert {room for layer in layers for room in layer.split(" | ")} == packages
    assert set(tool["importlinter"]["root_packages"]) == packages
    assert set(tool["mypy"]["packages"]) == packages
    found = tool["setuptools"]["packages"]["find"]["include"]
    assert {pattern.removesuffix("*") for pattern in found} == packages


def test_every_package_comes_into_the_image():
    let_in = (REPOSITORY / ".dockerignore").read_text().splitlines()
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
    assert packages - {line.removeprefix("!") for line in let_in if line.startswith("!")} == set()
