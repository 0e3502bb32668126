"""What people are told, through Airflow's own notifiers, to real servers on this machine."""

from __future__ import annotations

import os
import ssl
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme
from receivers import Mailbox, Webhook, mail_server, webhook

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))
sys.path.insert(0, str(Path(__file__).parents[3] / "dags"))

from airflow.sdk.exceptions import AirflowException, AirflowSkipException

import watch_freshness
from kreishaus.model import Finding, Request
from kreishaus.settings import Alerts, Settings
from kreishaus.store.landing import Landing
from kreishaus.store.quarantine import Quarantine
from kreishaus.store.staging import BatchRecord, Staging
from kreishaus.store.visits import Visit, Visits
from kreishaus_dags import alerting
from pipeline.alerts import AlertLog, Late, Message, late_datasets, red_run, unsent, what_is_late
from pipeline.issues import Issue

NOW = datetime(2021, 10, 21, 2, 0, tzinfo=UTC)
MESSAGE = Message("Ein Täst", "<b>bold & {{ 7 * 7 }}</b>", "brief {{ 7 * 7 }}")
LATE = Issue("yellow", "late", "bamf/hkl", "September was due", "September was due", key="late x")


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mail_server() as server:
        monkeypatch.setenv("AIRFLOW_CONN_COUNTY_MAIL", server.connection)
        yield server


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with webhook() as receiver:
        monkeypatch.setenv("AIRFLOW_CONN_COUNTY_CHAT", receiver.connection)
        yield receiver


