"""The printed table as CSV: what its reader finds by structure, and how it says what is wrong."""

from datetime import UTC, datetime

import pytest
from it_nrw_files import HOMES_HEAD, LDB_TAIL, homes

from formats.encodings import decoded, kind_of
from ingest.it_nrw.table_csv import read
from kreishaus.model import UnreadableFile

LAND = "2023;05;Nordrhein-Westfalen;199000;177765"


def finding_of(text, encoding="cp1252"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    with pytest.raises(UnreadableFile) as error:
        read(content)
    (finding,) = error.value.findings
    return finding


def test_a_file_cut_in_the_data_is_not_read():
    finding = finding_of(HOMES_HEAD + LAND + "\n")
    assert finding.rule == "complete"
    assert "cut" in finding.message


def test_a_file_cut_in_the_footer_is_not_read():
    finding = finding_of(homes(LAND).rsplit("Stand", 1)[0])
    assert (finding.rule, finding.expected) == (
        "complete",
        "Stand: <date> / <time>, or created: <date> / <time>",
    )


def test_a_shifted_line_is_named():
    finding = finding_of(homes(LAND, "2023;05162;    Rhein-Kreis Neuss;4484"))
    assert (finding.rule, finding.row, finding.expected) == ("cells_per_line", "7", "5 cells")
    assert finding.found == "4 cells: 2023;05162;    Rhein-Kreis Neuss;4484"


def test_header_rows_that_disagree_are_named():
    finding = finding_of(homes(LAND).replace(";;;Anzahl;Anzahl", ";;;;Anzahl"))
    assert (finding.rule, finding.row) == ("header", "5")


def test_a_table_without_header_is_not_guessed():
    text = homes(LAND).replace(
        ";;;Verfügbare Plätze insgesamt;Verfügbare Plätze für Dauerpflege\n", ""
    )
    finding = finding_of(text.replace(";;;Anzahl;Anzahl\n", ""))
    assert (finding.rule, finding.row) == ("header", "4")


def test_a_table_without_data_says_so():
    assert finding_of(homes()).rule == "has_data"


def test_another_format_is_not_read():
    assert (
        finding_of("statistics_code;time\n12411;2022\n__________\n").found == "statistics_code;time"
    )


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"  \r\n<!DOCTYPE html><html>Wartung", "a web page"),
        (b'{"Status":{"Code":104}}', "a JSON status"),
        (b"PK\x03\x04....", "a ZIP archive"),
    ],
)
def test_what_is_no_text_is_called_by_its_name(content, found):
    finding = finding_of(content)
    assert (finding.rule, finding.found) == ("is_text", found)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_encodings_are_told_by_evidence(encoding, line_end):
    table = read(homes(LAND).replace("\n", line_end).encode(encoding))
    assert table.headers[0] == (
        "Verfügbare Plätze insgesamt",
        "Verfügbare Plätze für Dauerpflege",
    )
    assert table.lines[0].values == ("199000", "177765")


def test_text_converted_twice_is_not_read():
    twice = homes(LAND).encode("utf-8").decode("cp1252").encode("utf-8")
    assert finding_of(twice).rule == "encoding"


def test_utf8_with_one_broken_byte_is_not_read_as_cp1252():
    finding = finding_of(homes(LAND).encode("utf-8") + b"\xfc")
    assert (finding.rule, finding.row) == ("encoding", "10")
    assert finding.found == "UTF-8 in line 2, an eight-bit code page in line 10"


def test_other_code_pages_are_not_read():
    finding = finding_of(homes(LAND).replace("©", "(c)").encode("cp850"))
    assert (finding.rule, finding.found) == ("encoding", "byte 0x81")


def test_titles_headers_and_leading_cells_are_counted_not_assumed():
    text = (
        "Tabelle: 22421-00xx\n"
        "Pflegebedürftige;;;;\n"
        ";;;;vollstationäre Pflege\n"
        "2023;05;Nordrhein-Westfalen;95 und älter;13803\n" + LDB_TAIL
    )
    table = read(text.encode("cp1252"))
    assert table.titles == ("Pflegebedürftige",)
    assert table.headers == (("vollstationäre Pflege",),)
    assert table.lines[0].leading == ("2023", "05", "Nordrhein-Westfalen", "95 und älter")
    assert table.lines[0].number == 4


def test_footnotes_over_several_lines_are_no_data():
    footnote = '__________\n"zu ""gesamte Tabelle"":\n2011;05;Nordrhein-Westfalen;1;2\n"\n'
    table = read(homes(LAND).replace("__________\n", footnote).encode("cp1252"))
    assert len(table.lines) == 1


@pytest.mark.parametrize(
    ("stamp", "moment"),
    [
        ("Stand: 21.01.2025 / 08:20:11", datetime(2025, 1, 21, 7, 20, 11, tzinfo=UTC)),
        ("Stand: 29.05.2026 / 08:20:11", datetime(2026, 5, 29, 6, 20, 11, tzinfo=UTC)),
        ("created: 2025-12-16 / 16:30:59", datetime(2025, 12, 16, 15, 30, 59, tzinfo=UTC)),
    ],
)
def test_the_stamp_is_a_moment_in_berlin(stamp, moment):
    text = homes(LAND).replace("Stand: 21.01.2025 / 08:20:11", stamp)
    assert read(text.encode("cp1252")).published_at == moment


def test_kind_is_told_by_the_first_bytes():
    assert kind_of(b"\xef\xbb\xbfstatistics_code") == "text"
    assert decoded(b"\xef\xbb\xbfa\r\nb") == "a\nb"
