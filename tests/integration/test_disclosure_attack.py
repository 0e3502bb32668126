"""Nobody can work a small cell of the register out of what is public, however much is combined."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pytest
import yaml
from attack import Attack, Cell
from shared_night import FirstNight

from kreishaus.settings import REPOSITORY, Settings
from warehouse import disclosure, versions
from warehouse.disclosure import COUNT, DERIVED, PERSONS, public_select
from warehouse.marts import Mart, marts
from warehouse.query import query

DAY = "2021-09-30"
SMALL_CELLS = 42
"""Of the printed cross table: cells from 1 to 4, counted in sample/figures/azr."""

SUMS = {
    "recognised": (
        "settlement_23_2",
        "settlement_26_3_s1",
        "settlement_26_3_s2_resettlement",
        "settlement_26_4",
        "settlement_26_4_resettlement",
        "humanitarian_permits",
    ),
    "total": ("recognised", "pending", "tolerated"),
    "family": tuple(
        f"family_{country}"
        for country in ("afghanistan", "eritrea", "iraq", "iran", "somalia", "syria")
    ),
}
"""How the printed table says that it adds up."""


@pytest.fixture(scope="module")
def installation(first_night: FirstNight) -> Settings:
    return first_night.installation


@pytest.fixture(scope="module")
def register(installation: Settings) -> list[Mart]:
    """The public marts with counts of persons, as the build describes them."""
    found = [
        mart
        for mart in marts(installation)
        if PERSONS in mart.protects
        and mart.meta["audience"] == "public"
        and any(column.meta.get("disclosure") == COUNT for column in mart.columns.values())
    ]
    assert len(found) >= 7
    return found


@pytest.fixture
def exact(installation: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The exact marts, to be published again by other rules."""
    folder = versions.parquet(versions.current(installation), "internal")
    with duckdb.connect() as database:
        for path in folder.glob("*.parquet"):
            database.execute(f"create table {path.stem} as from '{path}'")
        yield database


def seen(database: duckdb.DuckDBPyConnection, mart: Mart) -> list[dict[str, Any]]:
    """What the rules of a mart leave of its rows in ``database``."""
    held = [row[0] for row in database.execute(f"describe {mart.name}").fetchall()]
    statement = public_select(mart, mart.name, held, {})
    found = database.execute(f"select * from ({statement}) order by all").to_arrow_table()
    return [dict(row) for row in found.to_pylist()]


def cell(status: str, margin: str = "total", group: str = "total") -> Cell:
    return (status, margin, group)


def structure(attack: Attack, cells: Sequence[Cell]) -> None:
    """The rows and columns that everybody knows to add up."""
    statuses = {status for status, _, _ in cells}
    for status in sorted(statuses):
        for margin in ("sex", "age"):
            parts = [c for c in cells if c[0] == status and c[1] == margin]
            attack.adds_up(cell(status), parts)
    for group in sorted({c[1:] for c in cells}):
        for whole, parts in SUMS.items():
            attack.adds_up((whole, *group), [(part, *group) for part in parts])
        listed = [c for c in cells if c[0].startswith("pending_") and c[1:] == group]
        rest = {("pending", *group): 1, **dict.fromkeys(listed, -1)}
        attack.learn(rest, 0, float("inf"))


def told_by_table(rows: list[dict[str, Any]]) -> Attack:
    """An attacker who was shown the cross table and knows how it adds up."""
    attack = Attack()
    table = [row for row in rows if str(row["reference_date"]) == DAY]
    cells = [cell(row["status_code"], row["margin"], row["group_code"]) for row in table]
    structure(attack, cells)
    for known, row in zip(cells, table, strict=True):
        attack.rounded({known: 1}, row["persons"], row["rounded_to"])
    return attack


