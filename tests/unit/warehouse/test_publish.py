"""Publishing from a small real DuckDB file and the artefacts that dbt would have left beside it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from kills import FINISHED, run_until
from marts_made import numbered
from vacancy_made import NODES, built, left_by_dbt, vacant

from kreishaus.settings import Settings
from warehouse import versions
from warehouse.as_of import AsOf, settings_as_of
from warehouse.build import target
from warehouse.builds import BuildNotFinished, keep
from warehouse.manifest import Manifest, content_hash, published_marts
from warehouse.publish import NoLink, publish
from warehouse.query import query


def hashes(manifest: Manifest) -> dict[str, str]:
    return {mart.name: mart.content_hash for mart in manifest.marts}


def test_nothing_is_published_by_the_results_of_an_unfinished_build(settings: Settings) -> None:
    built(settings)
    publish(settings, "first")
    left_by_dbt(settings, 999)
    with pytest.raises(BuildNotFinished, match="did not finish"):
        publish(settings, "second")
    assert vacant(settings) == 217


@pytest.mark.parametrize(
    "outcome",
    [
        {"vacancy_adds_up": "fail"},
        {"vacancy_knows_supply": "fail"},
        {"vacancy": "error"},
        {"stg_wtg__belegung": "error"},
    ],
)
def test_a_failed_mart_keeps_its_last_good_state(
    settings: Settings, outcome: dict[str, str]
) -> None:
    built(settings, 217)
    first = publish(settings, "first")
    built(settings, 999, **outcome)
    second = publish(settings, "second")
    assert vacant(settings) == 217
    assert list(second.faults) == ["vacancy"]
    kept = next(mart for mart in second.marts if mart.name == "vacancy")
    assert kept.kept_from == first.version
    built(settings, 999, **outcome)
    third = publish(settings, "third")
    assert next(mart for mart in third.marts if mart.name == "vacancy").kept_from == first.version
    built(settings, 220)
    assert publish(settings, "fourth").faults == {}
    assert vacant(settings) == 220


def test_a_mart_that_was_never_good_is_missing_and_said_to_be(settings: Settings) -> None:
    built(settings, vacancy_adds_up="fail")
    manifest = publish(settings, "first")
    assert manifest.missing == {"vacancy": "test vacancy_adds_up: as told"}
    assert [mart.name for mart in manifest.marts] == ["supply"]


def test_a_warning_does_not_hold_a_mart_back(settings: Settings) -> None:
    built(settings, vacancy_adds_up="warn")
    assert publish(settings, "first").faults == {}


def test_the_same_build_has_the_same_content_hashes(settings: Settings) -> None:
    built(settings)
    first = publish(settings, "first")
    built(settings)
    second = publish(settings, "second")
    assert hashes(first) == hashes(second)
    built(settings, 218)
    assert hashes(publish(settings, "third"))["vacancy"] != hashes(first)["vacancy"]


def test_a_content_hash_sees_rows_types_and_names_but_not_order(tmp_path: Path) -> None:
    def of(sql: str) -> str:
        path = tmp_path / "mart.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"copy ({sql}) to '{path}'")
            return content_hash(connection, path)

    rows = "select * from (values (1, 'a'), (2, 'b')) as t(places, unit)"
    assert of(rows) == of(f"{rows} order by places desc")
    assert of(rows) != of(f"{rows} where places = 1")
    assert of(rows) != of(f"{rows} union all {rows}")
    assert of(rows) != of(f"select places::bigint as places, unit from ({rows})")
    assert of(rows) != of(f"select places as beds, unit from ({rows})")
    # Hashes are added up: two rows that are alike must not cancel out, nor swapped values.
    twice = "select * from (values (1, 'a'), (1, 'a')) as t(places, unit)"
    assert of(twice) != of(twice.replace("'a'", "'b'"))
    assert of(rows) != of("select * from (values (1, 'b'), (2, 'a')) as t(places, unit)")
    nulls = "select * from (values (1, null), (2, 'b')) as t(places, unit)"
    assert of(nulls) != of(nulls.replace("null", "'null'"))


def test_a_mart_lies_sorted_by_the_key_that_its_test_names(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    grain = {
        "name": "unique_key_supply",
        "resource_type": "test",
        "attached_node": "model.k.supply",
        "test_metadata": {"name": "unique_key", "kwargs": {"columns": ["unit", "places"]}},
        "depends_on": {"nodes": ["model.k.supply"]},
    }
    monkeypatch.setitem(NODES, "test.k.unique_key_supply", grain)
    left_by_dbt(settings)
    with duckdb.connect(settings.warehouse / versions.DATABASE) as warehouse:
        warehouse.execute(
            "create or replace table supply as select * from "
            "(values (1, 'b'), (3, 'a'), (2, 'b'), (0, 'c')) as t(places, unit)"
        )
    keep(settings, target(settings))
    publish(settings, "first")
    path = versions.parquet(versions.current(settings), "internal") / "supply.parquet"
    assert pq.read_table(path)["places"].to_pylist() == [3, 1, 2, 0]
    assert query(settings, "from supply")["places"].to_pylist() == [3, 1, 2, 0]


def test_a_content_hash_sees_every_column_whatever_columns_are_called(tmp_path: Path) -> None:
    """``metric_value`` has a column ``mart``: a name that SQL may take for the whole row."""
    hashes = set()
    with duckdb.connect() as database:
        for value in (217, 218):
            path = tmp_path / f"{value}.parquet"
            database.execute(
                f"copy (select 'vacancy' as mart, {value} as value) to '{path}' (format parquet)"
            )
            hashes.add(content_hash(database, path))
    assert len(hashes) == 2


def test_a_manifest_answers_where_from(settings: Settings) -> None:
    built(settings)
    manifest = publish(settings, "scheduled__2021-11-30")
    document = versions.manifest(versions.current(settings), "internal")
    assert document["run_id"] == "scheduled__2021-11-30"
    assert document["sources"] == [
        {
            "source": "wtg",
            "dataset": "stichtag",
            "period": "2021-08-15",
            "sha256": "abc",
            "figure_origin": "invented",
        }
    ]
    assert document["figure_origins"] == {"wtg": ["invented"]}
    assert [(mart.name, mart.rows, mart.newest) for mart in manifest.marts] == [
        ("supply", 2, None),
        ("vacancy", 1, "2021-08-15"),
    ]


def test_descriptions_reach_the_published_database(settings: Settings) -> None:
    built(settings)
    publish(settings, "first")
    comments = query(
        settings, "select comment from duckdb_columns() where column_name = 'vacant_places'"
    )
    assert comments["comment"].to_pylist() == ["Places not occupied."]


@pytest.mark.parametrize(
    ("meta", "told"),
    [
        ({}, "meta.audience is None"),
        ({"audience": "public", "public_where": "no_such_column = 1"}, "no_such_column"),
    ],
)
def test_a_mart_whose_rule_is_missing_or_broken_is_refused_and_its_neighbours_are_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, meta: dict[str, str], told: str
) -> None:
    supply = {**NODES["model.k.supply"], "config": {"meta": meta}}
    monkeypatch.setitem(NODES, "model.k.supply", supply)
    built(settings)
    manifest = publish(settings, "first")
    assert told in manifest.refused["supply"]
    assert manifest.faults == manifest.refused
    public = versions.parquet(versions.current(settings), "public")
    assert [path.name for path in public.iterdir()] == ["vacancy.parquet"]
    assert vacant(settings) == 217
    shown = query(settings, "select vacant_places from vacancy", "public")
    assert shown["vacant_places"].to_pylist() == [217]
    with pytest.raises(duckdb.Error, match="supply"):
        query(settings, "from supply", "public")


def test_killed_at_any_instant_of_something_new_readers_see_one_version(
    settings: Settings, tmp_path: Path
) -> None:
    """Each killed publishing has other numbers; a reader's process looks on all the while."""
    numbered(settings, 0)
    publish(settings, "before")
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", LOOKS_ON, str(settings.published), str(stop)]
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    kills = 0
    for number in range(1, 100):
        numbered(settings, number)
        ended = run_until(number, lambda: publish(settings, "killed"), settings.published)
        assert in_all_marts(settings) in ({number - 1}, {number})
        if ended == FINISHED:
            break
        kills += 1
        publish(settings, "the next")
        assert in_all_marts(settings) == {number}
        assert not list(settings.published.glob(".tmp-*"))
    stop.touch()
    looks, versions_seen, mixtures = json.loads(reader.communicate(timeout=30)[0])
    assert kills > 15
    assert mixtures == []
    assert looks >= versions_seen > 5


