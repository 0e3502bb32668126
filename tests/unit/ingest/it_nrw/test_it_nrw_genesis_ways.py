"""Which way a table is asked for, and that it stays one table by whatever way it came."""

import logging
from collections.abc import Iterator

import pytest
from genesis_server import (
    MAINTENANCE,
    NO_OBJECT,
    Genesis,
    data,
    json_reply,
    running,
    status,
    zipped,
)
from typer.testing import CliRunner

from ingest.http import Client
from ingest.it_nrw.catalogue import find_tables, login_errors, the_one_table
from ingest.it_nrw.discover import table
from kreishaus.datasets import datasets_of
from kreishaus.model import SourceRefused, SourceUnavailable
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from operations.cli import app
from operations.doctor import examine
from pipeline.steps import fetch_new
from sample.server import serve

HOMES = "it_nrw/care_homes"
CODE = "22412-01i"
DOWNLOAD = "/ldbnrwws/downloader/00/tables/22412-01i_00.csv"
CSV = b"Tabelle: 22412-01i\n"
ZIP = zipped(CSV, "22412-01i_flat.csv")


@pytest.fixture
def genesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Genesis]:
    genesis = Genesis(downloads={DOWNLOAD: data(CSV, "text/csv")}, tables={CODE: ZIP})
    for database in ("LDB", "REGIONALSTATISTIK", "DESTATIS"):
        monkeypatch.delenv(f"KREISHAUS_GENESIS_{database}_USERNAME", raising=False)
        monkeypatch.delenv(f"KREISHAUS_GENESIS_{database}_PASSWORD", raising=False)
    monkeypatch.setenv("KREISHAUS_GENESIS_USERNAME", genesis.username)
    monkeypatch.setenv("KREISHAUS_GENESIS_PASSWORD", genesis.password)
    with running(genesis):
        yield genesis


@pytest.fixture
def home(tmp_path, genesis):
    """Settings over this server; ``dataset`` changes the care homes, ``live`` their addresses."""

    def settings(dataset=None, live=False, download=None):
        it_nrw = {"datasets": {"care_homes": dataset or {}}}
        if live:
            it_nrw["databases"] = {
                "ldb": {
                    "rest": f"{genesis.url}/ldbnrwws/rest/2020",
                    "download": download or genesis.url + DOWNLOAD.replace(CODE, "{code}"),
                },
                "regionalstatistik": {"rest": f"{genesis.url}/genesisws/rest/2020"},
                "destatis": {"rest": f"{genesis.url}/genesisWS/rest/2020"},
            }
        return Settings(
            home=tmp_path / "var",
            sample_url=genesis.url,
            sources="live" if live else "sample",
            http={"tries": 1, "backoff_seconds": 0.0},
            source={"it_nrw": it_nrw},
        )

    return settings


def sidecars(settings: Settings):
    landing = Landing(settings.landing, "it_nrw", "care_homes")
    return sorted(
        (landing.sidecar(sha256) for sha256 in landing.hashes()), key=lambda it: it.retrieved_at
    )


def requests_of(settings: Settings, name: str):
    with Client.of(settings) as client:
        (request,) = table(settings, client, name)
    return request


# The ways


def test_the_download_without_login_is_tried_first_and_is_enough(genesis, home):
    report = fetch_new(HOMES, home(), "night 1")
    assert (len(report.new), report.unavailable) == (1, ())
    assert genesis.asked == []


def not_found(visit, _):
    visit.answer(404, b"gone")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (not_found, "expected status 200, found 404"),
        (data(MAINTENANCE), "found a web page"),
        (data(b""), "found an empty answer"),
        (status(104, NO_OBJECT), "expected a table, found GENESIS status 104"),
        (lambda visit, _: visit.answer(503), "found 503"),
        (lambda visit, _: visit.hang_up(), "no answer"),
    ],
    ids=["404", "page", "empty", "status", "503", "hung up"],
)
def test_where_the_download_brings_no_data_rest_is_asked(genesis, home, caplog, reply, why):
    genesis.downloads[DOWNLOAD] = reply
    with caplog.at_level(logging.INFO):
        report = fetch_new(HOMES, home(), "night 1")
    assert (len(report.new), report.unavailable) == (1, ())
    (sidecar,) = sidecars(home())
    assert sidecar.offered_as == f"{genesis.url}/it_nrw/ldbnrwws/rest/2020/data/tablefile"
    assert sidecar.extension == "zip"
    assert why in caplog.text
    assert "asking http://127.0.0.1" in caplog.text
    (asked,) = genesis.asked
    assert (asked.form["regionalvariable"], asked.form["regionalkey"]) == ("KREISE", "05*")
    assert asked.form["startyear"] == "2017"
    assert "endyear" not in asked.form


