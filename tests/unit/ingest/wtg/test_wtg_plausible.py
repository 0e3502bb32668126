"""Keys, places, days and numbers of the authority's files: what no home can have does not land."""

import io
import zipfile
from datetime import date

import pytest
from test_wtg_register import origin as register_origin
from wtg_workbooks import NAME, book, put, read, small

from ingest.wtg import positive, register
from ingest.wtg.codes import is_kind_heading, kinds_in_column
from ingest.wtg.contacts import strip_list, strip_workbook
from ingest.wtg.guard import refuse_persons
from ingest.wtg.layout import sheet_titles
from kreishaus.model import Batch, FileRejected
from kreishaus.settings import Settings

WTG = {"angebote": "angebotsform_wtg", "status": "status", "freigabe": "freigabe_status"}


def offers(text: str) -> Batch:
    return register.parse(text.encode(), register_origin("WTG_Register_2021-12-31.csv"))


def kept(sheets: dict[str, list[list[object]]]) -> tuple[str, str]:
    """What lands of a workbook, and what is said of it."""
    stripped = strip_workbook(book(sheets), NAME, Settings())
    with zipfile.ZipFile(io.BytesIO(stripped.content)) as archive:
        landed = "".join(archive.read(name).decode() for name in archive.namelist())
    return landed, " ".join(one.message for one in stripped.warnings)


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Haus Quittenbaum", ""),
        ("Seniorenheim Quittenbaum", " (Pflegeheim)"),
        ("Test Quittenbaum", " (Testdatensatz, nicht verwenden)"),
        ("Neubau Tagespflege Quittenbaum", " (Neubau, Tagespflege)"),
    ],
)
def test_of_a_name_with_another_word_a_number_lands_and_what_it_says_besides(
    name: str, said: str
) -> None:
    landed, told = kept(put(small(), "Angebote", 2, "name", name))
    assert "Quittenbaum" not in landed + told
    value = str(positive.home(name).value)
    assert value.endswith(said) and value in landed
    assert positive.home(value).value == value
    assert ("home_names.csv" in told) is not name.startswith("Test")


def test_the_kind_of_an_offer_survives_its_name() -> None:
    text = "Name;PLZ;Ort;Plätze\nTagespflege Quittenbaum;41460;Neuss;12\n"
    batch = offers(text)
    assert batch.tables["register_offers"]["angebotsform_wtg"].tolist() == ["tagespflege"]
    assert "Quittenbaum" not in str(batch.findings)


def test_names_are_one_warning_with_their_number_and_rows() -> None:
    sheets = put(put(small(), "Angebote", 2, "name", "Haus A. Quitte"), "Angebote", 3, "name", "Q")
    (found,) = (one for one in read(sheets).findings if one.rule == "name_not_listed")
    assert "2 rows (2, 3)" in found.message and "hand in the original file again" in found.message


def test_a_brand_with_a_form_of_address_is_no_list_of_persons() -> None:
    landed, _ = kept(put(small(), "Angebote", 2, "name", "DOREA Familie Neuss"))
    assert "DOREA Familie Neuss" in landed


# --- keys, places ---------------------------------------------------------------------------------


def test_keys_without_the_form_of_one_are_numbers_and_one_warning_a_sheet() -> None:
    sheets = small()
    for title in sheets:
        sheets = put(sheets, title, 2, "pfad_id", "12.03.1938")
    batch = read(sheets)
    told = [one.place for one in batch.findings if one.rule == "key_not_kept"]
    assert told == ["Angebote", "Belegung", "Bewohner", "Personal"]
    keys = {batch.tables[name]["pfad_id"][0] for name in ("angebote", "belegung", "personal")}
    assert len(keys) == 1 and "1938" not in str(keys)


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("Neuss Quittenbaum", "Neuss"),
        ("Werne Hagen", "Werne"),
        ("Grevenbroich (Wevelinghoven)", "Grevenbroich"),
        ("Kaarst OT Büttgen", "Kaarst"),
    ],
)
def test_a_place_is_one_municipality(place: str, wanted: str) -> None:
    assert positive.place(place).value == wanted


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("plz", "12031938"), ("plz", "12338"), ("lat", 2131.445566), ("lat", "6,7"),
        ("lon", 19380312), ("freigabe_am", date(1938, 3, 12)), ("betrieb_ab", date(1938, 3, 12)),
        ("betrieb_ab", date(1938, 3, 1)), ("betrieb_ab", date(1941, 7, 31)),
    ],
)  # fmt: skip
def test_what_no_home_has_is_left_out_with_a_warning(column: str, value: object) -> None:
    batch = read(put(small(), "Angebote", 2, column, value))
    (found,) = (one for one in batch.findings if one.rule == "text_not_kept")
    assert (found.row, found.column) == ("2", column)
    assert batch.tables["angebote"][column].isna()[0]


