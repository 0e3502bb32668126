"""Accounts: where they come from, and that they are never seen again."""

import logging
import sys
import traceback
from collections.abc import Iterator

import pytest
from genesis_server import MAINTENANCE, Genesis, data, running, status, zipped

from ingest.it_nrw import credentials
from ingest.it_nrw.credentials import Account, account
from kreishaus.model import SourceRefused
from kreishaus.settings import Settings
from pipeline.steps import fetch_new

DATASET = "it_nrw/population_municipalities"
CODE = "12411-01-01-5"
VARIABLES = [
    f"KREISHAUS_GENESIS_{database}{part}"
    for database in ("", "LDB_", "REGIONALSTATISTIK_", "DESTATIS_")
    for part in ("USERNAME", "PASSWORD")
]


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "AIRFLOW_CTX_DAG_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def genesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Genesis]:
    genesis = Genesis(tables={CODE: zipped(b"header\n")})
    monkeypatch.setenv("KREISHAUS_GENESIS_USERNAME", genesis.username)
    monkeypatch.setenv("KREISHAUS_GENESIS_PASSWORD", genesis.password)
    with running(genesis):
        yield genesis


@pytest.fixture
def settings(tmp_path, genesis: Genesis) -> Settings:
    patience = {"poll_seconds": 0.01, "limit_minutes": 0.001, "busy_seconds": 0.01}
    return Settings(
        home=tmp_path / "var",
        sample_url=genesis.url,
        http={"tries": 2, "backoff_seconds": 0.0},
        source={"it_nrw": {"patience": patience}},
    )


def echo(visit, _):
    """A fault page that repeats whatever it was sent."""
    visit.answer(500, repr(dict(visit.headers)).encode())


