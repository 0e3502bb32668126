"""What office programs, careless officers and hostile ones may put into the folder of a county.

Generated: each kind of fault is put into the pilot's own lists. Nothing wrong may be taken, and
whatever is refused says the file, the line, what was expected and what was found.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expectations.runner import validate
from ingest.county.parse import MOST_BYTES, MOST_ROWS, parse
from ingest.county.tables import TABLES, columns
from kreishaus.county_folder import FaultyList, NoCounty, read_list, read_municipalities
from kreishaus.county_home import NotItsHome
from kreishaus.datasets import dataset
from kreishaus.model import Finding, Origin, UnreadableFile
from kreishaus.rights import prepare_home
from kreishaus.settings import REPOSITORY, Settings
from operations.counties.check import check, said
from operations.counties.known import known_county
from operations.counties.make import make_county

LISTS = dataset("county/lists")
PILOT = REPOSITORY / "counties" / "05162"


def read(name: str, content: bytes, county: str = "05162") -> list[Finding]:
    """What is wrong in a list, by its parser and its suite."""
    identity = f"county/{county}/{name}.csv"
    origin = Origin("county", "lists", "0" * 64, f"{name}.csv", identity, datetime.now(UTC))
    try:
        batch = parse(content, origin)
    except UnreadableFile as error:
        return list(error.findings)
    return list(validate(LISTS, batch).findings)


def pilot(name: str) -> bytes:
    return (PILOT / f"{name}.csv").read_bytes()


def changed(name: str, old: str, new: str) -> bytes:
    """The pilot's list with one thing put in the place of another."""
    content = pilot(name)
    assert old.encode() in content
    return content.replace(old.encode(), new.encode(), 1)


def row(name: str, **cells: str) -> bytes:
    """A list of one row; every column that is not said has a value that can be read."""
    header = [field.name for field in columns(TABLES[name])]
    return f"{';'.join(header)}\n{';'.join(cells.get(one, '') for one in header)}\n".encode()


# --- how a file is written


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    "written",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: b'# a comment\n"# one; that a spreadsheet quoted",,,\n' + content,
        lambda content: content + b"\n\n",
    ],
    ids=["mark", "crlf", "comments", "empty lines"],
)
def test_what_office_programs_do_to_a_list_changes_nothing_in_it(
    name: str, written: Callable[[bytes], bytes]
) -> None:
    def cells(content: bytes) -> list[list[str]]:
        return [cells for _, cells in read_list(content.decode("utf-8-sig"))[1]]

    assert cells(written(pilot(name))) == cells(pilot(name))


UNSEEN = [
    "\x1b[31m",
    "\x9b",
    "\u202e",
    "\u200b",
    "\u2028",
    "\x0b",
    "\x0c",
    "\x85",
    "\x00",
    "\u00ad",
]


@pytest.mark.parametrize("sign", UNSEEN, ids=ascii)
def test_signs_that_nobody_sees_are_refused_where_they_stand(sign: str) -> None:
    (finding,) = read("planning_units", changed("planning_units", "Süd", f"S{sign}üd"))
    assert finding.row == "2"
    assert "planning_units.csv" in finding.message
    assert finding.found is not None
    assert finding.rule == "encoding" or finding.found.isprintable()


def test_a_sentence_may_have_several_lines_and_a_code_may_not() -> None:
    header = "kind,value,reason\n"
    assert not read("target_years", f'{header}year,2030,"two\n# lines"\n'.encode())
    (finding,) = read("planning_units", changed("planning_units", "south", '"so\nuth"'))
    assert (finding.row, finding.column) == ("2", "unit_code")


def test_a_line_is_counted_as_an_editor_counts_it() -> None:
    content = b'# a\nkind,value,reason\n\nyear,2030,"two\nlines"\n# b\nyear,soon,x\n'
    (finding,) = read("target_years", content)
    assert finding.row == "7"


