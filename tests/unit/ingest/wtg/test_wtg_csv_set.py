"""The CSV set: a ZIP with one CSV a sheet becomes the very rows of the workbook."""

import io
import zipfile
from collections.abc import Callable

import pytest
from wtg_workbooks import as_csv, book, csv_set, origin, put, read, refused, small

from ingest.wtg.csv_set import read_csv
from ingest.wtg.workbook import parse
from kreishaus.model import Batch, Finding, UnreadableFile

NAME = "WTG_Stichtag_2021-08-15.zip"
PLAIN = read(small())


def batch_of(content: bytes) -> Batch:
    return parse(content, origin(NAME))


def same_rows(batch: Batch) -> bool:
    return all(frame.equals(PLAIN.tables[name]) for name, frame in batch.tables.items())


def packed(**files: str | bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def with_csv(title: str, change: Callable[[str], str]) -> bytes:
    files = {f"{name}.csv": as_csv(rows) for name, rows in small().items()}
    files[f"{title}.csv"] = change(files[f"{title}.csv"])
    return packed(**files)


def told(content: bytes) -> list[Finding]:
    return list(batch_of(content).findings)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_it_becomes_the_rows_of_the_workbook_in_each_encoding(encoding: str) -> None:
    batch = batch_of(csv_set(small(), encoding))
    assert (batch.period, batch.published_at) == (PLAIN.period, PLAIN.published_at)
    assert batch.findings == ()
    assert same_rows(batch)


@pytest.mark.parametrize(
    "name",
    [
        "WTG_Stichtag_2021-08-15_{}.csv",
        "WTG_Stichtag_2021-08-15/{}.CSV",
        "Export/WTG_Stichtag_2021-08-15-{}.csv",
    ],
)
def test_however_its_files_are_called(name: str) -> None:
    assert same_rows(batch_of(csv_set(small(), name=name)))


def test_whatever_the_file_is_called_its_bytes_say_what_it_is() -> None:
    assert same_rows(parse(book(small()), origin("WTG_Stichtag_2021-08-15.zip")))
    assert same_rows(parse(csv_set(small()), origin("WTG_Stichtag_2021-08-15.xlsx")))


def test_what_a_mac_or_a_person_packs_with_it() -> None:
    files = {f"{title}.csv": as_csv(rows) for title, rows in small().items()}
    files |= {"__MACOSX/._Belegung.csv": "x", ".DS_Store": "x", "Liesmich.txt": "Stand August"}
    batch = batch_of(packed(**files))
    assert [(f.rule, f.severity, f.found) for f in batch.findings] == [
        ("sheet_unknown", "warning", "Liesmich.txt")
    ]
    assert same_rows(batch)


def test_how_excel_marks_its_delimiter_and_keeps_zeros() -> None:
    content = with_csv("Angebote", lambda text: text.replace("05162024", '"=""05162024"""'))
    assert same_rows(batch_of(content))
    batch = batch_of(with_csv("Belegung", lambda text: "sep=;\r\n" + text))
    assert batch.tables["belegung"]["source_row"].tolist() == [3, 4]


def test_a_name_over_two_lines_keeps_the_rows_their_numbers() -> None:
    content = with_csv("Angebote", lambda text: text.replace("Haus am See", '"Haus\nam See"'))
    frame = batch_of(content).tables["angebote"]
    assert frame["name"].tolist() == ["Haus am See", "Haus am Berg"]
    assert frame["source_row"].tolist() == [3, 4]


def test_faults_are_named_by_file_line_and_column() -> None:
    sheets = put(small(), "Belegung", 3, "plaetze_belegt", "ca. 38")
    (finding,) = refused(csv_set(sheets), NAME)
    assert (finding.rule, finding.place, finding.row, finding.column) == (
        "cell_unreadable",
        "Belegung",
        "3",
        "plaetze_belegt",
    )


def test_a_semicolon_inside_a_text_moves_no_value_unseen() -> None:
    moved = with_csv("Personal", lambda text: text.replace("Stichtag\r\n", "Stichtag;August\r\n"))
    findings = [f for f in told(moved) if f.rule == "column_unnamed"]
    assert [(f.severity, f.place, f.row, f.column) for f in findings] == [
        ("critical", "Personal", "2", "N")
    ]
    quoted = with_csv("Personal", lambda text: text.replace("Stichtag\r\n", '"Stichtag;X"\r\n'))
    assert told(quoted) == []


@pytest.mark.parametrize(
    ("content", "rule", "place"),
    [
        (with_csv("Belegung", lambda text: text.replace(";", "#")), "csv_unreadable", "Belegung"),
        (with_csv("Belegung", lambda text: text + '"offen'), "csv_unreadable", "Belegung"),
        (with_csv("Belegung", lambda _: "<html>Anmelden</html>"), "is_text", "Belegung"),
        (with_csv("Belegung", lambda text: text.split("\r\n", 1)[1]), "header_missing", "Belegung"),
        (csv_set(small(), "cp850"), "encoding", "Angebote"),
        (packed(**{"Angebote.csv": ""}), "is_text", "Angebote"),
        (packed(**{"WTG_Stichtag_2021-08-15.xlsx": book(small())}), "csv_set_empty", None),
        (packed(), "csv_set_empty", None),
        (packed(**{"Tabelle1.csv": "a;b\n1;2\n"}), "sheet_missing", "Angebote"),
        (packed(**{"../Angebote.csv": as_csv(small()["Angebote"])}), "archive", "../Angebote.csv"),
    ],
)
def test_what_is_no_csv_set_is_refused_with_a_reason(
    content: bytes, rule: str, place: str | None
) -> None:
    (finding,) = refused(content, NAME)
    assert (finding.rule, finding.place, finding.severity) == (rule, place, "critical")


def test_the_same_sheet_twice_in_one_set() -> None:
    content = packed(**{"a/Belegung.csv": "x;y", "b/Belegung.csv": "x;y"})
    (finding,) = refused(content, NAME)
    assert (finding.rule, finding.place) == ("sheet_twice", "Belegung")


def test_a_zip_with_a_flipped_byte_is_refused() -> None:
    content = bytearray(csv_set(small()))
    content[200] ^= 0xFF
    (finding,) = refused(bytes(content), NAME)
    assert finding.rule == "csv_set_unreadable"


@pytest.mark.parametrize("sign", ["\t", "|"])
def test_a_tab_or_a_bar_parts_the_fields(sign: str) -> None:
    content = "a;b;c\n1,5;2;3\n".replace(";", sign).encode()
    assert read_csv(content, "Belegung").rows == (("a", "b", "c"), ("1,5", "2", "3"))


def test_the_delimiter_that_was_used_is_named() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_csv(b"a\tb\tc\n1 2 3\n4 5 6\n", "Belegung")
    (finding,) = caught.value.findings
    assert "'\\t'" in str(finding.found)
