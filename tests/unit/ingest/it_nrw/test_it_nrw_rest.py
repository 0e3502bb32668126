"""GENESIS REST over the wire: what each status means, and that a changed question is refused."""

import json
from collections.abc import Iterator
from contextlib import suppress

import pytest
from genesis_server import ADJUSTED, MAINTENANCE, NO_OBJECT, Genesis, data, running, status
from hypothesis import given
from hypothesis import strategies as st

from ingest.http import Client
from ingest.it_nrw.discover import table
from ingest.it_nrw.genesis_status import Status, raise_for_status, read_status
from ingest.it_nrw.rest import Account, Service, require_data
from ingest.it_nrw.tablefile import fetch
from kreishaus.model import NothingOffered, SourceRefused, SourceUnavailable
from kreishaus.settings import Settings

CODE = "12411-01-01-5"
DATASET = "population_municipalities"
ZIP = b"PK\x03\x04 as far as anybody looks here"


@pytest.fixture
def genesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Genesis]:
    genesis = Genesis(tables={CODE: ZIP})
    monkeypatch.setenv("KREISHAUS_GENESIS_USERNAME", genesis.username)
    monkeypatch.setenv("KREISHAUS_GENESIS_PASSWORD", genesis.password)
    with running(genesis):
        yield genesis


@pytest.fixture
def settings(tmp_path, genesis: Genesis) -> Settings:
    patience = {"poll_seconds": 0.01, "limit_minutes": 0.01, "busy_seconds": 0.01}
    return Settings(
        home=tmp_path / "var",
        sample_url=genesis.url,
        http={"tries": 2, "backoff_seconds": 0.0},
        source={"it_nrw": {"patience": patience}},
    )


def ask(settings: Settings):
    with Client.of(settings) as client:
        (request,) = table(settings, client, DATASET)
        return fetch(settings, client, request)


def test_data_come_as_a_zip_whatever_type_it_claims(genesis, settings):
    assert ask(settings).content == ZIP
    genesis.first("data/tablefile", data(ZIP, "text/html"))
    assert ask(settings).content == ZIP


def test_level_and_region_are_always_sent_and_credentials_in_headers_only(genesis, settings):
    ask(settings)
    (asked,) = genesis.asked
    assert asked.form == {
        "name": CODE,
        "area": "free",
        "compress": "false",
        "format": "ffcsv",
        "language": "de",
        "regionalvariable": "GEMEIN",
        "regionalkey": "05162*",
    }
    assert asked.headers["username"] == genesis.username
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert genesis.password not in asked.path + json.dumps(asked.form)


@pytest.mark.parametrize(
    ("code", "text", "what_to_do"),
    [
        (15, "Sie sind nicht berechtigt", "check KREISHAUS_GENESIS_USERNAME and"),
        (22, ADJUSTED, "the service changed the question"),
        ("22", ADJUSTED, "the service changed the question"),
        (90, "Die Tabelle ist nicht vorhanden", "check table_code"),
        (0, "erfolgreich", "a status without data that we do not know"),
        (4711, "Neu", "a status without data that we do not know"),
        (None, "Neu", "a status without data that we do not know"),
    ],
)
def test_what_somebody_must_mend_is_refused_and_says_what(
    genesis, settings, code, text, what_to_do
):
    genesis.first("data/tablefile", status(code, text))
    with pytest.raises(SourceRefused, match=rf"{CODE}: GENESIS status \w+ .*{what_to_do}"):
        ask(settings)
    assert len(genesis.asked) == 1


def test_data_under_a_changed_question_are_refused_too(genesis, settings):
    genesis.first("data/tablefile", status(22, ADJUSTED, Object={"Content": "12411;1;2"}))
    with pytest.raises(SourceRefused, match="answer would be to another one"):
        ask(settings)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (status(-1, "Systemfehler"), "status -1 .'Systemfehler'.: system error; try again later"),
        (data(MAINTENANCE, "application/zip"), "found a web page .*probably maintenance"),
        (data(b""), "found an empty answer"),
        (data(b"{ cut"), "expected a table or a GENESIS status"),
        (data(b'{"fault": 1}'), "expected a table or a GENESIS status"),
        (data(b'{"Status": ' * 100_000), "expected a table or a GENESIS status"),
    ],
)
def test_what_may_heal_is_left_to_the_next_visit(genesis, settings, reply, words):
    genesis.first("data/tablefile", reply)
    with pytest.raises(SourceUnavailable, match=words) as error:
        ask(settings)
    assert not isinstance(error.value, SourceRefused)


