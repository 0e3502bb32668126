"""A file that speaks of two reference dates: it is refused, and both are named."""

import io
from datetime import date

import pytest
from azr_workbooks import kept, saved, sheet_of
from openpyxl import load_workbook

from kreishaus.model import FileRejected

TOWNS = (
    *(["Dormagen", 81], ["Grevenbroich", 74], ["Jüchen", 15], ["Kaarst", 37]),
    *(["Korschenbroich", 20], ["Meerbusch", 74], ["Neuss", 285], ["Rommerskirchen", 9]),
)
LABEL = "AZR_Gemeinden.xlsx"


def dated(*notes: str, sheet: str = "Tabelle1", footer: str = "", above: str = "") -> bytes:
    content = sheet_of(
        [above or "Stichtag: 30.06.2021"],
        ["Gemeinde", "Insgesamt"],
        *TOWNS,
        ["Kreis insgesamt", 595],
        *([note] for note in notes),
    )
    workbook = load_workbook(io.BytesIO(content))
    workbook.worksheets[0].title = sheet
    workbook.worksheets[0].oddFooter.left.text = footer
    return saved(workbook)


def day_of(content: bytes, label: str = LABEL) -> set[date]:
    return set(kept("municipalities", content, label).tables["cells"]["reference_date"])


@pytest.mark.parametrize(
    "content",
    [
        dated("Quelle: AZR, Stichtag 30.09.2021"),
        dated("Stand: 30.09.2021"),
        dated(sheet="30.09.2021"),
        dated(footer="Stand: 30.09.2021"),
        dated("Stand: 30.09.2021", above="Stand: Juni 2021"),
    ],
)
def test_another_date_beside_the_title_is_refused(content: bytes) -> None:
    with pytest.raises(FileRejected) as refused:
        day_of(content)
    assert "2021-06-30, 2021-09-30" in str(refused.value)


@pytest.mark.parametrize("name", ["Q3 2021", "0921", "3009"])
def test_another_quarter_in_the_files_name_is_refused(name: str) -> None:
    with pytest.raises(FileRejected) as refused:
        day_of(dated(), f"AZR Gemeinden {name}.xlsx")
    assert "2021-06-30, 2021-09-30" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (dated("Stand: 30.06.2021"), LABEL),
        (dated("Abfrage am 12.07.2021"), LABEL),
        (dated("Datenstand: 12.07.2021"), LABEL),
        (dated(above="Datenstand: 12.07.2021, Stichtag: 30.06.2021"), LABEL),
        (dated(above="Stand: Juni 2021"), LABEL),
        (dated(above="II. Quartal 2021"), LABEL),
        (dated(), "AZR Gemeinden Q2 2021.xlsx"),
        (dated(), "AZR Gemeinden 0621.xlsx"),
        (dated(), "AZR Gemeinden 3006.xlsx"),
        (dated(), "AZR Gemeinden 1011.xlsx"),
    ],
)
def test_a_day_of_retrieval_and_the_same_date_are_read(content: bytes, label: str) -> None:
    assert day_of(content, label) == {date(2021, 6, 30)}


def test_a_month_above_the_table_and_another_date_in_the_files_name_are_refused() -> None:
    with pytest.raises(FileRejected) as refused:
        day_of(dated(above="II. Quartal 2021"), "AZR_Gemeinden_2021-09-30.xlsx")
    assert "2021-06-30, 2021-09-30" in str(refused.value)
