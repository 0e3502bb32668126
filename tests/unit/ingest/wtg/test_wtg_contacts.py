"""Contact persons of a WTG file leave no trace in the home; its figures are those of the file."""

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from office_formats import as_ods, as_xls
from openpyxl import Workbook
from openpyxl.comments import Comment
from wtg_workbooks import NAME, Sheets, book, csv_set, small

from ingest.wtg.contacts import strip_list, strip_workbook
from ingest.wtg.guard import refuse_persons
from ingest.wtg.workbook import parse
from kreishaus.datasets import dataset
from kreishaus.model import FileRejected, Origin
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore
from pipeline.steps import by_hand, fetch_new

Save = Callable[[Sheets], bytes]

PERSON, PHONE, MAIL = "Musterfrau", "02131 471100", "erika@beispiel.de"
SENTINELS = (PERSON, "471100", "beispiel.de", "Erika")
COLUMNS = {
    "Ansprechpartner": "Erika Musterfrau",
    "Einrichtungsleitung": "Frau Musterfrau",
    "PDL": "Erika Musterfrau",
    "Verwaltungsleitung": "Musterfrau",
    "Telefon": PHONE,
    "E-Mail": MAIL,
    "Erreichbarkeit": f"{PHONE}",
}

REGISTER = "WTG_Register_2021-12-31.csv"
LIST = (
    "Einrichtung;Straße;PLZ;Ort;Plätze;{head}\n"
    "Haus am See;Weg 3;41460;Neuss;80;{cell}\n"
    "Haus am Berg;Weg 4;41539;Dormagen;40;{cell}\n"
)


def with_columns(columns: Mapping[str, str]) -> Sheets:
    """The two homes, with more columns in the sheet Angebote."""
    sheets = small()
    head, *rows = sheets["Angebote"]
    sheets["Angebote"] = [[*head, *columns], *([*row, *columns.values()] for row in rows)]
    return sheets


def with_column(head: str, cell: str) -> Sheets:
    return with_columns({head: cell})


def list_with(columns: Mapping[str, str]) -> bytes:
    """The register's list, with more columns."""
    head, cell = ";".join(columns), ";".join(columns.values())
    return LIST.format(head=head, cell=cell).encode()


def traces(home: Path) -> list[str]:
    """What of a contact person is found in a file under the home, unpacked or not."""
    found = []
    for path in home.rglob("*"):
        if not path.is_file():
            continue
        found += traces_in(path.read_bytes()) + traces_in(str(path).encode())
    return found


def traces_in(content: bytes) -> list[str]:
    """What of a contact person is found in the bytes of a file, unpacked or not."""
    contents = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            contents += [archive.read(name) for name in archive.namelist()]
    return [one for one in SENTINELS for content in contents if one.encode() in content]


def staged(settings: Settings, table: str) -> list[dict[str, object]]:
    (file,) = settings.staged.glob(f"wtg/*/*/*/{table}.parquet")
    return pq.read_table(file).to_pylist()


def stripped(
    dataset_id: str, content: bytes, name: str, settings: Settings
) -> dict[str, list[Any]]:
    """The rows of what lands of a file, which holds no trace of a contact person."""
    entry = dataset(dataset_id)
    landed = entry.load("strip")(content, name, settings)
    assert traces_in(landed.content) + traces_in(str(landed.warnings).encode()) == []
    origin = Origin("wtg", entry.name, "0" * 64, name, name, datetime.now(UTC))
    tables = entry.load("parse")(landed.content, origin).tables
    return {table: frame.to_dict("records") for table, frame in tables.items()}


def require_the_homes(occupancy: list[dict[str, object]], homes: list[dict[str, object]]) -> None:
    assert [(row["pfad_id"], row["plaetze_belegt"]) for row in occupancy] == [("A", 75), ("B", 38)]
    assert [row["source_row"] for row in occupancy] == [2, 3]
    assert [row["name"] for row in homes] == ["Haus am See", "Haus am Berg"]


def require_the_offers(rows: list[dict[str, object]]) -> None:
    assert [(row["name"], row["ort"], row["plaetze"], row["source_row"]) for row in rows] == [
        ("Haus am See", "Neuss", 80, 2),
        ("Haus am Berg", "Dormagen", 40, 3),
    ]


