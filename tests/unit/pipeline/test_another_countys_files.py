"""Viersen is handed the files of Neuss: each is refused by name, those of the Land are read."""

from pathlib import Path

import pandas as pd
import pytest

from kreishaus.datasets import SOURCES
from kreishaus.model import FileRejected
from kreishaus.settings import Settings
from operations.counties.known import known_county
from operations.counties.make import make_county
from pipeline.steps import by_hand, fetch_new, process_file
from sample.make import make

TABLES = "http/it_nrw/ldbnrwws/downloader/00/tables"
REST = "http/it_nrw/genesisws/rest/2020/data/tablefile"
REGISTER = "stichtag;name;plz;ort;ags;plaetze;angebotsform\n31.12.2021;{}\n"


@pytest.fixture(scope="module")
def neuss(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample files of the pilot county."""
    return make(Settings(home=tmp_path_factory.mktemp("neuss")))


@pytest.fixture
def viersen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    make_county(known_county("05166"), tmp_path / "counties")
    monkeypatch.setenv("KREISHAUS_COUNTIES", str(tmp_path / "counties"))
    return Settings(home=tmp_path / "viersen")


def staged(settings: Settings) -> list[str]:
    """The datasets of which anything but an empty template or a check is staged."""
    files = settings.staged.rglob("*.parquet")
    return sorted(
        {
            "/".join(file.relative_to(settings.staged).parts[:2])
            for file in files
            if "_" not in file.relative_to(settings.staged).parts
        }
    )


@pytest.mark.parametrize(
    ("dataset_id", "file", "rule"),
    [
        ("wtg/stichtag", "drop/wtg/WTG_Stichtag_2021-11-01.xlsx", "own_regions"),
        ("wtg/register", "drop/wtg/WTG_Register_2021-12-31.csv", "own_regions"),
        ("wtg/heimfinder", "http/wtg/api/heimfinder/einrichtungen", "county_missing"),
        ("it_nrw/population_municipalities", f"{REST}/12411-01-01-5.zip", "every_municipality"),
        (
            "it_nrw/population_municipalities_by_age",
            f"{REST}/12411-02-03-5.zip",
            "every_municipality",
        ),
    ],
)
def test_each_kind_of_file_is_refused_and_says_whose_it_is(
    neuss: Path, viersen: Settings, dataset_id: str, file: str, rule: str
) -> None:
    outcome = by_hand(dataset_id, neuss / file, viersen, "night")
    assert outcome.status == "quarantined"
    critical = [one for one in outcome.findings if one.severity == "critical"]
    assert rule in {one.rule for one in critical}
    assert any("Rhein-Kreis Neuss" in f"{one.message} {one.found}" for one in critical)
    assert staged(viersen) == []


@pytest.mark.parametrize(
    ("dataset_id", "pattern"),
    [
        ("azr/crosstable", "AZR_Kreuztabelle*.xlsx"),
        ("azr/series", "AZR_Zeitreihe*.xlsx"),
        ("azr/municipalities", "AZR_Gemeinden*"),
    ],
)
def test_the_registers_files_are_refused_at_the_door(
    neuss: Path, viersen: Settings, dataset_id: str, pattern: str
) -> None:
    files = sorted((neuss / "drop/azr").glob(pattern))
    assert files
    for file in files:
        with pytest.raises(FileRejected):
            by_hand(dataset_id, file, viersen, "night")
    assert staged(viersen) == []
    assert not [*viersen.landing.rglob("*.xlsx"), *viersen.landing.rglob("*.csv")]


def test_the_drop_folder_of_papers_keeps_only_tables_about_the_country(
    neuss: Path, viersen: Settings
) -> None:
    folder = viersen.drop_folder("papers")
    folder.mkdir(parents=True)
    files = sorted((neuss / "drop/papers").glob("*.csv"))
    assert files
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    report = fetch_new("papers/figures", viersen, "night")
    assert len(report.pending) == len(files)
    national = {
        file.name for file in files if "\nRegion;Deutschland" in file.read_text(encoding="utf-8")
    }
    assert 0 < len(national) < len(files)
    read = set()
    for landed in report.pending:
        outcome = process_file(landed, viersen)
        if outcome.status == "staged":
            read.add(landed.label)
        else:
            assert "own_regions" in {one.rule for one in outcome.findings}, landed.label
            assert "Rhein-Kreis Neuss (05162)" in outcome.explanation, landed.label
    assert read == national


def test_tables_of_the_land_are_every_countys(neuss: Path, viersen: Settings) -> None:
    for name, file in (("care_homes", "22412-01i_00.csv"), ("care_recipients", "22421-02i_00.csv")):
        outcome = by_hand(f"it_nrw/{name}", neuss / TABLES / file, viersen, "night")
        assert outcome.status == "staged", outcome.explanation
    assert staged(viersen) == ["it_nrw/care_homes", "it_nrw/care_recipients"]


def test_every_dropped_dataset_is_tried_here() -> None:
    """A new one must be told from another county's as well."""
    dropped = {entry.id for source in SOURCES if source.dropped for entry in source.datasets}
    assert dropped == {
        *("azr/crosstable", "azr/series", "azr/municipalities"),
        *("wtg/stichtag", "wtg/register", "wtg/heimfinder", "papers/figures"),
    }


def test_two_counties_in_one_home_each_file_reaches_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {
        "05162": "Haus Quirinus;41460;Neuss;05162024;80;vollstationaer",
        "05166": "Haus Thomas;47906;Kempen;05166012;70;vollstationaer",
    }
    files = {ags: tmp_path / f"WTG_Register_{ags}_2021-12-31.csv" for ags in rows}
    for ags, row in rows.items():
        make_county(known_county(ags), tmp_path / "counties")
        files[ags].write_text(REGISTER.format(row), encoding="utf-8")
    monkeypatch.setenv("KREISHAUS_COUNTIES", str(tmp_path / "counties"))
    homes = {}
    for ags, other in (("05162", "05166"), ("05166", "05162")):
        monkeypatch.setenv("KREISHAUS_COUNTY_AGS", ags)
        settings = Settings(home=tmp_path / "home")
        own = by_hand("wtg/register", files[ags], settings, "night")
        foreign = by_hand("wtg/register", files[other], settings, "night")
        assert (own.status, foreign.status) == ("staged", "quarantined")
        assert f"({other})" in foreign.explanation
        homes[ags] = settings
    assert homes["05162"].staged != homes["05166"].staged
    for ags, settings in homes.items():
        tables = settings.staged.glob("wtg/register/2021-12-31/*/register_offers.parquet")
        (table,) = [pd.read_parquet(path) for path in tables]
        assert table["ags"].to_list() == [rows[ags].split(";")[3]]
