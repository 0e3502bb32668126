"""The sample of IT.NRW: true formats, the same bytes every time."""

import zipfile

import pytest

from sample import it_nrw


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    target = tmp_path_factory.mktemp("sample")
    it_nrw.write(target)
    return target / "http" / "it_nrw"


def test_the_same_bytes_every_time(written, tmp_path):
    it_nrw.write(tmp_path)
    files = sorted(path.relative_to(written) for path in written.rglob("*") if path.is_file())
    assert len(files) == 5
    for path in files:
        assert (tmp_path / "http" / "it_nrw" / path).read_bytes() == (written / path).read_bytes()


def test_ldb_static_files_look_like_ldb(written):
    lines = (written / it_nrw.STATIC / "22421-02i_00.csv").read_bytes().decode("cp1252").split("\n")
    assert lines[0] == "Tabelle: 22421-02i"
    assert lines[1] == "Pflegebedürftige nach Leistungsarten - kreisfreie Städte und;;;;;;;"
    assert "2023;05162;    Rhein-Kreis Neuss;33302;3727;3814;21840;3920" in lines
    assert "2023;051;  Düsseldorf, Regierungsbezirk;427954;67192;50545;262204;47985" in lines
    assert "2019;05162;    Rhein-Kreis Neuss;23782;.;3784;.;." in lines
    assert "2019;05;Nordrhein-Westfalen;.;.;.;.;." in lines
    assert lines[-4] == "__________"
    assert lines[-2].startswith("Stand: ")


def test_datencsv_prints_what_was_published(written):
    text = (written / it_nrw.REGIO_DOWNLOAD / "12411-03-03-4" / "datencsv").read_bytes().decode()
    lines = text.split("\n")
    assert lines[6] == (
        ";;;;Total;Total;Total;Deutsche;Deutsche;Deutsche;"
        "Ausländer/-innen;Ausländer/-innen;Ausländer/-innen"
    )
    assert (
        "2024-12-31;05;  Nordrhein-Westfalen;Total;"
        "18034454;8872464;9161990;15181441;7394669;7786772;2853013;1477795;1375218"
    ) in lines
    assert "2024-12-31;05354;      Aachen, Kreis;Total;-;-;-;-;-;-;-;-;-" in lines
    assert '"zu ""gesamte Tabelle"":' in lines
    assert lines[-2] == "created: 2025-12-16 / 16:30:59"


def test_the_zip_holds_one_flat_csv(written):
    with zipfile.ZipFile(written / it_nrw.TABLEFILE / "12411-01-01-5.zip") as archive:
        (member,) = archive.namelist()
        content = archive.read(member)
    assert member.endswith("_flat.csv")
    assert content.startswith(b"\xef\xbb\xbfstatistics_code;")
    assert b"\r" not in content
    assert b";05162024;Neuss, Stadt;GES;Geschlecht;;Insgesamt;154139;Anzahl;" in content
    assert content.count(b"\n") == 1 + 8 * 3
