"""Of BAMF, IT.NRW and Heimfinder lands what is understood: known words, numbers, forms."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from bamf_drawings import Drawing
from heimfinder_answers_made import home, v1
from reissues import SEPTEMBER, as_issued
from reportlab.pdfgen.canvas import Canvas

from formats.known_words import KnownWords
from ingest.bamf import evidence, hkl
from ingest.heimfinder import contacts
from ingest.it_nrw import guard
from kreishaus.model import FileRejected, Origin, Request, Stripped
from kreishaus.settings import Settings
from kreishaus.store.landing import Landing
from pipeline.steps import by_hand, process_file
from sample import bamf
from vocabulary.opaque import opaque

PERSON = "Isolde Quabbelhorst"
SECRETS = ("Isolde", "Quabbelhorst", "884613", "posteo")
BESIDE = 20.0
"""A height below the table of a drawing."""

KNOWN = KnownWords(["Bevölkerung insgesamt", "Rhein-Kreis Neuss", "Stand"])


@pytest.mark.parametrize(
    "text",
    [
        *(PERSON, "Neuss, Isolde", "Stand 02137 884613", "0172-5558461", "Stand 02137/884613"),
        *("17.03.1931", "1931-03-17", "a@b", "insgesamt (Q.)", "Neussler", "Stand 021378846"),
    ],
)
def test_what_is_on_no_list_is_not_explained(text: str) -> None:
    assert not KNOWN.explain(text)


@pytest.mark.parametrize(
    "text",
    [
        *("BEVÖLKERUNG insgesamt", "Bevoelkerung", "Bevölkerunginsgesamt", "Rhein-Kreis Neuss"),
        *("Stand: 29.05.2026 / 08:20:11", "1.648", "48,4 %", "1.097,5", "2024-12-31", "", "(2016)"),
    ],
)
def test_known_words_counts_and_days_are_explained(text: str) -> None:
    assert KNOWN.explain(text)


# BAMF


def at(x: float, y: float, text: str) -> Callable[[Canvas], None]:
    return lambda canvas: canvas.drawString(x, y, text)


def white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(40, BESIDE, PERSON)


def unseen(canvas: Canvas) -> None:
    text = canvas.beginText(40, BESIDE)
    text.setTextRenderMode(3)
    text.textLine(PERSON)
    canvas.drawText(text)


def upright(canvas: Canvas) -> None:
    for number, letter in enumerate(PERSON):
        canvas.drawString(60, 10 + 3 * number, letter)


def outlined(canvas: Canvas) -> None:
    canvas.bookmarkPage("here")
    canvas.addOutlineEntry(PERSON, "here")


PLACES: dict[str, Callable[[Canvas], None]] = {
    "author": lambda canvas: canvas.setAuthor(PERSON),
    "subject": lambda canvas: canvas.setSubject(f"{PERSON}, Tel. 02137 884613"),
    "bookmark": outlined,
    "note": lambda canvas: canvas.textAnnotation(PERSON, (5, 5, 20, 20)),
    "letter by letter": upright,
    "white": white,
    "invisible": unseen,
    "beside the page": at(-400, -50, PERSON),
    "footer": at(40, BESIDE, f"Bearbeitung: {PERSON}, 02137 884613, q@posteo.example"),
}


def attached(pdf: bytes) -> bytes:
    document = pypdfium2.PdfDocument(pdf)
    document.new_attachment("Quabbelhorst.csv").set_data(PERSON.encode())
    whole = io.BytesIO()
    document.save(whole)
    return whole.getvalue()


def stripped(pdf: bytes) -> Stripped:
    return evidence.strip(pdf, "hkl.pdf", Settings())


def rows(content: bytes) -> list[dict[str, Any]]:
    origin = Origin("bamf", "hkl", "", "2021-09", "", datetime(2021, 11, 1, tzinfo=UTC))
    batch = hkl.parse(content, origin)
    found: list[dict[str, Any]] = batch.tables["rows"].to_dict("records")
    return found


@pytest.mark.parametrize("place", PLACES)
def test_nothing_but_the_printed_page_lands_of_a_pdf(place: str) -> None:
    landed = stripped(Drawing(over=PLACES[place]).pdf()).content
    assert not [secret for secret in SECRETS if secret.encode() in landed]
    assert rows(landed) == rows(Drawing().pdf())


@pytest.mark.parametrize(
    "text",
    ["221.104.711.098", "471.104.711", "4711 0815", "12.03.2019", "12.03.1987", "2211 0471 1098"],
)
def test_numbers_alone_that_no_table_has_do_not_land(text: str) -> None:
    for place in (at(40, BESIDE, text), at(40, -30, text)):
        landed = stripped(Drawing(over=place).pdf()).content
        assert text.replace(" ", "").encode() not in landed.replace(b" ", b"")
        assert rows(landed) == rows(Drawing().pdf())


def test_neither_an_attached_file_nor_bytes_behind_the_end_land() -> None:
    plain = Drawing().pdf()
    for pdf in (attached(plain), plain + b"% Isolde Quabbelhorst\n"):
        assert b"Quabbelhorst" not in stripped(pdf).content
    assert stripped(plain + b"% Isolde Quabbelhorst\n").content == stripped(plain).content


def test_the_same_pages_make_the_same_bytes_and_warn_of_nothing() -> None:
    plain = stripped(Drawing().pdf())
    assert plain.warnings == ()
    assert evidence.written(evidence.read_document(plain.content)) == plain.content
    assert rows(plain.content) == rows(Drawing().pdf())


def test_a_text_left_out_is_told_without_it() -> None:
    (warning,) = stripped(Drawing(notes=[PERSON]).pdf()).warnings
    assert warning.rule == "text_left_out"
    assert warning.found == "others on 1 pages"


@pytest.mark.parametrize(
    "drawing",
    [
        Drawing(printed=lambda row, column, text: "Isolde" if (row, column) == (1, 2) else text),
        Drawing(rows=[(PERSON, "475", tuple(range(25))), *Drawing().rows]),
        Drawing(over=at(200, 480, PERSON)),
    ],
)
def test_a_name_among_the_figures_refuses_the_file(drawing: Drawing) -> None:
    with pytest.raises(FileRejected) as refusal:
        stripped(drawing.pdf())
    assert "page 1, among the figures" in str(refusal.value)
    assert not [secret for secret in SECRETS if secret in str(refusal.value)]


@pytest.mark.parametrize("content", [b"%PDF-1.4\nQuabbelhorst", b"<html>Quabbelhorst</html>", b""])
def test_what_is_no_readable_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(FileRejected) as refusal:
        stripped(content)
    assert "Quabbelhorst" not in str(refusal.value)


# IT.NRW

HEAD = "Tabelle: 22421-02i\nPflegestatistik;;;\n;;;Anzahl\n;;;Pflegegrad 1\n"
ROW = "2023;05162;Rhein-Kreis Neuss;{value}\n"
FOOT = "__________\nStand: 21.01.2025 / 08:20:11\n"
TABLE = HEAD + ROW.format(value=4711) + FOOT
FLAT = (
    "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;"
    "1_variable_attribute_code;1_variable_attribute_label;value;value_unit;value_variable_code;"
    "value_variable_label{more}\n"
    "12411;Fortschreibung des Bevölkerungsstandes;STAG;Stichtag;2022-12-31;GEMEIN;Gemeinden;"
    "05162024;{region};153079;Anzahl;BEVSTD;Bevölkerungsstand{cell}\n"
)


def flat(region: str = "Neuss, Stadt", more: str = "", cell: str = "") -> str:
    return FLAT.format(region=region, more=more, cell=cell)


def zipped(text: str, name: str = "12411-01-01-5_de_flat.csv", **others: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for member, written in {name: text, **others}.items():
            archive.writestr(member, written)
    return target.getvalue()


def of_it_nrw(content: bytes, label: str = "22421-02i_00.csv") -> bytes:
    return guard.strip(content, label, Settings()).content


def test_tables_of_known_words_land_as_they_came() -> None:
    for text in (TABLE, flat()):
        assert of_it_nrw(text.encode()) == text.encode()
        assert of_it_nrw(text.encode("cp1252")) == text.encode("cp1252")


@pytest.mark.parametrize(
    "text",
    [
        TABLE.replace("Pflegestatistik", f"Pflegestatistik {PERSON}"),
        TABLE.replace("Pflegegrad 1", "Quabbelhorst"),
        TABLE.replace("4711", "Quabbelhorst"),
        TABLE.replace(FOOT, f"{PERSON}\n{FOOT}"),
        flat().replace("STAG", "QUABBELHORST"),
        f"{PERSON};Zimmer 3\n",
    ],
)
def test_a_table_with_other_words_is_refused_without_them(text: str) -> None:
    with pytest.raises(FileRejected) as refusal:
        of_it_nrw(text.encode())
    assert not [secret for secret in SECRETS if secret in str(refusal.value)]


@pytest.mark.parametrize(
    "text",
    [TABLE.replace("Rhein-Kreis Neuss", "Rhein-Kreis Neuss, Isolde"), flat(region=PERSON)],
)
def test_a_region_of_another_name_is_named_by_its_key(text: str) -> None:
    kept = of_it_nrw(text.encode()).decode()
    assert not [secret for secret in SECRETS if secret in kept]
    assert re.search(r";?(05162\d*);\1;", kept)


@pytest.mark.parametrize(
    "line", [PERSON, "Tel. 02137 884613", "Quabbelhorst;Isolde;17.03.1931", "q@posteo.example"]
)
def test_other_footers_do_not_land(line: str) -> None:
    for text in (TABLE.replace("Stand:", f"{line}\nStand:"), f"{TABLE}{line}\n"):
        assert of_it_nrw(text.encode()) == TABLE.encode()


def test_columns_and_files_that_no_layout_has_do_not_land() -> None:
    wider = flat(more=";Bearbeitung", cell=f";{PERSON}")
    assert of_it_nrw(wider.encode()) == flat().encode()
    archive = zipped(wider, "Quabbelhorst.csv", **{"Quabbelhorst.txt": PERSON})
    landed = of_it_nrw(archive, "12411-01-01-5.zip")
    assert b"Quabbelhorst" not in landed
    with zipfile.ZipFile(io.BytesIO(landed)) as made:
        assert made.namelist() == ["12411-01-01-5_flat.csv"]
        assert made.read("12411-01-01-5_flat.csv") == flat().encode()


def test_the_code_of_another_table_stays_with_its_archive() -> None:
    landed = of_it_nrw(zipped(flat(), "12411-02-03-5_flat.csv"), "12411-01-01-5.zip")
    with zipfile.ZipFile(io.BytesIO(landed)) as made:
        assert made.namelist() == ["12411-02-03-5_flat.csv"]


def test_a_name_without_the_code_of_a_table_is_refused_unsaid() -> None:
    for label in ("Quabbelhorst.csv", "ISOL-DE.csv"):
        with pytest.raises(FileRejected) as refusal:
            of_it_nrw(TABLE.encode(), label)
        assert label not in str(refusal.value)


# Heimfinder


def entries(*homes: dict[str, Any]) -> list[dict[str, Any]]:
    kept = contacts.strip(v1(*homes), "list", Settings()).content
    found: list[dict[str, Any]] = json.loads(kept)["_items"]
    return found


def test_an_answer_of_columns_alone_lands_as_it_came() -> None:
    content = v1(home(1), home(2))
    assert contacts.strip(content, "list", Settings()) == Stripped(content, contacts.FORM)


def test_other_fields_do_not_land_whatever_they_are_called() -> None:
    more = {"hinweis": PERSON, PERSON: 1, "team": [{"a": "Isolde"}], "zimmer": 3}
    assert entries(home(1, **more), home(2)) == [home(1), home(2)]


@pytest.mark.parametrize(
    ("field", "value", "landed"),
    [
        ("einrichtung", {"name": PERSON}, {"name": opaque("Angebot", PERSON)}),
        ("einrichtung", {"name": f"Haus {PERSON}"}, {"name": opaque("Angebot", f"Haus {PERSON}")}),
        ("einrichtung", {"name": "St. Josef, Neuss"}, {"name": "St. Josef, Neuss"}),
        ("adresse", {"ort": "Neuss (bei Isolde)"}, {"ort": "Neuss"}),
        ("adresse", {"ort": "Isolde"}, {"ort": None}),
        ("kreis", "Isolde", "??????"),
        ("id", "isolde-q", opaque("Kennung", "isolde-q")),
        ("plaetze", "61 (Isolde)", "?" * 11),
        ("plaetze", "61", "61"),
    ],
)
def test_a_value_lands_in_the_form_of_its_column(field: str, value: object, landed: object) -> None:
    changed, _ = entries(home(1, **{field: value}), home(2))
    assert changed[field] == landed


def test_a_list_whose_names_are_no_names_of_homes_is_refused() -> None:
    people = [home(at, einrichtung={"name": f"Isolde {name}"}) for at, name in enumerate("QXY" * 3)]
    with pytest.raises(FileRejected) as refusal:
        entries(*people, home(20))
    assert "Isolde" not in str(refusal.value)


# What a file is called, and where it lay


@pytest.mark.parametrize(
    ("dataset_id", "name", "label"),
    [
        ("bamf/hkl", "hkl-september-2021-Quabbelhorst.pdf", "BAMF.pdf"),
        ("bamf/hkl", "hkl-september-2021.pdf", "hkl-september-2021.pdf"),
        ("it_nrw/care_recipients", "22421-02i_Quabbelhorst.csv", "22421-02i.csv"),
        ("it_nrw/care_recipients", "22421-02i_00.csv", "22421-02i_00.csv"),
        ("wtg/heimfinder", "Quabbelhorst.json", "Heimfinder.json"),
    ],
)
def test_neither_a_name_nor_a_folder_of_a_person_is_noted(
    settings: Settings, tmp_path: Path, dataset_id: str, name: str, label: str
) -> None:
    folder = tmp_path / PERSON
    folder.mkdir()
    content = {"bamf": Drawing().pdf(), "it_nrw": TABLE.encode(), "wtg": v1(home(1))}
    (folder / name).write_bytes(content[dataset_id.partition("/")[0]])
    outcome = by_hand(dataset_id, folder / name, settings, "run")
    assert outcome.landed.label == label
    texts = [str(path).encode() for path in settings.home.rglob("*")]
    texts += [path.read_bytes() for path in settings.home.rglob("*") if path.is_file()]
    assert len(texts) > 5
    assert not [text for text in texts if b"Quabbelhorst" in text]


def test_a_pdf_that_earlier_code_landed_is_no_new_version(
    settings: Settings, tmp_path: Path
) -> None:
    pdf = bamf.pdf(as_issued(SEPTEMBER))
    landing = Landing(settings.landing, "bamf", "hkl")
    request = Request("by hand: 2021-09", "2021-09", url="https://bamf.example", extension="pdf")
    landed, _ = landing.land(pdf, request, run_id="earlier", licence="")
    assert process_file(landed, settings).status == "staged"
    file = tmp_path / "hkl-september-2021.pdf"
    file.write_bytes(pdf)
    assert by_hand("bamf/hkl", file, settings, "run").landed.sha256 == landed.sha256
    assert list(landing.hashes()) == [landed.sha256]


@pytest.mark.parametrize(
    "name",
    [
        *("Belarus", "Türkiye", "Eswatini", "Côte d'Ivoire", "Viet Nam", "Seychellen"),
        *("Palästinensische Gebiete", "Syrien, Arab. Republik", "São Tomé und Príncipe"),
        *("Brunei Darussalam", "St. Kitts und Nevis"),
    ],
)
def test_a_state_that_bamf_has_not_printed_yet_is_known(name: str) -> None:
    assert evidence.known_words().explain(name)


def test_a_person_is_no_state() -> None:
    assert not evidence.known_words().explain(PERSON)