@pytest.fixture
def told_to(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings that tell those who are named, and that the DAG files read."""

    def choose(*emails: str, chat: str = "") -> Settings:
        alerts = Alerts(emails=emails, smtp_connection="county_mail", webhook_connection=chat)
        chosen = settings.model_copy(update={"alerts": alerts})
        for module, name in ((alerting, "read_settings"), (watch_freshness, "current_settings")):
            monkeypatch.setattr(module, name, lambda: chosen)
        return chosen

    return choose


def test_a_mail_quotes_and_never_renders(told_to: Any, mails: Mailbox) -> None:
    """A file may be called or hold what a template engine would run."""
    assert alerting.send(MESSAGE, told_to("a@county.example", "b@county.example"))
    (mail,) = mails.got
    assert (mail["Subject"], mail["From"]) == ("Ein Täst", "kreishaus@county.example")
    assert mails.recipients == [["a@county.example", "b@county.example"]]
    (text,) = mails.texts
    assert "&lt;b&gt;bold &amp; {{ 7 * 7 }}&lt;/b&gt;</pre>" in text


def test_a_webhook_gets_the_brief_words_at_the_whole_address(told_to: Any, chat: Webhook) -> None:
    assert alerting.send(MESSAGE, told_to(chat="county_chat"))
    assert (chat.got, chat.paths) == (["brief {{ 7 * 7 }}"], ["/hooks/secret"])


def test_nobody_is_told_where_nobody_is_named(told_to: Any) -> None:
    settings = told_to()
    assert not alerting.send(MESSAGE, settings)
    assert not (settings.home / "alerts").exists()


def test_one_way_that_fails_keeps_no_other_and_is_said_in_status(
    told_to: Any, mails: Mailbox, chat: Webhook
) -> None:
    chat.status = 404
    settings = told_to("a@county.example", chat="county_chat")
    assert alerting.send(MESSAGE, settings)
    assert len(mails.got) == 1
    (issue,) = unsent(settings)
    assert (issue.severity, issue.kind, issue.about) == ("red", "alert unsent", "webhook")
    assert "404" in issue.why and "'Ein Täst' did not arrive" in issue.why
    chat.status = 200
    assert alerting.send(MESSAGE, settings)
    assert unsent(settings) == []


def test_a_mail_server_that_refuses_is_said_with_its_words(told_to: Any, mails: Mailbox) -> None:
    mails.refusing = "554 no thank you"
    settings = told_to("a@county.example")
    assert not alerting.send(MESSAGE, settings)
    assert "no thank you" in unsent(settings)[0].why


def test_an_encrypted_mail_server_is_believed_only_with_a_certificate_we_trust(
    told_to: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    settings = told_to("a@county.example")
    with mail_server(tls) as server:
        monkeypatch.setenv("AIRFLOW_CONN_COUNTY_MAIL", server.connection)
        assert not alerting.send(MESSAGE, settings)
        assert "CERTIFICATE_VERIFY_FAILED" in unsent(settings)[0].why
        assert server.got == []
        trusted = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(str(trusted))
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        assert alerting.send(MESSAGE, settings)
        assert len(server.got) == 1


def test_a_connection_that_is_missing_is_named(told_to: Any) -> None:
    settings = told_to(chat="forgotten")
    assert not alerting.send(MESSAGE, settings)
    assert "forgotten" in unsent(settings)[0].why


def test_a_webhook_that_is_away_does_not_betray_its_address(
    told_to: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = '{"conn_type": "http", "host": "http://127.0.0.1:9/hooks/secret"}'
    monkeypatch.setenv("AIRFLOW_CONN_COUNTY_CHAT", away)
    settings = told_to(chat="county_chat")
    assert not alerting.send(MESSAGE, settings)
    assert "ConnectionError" in unsent(settings)[0].why
    assert "secret" not in (settings.home / "alerts" / "sent.jsonl").read_text()


def put_into_quarantine(settings: Settings, label: str, run_id: str) -> Path:
    """Land a file, put it into quarantine and note the visit that brought it."""
    landing = Landing(settings.landing, "bamf", "hkl")
    request = Request(f"hkl/{label}", label, url="http://127.0.0.1/")
    landed, _ = landing.land(label.encode(), request, run_id=run_id, licence="")
    finding = Finding("sum", "critical", "1,204 is not 1,648", place="5", row="998")
    record = BatchRecord("bamf", "hkl", landed.sha256, label, label, 1, None, NOW)
    folder = Quarantine(settings.quarantine, "bamf", "hkl").keep(record, b"", [finding], [], "")
    seen = Visit(
        NOW - timedelta(minutes=5),
        run_id,
        offered=2,
        pending=(landed.sha256,),
        refused=("Erika Muster.xlsx: column 'AZR-Nummer' looks like persons",),
        unavailable=("2021-09: GET http://127.0.0.1/9: expected status 200, found 503",),
    )
    Visits(settings.landing, "bamf", "hkl").note(seen)
    return folder


def red(run_id: str, dag_id: str = "ingest_bamf") -> dict[str, Any]:
    """The context that Airflow's DAG processor makes: here without a task."""
    return {"dag": SimpleNamespace(dag_id=dag_id), "run_id": run_id, "reason": "timed_out"}


def test_a_red_run_is_told_with_each_fault_and_where_it_lies(
    told_to: Any, mails: Mailbox, chat: Webhook
) -> None:
    settings = told_to("a@county.example", chat="county_chat")
    folder = put_into_quarantine(settings, "2020-09", "night 1")
    alerting.alert(red("night 1"))
    (text,), (brief,) = mails.texts, chat.got
    for words in (
        "ingest_bamf is red, run night 1.",
        "silent      bamf/hkl: 2021-09: GET http://127.0.0.1/9: expected status 200, found 503",
        "quarantine  bamf/hkl: 2020-09, page or sheet 5, row 998: [sum] 1,204 is not 1,648",
        f"{folder}/reason.txt",
        "What to do",
        "Maintenance heals by itself the next night.",
    ):
        assert words in text
    assert "quarantine bamf/hkl: 2020-09: sum" in brief
    assert "1,204" not in brief
    assert "Erika Muster.xlsx" in text and "Erika" not in brief


def test_the_same_fault_is_not_told_twice_in_a_night_but_the_next_one_is(
    told_to: Any, mails: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = told_to("a@county.example")
    put_into_quarantine(settings, "2020-09", "night 1")
    alerting.alert(red("night 1"))
    alerting.alert(red("night 1"))
    assert len(mails.got) == 1
    put_into_quarantine(settings, "2020-10", "night 1, again")
    alerting.alert(red("night 1, again"))
    assert len(mails.got) == 2
    monkeypatch.setattr("pipeline.alerts.QUIET_AFTER_RED", timedelta())
    alerting.alert(red("night 1, again"))
    assert len(mails.got) == 3


def test_a_refused_file_that_lies_unchanged_is_told_once(
    told_to: Any, mails: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each night is red; a new neighbour moves the file's number, a new file is news."""
    settings = told_to("a@county.example")
    monkeypatch.setattr("pipeline.alerts.QUIET_AFTER_RED", timedelta())
    lies = "saved 2021-10-14 07.32: in /share/azr: sheet 1: a date of birth"
    nights = {
        "night 1": [f"file 2 of 5 by name, {lies}"],
        "night 2": [f"file 3 of 6 by name, {lies}"],
        "night 3": [f"file 3 of 6 by name, {lies.replace('07.32', '07.33')}"],
    }
    told = []
    for run_id, refused in nights.items():
        seen = Visit(NOW - timedelta(minutes=5), run_id, offered=6, refused=tuple(refused))
        Visits(settings.landing, "azr", "series").note(seen)
        alerting.alert(red(run_id, "ingest_azr"))
        told.append(len(mails.got))
    assert told == [1, 1, 2]


def test_what_could_not_be_sent_is_not_held_for_told(told_to: Any, mails: Mailbox) -> None:
    settings = told_to("a@county.example")
    put_into_quarantine(settings, "2020-09", "night 1")
    mails.refusing = "554 not now"
    alerting.alert(red("night 1"))
    mails.refusing = None
    alerting.alert(red("night 1"))
    assert len(mails.got) == 1


def test_an_old_fault_is_not_blamed_for_another_run(told_to: Any, mails: Mailbox) -> None:
    settings = told_to("a@county.example")
    put_into_quarantine(settings, "2020-09", "night 1")
    alerting.alert(red("night 2"))
    assert "No file and no source is known to be at fault" in mails.texts[0]


def test_a_red_build_names_the_marts_that_were_not_renewed(told_to: Any, mails: Mailbox) -> None:
    settings = told_to("a@county.example")
    version = settings.published / "20211021T040000Z"
    (version / "internal").mkdir(parents=True)
    (version / "internal" / "manifest.json").write_text(
        '{"run_id": "night 1", "missing": {"staffing": "Binder Error: no column"}, "marts": ['
        '{"name": "vacancy", "kept_from": "20211020T040000Z", "fault": "test failed: unique"},'
        '{"name": "complaints", "kept_from": null, "fault": null}]}'
    )
    (settings.published / "current").symlink_to(version.name)
    alerting.alert(red("night 1", "build_marts"))
    (text,) = mails.texts
    assert "vacancy: shows the state of 20211020T040000Z: test failed: unique" in text
    assert "staffing: was never built: Binder Error: no column" in text
    assert "complaints" not in text
    alerting.alert(red("night 2", "build_marts"))
    assert "vacancy" not in mails.texts[1]


def stage_september(settings: Settings) -> None:
    """The HKL table of September 2021, staged."""
    record = BatchRecord("bamf", "hkl", "4f2a", "2021-09", "2021-09", 1, None, NOW, 1)
    Staging(settings.staged, "bamf", "hkl").stage(record, {}, [], "{}")


def hkl(late: Late) -> list[str]:
    return [issue.why for issue in late.news if issue.about == "bamf/hkl"]


def test_a_dataset_is_news_when_it_becomes_late_and_again_a_week_later(settings: Settings) -> None:
    stage_september(settings)
    alert_log, moment = AlertLog(settings), datetime(2021, 11, 21, 5, 0, tzinfo=UTC)
    assert hkl(what_is_late(settings, alert_log, date(2021, 11, 20), moment)) == []
    late = what_is_late(settings, alert_log, date(2021, 11, 21), moment)
    assert hkl(late) == ["2021-10-01 was due on 2021-11-20, 1 day ago; the newest is 2021-09-01"]
    for issue in late.news:
        alert_log.note(issue.key, moment)
    for days, news in ((1, 0), (6, 0), (7, 1)):
        later = moment + timedelta(days=days)
        assert len(hkl(what_is_late(settings, alert_log, date(2021, 11, 21), later))) == news, days


def test_the_warning_tells_news_from_what_is_known(settings: Settings) -> None:
    other = replace(LATE, about="azr/series", why="2021-09-30 was due", key="late y")
    message = late_datasets(settings, Late((LATE,), (other,)), "http://127.0.0.1:8080/dags")
    assert message.subject.endswith("): 2 datasets are late")
    assert "Nothing failed" in message.text
    assert "new         bamf/hkl: September was due" in message.text
    assert "still       azr/series: 2021-09-30 was due" in message.text
    assert late_datasets(settings, Late((), ()), "").subject.endswith("): no dataset is late")


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Any:
    """One run of the watch, ``watch(run_type, late)``; it returns its warnings."""

    def run(run_type: str, late: Late) -> list[str]:
        context = {
            "dag": SimpleNamespace(dag_id="watch_freshness"),
            "dag_run": SimpleNamespace(run_type=run_type),
            "run_id": "morning",
        }
        monkeypatch.setattr(watch_freshness, "get_current_context", lambda: context)
        monkeypatch.setattr("pipeline.alerts.what_is_late", lambda *_: late)
        assert watch_freshness.warn_of_late_datasets.function() is None  # nothing into XCom
        ours = [one for one in caplog.records if one.name == "kreishaus_dags.common"]
        return [one.getMessage() for one in ours if one.levelname == "WARNING"]

    return run


def test_the_watch_is_green_and_tells_what_is_newly_late(
    told_to: Any, mails: Mailbox, watch: Any
) -> None:
    told_to("a@county.example")
    assert watch("scheduled", Late((LATE,), ())) == ["bamf/hkl: September was due"]
    assert mails.got[0]["Subject"].endswith("1 dataset is late")


def test_the_watch_is_silent_about_what_was_told(told_to: Any, mails: Mailbox, watch: Any) -> None:
    told_to("a@county.example")
    assert watch("scheduled", Late((), (LATE,))) == ["bamf/hkl: September was due"]
    assert mails.got == []


def test_the_watch_is_skipped_when_nothing_is_late(
    told_to: Any, mails: Mailbox, watch: Any
) -> None:
    told_to("a@county.example")
    with pytest.raises(AirflowSkipException, match="nothing is late"):
        watch("scheduled", Late((), ()))
    assert mails.got == []


def test_the_watch_always_answers_a_person_who_starts_it(
    told_to: Any, mails: Mailbox, watch: Any
) -> None:
    told_to("a@county.example")
    with pytest.raises(AirflowSkipException):
        watch("manual", Late((), ()))
    assert "Everything is on time." in mails.texts[0]


def test_a_warning_that_was_not_sent_is_tried_again(
    told_to: Any, mails: Mailbox, watch: Any
) -> None:
    settings = told_to("a@county.example")
    mails.refusing = "554 not now"
    with pytest.raises(AirflowException, match="could not be sent"):
        watch("scheduled", Late((LATE,), ()))
    assert not AlertLog(settings).within(timedelta(days=7), LATE.key, datetime.now(UTC))


def test_late_datasets_fail_nothing_where_nobody_is_told(told_to: Any, watch: Any) -> None:
    told_to()
    assert watch("scheduled", Late((LATE,), ())) == ["bamf/hkl: September was due"]


def test_a_fault_without_a_known_cause_still_says_where_to_look(settings: Settings) -> None:
    message = red_run(
        settings,
        dag_id="build_marts",
        run_id="night 1",
        red_task="data_docs",
        found=[],
        page="http://127.0.0.1:8080/dags/build_marts/runs/night",
    )
    assert "Its task data_docs failed." in message.text
    assert "the log of the red task says why" in message.text
    assert "http://127.0.0.1:8080/dags/build_marts/runs/night" in message.brief
