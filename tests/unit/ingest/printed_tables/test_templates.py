"""Each template, filled in as its notes ask, is read without a change."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.printed_tables.figures import parse
from ingest.printed_tables.guard import refuse_persons
from ingest.printed_tables.kept import strip
from ingest.printed_tables.templates import template, templates
from kreishaus.model import Origin, UnreadableFile
from kreishaus.settings import Settings
from operations.cli import app

TODAY = date(2021, 12, 1)
ORIGIN = Origin("papers", "figures", "0" * 64, "t.csv", "t.csv", datetime(2021, 12, 1, tzinfo=UTC))


def filled_in(text: str) -> str:
    """What an officer makes of it: a day for every day, words for words, figures in all cells."""
    text = text.replace("<TT.MM.JJJJ>", "30.11.2021")
    head, table = re.sub("<[^>]+>", "Sitzung am 30.11.2021", text).split("\nTabelle\n")
    lines = [line.partition(";")[0] + ";17" * line.count(";") for line in table.splitlines()[1:]]
    return "\n".join([head, "Tabelle", table.splitlines()[0], *lines, ""])


@pytest.mark.parametrize("kind", templates())
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_template_filled_in_is_read_without_change(kind: str, encoding: str) -> None:
    content = filled_in(template(kind, Settings().county, TODAY)).encode(encoding)
    refuse_persons(content, "t.csv")
    batch = parse(content, ORIGIN)
    cells = batch.tables["cells"]
    assert batch.findings == ()
    assert cells["is_understood"].all()
    assert set(cells["value"]) == {17.0}
    assert set(cells["metric_code"]) == set(templates()[kind].columns.values())


@pytest.mark.parametrize("kind", templates())
def test_no_word_of_a_template_that_is_filled_in_is_missed(kind: str) -> None:
    settings = Settings()
    content = filled_in(template(kind, settings.county, TODAY)).encode()
    assert strip(content, "t.csv", settings).warnings == ()


def test_a_table_by_municipality_names_each_and_the_county() -> None:
    text = template("vacancy_by_municipality", Settings().county, TODAY)
    cells = parse(filled_in(text).encode(), ORIGIN).tables["cells"]
    assert sorted(cells["region_code"]) == sorted(["05162", *Settings().county.municipalities])
    assert set(cells["item_code"]) == {"offer_type=vollstationaer"}
    assert {f"{day:%Y-%m-%d}" for day in cells["reference_date"]} == {"2021-11-30"}


def test_a_table_by_year_begins_with_the_last_five_years() -> None:
    cells = parse(
        filled_in(template("staffing_by_year", Settings().county, TODAY)).encode(), ORIGIN
    ).tables["cells"]
    assert sorted(set(cells["period_code"])) == ["2016", "2017", "2018", "2019", "2020"]


@pytest.mark.parametrize("kind", templates())
def test_a_template_that_nobody_filled_in_says_which_line_is_left(kind: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        parse(template(kind, Settings().county, TODAY).encode(), ORIGIN)
    (finding,) = refusal.value.findings
    assert "line 1 of the head still holds the placeholder" in finding.message


def test_the_command_writes_a_file_that_excel_opens_and_overwrites_none(tmp_path: Path) -> None:
    out = tmp_path / "vorlage.csv"
    command = ["printed-table", "new", "day_care_by_municipality", "--out", str(out)]
    assert CliRunner().invoke(app, command).exit_code == 0
    content = out.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfDokument;")
    assert "Kommune;Anzahl Tagespflegen;Plätze\r\nDormagen;;\r\n" in content.decode("utf-8-sig")
    assert CliRunner().invoke(app, command).exit_code == 1
    assert out.read_bytes() == content


def test_an_unknown_kind_names_those_that_exist() -> None:
    result = CliRunner().invoke(app, ["printed-table", "new", "vacancies"])
    assert result.exit_code == 2
    assert "vacancy_by_municipality" in result.output
