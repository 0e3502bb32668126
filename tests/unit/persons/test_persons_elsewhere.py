"""A list of persons is refused wherever it is laid, and leaves no trace in the home."""

import io
import json
import logging
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from office_formats import as_ods, as_xls
from reportlab.pdfgen.canvas import Canvas
from wtg_workbooks import as_csv, book

from ingest.county.guard import refuse_persons
from kreishaus.model import FileRejected, SourceUnavailable
from kreishaus.settings import Settings
from pipeline.steps import by_hand, fetch_new

PLACES = {
    "wtg/stichtag": "WTG_Stichtag_2021-08-15",
    "wtg/register": "WTG_Register_2021-12-31",
    "papers/figures": "Vorlage",
    "county/lists": "planning_units",
    "bamf/hkl": "hkl",
    "bamf/report": "report",
    "it_nrw/population_by_age": "12411-03-03-4",
}
"""Dataset -> the name under which somebody lays a file there."""

NAMES = [
    ("Musterfrau", "Erika"),
    ("Mustermann", "Max"),
    ("Beispiel", "Amira"),
    ("Vorbild", "Yusuf"),
    ("Probe", "Samira"),
    ("Zeugin", "Leila"),
]
BORN = ["12.03.1987", "01.02.1960", "09.07.2001", "30.11.1994", "17.02.1975", "03.05.1999"]
NUMBERS = ["130412004711", "140523004812", "150704004913", "160805005014", "170906005115"]
LISTS: dict[str, list[list[object]]] = {
    "names and births": [
        ["Name", "Vorname", "Geburtsdatum", "Staat"],
        *[[*name, born, "Syrien"] for name, born in zip(NAMES, BORN, strict=True)],
    ],
    "register numbers": [["Vorgang", "Anzahl"], *[[number, 1] for number in NUMBERS]],
    "numbers without zeros": [
        ["Vorgang", "Anzahl"],
        *[[number, 1] for number in ("90101000712", "81215003344", "70304001199")],
    ],
    "surname first": [["Person", "Anzahl"], *[[", ".join(name), 1] for name in NAMES]],
    "names of any script": [
        ["Betroffene", "Anzahl"],
        *[[n, 1] for n in ("Ayşe Yılmaz", "Łukasz Kowalczyk", "Олена Шевченко", "أحمد محمد")],
    ],
    "residents of a home": [
        ["Bewohner", "Geboren", "Pflegegrad", "Zimmer"],
        *[
            [", ".join(name), born, 3, at]
            for at, (name, born) in enumerate(zip(NAMES, BORN, strict=True))
        ],
    ],
    "as a register of homes": [
        ["Name", "PLZ", "Ort"],
        *[[" ".join(reversed(name)), "41460", "Neuss"] for name in NAMES],
    ],
    "no header": [[*name, born] for name, born in zip(NAMES, BORN, strict=True)],
}
SENTINELS = [*(part for name in NAMES for part in name), *NUMBERS, *BORN, "Yılmaz", "Шевченко"]
SENTINELS += ["90101000712", "81215003344"]


def csv(rows: list[list[object]]) -> bytes:
    return as_csv(rows).encode()


def pdf(rows: list[list[object]]) -> bytes:
    written = io.BytesIO()
    canvas = Canvas(written)
    for at, row in enumerate(rows):
        canvas.drawString(40, 800 - 14 * at, "   ".join(map(str, row)))
    canvas.save()
    return written.getvalue()


def in_a_workbook(save: Callable[[dict[str, list[list[object]]]], bytes]):
    return lambda rows: save({"Tabelle1": rows})


FORMATS: dict[str, Callable[[list[list[object]]], bytes]] = {
    "csv": csv,
    "xlsx": in_a_workbook(book),
    "xls": in_a_workbook(as_xls),
    "ods": in_a_workbook(as_ods),
}


def traces(home: Path, *more: str) -> list[str]:
    """What of the persons is found under the home: in a file, in its name."""
    found = []
    for path in home.rglob("*"):
        content = str(path).encode() + (path.read_bytes() if path.is_file() else b"")
        found += [one for one in (*SENTINELS, *more) if one.encode() in content]
    return found


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("dataset_id", PLACES)
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_list_by_hand_is_refused_without_a_trace(
    settings: Settings, tmp_path: Path, dataset_id: str, suffix: str, listed: str
) -> None:
    file = tmp_path / f"{PLACES[dataset_id]}.{suffix}"
    file.write_bytes(FORMATS[suffix](LISTS[listed]))
    with pytest.raises((FileRejected, SourceUnavailable)) as refusal:
        by_hand(dataset_id, file, settings, "run")
    assert isinstance(refusal.value, FileRejected)
    assert not [one for one in SENTINELS if one in str(refusal.value)]
    assert traces(settings.home) == []


