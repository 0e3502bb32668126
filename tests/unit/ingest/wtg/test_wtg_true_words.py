"""What is said of a file is true, and what an officer is told to do mends it."""

import io
import zipfile

import pytest
from test_wtg_register import origin as register_origin
from wtg_workbooks import NAME, book, origin, read, small

from ingest.wtg import register
from ingest.wtg.contacts import strip_list, strip_workbook
from ingest.wtg.csv_set import read_csv
from ingest.wtg.guard import refuse_persons
from ingest.wtg.layout import folded
from ingest.wtg.workbook import parse
from kreishaus.model import Batch, FileRejected
from kreishaus.settings import Settings

LIST_NAME = "WTG_Register_2021-12-31.csv"


def offers(text: str) -> Batch:
    return register.parse(text.encode(), register_origin(LIST_NAME))


def critical(batch: Batch) -> list[tuple[str, str | None]]:
    return [(one.rule, one.row) for one in batch.findings if one.severity == "critical"]


# --- a file that cannot be read and holds what the layout does not know ---------------------------


def test_the_missing_column_is_said_first_and_no_data_column_is_to_be_deleted(
    settings: Settings,
) -> None:
    text = "Name;Adresse;Plätze\nHaus am See;Am See 3;80\n"
    with pytest.raises(FileRejected) as caught:
        strip_list(text.encode() + b"Haus B;Am Berg 1;4\n", LIST_NAME, settings)
    said = str(caught.value)
    assert "row 1, column plz: is missing there" in said
    assert "elete those" not in said


def test_a_cell_that_cannot_be_read_is_said_with_its_place_and_without_its_words(
    settings: Settings,
) -> None:
    sheets = small()
    for row, extra in zip(sheets["Bewohner"], ["Betreuung", "viel", "wenig"], strict=True):
        row.append(extra)
    sheets["Belegung"][1][7] = "5 (Erika sagt 6)"
    sheets["Belegung"][2][6] = "38 bis 40"
    with pytest.raises(FileRejected) as caught:
        strip_workbook(book(sheets), NAME, settings)
    said = str(caught.value)
    assert "sheet Belegung, row 3, column plaetze_belegt: expected a whole number" in said
    assert "such as 17, found one word, three letters, four digits" in said
    assert "Erika" not in said


def test_a_word_parted_at_the_end_of_a_line_is_one_word() -> None:
    assert folded("Angebots-\nform") == folded("Angebotsform") == "angebotsform"
    assert folded("Kurz-\nund Langzeit") == "kurz_und_langzeit"
    assert folded("PfAD-\nID") == "pfad_id"
    sheets = small()
    sheets["Angebote"][0][6] = "Angebots-\nform"
    assert read(sheets).tables["angebote"]["angebotsform_wtg"].tolist() == ["vollstationaer"] * 2


# --- CSV with tabs --------------------------------------------------------------------------------

STAFF = "pfad_id\tvk_pflege_gesamt\tvk_fachkraft\nA\t40,5\t22,25\nB\t20,0\t10,5\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_decimal_commas_between_tabs_are_numbers(encoding: str) -> None:
    staff = parse(STAFF.encode(encoding), origin()).tables["personal"]
    assert staff[["vk_pflege_gesamt", "vk_fachkraft"]].values.tolist() == [
        [40.5, 22.25],
        [20.0, 10.5],
    ]


@pytest.mark.parametrize("sign", ["\t", ";", ",", "|"])
def test_every_cell_in_quotes(sign: str) -> None:
    lines = (sign.join(f'"{cell}"' for cell in row) for row in (["a", "b"], ["1,5", "2;3"]))
    assert read_csv("\n".join(lines).encode(), "Belegung").rows == (("a", "b"), ("1,5", "2;3"))