def test_a_row_is_never_dropped_as_a_comment() -> None:
    content = changed("planning_units", "south,Süd,05162008", '"#1",Süd,05162008')
    (finding,) = read("planning_units", content)
    assert (finding.row, finding.found) == ("3", "#1")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
        b"# nothing\n",
        b"PK\x03\x04 a workbook",
        b"<html>log in</html>",
        b"kind;value;reason;;;;\nyear;2030;x;;;;\n",
        b"kind;value;reason\nyear,2030,x\n",
        b"sep=;\nkind;value;reason\nyear;2030;x\n",
        b"kind\tvalue\treason\nyear\t2030\tx\n",
        b"kind,value,reason\nyear,2030,x\nyear,20",
        b"kind,value,value\nyear,2030,2031\n",
        b"kind,value,reason\n" + b"year,soon,x\n" * 100_000,
        b"kind,value,reason\nyear,2030," + b"x" * (MOST_BYTES + 1),
        b"kind,value,reason\n" + b"a,1,b\n" * (MOST_ROWS + 1),
        b"kind,value,reason" + b",x" * 100_000 + b"\n",
        "kind,value,reason\nyear,2030,x\n".encode("utf-16-le"),
    ],
    ids=lambda content: ascii(content[:24]),
)
def test_what_is_no_list_is_said_with_the_file_and_never_whole(content: bytes) -> None:
    findings = read("target_years", content)
    assert 1 <= len(findings) <= 50
    for one in findings:
        assert "target_years.csv" in one.message
        assert one.expected
        assert one.found
        assert len(one.found) < 400


# --- what stands in a cell

NO_KEYS = [
    "5162008",
    "0516200",
    "05162008001",
    "05162abc",
    "051620",
    "05162' or 1=1",
    "05162٠٠٨",
    "5.16E+06",
    "05166008",
    "south",
    "05",
]


@pytest.mark.parametrize("key", NO_KEYS)
@pytest.mark.parametrize(
    ("name", "column"),
    [
        (name, field.name)
        for name, schema in TABLES.items()
        for field in schema
        if field.name in ("region_code", "municipality_code")
    ],
)
def test_a_region_is_one_of_the_county(name: str, column: str, key: str) -> None:
    findings = read(name, row(name, **{column: key}))
    assert [(one.row, one.found) for one in findings if one.column == column] == [("2", key)]


def test_a_county_is_no_municipality() -> None:
    assert read("planning_units", changed("planning_units", "05162008", "05162"))
    assert not read("council_decisions", pilot("council_decisions"))


@pytest.mark.parametrize(
    ("cell", "expected"), [("1.000", "1, or 1000"), ("1.750", "1.75, or 1750")]
)
def test_a_point_that_may_part_thousands_is_asked_about(cell: str, expected: str) -> None:
    (finding,) = read(
        "case_management_grants", changed("case_management_grants", ",7,", f",{cell},")
    )
    assert finding.expected is not None
    assert finding.expected.startswith(expected)


@pytest.mark.parametrize("cell", ["1000000", "123456789012345", "-1000000.5"])
def test_a_number_that_its_column_cannot_hold_is_refused(cell: str) -> None:
    (finding,) = read(
        "case_management_grants", changed("case_management_grants", ",7,", f",{cell},")
    )
    assert finding.column == "positions_fte"


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("target_years", "year,2030", "year,0", "kind"),
        ("target_years", "year,2030", "year,99999", "kind"),
        ("target_years", "after_base,1", "after_base,-1", "kind"),
        ("target_years", "after_base,1", "after_base,2030", "kind"),
        ("demand_parameters", "target_occupancy,0.98", "target_occupancy,98", "limits"),
        ("demand_parameters", "target_occupancy,0.98", "target_occupancy,0", "limits"),
        ("demand_parameters", "target_occupancy,0.98", "target_occupancy,1.21", "limits"),
        ("demand_parameters", "target_occupancy,0.95", "target_ocupancy,0.95", "limits"),
        ("demand_parameters", "planned_share,0.5", "planned_share,50", "limits"),
        ("demand_parameters", "embedded_share,0,", "embedded_share,-1,", "limits"),
        ("demand_parameters", "trend_until_year,2030", "trend_until_year,203", "limits"),
        ("demand_parameters", "trend_until_year,2030", "trend_until_year,2030.5", "limits"),
        ("demand_parameters", "trend_rate_pa,-0.01", "trend_rate_pa,-1", "limits"),
        ("demand_parameters", "opening_delay_years,3", "opening_delay_years,-3", "limits"),
        ("wtg_parameters", "skilled_share,0.5", "skilled_share,50", "limits"),
        ("wtg_parameters", "shown_count,3", "shown_count,2.5", "limits"),
        ("wtg_parameters", "minimum_skilled", "Minimum_skilled", "limits"),
        ("case_management_grants", ",7,", ",-7,", "not_negative"),
        ("case_management_grants", "2021-01-01", "0001-01-01", "years"),
        ("council_decisions", "2019,05162016,80", "2019,05162016,-80", "not_negative"),
        ("council_decisions", "2019,05162016", "20019,05162016", "years"),
        ("published_totals", ",228,", ",-228,", "not_negative"),
        ("external_forecasts", "05162004,2022", "05162004,22", "years"),
        ("example_homes", ",1,15,", ",6,15,", "care_grade"),
        ("tiles", "05162020,2,1", "05162020,1,3", "one_a_tile"),
        ("planning_units", "south,Süd,05162008", "05162028,Süd,05162008", "key_is_its_own"),
    ],
)
def test_what_is_certainly_wrong_is_no_version(name: str, old: str, new: str, rule: str) -> None:
    findings = read(name, changed(name, old, new))
    assert {one.rule for one in findings} == {rule}
    for one in findings:
        assert one.severity == "critical"
        assert one.row
        assert one.expected
        assert one.found


