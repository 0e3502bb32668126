"""Which county is meant, what its folder says, and that the homes of two counties never mix."""

from __future__ import annotations

import errno
import json
import re
import shutil
import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from kreishaus.county_folder import FaultyList, NoCounty, find_county, read_list
from kreishaus.county_home import home_of
from kreishaus.rights import prepare_home
from kreishaus.settings import REPOSITORY, Settings, read_county, read_settings
from operations.counties.known import UnknownCounty, known_county
from operations.counties.make import FolderExists, make_county


@pytest.fixture
def counties(tmp_path: Path) -> Path:
    """Viersen and Krefeld."""
    folder = tmp_path / "counties"
    for ags in ("05166", "05114"):
        make_county(known_county(ags), folder)
    return folder


def test_the_only_county_is_the_one_that_is_meant(tmp_path: Path) -> None:
    make_county(known_county("05166"), tmp_path)
    (tmp_path / "notes").mkdir()
    assert find_county(tmp_path, None) == tmp_path / "05166"


def test_of_two_counties_one_must_be_named(counties: Path) -> None:
    with pytest.raises(NoCounty, match=r"05114, 05166: say which one .* KREISHAUS_COUNTY_AGS"):
        find_county(counties, None)
    assert find_county(counties, "05114") == counties / "05114"


def test_no_county_and_an_unknown_one_are_sentences(counties: Path, tmp_path: Path) -> None:
    with pytest.raises(NoCounty, match=r"expected a folder <official key>/county\.toml, found"):
        find_county(tmp_path / "nothing", None)
    with pytest.raises(NoCounty, match="kreishaus county init 05162"):
        find_county(counties, "05162")


STRAY = [".tmp-e72aef33", "05166.bak", "Viersen", "5166", "051660", "05166 ", "٠٥١٦٦"]


@pytest.mark.parametrize("name", STRAY)
def test_a_folder_that_is_called_as_no_county_is_none(tmp_path: Path, name: str) -> None:
    folder = make_county(known_county("05166"), tmp_path)
    shutil.copytree(folder, tmp_path / name)
    assert find_county(tmp_path, None) == folder
    shutil.rmtree(folder)
    with pytest.raises(NoCounty, match=rf"five digits, found {re.escape(name)}\. Rename"):
        find_county(tmp_path, None)


@pytest.mark.parametrize("ags", [*STRAY, "05166/", "../counties/05166", ".", "/", "05166\n"])
def test_what_is_no_key_leads_to_no_folder(counties: Path, ags: str) -> None:
    shutil.copytree(counties / "05166", counties / "05166.bak")
    with pytest.raises(NoCounty, match=r"KREISHAUS_COUNTY_AGS: expected .* five digits, found"):
        find_county(counties, ags)