@pytest.mark.parametrize("day", [date(1938, 4, 1), date(1964, 12, 31), date(2001, 3, 12)])
def test_a_home_may_have_opened_long_ago(day: date) -> None:
    batch = read(put(small(), "Angebote", 2, "betrieb_ab", day))
    assert batch.tables["angebote"]["betrieb_ab"][0] == day


@pytest.mark.parametrize(("key", "wanted"), [("12031938", False), ("05111938", False)])
def test_a_key_of_no_region_is_none(key: str, wanted: bool) -> None:
    assert (positive.official_key(key).value == key) is wanted


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "column"),
    [("Belegung", "plaetze_vertrag"), ("Bewohner", "pg2"), ("Personal", "vk_pflege_gesamt")],
)
def test_a_number_that_no_home_has_refuses_the_file_and_is_not_said(
    sheet: str, column: str
) -> None:
    assert read(put(small(), sheet, 2, column, 1000))
    with pytest.raises(FileRejected) as refused:
        strip_workbook(book(put(small(), sheet, 2, column, 1938)), NAME, Settings())
    assert f"column {column}: expected a number up to 1,000" in str(refused.value)
    assert "four digits" in str(refused.value) and "1938" not in str(refused.value)


def flats(places: int, count: int) -> bytes:
    heads = "PfAD-ID;Name;Angebotsform;PLZ;Ort;Plätze"
    rows = (f"NE-{at};WG Lindenhof;WG;41460;Neuss;{places}" for at in range(1, count + 1))
    return "\n".join(
        (heads, *rows, "NE-90;Pflegeheim Lindenhof;Pflegeheim;41460;Neuss;80")
    ).encode()


def test_offers_of_one_place_each_are_residents() -> None:
    name = "WTG_Register_2021-12-31.csv"
    with pytest.raises(FileRejected, match="3 of 4 rows are offers of one place each"):
        strip_list(flats(1, 3), name, Settings())
    assert strip_list(flats(3, 3), name, Settings()).content
    assert strip_list(flats(1, 1), name, Settings()).content


def test_a_sum_may_be_larger_than_a_home() -> None:
    text = "Name;PLZ;Ort;Plätze\n" + "".join(
        f"Haus {number};41460;Neuss;600\n" for number in (1, 2)
    )
    assert [one.rule for one in offers(f"{text}Summe;;;1200\n").findings].count("total_row") == 1


@pytest.mark.parametrize(
    "word", ["keine Rückmeldung", "liegt nicht vor", "wird nachgereicht", "steht noch aus", "fehlt"]
)
def test_words_for_not_known_are_no_number_and_no_fault(word: str) -> None:
    batch = read(put(small(), "Belegung", 2, "einzelzimmer", word))
    assert batch.tables["belegung"]["einzelzimmer"].isna()[0]
    assert "number_not_known" in {one.rule for one in batch.findings}


@pytest.mark.parametrize(
    ("word", "count"), [("keine", 0), ("nein", 0), ("ohne Mängel", 0), (3, 3), ("ja", None)]
)
def test_whether_deficits_were_found(word: object, count: int | None) -> None:
    assert positive.deficits(word).value == count


def test_a_refusal_lists_each_row_with_the_form_of_what_stands_there() -> None:
    sheets = small()
    sheets["Belegung"] += [[*sheets["Belegung"][1]] for _ in range(4)]
    for row in range(2, 7):
        sheets = put(sheets, "Belegung", row, "plaetze_belegt", "viele Quitten")
    with pytest.raises(FileRejected) as refused:
        strip_workbook(book(sheets), NAME, Settings())
    said = str(refused.value)
    assert "row 2, 3, 4, 5, 6, column plaetze_belegt" in said
    assert "found two words, 12 letters" in said and "Quitten" not in said


