"""What Kreishaus's own connections to DuckDB may take."""

from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from kreishaus.settings import Settings
from warehouse.build import dbt_environment
from warehouse.database import connect


def test_a_connection_knows_its_limit_and_where_the_rest_goes(settings: Settings) -> None:
    small = settings.model_copy(update={"warehouse_memory": "64MiB"})
    with connect(small) as connection:
        sql = "select current_setting('memory_limit'), current_setting('temp_directory')"
        assert connection.execute(sql).fetchone() == (
            "64.0 MiB",
            str(small.warehouse / "tmp"),
        )
    assert dbt_environment(small)["KREISHAUS_WAREHOUSE_MEMORY"] == "64MiB"


def test_what_does_not_fit_goes_through_files(settings: Settings, tmp_path: Path) -> None:
    """Five million numbers and their texts, in any order, sorted: 200 MB within 96."""
    small = settings.model_copy(update={"warehouse_memory": "96MiB"})
    path = tmp_path / "sorted.parquet"
    rows = "select hash(n) as h, 'row ' || hash(n) as t from range(5_000_000) as numbers(n)"
    with connect(small) as connection:
        connection.execute(f"copy ({rows} order by h) to '{path}'")
        assert connection.execute(f"select count(*) from '{path}'").fetchone() == (5_000_000,)
    unhelped = duckdb.connect(config={"memory_limit": "96MiB", "temp_directory": ""})
    with unhelped, pytest.raises(duckdb.OutOfMemoryException):
        unhelped.execute(f"copy ({rows} order by h) to '{path}'")


@pytest.mark.parametrize("good", ["512MB", "4GiB", "1.5GB"])
def test_a_size_has_its_unit(settings: Settings, good: str) -> None:
    assert Settings(home=settings.home, warehouse_memory=good).warehouse_memory == good


@pytest.mark.parametrize("bad", ["4", "4 gigs", "80%", "-1GB", ""])
def test_what_is_no_size_is_refused(settings: Settings, bad: str) -> None:
    with pytest.raises(ValidationError, match="warehouse_memory"):
        Settings(home=settings.home, warehouse_memory=bad)