@pytest.mark.parametrize("save", [book, as_xls, as_ods, csv_set])
def test_a_workbooks_contact_persons_leave_no_trace(
    settings: Settings, tmp_path: Path, save: Save
) -> None:
    """All columns of theirs in one workbook, from the door to the staged rows."""
    file = tmp_path / NAME
    file.write_bytes(save(with_columns(COLUMNS)))
    assert by_hand("wtg/stichtag", file, settings, "run").status == "staged"
    assert traces(settings.home) == []
    require_the_homes(staged(settings, "belegung"), staged(settings, "angebote"))


@pytest.mark.parametrize(("head", "cell"), COLUMNS.items())
@pytest.mark.parametrize("save", [book, as_xls, as_ods, csv_set])
def test_each_column_of_contact_persons_is_left_out_by_itself(
    settings: Settings, head: str, cell: str, save: Save
) -> None:
    """Whatever stands beside it: no column is known by its neighbours."""
    content = save(with_column(head, cell))
    refuse_persons(content, NAME)
    rows = stripped("wtg/stichtag", content, NAME, settings)
    require_the_homes(rows["belegung"], rows["angebote"])


def test_a_registers_contact_persons_leave_no_trace(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / REGISTER
    file.write_bytes(list_with(COLUMNS))
    assert by_hand("wtg/register", file, settings, "run").status == "staged"
    assert traces(settings.home) == []
    require_the_offers(staged(settings, "register_offers"))


@pytest.mark.parametrize(("head", "cell"), COLUMNS.items())
def test_each_column_of_a_register_is_left_out_by_itself(
    settings: Settings, head: str, cell: str
) -> None:
    content = list_with({head: cell})
    refuse_persons(content, REGISTER)
    require_the_offers(stripped("wtg/register", content, REGISTER, settings)["register_offers"])


def comment(workbook: Workbook) -> None:
    workbook["Angebote"]["D2"].comment = Comment(f"Frau Musterfrau, Tel. {PHONE}", "Amt")


def letterhead(workbook: Workbook) -> None:
    workbook["Angebote"].insert_rows(1, 2)
    workbook["Angebote"]["A1"] = f"Ansprechpartnerin: Frau Musterfrau, Tel. {PHONE}"


def sheet_of_contacts(workbook: Workbook) -> None:
    sheet = workbook.create_sheet("Heime intern")
    sheet.append(["Haus", "Leitung"])
    sheet.append(["Haus am See", "Frau Musterfrau"])


def below_the_table(workbook: Workbook) -> None:
    workbook["Angebote"]["A9"] = f"Rückfragen: {MAIL}"


BESIDE = (comment, letterhead, sheet_of_contacts, below_the_table)


def test_contact_persons_beside_the_tables_leave_no_trace(
    settings: Settings, tmp_path: Path
) -> None:
    """In all these places of one workbook, from the door to the staged rows."""

    def spoil(workbook: Workbook) -> None:
        for one in BESIDE:
            one(workbook)

    file = tmp_path / NAME
    file.write_bytes(book(small(), spoil))
    assert by_hand("wtg/stichtag", file, settings, "run").status == "staged"
    assert traces(settings.home) == []
    assert [row["plaetze_belegt"] for row in staged(settings, "belegung")] == [75, 38]


@pytest.mark.parametrize("spoil", BESIDE)
def test_a_contact_person_in_each_place_beside_the_tables_is_left_out_by_itself(
    settings: Settings, spoil: Callable[[Workbook], None]
) -> None:
    content = book(small(), spoil)
    refuse_persons(content, NAME)
    rows = stripped("wtg/stichtag", content, NAME, settings)
    assert [row["plaetze_belegt"] for row in rows["belegung"]] == [75, 38]


def test_no_file_lands_as_it_came_and_what_landed_is_written_the_same_again(
    settings: Settings,
) -> None:
    landed = strip_workbook(book(small()), NAME, settings)
    assert landed.warnings == ()
    again = strip_workbook(landed.content, NAME, settings)
    assert (again.content, again.warnings) == (landed.content, ())
    text = LIST.format(head="Status", cell="in Betrieb").encode()
    once = strip_list(text, REGISTER, settings).content
    assert strip_list(once, REGISTER, settings).content == once


def test_the_same_file_makes_the_same_bytes_and_says_what_was_left_out(settings: Settings) -> None:
    content = book(with_column("Ansprechpartner", "Erika Musterfrau"))
    first, second = (strip_workbook(content, NAME, settings) for _ in range(2))
    assert first.content == second.content
    (warning,) = first.warnings
    assert warning.rule == "contacts_left_out"
    assert "sheet 1, column V" in warning.message
    assert not [one for one in SENTINELS if one in warning.message]


def test_what_a_csv_cannot_say_is_refused_instead_of_read_otherwise(settings: Settings) -> None:
    """A struck-through number: the workbook is unreadable, and its CSV would not be."""

    def strike(workbook: Workbook) -> None:
        cell = workbook["Belegung"]["G2"]
        cell.font = cell.font.copy(strike=True)

    content = book(with_column("Telefon", PHONE), strike)
    with pytest.raises(FileRejected) as refusal:
        strip_workbook(content, NAME, settings)
    assert "struck_through" in str(refusal.value)
    assert not [one for one in SENTINELS if one in str(refusal.value)]


def test_times_shares_and_decimals_are_the_same_after_it(settings: Settings) -> None:
    sheets = with_column("Telefon", PHONE)
    sheets["Personal"][1][9] = 38.25
    sheets["Personal"][2][10] = timedelta(hours=38, minutes=30)
    stripped = strip_workbook(book(sheets), NAME, settings)
    origin = Origin("wtg", "stichtag", "0" * 64, NAME, NAME, datetime.now(UTC))
    first, second = parse(stripped.content, origin).tables["personal"].to_dict("records")
    assert (first["vk_soll_vereinbart"], first["wochenstunden_vollzeit"]) == (38.25, 39)
    assert (second["vk_fachkraft"], second["wochenstunden_vollzeit"]) == (10.5, 38.5)


@pytest.mark.parametrize(
    ("sheet", "column", "text"),
    [
        ("Angebote", "name", f"Haus am See, Tel. {PHONE}"),
        ("Belegung", "quelle", "Anruf von Frau Musterfrau"),
        ("Belegung", "grund", MAIL),
    ],
)
def test_a_contact_inside_a_text_that_is_kept_is_refused(
    sheet: str, column: str, text: str
) -> None:
    sheets = small()
    sheets[sheet][1][sheets[sheet][0].index(column)] = text
    with pytest.raises(FileRejected) as refusal:
        refuse_persons(book(sheets), NAME)
    assert "row 2: a contact person" in str(refusal.value)
    assert not [one for one in SENTINELS if one in str(refusal.value)]


def test_a_night_knows_an_older_file_by_what_landed_of_it(
    settings: Settings, tmp_path: Path
) -> None:
    """Two files of one date, both with contact persons: the older lands once, not every night."""
    folder = settings.drop_folder("wtg")
    folder.mkdir(parents=True)
    files = (NAME, "WTG_Stichtag_2021-08-15 neu.xlsx")
    for name, places, at in zip(files, (80, 81), (1_600_000_000, 1_600_000_100), strict=True):
        sheets = with_column("Telefon", PHONE)
        sheets["Belegung"][1][2] = places
        (folder / name).write_bytes(book(sheets))
        os.utime(folder / name, (at, at))
    first = fetch_new("wtg/stichtag", settings, "one")
    second = fetch_new("wtg/stichtag", settings, "two")
    assert (first.offered, len(first.new), second.offered, second.new) == (2, 2, 1, ())
    assert len(list(DatasetStore.of(settings, "wtg", "stichtag").landing.hashes())) == 2
    assert traces(settings.landing) == []


def test_a_zip_keeps_nothing_beside_its_csv(settings: Settings) -> None:
    content = io.BytesIO(csv_set(small()))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("Notiz.txt", "Erika Musterfrau")
    stripped = strip_workbook(content.getvalue(), "WTG_Stichtag_2021-08-15.zip", settings)
    with zipfile.ZipFile(io.BytesIO(stripped.content)) as archive:
        assert sorted(archive.namelist()) == [
            "Angebote.csv",
            "Belegung.csv",
            "Bewohner.csv",
            "Personal.csv",
        ]


def test_a_form_of_address_in_the_name_of_a_home_is_asked_about() -> None:
    """It may be a home called after a woman, or the household of one: an officer decides."""
    sheets = small()
    sheets["Angebote"][1][3] = "Seniorenhaus Frau Holle"
    with pytest.raises(FileRejected, match="If no person is meant, delete or rename"):
        refuse_persons(csv_set(sheets), "WTG_Stichtag_2021-08-15.zip")