WTG = "name,value,valid_from,valid_to,source,reason\n"


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        (",", ",", True),
        (",", "2021-01-01,", True),
        (",2021-01-01", "2021-01-01,", True),
        (",2020-12-31", "2021-01-01,", False),
        ("2021-01-01,", ",2020-12-31", False),
        ("2020-01-01,2022-12-31", "2021-01-01,2021-01-01", True),
    ],
)
def test_one_row_of_a_parameter_holds_at_a_time(first: str, second: str, overlap: bool) -> None:
    name = "minimum_skilled_share"
    content = f"{WTG}{name},0.5,{first},s,r\n{name},0.6,{second},s,r\n"
    rules = {one.rule for one in read("wtg_parameters", content.encode())}
    assert ("one_at_a_time" in rules) == overlap


def test_a_municipality_is_in_one_unit_at_a_time() -> None:
    """The pilot's Dormagen leaves the south on the last day of 2021."""
    assert not read("planning_units", pilot("planning_units"))
    findings = read("planning_units", changed("planning_units", "2022-01-01", "2021-12-31"))
    assert [(one.rule, one.column, one.found) for one in findings] == [
        ("one_at_a_time", "valid_from", "2021-12-31")
    ]


# --- the folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "counties", tmp_path / "counties")
    return tmp_path / "counties" / "05162"


def settings(folder: Path) -> Settings:
    return Settings(home=folder.parent.parent / "var", counties=folder.parent)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("05162008", "05166008", 3),
        ("05162008", "5162008", 3),
        ("05162008", "05162004", 3),
        ("Grevenbroich", "Dormagen", 3),
        ("Grevenbroich", "\x1b[2J", 3),
        ("Grevenbroich", "", 3),
        ("municipality_code", "key", 1),
    ],
)
def test_municipalities_are_refused_with_file_and_line(
    folder: Path, old: str, new: str, line: int
) -> None:
    (folder / "municipalities.csv").write_bytes(changed("municipalities", old, new))
    with pytest.raises(FaultyList, match=rf"municipalities\.csv, line {line}: .* found") as raised:
        read_municipalities(folder)
    assert str(raised.value).isprintable()


def test_municipalities_in_another_encoding_are_a_sentence(folder: Path) -> None:
    file = folder / "municipalities.csv"
    file.write_bytes(file.read_text().encode("cp1252"))
    with pytest.raises(FaultyList, match=r"line 2: the list is no UTF-8.*found byte 0xfc"):
        settings(folder).require_municipalities()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('ags = "05162"', 'ags = "05162"\nags = "05162"', "Cannot overwrite"),
        ("[http]", "[htttp]", "found htttp"),
        ("[county]", 'county_ags = "05166"\n[county]', "found county_ags"),
        ("[county]", 'counties = "/tmp"\n[county]', "found counties"),
        ("[http]", f"x = {'[' * 5000}", "found"),
    ],
)
def test_settings_that_are_none_name_their_file(
    folder: Path, old: str, new: str, found: str
) -> None:
    file = folder / "county.toml"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(NoCounty, match=rf"05162/county\.toml: expected .*{found}"):
        settings(folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Rhein-Kreis Neuss"', '" "'),
        ('"Rhein-Kreis Neuss"', '"Kreis\\u001b[31m"'),
        ('"Rhein-Kreis Neuss"', '"Kreis\\u202e"'),
        ('["Neuss", "Kreis Neuss"]', '[""]'),
        ('contact = ""', 'contact = "a\\r\\nHost: b"'),
        ('kind = "Kreis"', 'kind = "Landkreis"'),
    ],
)
def test_names_are_text_on_one_line(folder: Path, old: str, new: str) -> None:
    file = folder / "county.toml"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match="1 validation error for Settings"):
        settings(folder)