def test_the_table_is_the_same_by_either_way(genesis, home):
    fetch_new(HOMES, home(), "night 1")
    genesis.downloads.clear()
    fetch_new(HOMES, home(), "night 2")
    first, second = sidecars(home())
    assert first.identity == second.identity == "ldb/22412-01i"
    assert (first.label, second.label) == (CODE, CODE)
    assert (first.extension, second.extension) == ("csv", "zip")


def test_back_on_the_first_way_the_same_bytes_are_no_new_file(genesis, home):
    for night, reply in enumerate([data(CSV), not_found, data(CSV)]):
        genesis.downloads[DOWNLOAD] = reply
        report = fetch_new(HOMES, home(), f"night {night}")
    assert (report.offered, report.new) == (1, ())
    assert len(sidecars(home())) == 2


def test_without_an_account_the_report_says_both_reasons(genesis, home, monkeypatch):
    monkeypatch.delenv("KREISHAUS_GENESIS_USERNAME")
    monkeypatch.delenv("KREISHAUS_GENESIS_PASSWORD")
    genesis.downloads.clear()
    (text,) = fetch_new(HOMES, home(live=True), "night 1").unavailable
    assert "found 404" in text
    assert "the alternative failed too: REST of ldb was not asked, it needs an account: set" in text
    assert "KREISHAUS_GENESIS_LDB_USERNAME" in text
    assert genesis.asked == []


def test_a_failed_way_and_a_way_that_knows_of_nothing_are_a_failure(genesis, home):
    genesis.downloads.clear()
    genesis.tables.clear()
    report = fetch_new(HOMES, home(), "night 1")
    assert report.nothing == ()
    assert "found 404" in report.unavailable[0]
    assert "GENESIS status 104" in report.unavailable[0]


@pytest.mark.parametrize("ways", [["rest"], ["rest", "download"]])
def test_a_county_may_choose_another_order(genesis, home, ways):
    fetch_new(HOMES, home({"ways": ways}), "night 1")
    assert [sidecar.extension for sidecar in sidecars(home())] == ["zip"]


def test_nothing_for_this_question_is_no_failure_at_the_first_visit(genesis, home):
    genesis.tables.clear()
    report = fetch_new(
        HOMES, home({"ways": ["rest"], "first_year": 2022, "last_year": 2022}), "night 1"
    )
    assert (report.unavailable, report.new, report.pending) == ((), (), ())
    (text,) = report.nothing
    assert "22412-01i: GENESIS status 104" in text
    assert "check table_code, regional_key and years in county.toml" in text
    assert genesis.asked[0].form["endyear"] == "2022"


def test_nothing_newer_at_the_first_visit_is_no_failure_either(genesis, home):
    genesis.first("data/tablefile", status(50, "nichts Neueres"))
    (text,) = fetch_new(HOMES, home({"ways": ["rest"]}), "night 1").nothing
    assert "reports nothing new, and Kreishaus has no earlier file from it" in text


def test_nothing_newer_leaves_the_held_file_in_force(genesis, home):
    fetch_new(HOMES, home({"ways": ["rest"]}), "night 1")
    genesis.first("data/tablefile", status(50, "nichts Neueres"))
    report = fetch_new(HOMES, home({"ways": ["rest"]}), "night 2")
    assert (report.new, report.nothing, report.unavailable) == ((), (), ())
    landing = Landing(home().landing, "it_nrw", "care_homes")
    (sha256,) = landing.hashes()
    assert [sighting.run_id for sighting in landing.sightings(sha256)] == ["night 1", "night 2"]


# What a county configures


def test_every_dataset_of_the_county_file_has_a_way(genesis, home):
    genesis.titles = {
        "22421-00xx": "Pflegebedürftige nach Altersgruppen, Land",
        "12421-00xx": "Bevölkerungsvorausberechnung nach Geschlecht und Altersgruppen, Kreise",
    }
    for entry in datasets_of("it_nrw"):
        request = requests_of(home(), entry.name)
        assert request.url.startswith(f"{genesis.url}/it_nrw/")
        assert request.label in request.identity
        assert entry.fetch == "ingest.it_nrw.tablefile:fetch"
        assert entry.strip == "ingest.it_nrw.guard:strip"