@pytest.mark.parametrize("dataset_id", PLACES)
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_nor_does_another_format_help(
    settings: Settings, tmp_path: Path, dataset_id: str, suffix: str
) -> None:
    file = tmp_path / f"{PLACES[dataset_id]}.{suffix}"
    file.write_bytes(FORMATS[suffix](LISTS["names and births"]))
    with pytest.raises(FileRejected):
        by_hand(dataset_id, file, settings, "run")
    assert traces(settings.home) == []


@pytest.mark.parametrize("listed", ["names and births", "register numbers", "no header"])
def test_a_list_printed_as_pdf_is_refused_by_bamf(
    settings: Settings, tmp_path: Path, listed: str
) -> None:
    file = tmp_path / "hkl.pdf"
    file.write_bytes(pdf(LISTS[listed]))
    with pytest.raises(FileRejected):
        by_hand("bamf/hkl", file, settings, "run")
    assert traces(settings.home) == []


@pytest.mark.parametrize(
    ("dataset_id", "source", "name"),
    [
        ("wtg/register", "wtg", "WTG_Register_2021-12-31 Musterfrau.csv"),
        ("wtg/stichtag", "wtg", "WTG_Stichtag_2021-08-15 Musterfrau.csv"),
        ("papers/figures", "papers", "Erika Musterfrau.csv"),
    ],
)
def test_in_a_drop_folder_not_even_its_name_is_kept(
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    dataset_id: str,
    source: str,
    name: str,
) -> None:
    folder = settings.drop_folder(source)
    folder.mkdir(parents=True)
    (folder / name).write_bytes(csv(LISTS["names and births"]))
    os.utime(folder / name, (1_600_000_000, 1_600_000_000))
    with caplog.at_level(logging.DEBUG):
        report = fetch_new(dataset_id, settings, "night")
    (told,) = report.refused
    assert "file 1 of 1 by name" in told
    assert not [one for one in SENTINELS if one in told or one in caplog.text]
    outside = [path for path in settings.home.iterdir() if path.name != "sample"]
    assert [found for path in outside for found in traces(path)] == []


def test_what_lawful_lists_of_the_county_say_passes(settings: Settings, tmp_path: Path) -> None:
    """Names of units, and days on which they begin and end."""
    file = tmp_path / "planning_units.csv"
    file.write_text(
        "unit_code,unit_name,municipality_code,valid_from,valid_to,source\n"
        "south,Süd Mitte,05162004,,2021-12-31,Care planning of the county\n"
        "north,Nord Mitte,05162008,2022-01-17,,Care planning of the county\n"
        "west,West Mitte,05162012,1999-03-11,,Care planning of the county\n",
        encoding="utf-8",
    )
    refuse_persons(file.read_bytes(), file.name)
    with pytest.raises(FileRejected, match="from the county's folder"):  # which says whose it is
        by_hand("county/lists", file, settings, "run")


def test_a_persons_column_in_a_list_of_the_county_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "planning_units.csv"
    file.write_text(
        "unit_code,unit_name,municipality_code,valid_from,valid_to,source,clerk\n"
        + "".join(
            f'south,Süd,0516200{at},,,Plan,"{surname}, {first}"\n'
            for at, (surname, first) in enumerate(NAMES)
        ),
        encoding="utf-8",
    )
    with pytest.raises(FileRejected):
        by_hand("county/lists", file, settings, "run")
    assert traces(settings.home) == []


def test_an_answer_of_heimfinder_is_json_and_no_list_of_residents(
    settings: Settings, tmp_path: Path
) -> None:
    """A JSON of residents has no homes; its persons are left out of what is kept."""
    file = tmp_path / "answer.json"
    residents = [{"id": at, "nachname": n, "vorname": v} for at, (n, v) in enumerate(NAMES)]
    file.write_text(json.dumps({"_items": residents}), encoding="utf-8")
    assert by_hand("wtg/heimfinder", file, settings, "run").status == "quarantined"
    assert traces(settings.home) == []


def test_the_search_of_the_whole_home_finds_what_is_there(tmp_path: Path) -> None:
    """The tests above can fail: a name in a file is found, as grep finds it."""
    (tmp_path / "log").write_text("refused: Musterfrau")
    assert traces(tmp_path) == ["Musterfrau"]
    assert subprocess.run(["grep", "-rq", "Musterfrau", str(tmp_path)], check=False).returncode == 0
