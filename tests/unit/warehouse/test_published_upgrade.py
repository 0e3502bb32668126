"""Versions that earlier code published: readers go on with them, and everybody sees no more."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from earlier_homes import as_before_halves, as_format_1
from kills import FINISHED, run_until
from marts_made import build_of
from typer.testing import CliRunner, Result

from kreishaus.folder_formats import WrongFormat, format_of, known
from kreishaus.settings import Settings
from operations.cli import app
from operations.maintenance import migrations
from warehouse import versions
from warehouse.as_of import AsOf, settings_as_of
from warehouse.builds import keep
from warehouse.export.write import write
from warehouse.manifest import content_hash, published_marts
from warehouse.origins import current_note, note_on
from warehouse.publish import publish
from warehouse.query import query

FILE = "ab" * 32
"""The hash of the one file in force, a workbook of the homes: see ``marts_made``."""
NAME = "wtg/stichtag 2021-08-15"
COUNTS = (217, 3, 41)
VACANCY = f"select unnest([1, 2, 3]) as line, unnest({list(COUNTS)}) as vacant_places"
PLACES = f"select 1 as line, 46 as places, '{FILE}' as source_sha256"


def built(settings: Settings) -> None:
    build_of(settings, {"vacancy_by_offer": (VACANCY, "internal"), "supply": (PLACES, "public")})


@pytest.fixture
def today(settings: Settings) -> Settings:
    built(settings)
    publish(settings, "first")
    return settings


def upgraded(settings: Settings) -> str:
    return "\n".join(migrations.upgrade(settings))


def rows(settings: Settings, sql: str, audience: versions.Audience) -> list[dict[str, Any]]:
    return query(settings, sql, audience).to_pylist()


def kreishaus(monkeypatch: pytest.MonkeyPatch, settings: Settings, *arguments: str) -> Result:
    monkeypatch.setenv("KREISHAUS_HOME", str(settings.home))
    return CliRunner().invoke(app, list(arguments))


def open_to_everybody(published: Path) -> dict[Path, bytes]:
    """Every file of the published folder that is not in a half of the county's own people."""
    return {
        path: path.read_bytes()
        for path in published.rglob("*")
        if path.is_file() and "internal" not in path.relative_to(published).parts
    }


def guessed(published: Path) -> set[tuple[int, ...]]:
    """What somebody works out who knows each count up to two, and hashes all that it can be."""
    told = b"\n".join(open_to_everybody(published).values())
    found = set()
    with duckdb.connect() as database:
        database.execute("set threads = 1")
        for counts in itertools.product(*(range(count - 2, count + 3) for count in COUNTS)):
            path = published.parent / "guess.parquet"
            sql = VACANCY.replace(str(list(COUNTS)), str(list(counts)))
            database.execute(f"copy ({sql}) to '{path}' (format parquet)")
            if content_hash(database, path).encode() in told:
                found.add(counts)
    return found


def test_nobody_guesses_exact_counts_by_their_hash(today: Settings) -> None:
    """125 guesses. The manifest of format 1 confirms one of them: the attack can succeed."""
    assert guessed(today.published) == set()
    as_format_1(today.home)
    assert guessed(today.published) == {COUNTS}
    upgraded(today)
    assert guessed(today.published) == set()


def test_nothing_that_everybody_can_open_speaks_of_the_other_half(today: Settings) -> None:
    internal = published_marts(versions.current(today), "internal")["vacancy_by_offer"]
    secrets = (internal.content_hash, internal.name, FILE, "first")
    for path, content in open_to_everybody(today.published).items():
        assert [one for one in secrets if one.encode() in content] == [], path
    assert set(versions.facts(versions.current(today))) == {
        *("version", "county_ags", "created_at", "code_version", "as_of", "known_by"),
        "figure_origins",
    }


def test_an_earlier_version_does_not_know_who_made_its_figures(today: Settings) -> None:
    assert note_on(versions.manifest(versions.current(today), "public")).short == "Beispieldaten."
    as_format_1(today.home)
    upgraded(today)
    version = versions.current(today)
    for audience in versions.AUDIENCES:
        assert versions.manifest(version, audience)["figure_origins"] == {"wtg": ["unknown"]}
    assert current_note(today).short == "Herkunft nicht bestätigt."