def test_too_many_at_once_is_waited_for_with_growing_pauses(genesis, settings):
    genesis.first("data/tablefile", *[status(6, "Zu viele parallele Anfragen")] * 3)
    pauses: list[float] = []
    with Client.of(settings) as client:
        account = Account(genesis.username, genesis.password, origin="the test")
        root = f"{genesis.url}/it_nrw/genesisws/rest/2020"
        service = Service(client, root, account, 10, pauses.append)
        assert service.ask("data/tablefile", {"name": CODE}, CODE).content == ZIP
    assert pauses == [10, 20, 40]


def test_too_many_at_once_for_too_long_is_left_to_the_next_visit(genesis, settings):
    genesis.first("data/tablefile", *[status(6, "Zu viele parallele Anfragen")] * 6)
    with pytest.raises(SourceUnavailable, match=r"status 6 .*too many requests at once"):
        ask(settings)
    assert len(genesis.asked) == 5


def test_nothing_newer_is_as_if_unchanged(genesis, settings):
    genesis.first("data/tablefile", status(50, "Keine neueren Objekte"))
    assert ask(settings).content is None


def test_no_object_is_nothing_for_this_question(genesis, settings):
    genesis.first("data/tablefile", status(104, NO_OBJECT))
    with pytest.raises(NothingOffered, match="nothing for this question, as in years that"):
        ask(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [("regionalkey", "05*"), ("name", "12411-01-01-4"), ("regionalvariable", "KREISE")],
)
def test_no_object_for_another_question_is_no_answer_to_ours(genesis, settings, name, value):
    genesis.first("data/tablefile", status(104, NO_OBJECT, changed={name: value}))
    with pytest.raises(SourceRefused, match=rf"{name} expected .*, found '{value[:3]}"):
        ask(settings)


def test_a_status_in_another_encoding_is_read(genesis, settings):
    document = {"Status": {"Code": 22, "Content": ADJUSTED}}
    genesis.first("data/tablefile", data(json.dumps(document, ensure_ascii=False).encode("cp1252")))
    with pytest.raises(SourceRefused, match="enthält ungültige Werte"):
        ask(settings)


def test_validators_of_this_way_are_not_sent_to_the_download(genesis, settings):
    genesis.first(
        "data/tablefile",
        lambda visit, _: visit.answer(200, ZIP, ETag='"v1"', Last_Modified="today"),
    )
    assert not {"ETag", "Last-Modified"} & set(ask(settings).headers)


def test_a_maintenance_page_or_a_status_is_no_table():
    with pytest.raises(SourceUnavailable, match="22421-02i: expected a table, found a web page"):
        require_data(b"\n<!DOCTYPE html>", "22421-02i")
    with pytest.raises(SourceUnavailable, match="found GENESIS status 104"):
        require_data(b'{"Status": {"Code": 104, "Content": "nichts"}}', "22421-02i")
    require_data("Tabelle: 22421-02i".encode("cp1252"), "22421-02i")


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: f"{{{text}".encode()))
def test_whatever_comes_instead_of_data_only_our_own_errors_come_out(content):
    account = Account("DE0815K", "geheim", origin="the test")
    with suppress(NothingOffered, SourceUnavailable):
        raise_for_status(read_status(content, CODE, account), CODE, account)
    with suppress(SourceUnavailable):
        require_data(content, CODE)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["Status", "Code", "Content", "List", "Parameter"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_shape_a_status_has_only_our_own_errors_come_out(document):
    account = Account("DE0815K", "geheim", origin="the test")
    try:
        found = read_status(json.dumps(document).encode(), CODE, account)
        assert isinstance(found, Status)
        assert all(isinstance(row, dict) for row in found.rows("List"))
        raise_for_status(found, CODE, account)
    except (NothingOffered, SourceUnavailable):
        pass