LOOKS_ON = """
import json, sys, time
from pathlib import Path
import duckdb
published, stop = map(Path, sys.argv[1:])
looks, seen, mixtures = 0, set(), []
while not stop.exists():
    version = (published / "current").resolve()
    try:
        with duckdb.connect(version / "internal" / "kreishaus.duckdb", read_only=True) as it:
            it.begin()
            numbers = set()
            for mart in ("vacancy", "staffing", "refugees", "vacancy_by_offer"):
                rows = it.execute(f"select number from internal.{mart}").fetchall()
                numbers |= {row[0] for row in rows}
    except duckdb.IOException:
        continue  # fourteen versions later: that one is gone
    time.sleep(0.2)
    looks += 1
    if len(numbers) != 1:
        mixtures.append(sorted(numbers))
    seen |= numbers
print(json.dumps([looks, len(seen), mixtures]))
"""


def in_all_marts(settings: Settings) -> set[int]:
    """The numbers in every mart of the current version, for both audiences, in both formats."""
    found = set()
    version = versions.current(settings)
    with duckdb.connect() as connection:
        for audience in versions.AUDIENCES:
            pattern = versions.parquet(version, audience) / "*.parquet"
            found |= set(connection.execute(f"select distinct number from '{pattern}'").fetchall())
            for mart in published_marts(version, audience):
                sql = f"select distinct number from {mart}"
                found |= {(n,) for n in query(settings, sql, audience)["number"].to_pylist()}
    return {number for (number,) in found}


