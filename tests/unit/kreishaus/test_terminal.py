"""Data on a terminal are text: neither Rich's markup nor codes that a terminal obeys."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from kreishaus.terminal import json_text, visible
from operations.console import SafeConsole
from operations.query_output import as_csv, as_json, as_table

ATTACKS = (
    "\x1b]0;title\x07",  # sets the window's title
    "\x1b[2J\x1b[31mred",  # clears the screen
    "\x9b31m",  # the same beginning of a code, in one character
    "12\r99",  # writes over what stands in the line
    "\u202e7891",  # turns the rest of the line round
    "a\u2028b",
    "\ud8ff",  # of a file's name that is no UTF-8
)


def written(answer: pa.Table) -> str:
    stream = io.StringIO()
    as_table(answer, stream)
    return stream.getvalue()


@pytest.mark.parametrize("text", ["[neu]", "[/b]", "[bold red]x[/]", ":smile:", "[link=x]"])
def test_markup_is_shown_as_it_stands(text: str) -> None:
    assert text in written(pa.table({"[/b]": [text]}))
    stream = io.StringIO()
    SafeConsole(file=stream, width=100).print(text)
    assert stream.getvalue().strip() == text


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_that_a_terminal_obeys_is_printed(text: str) -> None:
    stream = io.StringIO()
    SafeConsole(file=stream, width=100).print(f"before{text}after")
    for shown in (visible(text), stream.getvalue().replace("\n", "")):
        assert shown.isprintable()
    assert "before" in stream.getvalue()
    assert "after" in stream.getvalue()


def test_what_is_printable_stays() -> None:
    assert visible("Grevenbroich: 1.234 m² – „k. A.“\n\tx") == (
        "Grevenbroich: 1.234 m² – „k. A.“\n\tx"
    )
    assert visible("a\x1bb\x7fc\x85") == "a␛b␡c\ufffd"


def test_a_table_of_attacks_is_only_text() -> None:
    shown = written(pa.table({"name\x1b[2J": [text for text in ATTACKS if text != "\ud8ff"]}))
    assert shown.replace("\n", "").isprintable()


def test_json_keeps_umlauts_and_escapes_what_acts() -> None:
    text = json_text({"ü": "\x1b[2J\x9b\u202e\U000e0001"})
    assert '"ü"' in text
    assert text.replace("\n", "").isprintable()
    assert json.loads(text) == {"ü": "\x1b[2J\x9b\u202e\U000e0001"}
    stream = io.StringIO()
    as_json(pa.table({"a": ["\x9b"]}), stream)
    assert json.loads(stream.getvalue()) == [{"a": "\x9b"}]


def test_a_table_wider_than_the_terminal_is_shown_row_by_row_with_every_figure() -> None:
    place = "Anlage 3, Tabelle 2, Zeile 17, " * 4
    answer = pa.table({"place": [place, "short"], "row_label": ["x" * 90] * 2, "value": [217, -3]})
    shown = written(answer)
    assert "217" in shown
    assert "-3" in shown
    assert shown.count("row_label") == 2
    assert "…" not in shown
    assert "2 rows" in shown


def test_a_narrow_table_stays_a_table() -> None:
    shown = written(pa.table({"a": [1, 2], "b": ["x", "y"]}))
    assert shown.count("a") == 1
    assert "row 1" not in shown


def test_csv_holds_nothing_that_a_spreadsheet_computes() -> None:
    answer = pa.table(
        {
            "=1+1": ["=1+1", "k. A.;=2+2"],
            "n": [-3, 4],
            "text": ["-94", "+49 2131"],
            "tab": ["a\t@x", "\uff1d1"],
        }
    )
    stream = io.StringIO()
    as_csv(answer, stream)
    assert stream.getvalue().splitlines() == [
        "'=1+1,n,text,tab",
        "'=1+1,-3,-94,a\t'@x",
        "k. A.;'=2+2,4,+49 2131,'\uff1d1",
    ]


def test_the_commands_own_words_are_shown_as_they_stand(tmp_path: Path) -> None:
    """A folder may be called what Rich takes for markup."""
    counties = tmp_path / "[neu]_[bold]\x1b[31m"
    counties.mkdir()
    done = subprocess.run(
        [Path(sys.executable).with_name("kreishaus"), "county", "check"],
        env={"KREISHAUS_HOME": str(tmp_path / "var"), "KREISHAUS_COUNTIES": str(counties)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "[neu]_[bold]\u241b[31m" in (done.stdout + done.stderr).replace("\n", "")
    assert "\x1b" not in done.stdout + done.stderr
