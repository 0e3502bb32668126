"""The registry is what the files ``ingest/<folder>/source.toml`` say, and says what is wrong."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from kreishaus.calendars import EndedMonthly, MonthDays, NoCalendar
from kreishaus.datasets import REGISTRY, SOURCES, dataset, read_sources, source
from kreishaus.labels import translations
from kreishaus.licences import licences
from kreishaus.toml_files import FaultyFile

LAKE = """
name = "lake"
title_de = "Seen und Weiher des Kreises"
short_name_de = "Seenamt"
description = "The county's lakes, counted by the office that looks after them."
read_more = "The source: docs/sources/lake.md."
nightly = "00:40"
dropped = true

[defaults]
licence = "internal"
discover = "ingest.lake.files:discover"
parse = "ingest.lake.files:parse"
tables = "ingest.lake.files:TABLES"

[datasets.ponds]
title = "Ponds by municipality"
title_de = "Weiher nach Gemeinde"
suites = "expectations.suites.lake:ponds"
calendar = {kind = "days", days = ["02-15", "08-15"], lag_days = 45}
"""


def written(folder: Path, text: str, name: str = "lake") -> Path:
    (folder / name).mkdir(parents=True)
    path = folder / name / "source.toml"
    path.write_text(text)
    return path


def complaint(folder: Path, text: str) -> str:
    path = written(folder, text)
    with pytest.raises(FaultyFile) as raised:
        read_sources(folder)
    return str(raised.value).replace(str(path), "source.toml")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            'licence = "internal"',
            'licence = "mine"',
            "source.toml: defaults.licence: expected one of dl-de-by, azrg, official-work, "
            "internal, internal-addresses, heimfinder, public-minutes (kreishaus/licences.toml); "
            "found 'mine'",
        ),
        (
            "lag_days = 45",
            'lag_days = "soon"',
            "source.toml: datasets.ponds.calendar.lag_days: expected a valid integer; found 'soon'",
        ),
        (
            '"02-15", ',
            '"02-30", ',
            "source.toml: datasets.ponds.calendar.days.0: expected a day of every year, as MM-DD; "
            "found '02-30'",
        ),
        (
            'title_de = "Weiher nach Gemeinde"\n',
            "",
            "source.toml: datasets.ponds.title_de: expected a value, found none",
        ),
        (
            'nightly = "00:40"',
            'nightly = "24:10"',
            "source.toml: nightly: expected a text that matches "
            "'^([01]\\d|2[0-3]):[0-5]\\d$'; found '24:10'",
        ),
        (
            "dropped = true",
            "droped = true",
            "source.toml: droped: expected one of the keys datasets, defaults, description, "
            "dropped, name, nightly, read_more, short_name_de, title_de; found 'droped'",
        ),
        (
            'parse = "ingest.lake.files:parse"',
            'parse = "ingest/lake/files.py"',
            "source.toml: defaults.parse: expected a text that matches "
            "'^[a-z_][\\w.]*:[A-Za-z_]\\w*$'; found 'ingest/lake/files.py'",
        ),
        (
            LAKE,
            "name = lake",
            "source.toml: expected TOML in UTF-8, found: Invalid value (at line 1, column 8)",
        ),
    ],
)
def test_a_fault_is_said_with_file_key_expected_and_found(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    assert before in LAKE
    assert complaint(tmp_path, LAKE.replace(before, after)) == said


def test_an_unknown_key_of_a_dataset_is_told_those_that_there_are(tmp_path: Path) -> None:
    said = complaint(tmp_path, LAKE + "snapshots = true\n")
    assert said.startswith("source.toml: datasets.ponds.snapshots: expected one of the keys cal")
    assert said.endswith("found 'snapshots'")


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    first, second = (written(tmp_path, LAKE, name) for name in ("lake", "pond"))
    with pytest.raises(FaultyFile) as raised:
        read_sources(tmp_path)
    assert str(raised.value) == f"{second}: name: expected one of its own; found that of {first}"


def test_a_folder_without_any_source_is_no_registry(tmp_path: Path) -> None:
    with pytest.raises(FaultyFile, match=r"expected folders with a source\.toml, found none"):
        read_sources(tmp_path)


def test_a_source_is_what_its_file_says(tmp_path: Path) -> None:
    written(tmp_path, LAKE)
    [lake] = read_sources(tmp_path)
    assert (lake.name, lake.short_name_de, lake.nightly, lake.dropped) == (
        *("lake", "Seenamt", "00:40"),
        True,
    )
    assert (lake.dag_id, lake.pool) == ("ingest_lake", "visit_lake")
    [ponds] = lake.datasets
    assert ponds.id == "lake/ponds"
    assert ponds.cited_de == "Seenamt, Weiher nach Gemeinde"
    assert ponds.calendar == MonthDays(days=((2, 15), (8, 15)), lag_days=45)
    assert ponds.licence.title_de == "Intern; öffentlich nur zusammengefasst"
    assert (ponds.version, ponds.snapshot, ponds.guard) == (1, False, None)


def test_a_dataset_that_names_its_owner_itself_is_cited_by_its_name(tmp_path: Path) -> None:
    written(tmp_path, LAKE + 'owner_de = ""\n')
    [lake] = read_sources(tmp_path)
    assert lake.datasets[0].cited_de == "Weiher nach Gemeinde"


def test_sources_stand_in_the_order_of_their_visits() -> None:
    nights = {one.name: one.nightly for one in SOURCES}
    assert list(nights.values()) == sorted(nights.values())
    assert [name for name in nights if name in ("it_nrw", "azr", "bamf", "wtg", "papers")] == [
        *("it_nrw", "azr", "bamf", "wtg", "papers")
    ]
    dropped = {one.name: one.dropped for one in SOURCES}
    assert dropped["azr"] and dropped["wtg"] and dropped["papers"]
    assert not dropped["it_nrw"] and not dropped["bamf"]


def test_what_is_stored_in_homes_keeps_its_name() -> None:
    """Folders of landing and staged bear these names, whatever folder the code lies in."""
    assert dataset("wtg/heimfinder").parse == "ingest.heimfinder.free_places:parse"
    assert dataset("papers/figures").parse == "ingest.printed_tables.figures:parse"
    assert dataset("papers/figures").calendar == NoCalendar()
    assert dataset("bamf/report").calendar == EndedMonthly(
        lag_days=20, first=date(2016, 1, 1), last=date(2018, 12, 1)
    )
    assert dataset("azr/series").licence.statement == "AZRG § 24: planning only, aggregates"


def test_an_unknown_name_is_told_those_that_there_are() -> None:
    with pytest.raises(
        KeyError, match="no source 'lake'; there are: it_nrw, azr, bamf, county, wtg"
    ):
        source("lake")


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: entry.id)
def test_every_import_path_leads_somewhere(entry) -> None:
    for part in ("discover", "parse", "suites", "guard", "reduce", "fetch"):
        if getattr(entry, part):
            assert callable(entry.load(part)), part
    assert entry.load("tables")


def test_german_names_are_told_apart() -> None:
    names = [entry.title_de for entry in REGISTRY]
    assert len(set(names)) == len(names)
    assert translations.dataset("azr/series") == (
        "AZR, Menschen mit Fluchthintergrund nach Statusgruppe, alle Stichtage"
    )
    assert translations.dataset("lake/ponds") == "lake/ponds"


def test_every_licence_is_used_and_only_unknown_terms_close() -> None:
    used = {entry.licence.statement for entry in REGISTRY}
    assert used == {one.statement for one in licences().values()}
    closed = [key for key, one in licences().items() if not one.open]
    assert closed == ["heimfinder"]


def test_reading_the_registry_imports_neither_pandas_nor_a_source() -> None:
    code = "import kreishaus.datasets, sys; print(*sorted({n.split('.')[0] for n in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "kreishaus" in imported
    assert not imported & {"pandas", "pyarrow", "duckdb", "ingest", "expectations", "airflow"}
