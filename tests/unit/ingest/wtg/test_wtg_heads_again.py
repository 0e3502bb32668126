"""Column names that stand again below the rows: the same ones, other ones, in another order."""

import pytest
from test_wtg_register import origin as register_origin
from wtg_workbooks import as_csv, book, origin, read, refused, small

from ingest.wtg import register
from ingest.wtg.guard import refuse_persons
from ingest.wtg.workbook import parse
from kreishaus.model import FileRejected, UnreadableFile

NAMES = ["pfad_id", "plaetze_vertrag", "plaetze_belegt", "plaetze_nicht_belegt"]
TURNED = ["pfad_id", "plaetze_vertrag", "plaetze_nicht_belegt", "plaetze_belegt"]
HOME_A = ["A", 80, 75, 5]
LIST = "Einrichtung;Hausnr.;PLZ;Ort;Plätze"


def places(*rows: list[object]) -> dict[str, list[list[object]]]:
    return {"Angebote": small()["Angebote"], "Belegung": [*rows]}


@pytest.mark.parametrize(
    "again",
    [
        ["pfad_id", "plaetze_vertrag", "plaetze_belegt", "einzelzimmer"],
        ["pfad_id", "plaetze_vertrag", "plaetze_belegt", "plaetze_belegt"],
        ["pfad_id", "plaetze_vertrag", "plaetze_belegt"],
        ["pfad_id", "plaetze_vertrag", "plaetze_belegt", "Bemerkung"],
    ],
)
def test_other_names_below_the_rows_are_refused_with_the_row(again: list[object]) -> None:
    (finding,) = refused(places([*NAMES], HOME_A, [], again, ["B", 40, 2, 38]))
    assert (finding.rule, finding.place, finding.row) == ("header_differs", "Belegung", "4")


def test_what_differs_is_named_in_the_words_of_the_layout() -> None:
    other = ["pfad_id", "plaetze_vertrag", "plaetze_nicht_belegt", "einzelzimmer"]
    (finding,) = refused(places([*NAMES], HOME_A, other, ["B", 40, 2, 38]))
    assert "column C is plaetze_belegt in row 1 and plaetze_nicht_belegt in row 3" in (
        finding.message
    )
    assert (finding.column, finding.expected, finding.found) == (
        "C",
        "plaetze_belegt",
        "plaetze_nicht_belegt",
    )


@pytest.mark.parametrize(
    "again", [NAMES, ["PfAD-ID", "Plätze lt.\nVertrag", "belegte Plätze", "nicht belegt"]]
)
def test_the_same_names_in_these_or_other_words_are_left_out(again: list[object]) -> None:
    content = book(places([*NAMES], HOME_A, again, ["B", 40, 38, 2]))
    refuse_persons(content, "")
    batch = parse(content, origin())
    assert batch.tables["belegung"]["plaetze_nicht_belegt"].tolist() == [5, 2]
    (told,) = (one for one in batch.findings if one.rule == "row_is_header")
    assert told.row == "3"


@pytest.mark.parametrize(
    ("again", "row"),
    [
        (TURNED, ["B", 40, 2, 38]),
        (["PfAD-ID", "Plätze lt. Vertrag", "nicht belegt", "belegte Plätze"], ["B", 40, 2, 38]),
        ([*reversed(NAMES)], [2, 38, 40, "B"]),
    ],
)
def test_below_names_in_another_order_the_rows_are_put_in_order(
    again: list[object], row: list[object]
) -> None:
    sheets = places([*NAMES], [], again, row, [], [*NAMES], HOME_A)
    refuse_persons(book(sheets), "")
    table = parse(book(sheets), origin()).tables["belegung"]
    assert table[["pfad_id", *NAMES[1:]]].values.tolist() == [
        ["B", 40, 38, 2],
        ["A", 80, 75, 5],
    ]


def test_a_name_in_the_column_of_keys_is_found_below_the_names_in_another_order() -> None:
    with pytest.raises(FileRejected, match="identifier of letters alone"):
        again = [*reversed(NAMES)]
        refuse_persons(book(places([*NAMES], HOME_A, again, [2, 38, 40, "Annegret"])), "")


