"""How everybody may name the files that figures come from.

A hash says which bytes were read, and confirms a guess of them: a small file whose every cell is
known but one is hashed again for each number that this cell can have. Therefore the public half
names a file by its hash only where its whole dataset is public. Other files are named by dataset
and period. Which these are is said by ``protects`` of the staged tables in the dbt project; a
dataset that the project does not name counts as protected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import duckdb
import yaml  # type: ignore[import-untyped]

from kreishaus.settings import REPOSITORY

SHA256 = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{64}(?![0-9a-zA-Z])")
STAGED = re.compile(r"/staged/(\w+)/(\w+)/")
"""Where the staged tables of a dataset lie: its source and its name."""
SOURCES = REPOSITORY / "dbt_project" / "models" / "sources"
UNKNOWN = "?"
NAMED = "Files of protected sources are named by dataset and period."
"""Stands in the description of a column in which hashes were replaced."""

File = Mapping[str, str]
"""``source``, ``dataset``, ``period``, ``sha256``."""


def open_datasets(tables: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The datasets (``bamf/hkl``) none of whose staged tables protects anybody.

    ``tables`` are tables of dbt sources, as they stand in yml.
    """
    protects: dict[str, bool] = {}
    for table in tables:
        meta = table.get("config", {}).get("meta", {})
        if place := STAGED.search(str(meta.get("external_location", ""))):
            dataset = "/".join(place.groups())
            protects[dataset] = protects.get(dataset, False) or bool(meta.get("protects"))
    return frozenset(dataset for dataset, protected in protects.items() if not protected)


@cache
def project_open_datasets() -> frozenset[str]:
    """The open datasets of this project."""
    return open_datasets(
        table
        for path in sorted(SOURCES.glob("*.yml"))
        for source in yaml.safe_load(path.read_text(encoding="utf-8")).get("sources", ())
        for table in source["tables"]
    )


def name_of(file: File) -> str:
    """A file by dataset and period: ``wtg/stichtag 2021-11-01``."""
    return f"{file['source']}/{file['dataset']} {file['period']}"


def is_open(file: File, datasets: frozenset[str]) -> bool:
    """Whether everybody may know the hash of a file."""
    return f"{file['source']}/{file['dataset']}" in datasets


def for_everybody(files: Sequence[File], datasets: frozenset[str]) -> tuple[dict[str, str], ...]:
    """The files of a version, without the hashes that not everybody may know.

    The same bytes may come in twice: what one dataset protects, no other shows.
    """
    protected = {file["sha256"] for file in files if not is_open(file, datasets)}
    return tuple(
        {name: value for name, value in file.items() if name != "sha256" or value not in protected}
        for file in files
    )


class FileNames:
    """Replaces hashes in texts that everybody will read."""

    def __init__(self, files: Sequence[File], datasets: frozenset[str]) -> None:
        shown = {file["sha256"]: file["sha256"] for file in files if is_open(file, datasets)}
        named = {file["sha256"]: name_of(file) for file in files if not is_open(file, datasets)}
        self._said = {**shown, **named}

    def in_text(self, text: str) -> str:
        """The text with each hash that not everybody may know replaced by the file's name.

        A hash of no file of this version is nobody's to know: ``?``.
        """
        return SHA256.sub(lambda found: self._said.get(found[0], UNKNOWN), text)

    def select(self, database: duckdb.DuckDBPyConnection, table: str) -> tuple[str, frozenset[str]]:
        """The statement that selects ``table`` by these names, and the columns that it changes.

        It reads temporary tables of this connection, which the next call replaces.
        """
        changed: dict[str, str] = {}
        for name, kind, *_ in database.execute(f"describe {table}").fetchall():
            if kind != "VARCHAR":
                continue
            column = f'"{name}"'
            found = database.execute(
                f"select distinct {column} from {table} "
                f"where length({column}) >= 64 and regexp_matches({column}, '[0-9a-f]{{64}}')"
            ).fetchall()
            said = {text: self.in_text(text) for (text,) in found}
            said = {text: named for text, named in said.items() if named != text}
            if said:
                changed[name] = f"temp.said_{len(changed)}"
                database.execute(
                    f"create or replace temp table said_{len(changed) - 1} as "
                    "select unnest($found) as found, unnest($said) as said",
                    {"found": list(said), "said": list(said.values())},
                )
        if not changed:
            return f"select * from {table}", frozenset()
        replaced = ", ".join(
            f'coalesce({said}.said, shown."{name}") as "{name}"' for name, said in changed.items()
        )
        joins = " ".join(
            f'left join {said} on {said}.found = shown."{name}"' for name, said in changed.items()
        )
        return (
            f"select shown.* replace ({replaced}) from {table} as shown {joins}",
            frozenset(changed),
        )
