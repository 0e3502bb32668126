"""Texts in two languages: what logs see, what officers read, what is kept between processes."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, date, datetime

import pytest

from kreishaus import wording
from kreishaus.model import Finding, SourceUnavailable, UnreadableFile
from kreishaus.store.quarantine import explain
from kreishaus.wording import (
    Text,
    closed,
    day,
    document_in,
    figure,
    from_document,
    in_language,
    joined,
    rewritten,
    say,
    say_counted,
    text_of,
    to_document,
)

GERMAN = {
    "expected {count:,} cells on {day}, found {found!r}": (
        "Erwartet werden {count:,} Zellen am {day}, gefunden wurde {found!r}"
    ),
    "{share:.1f} ({change:+.0%})": "{share:.1f} ({change:+.0%})",
    "seen at {at:%Y-%m-%d %H:%M}": "gesehen am {at:%d.%m.%Y um %H:%M}",
    "1 file": "1 Datei",
    "{count} files": "{count} Dateien",
    "{what} cannot be read": "{what} ist nicht lesbar",
    "a workbook": "eine Arbeitsmappe",
    " or ": " oder ",
}


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {**wording.catalogue(), **GERMAN}
    monkeypatch.setattr(wording, "catalogue", lambda: whole)


def german(text: str) -> str:
    return in_language(text, "de")


def test_english_is_the_text_itself_and_german_is_said_by_the_catalogue():
    text = say(
        "expected {count:,} cells on {day}, found {found!r}",
        count=1204,
        day=date(2021, 9, 30),
        found="12,5",
    )
    assert text == "expected 1,204 cells on 2021-09-30, found '12,5'"
    assert german(text) == "Erwartet werden 1.204 Zellen am 30.09.2021, gefunden wurde „12,5“"
    assert f"{text}" == str(text) == in_language(text, "en")


def test_numbers_shares_and_moments_are_written_as_each_language_does():
    assert german(say("{share:.1f} ({change:+.0%})", share=12.5, change=-0.25)) == (
        "12,5 (-25\N{NO-BREAK SPACE}%)"
    )
    moment = say("seen at {at:%Y-%m-%d %H:%M}", at=datetime(2021, 9, 3, 4, 5, tzinfo=UTC))
    assert (str(moment), german(moment)) == (
        "seen at 2021-09-03 04:05",
        "gesehen am 03.09.2021 um 04:05",
    )
    assert german(figure("1,204.5")) == "1.204,5"
    assert german(day(date(2021, 9, 30))) == "30.09.2021"
    assert german(say("{count} files", count=2021)) == "2021 Dateien"  # without a format, as it is


def test_a_template_without_german_is_said_in_english():
    assert german(say("no translator has seen {what}", what="this")) == (
        "no translator has seen this"
    )


def test_texts_within_texts_are_said_in_the_same_language():
    text = say("{what} cannot be read", what=joined((say("a workbook"), "x.csv"), say(" or ")))
    assert text == "a workbook or x.csv cannot be read"
    assert german(text) == "eine Arbeitsmappe oder x.csv ist nicht lesbar"


def test_one_and_many():
    def files(count: int) -> str:
        return german(say_counted("1 file", "{count} files", count))

    assert [files(1), files(2), files(0)] == ["1 Datei", "2 Dateien", "0 Dateien"]


def test_an_exception_keeps_both_languages():
    inner = SourceUnavailable(say("a workbook"))
    outer = SourceUnavailable(say("{what} cannot be read", what=inner))
    assert str(outer) == "a workbook cannot be read"
    assert german(text_of(outer)) == "eine Arbeitsmappe ist nicht lesbar"
    assert text_of(ValueError("plain")) == "plain"
    assert text_of(OSError(2, "No such file")) == "[Errno 2] No such file"


@pytest.mark.parametrize(
    "text",
    [
        say("{what} cannot be read", what=say("a workbook")),
        joined((say("a workbook"), "b"), say(" or ")),
        figure("1,000"),
        closed(say("a workbook")),
    ],
)
def test_a_text_survives_another_process_a_copy_and_a_document(text: Text):
    for again in (
        pickle.loads(pickle.dumps(text)),
        copy.deepcopy(text),
        from_document(json.loads(json.dumps(to_document(text)))),
    ):
        assert (str(again), german(again)) == (str(text), german(text))


def test_a_document_holds_both_and_old_documents_are_shown_as_they_are():
    document = to_document({"message": say("a workbook"), "rows": [say("a workbook"), 3, None]})
    both = {"en": "a workbook", "de": "eine Arbeitsmappe"}
    assert document == {"message": both, "rows": [both, 3, None]}
    assert document_in(document, "de")["rows"][0] == "eine Arbeitsmappe"
    assert document_in({"message": "of an earlier release"}, "de") == {
        "message": "of an earlier release"
    }
    assert from_document({"message": "of an earlier release"}) == {
        "message": "of an earlier release"
    }


def test_each_wording_is_cut_by_itself():
    cut = rewritten(say("a workbook"), lambda words: words[:6])
    assert (str(cut), german(cut)) == ("a work", "eine A")


def test_a_finding_says_what_where_expected_found_and_what_to_do_in_this_order():
    finding = Finding(
        rule="number",
        severity="critical",
        message=say("a value does not fit its column {name}", name="plaetze"),
        place="1",
        row="34",
        column="C",
        expected=say("a whole number"),
        found="12,5",
        to_do=say("Fetch it again."),
    )
    text = explain("WTG.xlsx", [finding])
    assert german(text) == (
        "WTG.xlsx, Seite oder Blatt 1, Zeile 34, Spalte C: Ein Wert passt nicht in die Spalte "
        "plaetze. Erwartet: eine ganze Zahl. Gefunden: 12,5. Bitte rufen Sie die Datei erneut ab. "
        "[number]"
    )
    assert text == (
        "WTG.xlsx, page or sheet 1, row 34, column C: [number] a value does not fit its column "
        "plaetze Fetch it again. (expected a whole number, found 12,5)"
    )
    assert str(UnreadableFile(finding)).endswith("plaetze Fetch it again.")
