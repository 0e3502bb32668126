"""Workbooks of before 2007: what their cells say, and what a bad one can do to the machine."""

from __future__ import annotations

import os
import resource
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from xls_damage import (
    BOF,
    FORMULA,
    HARMFUL,
    LABEL,
    MERGED,
    MULRK,
    NUMBER,
    STRING,
    accidents,
    bof,
    book,
    compound,
    number,
    office_file,
    record,
)

from formats.sheets import Area, OpaqueFile, Sheet
from formats.workbook import look_into

SECONDS, MEBIBYTES = 20, 1_500
BOOLERR = 0x205
DAMAGED = "a damaged workbook"
TOO_LARGE = "a file far larger than a table of counts can be"
READ = """
import sys
from formats.sheets import OpaqueFile
from formats.workbook import look_into
try:
    print(len(look_into(open(sys.argv[1], "rb").read()).sheets))
except OpaqueFile as opaque:
    print(opaque)
"""
READ_BY_XLRD = """
import sys, xlrd
xlrd.open_workbook(sys.argv[1])
"""


def formula(row: int, column: int, result: bytes) -> bytes:
    return record(FORMULA, struct.pack("<HHH8sHIH", row, column, 0, result, 0, 0, 0))


def packed(row: int, first: int, last: int, numbers: list[int]) -> bytes:
    cells = b"".join(struct.pack("<Hi", 0, value << 2 | 2) for value in numbers)
    return record(MULRK, struct.pack("<HH", row, first) + cells + struct.pack("<H", last))


def truth(row: int, value: int, is_error: int) -> bytes:
    return record(BOOLERR, struct.pack("<HHHBB", row, 0, 0, value, is_error))


def text(what: bytes) -> bytes:
    return struct.pack("<HB", len(what), 0) + what


def only(sheet: bytes) -> Sheet:
    (read,) = look_into(compound(book(sheet))).sheets
    return read


def test_each_kind_of_cell() -> None:
    chart = bof(0x20) + number(9, 9, 99) + record(0x0A)
    sheet = only(
        number(0, 0, 1.5)
        + record(LABEL, struct.pack("<HHH", 0, 1, 0) + text(b"Land"))
        + packed(1, 0, 2, [7, 8, 9])
        + truth(2, 1, 0)
        + truth(3, 0x07, 1)
        + formula(4, 0, struct.pack("<d", 12))
        + formula(4, 1, b"\x00" * 6 + b"\xff\xff")
        + record(STRING, text(b"zwei"))
        + formula(4, 2, b"\x01\x00\x00" + b"\x00" * 3 + b"\xff\xff")
        + formula(4, 3, b"\x03" + b"\x00" * 5 + b"\xff\xff")
        + chart
        + record(MERGED, struct.pack("<HHHHH", 1, 5, 6, 0, 3))
    )
    assert sheet.rows == {
        1: {1: 1.5, 2: "Land"},
        2: {1: 7, 2: 8, 3: 9},
        3: {1: True},
        4: {1: "#ERROR"},
        5: {1: 12, 2: "zwei", 3: False},
    }
    assert sheet.merged == (Area(6, 1, 7, 4),)
    assert sheet.uncalculated == {(5, 4)}


@pytest.mark.parametrize(
    "cells",
    [
        packed(0, 0, 1, [7, 8, 9]),
        packed(0, 3, 1, [7, 8, 9]),
        record(0x7E, struct.pack("<HHHi", 0, 0, 0, 7 << 2 | 2)),
        number(0, 0, 1, style=5),
        number(0, 256, 1),
        record(NUMBER, b"\x00"),
        formula(0, 0, b"\x00" * 6 + b"\xff\xff"),
    ],
    ids=[
        "more numbers than columns", "columns that run back", "a number of before 1997",
        "a format that is not there", "a column beyond the last", "half a number",
        "a formula without its text",
    ],
)  # fmt: skip
def test_a_number_is_never_passed_over_in_silence(cells: bytes) -> None:
    with pytest.raises(OpaqueFile, match=DAMAGED):
        look_into(compound(book(cells)))


def test_a_sheet_that_is_not_where_the_file_says_is_damage() -> None:
    good = book(number(0, 0, 1))
    for places in ([1], [4], [10**9]):
        with pytest.raises(OpaqueFile, match=DAMAGED):
            look_into(compound(book(number(0, 0, 1), places=places)))
    assert good.count(struct.pack("<H", BOF)) == 2
    assert len(look_into(compound(good)).sheets) == 1


def limits() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEBIBYTES * 2**20, MEBIBYTES * 2**20))


def answer(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, path],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limits,
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a fanned directory", "a pivot cache, macros or an embedded object"),
        ("doubling names", "1"),
        ("one sheet many times", DAMAGED),
        ("sheets inside sheets", DAMAGED),
        ("far columns", "1"),
        ("far columns of five sheets", TOO_LARGE),
        ("last rows", TOO_LARGE),
        ("everything merged", "1"),
        ("endless texts", DAMAGED),
    ],
)
def test_a_file_that_means_harm_costs_little(name: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "x.xls"
    path.write_bytes(HARMFUL[name]())
    read = answer(READ, path)
    assert (read.returncode, read.stderr) == (0, "")
    assert read.stdout.startswith(expected)


@pytest.mark.parametrize("name", ["a fanned directory", "doubling names"])
def test_xlrd_alone_would_not_come_back(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why there is a look before it. Red: a newer xlrd does not need it."""
    monkeypatch.setitem(globals(), "SECONDS", 2)
    path = tmp_path / "x.xls"
    path.write_bytes(HARMFUL[name]())
    assert path.stat().st_size < 11_000
    read = answer(READ_BY_XLRD, path)
    assert read.returncode < 0 or "MemoryError" in read.stderr


def test_damage_ends_in_our_own_words() -> None:
    whole = look_into(office_file())
    assert [len(sheet.rows) for sheet in whole.sheets] == [60, 60]
    read = 0
    for content in accidents(office_file(), 200):
        try:
            read += bool(look_into(content).sheets)
        except OpaqueFile:
            continue
    assert 25 < read < 175
