"""GENESIS REST: what each answer means, and that credentials stay in the headers."""

import json

import pytest

from ingest.http import Answer
from ingest.it_nrw.discover import rest_table, static_table
from ingest.it_nrw.rest import RequestRefused, fetch, require_data
from ingest.model import Request, SourceUnavailable
from ingest.settings import Settings

REQUEST = Request(
    identity="https://example.org/rest#12411-01-01-5/05162*",
    label="12411-01-01-5",
    url="https://example.org/rest",
    form={"name": "12411-01-01-5"},
)


class Service:
    """Answers every question with the same bytes, and remembers what it was asked."""

    def __init__(self, content):
        self.content = content
        self.asked = []

    def post(self, url, form, headers=None):
        self.asked.append((url, dict(form), dict(headers or {})))
        return Answer(url, self.content, {"Content-Type": "application/zip"})


def status(code, content="..."):
    document = {
        "Ident": {"Service": "data", "Method": "tablefile"},
        "Status": {"Code": code, "Content": content, "Type": "Information"},
        "Parameter": {"username": "GEHEIM"},
        "Object": None,
    }
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (status(6), "status 6"),
        (status(-1, "Systemfehler"), "Systemfehler"),
        (b"<html><title>Wartung</title>", "a web page"),
        (b"", "an empty answer"),
        (b"{ cut", "expected a table or a GENESIS status"),
        (b'{"fault": 1}', "expected a table or a GENESIS status"),
    ],
)
def test_what_may_heal_is_tried_again_later(content, words):
    with pytest.raises(SourceUnavailable, match=words) as error:
        fetch(Service(content), REQUEST)
    assert not isinstance(error.value, RequestRefused)


@pytest.mark.parametrize(
    ("code", "what_to_do"),
    [
        (15, "KREISHAUS_GENESIS_USERNAME"),
        (22, "another question"),
        (90, "check table_code"),
        (98, "too large"),
        (99, "jobs are not supported"),
        (4711, "a status without data that we do not know"),
    ],
)
def test_what_somebody_must_mend_says_what(code, what_to_do):
    with pytest.raises(
        RequestRefused, match=rf"12411-01-01-5: GENESIS status {code} .*{what_to_do}"
    ):
        fetch(Service(status(code)), REQUEST)


def test_an_error_never_repeats_the_parameters():
    with pytest.raises(RequestRefused) as error:
        fetch(Service(status(15)), REQUEST)
    assert "GEHEIM" not in str(error.value)


@pytest.mark.parametrize("code", [50, 104])
def test_nothing_new_is_no_failure(code):
    assert fetch(Service(status(code)), REQUEST).content is None


def test_a_zip_is_the_answer_whatever_type_it_claims():
    assert fetch(Service(b"PK\x03\x04..."), REQUEST).content == b"PK\x03\x04..."


def test_credentials_go_into_headers_and_nowhere_else(monkeypatch):
    monkeypatch.setenv("KREISHAUS_GENESIS_USERNAME", "DE0815")
    monkeypatch.setenv("KREISHAUS_GENESIS_PASSWORD", "geheim")
    service = Service(b"PK\x03\x04...")
    answer = fetch(service, REQUEST)
    ((url, form, headers),) = service.asked
    assert headers == {"username": "DE0815", "password": "geheim"}
    assert form == {"name": "12411-01-01-5"}
    assert "geheim" not in url + str(answer.headers)


def test_without_an_account_a_guest_asks(monkeypatch):
    monkeypatch.delenv("KREISHAUS_GENESIS_USERNAME", raising=False)
    monkeypatch.delenv("KREISHAUS_GENESIS_PASSWORD", raising=False)
    service = Service(b"PK\x03\x04...")
    fetch(service, REQUEST)
    assert service.asked[0][2] == {"username": "GAST", "password": "GAST"}


def test_a_maintenance_page_is_no_table():
    with pytest.raises(SourceUnavailable, match="22421-02i: expected a table, found a web page"):
        require_data(b"\n<!DOCTYPE html>", "22421-02i")
    require_data("Tabelle: 22421-02i".encode("cp1252"), "22421-02i")


# What is asked for


def test_a_static_table_is_asked_for_by_its_address(settings):
    (sample,) = static_table(settings, None, "care_recipients")
    assert sample.label == "22421-02i"
    assert sample.url.startswith("http://127.0.0.1:")
    assert sample.url.endswith("/it_nrw/ldbnrwws/downloader/00/tables/22421-02i_00.csv")
    assert (sample.form, sample.extension) == (None, "csv")


def test_a_live_table_lies_at_the_configured_host(tmp_path):
    (live,) = static_table(Settings(home=tmp_path, sources="live"), None, "population_by_age")
    assert live.url == (
        "https://www.regionalstatistik.de/genesis/online/download/12411-03-03-4/datencsv"
    )


def test_a_rest_table_is_narrowed_to_the_county(settings):
    (request,) = rest_table(settings, None, "population_municipalities")
    assert request.form["name"] == "12411-01-01-5"
    assert request.form["regionalvariable"] == "GEMEIN"
    assert request.form["regionalkey"] == "05162*"
    assert request.form["format"] == "ffcsv"
    assert not {"username", "password"} & set(request.form)
    assert request.identity.endswith("/rest/2020/data/tablefile#12411-01-01-5/05162*")


@pytest.mark.parametrize("discover", [static_table, rest_table])
def test_a_dataset_without_path_says_where_it_is_missing(settings, discover):
    with pytest.raises(ValueError, match=r"\[source.it_nrw.datasets.nobody\] needs a path"):
        discover(settings, None, "nobody")
