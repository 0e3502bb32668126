"""What lands of the county's own lists: rows without comments, and no name."""

from pathlib import Path

import pytest

from ingest.county.guard import refuse_persons
from ingest.county.kept import noted, strip
from kreishaus.model import FileRejected, Request
from kreishaus.settings import Settings

TILES = "region_code,tile_row,tile_column,source\n05162004,1,2,{source}\n"


@pytest.mark.parametrize("source", ["q@posteo.example", "call 02137884613", "Frau Quittenbaum"])
def test_a_sentence_that_names_somebody_refuses_the_list(source: str) -> None:
    with pytest.raises(FileRejected) as refused:
        refuse_persons(TILES.format(source=source).encode(), "tiles.csv")
    said = str(refused.value)
    assert "Quittenbaum" not in said and "posteo" not in said and "884613" not in said


@pytest.mark.parametrize(
    "source",
    ["Regionalatlas Deutschland 2023", "Bertelsmann Stiftung", "Leerstand durch Renovierung"],
)
def test_the_countys_own_prose_lands(source: str) -> None:
    content = TILES.format(source=source).encode()
    refuse_persons(content, "tiles.csv")
    assert strip(content, "tiles.csv", Settings()).content == content


def test_an_unknown_column_is_refused_without_its_words() -> None:
    text = "region_code,tile_row,tile_column,source,Quittenbaum\n05162004,1,2,council,x\n"
    with pytest.raises(FileRejected) as refused:
        strip(text.encode(), "tiles.csv", Settings())
    assert "Quittenbaum" not in str(refused.value)


def test_comments_do_not_land() -> None:
    text = "# Quittenbaum\n" + TILES.format(source="drawing of the county")
    assert strip(text.encode(), "tiles.csv", Settings()).content.decode() == TILES.format(
        source="drawing of the county"
    )


def test_who_confirmed_a_line_is_a_number() -> None:
    head = "alias,kind,code,added_by,confirmed_by,valid_from,valid_to\n"
    text = f"{head}Duldung,status,toleration,Quittenbaum,Kirsch,,\n"
    landed = strip(text.encode(), "register_aliases.csv", Settings()).content
    assert b"Quittenbaum" not in landed and b"Kirsch" not in landed
    assert strip(landed, "register_aliases.csv", Settings()).content == landed


def test_a_list_of_the_countys_folder_may_be_handed_in_by_hand_and_no_other(tmp_path: Path) -> None:
    settings = Settings()
    own = Request("by hand: tiles.csv", "tiles.csv", path=str(settings.county_folder / "tiles.csv"))
    assert noted(own, b"", settings).identity == f"county/{settings.county.ags}/tiles.csv"
    with pytest.raises(FileRejected, match="read from the county's folder"):
        noted(Request("x", "tiles.csv", path=str(tmp_path / "tiles.csv")), b"", settings)


@pytest.mark.parametrize(
    "source",
    ["council (Quittenbaum)", "told by Isolde Quittenbaum", "Auskunft von Quittenbaum"],
)
def test_words_that_may_be_a_name_are_a_warning_without_them(source: str) -> None:
    (warning,) = strip(TILES.format(source=source).encode(), "tiles.csv", Settings()).warnings
    assert warning.rule == "may_name_somebody" and "Quittenbaum" not in str(warning)


@pytest.mark.parametrize(
    "source",
    [
        "Beschluss des Kreistags vom 22.06.2022, Vorlage 50/1012/XVI/2022",
        "Care planning of the county: 163,548 in 2017 and 164,126 in 2023",
        "Pressemitteilung 112/2022", "Az. 36.07-2021", "Erlass vom 05.07.2023",
    ],
)  # fmt: skip
def test_papers_and_offices_are_no_warning(source: str) -> None:
    content = TILES.format(source=f'"{source}"').encode()
    refuse_persons(content, "tiles.csv")
    assert strip(content, "tiles.csv", Settings()).warnings == ()


@pytest.mark.parametrize("source", ["02131 4711098", "(0211) 47 11 09", "x (at) posteo.example"])
def test_how_somebody_is_reached_refuses_the_list(source: str) -> None:
    with pytest.raises(FileRejected):
        refuse_persons(TILES.format(source=source).encode(), "tiles.csv")


def test_a_municipality_has_its_own_name() -> None:
    head = "municipality_code,name,source\n05162012,{},AGS\n"
    for name in ("Jüchen", "Juechen", "Stadt Jüchen"):
        strip(head.format(name).encode(), "municipalities.csv", Settings())
    for name in ("Quittenbaum", "Jüchen Quittenbaum", "Kaarst"):
        with pytest.raises(FileRejected, match="05162012") as refused:
            strip(head.format(name).encode(), "municipalities.csv", Settings())
        assert "Quittenbaum" not in str(refused.value)
