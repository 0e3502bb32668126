"""Tables computed as a job: the right result, no second job, no endless wait."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from genesis_server import ADJUSTED, JOB_TEXT, MAINTENANCE, Genesis, data, running, status

from ingest.http import Client
from ingest.it_nrw.credentials import Account
from ingest.it_nrw.jobs import JobDesk, job_name
from ingest.it_nrw.rest import Service
from ingest.it_nrw.tablefile import table
from kreishaus.model import SourceRefused, SourceUnavailable
from kreishaus.settings import Patience

CODE = "12531-0043"
RESULT = b"PK\x03\x04 the table"
OLD = b"PK\x03\x04 an old table"
JOB = "12531-0043_175879554"
PATIENCE = Patience(limit_minutes=4)
FORM = {"name": CODE, "format": "ffcsv", "regionalvariable": "KREISE", "regionalkey": "05*"}


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def genesis() -> Iterator[Genesis]:
    with running(Genesis(tables={CODE: RESULT}, too_large={CODE})) as genesis:
        yield genesis


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ask(genesis, clock, tmp_path):
    """Asks once, as a new visit would; ``form`` is the question."""
    with Client() as client:
        account = Account(genesis.username, genesis.password, origin="the test")
        service = Service(client, f"{genesis.url}/rest/2020", account, 10, clock.sleep)

        def visit(form=FORM):
            desk = JobDesk(service, tmp_path / "jobs", PATIENCE, clock.sleep, lambda: clock.now)
            return table(service, desk, form, CODE).content

        yield visit


def methods(genesis: Genesis) -> list[str]:
    return [asked.method for asked in genesis.asked]


def notes(tmp_path):
    return list((tmp_path / "jobs").glob("*"))


def test_a_large_table_is_asked_for_as_a_job_fetched_and_removed(ask, genesis, clock, tmp_path):
    genesis.polls = 3
    assert ask() == RESULT
    assert clock.pauses == [30, 30, 30]
    assert methods(genesis) == [
        "data/tablefile",
        "data/tablefile",
        *["catalogue/results"] * 4,
        "data/resultfile",
        "profile/removeresult",
    ]
    dialog, job = genesis.questions("data/tablefile")
    assert "job" not in dialog.form
    assert job.form == {**dialog.form, "job": "true"}
    (result,) = genesis.questions("data/resultfile")
    assert (result.form["name"], result.form["format"]) == (JOB, "ffcsv")
    assert all(asked.headers["username"] == genesis.username for asked in genesis.asked)
    assert (genesis.results, notes(tmp_path)) == ({}, [])


def test_an_older_result_of_a_similar_name_is_not_it(ask, genesis, clock):
    genesis.results = {"12531-0043_17587955": OLD, "12531-0043_1758795541": OLD}
    genesis.polls = 2
    assert ask() == RESULT
    assert len(clock.pauses) == 2
    assert set(genesis.results) == {"12531-0043_17587955", "12531-0043_1758795541"}


def test_a_job_that_is_never_ready_ends_the_visit_and_names_the_job(ask, genesis, clock):
    genesis.polls = None
    genesis.results = {"12531-0043_1": OLD}
    with pytest.raises(SourceUnavailable, match=f"job {JOB} was not ready after 4 minutes"):
        ask()
    assert clock.pauses == [30] * 8
    assert "data/resultfile" not in methods(genesis)


def test_the_wait_ends_before_the_task_does():
    assert (Patience().poll_seconds, Patience().limit_minutes) == (30, 40)
    with pytest.raises(ValueError, match="less than 45"):
        Patience(limit_minutes=45)


def test_the_next_visit_asks_for_the_same_job_and_makes_no_second_one(
    ask, genesis, clock, tmp_path
):
    genesis.polls = None
    for _ in range(2):
        with pytest.raises(SourceUnavailable, match=JOB):
            ask()
    genesis.polls = 0
    assert ask() == RESULT
    assert genesis.made == [JOB]
    assert notes(tmp_path) == []


def test_another_question_is_another_job(ask, genesis):
    genesis.polls = None
    with pytest.raises(SourceUnavailable):
        ask()
    genesis.polls = 0
    assert ask({**FORM, "regionalkey": "05162"}) == RESULT
    assert genesis.made == [JOB, "12531-0043_175879555"]


def test_a_job_of_yesterday_is_forgotten(ask, genesis, tmp_path):
    genesis.polls = None
    with pytest.raises(SourceUnavailable):
        ask()
    (note,) = notes(tmp_path)
    long_ago = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    note.write_text(json.dumps({"name": JOB, "made_at": long_ago}))
    genesis.made.clear()
    genesis.polls = 0
    genesis.made.append("something else_0")
    genesis.tables["something else"] = OLD
    assert ask() == RESULT
    assert genesis.made[-1] == "12531-0043_175879555"


@pytest.mark.parametrize("torn", ["", "{", "[]", '{"name": "x"}', '{"name": "x", "made_at": 3}'])
def test_a_torn_note_is_no_note(ask, genesis, tmp_path, torn):
    genesis.polls = None
    with pytest.raises(SourceUnavailable):
        ask()
    (note,) = notes(tmp_path)
    note.write_text(torn)
    genesis.polls = 0
    assert ask() == RESULT
    assert len(genesis.made) == 2


def test_maintenance_while_waiting_keeps_the_job_for_the_next_visit(ask, genesis):
    genesis.first("catalogue/results", data(MAINTENANCE))
    with pytest.raises(SourceUnavailable, match="found a web page"):
        ask()
    assert ask() == RESULT
    assert genesis.made == [JOB]


def test_a_result_that_was_lost_is_asked_for_anew(ask, genesis):
    genesis.first("data/resultfile", status(104, "Es gibt keine Objekte"))
    with pytest.raises(SourceUnavailable, match=f"result {JOB}"):
        ask()
    assert ask() == RESULT
    assert len(genesis.made) == 2


@pytest.mark.parametrize(
    "reply",
    [status(104, "weg"), data(MAINTENANCE), lambda visit, _: visit.answer(404)],
    ids=["status", "page", "404"],
)
def test_a_result_that_cannot_be_removed_is_a_warning(ask, genesis, caplog, reply):
    genesis.first("profile/removeresult", reply)
    genesis.first("profile/removeResult", reply)
    with caplog.at_level(logging.WARNING):
        assert ask() == RESULT
    assert f"result {JOB} was fetched, but not removed" in caplog.text


def test_a_service_that_spells_the_method_otherwise_is_understood(ask, genesis, caplog):
    genesis.first("profile/removeresult", lambda visit, _: visit.answer(404))
    genesis.first("profile/removeResult", status(0, "erfolgreich"))
    with caplog.at_level(logging.WARNING):
        assert ask() == RESULT
    assert not caplog.records


def test_a_job_without_a_name_of_our_table_is_refused(ask, genesis):
    genesis.job_text = "Der Bearbeitungsauftrag wurde erstellt. Name: 12411-0001_175879554"
    with pytest.raises(SourceRefused, match="expected the name of a job, such as 12531-0043_"):
        ask()


def test_too_large_even_for_a_job_is_refused(ask, genesis):
    genesis.first("data/tablefile", *[status(98, "zu groß")] * 2)
    with pytest.raises(SourceRefused, match="too large even for a job: narrow regional_key"):
        ask()


def test_a_job_about_another_region_is_refused(ask, genesis):
    text = JOB_TEXT.format(JOB)
    genesis.first("data/tablefile", status(98, ""), status(99, text, {"regionalkey": "09*"}))
    with pytest.raises(SourceRefused, match=r"regionalkey expected '05\*', found '09\*'"):
        ask()


def test_a_job_with_an_adjusted_question_is_refused(ask, genesis):
    genesis.job_text = JOB_TEXT + f" ({ADJUSTED}, um den Service starten zu können.: regionalkey)"
    with pytest.raises(SourceRefused, match="the service changed the question"):
        ask()


def test_the_adjusted_date_that_we_never_send_changes_no_question(ask, genesis):
    genesis.job_text = JOB_TEXT + f" ({ADJUSTED}, um den Service starten zu können.: stand)"
    assert ask() == RESULT


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (JOB_TEXT.format(JOB), JOB),
        (JOB_TEXT.format(JOB) + ".", JOB),
        (JOB_TEXT.format(JOB) + " (Hinweis: stand", JOB),
        (JOB_TEXT.format("12531-00431_5"), None),
        (JOB_TEXT.format("x12531-0043_5"), None),
        (JOB_TEXT.format("12531-0043"), None),
    ],
)
def test_the_name_of_a_job_is_found_whole_or_not_at_all(text, name):
    assert job_name(text, CODE) == name