def told_by(rows: Mapping[str, list[dict[str, Any]]]) -> Attack:
    """An attacker who was shown the rows of every mart as well."""
    attack = told_by_table(rows["refugees_crosstable"])
    for row in rows["refugees_by_status"]:
        if str(row["reference_date"]) == DAY:
            for column in ("persons", "persons_without_section_24"):
                group = cell(row["status_group_code"])
                attack.rounded({group: 1}, row[column], row["rounded_to"])
    for row in rows["refugees_comparison"]:
        if str(row["reference_date"]) == DAY:
            compared = cell(row["status_code"], row["margin"], row["group_code"])
            attack.rounded({compared: 1}, row["persons"], row["rounded_to"])
    for row in rows["refugees_county_and_nation"]:
        if str(row["reference_date"]) == DAY:
            for group in ("recognised", "pending", "tolerated", "total"):
                attack.rounded({cell(group): 1}, row[f"{group}_persons"], row["rounded_to"])
    learn_countries(attack, rows["pending_by_country"])
    return attack


def learn_countries(attack: Attack, rows: list[dict[str, Any]]) -> None:
    """Pending procedures by country, and those of all others: the whole less the listed."""
    named = {"423": "afghanistan", "224": "eritrea", "438": "iraq", "439": "iran"}
    named |= {"273": "somalia", "475": "syria"}
    listed = [cell(f"pending_{country}") for country in named.values()]
    parts: dict[str, dict[Cell, int]] = {
        "total": {cell("pending"): 1},
        "other": {cell("pending"): 1, **dict.fromkeys(listed, -1)},
        **{code: {cell(f"pending_{country}"): 1} for code, country in named.items()},
    }
    for row in rows:
        if str(row["reference_date"]) == DAY:
            attack.rounded(parts[row["origin_code"]], row["pending_persons"], row["rounded_to"])


@pytest.fixture(scope="module")
def small(installation: Settings) -> dict[Cell, int]:
    sql = f"""select status_code, margin, group_code, persons from refugees_crosstable
              where reference_date = date '{DAY}' and persons between 1 and 4"""
    found = {
        cell(row["status_code"], row["margin"], row["group_code"]): row["persons"]
        for row in query(installation, sql, "internal").to_pylist()
    }
    assert len(found) == SMALL_CELLS
    return found


def crosstable(register: list[Mart]) -> Mart:
    return next(mart for mart in register if mart.name == "refugees_crosstable")


def public_rows(installation: Settings, register: list[Mart]) -> dict[str, list[dict[str, Any]]]:
    """The rows of the register's marts as they were published."""
    return {
        mart.name: query(installation, f"select * from {mart.name}", "public").to_pylist()
        for mart in register
    }


def test_no_small_cell_is_recovered_from_all_that_is_public(
    installation: Settings, register: list[Mart], small: dict[Cell, int]
) -> None:
    assert told_by(public_rows(installation, register)).recovered(small) == {}


