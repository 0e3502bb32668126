"""``kreishaus azr``: what an officer reads of a file, and the register files of earlier homes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from azr_hiding_places import HIDING_PLACES
from azr_workbooks import CROSSTABLE, MUNICIPALITIES, SERIES, sample, sheet_of, with_cell
from typer.testing import CliRunner, Result

from kreishaus.folder_formats import write_format
from kreishaus.model import Landed, Request
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from operations.cli import app
from pipeline.steps import process_file
from warehouse.writer_lock import writing

ENGLISH = ("sheet ", "row ", "column ", "understood", "nothing", "the whole", "office")


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KREISHAUS_HOME", str(settings.home))
    return settings.home


def kreishaus(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def checked(tmp_path: Path, content: bytes, name: str = CROSSTABLE) -> Result:
    path = tmp_path / name
    path.write_bytes(content)
    return kreishaus("azr", "check", path)


def test_a_file_that_is_not_there() -> None:
    assert kreishaus("azr", "check", "/nowhere.xlsx").exit_code == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (with_cell(CROSSTABLE, "R9", "Erika Musterfrau"), "Spalte R: nicht verstanden: „Erika"),
        (
            with_cell(CROSSTABLE, "B9", "Neue Art"),
            "Zeile 9, Spalte B: nicht verstanden: „Neue Art“",
        ),
        (
            with_cell(CROSSTABLE, "D12", None),
            "Zeile 12, Spalte D (Männlich): hier steht weder eine",
        ),
        (with_cell(CROSSTABLE, "A3", "Stand: 30.06.2021"), "der Stichtag ist nicht eindeutig"),
        (with_cell(CROSSTABLE, "D7", 487131), "passt in keine ihrer Summen"),
        (sheet_of(["Vorname", "AZR-Nummer"], ["Erika", "1"]), "Angaben zu einzelnen Personen"),
        (sheet_of(["Bevölkerung", 3]), "Keine bekannte Tabelle gefunden"),
        (b"PK\x03\x04 torn", "lässt sich nicht durchsehen"),
        (b"", "lässt sich nicht durchsehen"),
    ],
)
def test_a_file_that_would_be_refused(
    tmp_path: Path, home: Path, content: bytes, said: str
) -> None:
    result = checked(tmp_path, content)
    assert result.exit_code == 1
    assert said in result.output
    assert "nichts ist gespeichert" in result.output
    assert not [word for word in ENGLISH if word in result.output]
    assert not home.exists()


@pytest.mark.parametrize("kind", HIDING_PLACES)
def test_whatever_the_door_refuses_is_said_in_german(tmp_path: Path, home: Path, kind: str) -> None:
    result = checked(tmp_path, HIDING_PLACES[kind])
    assert result.exit_code == 1
    assert not [word for word in ENGLISH if word in result.output.replace("Microsoft Office", "")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (CROSSTABLE, "Kreuztabelle nach Status, Geschlecht und Alter, Stichtag 30.09.2021: 322"),
        (SERIES, "Zeitreihe nach Statusgruppe, Stichtag 30.09.2021: 90"),
        (MUNICIPALITIES, "Ausländerinnen und Ausländer nach Gemeinde, Stichtag 31.03.2021: 45"),
    ],
)
def test_a_file_that_would_be_taken(
    tmp_path: Path, home: Path, caplog: pytest.LogCaptureFixture, name: str, said: str
) -> None:
    result = checked(tmp_path, sample(name), name)
    assert result.exit_code == 0
    assert said in result.output
    assert caplog.text == ""
    assert not home.exists()


@pytest.fixture
def earlier(settings: Settings, home: Path) -> Settings:
    """A home in which a cross table lies as its office made it."""
    landing = Landing(settings.landing, "azr", "crosstable")
    request = Request("azr/drop/x", CROSSTABLE, path="/share/x", extension="xlsx")
    landed, _ = landing.land(
        sample(CROSSTABLE), request, run_id="night", licence="azrg", now=datetime.now(UTC)
    )
    process_file(Landed("azr", "crosstable", landed.sha256, CROSSTABLE), settings)
    write_format(settings.landing, 3)
    return settings


def test_from_the_upgrade_to_the_table(earlier: Settings) -> None:
    refused = kreishaus("azr", "reduce")
    assert (refused.exit_code, "kreishaus upgrade" in refused.output) == (1, True)
    check = kreishaus("upgrade", "--check")
    assert check.exit_code == 1
    assert "azr/crosstable 2021-09-30" in check.output
    assert "once this home is upgraded: kreishaus azr reduce" in check.output
    assert "readable by their owner only" in kreishaus("upgrade").output
    check = kreishaus("upgrade", "--check")
    assert (check.exit_code, "to be reduced by 20" in check.output) == (0, True)
    asked = kreishaus("azr", "reduce")
    assert asked.exit_code == 1
    assert "stays: it can be reduced" in asked.output
    with writing(earlier, "test"):
        assert kreishaus("azr", "reduce", "--confirm").exit_code == 3
    done = kreishaus("azr", "reduce", "--confirm")
    assert done.exit_code == 0
    assert "reduced to its table" in done.output
    assert "kreishaus maintenance removes the snapshots" in done.output
    again = kreishaus("azr", "reduce")
    assert (again.exit_code, "reduced to" in again.output) == (0, False)
    (table,) = earlier.landing.glob("azr/crosstable/*.csv")
    assert not list(earlier.landing.rglob("*.xlsx"))
    assert table.read_bytes().startswith(b"form;dataset;")
