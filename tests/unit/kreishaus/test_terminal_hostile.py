"""Answers, audit, logs and wrong settings: nothing of them is obeyed, cut or lost."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from operations import console, query_output
from warehouse.export.textfile import csv_cell, harmless

EVIL = "[/b]\x1b[31m\x9b2J\u202e\x07"


def answer(sql: str) -> pa.Table:
    return duckdb.connect().execute(sql).to_arrow_table()


def written(form: str, table: pa.Table) -> str:
    stream = io.StringIO()
    query_output.RENDERERS[form](table, stream)
    return stream.getvalue()


def test_columns_of_one_name_are_all_written() -> None:
    twice = answer("select 11 as a, 22 as a, 33 as a")
    assert written("csv", twice) == "a,a,a\n11,22,33\n"
    assert json.loads(written("json", twice)) == [{"a": 11, "a_2": 22, "a_3": 33}]
    assert all(figure in written("table", twice) for figure in ("11", "22", "33"))


@pytest.mark.parametrize("width", [80, 40])
def test_a_long_name_of_a_column_leaves_its_figure(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(query_output, "COLUMNS_OF_A_FILE", width)
    shown = written("table", pa.table({"sum(case when x then y end) " * 5: [12345678], "b": ["x"]}))
    assert "12345678" in shown
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= width


def test_a_tab_in_a_cell_cuts_nothing() -> None:
    shown = written("table", pa.table({"a": ["Haus\tErft"], "n": [5]}))
    assert "Haus Erft" in shown


def test_csv_holds_nothing_that_a_terminal_obeys() -> None:
    shown = written("csv", pa.table({"a\x1b": [EVIL, "two\nlines"]}))
    assert shown.replace("\n", "").isprintable()
    assert '"two\nlines"' in shown


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (" =1+1", "' =1+1"),
        ("\u00a0=1+1", "'\u00a0=1+1"),
        ("\ufeff=1+1", "'\ufeff=1+1"),
        ('"=1+1', "'\"=1+1"),
        ('x;"=1+1"', 'x;\'"=1+1"'),
        ("x; @a", "x;' @a"),
        ("\x00=1", "'\x00=1"),
        (" -94", " -94"),
        ('"-1.234,5 %"', '"-1.234,5 %"'),
        ("-", "-"),
        ("plain", "plain"),
        (" plain", " plain"),
    ],
)
def test_a_formula_behind_blanks_or_quotes_is_none(text: str, safe: str) -> None:
    assert harmless(text) == safe


def test_a_list_of_formulas_is_none_and_a_number_stays_one() -> None:
    assert csv_cell(["x;=cmd|calc"], for_spreadsheets=False) == "['x;'=cmd|calc']"
    assert csv_cell(-1e-07, for_spreadsheets=False) == "-1e-07"
    assert csv_cell(-1.5, for_spreadsheets=True) == "-1,5"


def test_a_line_of_the_log_is_one_line_and_obeys_nothing() -> None:
    record = logging.LogRecord("x", 30, "", 0, "%s is here\nall is green", (EVIL,), None)
    shown = console.SafeLogFormatter().format(record)
    assert "all is green" in shown
    assert shown.isprintable()


def run(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("kreishaus"), *words],
        env={"KREISHAUS_HOME": str(home), "PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_wrong_setting_is_said_without_its_value(tmp_path: Path) -> None:
    done = run(tmp_path / "var", "status", KREISHAUS_SOURCES=EVIL, KREISHAUS_HTTP__TRIES="geheim")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "KREISHAUS_SOURCES: Input should be 'sample' or 'live'" in done.stderr
    assert "KREISHAUS_HTTP__TRIES" in done.stderr
    assert "geheim" not in done.stderr
    assert done.stderr.replace("\n", "").isprintable()


def test_what_was_asked_is_shown_by_the_audit_as_text(tmp_path: Path) -> None:
    from kreishaus.settings import Settings
    from warehouse import audit

    audit.record(Settings(home=tmp_path / "var"), "query", statement=EVIL)
    done = run(tmp_path / "var", "audit")
    (line,) = done.stdout.splitlines()
    assert line.isprintable()
    assert json.loads(line)["statement"] == EVIL
