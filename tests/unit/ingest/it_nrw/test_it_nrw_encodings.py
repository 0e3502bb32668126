"""In which encoding a file is read, and on what evidence; what is in none is never guessed."""

import logging

import pytest
from it_nrw_files import LDB_TAIL, homes, origin

from formats.encodings import decode
from ingest.it_nrw.care import parse
from ingest.it_nrw.table_csv import read
from kreishaus.model import UnreadableFile

TEXT = homes("2023;05162;    Rhein-Kreis Neuss;4484;4079", "2023;05315;    Köln;7510;7001")


def finding_of(content):
    with pytest.raises(UnreadableFile) as error:
        decode(content)
    (finding,) = error.value.findings
    assert finding.rule == "encoding"
    return finding


def test_two_encodings_in_one_file_are_named_with_a_line_of_each():
    lines = TEXT.encode("utf-8").split(b"\n")
    koeln = next(number for number, line in enumerate(lines) if b"05315" in line)
    lines[koeln] = lines[koeln].decode().encode("cp1252")
    finding = finding_of(b"\n".join(lines))
    assert finding.row == str(koeln + 1)
    assert "mixes two encodings: line 2 is UTF-8, line 7 is not" in finding.message


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp850", "cp850 (DOS)"), ("mac_roman", "Mac Roman")]
)
def test_another_code_page_is_named_and_not_read(encoding, name):
    finding = finding_of(TEXT.replace("©", "(c)").encode(encoding))
    assert f"looks like {name}" in finding.message


def test_another_code_page_is_noticed_where_every_byte_is_one_of_cp1252():
    """ä and ö of cp850 are quotation marks in cp1252: the text would only look odd."""
    text = "Tabelle: 1-1\nBevölkerung der Länder;;;\n"
    assert text.encode("cp850").decode("cp1252") != text
    finding = finding_of(text.encode("cp850"))
    assert (finding.row, "Bev”lkerung" in finding.found) == ("2", True)


def test_a_mark_that_the_rest_belies_is_not_believed():
    finding = finding_of(b"\xef\xbb\xbf" + TEXT.encode("cp1252"))
    assert (finding.row, finding.expected) == ("2", "UTF-8 from end to end")


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-16")[:-1],
        TEXT.encode("utf-16-le"),  # without its mark
        TEXT.encode("utf-32"),
        TEXT.encode("utf-8").decode("cp1252").encode("utf-8"),
        TEXT.encode("utf-8").replace(b"\xc3\xbc", b"\xef\xbf\xbd"),
        TEXT.encode("cp1252") + bytes(range(128, 256)),
    ],
)
def test_what_is_cut_converted_twice_or_binary_is_not_read(content):
    assert finding_of(content).expected


def test_letters_that_a_program_could_not_write_are_noticed():
    finding = finding_of(TEXT.encode("ascii", "replace"))
    assert (finding.row, "?" in finding.found) == ("2", True)
    assert "a question mark in place of a letter" in finding.message


@pytest.mark.parametrize("harmless", ["Warum? Siehe", "http://x.de/a.php?id=3", "Stand: ?", "100?"])
def test_a_question_mark_that_stands_for_itself_is_read(harmless):
    assert harmless in decode(f"{TEXT}{harmless}\n".encode()).text


@pytest.mark.parametrize(
    ("content", "encoding", "evidence"),
    [
        (b"Tabelle: 1-1\n", "ASCII", "no byte above 127"),
        (TEXT.encode("utf-8"), "UTF-8", "valid UTF-8 sequence"),
        (TEXT.encode("utf-8-sig"), "UTF-8 with BOM", "the mark EF BB BF"),
        (TEXT.encode("utf-16"), "UTF-16", "the mark FF FE"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16", "the mark FE FF"),
        (TEXT.encode("latin-1"), "latin-1", "line 2 is no UTF-8; no byte 80 to 9F"),
        (TEXT.replace("- krei", "– krei").encode("cp1252"), "cp1252", "bytes 80 to 9F occur"),
    ],
)
def test_the_encoding_is_told_with_its_evidence(content, encoding, evidence):
    result = decode(content)
    assert (result.encoding, evidence in result.evidence) == (encoding, True)
    assert "Verfügbare" in result.text or encoding == "ASCII"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_table_is_the_same_in_every_encoding(encoding, line_end):
    content = TEXT.replace("\n", line_end).encode(encoding)
    assert read(content).lines == read(TEXT.encode("utf-8")).lines


def test_the_decision_stands_in_the_log_of_the_task(caplog):
    caplog.set_level(logging.INFO, "formats")
    parse(TEXT.encode("latin-1"), origin("22412-01i"))
    assert "read as latin-1: line 2 is no UTF-8; no byte 80 to 9F occurs" in caplog.text


def test_umlauts_of_the_footer_are_evidence_too():
    assert decode(f"Tabelle: 1-1\n{LDB_TAIL}".encode("cp1252")).encoding == "latin-1"
