"""Which marts a statement reads, by every way that hides it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.statements import marts_read

MARTS = ("homes", "places")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    path: Path = tmp_path_factory.mktemp("published") / "kreishaus.duckdb"
    with duckdb.connect(path) as database:
        database.execute("create schema internal")
        database.execute("create table internal.homes as select 1 as id, 'Muster' as name")
        database.execute("create table internal.places as select 1 as id, 80 as places")
    with duckdb.connect(path, read_only=True) as connection:
        connection.execute("use internal")
        yield connection


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        pytest.param("select * from homes", ["homes"], id="plainly"),
        pytest.param('from internal."Homes"', ["homes"], id="quoted, with its schema"),
        pytest.param("select 1 as homes_in_all", [], id="a longer name"),
        pytest.param(
            "with homes as (select * from homes) select * from homes", ["homes"], id="its own name"
        ),
        pytest.param(
            "with a as (from places) select (select max(id) from homes) from a",
            ["homes", "places"],
            id="a query in a query",
        ),
        pytest.param("select * from homes semi join places using (id)", [*MARTS], id="a join"),
        pytest.param("from query_table('ho' || 'mes')", ["homes"], id="a name put together"),
        pytest.param("from query('select * from ho' || 'mes')", ["homes"], id="a query as text"),
        pytest.param("select * from homes where false", ["homes"], id="no rows are left"),
        pytest.param("select max(id) from homes", ["homes"], id="from statistics alone"),
        pytest.param("from pragma_storage_info('homes')", ["homes"], id="least and greatest value"),
        pytest.param("summarize homes", ["homes"], id="a summary"),
        pytest.param("describe homes", ["homes"], id="only its columns"),
        pytest.param("select 1", [], id="nothing"),
        pytest.param("from homes; from places", ["*", *MARTS], id="two statements"),
        pytest.param("pivot homes on name using sum(id)", ["*", "homes"], id="a pivot"),
        pytest.param("select nonsense from", ["*"], id="a mistake"),
    ],
)
def test_what_a_statement_reads(published, sql, read):
    assert marts_read(published, sql, MARTS) == read


def test_nothing_is_carried_out_and_the_optimizer_stays_on(published):
    marts_read(published, "select error('carried out') from homes", MARTS)
    before = published.execute("explain select * from homes where false").fetchall()
    marts_read(published, "select * from homes where false", MARTS)
    assert published.execute("explain select * from homes where false").fetchall() == before
    assert "EMPTY_RESULT" in str(before)
