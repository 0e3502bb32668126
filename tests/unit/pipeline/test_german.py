"""What an officer reads of a bad night, in German from end to end; logs and JSON stay English."""

from __future__ import annotations

import io
import json
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console
from said_in_code import english_words
from typer.testing import CliRunner

from expectations.data_docs import build
from kreishaus.model import Landed
from kreishaus.settings import Settings
from kreishaus.store.visits import Visit, Visits
from kreishaus.wording import in_language, say
from operations.cli import app
from operations.status_view import as_json, as_screen
from pipeline.alerts import red_run
from pipeline.issues import Issue, issues
from pipeline.status import dataset_status
from pipeline.steps import Outcome, fetch_new, process_file
from sample import azr

COUNTRY_CODES = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\bgroup\b")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("german") / "var", language="de")


@pytest.fixture(scope="module")
def outcome(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A cross table in which one count of 3,399 has become 3,389: a row and two columns break."""
    sample = tmp_path_factory.mktemp("sample")
    azr.write(sample)
    shutil.copytree(sample / "drop" / "azr", settings.drop_folder("azr"))
    path = next(settings.drop_folder("azr").glob("*Kreuz*"))
    book = openpyxl.load_workbook(path)
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    next(cell for cell in cells if cell.value == 3399).value = 3389
    book.save(path)
    (landed,) = fetch_new("azr/crosstable", settings, "night").pending
    return process_file(landed, settings)


def folder_of(settings: Settings, landed: Landed) -> Path:
    return settings.quarantine / "azr" / "crosstable" / landed.sha256


def without_codes(text: str) -> str:
    """Names of columns, rules and codes are the same in each language."""
    return COUNTRY_CODES.sub("", text)


def test_reason_txt_says_where_expected_found_and_what_to_do(settings: Settings, outcome: Outcome):
    text = (folder_of(settings, outcome.landed) / "reason.txt").read_text()
    first, *others = text.splitlines()
    assert re.search(r", Seite oder Blatt Kreuztabelle, Zeile 12\b.*: ", first)
    assert "Erwartet: 6.029. Gefunden: 6.039." in text
    assert others[-1].startswith("Was zu tun ist: Es gilt weiter die letzte gute Fassung.")
    assert not english_words(without_codes(text))


def test_reason_json_has_the_english_too(settings: Settings, outcome: Outcome):
    reason = json.loads((folder_of(settings, outcome.landed) / "reason.json").read_text())
    wordings = [one["message"] for one in reason]
    assert all(one.keys() == {"en", "de"} for one in wordings)
    assert {"en": "6,029", "de": "6.029"} in [one["expected"] for one in reason]
    assert "expected 6,029, found 6,039" in outcome.explanation


def test_status_is_german_and_its_json_english(settings: Settings, outcome: Outcome):
    now = datetime.now(UTC)
    statuses = dataset_status(settings, date.today(), source="azr")
    found = issues(statuses, settings, now)
    screen = io.StringIO()
    console = Console(file=screen, width=220)
    first = say("Nothing is published.")
    console.print(as_screen(statuses, found, settings.home, first_line=first, language="de"))
    shown = screen.getvalue()
    assert "Es ist nichts veröffentlicht." in shown
    assert re.search(r"^Quarantäne +azr/crosstable: ", shown, re.MULTILINE)
    assert "Gefunden: 6.039." in shown
    assert not english_words(without_codes(shown))
    document = json.dumps(as_json(statuses, found))
    assert "expected 6,029, found 6,039" in document
    assert "Gefunden" not in document


def test_an_alert_is_german(settings: Settings, outcome: Outcome):
    found = issues(
        dataset_status(settings, date.today(), source="azr"), settings, datetime.now(UTC)
    )
    red = [one for one in found if one.severity == "red"]
    message = red_run(
        settings, dag_id="ingest_azr", run_id="r", red_task="complete", found=red, page="http://a/"
    )
    assert in_language(message.subject, "de") == "Kreishaus (Rhein-Kreis Neuss): ingest_azr ist rot"
    text = in_language(message.text, "de")
    assert "\nWas zu tun ist\n" in text
    assert not english_words(without_codes(text))
    assert "is red" in message.text


def test_the_page_of_data_docs_is_german(settings: Settings, outcome: Outcome):
    site = build(settings)
    (path,) = (site / "runs" / "azr" / "crosstable").glob("*.html")
    page = path.read_text()
    assert '<html lang="de">' in page
    for words in ("in Quarantäne", "Was gelten muss", "Erwartet", "kritisch", "6.029"):
        assert words in page
    texts = re.sub(r"<[^>]+>", " ", page.partition("<main>")[2])
    assert not english_words(without_codes(texts)) - {"code"}
    assert "Prüfprotokoll" in (site / "index.html").read_text()


def test_what_a_source_said_is_kept_in_both_languages(tmp_path: Path):
    visits = Visits(tmp_path, "bamf", "hkl")
    why = say(
        "{url}: reports nothing new, and Kreishaus has no earlier file from it", url="http://a"
    )
    visits.note(Visit(datetime(2021, 10, 1, tzinfo=UTC), "night", unavailable=(why,)))
    (visit,) = visits.read()
    assert visit.unavailable == (str(why),)
    assert in_language(visit.unavailable[0], "de") == (
        "http://a: meldet nichts Neues, aber Kreishaus hat von dort keine frühere Datei"
    )


def test_an_old_visit_has_english_alone(tmp_path: Path):
    visits = Visits(tmp_path, "bamf", "hkl")
    visits.note(Visit(datetime(2021, 10, 1, tzinfo=UTC), "night", refused=("a.pdf: no answer",)))
    assert in_language(visits.read()[0].refused[0], "de") == "a.pdf: no answer"


@pytest.mark.parametrize(
    ("options", "environment", "expected"),
    [
        ([], "de", "Es ist nichts veröffentlicht."),
        (["--lang", "en"], "de", "Nothing is published."),
        ([], "en", "Nothing is published."),
        (["--lang", "de"], "en", "Es ist nichts veröffentlicht."),
    ],
)
def test_the_language_of_a_command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    environment: str,
    expected: str,
):
    monkeypatch.setenv("KREISHAUS_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("KREISHAUS_LANGUAGE", environment)
    said = CliRunner().invoke(app, ["status", *options])
    assert expected in said.output


def test_every_kind_of_issue_has_a_label():
    issue = Issue("red", "not published", "published", "why")
    assert in_language(issue.label, "de") == "nicht veröffentlicht"