def test_an_error_message_may_quote_a_cell_and_stays_inside(
    today: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mart is kept from the version before: everybody learns that, and not why."""
    results = today.warehouse / "target" / "run_results.json"
    told = json.loads(results.read_text())
    for one in told["results"]:
        if one["unique_id"] == "model.k.supply":
            one.update(status="error", message="Could not convert '13 Bewohner' to INT")
    results.write_text(json.dumps(told))
    keep(today, today.warehouse / "target")
    before = versions.current(today).name
    publish(today, "second")
    version = versions.current(today)
    inside = published_marts(version, "internal")["supply"]
    outside = published_marts(version, "public")["supply"]
    assert (inside.kept_from, outside.kept_from) == (before, before)
    assert "13 Bewohner" in (inside.fault or "")
    assert outside.fault is None
    for path, content in open_to_everybody(today.published).items():
        assert b"13 Bewohner" not in content, path


def test_readers_of_an_earlier_home_go_on_with_their_version(
    today: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = {
        audience: published_marts(versions.current(today), audience)
        for audience in versions.AUDIENCES
    }
    name = versions.current(today).name
    as_format_1(today.home)
    assert (
        FILE.encode()
        in (
            versions.parquet(versions.current(today), "public").parent / "manifest.json"
        ).read_bytes()
    )
    with pytest.raises(WrongFormat, match="`kreishaus upgrade`"):
        known(today)
    check = kreishaus(monkeypatch, today, "upgrade", "--check")
    assert (check.exit_code, "format 1 -> 2" in " ".join(check.output.split())) == (1, True)
    assert format_of(today.published) == 1
    done = kreishaus(monkeypatch, today, "upgrade")
    assert (done.exit_code, name in done.output) == (0, True)
    assert kreishaus(monkeypatch, today, "upgrade", "--check").exit_code == 0
    assert versions.current(today).name == name
    for audience in versions.AUDIENCES:
        assert published_marts(versions.current(today), audience) == before[audience]
    assert rows(today, "from vacancy_by_offer", "internal") == [
        {"line": line, "vacant_places": count} for line, count in enumerate(COUNTS, start=1)
    ]
    assert rows(today, "from supply", "internal")[0]["source_sha256"] == FILE
    assert rows(today, "from supply", "public") == [
        {"line": 1, "places": 46, "source_sha256": NAME}
    ]
    for path, content in open_to_everybody(today.published).items():
        assert FILE.encode() not in content, path
    assert write(today, "supply", "public", tmp_path / "supply.xlsx").rows == 1


def test_earlier_versions_go_and_an_upgraded_one_goes_with_the_next(today: Settings) -> None:
    publish(today, "second")
    last = publish(today, "third").version
    as_format_1(today.home)
    assert "2 older ones removed" in upgraded(today)
    assert [path.name for path in versions.versions(today)] == [last]
    built(today)
    new = publish(today, "fourth").version
    assert [path.name for path in versions.versions(today)] == [new]
    newer = publish(today, "fifth").version
    assert [path.name for path in versions.versions(today)] == [new, newer]


def test_what_is_published_as_of_a_day_is_upgraded_too(today: Settings) -> None:
    back = settings_as_of(today, AsOf("2021-11-30"))
    built(back)
    publish(back, "by hand")
    as_format_1(today.home)
    assert "`kreishaus build --as-of ...`" in upgraded(today)
    assert rows(back, "from supply", "public")[0]["source_sha256"] == NAME
    assert rows(back, "select count(*) as n from vacancy_by_offer", "internal") == [{"n": 3}]


def test_a_home_from_before_there_was_a_public_half_shows_everybody_nothing(
    today: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_before_halves(today.home)
    refused = kreishaus(monkeypatch, today, "query", "from supply")
    assert (refused.exit_code, "`kreishaus upgrade`" in refused.output) == (1, True)
    upgraded(today)
    version = versions.current(today)
    assert sorted(path.name for path in version.iterdir()) == ["internal", "public", "version.json"]
    assert (version / "internal").stat().st_mode & 0o777 == 0o750
    assert rows(today, "from supply", "internal")[0]["places"] == 46
    assert published_marts(version, "internal")["supply"].columns["places"] == {
        "label_de": "",
        "description": "The places.",
    }
    assert published_marts(version, "public") == {}
    asked = kreishaus(monkeypatch, today, "export", "supply")
    assert "supply is not for everybody" in " ".join(asked.output.split())
    built(today)
    publish(today, "second")
    assert rows(today, "from supply", "public")[0]["places"] == 46


@pytest.mark.parametrize("each", [6, pytest.param(1, marks=pytest.mark.full)])
def test_killed_at_any_instant_the_next_upgrade_finishes_it(
    today: Settings, tmp_path: Path, each: int
) -> None:
    publish(today, "second")
    expected = {
        audience: published_marts(versions.current(today), audience)
        for audience in versions.AUDIENCES
    }
    name = versions.current(today).name
    as_format_1(today.home)
    kept = tmp_path / "kept"
    shutil.copytree(today.published, kept, symlinks=True)

    def check() -> None:
        """Half done it is refused, as before; done to its end nothing of the kill is left."""
        if format_of(today.published) == 1:
            with pytest.raises(WrongFormat):
                known(today)
        upgraded(today)
        assert versions.current(known(today)).name == name
        for audience in versions.AUDIENCES:
            assert published_marts(versions.current(today), audience) == expected[audience]
        assert rows(today, "from supply", "public")[0]["source_sha256"] == NAME
        shutil.rmtree(today.published)
        shutil.copytree(kept, today.published, symlinks=True)

    kills = 0
    while run_until(1 + kills * each, lambda: upgraded(today), today.published) != FINISHED:
        check()
        kills += 1
    assert kills * each > 20


def test_a_damaged_version_is_named_with_what_to_do(today: Settings) -> None:
    as_format_1(today.home)
    versions.database(versions.current(today), "internal").write_bytes(b"no database")
    with pytest.raises(WrongFormat, match=r"cannot be brought up to date .* move it out of"):
        upgraded(today)
    assert format_of(today.published) == 1


def test_a_manifest_of_brackets_is_named_with_what_to_do(today: Settings) -> None:
    as_format_1(today.home)
    (versions.current(today) / "manifest.json").write_text("[" * 100_000)
    with pytest.raises(WrongFormat, match=r"cannot be brought up to date .* move it out of"):
        upgraded(today)


def test_a_folder_of_somebodys_own_is_left_alone(today: Settings) -> None:
    as_format_1(today.home)
    own = today.published / "eigene Auswertung"
    own.mkdir()
    (own / "manifest.json").write_text("{}")
    (own / "Bericht.xlsx").write_bytes(b"precious")
    assert "eigene" not in upgraded(today)
    assert (own / "Bericht.xlsx").read_bytes() == b"precious"
    assert rows(today, "from supply", "public")[0]["places"] == 46


def test_the_same_bytes_in_two_datasets_are_protected_by_either() -> None:
    from warehouse.source_files import FileNames, for_everybody

    files = [
        {"source": "wtg", "dataset": "stichtag", "period": "2021-08-15", "sha256": FILE},
        {"source": "bamf", "dataset": "hkl", "period": "2021-09", "sha256": FILE},
        {"source": "bamf", "dataset": "hkl", "period": "2021-08", "sha256": "cd" * 32},
    ]
    names = FileNames(files, frozenset({"bamf/hkl"}))
    unknown = hashlib.sha256(b"of no file in force").hexdigest()
    assert names.in_text(f"{FILE}, {'cd' * 32}, {unknown}") == f"{NAME}, {'cd' * 32}, ?"
    assert [file.get("sha256") for file in for_everybody(files, frozenset({"bamf/hkl"}))] == [
        None,
        None,
        "cd" * 32,
    ]