def put_link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def put_sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(5 * 10**9)


@pytest.mark.parametrize("put", [put_link, put_sparse, Path.mkdir, os.mkfifo])
def test_what_is_no_file_of_a_list_is_a_finding_about_itself(
    folder: Path, put: Callable[[Path], object]
) -> None:
    for file in folder.glob("*.csv"):
        if file.stem != "municipalities":
            file.unlink()
    put(folder / "tiles.csv")
    (finding,) = dict(check(settings(folder)))["tiles.csv"]
    assert finding.severity == "critical"
    assert "tiles.csv" in finding.message


def test_a_list_that_is_called_otherwise_does_not_go_unnoticed(folder: Path) -> None:
    for file in folder.glob("*.csv"):
        if file.stem not in ("municipalities", "tiles"):
            file.unlink()
    (folder / "tiles.csv").rename(folder / "Tiles.CSV")
    found = dict(check(settings(folder)))
    assert [one.severity for one in found["Tiles.CSV"]] == ["warning"]
    assert "is not in the folder" in found["tiles.csv"][0].message


def test_a_row_that_names_what_no_list_has_is_said(folder: Path) -> None:
    for name, old, new in [
        ("council_decisions", "05162016", "05162999"),
        ("demand_scenarios", "2026-1,planned_half", "2027-1,planned_half"),
        ("demand_parameters", "2026-1,rising_need", "2026-1,risen_need"),
    ]:
        (folder / f"{name}.csv").write_bytes(changed(name, old, new))
    found = {name: findings for name, findings in check(settings(folder)) if findings}
    assert {
        name: [(one.row, one.severity, one.found) for one in findings]
        for name, findings in found.items()
    } == {
        "council_decisions.csv": [("3", "warning", "05162999")],
        "demand_scenarios.csv": [("7", "warning", "2027-1")],
        "demand_parameters.csv": [
            ("16", "warning", "2026-1 risen_need"),
            ("19", "warning", "2026-1 planned_half"),
        ],
    }


def test_what_a_suite_finds_is_said_with_file_line_and_column() -> None:
    old, new = "target_occupancy,0.98", "target_occupancy,98"
    (finding,) = read("demand_parameters", changed("demand_parameters", old, new))
    line = said("demand_parameters.csv", finding)
    assert line.startswith("demand_parameters.csv, line 2 (target_occupancy), value: ")
    assert line.endswith(". Expected target_occupancy: a number, above 0 and at most 1.2, found 98")


# --- homes


@pytest.mark.parametrize(
    "said", ["", "[]", "{}", '{"county_ags": 5162}', '{"county_ags": "../x"}', "\x00", "\ufeff{}"]
)
def test_a_home_whose_note_is_damaged_is_nobodys_to_take(folder: Path, said: str) -> None:
    home = folder.parent.parent / "var"
    home.mkdir()
    (home / "county.json").write_text(said)
    with pytest.raises(ValueError, match="which says whose home it is"):
        settings(folder)
    assert [one.name for one in home.iterdir()] == ["county.json"]


def test_of_counties_that_come_at_once_one_has_the_home(tmp_path: Path) -> None:
    """Each found the home nobody's before any of them had noted that it is its own."""
    keys = ["05162", "05166", "05114", "05154"]
    for ags in keys:
        make_county(known_county(ags), tmp_path / "counties")
    all_of_them = [
        Settings(home=tmp_path / "var", counties=tmp_path / "counties", county_ags=ags)
        for ags in keys
    ]
    assert {one.home for one in all_of_them} == {tmp_path / "var"}

    def refused(one: Settings) -> bool:
        try:
            prepare_home(one)
        except NotItsHome:
            return True
        return False

    with ThreadPoolExecutor(len(keys)) as pool:
        outcomes = list(pool.map(refused, all_of_them))
    assert outcomes.count(False) == 1
    owner = json.loads((tmp_path / "var" / "county.json").read_text())["county_ags"]
    assert owner == keys[outcomes.index(False)]
    late = Settings(home=tmp_path / "var", counties=tmp_path / "counties", county_ags=keys[-1])
    assert late.home.parent.name == "counties" or owner == keys[-1]
    assert [one.name for one in (tmp_path / "var").glob(".tmp-*")] == []
