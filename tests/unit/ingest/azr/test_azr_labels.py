"""Labels of rows, and the alias table that gives them their meaning."""

import csv
from datetime import date

import pytest

from kreishaus.settings import REPOSITORY
from vocabulary.statuses import (
    ALIAS_FILE,
    Alias,
    StatusAliases,
    UnknownLabel,
    status_aliases,
)

AUTUMN = date(2021, 9, 30)
SEED = REPOSITORY / "dbt_project" / "seeds" / "residence_status.csv"


def test_an_unknown_label_names_its_nearest_neighbour():
    with pytest.raises(UnknownLabel, match=r"Anhängige Asylverfahren' \(pending\)"):
        status_aliases().status_code("Anhängiges Asylverfahren", AUTUMN)


def test_the_wording_is_kept_another_paragraph_is_another_status():
    with pytest.raises(UnknownLabel):
        status_aliases().status_code(
            "Niederlassungserlaubnis nach § 26 Abs. 5 AufenthG (Resettlement)", AUTUMN
        )


def test_an_alias_outside_its_validity_says_so():
    label = "darunter § 24 AufenthG (vorübergehender Schutz)"
    with pytest.raises(UnknownLabel, match="only for 2022-03-04"):
        status_aliases().status_code(label, date(2022, 3, 3))
    assert status_aliases().status_code(label, date(2022, 3, 4)) == "humanitarian_24"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ('"Anerkannte Flüchtlinge" (Summe Zeilen 3 - 8)', "recognised"),
        ("„Anerkannte Flüchtlinge“ (Summe Zeilen 3–9)", "recognised"),
        ("Anerkannte  Flüchtlinge\u00a0¹", "recognised"),
        ("Anerkannte\nFlüchtlinge 1)", "recognised"),
        ("GESAMT (Summe Zeile 9, 11, 18)", "total"),
        ("Gesamt (Summe der Zeilen 9, 11 und 18)", "total"),
        ("GESAMT (Zeilen 9, 12 und 19)", "total"),
        ("Anerkannte Flüchtlinge = Summe der Zeilen 4 bis 9", "recognised"),
        ("   darunter Syrien (im Verfahren)", "pending_syria"),
        ("Familiäre Gründe insgesamt (Summe ausgewählte Staaten)", "family"),
        ("Familia\u0308re Gründe Syrien", "family_syria"),
    ],
)
def test_quotes_blanks_references_and_marks_do_not_matter(label, code):
    assert status_aliases().status_code(label, AUTUMN) == code


def test_a_wording_may_change_its_meaning_but_not_have_two_at_once():
    old = Alias("Duldung", "tolerated", None, date(2022, 12, 30))
    new = Alias("Duldung", "humanitarian_104c", date(2022, 12, 31), None)
    aliases = StatusAliases([old, new])
    assert aliases.status_code("Duldung", date(2022, 12, 30)) == "tolerated"
    assert aliases.status_code("Duldung", date(2022, 12, 31)) == "humanitarian_104c"
    with pytest.raises(ValueError, match="stands twice"):
        StatusAliases([old, Alias("»Duldung«", "tolerated", date(2022, 12, 30), None)])


def test_every_alias_means_a_status_of_the_seed_and_every_status_has_one():
    with ALIAS_FILE.open(encoding="utf-8") as lines:
        meant = {row["status_code"] for row in csv.DictReader(lines, delimiter=";")}
    with SEED.open(encoding="utf-8") as lines:
        statuses = {row["status_code"]: row for row in csv.DictReader(lines)}
    assert meant == set(statuses)
    parents = {row["parent_code"] for row in statuses.values()} - {""}
    assert parents <= set(statuses)
    assert {row["group_code"] for row in statuses.values()} == {
        "total",
        "recognised",
        "pending",
        "tolerated",
        "family",
    }