@pytest.mark.parametrize("name", ["HOME", "COUNTIES", "DROP_FOLDERS"])
def test_a_folder_that_is_said_empty_is_not_the_one_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for one in ("HOME", "COUNTIES", "DROP_FOLDERS", "COUNTY_AGS"):
        monkeypatch.delenv(f"KREISHAUS_{one}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"KREISHAUS_{name}", "")
    settings = Settings()
    assert (settings.home, settings.county_folder, settings.drop_folders) == (
        REPOSITORY / "var",
        REPOSITORY / "counties" / "05162",
        None,
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_settings_are_read_as_a_windows_editor_saves_them(counties: Path, line_end: str) -> None:
    file = counties / "05166" / "county.toml"
    text = file.read_text(encoding="utf-8").replace('"Kreis Viersen"', '"Kreis Vierßen"')
    file.write_bytes(text.replace("\n", line_end).encode("utf-8-sig"))
    assert Settings(counties=counties, county_ags="05166").county.name == "Kreis Vierßen"
    file.write_bytes(text.encode("cp1252"))
    with pytest.raises(
        NoCounty, match=r"county\.toml: expected TOML in UTF-8, found: .utf-8. codec"
    ):
        Settings(counties=counties, county_ags="05166")


def test_a_name_of_more_than_a_hundred_characters_is_none(counties: Path) -> None:
    file = counties / "05166" / "county.toml"
    text = file.read_text(encoding="utf-8")
    row = "municipality_code,name,source\n05166004,{},x\n"
    for length, refused in ((100, False), (101, True)):
        (counties / "05166" / "municipalities.csv").write_text(row.format("B" * length))
        fault = Settings(counties=counties, county_ags="05166").county.municipalities_fault
        assert ("line 2: name. Expected 100 characters at most, found 'BBBB" in fault) == refused
    file.write_text(text.replace("Kreis Viersen", "A" * 100), encoding="utf-8")
    assert Settings(counties=counties, county_ags="05166").county.name == "A" * 100
    file.write_text(text.replace("Kreis Viersen", "A" * 101), encoding="utf-8")
    with pytest.raises(ValidationError, match="at most 100 characters"):
        Settings(counties=counties, county_ags="05166")


def test_a_folder_that_could_not_be_filled_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as disk:
        disk.setattr("operations.counties.make.write_synced", full)
        with pytest.raises(OSError, match="No space"):
            make_county(known_county("05166"), tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "05166").symlink_to(tmp_path / "share that is not mounted")
    with pytest.raises(FolderExists, match="there already"):
        make_county(known_county("05166"), tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / "05166"]


def test_a_folder_is_called_as_its_county(counties: Path) -> None:
    (counties / "05166").rename(counties / "05170")
    with pytest.raises(NoCounty, match=r'expected ags = "05170", .* found .05166.'):
        Settings(counties=counties, county_ags="05170")


def test_the_county_comes_from_its_folder(counties: Path) -> None:
    county = Settings(counties=counties, county_ags="05166").county
    assert (county.name, county.kind, county.land_ags) == ("Kreis Viersen", "Kreis", "05")
    assert county.municipalities == {
        "05166004": "Brüggen",
        "05166008": "Grefrath",
        "05166012": "Kempen",
        "05166016": "Nettetal",
        "05166020": "Niederkrüchten",
        "05166024": "Schwalmtal",
        "05166028": "Tönisvorst",
        "05166032": "Viersen",
        "05166036": "Willich",
    }
    city = Settings(counties=counties, county_ags="05114").county
    assert (city.name, city.kind, city.municipalities) == ("Krefeld", "kreisfreie Stadt", {})


def test_what_a_county_says_goes_over_what_holds_for_all(counties: Path) -> None:
    file = counties / "05166" / "county.toml"
    file.write_text(file.read_text() + '[source.bamf]\nbase_url = "https://mirror.example"\n')
    settings = Settings(counties=counties, county_ags="05166")
    assert settings.source["bamf"].base_url == "https://mirror.example"
    assert "hkl" in settings.source["bamf"].datasets
    assert settings.source["it_nrw"].datasets["care_homes"].table_code == "22412-01i"


def test_settings_of_before_are_refused_with_the_way_to_mend_them(
    counties: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = counties / "05166" / "county.toml"
    file.write_text(file.read_text() + '[county.municipalities]\n"05166004" = "Brüggen"\n')
    with pytest.raises(NoCounty, match=r"they stand in municipalities\.csv"):
        Settings(counties=counties, county_ags="05166")
    monkeypatch.setenv("KREISHAUS_COUNTY_FILE", "/etc/county.toml")
    with pytest.raises(NoCounty, match="KREISHAUS_COUNTY_FILE is not read any more"):
        read_settings()


def test_the_county_is_read_anew_where_something_changed(
    counties: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KREISHAUS_COUNTIES", str(counties))
    with pytest.raises(NoCounty):
        read_county()
    monkeypatch.setenv("KREISHAUS_COUNTY_AGS", "05166")
    assert read_county() is read_county()
    assert read_county().municipalities["05166004"] == "Brüggen"
    towns = counties / "05166" / "municipalities.csv"
    towns.write_text(towns.read_text().replace("Brüggen", "Burggemeinde Brüggen"))
    assert read_county().municipalities["05166004"] == "Burggemeinde Brüggen"
    monkeypatch.setenv("KREISHAUS_COUNTY_AGS", "05114")
    assert read_county().name == "Krefeld"


def test_a_new_county_has_a_dominance_rule_of_its_own(tmp_path: Path) -> None:
    """Drawn: sixteen folders with one and the same number would be a draw of one in 10^13."""
    drawn = set()
    for number in range(16):
        make_county(known_county("05114"), tmp_path / str(number))
        settings = Settings(counties=tmp_path / str(number), county_ags="05114")
        drawn.add(settings.disclosure.dominance_percent)
    assert len(drawn) > 1
    assert all(8 <= percent <= 15 for percent in drawn)


def test_the_pilot_says_what_every_new_county_is_asked() -> None:
    """What stands in the template stands in the pilot's file too, filled in."""
    template = (REPOSITORY / "operations/counties/county.toml.template").read_text().splitlines()
    pilot = (REPOSITORY / "counties/05162/county.toml").read_text().splitlines()
    filled_in = (
        "<",
        "base_url",
        "contact_email",
        "also_called",
        "# Where everybody",
        "# read these",
    )
    missing = [
        line
        for line in template
        if line not in pilot and not any(word in line for word in filled_in)
    ]
    assert missing == []


def test_a_list_is_read_as_office_programs_save_it() -> None:
    comma = read_list('# a comment\na,b\n\n1,"x, y"\n')
    semicolon = read_list('a;b\r\n1;"x, y"\r\n')
    assert comma == (["a", "b"], [(4, ["1", "x, y"])])
    assert semicolon == (["a", "b"], [(2, ["1", "x, y"])])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a,b\n1,2\n3\n", 3, "not as many cells"),
        ("a,a\n1,2\n", 1, "two have one"),
        ("a,b\n1,2,3\n", 2, "not as many cells"),
        ('a,b\n1,"2\n3,4\n', 2, "cannot be read"),
    ],
)
def test_a_list_that_is_none_names_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(FaultyList, match=message) as raised:
        read_list(text)
    assert raised.value.line == line


def test_every_county_of_the_land_is_known() -> None:
    """31 Kreise with the Städteregion's members, 22 cities; 396 municipalities in all."""
    aachen = known_county("05334")
    assert (aachen.name, aachen.kind) == ("StädteRegion Aachen", "Städteregion")
    assert aachen.municipalities["05334002"] == "Aachen"
    assert len(aachen.municipalities) == 10
    assert known_county("05362").name == "Rhein-Erft-Kreis"
    assert known_county("05158").municipalities["05158020"] == "Langenfeld (Rhld.)"
    for unknown in ("5166", "05166004", "05354", "", "09162"):
        with pytest.raises(UnknownCounty):
            known_county(unknown)


def test_a_county_is_not_made_over_another(counties: Path) -> None:
    lists = counties / "05166" / "planning_units.csv"
    lists.write_text("mine")
    with pytest.raises(FolderExists):
        make_county(known_county("05166"), counties)
    assert lists.read_text() == "mine"


def test_two_counties_in_one_home_have_a_home_each(counties: Path, tmp_path: Path) -> None:
    root = tmp_path / "var"
    first = Settings(home=root, counties=counties, county_ags="05166")
    prepare_home(first)
    second = Settings(home=root, counties=counties, county_ags="05114")
    assert (first.home, second.home) == (root, root / "counties" / "05114")
    prepare_home(second)
    # Again, in whatever order: each finds its own.
    assert home_of(root, "05166") == root
    assert home_of(root, "05114") == second.home
    assert Settings(home=second.home, counties=counties, county_ags="05114").home == second.home
    prepare_home(first)
    modes = {
        path.relative_to(root).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (root, root / "counties", second.home, second.home / "county.json")
    }
    assert modes == {
        ".": 0o751,
        "counties": 0o751,
        "counties/05114": 0o751,
        "counties/05114/county.json": 0o644,
    }


def test_a_home_whose_owner_cannot_be_read_is_not_taken_for_nobodys(tmp_path: Path) -> None:
    (tmp_path / "county.json").write_text(json.dumps(["05162"]))
    with pytest.raises(ValueError, match="which says whose home it is"):
        home_of(tmp_path, "05162")