def test_live_tables_lie_at_the_configured_hosts(tmp_path):
    live = Settings(home=tmp_path, sources="live")
    homes, people = requests_of(live, "care_homes"), requests_of(live, "population_by_age")
    assert homes.url == f"https://www.landesdatenbank.nrw.de{DOWNLOAD}"
    assert homes.otherwise.url == (
        "https://www.landesdatenbank.nrw.de/ldbnrwws/rest/2020/data/tablefile"
    )
    host = "https://www.regionalstatistik.de"
    assert [people.url, people.otherwise.url, people.otherwise.otherwise.url] == [
        f"{host}/genesisws/downloader/00/tables/12411-03-03-4_00.csv",
        f"{host}/genesis/online/download/12411-03-03-4/datencsv",
        f"{host}/genesisws/rest/2020/data/tablefile",
    ]
    assert {"www.landesdatenbank.nrw.de", "www-genesis.destatis.de"} <= live.hosts


def test_another_county_asks_for_its_own_region(tmp_path):
    county = {"ags": "09162", "name": "München"}
    elsewhere = Settings(home=tmp_path, county=county)
    form = requests_of(elsewhere, "population_municipalities").form
    assert (form["regionalvariable"], form["regionalkey"]) == ("GEMEIN", "09162*")
    assert requests_of(elsewhere, "care_homes").otherwise.form["regionalkey"] == "09*"


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        ({"database": "ldp"}, r"no \[source.it_nrw.databases.ldp\]; there are: destatis, ldb"),
        ({"table_code": ""}, r"care_homes\] needs a database and a table_code"),
        ({"database": ""}, r"care_homes\] needs a database and a table_code"),
        ({"database": "destatis", "ways": ["download"]}, "destatis\\] has no download"),
    ],
)
def test_a_table_that_cannot_be_asked_for_says_where_to_mend(genesis, home, dataset, words):
    with pytest.raises(ValueError, match=words):
        requests_of(home(dataset), "care_homes")


def test_downloads_are_tried_in_turn(genesis, home):
    """The first address knows nothing of the table; the second has it, and REST is not asked."""
    addresses = [f"{genesis.url}/first/{{code}}", genesis.url + DOWNLOAD.replace(CODE, "{code}")]
    settings = home(live=True, download=addresses)
    report = fetch_new(HOMES, settings, "night 1")
    assert (len(report.new), report.unavailable) == (1, ())
    assert genesis.asked == []
    (sidecar,) = sidecars(settings)
    assert sidecar.offered_as == genesis.url + DOWNLOAD


def test_a_download_address_with_an_unknown_place_in_it_is_a_typing_error(tmp_path):
    ldb = {"rest": "https://example.org", "download": "https://example.org/{table}.csv"}
    with pytest.raises(ValueError, match=r"it_nrw\.databases\.ldb\.download"):
        Settings(home=tmp_path, source={"it_nrw": {"databases": {"ldb": ldb}}})


def test_a_table_may_lie_at_an_address_of_its_own(genesis, home):
    request = requests_of(home({"path": "/mirror/homes.csv"}), "care_homes")
    assert request.url == f"{genesis.url}/it_nrw/mirror/homes.csv"
    assert request.identity == "ldb/22412-01i"


def test_a_disabled_dataset_offers_nothing(genesis, home):
    assert fetch_new(HOMES, home({"enabled": False}), "night 1").offered == 0


# Tables of unknown code

TITLES = {
    "22421-0001": "Pflegebedürftige: Deutschland,\n Stichtag, Altersgruppen",
    "22421-0002": "Pflegebedürftige: Bundesländer, Stichtag, Altersgruppen",
    "22412-01i": "Pflegeheime nach Plätzen",
}
SEARCH = {"table_code": "", "search": "Pflegeheime"}


def test_tables_are_found_by_words(genesis, home):
    genesis.titles = TITLES
    with Client.of(home()) as client:
        found = find_tables(home(), client, "destatis", "Altersgruppen")
    assert [(table.code, table.title) for table in found] == [
        ("22421-0001", "Pflegebedürftige: Deutschland, Stichtag, Altersgruppen"),
        ("22421-0002", "Pflegebedürftige: Bundesländer, Stichtag, Altersgruppen"),
    ]
    (asked,) = genesis.asked
    assert asked.path == "/it_nrw/genesisWS/rest/2020/find/find"
    assert (asked.form["term"], asked.form["category"]) == ("Altersgruppen", "tables")


