"""The positive door of the WTG authority's files: no word lands that no list or form explains."""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from wtg_workbooks import NAME, book, put, read, small

from ingest.wtg import positive
from ingest.wtg.contacts import strip_workbook
from ingest.wtg.free_texts import marker_of
from ingest.wtg.layout import SHEETS
from kreishaus.model import FileRejected, UnreadableFile
from kreishaus.settings import Settings
from pipeline.steps import by_hand

SURNAME = "Quittenbaum"
TEXTS = (SURNAME, f"Anruf {SURNAME}", f"0 ({SURNAME})", f"k. A. {SURNAME}", f"{SURNAME}-7")
COLUMNS = [
    (sheet.title, column.header)
    for sheet in SHEETS
    if sheet.title in small()
    for column in sheet.columns
]


@pytest.mark.parametrize(("sheet", "column"), COLUMNS)
def test_a_surname_in_any_column_leaves_no_trace(sheet: str, column: str) -> None:
    for text in TEXTS:
        try:
            stripped = strip_workbook(book(put(small(), sheet, 2, column, text)), NAME, Settings())
        except FileRejected as refused:
            assert SURNAME not in str(refused)
            continue
        with zipfile.ZipFile(io.BytesIO(stripped.content)) as archive:
            kept = "".join(archive.read(name).decode() for name in archive.namelist())
        assert SURNAME not in kept + str(stripped.warnings)
        assert "Haus am Berg" in kept


def test_nothing_beside_the_cells_lands(settings: Settings, tmp_path: Path) -> None:
    def spoil(workbook: Workbook) -> None:
        workbook["Angebote"]["D2"].comment = Comment(SURNAME, SURNAME)
        workbook.properties.creator = workbook.properties.title = SURNAME
        workbook.create_sheet(SURNAME).sheet_state = "veryHidden"

    folder = tmp_path / SURNAME
    folder.mkdir()
    file = folder / NAME
    file.write_bytes(book(small(), spoil))
    assert by_hand("wtg/stichtag", file, settings, "run").status == "staged"
    for path in settings.home.rglob("*"):
        assert SURNAME not in str(path)
        assert not path.is_file() or SURNAME.encode() not in path.read_bytes()


def test_a_sum_that_differs_is_refused_though_it_would_not_be_written() -> None:
    sheets = small()
    sheets["Belegung"].append(["Gesamt", None, 121])
    with pytest.raises(FileRejected, match="the sum that is printed is not that of the rows"):
        strip_workbook(book(sheets), NAME, Settings())


@pytest.mark.parametrize(
    "name",
    [
        "Isolde Quittenbaum", "Quittenbaum", "Familie Quittenbaum", "Wohnung Quittenbaum",
        "Haus am See, Bewohnerin Quittenbaum", "Seniorenhaus 02137 884613", "Квитенбаум Иванна",
    ],
)  # fmt: skip
def test_what_may_be_a_persons_name_is_a_number(name: str) -> None:
    cell = positive.home(name)
    assert str(cell.value).startswith("Angebot-") and cell.warning == positive.NAME_NOT_KEPT
    assert positive.home(cell.value).value == cell.value


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Haus am See", "Haus am See"),
        ("Haus am See (Tagespflege)", "Haus am See (Tagespflege)"),
        ("Seniorenhaus (Ltg. I. Quittenbaum)", "Seniorenhaus"),
    ],
)
def test_the_name_of_a_home_is_kept_without_what_stands_behind_it(name: str, kept: str) -> None:
    assert positive.home(name).value == kept


def test_operators_are_equal_or_not_and_never_named() -> None:
    read_operator = positive.compared("Träger")
    one = read_operator("Inh. Erika Muster").value
    assert one == read_operator("INH. ERIKA  MUSTER").value != read_operator("Erika Muster").value
    assert "Muster" not in str(one)
    assert read_operator(one).value == one


@pytest.mark.parametrize("text", ["M-DO-V02", "PfAD-123", "A", "4711", "E 1/2"])
def test_a_key_of_digits_and_few_letters_is_kept(text: str) -> None:
    assert positive.key(text).value == text


@pytest.mark.parametrize("text", ["P-2020-Quittenbaum", "Quittenbaum7", "02137884613"])
def test_another_key_is_a_number(text: str) -> None:
    value = str(positive.key(text).value)
    assert value.startswith("Kennung-") and value == positive.key(value).value


def test_words_of_lists_are_written_as_listed_and_others_are_said_to_be_others() -> None:
    reasons = positive.BY_NAME["grund"]
    assert reasons("personalmangel").value == "Personalmangel"
    assert reasons("Sterbefall Quittenbaum").value == "sonstiger Grund"
    batch = read(put(small(), "Angebote", 2, "traegerart", "privat: Quittenbaum"))
    (told,) = batch.findings
    assert (told.rule, told.row, told.column) == ("text_not_kept", "2", "traegerart")
    assert "Quittenbaum" not in told.message


@pytest.mark.parametrize("place", ["Neuss", "Neuss, Westfalen", "Mülheim an der Ruhr", "Kaarst"])
def test_a_municipality_is_named(place: str) -> None:
    assert positive.place(place).value == place


def test_another_place_is_a_number() -> None:
    assert str(positive.place("Quittenbaum").value).startswith("Ort-")


@pytest.mark.parametrize("text", ["Neuss, bei Quittenbaum", "41472 Neuss", "Neuss-Norf"])
def test_of_a_place_stays_its_municipality(text: str) -> None:
    assert positive.place(text).value == "Neuss"


def test_what_is_no_number_is_still_a_fault_of_the_cell() -> None:
    with pytest.raises(UnreadableFile):
        read(put(small(), "Belegung", 2, "plaetze_belegt", "Quittenbaum"))


@pytest.mark.parametrize(
    "reason",
    ["Renovierung", "Umbau (2. OG)", "Wasserschaden", "Belegungsstopp", "Fachkräftemangel"],
)
def test_a_reason_of_known_words_stays(reason: str) -> None:
    assert positive.BY_NAME["grund"](reason).value == reason


@pytest.mark.parametrize("reason", ["Quittenbaum", "Umbau bei Quittenbaum"])
def test_a_reason_with_another_word_is_another_reason(reason: str) -> None:
    assert positive.BY_NAME["grund"](reason).value == "sonstiger Grund"


@pytest.mark.parametrize("key", ["Neubau Rosellen", "Ersatzneubau"])
def test_a_project_that_is_called_by_words_is_no_list_of_persons(key: str) -> None:
    assert marker_of("vorhaben_id", key) is None
    assert marker_of("pfad_id", key) is not None


def test_a_key_with_an_unknown_word_lands_as_a_number() -> None:
    assert str(positive.key("Neubau Rosellen").value).startswith("Kennung-")
    assert positive.key("Ersatzneubau").value == "Ersatzneubau"
