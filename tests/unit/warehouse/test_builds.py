"""What is kept of a build, and what is refused because it is not that build's any more."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from kills import each_kill
from vacancy_made import NODES, built, left_by_dbt, vacant

from kreishaus.settings import Settings
from warehouse import versions
from warehouse.build import build, target
from warehouse.builds import (
    KEPT,
    BuildNotFinished,
    WarehouseChanged,
    builds,
    failed_nodes,
    keep,
    last,
    mark,
)
from warehouse.publish import publish
from warehouse.versions import new_name


def test_what_dbt_writes_into_its_folder_afterwards_changes_nothing(settings: Settings) -> None:
    """``dbt parse`` writes a manifest without compiled SQL, another command its own results."""
    built(settings)
    (target(settings) / "manifest.json").write_text(json.dumps({"nodes": {}}))
    (target(settings) / "run_results.json").write_text(json.dumps({"results": []}))
    manifest = publish(settings, "night")
    assert [mart.name for mart in manifest.marts] == ["supply", "vacancy"]
    assert [mart.name for mart in manifest.public] == ["supply", "vacancy"]
    shutil.rmtree(target(settings))
    assert publish(settings, "again").faults == {}


def test_rows_that_were_changed_after_the_build_are_not_published(settings: Settings) -> None:
    built(settings, 217)
    publish(settings, "first")
    with duckdb.connect(settings.warehouse / versions.DATABASE) as by_hand:
        by_hand.execute("update vacancy set vacant_places = 999")
    with pytest.raises(WarehouseChanged, match=r"dbt run by hand.*kreishaus build"):
        publish(settings, "second")
    assert vacant(settings) == 217
    assert len(versions.versions(settings)) == 1


def test_rows_that_no_checkpoint_has_reached_are_seen_too(settings: Settings) -> None:
    """A killed writer leaves a write-ahead log: the file itself is as it was."""
    built(settings, 217)
    database = settings.warehouse / versions.DATABASE
    before = mark(database)
    with duckdb.connect(database) as by_hand:
        by_hand.execute("set checkpoint_threshold = '1TB'")
        by_hand.execute("update vacancy set vacant_places = 999")
        log = database.with_name("kreishaus.duckdb.wal")
        copy = shutil.copyfile(database, settings.home / "copy.duckdb")
        assert log.exists()
        shutil.copyfile(log, settings.home / "copy.duckdb.wal")
    shutil.copyfile(copy, database)
    assert mark(database) == before
    shutil.copyfile(settings.home / "copy.duckdb.wal", log)
    with pytest.raises(WarehouseChanged):
        publish(settings, "second")


def test_a_copy_of_a_home_is_published_and_a_reader_changes_nothing(settings: Settings) -> None:
    built(settings, 217)
    other = settings.model_copy(update={"home": settings.home.with_name("copy")})
    for path in settings.home.rglob("*"):
        copy = other.home / path.relative_to(settings.home)
        if path.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)  # another time stamp, another place
    with duckdb.connect(other.warehouse / versions.DATABASE) as reader:  # open for writing
        assert reader.execute("select count(*) from vacancy").fetchone() == (1,)
    assert publish(other, "there").faults == {}
    assert vacant(other) == 217


def test_another_homes_database_is_no_build_of_ours(settings: Settings) -> None:
    other = settings.model_copy(update={"home": settings.home.with_name("other")})
    built(settings, 217)
    built(other, 300)
    shutil.copyfile(other.warehouse / versions.DATABASE, settings.warehouse / versions.DATABASE)
    with pytest.raises(BuildNotFinished):
        publish(settings, "mixed")


def test_a_home_of_a_release_that_kept_no_builds_says_build_first(settings: Settings) -> None:
    left_by_dbt(settings)
    with pytest.raises(BuildNotFinished, match="Run `kreishaus build`"):
        publish(settings, "first")
    with pytest.raises(BuildNotFinished, match="Run `kreishaus build`"):
        last(settings)
    assert failed_nodes(settings) == ()


def test_killed_while_it_is_kept_a_build_is_published_whole_or_not_at_all(
    settings: Settings,
) -> None:
    built(settings, 217)
    publish(settings, "before")
    left_by_dbt(settings, 218)
    refused = 0

    def check() -> None:
        nonlocal refused
        try:
            publish(settings, "after")
        except BuildNotFinished:
            refused += 1
            assert vacant(settings) == 217
        else:
            assert vacant(settings) == 218

    kills = each_kill(lambda: keep(settings, target(settings)), builds(settings), check)
    assert kills >= 4
    assert refused >= 4
    assert publish(settings, "at last").faults == {}
    assert vacant(settings) == 218


def test_a_version_names_the_files_its_rows_came_from_whatever_came_since(
    settings: Settings,
) -> None:
    """The list of files in force is a view over what ``prepare`` writes: the next may have."""
    left_by_dbt(settings)
    with duckdb.connect(settings.warehouse / versions.DATABASE) as warehouse:
        warehouse.execute("drop table stg_kreishaus__batches_in_force")
        columns = "source,dataset,period,source_sha256,figure_origin"
        listed = settings.warehouse / "batches.csv"
        rows = f"read_csv('{listed}', all_varchar = true)"
        listed.write_text(f"{columns}\nwtg,stichtag,2021-08-15,abc,official\n")
        warehouse.execute(f"create view stg_kreishaus__batches_in_force as from {rows}")
    keep(settings, target(settings))
    listed.write_text(f"{columns}\nwtg,stichtag,2021-11-15,def,unknown\n")
    published = publish(settings, "night")
    assert published.sources == (
        {
            "source": "wtg",
            "dataset": "stichtag",
            "period": "2021-08-15",
            "sha256": "abc",
            "figure_origin": "official",
        },
    )
    assert published.figure_origins == {"wtg": ["official"]}


def test_a_few_builds_are_kept(settings: Settings) -> None:
    for vacancies in range(KEPT + 2):
        built(settings, vacancies)
    assert len(list(builds(settings).iterdir())) == KEPT
    publish(settings, "night")
    assert vacant(settings) == KEPT + 1


def test_another_dbt_in_the_folder_of_the_build_is_found_out(settings: Settings) -> None:
    left_by_dbt(settings)
    parsed = {"nodes": NODES, "metadata": {"invocation_id": "parse"}}
    (target(settings) / "manifest.json").write_text(json.dumps(parsed))
    with pytest.raises(BuildNotFinished, match="another dbt command"):
        keep(settings, target(settings))


def test_failed_nodes_are_those_of_the_build(settings: Settings) -> None:
    built(settings, vacancy_adds_up="fail", supply="error", vacancy_knows_supply="skipped")
    assert set(failed_nodes(settings)) == {"test.k.vacancy_adds_up", "model.k.supply"}


NOON = datetime(2026, 11, 29, 12, 0, 0, 5, UTC)


@pytest.mark.parametrize(
    ("existing", "name"),
    [
        ([], "20261129T120000.000005Z"),
        (["20261128T120000.000000Z", "current", "as_of"], "20261129T120000.000005Z"),
        (["20261129T120000.000005Z"], "20261129T120000.000006Z"),
        (["20270101T235959.999999Z", "20261129T120000.000005Z"], "20270102T000000.000000Z"),
    ],
)
def test_a_new_name_sorts_after_all_there_are(existing: list[str], name: str) -> None:
    assert new_name(existing, NOON) == name


def test_a_clock_set_back_brings_no_older_version(settings: Settings) -> None:
    few = settings.model_copy(update={"keep_versions": 2})
    built(few, 217)
    publish(few, "in the future", now=datetime(2099, 1, 1, tzinfo=UTC))
    names = []
    for vacancies in (218, 219, 220):
        built(few, vacancies)
        names.append(publish(few, "clock set back", now=NOON).version)
        assert vacant(few) == vacancies
    assert [path.name for path in versions.versions(few)] == names[-2:]
    assert names == sorted(names)
    assert versions.facts(versions.current(few))["created_at"] == NOON.isoformat()


def test_a_build_after_the_clock_was_set_back_is_the_last_one(settings: Settings) -> None:
    left_by_dbt(settings, 217)
    keep(settings, target(settings), now=datetime(2099, 1, 1, tzinfo=UTC))
    left_by_dbt(settings, 218)
    kept = keep(settings, target(settings), now=NOON)
    assert kept is not None
    assert last(settings).name == kept.name
    publish(settings, "night")
    assert vacant(settings) == 218


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("name", ["build.json", "manifest.json", "run_results.json"])
@pytest.mark.parametrize("how", [cut, Path.unlink, lambda path: path.write_text("[]")])
def test_a_damaged_record_of_a_build_is_refused_in_a_sentence(
    settings: Settings, name: str, how: Callable[[Path], None]
) -> None:
    built(settings, 217)
    publish(settings, "first")
    built(settings, 218)
    how(last(settings).folder / name)
    with pytest.raises(BuildNotFinished, match=r"readers keep .* Run `kreishaus build`"):
        publish(settings, "second")
    assert vacant(settings) == 217
    assert failed_nodes(settings) == ()
    built(settings, 219)
    publish(settings, "third")
    assert vacant(settings) == 219


def test_the_record_of_another_build_is_not_taken_for_this_ones(settings: Settings) -> None:
    built(settings, 217)
    publish(settings, "first")
    built(settings, 218)
    first, second = sorted(builds(settings).iterdir())
    shutil.rmtree(second)
    first.rename(second)
    with pytest.raises(BuildNotFinished, match=f"it is that of build {first.name}"):
        publish(settings, "second")
    assert vacant(settings) == 217


@pytest.mark.parametrize("left", [0, 5_000, 12_288, 0.5])
def test_a_warehouse_that_was_cut_off_is_refused_with_what_to_do(
    settings: Settings, left: float
) -> None:
    """By publishing and by the next build alike, which could not open it either."""
    built(settings, 217)
    publish(settings, "first")
    built(settings, 218)
    database = settings.warehouse / versions.DATABASE
    size = database.stat().st_size
    os.truncate(database, int(left * size if left < 1 else left))
    with pytest.raises(BuildNotFinished, match=r"damaged. Move it away, and `kreishaus build`"):
        publish(settings, "second")
    assert vacant(settings) == 217
    assert [path.name for path in settings.published.glob(".tmp-*")] == []
    database.unlink()
    built(settings, 219)
    publish(settings, "third")
    assert vacant(settings) == 219


def test_a_build_says_that_the_warehouse_is_damaged_before_dbt_begins(settings: Settings) -> None:
    built(settings)
    (settings.warehouse / versions.DATABASE).write_bytes(b"x" * 50_000)
    with pytest.raises(BuildNotFinished, match=r"damaged. Move it away"):
        build(settings)


def test_a_build_says_that_another_program_has_the_warehouse_open(settings: Settings) -> None:
    built(settings)
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    command = [sys.executable, "-c", script, str(settings.warehouse / versions.DATABASE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(BuildNotFinished, match=r"another program has it open. End it"):
            build(settings)
        other.kill()


def test_a_dbt_that_is_ended_from_outside_is_told_in_a_sentence(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = tmp_path / "ended.py"
    ended.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    monkeypatch.setattr("warehouse.build.ENDS_WITH_PARENT", ended)
    monkeypatch.setattr("warehouse.build.lay_ready", lambda *_, **__: None)
    result = build(settings)
    assert (result.exit_code, result.record) == (-9, None)
    assert "signal 9" in result.output
    assert "Run kreishaus build again" in result.output