def test_the_only_table_found_is_used_and_the_pin_is_said(genesis, home, caplog):
    genesis.titles = TITLES
    report = fetch_new(HOMES, home(SEARCH), "night 1")
    assert report.new[0].label == CODE
    assert "'Pflegeheime' is table 22412-01i (Pflegeheime nach Plätzen). Pin it" in caplog.text
    assert "table_code = '22412-01i'" in caplog.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Altersgruppen", "found 2: 22421-0001 Pflege.*; 22421-0002 Pflege.*Pin the one"),
        ("Nirgends", "found 0. Pin the one that is meant"),
    ],
)
def test_which_of_several_tables_is_meant_nobody_guesses(genesis, home, words, said):
    genesis.titles = TITLES
    with Client.of(home()) as client, pytest.raises(SourceRefused, match=said):
        the_one_table(home(), client, "ldb", words)
    with pytest.raises(SourceUnavailable, match="expected exactly one table"):
        fetch_new(HOMES, home({"table_code": "", "search": words}), "night 1")


def test_a_search_that_the_service_refuses_says_why(genesis, home):
    genesis.first("find/find", status(15, "Sie sind nicht berechtigt"), data(ZIP))
    with Client.of(home()) as client:
        with pytest.raises(SourceRefused, match="find 'x' in ldb: GENESIS status 15"):
            find_tables(home(), client, "ldb", "x")
        with pytest.raises(SourceUnavailable, match="expected a list of tables, found a file"):
            find_tables(home(), client, "ldb", "x")


def test_the_sample_finds_its_table_of_unknown_code(tmp_path):
    with serve(tmp_path) as sample:
        settings = Settings(home=tmp_path / "var", sample_url=sample.url)
        assert requests_of(settings, "care_recipients_by_age").label == "22421-00xx"


def test_the_command_prints_codes_and_how_to_pin_one(genesis, home, monkeypatch):
    genesis.titles = TITLES
    monkeypatch.setenv("KREISHAUS_SAMPLE_URL", genesis.url)
    result = CliRunner().invoke(app, ["find", "Pflegeheime"])
    assert result.exit_code == 0
    assert "22412-01i\tPflegeheime nach Plätzen" in result.stdout
    assert 'database = "ldb"\ntable_code = "22412-01i"' in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["find", "Nirgends"], "no table of ldb answers to 'Nirgends'"),
        (["find", "x", "--database", "ldp"], "there are: destatis, ldb, regionalstatistik"),
    ],
)
def test_the_command_says_what_was_wrong(genesis, monkeypatch, arguments, said):
    monkeypatch.setenv("KREISHAUS_SAMPLE_URL", genesis.url)
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, said in result.stderr) == (1, True)


# kreishaus doctor


def test_a_good_login_is_no_complaint(genesis, home):
    settings = home(live=True)
    with Client.of(settings) as client:
        assert login_errors(settings, client) == []
    assert {asked.method for asked in genesis.asked} == {"helloworld/logincheck"}


def test_a_wrong_password_is_a_complaint_though_the_service_says_200(genesis, home, monkeypatch):
    monkeypatch.setenv("KREISHAUS_GENESIS_LDB_USERNAME", "DE0815K")
    monkeypatch.setenv("KREISHAUS_GENESIS_LDB_PASSWORD", "falsches-Wort")
    (config_error,) = [text for text in examine(home(live=True)) if "GENESIS" in text]
    assert config_error.startswith("GENESIS ldb: the login failed")
    assert "Ein Fehler ist aufgetreten" in config_error
    assert "check KREISHAUS_GENESIS_LDB_USERNAME and KREISHAUS_GENESIS_LDB_PASSWORD" in config_error
    assert "falsches-Wort" not in config_error


def test_a_database_that_does_not_answer_is_a_complaint(genesis, home):
    genesis.first("helloworld/logincheck", data(MAINTENANCE), json_reply({"Status": None}))
    config_errors = [text for text in examine(home(live=True)) if "GENESIS" in text]
    assert "found a web page" in config_errors[0]


def test_tables_that_need_an_account_are_named_where_there_is_none(genesis, home, monkeypatch):
    monkeypatch.delenv("KREISHAUS_GENESIS_USERNAME")
    monkeypatch.delenv("KREISHAUS_GENESIS_PASSWORD")
    config_errors = [text for text in examine(home(live=True)) if "GENESIS" in text]
    assert any("population_municipalities" in text for text in config_errors)
    assert any("care_recipients_by_age" in text for text in config_errors)  # not pinned yet
    assert not any("care_homes" in text for text in config_errors)
    assert genesis.asked == []
