"""From the drop folder into the home folder: a list of persons leaves no trace."""

from __future__ import annotations

import pytest
from test_papers_figures import HEAD, TABLE

from ingest.printed_tables.guard import refuse_persons
from kreishaus.model import FileRejected
from kreishaus.settings import Settings
from pipeline.steps import fetch_new

PERSONS = f"{HEAD}Person;frei\nZimmer, Anna, geb. 03.04.1981, AZR 990412004711;1\n"


def test_persons_leave_no_trace_and_stop_no_other(settings: Settings) -> None:
    folder = settings.drop_folder("papers")
    folder.mkdir(parents=True, exist_ok=True)
    dropped = folder / "liste.csv"
    dropped.write_text(PERSONS, encoding="utf-8")
    (folder / "tabelle.csv").write_text(HEAD + TABLE, encoding="utf-8")

    report = fetch_new("papers/figures", settings, run_id="test")

    (refusal,) = report.refused
    assert refusal.startswith("file 1 of 2 by name, saved ")  # its name may be a person's
    assert "line 13: a date of birth" in refusal
    assert dropped.name not in refusal
    assert [landed.label for landed in report.new] == ["tabelle.csv"]
    files = [path for path in settings.home.rglob("*") if path.is_file() and path != dropped]
    assert files
    for path in files:
        content = path.read_bytes()
        assert not any(
            word.encode() in content for word in ("Zimmer", "03.04.1981", "990412004711")
        )


def printed(*table: str, place: str = "Anlage 1", rows: str = "Stichtag", columns: str = "Status"):
    head = (
        "Dokument;Sozialausschuss, Sitzung vom 24.11.2022",
        *(f"Stelle;{place}", "Gedruckt am;24.11.2022", "Region;05162"),
        *("Kennzahl;refugees_persons", f"Zeilen;{rows}", f"Spalten;{columns}", "Tabelle;"),
    )
    return "\n".join((*head, *table)).encode()


@pytest.mark.parametrize(
    "table",
    [
        ("Stichtag;Duldung", "17.03.2006;1", "23.09.2011;1"),
        ("Stichtag;Duldung", "15.04.1996;1", "01.01.1999;1"),
        ("Status;01.01.1990;01.01.1992;31.12.1999", "Duldung;1;-;1"),
        ("Geburtsjahr;1941;1988", "Duldung;1;1"),
        ("Jahrgang;Duldung", "1941;1", "1988;1"),
        ("Kommune;Rufnummer;Plätze", "Neuss;4155588;7", "Dormagen;4155588;3"),
        ("Kommune;Tel.-Nr.;Plätze", "Neuss;4155588;7", "Dormagen;4155588;3"),
    ],
)
def test_days_and_years_of_birth_and_telephone_numbers_are_refused(table: tuple[str, ...]) -> None:
    with pytest.raises(FileRejected):
        refuse_persons(printed(*table), "tabelle.csv")


@pytest.mark.parametrize(
    "table",
    [
        ("Stichtag;Duldung", "17.03.2006;12", "23.09.2011;9"),
        ("Stichtag;Duldung", "31.12.2020;1", "31.12.2021;1"),
        ("Jahr;Duldung", "2020;1", "2021;1"),
    ],
)
def test_days_on_which_offices_count_may_count_one(table: tuple[str, ...]) -> None:
    refuse_persons(printed(*table), "tabelle.csv")


@pytest.mark.parametrize(
    "place", ["Fall 12", "Haus Winter, Bewohner 12", "Zimmer 12", "Fall K. W.", "Akte Nr. 7"]
)
def test_a_title_of_one_person_is_refused(place: str) -> None:
    with pytest.raises(FileRejected, match="a title that stands for one person"):
        refuse_persons(printed("Stichtag;Duldung", "31.12.2020;7", place=place), "tabelle.csv")


def test_a_title_of_many_is_none() -> None:
    place = "Bewohner 2020 nach Pflegegrad, Anlage 12"
    refuse_persons(printed("Stichtag;Duldung", "31.12.2020;7", place=place), "tabelle.csv")
