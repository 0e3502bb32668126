"""The register's own export, with what registers are like: set aside, named, never dropped."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook

from expectations.runner import validate
from ingest.wtg.codes import OFFER_TYPES, kinds_named
from ingest.wtg.register import parse
from ingest.wtg.tables import REGISTER
from kreishaus.datasets import dataset
from kreishaus.model import Batch, Finding, Origin, UnreadableFile
from kreishaus.store.staging import typed
from vocabulary.opaque import opaque

NAME = "WTG_Register_2021-12-31.csv"
EXPORT = """\
PfAD-Nr.;Name der Einrichtung;Trägername;Angebotsform;Straße;Hausnr.;PLZ;Ort;Plätze;Status
E-1 ;Haus am See_;Träger e. V.;Vollstationäre Pflege;Weg;3;41460;Neuss;80;in Betrieb
E-2;TestTestTest;Träger;Tagespflege;Weg;9;41460;Neuss;99;in Betrieb
E-3;Seniorenzentrum Neubau Hafen;Träger;;Weg;5;41460;Neuss;70;
E-4.;Haus am See.;Träger e.V.;vollstationaer;Weg;3;41460;Neuss, Westfalen;80;in Betrieb
E-5;Tagespflege Sonnenschein;Träger;;Ring;1;1067;Dormagen;"12*";in Betrieb
E-6;Villa Rosengarten;Träger;;Ring;2;41540;Dormagen;k. A.;in Betrieb
E-7;Demenz-WG "Linde";Träger;Wohngemeinschaft;Ring;4;41540;Dormagen;8;in Betrieb
E-8;Demenz-Wohngemeinschaft Ulme;Träger;;Ring;6;41540;Dormagen;8;in Betrieb
E-9;Haus Neubau;Träger;Pflegeheim;Ring;8;41540;Dormagen;40;in Betrieb
"""
"""Invented records with the defects of real ones."""


def origin(name: str = NAME) -> Origin:
    return Origin("wtg", "register", "0" * 64, name, name, datetime(2022, 1, 9, tzinfo=UTC))


def read(text: str, name: str = NAME) -> Batch:
    return parse(text.encode("cp1252"), origin(name))


def refused(text: str | bytes, name: str = NAME) -> tuple[Finding, ...]:
    with pytest.raises(UnreadableFile) as caught:
        parse(text if isinstance(text, bytes) else text.encode(), origin(name))
    return caught.value.findings


def test_every_record_is_kept_and_what_is_no_offer_says_why() -> None:
    rows = read(EXPORT).tables["register_offers"]
    assert list(zip(rows["pfad_id"], rows["set_aside_reason"].fillna(""), strict=True)) == [
        ("E-1", ""),
        ("E-2", "test_record"),
        ("E-3", "project"),
        ("E-4", "duplicate"),
        ("E-5", ""),
        ("E-6", ""),
        ("E-7", ""),
        ("E-8", ""),
        ("E-9", ""),
    ]
    assert rows["duplicate_of_row"].fillna(0).tolist() == [0, 0, 0, 2, 0, 0, 0, 0, 0]


def test_the_kind_of_offer_and_whence_it_is_known() -> None:
    rows = read(EXPORT).tables["register_offers"]
    kinds = rows[["angebotsform_wtg", "angebotsform_herkunft"]].fillna("")
    assert dict(zip(rows["pfad_id"], map(tuple, kinds.to_numpy().tolist()), strict=True)) == {
        "E-1": ("vollstationaer", "spalte"),
        "E-2": ("tagespflege", "spalte"),
        "E-3": ("vollstationaer", "name"),
        "E-4": ("vollstationaer", "spalte"),
        "E-5": ("tagespflege", "name"),
        "E-6": ("", ""),
        "E-7": ("wg_ambulant", "spalte"),
        "E-8": ("wg_demenz", "name"),
        "E-9": ("vollstationaer", "spalte"),
    }
    assert rows["angebotsform"].fillna("").tolist()[:3] == [
        "vollstationaer",
        "tagespflege",
        "",
    ]


def test_dirt_is_stripped_and_a_lost_zero_is_back() -> None:
    rows = read(EXPORT).tables["register_offers"].set_index("pfad_id")
    assert rows.loc["E-1", "name"] == rows.loc["E-4", "name"] == "Haus am See"
    assert rows.loc["E-1", "traeger"] == opaque("Träger", "Träger e.V.")
    assert rows["plz"].isna().tolist() == [False] * 4 + [True] + [False] * 4  # 01067 is Dresden
    assert rows.loc["E-5", "plaetze"] == 12
    assert rows.loc["E-5", "cell_markers"] == '{"plaetze": "Anm."}'
    assert rows.loc["E-6", "cell_markers"] == '{"plaetze": "k. A."}'


def test_what_is_told_and_that_nothing_of_it_is_critical() -> None:
    batch = read(EXPORT)
    assert {(f.rule, f.severity, f.row) for f in batch.findings} == {
        ("ags_from_place", "warning", "2"),
        ("test_record", "warning", "3"),
        ("project_as_offer", "warning", "4"),
        ("offer_twice", "warning", "5"),
        ("kind_from_name", "warning", "4"),
        ("kind_unclear", "warning", "7"),
        ("project_as_offer", "warning", "10"),
        ("text_not_kept", "warning", "6"),
    }
    (twice,) = (f for f in batch.findings if f.rule == "offer_twice")
    assert "rows 2 (Neuss) and 5 (Neuss, Westfalen); counted once" in twice.message
    (unclear,) = (f for f in batch.findings if f.rule == "kind_unclear")
    assert "Villa Rosengarten" in unclear.message
    assert "ingest/wtg/kind_words.csv" in unclear.message
    (from_name,) = (f for f in batch.findings if f.rule == "kind_from_name")
    assert "3 rows" in from_name.message and "Rows 4 (" in from_name.message
    validation = validate(dataset("wtg/register"), batch)
    assert validation.passed
    assert len(validation.findings) == len(batch.findings)


def test_a_duplicate_with_other_places_is_refused_by_the_suite() -> None:
    validation = validate(
        dataset("wtg/register"), read(EXPORT.replace("Westfalen;80", "Westf.;82"))
    )
    assert not validation.passed
    (finding,) = (f for f in validation.findings if f.severity == "critical")
    assert (finding.rule, finding.row) == ("offer_twice", "5")
    assert "their places differ: 80 and 82" in finding.message


def test_one_key_of_two_offers_names_both() -> None:
    validation = validate(dataset("wtg/register"), read(EXPORT.replace("E-7", "E-6")))
    critical = {(f.rule, f.row) for f in validation.findings if f.severity == "critical"}
    assert critical == {
        ("key_unique", "7 (Villa Rosengarten)"),
        ("key_unique", '8 (Demenz-WG "Linde")'),
    }


def test_the_same_name_elsewhere_or_at_another_number_is_another_offer() -> None:
    elsewhere = EXPORT.replace("Neuss, Westfalen", "Kaarst")
    next_door = EXPORT.replace(";Weg;3;41460;Neuss, Westfalen", ";Weg;4;41460;Neuss")
    for text in (elsewhere, next_door):
        assert not [f for f in read(text).findings if f.rule == "offer_twice"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_in_each_encoding_that_exports_have(encoding: str) -> None:
    plain = read(EXPORT).tables["register_offers"]
    assert parse(EXPORT.encode(encoding), origin()).tables["register_offers"].equals(plain)


def test_as_a_workbook_it_is_the_same_list() -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["Registerauszug, Stand 31.12.2021"])
    for fields in csv.reader(EXPORT.splitlines(), delimiter=";"):
        sheet.append(fields)
    workbook.create_sheet("Legende").append(["* geschätzt"])
    written = io.BytesIO()
    workbook.save(written)
    batch = parse(written.getvalue(), origin("WTG_Register_2021-12-31.xlsx"))
    where = ["source_place", "source_row", "duplicate_of_row"]
    rows, plain = batch.tables["register_offers"], read(EXPORT).tables["register_offers"]
    assert rows.drop(columns=where).equals(plain.drop(columns=where))
    assert rows["source_row"].tolist() == [row + 1 for row in plain["source_row"]]
    assert [f.found for f in batch.findings if f.rule == "sheet_unknown"] == ["Legende"]


def test_columns_about_persons_are_not_read_and_not_repeated() -> None:
    lines = EXPORT.splitlines()
    text = "\n".join([lines[0] + ";Ansprechpartner", *(f"{x};Frau Beispiel" for x in lines[1:])])
    batch = read(text)
    (finding,) = (f for f in batch.findings if f.rule == "column_unknown")
    assert "It speaks of persons" in finding.message
    assert "Beispiel" not in str(batch.findings) + batch.tables["register_offers"].to_csv()


def test_the_date_of_the_name_or_of_a_column() -> None:
    assert read(EXPORT).period == "2021-12-31"
    lines = EXPORT.splitlines()
    dated = "\n".join([lines[0] + ";stichtag", *(f"{line};31.12.21" for line in lines[1:])])
    assert read(dated, "Register.csv").period == "2021-12-31"
    assert refused(EXPORT, "Register.csv")[0].rule == "reference_date_missing"
    (finding, *_) = refused(dated.encode(), "WTG_Register_2021-12-30.csv")
    assert (finding.rule, finding.row) == (
        "reference_date_differs",
        "2, 3, 4, 5, 6, 7, 8, 9, 10",
    )


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "is_text"),
        (b"<html><body>Anmelden</body></html>", "is_text"),
        (EXPORT.replace(";", ",").encode(), "csv_unreadable"),
        (EXPORT.replace('"12*"', '"12*').encode(), "csv_unreadable"),
        (EXPORT.replace("E-6;Villa", "E-6;Villa;West").encode(), "cell_unreadable"),
        (EXPORT.splitlines()[0].encode(), "no_rows"),
        ("\n".join(EXPORT.splitlines()[1:]).encode(), "header_missing"),
        (EXPORT.replace(";Ort;", ";Stadtteil;").encode(), "column_missing"),
        (EXPORT.encode("cp850"), "encoding"),
        (EXPORT.encode() + "Ä;Ö".encode("cp1252"), "encoding"),
        (b"PK\x03\x04" + EXPORT.encode(), "archive"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "workbook_unreadable"),
    ],
)
def test_what_is_no_export_is_refused_with_a_reason(content: bytes, rule: str) -> None:
    findings = refused(content)
    assert findings[0].rule == rule
    assert all(finding.severity == "critical" for finding in findings)


def test_a_semicolon_inside_a_name_does_not_move_values_unseen() -> None:
    batch = read(EXPORT.replace("in Betrieb\nE-6", "in Betrieb;Rest\nE-6"))
    (finding,) = (f for f in batch.findings if f.rule == "column_unnamed")
    assert (finding.severity, finding.row, finding.column) == ("critical", "6", "K")


def test_the_words_for_kinds_are_all_of_known_kinds_and_never_two() -> None:
    assert kinds_named("Seniorenzentrum mit Tagespflege") == {"vollstationaer", "tagespflege"}
    assert kinds_named("Beatmungs-WG Neuss") == {"wg_beatmung"}
    assert kinds_named("WG Lindenhof") == {"wg_ambulant"}
    assert kinds_named("Wgandenhof") == frozenset()
    for text in ("Pflegeheim", "Kurzzeitpflege", "Betreutes Wohnen", "Sozialstation", "Wohnstätte"):
        (kind,) = kinds_named(text)
        assert kind in OFFER_TYPES


def test_the_table_is_what_is_staged() -> None:
    batch = read(EXPORT)
    provenance = {
        "source_sha256": "0" * 64,
        "period": batch.period,
        "published_at": None,
        "retrieved_at": datetime(2022, 1, 9, tzinfo=UTC),
    }
    table = typed(batch.tables["register_offers"], REGISTER["register_offers"], provenance)
    assert table.num_rows == 9
    assert set(table["reference_date"].to_pylist()) == {date(2021, 12, 31)}