def test_without_rounding_the_same_attack_recovers_them_all(
    exact: duckdb.DuckDBPyConnection,
    register: list[Mart],
    small: dict[Cell, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(disclosure, "ROUNDED_TO", 1)
    assert told_by({mart.name: seen(exact, mart) for mart in register}).recovered(small) == small


def test_hiding_small_cells_instead_would_give_most_of_them_away(
    exact: duckdb.DuckDBPyConnection, small: dict[Cell, int]
) -> None:
    """Why counts are rounded: cells below five hidden, everything else exact."""
    rows = exact.execute(
        f"""select status_code, margin, group_code, persons from refugees_crosstable
            where reference_date = date '{DAY}'"""
    ).fetchall()
    attack = Attack()
    structure(attack, [cell(*row[:3]) for row in rows])
    for *known, persons in rows:
        hidden = 1 <= persons <= 4
        attack.learn({cell(*known): 1}, 1 if hidden else persons, 4 if hidden else persons)
    assert len(attack.recovered(small)) == 32


def test_a_revision_gives_no_small_cell_away_either(
    exact: duckdb.DuckDBPyConnection, register: list[Mart], small: dict[Cell, int]
) -> None:
    """Two versions side by side: a man of 20 from Iran was moved from one status to another.

    The attacker is told more than anybody knows: which cells changed, and that no other did.
    """
    before = {mart.name: seen(exact, mart) for mart in register}
    moved = [("sex", "male"), ("age", "18_24"), ("total", "total")]
    touched = {(status, *place) for status in ("pending_iran", "family_iran") for place in moved}
    touched |= {(status, *place) for status in ("pending", "family", "total") for place in moved}
    steps = {"pending_iran": -1, "pending": -1, "total": -1, "family_iran": 1, "family": 1}
    for status, margin, group in touched:
        exact.execute(
            f"""update refugees_crosstable set persons = persons + {steps[status]}
                where reference_date = date '{DAY}' and status_code = '{status}'
                and margin = '{margin}' and group_code = '{group}'"""
        )
    after = {"refugees_crosstable": seen(exact, crosstable(register))}
    attack, again = told_by(before), told_by_table(after["refugees_crosstable"])
    for parts, least, greatest in again.known:
        names = {name: number for name, number in again.cells.items() if number in parts}
        renamed = {
            (*name, "revised") if name in touched else name: parts[number]
            for name, number in names.items()
        }
        attack.learn(renamed, least, greatest)
    assert attack.recovered(small) == {}


def test_whatever_rounds_to_the_same_is_published_as_the_same(
    exact: duckdb.DuckDBPyConnection, register: list[Mart]
) -> None:
    """Nothing but rounded counts goes into what is public.

    Every exact count is replaced by another one that rounds to the same, every figure derived from
    counts by nonsense: what everybody sees must not change in a single cell.
    """
    for mart in register:
        before = seen(exact, mart)
        for name, column in mart.columns.items():
            mark = column.meta.get("disclosure")
            if mark == COUNT:
                exact.execute(
                    f"""update {mart.name} set {name} = 5 * round({name} / 5.0)
                        + case when {name} < 3 then 2 else (hash({name}) % 5)::bigint - 2 end"""
                )
            elif mark == DERIVED:
                exact.execute(f"update {mart.name} set {name} = 7")
        assert seen(exact, mart) == before, mart.name


def test_the_same_count_is_the_same_in_every_mart(
    installation: Settings,
) -> None:
    """9,720 persons in four marts, 13 from Eritrea in two."""
    sql = f"""
        select persons from refugees_by_status
        where reference_date = date '{DAY}' and status_group_code = 'total'
        union all select persons from refugees_crosstable
        where reference_date = date '{DAY}' and status_code = 'total' and margin = 'total'
        union all select persons from refugees_comparison
        where reference_date = date '{DAY}' and status_code = 'total' and margin = 'total'
        union all select total_persons from refugees_county_and_nation
        where reference_date = date '{DAY}'
        union all select value from metric_value
        where mart = 'refugees_by_status' and reference_date = date '{DAY}'
        and item_code = 'status=total'"""
    assert {row["persons"] for row in query(installation, sql, "public").to_pylist()} == {9720}
    sql = f"""
        select persons from refugees_crosstable where reference_date = date '{DAY}'
        and status_code = 'pending_eritrea' and margin = 'total'
        union all select pending_persons from pending_by_country
        where reference_date = date '{DAY}' and origin_code = '224'"""
    assert [row["persons"] for row in query(installation, sql, "public").to_pylist()] == [15, 15]


def test_no_printed_figure_of_the_register_is_public(installation: Settings) -> None:
    """The papers that were printed before hold the exact cross table."""
    sql = "select count(*) as figures from published_figure where mart like 'refugees%'"
    assert query(installation, sql, "internal").to_pylist()[0]["figures"] > 300
    for mart in ("published_figure", "reconciliation"):
        sql = f"select count(*) as figures from {mart} where mart like 'refugees%'"
        assert query(installation, sql, "public").to_pylist() == [{"figures": 0}]


def test_every_mart_is_covered_by_a_rule(first_night: FirstNight) -> None:
    assert first_night.manifest.refused == {}
    internal = {mart.name for mart in first_night.manifest.marts}
    public = {mart.name for mart in first_night.manifest.public}
    assert internal - public == {
        "data_quality",
        "home_areas",
        "home_contributions",
        "revisions",
        "staffing_by_offer",
        "staffing_requirement_by_offer",
        "vacancy_by_offer",
    }


def test_every_public_count_of_persons_is_a_multiple(
    installation: Settings, register: list[Mart]
) -> None:
    """On every date, zero cells and totals too, and wherever another mart repeats a count.

    A cell of no person and one of two look alike; an average of exact counts would be none.
    """
    told: dict[str, set[int]] = {}
    for mart in register:
        for name, column in mart.columns.items():
            if column.meta.get("disclosure") == COUNT:
                sql = f"select distinct cast({name} as bigint) as n from {mart.name}"
                rows = query(installation, sql, "public").to_pylist()
                told[f"{mart.name}.{name}"] = {row["n"] for row in rows if row["n"] is not None}
    repeated = """
        select distinct value as n from metric_value
        where mart like 'refugees%' and value is not null"""
    told["metric_value"] = {row["n"] for row in query(installation, repeated, "public").to_pylist()}
    assert sum(len(counts) > 1 for counts in told.values()) >= 10
    assert {where: n for where, counts in told.items() for n in counts if n % 5} == {}


def test_every_public_share_is_that_of_public_counts(installation: Settings) -> None:
    """Worked anew from what everybody sees: a share of exact counts would tell them."""
    sql = """
        select county_pending_share * whole.pending_persons - part.pending_persons as off
        from pending_by_country as part
        inner join (
            select reference_date, pending_persons from pending_by_country
            where origin_code = 'total'
        ) as whole using (reference_date)
        union all
        select county_of_national_share * national_pending_count - pending_persons
        from pending_by_country"""
    found = [row["off"] for row in query(installation, sql, "public").to_pylist()]
    assert len(found) == 16
    assert max(abs(off) for off in found) < 1e-6


def test_dashboards_for_everybody_read_public_marts_alone(installation: Settings) -> None:
    """Superset's role of readers has the database of the public half and no other."""
    folder = REPOSITORY / "dashboards" / "definitions"
    roles = yaml.safe_load((folder / "roles.yaml").read_text(encoding="utf-8"))
    assert roles["Kreishaus Leser"]["databases"] == ["public"]
    datasets = yaml.safe_load((folder / "datasets.yaml").read_text(encoding="utf-8"))
    read = {name for one in datasets.values() for name in re.findall(r"marts\.(\w+)", one["sql"])}
    assert len(read) > 10
    internal = {mart.name for mart in marts(installation) if mart.meta["audience"] == "internal"}
    kept_inside = {
        name
        for name, one in datasets.items()
        if {*re.findall(r"marts\.(\w+)", one["sql"])} & internal
    }
    assert kept_inside
    boards = [yaml.safe_load(path.read_bytes()) for path in (folder / "dashboards").glob("*.yaml")]
    open_to_all = [board for board in boards if board["roles"].get("public")]
    assert open_to_all
    for board in open_to_all:
        shown = {chart["dataset"] for chart in _charts(board)}
        assert shown
        assert shown & kept_inside == set(), board["title"]


def _charts(document: object) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        if "dataset" in document:
            yield document
        for value in document.values():
            yield from _charts(value)
    elif isinstance(document, list):
        for value in document:
            yield from _charts(value)


def test_persons_are_never_marked_as_harmless(register: list[Mart]) -> None:
    harmless = [
        f"{mart.name}.{name}"
        for mart in register
        for name, column in mart.columns.items()
        if name.endswith("persons") and column.meta.get("disclosure") == disclosure.NONE
    ]
    assert harmless == []