# --- words of the law -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("EULA", "vollstationaer"),
        ("EULA Eingliederungshilfe", "eingliederungshilfe"),
        ("Gasteinrichtung Tagespflege", "tagespflege"),
        ("WG anbieterverantwortet", "wg_ambulant"),
        ("Servicewohnen", "servicewohnen"),
        ("Hospiz", "hospiz"),
    ],
)
def test_kinds_as_the_law_calls_them(word: str, kind: str) -> None:
    batch = read(put(small(), "Angebote", 2, "angebotsform_wtg", word))
    offers_read = batch.tables["angebote"]
    assert offers_read["angebotsform_wtg"][0] == kind
    assert (offers_read["set_aside_reason"].fillna("")[0] == "other_kind") is (kind == "hospiz")


@pytest.mark.parametrize(
    ("name", "kind"), [("Tagespflege am See", "tagespflege"), ("Haus am See", "mehrere Formen")]
)
def test_a_word_for_several_kinds_is_told_by_the_name_or_not_at_all(name: str, kind: str) -> None:
    sheets = put(small(), "Angebote", 2, "angebotsform_wtg", "Gasteinrichtung")
    found = read(put(sheets, "Angebote", 2, "name", name)).tables["angebote"]
    assert found["angebotsform_wtg"][0] == kind


@pytest.mark.parametrize(
    ("reader", "word", "wanted"),
    [
        (positive.BY_SHEET[("pruefungen", "art")], "anlassbezogene Prüfung", "Anlassprüfung"),
        (positive.BY_SHEET[("pruefungen", "art")], "Nachschau", "Anlassprüfung"),
        (positive.BY_SHEET[("pruefungen", "art")], "REGELPRÜFUNG", "Regelprüfung"),
        (positive.BY_SHEET[("pruefungen", "art")], "Besuch Quittenbaum", "nicht gelistet"),
        (positive.BY_SHEET[("angebote", "status")], "stillgelegt", "geschlossen"),
        (positive.BY_SHEET[("planungen", "status")], "genehmigt", "beschlossen"),
        (positive.BY_NAME["freigabe_status"], "geprüft", "in Prüfung"),
        (positive.BY_NAME["traegerart"], "frei-gemeinnützig", "freigemeinnützig"),
    ],
)
def test_words_of_laws_and_registers_mean_listed_ones(
    reader: object, word: str, wanted: str
) -> None:
    assert reader(word).value == wanted  # type: ignore[operator]


@pytest.mark.parametrize("form", ["05162-{:04}", "05162{:05}", "05162024-{:03}"])
def test_running_numbers_behind_the_countys_key_are_no_telephone_numbers(form: str) -> None:
    rows = "".join(f"{form.format(at)};Tagespflege {at};41460;Neuss;12\n" for at in range(1, 15))
    text = f"PfAD-ID;Name;PLZ;Ort;Plätze\n{rows}".encode()
    name = "WTG_Register_2021-12-31.csv"
    refuse_persons(text, name)
    assert strip_list(text, name, Settings()).content.count(b"Tagespflege ") == 14


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("Wohngemeinschaft (Demenz)", {"wg_demenz"}),
        ("anbieterverantwortete WG - Demenz", {"wg_demenz"}),
        ("Wohngemeinschaft für demenziell Erkrankte", {"wg_demenz"}),
        ("WG Intensivpflege", {"wg_beatmung"}),
        ("selbstverantwortete Wohngemeinschaft Beatmung", {"wg_beatmung"}),
        ("Wohngemeinschaft (EGH)", {"eingliederungshilfe"}),
        ("Betreutes Wohnen für Menschen mit Behinderung", {"eingliederungshilfe"}),
        ("Intensivpflege-WG Demenz", {"wg_beatmung", "wg_demenz"}),
        ("Altenheim mit Demenzbereich", {"vollstationaer"}),
        ("vollst. Pflege", {"vollstationaer"}),
        ("stat. Pflege", {"vollstationaer"}),
        ("teilst. Pflege", set()),
        ("solit. KZP", {"solitaere_kurzzeitpflege"}),
        ("bes. Wohnform", {"eingliederungshilfe"}),
        ("Wohngemeinschaft", {"wg_ambulant"}),
        ("WG für Menschen im Wachkoma", {"wg_beatmung"}),
        ("Wohngemeinschaft Alzheimer", {"wg_demenz"}),
        ("WG für psychisch Kranke", {"eingliederungshilfe"}),
        ("Wohngemeinschaften nach SGB IX", {"eingliederungshilfe"}),
        ("Betreutes Wohnen Suchtkranke", {"eingliederungshilfe"}),
        ("keine Tagespflege", set()),
        ("nicht mehr Tagespflege", set()),
        ("ehemalige Tagespflege", set()),
        ("ohne Kurzzeitpflege", set()),
        ("eingestreute Kurzzeitpflege", set()),
    ],
)
def test_a_shared_flat_is_of_the_kind_of_those_whom_it_is_for(words: str, kinds: set[str]) -> None:
    assert kinds_in_column(words) == kinds


