"""What is taken from the drop folder, and what is said of the rest."""

import logging

import pytest

from ingest.azr.discover import crosstables, municipalities, series
from ingest.http import Client
from kreishaus.model import SourceUnavailable
from kreishaus.settings import HttpConfig, Settings
from sample import azr


@pytest.fixture
def folder(settings):
    azr.write(settings.sample)
    return settings.drop_folder("azr")


@pytest.fixture
def client():
    with Client(HttpConfig(tries=1)) as client:
        yield client


def test_a_folder_that_is_not_there(settings, client):
    with pytest.raises(SourceUnavailable, match="share mounted"):
        crosstables(settings, client, "crosstable")


def test_each_dataset_takes_its_own_files(settings, client, folder):
    both = municipalities(settings, client, "municipalities")
    assert [request.extension for request in both] == ["csv", "xlsx"]
    (table,) = crosstables(settings, client, "crosstable")
    (history,) = series(settings, client, "series")
    assert (table.label, table.extension) == ("AZR_Kreuztabelle_2021-09-30.xlsx", "xlsx")
    assert table.path == str(folder / table.label)
    assert table.url is None
    assert history.label == "AZR_Zeitreihe_2021-09-30.xlsx"
    assert table.identity != history.identity


def test_a_file_of_another_name_is_said_and_not_taken(settings, client, folder, caplog):
    (folder / "Auswertung.xlsx").write_bytes(b"?")
    with caplog.at_level(logging.WARNING):
        assert len(crosstables(settings, client, "crosstable")) == 1
    (said,) = [record.getMessage() for record in caplog.records]
    assert "Auswertung.xlsx" not in said  # a name may be a person's
    assert "file 5 of 5 by name" in said
    assert "*kreuztabelle* or *zeitreihe* or *gemeinden*" in said


def test_a_file_is_taken_by_its_name_whatever_its_format(settings, client, folder):
    for extension in ("csv", "ODS", "pdf"):
        (folder / f"AZR_Kreuztabelle_2021-06-30.{extension}").write_bytes(b"?")
    offered = crosstables(settings, client, "crosstable")
    assert [request.extension for request in offered] == ["ods", "csv", "pdf", "xlsx"]


def test_what_office_programs_leave_behind_is_nothing(settings, client, folder, caplog):
    (folder / "~$AZR_Kreuztabelle_2021-09-30.xlsx").write_bytes(b"")
    (folder / ".azr.tmp").write_bytes(b"")
    (folder / "alt").mkdir()
    with caplog.at_level(logging.WARNING):
        assert len(crosstables(settings, client, "crosstable")) == 1
    assert not caplog.records


def test_capitals_do_not_matter_and_the_order_is_stable(settings, client, folder):
    (folder / "AZR_KREUZTABELLE_2021-06-30.XLSX").write_bytes(b"?")
    offered = crosstables(settings, client, "crosstable")
    assert [request.label for request in offered] == [
        "AZR_KREUZTABELLE_2021-06-30.XLSX",
        "AZR_Kreuztabelle_2021-09-30.xlsx",
    ]
    assert offered[0].extension == "xlsx"


def test_a_county_may_name_its_files_otherwise(tmp_path, client):
    own = {"azr": {"datasets": {"crosstable": {"path": "Statistik_ABH_*.xlsx"}}}}
    settings = Settings(home=tmp_path, source=own)
    folder = settings.drop_folder("azr")
    folder.mkdir(parents=True)
    (folder / "Statistik_ABH_2021-09.xlsx").write_bytes(b"?")
    (request,) = crosstables(settings, client, "crosstable")
    assert request.label == "Statistik_ABH_2021-09.xlsx"