def test_a_second_head_with_more_names_hides_no_row_above_it() -> None:
    more = ["pfad_id", "plaetze_belegt", "plaetze_vertrag", "plaetze_nicht_belegt", "einzelzimmer"]
    (finding,) = refused(places([*NAMES], HOME_A, more, ["B", 38, 40, 2, 30]))
    assert (finding.rule, finding.row) == ("header_differs", "1")


def test_a_row_of_groups_above_the_header_is_no_head_of_its_own() -> None:
    sheets = places(["PfAD-ID", "Plätze"], [*NAMES], HOME_A, ["B", 40, 38, 2])
    assert read(sheets).tables["belegung"]["plaetze_belegt"].tolist() == [75, 38]


def test_a_csv_with_other_names_below_is_refused() -> None:
    with pytest.raises(UnreadableFile) as caught:
        parse(as_csv([[*NAMES], HOME_A, NAMES[:3], ["B", 40, 2]]).encode(), origin())
    assert [(one.rule, one.row) for one in caught.value.findings] == [("header_differs", "3")]


def listed(*lines: str) -> list[int]:
    content = "\n".join([LIST, "Haus am See;3;41460;Neuss;80", *lines]).encode()
    batch = register.parse(content, register_origin("WTG_Register_2021-12-31.csv"))
    return list(batch.tables["register_offers"]["plaetze"])


def test_the_register_s_names_again() -> None:
    assert listed("Name;HNr.;Postleitzahl;Kommune;Betten", "Haus am Berg;12;41540;Dormagen;40") == [
        80,
        40,
    ]
    assert listed("Einrichtung;Plätze;PLZ;Ort;Hausnr.", "Haus am Berg;40;41540;Dormagen;12") == [
        80,
        40,
    ]


def test_names_of_columns_that_hold_two_things_may_stand_again() -> None:
    head = "Einrichtung;Straße, Hausnr.;PLZ Ort;Plätze"
    text = f"{head}\nHaus A;Am See 3;41460 Neuss;80\n{head}\nHaus B;Am Berg 12;41540 Dormagen;40\n"
    batch = register.parse(text.encode(), register_origin("WTG_Register_2021-12-31.csv"))
    table = batch.tables["register_offers"]
    assert table[["ort", "plaetze"]].values.tolist() == [["Neuss", 80], ["Dormagen", 40]]


def test_a_head_that_reads_like_a_word_is_no_key_but_a_word_of_a_row_is() -> None:
    refuse_persons(book(places([*NAMES], HOME_A, ["PfAD-ID", *TURNED[1:]], ["B", 40, 2, 38])), "")
    with pytest.raises(FileRejected, match="identifier of letters alone"):
        refuse_persons(book(places([*NAMES], HOME_A, ["Annegret", 40, 38, 2])), "")
    # A name beside one known word of the layout stays a name.
    with pytest.raises(FileRejected, match="identifier of letters alone"):
        refuse_persons(book(places([*NAMES], HOME_A, ["Annegret", "Plätze", "belegt", None])), "")


def test_places_of_two_kinds_that_change_columns_are_refused() -> None:
    head, turned = "Name;PLZ;Ort;Plätze KZP;Plätze TP", "Name;PLZ;Ort;Plätze TP;Plätze KZP"
    text = f"{head}\nHaus A;41460;Neuss;12;\n{turned}\nHaus B;41460;Neuss;;14\n"
    with pytest.raises(UnreadableFile) as caught:
        register.parse(text.encode(), register_origin("WTG_Register_2021-12-31.csv"))
    assert {one.row for one in caught.value.findings} == {"3"}
    same = text.replace(turned, head)
    batch = register.parse(same.encode(), register_origin("WTG_Register_2021-12-31.csv"))
    assert batch.tables["register_offers"]["angebotsform_wtg"].tolist() == [
        "solitaere_kurzzeitpflege",
        "tagespflege",
    ]
