"""Asking internal leaves a line in the audit log, or gets no answer."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from small_home import installation_with_one_care_home

from kreishaus.settings import Settings
from warehouse import audit
from warehouse.audit import AuditUnwritable
from warehouse.query import query


@pytest.fixture
def installation(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "var")
    installation_with_one_care_home(settings)
    return settings


def entries(installation: Settings) -> list[dict]:
    return [dict(entry.document) for entry in audit.entries(installation)]


def test_an_answer_from_internal_is_noted_without_what_it_says(installation):
    assert query(installation, "select name from homes where n = 80").to_pylist() == [
        {"name": "Muster"}
    ]
    (entry,) = entries(installation)
    assert (entry["action"], entry["outcome"], entry["marts"], entry["rows"]) == (
        *("query", "done", ["homes"]),
        1,
    )
    assert entry["version"] == "20261125T030824Z"
    assert "Muster" not in str(entry)


def test_public_is_for_everybody_and_nobody_is_noted(installation):
    assert query(installation, "from homes", "public").num_rows == 1
    assert not audit.folder(installation).exists()


def test_a_question_that_fails_is_noted_too(installation):
    """Its message quotes the cell that is no number."""
    with pytest.raises(duckdb.ConversionException, match="Muster"):
        query(installation, "select cast(name as integer) from homes")
    (entry,) = entries(installation)
    assert (entry["outcome"], entry["marts"], entry["rows"]) == ("failed", ["homes"], None)


def test_no_line_no_answer(installation):
    (installation.home / "audit").write_text("no folder can be made here")
    with pytest.raises(AuditUnwritable):
        query(installation, "from homes")
    with pytest.raises(AuditUnwritable):
        query(installation, "select cast(name as integer) from homes")
    assert query(installation, "from homes", "public").num_rows == 1


@pytest.mark.parametrize(
    "sql",
    [
        "copy homes to '{folder}/taken.csv'",
        "attach '{folder}/taken.duckdb' as taken",
        "from read_parquet('{folder}/*')",
        "set enable_external_access = true",
    ],
)
def test_no_way_leads_past_the_log_through_a_file(installation, tmp_path, sql):
    with pytest.raises(duckdb.Error, match=r"disabled|Cannot"):
        query(installation, sql.format(folder=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["var"]
