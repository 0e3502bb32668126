"""Names of homes: every word is known, or no name is kept."""

import shutil
from pathlib import Path

import pytest

from kreishaus.settings import REPOSITORY
from vocabulary.home_names import is_home_name
from vocabulary.own_home_names import own_home_names

SURNAMES = [
    *("Müller", "Schmidt", "Schneider", "Weber", "Meyer", "Wagner", "Becker", "Hoffmann"),
    *("Koch", "Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann"),
    *("Braun", "Krüger", "Hartmann", "Lange", "Werner", "Krause", "Lehmann", "Köhler"),
    *("König", "Kaiser", "Fuchs", "Peters", "Lang", "Weiß", "Vogel", "Friedrich"),
    *("Keller", "Günther", "Berger", "Winter", "Martin", "Stein", "Otto", "Sommer"),
    *("Groß", "Seidel", "Heinrich", "Haas", "Graf", "Engel", "Horn", "Busch"),
    *("Thomas", "Arnold", "Ernst", "Hermann", "Rosenberg", "Steinbach", "Lichtenberg", "Grünwald"),
    *("Lindemann", "Krautwurst", "Lewandrowski", "Yilmaz", "Öztürk", "Nowak", "Nguyen"),
]
PATTERNS = (
    *("Haus {}", "Seniorenheim {}", "Villa {}", "Pension {} ", "Haus Maria {}", "{}", "Familie {}"),
    *("Pflege-WG Hedwig {}", "Seniorenzentrum Neuss / {}", "Haus G. {}", "Pflegedienst {} GmbH"),
    *("Seniorenheim am Park, Zimmer 12 {}", "Test {}", "Neubau {}"),
)
REAL = (
    *("Augustinushaus Dormagen", "Caritashaus St. Josef", "Malteserstift St. Katharina"),
    *("Alloheim Senioren-Residenz „Bernardus“", "Seniorenzentrum Albert-Schweitzer-Haus gGmbH"),
    *("Seniorenzentrum Haus Maria Frieden", "Senioren-Park carpe diem Jüchen", "Haus St. Georg"),
    *("Johanniter-Stift Kaarst", "Vinzenz-Haus - Wohn- und Pflegehaus", "Haus Immaculata"),
    *("Alten- und Pflegeheim Hildegundis von Meer", "Altenpflegeheim Herz Jesu", "Haus Nordpark"),
    *("Seniorenpflegeheim Johannes-von-Gott", "Heinrich-Grüber-Haus", "DOREA Familie Neuss"),
    *("AZURIT Seniorenzentrum Korschenbroich", "Christliches Altenpflegeheim Elim", "Marienheim"),
    *("Haus Elisabeth", "Dietrich-Bonhoeffer-Haus", "Hospital zum Heiligen Geist", "Haus Emmaus"),
    *("Seniorenresidenz Lindenhof", "Haus an der Stadtmauer", "Tagespflege Alte Schule"),
    *("Haus Regenbogen", "Haus am Mühlenteich", "Wohngemeinschaft Lebenslust", "Haus Zuversicht"),
    *("Seniorenheim St. Hubertusstift gGmbH", "Neusser Tagespflege e. V.", "Haus Bethanien 2"),
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_surname_beside_a_word_of_homes_is_none_of_them(pattern: str) -> None:
    assert [one for one in SURNAMES if is_home_name(pattern.format(one))] == []


def test_real_homes_are_called_so() -> None:
    assert [name for name in REAL if not is_home_name(name)] == []


@pytest.mark.parametrize(
    "name",
    [
        "Elisabeth", "Maria Theresia Anna", "Haus Anna Martin", "Haus 0213144556", "Haus 44 55 67",
        "Haus 1938", "Haus am See q@posteo.example", "Seniorenhaus Düren", "", "Хаус", "am 2",
    ],
)  # fmt: skip
def test_given_names_numbers_and_other_places_are_no_name_of_a_home(name: str) -> None:
    assert not is_home_name(name)


def test_a_place_word_counts_behind_a_preposition_only() -> None:
    assert is_home_name("Haus am Rosenberg") and is_home_name("Haus an der Heide")
    assert not is_home_name("Haus Rosenberg") and not is_home_name("Haus Heide")


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a county that the test may change."""
    shutil.copytree(REPOSITORY / "counties", tmp_path / "counties")
    monkeypatch.setenv("KREISHAUS_COUNTIES", str(tmp_path / "counties"))
    return tmp_path / "counties" / "05162"


def test_a_name_of_the_countys_list_counts_once_a_second_person_confirmed_it(county: Path) -> None:
    file = county / "home_names.csv"
    for rows, counts in (
        ("Gillbach,A. Muster,\n", False),
        ("Gillbach,A. Muster,Muster A\n", False),
        ("Gillbach,A. Muster,B. Beispiel\n", True),
    ):
        file.write_text(f"name,added_by,confirmed_by\n{rows}", encoding="utf-8")
        assert is_home_name("Haus am Gillbach") is counts
        assert len(own_home_names(county).findings) == (0 if counts else 1)
    file.unlink()
    assert not is_home_name("Haus am Gillbach")


@pytest.mark.parametrize("name", ["02131 44556", "Frau Quittenbaum", "12.3.38", "a@b.example", ""])
def test_what_is_no_name_of_a_home_never_counts(county: Path, name: str) -> None:
    text = f"name,added_by,confirmed_by\n{name},A. Muster,B. Beispiel\nHaus Quitte,A,B\n"
    (county / "home_names.csv").write_text(text, encoding="utf-8")
    own = own_home_names(county)
    assert own.names == ("Haus Quitte",)
    (finding,) = own.findings
    assert (finding.row, finding.column) == ("2", "name")
    assert not name or name not in f"{finding.message}{finding.found}"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00name", b"name\nA\n", b'"name'])
def test_a_list_that_is_none_stops_nothing(county: Path, content: bytes) -> None:
    (county / "home_names.csv").write_bytes(content)
    assert own_home_names(county).names == ()
