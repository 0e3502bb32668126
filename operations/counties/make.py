"""Makes the folder of a county: its settings, its municipalities, an empty file for each list."""

from __future__ import annotations

import csv
import io
import os
import secrets
from pathlib import Path

import pyarrow as pa

from ingest.county.parse import expected_of
from ingest.county.tables import TABLES, columns, purpose
from kreishaus.county_folder import COUNTY_TOML, MUNICIPALITIES
from kreishaus.files import commit_directory, new_directory, remove_directory, write_synced
from operations.counties.known import KnownCounty

TEMPLATE = Path(__file__).with_name("county.toml.template")
SOURCE = "Official municipality key (Amtlicher Gemeindeschlüssel), Regionalatlas Deutschland 2023"

PERCENTS = range(8, 16)
"""From which the parameter of the dominance rule is drawn: who knows it, knows more of a figure."""

WITHOUT_MUNICIPALITIES = """
# The city is no county of municipalities: tables by municipality say nothing of it.
[source.it_nrw.datasets.population_municipalities]
enabled = false
[source.it_nrw.datasets.population_municipalities_by_age]
enabled = false
"""


class FolderExists(ValueError):
    """There is a folder of this county already. Nothing was changed."""


def make_county(county: KnownCounty, counties: Path) -> Path:
    """Write the folder of a county and return it. Raises ``FolderExists``."""
    folder = counties / county.ags
    if os.path.lexists(folder):
        raise FolderExists(f"{folder} is there already; nothing was changed")
    counties.mkdir(parents=True, exist_ok=True)
    temporary = new_directory(folder)
    try:
        _fill(temporary, county)
        commit_directory(temporary, folder)
    finally:
        remove_directory(temporary)
    return folder


def _fill(temporary: Path, county: KnownCounty) -> None:
    write_synced(temporary / COUNTY_TOML, _settings(county).encode())
    for name, schema in TABLES.items():
        rows = [[*one, SOURCE] for one in county.municipalities.items()]
        text = _list(schema, rows if name == MUNICIPALITIES else [])
        write_synced(temporary / f"{name}.csv", text.encode())


def _settings(county: KnownCounty) -> str:
    text = TEMPLATE.read_text(encoding="utf-8")
    for word in ("ags", "name", "kind"):
        text = text.replace(f"<{word}>", getattr(county, word))
    text = text.replace("<percent>", str(secrets.choice(PERCENTS)))
    return text if county.municipalities else text + WITHOUT_MUNICIPALITIES


def _list(schema: pa.Schema, rows: list[list[str]]) -> str:
    """A list as a file: what it is for, what each column holds, the columns, the rows."""
    sink = io.StringIO()
    sink.write(f"# {purpose(schema)}\n")
    for field in columns(schema):
        may_be_empty = ", or empty" if field.nullable else ""
        sink.write(f"# {field.name}: {expected_of(field.type)}{may_be_empty}\n")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow([field.name for field in columns(schema)])
    writer.writerows(rows)
    return sink.getvalue()
