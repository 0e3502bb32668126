"""Damaged files of the WTG authority: read, or refused with a finding. Nothing else comes out."""

import io
import random
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from wtg_workbooks import book, csv_set, origin, small

from ingest.wtg import register
from ingest.wtg.workbook import parse
from kreishaus.model import Batch, UnreadableFile

REGISTER = b"""\
name;traeger;angebotsform;strasse;hausnummer;plz;ort;plaetze;status
Haus am See;Tr\xe4ger;Pflegeheim;Weg;3;41460;Neuss;80;in Betrieb
"Haus ""am"" Berg";Tr\xe4ger;;Weg;4;41460;Neuss;"12*";geplant
"""
NUMBERS = (b"-1", b"99999999999", b"1e400", b"NaN", b"1048577", b"")
WORDS = (b'"', b"<", b";", b"\n", b"\x00", b"&a;", b"\xff", b'="ZZZZ9"', b'="inlineStr"', b"</row>")


def with_everything() -> bytes:
    """A workbook that has what a look through its parts must understand."""

    def look(workbook: Workbook) -> None:
        sheet = workbook["Belegung"]
        sheet["C3"].comment = Comment("x", "Muster")
        sheet.merge_cells("P2:P3")
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["O"].hidden = True
        raised = TextBlock(InlineFont(vertAlign="superscript"), "1")
        sheet["C2"] = CellRichText("80", raised)
        sheet["C3"].font = Font(bold=True)
        sheet["E3"].fill = PatternFill("solid", start_color="FF0000")
        workbook["Personal"]["I2"].number_format = '0" %"'

    return book(small(), look)


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """The bytes with up to three things done to them that a bad disk or program does."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(content) + 1)
        length = chance.randint(1, 40)
        other = chance.randrange(len(content) + 1)
        content = chance.choice(
            (
                content[:at] + content[at + length :],
                content[:at] + content[other : other + length] + content[at:],
                content[:at] + chance.randbytes(3) + content[at + 3 :],
                content[:at] + chance.choice(WORDS) + content[at:],
                content[:at] + chance.choice(NUMBERS) + content[at + 1 :],
                content[:at],
            )
        )
    return content


def in_a_part(content: bytes, chance: random.Random) -> bytes:
    """The archive packed anew with one of its parts spoilt, or emptied."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(parts))
    if chance.random() < 0.1:
        parts[name] = b""
    else:
        parts[name] = spoilt(parts[name], chance)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return written.getvalue()


Spoil = Callable[[bytes, random.Random], bytes]
Parse = Callable[..., Batch]


@pytest.mark.parametrize(
    ("content", "spoil", "read", "name"),
    [
        (with_everything(), in_a_part, parse, "WTG_Stichtag_2021-08-15.xlsx"),
        (with_everything(), spoilt, parse, "WTG_Stichtag_2021-08-15.xlsx"),
        (csv_set(small()), in_a_part, parse, "WTG_Stichtag_2021-08-15.zip"),
        (csv_set(small()), spoilt, parse, "WTG_Stichtag_2021-08-15.zip"),
        (REGISTER, spoilt, register.parse, "WTG_Register_2021-08-15.csv"),
    ],
    ids=["workbook parts", "workbook bytes", "csv set parts", "csv set bytes", "register bytes"],
)
def test_only_findings_come_out_and_no_row_is_lost_unsaid(
    content: bytes, spoil: Spoil, read: Parse, name: str
) -> None:
    whole = {table: len(rows) for table, rows in read(content, origin(name)).tables.items()}
    outcomes = {True: 0, False: 0}
    for seed in range(150):
        try:
            batch = read(spoil(content, random.Random(seed)), origin(name))
        except UnreadableFile as refusal:
            assert all(one.severity == "critical" for one in refusal.findings)
            outcomes[False] += 1
            continue
        outcomes[True] += 1
        lost = [table for table, rows in batch.tables.items() if len(rows) < whole[table]]
        assert not lost or batch.findings, (seed, lost)
    assert outcomes[False] > 20, "the spoiling must spoil"