def test_what_is_published_as_of_a_day_lies_aside_and_replaces_itself(settings: Settings) -> None:
    built(settings, 217)
    nightly = publish(settings, "night")
    back = settings_as_of(settings, AsOf("2021-11-30"))
    for _ in range(2):
        built(back, 215)
        manifest = publish(back, "by hand")
    assert (manifest.as_of, manifest.known_by) == ("2021-11-30", "retrieved")
    assert (vacant(settings), vacant(back)) == (217, 215)
    assert [path.name for path in versions.versions(back)] == [manifest.version]
    assert [path.name for path in versions.versions(settings)] == [nightly.version]
    assert versions.current(settings).name == nightly.version
    built(settings, 218)
    assert publish(settings, "next night").as_of is None
    assert (vacant(settings), vacant(back)) == (218, 215)


def test_a_mart_that_is_at_fault_as_of_a_day_does_not_show_todays_state(settings: Settings) -> None:
    built(settings, 217)
    publish(settings, "night")
    back = settings_as_of(settings, AsOf("2021-11-30"))
    built(back, 215, vacancy_adds_up="fail")
    assert publish(back, "by hand").missing == {"vacancy": "test vacancy_adds_up: as told"}


def test_a_reader_that_holds_an_old_version_is_not_disturbed(settings: Settings) -> None:
    few = settings.model_copy(update={"keep_versions": 1})
    built(few, 217)
    publish(few, "first")
    with duckdb.connect(
        versions.database(versions.current(few), "internal"), read_only=True
    ) as reader:
        built(few, 218)
        publish(few, "second")
        assert len(versions.versions(few)) == 1
        assert reader.execute("select vacant_places from internal.vacancy").fetchall() == [(217,)]
    assert vacant(few) == 218


def test_old_versions_are_pruned_but_never_the_current_one(settings: Settings) -> None:
    few = settings.model_copy(update={"keep_versions": 2})
    published = []
    for run in range(4):
        built(few, run)
        published.append(publish(few, str(run)).version)
    assert [path.name for path in versions.versions(few)] == published[-2:]
    assert versions.current(few).name == published[-1]


@pytest.mark.parametrize("content", ["", "{", "[]", "[" * 100_000])
@pytest.mark.parametrize("which", [0, 1])
def test_a_damaged_version_does_not_hold_up_the_next(
    settings: Settings, content: str, which: int
) -> None:
    """Whether it is the current one or an older one that is only looked at when versions go."""
    for number in (217, 218):
        built(settings, number)
        publish(settings, "night")
    (versions.versions(settings)[which] / versions.MARK).write_text(content)
    built(settings, 219)
    assert publish(settings, "next").faults == {}
    assert vacant(settings) == 219


def test_a_last_good_state_that_cannot_be_read_is_not_dropped(settings: Settings) -> None:
    built(settings)
    publish(settings, "first")
    (versions.current(settings) / "internal" / versions.MANIFEST).write_text("{")
    built(settings, 218, vacancy="error")
    with pytest.raises(BuildNotFinished, match=r"vacancy failed .* cannot be carried over"):
        publish(settings, "second")
    assert vacant(settings) == 217
    built(settings, 219)
    publish(settings, "third")
    assert vacant(settings) == 219


def test_a_copy_that_followed_the_link_is_refused_before_anything_is_written(
    settings: Settings, tmp_path: Path
) -> None:
    built(settings)
    publish(settings, "first")
    link = settings.published / versions.CURRENT
    version = link.resolve()
    link.unlink()
    shutil.copytree(version, link)
    built(settings, 218)
    with pytest.raises(NoLink, match=r"found a folder.* Move it out"):
        publish(settings, "second")
    assert vacant(settings) == 217
    assert [path.name for path in versions.versions(settings)] == [version.name]
    link.rename(tmp_path / "away")
    publish(settings, "third")
    assert vacant(settings) == 218


@pytest.mark.parametrize("target_of_link", ["20000101T000000.000000Z", "current", None])
def test_a_link_that_leads_to_no_version_is_named_and_set_by_the_next_publishing(
    settings: Settings, target_of_link: str | None
) -> None:
    built(settings)
    publish(settings, "first")
    link = settings.published / versions.CURRENT
    link.unlink()
    link.symlink_to(target_of_link) if target_of_link else link.write_text("no link")
    with pytest.raises(versions.NothingPublished, match=r"leads to no version.*kreishaus publish"):
        vacant(settings)
    publish(settings, "second")
    assert vacant(settings) == 217