@pytest.mark.parametrize("between", ["Haus für alle", "Sonstiges", "Summe Tagespflege"])
def test_a_heading_that_nobody_knows_ends_the_kind_of_the_one_above(between: str) -> None:
    text = (
        "Lfd. Nr.;Name;PLZ;Ort;Plätze\nTagespflege;;;;\n1;Haus Nordkanal;41460;Neuss;12\n"
        f"{between};;;;{12 if between.startswith('Summe') else ''}\n"
        "2;Haus Erftaue;41515;Grevenbroich;80\n3;Pflegeheim Erftaue;41515;Grevenbroich;80\n"
    )
    rows = offers(text).tables["register_offers"]["angebotsform_wtg"].fillna("?")
    assert rows.to_list() == ["tagespflege", "?", "vollstationaer"]


@pytest.mark.parametrize("between", ["Neuss", "Stand: 31.12.2021"])
def test_a_municipality_or_a_note_does_not_end_it(between: str) -> None:
    text = (
        "Lfd. Nr.;Name;PLZ;Ort;Plätze\nTagespflege;;;;\n1;Haus Nordkanal;41460;Neuss;12\n"
        f"{between};;;;\n2;Haus Erftaue;41515;Grevenbroich;15\n"
    )
    rows = offers(text).tables["register_offers"]["angebotsform_wtg"].fillna("?")
    assert rows.to_list() == ["tagespflege", "tagespflege"]


def test_their_headings_are_told_as_well() -> None:
    assert is_kind_heading("4. Demenz-Wohngemeinschaften")
    assert is_kind_heading("Wohngemeinschaften für Menschen mit Demenz")
    assert not is_kind_heading("Haus am Demenzgarten")


@pytest.mark.parametrize(
    ("title", "head", "column"),
    [
        ("belegung", "genehmigte Plätze", "plaetze_vertrag"),
        ("belegung", "davon gesperrt", "davon_nicht_belegbar"),
        ("personal", "Pflegekräfte gesamt (VK)", "vk_pflege_gesamt"),
        ("personal", "davon Hilfskräfte (VK)", "vk_hilfskraft"),
        ("personal", "davon Pflegeassistenz (VK)", "vk_assistenz_1j"),
        ("pruefungen", "Prüfungsnr.", "pruefung_id"),
        ("angebote", "Angebotsname", "name"),
        ("angebote", "Einrichtungsnr.", "pfad_id"),
        ("angebote", "Eröffnet am", "betrieb_ab"),
        ("belegung", "unbelegt", "plaetze_nicht_belegt"),
        ("belegung", "Betten belegt", "plaetze_belegt"),
        ("belegung", "belegte Betten", "plaetze_belegt"),
        ("personal", "VZÄ Pflege", "vk_pflege_gesamt"),
        ("personal", "Pflegekräfte in VZÄ", "vk_pflege_gesamt"),
        ("personal", "Pflegekräfte insgesamt", "vk_pflege_gesamt"),
        ("personal", "VZÄ Fachkräfte", "vk_fachkraft"),
    ],
)
def test_heads_of_another_office(title: str, head: str, column: str) -> None:
    assert sheet_titles()[title].meanings(head) == (column,)


@pytest.mark.parametrize("head", ["Betten", "Pflege", "VZÄ", "in VZÄ", "gesamt", "nicht", "Anzahl"])
def test_words_that_say_too_little_are_no_head(head: str) -> None:
    assert not sheet_titles()["personal"].meanings(head)
    assert not sheet_titles()["bewohner"].meanings(head)
