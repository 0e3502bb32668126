"""A table as printed, under its head."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.http import Client
from ingest.printed_tables.catalogue import metrics
from ingest.printed_tables.discover import tables
from ingest.printed_tables.figures import parse
from ingest.printed_tables.tables import FIGURES
from kreishaus.datasets import dataset
from kreishaus.model import Batch, Origin, SourceUnavailable, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.store.staging import typed

REPOSITORY = Path(__file__).parents[4]
PAPERS = sorted((REPOSITORY / "sample" / "figures" / "papers").glob("*.csv"))

HEAD = """Dokument;Ausschuss für Soziales, Sitzung vom 30.11.2021
Stelle;Anlage 5, Tabelle 2
Gedruckt am;30.11.2021
Angebotsform;vollstationaer
Stichtag;15.08.2021
Zeilen;Region
Spalten;Kennzahl
Spalte;nicht belegt;vacant_places
Spalte;Bemerkung;Text
Zeile;RKN;05162
Tabelle
"""
TABLE = """Kommune;nicht belegt;Bemerkung
Dormagen;17;
Jüchen;8;neu
RKN;217;
"""


def read(text: str | bytes) -> Batch:
    content = text.encode() if isinstance(text, str) else text
    batch = parse(
        content,
        Origin("papers", "figures", "0" * 64, "t.csv", "papers/drop/t.csv", datetime.now(UTC)),
    )
    typed(
        batch.tables["cells"],
        FIGURES["cells"],
        {
            "source_sha256": "0" * 64,
            "period": batch.period,
            "published_at": batch.published_at,
            "retrieved_at": datetime.now(UTC),
        },
    )
    return batch


def cells(text: str | bytes, *columns: str) -> list[tuple[Any, ...]]:
    frame = read(text).tables["cells"]
    return [tuple(row) for row in frame[list(columns)].itertuples(index=False)]


def test_a_cell_says_what_it_is_about() -> None:
    assert cells(
        HEAD + TABLE, "row_label", "metric_code", "region_code", "period_code", "item_code", "value"
    ) == [
        ("Dormagen", "vacant_places", "05162004", "2021-08-15", "offer_type=vollstationaer", 17.0),
        ("Jüchen", "vacant_places", "05162012", "2021-08-15", "offer_type=vollstationaer", 8.0),
        ("RKN", "vacant_places", "05162", "2021-08-15", "offer_type=vollstationaer", 217.0),
    ]
    batch = read(HEAD + TABLE)
    assert batch.findings == ()
    assert batch.published_at == datetime(2021, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param((HEAD + TABLE).encode("utf-8-sig"), id="UTF-8 with its mark"),
        pytest.param((HEAD + TABLE).replace("\n", "\r\n").encode("cp1252"), id="Windows"),
        pytest.param((HEAD + TABLE).replace(";", "\t").encode("utf-16"), id="Unicode text"),
        pytest.param(
            (HEAD + TABLE).replace("Soziales, Sitzung", '"Soziales" Sitzung').encode(), id="quotes"
        ),
        pytest.param(
            "\n".join(f"{line};;;;" for line in (HEAD + TABLE).splitlines()).encode(),
            id="padded by Excel",
        ),
    ],
)
def test_whatever_program_saved_it(content: bytes) -> None:
    batch = read(content)
    assert list(batch.tables["cells"]["value"]) == [17, 8, 217]
    assert batch.findings == ()


def test_the_town_that_lends_the_county_its_name_stays_a_town() -> None:
    found = cells(HEAD + "x;nicht belegt\nNeuss;28\nKreis Neuss;217\n", "region_code")
    assert found == [("05162024",), ("05162",)]


def test_an_unknown_label_is_one_warning_and_its_neighbours_stay_usable() -> None:
    batch = read(HEAD + TABLE.replace("Jüchen", "Jüchn"))
    (finding,) = batch.findings
    assert (finding.rule, finding.severity, finding.found) == ("unknown_label", "warning", "Jüchn")
    assert "Zeile;Jüchn;<code>" in finding.message
    frame = batch.tables["cells"]
    assert list(frame["is_understood"]) == [True, False, True]
    assert list(frame["value"]) == [17, 8, 217]


def test_an_unknown_metric_says_the_nearest() -> None:
    (finding,) = read((HEAD + TABLE).replace("vacant_places", "vacant_place")).findings
    assert "the nearest is 'vacant_places'" in finding.message


def test_a_metric_whose_dimension_is_not_said_is_not_compared() -> None:
    batch = read((HEAD + TABLE).replace("Angebotsform;vollstationaer\n", ""))
    (finding,) = batch.findings
    assert (finding.rule, finding.expected) == ("metric_dimensions", "date, offer_type, region")
    assert not batch.tables["cells"]["is_understood"].any()


def test_a_typing_error_is_kept_as_printed_and_told() -> None:
    batch = read(HEAD + TABLE.replace("217", "2l7"))
    (finding,) = batch.findings
    assert finding.rule == "number"
    assert list(batch.tables["cells"]["value_as_printed"]) == ["17", "8", "2l7"]
    assert batch.tables["cells"]["value"].isna().tolist() == [False, False, True]


def test_a_figure_under_no_label_is_told() -> None:
    (finding,) = read(HEAD + TABLE.replace("Dormagen;17;", "Dormagen;17;a;9")).findings
    assert (finding.rule, finding.found) == ("cell_without_label", "9")


def test_a_row_says_more_than_a_column_and_a_column_more_than_the_head() -> None:
    text = HEAD.replace(
        "Zeile;RKN;05162\n",
        "Zeile;davon fix;Region=05162;Kennzahl=supply_fixed_short_term_places\n",
    )
    assert cells(text + "x;nicht belegt\ndavon fix;35\nKaarst;1\n", "metric_code") == [
        ("supply_fixed_short_term_places",),
        ("vacant_places",),
    ]


def test_a_line_of_the_head_that_nobody_knows_is_told_and_left_out() -> None:
    (finding,) = read("Autor;Amt 50\n" + HEAD + TABLE).findings
    assert (finding.rule, finding.row, finding.found) == ("head_line", "1", "Autor")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ((HEAD + TABLE).replace("Tabelle\n", ""), "the head ends with the line Tabelle"),
        ((HEAD + TABLE).replace("Stelle;", "Ort;"), "no line Stelle"),
        ((HEAD + TABLE).replace("Zeilen;Region", "Zeilen;Ort"), "Zeilen names no known dimension"),
        ((HEAD + TABLE).replace("30.11.2021\nAng", "bald\nAng"), "Gedruckt am is no date"),
        (HEAD, "a row of column labels"),
        ("", "the head ends with the line Tabelle"),
        ("PK\x03\x04", "save it as CSV"),
    ],
)
def test_a_head_that_cannot_be_read_is_critical_and_shows_where_help_is(
    text: str, told: str
) -> None:
    with pytest.raises(UnreadableFile, match=told) as error:
        read(text)
    assert error.value.findings[0].severity == "critical"
    assert "docs/papers.md" in error.value.findings[0].message


def test_document_and_place_name_the_table_and_nothing_else_does() -> None:
    one = read(HEAD + TABLE).period
    assert one == read(HEAD + TABLE.replace("17", "18")).period
    assert one != read((HEAD + TABLE).replace("Tabelle 2", "Tabelle 3")).period


LABELS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(st.lists(LABELS, min_size=1, max_size=5), max_size=6))
def test_no_table_breaks_the_parser_and_no_cell_is_lost(table: list[list[str]]) -> None:
    """Whatever stands below the head: findings, or each cell under a label once."""
    lines = [";".join(f'"{_quoted(cell)}"' for cell in row) for row in table]
    try:
        frame = read(HEAD + "\n".join(lines) + "\n").tables["cells"]
    except UnreadableFile:
        return
    keys = ["row_label", "row_occurrence", "column_label", "column_occurrence"]
    assert not frame.duplicated(keys).any()
    assert frame.loc[frame["value"].notna(), "value_as_printed"].ne("").all()
    assert frame["value"].notna().tolist() == frame["decimals"].notna().tolist()


def _quoted(cell: str) -> str:
    return cell.replace('"', '""')


@given(st.binary(max_size=300))
def test_no_bytes_break_the_parser(content: bytes) -> None:
    for candidate in (content, HEAD.encode() + content):
        try:
            read(candidate)
        except UnreadableFile as error:
            assert error.findings


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: path.stem)
def test_each_paper_of_the_county_is_understood_to_its_last_cell(path: Path) -> None:
    batch = read(path.read_bytes())
    assert batch.findings == ()
    frame = batch.tables["cells"]
    assert frame["is_understood"].all()
    assert len(frame[frame["value"].notna()]) == numeric_cells(path)


def numeric_cells(path: Path) -> int:
    """Counted another way: cells with digits and nothing but a number, labels and texts aside."""
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = {line.split(";")[1] for line in lines if line.startswith("Spalte;") and _is_text(line)}
    at = lines.index("Tabelle")
    header, *rows = csv.reader(lines[at + 1 :], delimiter=";")
    return sum(
        any(sign.isdigit() for sign in cell)
        for row in rows
        for label, cell in list(zip(header, row, strict=False))[1:]
        if label not in texts
    )


def _is_text(line: str) -> bool:
    return line.split(";")[2:3] == ["Text"]


def test_the_catalogue_names_each_metric_once_and_every_column_that_it_reads() -> None:
    assert {"vacant_places", "asylum_protection_share"} <= set(metrics())
    assert metrics()["refugees_persons_by_group"].items == ("group", "status")


def test_nothing_is_awaited_of_papers() -> None:
    calendar = dataset("papers/figures").calendar
    assert calendar.words.startswith("no calendar")
    assert calendar.references(date(2000, 1, 1), date(2030, 1, 1)) == []


def test_what_lies_in_the_drop_folder(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    folder = settings.drop_folder("papers")
    with pytest.raises(SourceUnavailable, match=r"is the share mounted\?"):
        tables(settings, Client.__new__(Client), "figures")
    folder.mkdir(parents=True)
    for name in ("b.CSV", "a.xlsx", "~$a.xlsx", "Thumbs.db", "vorlage.pdf"):
        (folder / name).write_text("x")
    offered = tables(settings, Client.__new__(Client), "figures")
    assert [(file.label, file.identity) for file in offered] == [
        ("a.xlsx", "papers/drop/a.xlsx"),
        ("b.CSV", "papers/drop/b.CSV"),
    ]
    assert "file 4 of 5 by name" in caplog.text
    assert "vorlage.pdf" not in caplog.text  # a name may be a person's