def test_a_set_of_csv_with_tabs_and_quotes_passes_the_door() -> None:
    quoted = "".join(
        "\t".join(f'"{cell}"' for cell in line.split("\t")) + "\r\n" for line in STAFF.splitlines()
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("Personal.csv", quoted)
    refuse_persons(sink.getvalue(), "")
    staff = parse(sink.getvalue(), origin()).tables["personal"]
    assert staff["vk_fachkraft"].tolist() == [22.25, 10.5]


def test_commas_in_each_line_part_the_fields_beside_a_bar_in_a_text() -> None:
    content = b"a,b\nx | y,1\nz | w,2\n"
    assert read_csv(content, "Belegung").rows == (("a", "b"), ("x | y", "1"), ("z | w", "2"))


# --- headings and sums ----------------------------------------------------------------------------


def test_a_word_alone_is_a_heading_and_no_offer() -> None:
    sheets = small()
    sheets["Belegung"].insert(2, [None, "Südkreis"])
    batch = read({"Angebote": sheets["Angebote"], "Belegung": [r[1:] for r in sheets["Belegung"]]})
    assert batch.tables["belegung"]["pfad_id"].tolist() == ["A", "B"]
    assert [one.row for one in batch.findings if one.rule == "row_is_note"] == ["3"]


HEAD = "Name;PLZ;Ort;Plätze"
ROWS = ["Haus A;41460;Neuss;80", "Haus B;41540;Dormagen;40", "Haus C;41462;Neuss;20"]


@pytest.mark.parametrize("label", ["Neuss gesamt", "Summe Neuss"])
def test_a_sum_of_a_municipality_is_that_of_its_rows(label: str) -> None:
    assert critical(offers("\n".join([HEAD, *ROWS, f"{label};;;100"]))) == []
    (fault,) = critical(offers("\n".join([HEAD, *ROWS, f"{label};;;101"])))
    assert fault == ("total_row_differs", "5")


def test_a_sum_above_the_rows_is_that_of_the_rows_below() -> None:
    assert critical(offers("\n".join([HEAD, "Gesamt;;;140", *ROWS]))) == []
    batch = offers("\n".join([HEAD, "Gesamt;;;141", *ROWS]))
    (fault,) = (one for one in batch.findings if one.severity == "critical")
    assert (fault.rule, fault.row, fault.expected, fault.found) == (
        "total_row_differs",
        "2",
        "140",
        "141",
    )


# --- columns --------------------------------------------------------------------------------------


def test_absent_columns_are_one_warning_a_sheet() -> None:
    batch = parse(STAFF.encode(), origin())
    (told,) = (one for one in batch.findings if one.rule == "column_missing")
    assert str(told.column).split(", ") == [
        *("vk_assistenz_1j", "vk_hilfskraft", "vk_pdl", "vk_sozialdienst"),
        *("fachkraftquote_gemeldet", "vk_soll_vereinbart", "wochenstunden_vollzeit"),
        *("erhoben_am", "anlass"),
    ]


def test_a_category_is_the_kind_where_it_names_kinds() -> None:
    head = "Name;Kategorie;PLZ;Ort;Plätze"
    kinds = offers(f"{head}\nHaus A;Pflegeheim;41460;Neuss;80\nHaus B;Tagespflege;41460;Neuss;9\n")
    assert kinds.tables["register_offers"]["angebotsform_wtg"].tolist() == [
        "vollstationaer",
        "tagespflege",
    ]
    other = offers(f"{head}\nHaus A;privat;41460;Neuss;80\nHaus B;Tagespflege;41460;Neuss;9\n")
    assert other.tables["register_offers"]["angebotsform"].isna().all()


def test_an_unknown_column_is_said_not_to_be_read() -> None:
    batch = offers(f"{HEAD};Pflegesatz\n{ROWS[0]};99\n")
    (told,) = (one for one in batch.findings if one.rule == "column_unknown")
    assert "was not read" in told.message
    assert "nothing is lost" not in told.message


def test_of_a_set_of_csv_that_cannot_be_read_no_workbook_is_asked_for() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("Personal.csv", STAFF.replace("\t", ";") + 'C;"offen;1\n')
    with pytest.raises(FileRejected) as caught:
        refuse_persons(sink.getvalue(), "")
    assert 'Save each CSV in it anew with ";"' in str(caught.value)
    assert "xlsx" not in str(caught.value)
