"""Persons inside files that are lawful otherwise: refused or left out, the figures as they were."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from wtg_workbooks import NAME, Sheets, book, small

from ingest.county.guard import refuse_persons as county_door
from ingest.heimfinder.contacts import strip as strip_answer
from ingest.printed_tables.figures import parse
from ingest.printed_tables.file_names import WORDS as OF_PAPERS
from ingest.wtg.file_names import WORDS as OF_WTG
from kreishaus.model import FileRejected, Origin
from kreishaus.settings import Settings
from persons.file_names import has_form
from persons.named import names_person
from pipeline.steps import by_hand

PERSON = "Amira Beispiel-Vorbild"
NAMING = [
    "Zimmer frei, Frau X verstorben",
    f"Kündigung PDL {PERSON}",
    f"Tochter von {PERSON}",
    f"Einzelfall {PERSON}",
    "Beschwerde der Familie Probe",
    f"Zimmer von {PERSON}",
    f"frei nach Tod von {PERSON}",
    "Verlegung, geb. 03.05.1951",
]
HARMLESS = [
    "Haus Maria",
    "Pflegedienst Müller GmbH",
    "Meldung der Heimleitung",
    "Aufnahmestopp Kurzzeitpflege",
    "Ausschuss für Soziales und Wohnen, Sitzung vom 30.11.2021",
    "Kündigung der PDL",
    "Wechsel der Pflegedienstleitung",
]
PAPER = (
    "Dokument;Ausschuss für Soziales, Sitzung vom 30.11.2021\nStelle;Anlage 3\nRegion;05162\n"
    "Stichtag;30.09.2021\nKennzahl;refugees_persons\nZeilen;Status\nSpalten;Gruppe\n"
)
KNOWN = "Zeile;Duldung;tolerated\nTabelle\nBezeichnung;Gesamt\nDuldung;1403\n"


def traces(home: Path, *words: str) -> list[str]:
    texts = [
        str(path).encode() + (path.read_bytes() if path.is_file() else b"")
        for path in home.rglob("*")
    ]
    return [word for word in words if any(word.encode() in text for text in texts)]


@pytest.mark.parametrize("text", NAMING)
def test_a_text_that_names_a_person_is_told_by_the_words_around_the_name(text: str) -> None:
    assert names_person(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_words_of_offices_and_names_of_homes_name_nobody(text: str) -> None:
    assert not names_person(text)


def test_a_home_may_be_called_after_a_doctor() -> None:
    assert not names_person("Seniorenstift Dr. Schmidt", strictly=True)


def with_cell(sheet: str, column: str, text: object) -> Sheets:
    sheets = small()
    head, first, *rest = sheets[sheet]
    if column not in head:
        head, first, rest = [*head, column], [*first, None], [[*row, None] for row in rest]
    first = [text if name == column else cell for name, cell in zip(head, first, strict=True)]
    sheets[sheet] = [head, first, *rest]
    return sheets


@pytest.mark.parametrize(
    ("sheet", "column"),
    [("Belegung", "quelle"), ("Personal", "anlass"), ("Belegung", "Bewohnerin")],
)
def test_a_free_text_and_an_unknown_column_are_left_out(
    settings: Settings, tmp_path: Path, sheet: str, column: str
) -> None:
    file = tmp_path / NAME
    file.write_bytes(book(with_cell(sheet, column, f"Tochter von {PERSON}")))
    outcome = by_hand("wtg/stichtag", file, settings, "run")
    assert outcome.status == "staged"
    left_out = [one for one in outcome.findings if one.rule == "contacts_left_out"]
    assert bool(left_out) == (column == "Bewohnerin")  # of a listed column a list's word is kept
    (landed,) = (settings.home / "landing/wtg/stichtag").glob("*.zip")
    assert landed.read_bytes() != file.read_bytes()
    assert traces(settings.home, "Beispiel-Vorbild") == []


def comment(workbook: Workbook) -> None:
    workbook["Angebote"]["D2"].comment = Comment("wartet auf Umzug", "Amt")


def author(workbook: Workbook) -> None:
    workbook.properties.creator = PERSON


def beside(workbook: Workbook) -> None:
    workbook["Angebote"]["A9"] = f"Rückfrage zu {PERSON}"


@pytest.mark.parametrize("spoil", [comment, author, beside])
def test_what_stands_beside_the_cells_does_not_land(
    settings: Settings, tmp_path: Path, spoil
) -> None:
    file = tmp_path / NAME
    file.write_bytes(book(small(), spoil))
    assert by_hand("wtg/stichtag", file, settings, "run").status == "staged"
    assert traces(settings.home, "Beispiel-Vorbild", "docProps", "auf Umzug") == []


@pytest.mark.parametrize(
    ("sheet", "column", "text"),
    [
        ("Angebote", "name", f"Zimmer von {PERSON}"),
        ("Angebote", "pfad_id", "Beispiel-Vorbild"),
        ("Angebote", "status", "Bewohner"),
        ("Belegung", "plaetze_belegt", PERSON),
    ],
)
def test_where_a_cell_cannot_be_empty_the_file_is_refused(
    settings: Settings, tmp_path: Path, sheet: str, column: str, text: str
) -> None:
    file = tmp_path / NAME
    file.write_bytes(book(with_cell(sheet, column, text)))
    with pytest.raises(FileRejected) as refusal:
        by_hand("wtg/stichtag", file, settings, "run")
    assert "Beispiel" not in str(refusal.value)
    assert traces(settings.home, "Beispiel-Vorbild") == []


def test_a_files_own_name_is_noted_only_in_the_form_of_its_dataset(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "Beispiel-Vorbild WTG_Stichtag_2021-08-15.xlsx"
    file.write_bytes(book(small()))
    outcome = by_hand("wtg/stichtag", file, settings, "run")
    assert outcome.landed.label == "WTG_Stichtag_2021-08-15.xlsx"
    assert traces(settings.home, "Beispiel-Vorbild") == []


def test_the_forms_of_names() -> None:
    assert has_form("WTG_Stichtag_2021-08-15_korrigiert.xlsx", OF_WTG)
    assert has_form("Anlage 3.csv", OF_PAPERS)
    assert not has_form("WTG_Stichtag_2021-08-15_Beispiel.xlsx", OF_WTG)
    assert not has_form("anlage_120387.csv", OF_PAPERS)


@pytest.mark.parametrize(
    "table",
    [
        "Tabelle\nFall;Gesamt\nBeispiel;41\nVorbild;22\nZeugin;30\n",
        "Tabelle\nFall;Gesamt\nزينب الكركوتي;14\n",
        "Tabelle\nFall;Jahrgang;Gesamt\nBeispiel-77;1987;15\n",
        "Tabelle\nStatus;Amira Beispiel;Max Vorbild\nDuldung;11;12\n",
        "# Rückfrage Zeugin\nZeile;Duldung;tolerated\nTabelle\nBezeichnung;Gesamt\nDuldung;1403\n",
        "Spalte;Bemerkung;Text\nTabelle\nArt;Gesamt;Bemerkung\nDuldung;1403;Beispiel geht\n",
    ],
)
def test_of_a_printed_table_land_figures_and_known_labels_alone(
    settings: Settings, tmp_path: Path, table: str
) -> None:
    file = tmp_path / "Beispiel Amira.csv"
    file.write_text(PAPER + table, encoding="utf-8")
    assert by_hand("papers/figures", file, settings, "run").status == "staged"
    assert traces(settings.home, "Beispiel", "Vorbild", "Zeugin", "زينب") == []


def test_an_understood_table_keeps_its_figures_and_their_lines(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "anlage.csv"
    file.write_text(PAPER + "# note\n" + KNOWN, encoding="utf-8")
    assert by_hand("papers/figures", file, settings, "run").status == "staged"
    (landed,) = (settings.home / "landing/papers/figures").glob("*.csv")
    origin = Origin("papers", "figures", "", "anlage.csv", "", datetime.now(UTC))
    (row,) = parse(landed.read_bytes(), origin).tables["cells"].to_dict("records")
    assert (row["row_label"], row["value"], row["source_row"]) == ("Duldung", 1403, 12)


@pytest.mark.parametrize("place", ["Anlage 5, Fall Amira Beispiel", "Anlage 5, Frau Beispiel"])
def test_a_person_in_the_head_of_a_printed_table_refuses_it(
    settings: Settings, tmp_path: Path, place: str
) -> None:
    file = tmp_path / "anlage.csv"
    file.write_text(PAPER.replace("Anlage 3", place) + KNOWN, encoding="utf-8")
    with pytest.raises(FileRejected):
        by_hand("papers/figures", file, settings, "run")
    assert traces(settings.home, "Beispiel") == []


HOME = {"id": "1", "kreis": "Rhein-Kreis Neuss", "einrichtung": {"name": "Haus Maria"}}


def test_texts_that_no_column_takes_are_left_out_of_heimfinders_answer(settings: Settings) -> None:
    home = HOME | {"freie_plaetze": {"gesamt": 2, "bemerkung": "nach Umzug von Amira Beispiel"}}
    kept = strip_answer(json.dumps({"_items": [home]}).encode(), "list", settings).content
    (entry,) = json.loads(kept)["_items"]
    assert entry["freie_plaetze"] == {"gesamt": 2}
    assert entry["einrichtung"] == {"name": "Haus Maria"}


def test_a_person_as_a_homes_name_is_left_out(settings: Settings) -> None:
    home = HOME | {"einrichtung": {"name": f"Zimmer von {PERSON}"}}
    kept = strip_answer(json.dumps({"_items": [home]}).encode(), "list", settings).content
    assert b"Beispiel" not in kept


def test_an_archive_with_anything_but_answers_is_refused(settings: Settings) -> None:
    with pytest.raises(FileRejected):
        strip_answer(book({"Personal": [["Kraft", "Stunden"], [PERSON, 39]]}), "a", settings)


NEED = "parameter_set,region_code,kind,persons,from_year,to_year,source,reason\n2026-1,05162004,"


@pytest.mark.parametrize("reason", [f"Einzelfall {PERSON}", "Frau Beispiel zieht um"])
def test_a_reason_of_the_countys_list_that_names_a_person_refuses_it(reason: str) -> None:
    with pytest.raises(FileRejected) as refusal:
        county_door(f"{NEED}other,12,2026,2027,Care planning,{reason}\n".encode(), "local_need.csv")
    assert "row 2, column reason" in str(refusal.value)


def test_a_reason_of_the_countys_list_may_name_papers() -> None:
    county_door(
        f"{NEED}other,12,2026,2027,Sozialamt,Beschluss des Kreistags\n".encode(), "local_need.csv"
    )
