"""The county's own words for statuses and groups: which of them count, and what for."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from azr_workbooks import CROSSTABLE, sample, with_cell

from ingest.azr import reduction
from ingest.azr.own_aliases import own_aliases
from kreishaus.model import FileRejected
from kreishaus.settings import REPOSITORY, Settings
from operations.counties.check import check
from pipeline.steps import fetch_new
from vocabulary.groups import Group, group_aliases
from vocabulary.statuses import Alias, UnknownLabel, status_aliases

HEAD = "alias,kind,code,added_by,confirmed_by,valid_from,valid_to"
LABEL = "Aufenthaltserlaubnis nach Chancenregelung"
ROW = f"{LABEL},status,humanitarian_104c,A. Muster,B. Beispiel,,"
DIVERSE = "Geschlecht unbestimmt,group,sex/unknown,A. Muster,B. Beispiel,,"


@pytest.fixture
def county(tmp_path: Path) -> Settings:
    """A home whose county lies in a folder that the test may change."""
    shutil.copytree(REPOSITORY / "counties", tmp_path / "counties")
    return Settings(home=tmp_path / "var", counties=tmp_path / "counties")


def write(county: Settings, *rows: str, head: str = HEAD) -> Settings:
    (county.county_folder / "register_aliases.csv").write_text("\n".join((head, *rows)) + "\n")
    return county


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (ROW.replace("B. Beispiel", ""), "confirmed_by"),
        (ROW.replace("B. Beispiel", "A. Muster"), "confirmed_by"),
        (ROW.replace("B. Beispiel", "MUSTER  A"), "confirmed_by"),
        (ROW.replace("A. Muster", ""), "added_by"),
        (ROW.replace("humanitarian_104c", "humanitarian_104d"), "code"),
        (ROW.replace("humanitarian_104c", ""), "code"),
        (ROW.replace("status", "country"), "kind"),
        (ROW.replace(LABEL, "Erika Musterfrau"), "alias"),
        (ROW.replace(LABEL, "Familienname"), "alias"),
        (ROW.replace(LABEL, "Aufenthaltserlaubnis 130412004711"), "alias"),
        (ROW.replace(LABEL, "Aufenthaltserlaubnis geb. 12.03.1987"), "alias"),
        (ROW.replace(LABEL, "Flüchtlinge gesamt"), "alias"),
        (ROW.replace(LABEL, ""), "alias"),
        (ROW[:-1] + "2022-13-01,", "valid_from"),
        (DIVERSE.replace("sex/unknown", "sex/diverse"), "code"),
        (DIVERSE.replace("Geschlecht unbestimmt", "Männlich").replace("unknown", "male"), "alias"),
        (DIVERSE[:-1] + "2022-01-01,", "valid_from"),
    ],
)
def test_a_row_that_does_not_count_is_told_and_the_others_count(county, row, column):
    good = ROW.replace(LABEL, "Aufenthaltserlaubnis nach neuem Recht")
    own = own_aliases(write(county, row, good))
    (finding,) = own.findings
    assert (finding.row, finding.column, finding.severity) == ("2", column, "warning")
    assert "Musterfrau" not in f"{finding.message}{finding.found}"
    assert [alias.alias for alias in own.statuses] == ["Aufenthaltserlaubnis nach neuem Recht"]


@pytest.mark.parametrize("head", ["alias,code", f"{HEAD},more", "", f'"{HEAD}'])
def test_a_list_that_is_none_has_no_alias_and_stops_nothing(county, head):
    own = own_aliases(write(county, ROW, head=head))
    assert own.counting == ()
    (county.county_folder / "register_aliases.csv").write_bytes(b"\xff\xfe\x00alias")
    assert own_aliases(county).counting == ()
    (county.county_folder / "register_aliases.csv").unlink()
    assert own_aliases(county).counting == ()


def test_the_same_wording_twice_at_one_time_counts_once(county):
    own = own_aliases(write(county, ROW, ROW.replace("104c", "24")))
    assert [(alias.status_code) for alias in own.statuses] == ["humanitarian_104c"]
    assert [finding.row for finding in own.findings] == ["3"]


def test_an_alias_counts_while_its_countys_file_is_read_and_not_afterwards(county):
    row = ROW[:-1] + "2023-01-01,"
    own = own_aliases(write(county, row, DIVERSE))
    assert own.statuses == (Alias(LABEL, "humanitarian_104c", date(2023, 1, 1), None),)
    with own.in_use():
        assert status_aliases().status_code(LABEL, date(2023, 1, 1)) == "humanitarian_104c"
        with pytest.raises(UnknownLabel):
            status_aliases().status_code(LABEL, date(2022, 12, 31))
        assert group_aliases()["geschlechtunbestimmt"] == {"sex": Group("sex", "unknown")}
    assert not status_aliases().knows(LABEL)
    assert "geschlechtunbestimmt" not in group_aliases()


def test_a_refused_file_enters_once_the_alias_is_confirmed(county):
    folder = county.drop_folder("azr")
    folder.mkdir(parents=True)
    content = with_cell(CROSSTABLE, "B9", LABEL)
    (folder / CROSSTABLE).write_bytes(content)
    row = ROW.replace("humanitarian_104c", "settlement_26_3_s2_resettlement")
    for added in ((), (row.replace("B. Beispiel", ""),)):
        write(county, *added)
        assert len(fetch_new("azr/crosstable", county, "night").refused) == 1
    write(county, row)
    report = fetch_new("azr/crosstable", county, "night")
    assert (report.refused, len(report.new)) == ((), 1)
    assert f";settlement_26_3_s2_resettlement;sex/male;11;;{LABEL};" in (
        reduction.crosstable(content, CROSSTABLE, county).content.decode()
    )


def test_a_head_of_the_county_is_read(county):
    content = with_cell(CROSSTABLE, "F6", "Geschlecht unbestimmt")
    with pytest.raises(FileRejected):
        reduction.crosstable(content, CROSSTABLE, county)
    made = reduction.crosstable(content, CROSSTABLE, write(county, DIVERSE)).reduction
    usual = reduction.crosstable(sample(CROSSTABLE), CROSSTABLE, county).reduction
    assert made.counts == usual.counts


def test_what_counts_is_among_the_inputs_of_a_table(county):
    before = reduction.crosstable.inputs(CROSSTABLE, county)
    write(county, ROW.replace("B. Beispiel", ""))
    assert reduction.crosstable.inputs(CROSSTABLE, county) == before
    write(county, ROW)
    assert reduction.crosstable.inputs(CROSSTABLE, county) != before


def test_county_check_says_which_alias_does_not_count(county):
    found = dict(check(write(county, ROW.replace("B. Beispiel", ""))))
    (finding,) = found["register_aliases.csv"]
    assert "line 2: confirmed_by: this row does not count" in finding.message