ANSWERS = {
    "data": None,
    "not authorised": status(15, "DE0815K mit streng-geheim ist nicht berechtigt"),
    "no such table": status(90, "streng-geheim"),
    "changed question": status(104, "nichts", {"regionalkey": "streng-geheim"}),
    "escaped": data(b'{"Status": {"Code": 90, "Content": "\\u0073treng-geheim"}}'),
    "unknown": status("streng-geheim", "DE0815K"),
    "page": data(b"<p>DE0815K / streng-geheim</p>"),
    "no status": data(b'{"username": "DE0815K", "password": "streng-geheim"}'),
    "torn": data(b'{"DE0815K": "streng-geheim"'),
    "broken": echo,
    "forbidden": lambda visit, _: visit.answer(403, b"streng-geheim for DE0815K"),
    "moved": lambda visit, _: visit.answer(302, b"", Location="http://127.0.0.2/streng-geheim"),
    "hung up": lambda visit, _: visit.hang_up(),
    "job": status(99, f"abgerufen werden: {CODE}_1 DE0815K"),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_name_and_password_are_in_no_log_no_file_and_no_report(genesis, settings, caplog, answer):
    if ANSWERS[answer]:
        genesis.first("data/tablefile", *[ANSWERS[answer]] * 8)
    with caplog.at_level(logging.DEBUG):
        report = fetch_new(DATASET, settings, "night 1")
    assert genesis.asked[0].headers["password"] == genesis.password
    seen = [repr(report), caplog.text, *(str(vars(record)) for record in caplog.records)]
    for path in settings.home.rglob("*"):
        seen.append(str(path))
        if path.is_file():
            seen.append(path.read_bytes().decode("latin-1"))
    assert not [text for text in seen if genesis.password in text or genesis.username in text]
    assert answer == "data" or report.unavailable


@pytest.mark.parametrize("answer", [answer for answer in ANSWERS if answer != "data"])
def test_no_exception_of_the_chain_repeats_them(genesis, settings, answer, monkeypatch):
    from pipeline import steps

    raised: list[BaseException] = []
    visit = steps._land_one

    def keep(*args):
        try:
            return visit(*args)
        except Exception as error:
            raised.append(error)
            raise

    monkeypatch.setattr(steps, "_land_one", keep)
    genesis.first("data/tablefile", *[ANSWERS[answer]] * 8)
    fetch_new(DATASET, settings, "night 1")
    (error,) = raised
    chain = [error]
    while chain[-1].__cause__ or chain[-1].__context__:
        chain.append(chain[-1].__cause__ or chain[-1].__context__)
    shown = [f"{link!s} {link!r} {link.args!r}" for link in chain]
    shown += traceback.format_exception(error)
    assert not [text for text in shown if genesis.password in text or genesis.username in text]


def test_a_redirect_does_not_carry_them_elsewhere(genesis, settings):
    elsewhere = Genesis()
    with running(elsewhere):
        target = f"{elsewhere.url}/rest/2020/data/tablefile"
        genesis.first("data/tablefile", lambda visit, _: visit.answer(307, b"", Location=target))
        report = fetch_new(DATASET, settings, "night 1")
    assert elsewhere.asked == []
    assert "a form with credentials is not sent on" in report.unavailable[0]


# Where they come from


def test_the_account_of_the_database_goes_before_that_of_all(monkeypatch):
    monkeypatch.setenv("KREISHAUS_GENESIS_USERNAME", "for all")
    monkeypatch.setenv("KREISHAUS_GENESIS_PASSWORD", "geheim")
    monkeypatch.setenv("KREISHAUS_GENESIS_DESTATIS_USERNAME", "for destatis")
    monkeypatch.setenv("KREISHAUS_GENESIS_DESTATIS_PASSWORD", "geheimer")
    assert account("ldb").headers() == {"username": "for all", "password": "geheim"}
    assert account("destatis").headers() == {"username": "for destatis", "password": "geheimer"}
    assert "KREISHAUS_GENESIS_DESTATIS_USERNAME" in account("destatis").origin


def test_half_an_account_says_which_half_is_missing(monkeypatch):
    monkeypatch.setenv("KREISHAUS_GENESIS_LDB_USERNAME", "half")
    with pytest.raises(SourceRefused, match="KREISHAUS_GENESIS_LDB_PASSWORD is not set"):
        account("ldb")


@pytest.mark.parametrize("password", ["geheim\n", "ge\nheim", " geheim", "geheim€"])
def test_what_no_header_may_hold_is_said_without_repeating_it(monkeypatch, password):
    monkeypatch.setenv("KREISHAUS_GENESIS_USERNAME", "DE0815K")
    monkeypatch.setenv("KREISHAUS_GENESIS_PASSWORD", password)
    with pytest.raises(SourceRefused, match="no HTTP header may hold") as error:
        account("ldb")
    assert "geheim" not in str(error.value)
    assert error.value.__context__ is None


def test_an_account_does_not_show_itself():
    assert "geheim" not in repr(Account("DE0815K", "geheim", origin="the test"))
    assert "DE0815K" not in str(Account("DE0815K", "geheim", origin="the test"))


def test_without_an_account_there_is_none_outside_airflow():
    assert account("ldb") is None
    assert not credentials.inside_airflow()


def test_the_sample_is_asked_by_a_guest(genesis, settings, monkeypatch):
    monkeypatch.delenv("KREISHAUS_GENESIS_USERNAME")
    monkeypatch.delenv("KREISHAUS_GENESIS_PASSWORD")
    fetch_new(DATASET, settings, "night 1")
    assert genesis.asked[0].headers["username"] == "GAST"


def test_airflow_is_asked_only_inside_a_task_and_only_without_environment(monkeypatch):
    monkeypatch.setitem(sys.modules, "airflow", None)  # importing it would raise ImportError
    assert account("ldb") is None
    monkeypatch.setenv("KREISHAUS_GENESIS_LDB_USERNAME", "DE0815K")
    monkeypatch.setenv("KREISHAUS_GENESIS_LDB_PASSWORD", "geheim")
    monkeypatch.setenv("AIRFLOW_CTX_DAG_ID", "ingest_it_nrw")
    assert account("ldb") is not None


@pytest.fixture
def inside_a_task(monkeypatch):
    """The real Airflow, which finds connections in its own variables and in secrets backends."""
    monkeypatch.setenv("AIRFLOW_CTX_DAG_ID", "ingest_it_nrw")


def test_inside_a_task_the_connection_of_the_database_is_taken(inside_a_task, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_GENESIS_LDB", "generic://DE0815K:ge%40heim@")
    assert account("ldb").headers() == {"username": "DE0815K", "password": "ge@heim"}
    assert account("ldb").origin == "the Airflow connection genesis_ldb"
    assert account("destatis") is None


def test_a_connection_without_password_is_half_an_account(inside_a_task, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_GENESIS_LDB", "generic://DE0815K@")
    with pytest.raises(SourceRefused, match="genesis_ldb lacks login or password"):
        account("ldb")


def test_the_account_that_was_refused_is_named(genesis, settings, monkeypatch):
    monkeypatch.setenv("KREISHAUS_GENESIS_REGIONALSTATISTIK_USERNAME", "wrong")
    monkeypatch.setenv("KREISHAUS_GENESIS_REGIONALSTATISTIK_PASSWORD", "wrong")
    (text,) = fetch_new(DATASET, settings, "night 1").unavailable
    assert "check KREISHAUS_GENESIS_REGIONALSTATISTIK_USERNAME and" in text
    assert MAINTENANCE.decode() not in text


def test_credentials_in_the_form_are_not_accepted_by_the_service(genesis, settings, monkeypatch):
    """Holds the replayed service to the real one: what is not in a header does not count."""
    monkeypatch.setattr(Account, "headers", lambda self: {})
    (text,) = fetch_new(DATASET, settings, "night 1").unavailable
    assert "GENESIS status 15" in text
