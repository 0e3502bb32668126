"""Other users of the machine open the public half, and nothing besides: at any instant."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from other_user import become_nobody, everything_in, opened_by_another, reachable_folder
from small_home import quarantined, staged
from vacancy_made import built

from catalogue import site
from expectations.data_docs import build as data_docs
from kreishaus.files import append_line, make_folder, write_atomically, write_secret, write_synced
from kreishaus.rights import Access, access, prepare_home, repair_modes, wrong_rights
from kreishaus.settings import Backups, Settings
from warehouse.as_of import AsOf, settings_as_of
from warehouse.database import connect
from warehouse.publish import publish

AT = datetime(2021, 10, 15, 1, 50, tzinfo=UTC)
another_user = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def installation(settings: Settings) -> Iterator[Settings]:
    """An installation in a folder that other users reach, made while the umask closes nothing."""
    os.umask(0)
    with reachable_folder() as folder:
        yield settings.model_copy(update={"home": folder / "deep" / "var"})


def lived_in(installation: Settings) -> None:
    """Something on each floor, twice published, once as of an earlier day."""
    prepare_home(installation)
    staged(installation, b"%PDF-1.4 good", AT)
    quarantined(installation, b"%PDF-1.4 bad", AT, label="2021-08")
    for moment in (AT, AT.replace(hour=3)):
        built(installation)
        publish(installation, "night", moment)
    then = settings_as_of(installation, AsOf.parse("2021-09-30"))
    built(then)
    publish(then, "night")
    write_atomically(
        installation.home / "reports" / "wtg" / "2020-12-31" / "report.pdf", b"%PDF-1.7"
    )
    write_secret(installation.home / "readers" / "excel.password", b"secret")
    append_line(installation.home / "alerts" / "sent.jsonl", "{}")
    write_synced(installation.home / "run.lock", b"{}")


def is_public(path: Path, home: Path) -> bool:
    """Whether everybody may open what lies there: by its real name, since a link is a way."""
    parts = path.resolve().relative_to(home.resolve()).parts
    return access(parts) in (Access.public, Access.listed)


@another_user
def test_another_user_opens_the_public_half_and_nothing_besides(installation: Settings) -> None:
    lived_in(installation)
    known = everything_in(installation.home)
    opened = opened_by_another(known)
    assert opened == {path for path in known if is_public(path, installation.home)}
    through_the_link = installation.published / "current" / "public" / "parquet" / "vacancy.parquet"
    assert through_the_link in opened_by_another([through_the_link])
    names = {path.relative_to(installation.home).parts[:1] for path in opened}
    assert names == {("published",), ("county.json",)}


@another_user
def test_no_instant_of_a_night_is_open_to_who_looks_all_the_time(installation: Settings) -> None:
    """Another process of another user tries each name it may know, from before there is a home."""
    found = installation.home.parent.parent / "found"
    found.mkdir()
    found.chmod(0o777)
    watcher = os.fork()
    if watcher == 0:
        become_nobody()
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        while True:
            for path in _within_reach(installation.home):
                (found / str(path).replace("/", "#")).touch()
    try:
        lived_in(installation)
        time.sleep(0.05)
    finally:
        os.kill(watcher, signal.SIGTERM)
        os.waitpid(watcher, 0)
    seen = {Path(path.name.replace("#", "/")) for path in found.iterdir()}
    assert any(path.match("public/parquet/vacancy.parquet") for path in seen)
    wrong = [
        path
        for path in seen
        if "public" not in path.relative_to(installation.home).parts
        and path.name not in ("version.json", "county.json")
    ]
    listed = [
        path
        for path in wrong
        if path.parent == installation.published or path == installation.published
    ]
    assert sorted(wrong) == sorted(listed)


FLOORS = ("landing", "staged", "quarantine", "warehouse", "published", "reports", "readers", "docs")


def _within_reach(home: Path) -> Iterator[Path]:
    """What the one who looks can list or open just now."""
    waiting = [home, *(home / name for name in FLOORS)]
    while waiting:
        path = waiting.pop()
        try:
            if path.is_dir():
                waiting += list(path.iterdir())
                yield path
            else:
                path.open("rb").close()
                yield path
        except OSError:
            continue


def test_what_is_made_is_neither_the_groups_to_write_nor_open(installation: Settings) -> None:
    lived_in(installation)
    too_much = {
        str(path.relative_to(installation.home)): oct(mode)
        for path in everything_in(installation.home)
        if not path.is_symlink()
        and (mode := stat.S_IMODE(path.stat().st_mode))
        & (0o022 if _opened(path, installation) else 0o027)
    }
    assert too_much == {}
    assert list(wrong_rights(installation, at_most=10_000)) == []


def _opened(path: Path, installation: Settings) -> bool:
    parts = path.relative_to(installation.home).parts
    return access(parts) in (Access.public, Access.listed, Access.passage)


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o077, 0o777 & ~0o700])
def test_files_are_closed_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    os.umask(umask)
    write_atomically(tmp_path / "a" / "b" / "file", b"x")
    append_line(tmp_path / "c" / "lines", "x")
    write_secret(tmp_path / "d" / "secret", b"x")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert {name: mode & 0o027 for name, mode in modes.items()} == dict.fromkeys(modes, 0)
    assert modes["secret"] == 0o600
    if not umask & 0o050:
        assert modes["file"] == 0o640
        assert modes["a"] == modes["b"] == 0o750


def test_a_file_that_was_open_is_closed_when_it_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "sightings.jsonl"
    path.touch()
    path.chmod(0o666)
    append_line(path, "x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_library_writes_closed_files_once_a_home_is_prepared(installation: Settings) -> None:
    os.umask(0)
    prepare_home(installation)
    with connect(installation, installation.warehouse / "kreishaus.duckdb") as database:
        database.execute(
            f"copy (select 1 as x) to '{installation.warehouse}/x.parquet' (format parquet)"
        )
    modes = {path.name: path.stat().st_mode & 0o777 for path in installation.warehouse.iterdir()}
    assert modes == {"kreishaus.duckdb": 0o640, "x.parquet": 0o640}


def test_pages_on_checks_are_closed_file_by_file(installation: Settings) -> None:
    data_docs(installation)  # a task of its own, in a process that has prepared nothing
    site = (installation.home / "docs" / "quality").resolve()
    files = [path for path in site.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"style.css", "index.html"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o640}


def test_a_stricter_umask_stays(installation: Settings) -> None:
    os.umask(0o077)
    prepare_home(installation)
    assert os.umask(0) == 0o077


def test_the_way_to_a_deep_home_is_open_and_the_home_cannot_be_listed(
    installation: Settings,
) -> None:
    os.umask(0o077)
    prepare_home(installation)
    assert stat.S_IMODE(installation.home.parent.stat().st_mode) == 0o755
    assert stat.S_IMODE(installation.home.stat().st_mode) & 0o007 == 0o001


@another_user
def test_a_home_folder_of_looser_days_is_repaired_and_then_left_alone(
    installation: Settings,
) -> None:
    lived_in(installation)
    for path in everything_in(installation.home):
        if not path.is_symlink():
            path.chmod(0o777 if path.is_dir() else 0o666)
    assert installation.landing in opened_by_another([installation.landing])
    wrong = {one.path for one in wrong_rights(installation, at_most=10_000)}
    assert {installation.landing, installation.home / "readers" / "excel.password"} <= wrong
    first = repair_modes(installation)
    assert (first.changed > 50, first.left) == (True, ())
    known = everything_in(installation.home)
    assert opened_by_another(known) == {
        path for path in known if is_public(path, installation.home)
    }
    assert repair_modes(installation).changed == 0
    assert list(wrong_rights(installation, at_most=10_000)) == []
    password = installation.home / "readers" / "excel.password"
    assert stat.S_IMODE(password.stat().st_mode) == 0o600
    assert stat.S_IMODE(installation.home.joinpath("readers").stat().st_mode) == 0o700


@another_user
def test_a_home_folder_of_stricter_days_lets_readers_through(installation: Settings) -> None:
    lived_in(installation)
    for path in everything_in(installation.home):
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)
    mart = installation.published / "current" / "public" / "parquet" / "vacancy.parquet"
    assert opened_by_another([mart]) == set()
    repair_modes(installation)
    assert opened_by_another([mart]) == {mart}
    known = everything_in(installation.home)
    assert opened_by_another(known) == {
        path for path in known if is_public(path, installation.home)
    }


@another_user
def test_the_next_step_closes_the_doors_of_a_looser_home_folder(installation: Settings) -> None:
    """What is behind them may be open: nobody reaches it."""
    lived_in(installation)
    for path in everything_in(installation.home):
        if not path.is_symlink():
            path.chmod(0o777 if path.is_dir() else 0o666)
    prepare_home(installation)
    known = everything_in(installation.home)
    assert opened_by_another(known) == {
        path for path in known if is_public(path, installation.home)
    }


def test_a_link_is_never_followed_out_of_the_home_folder(
    installation: Settings, tmp_path: Path
) -> None:
    lived_in(installation)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").touch()
    for path in (outside, outside / "file"):
        path.chmod(0o777)
    (installation.landing / "way").symlink_to(outside)
    (installation.published / "current" / "public" / "way").symlink_to(outside / "file")
    (installation.published / "20991231T000000.000000Z").symlink_to(outside)
    repair_modes(installation)
    assert [stat.S_IMODE(p.stat().st_mode) for p in (outside, outside / "file")] == [0o777, 0o777]


def test_doors_count_among_what_a_repair_changed(installation: Settings) -> None:
    prepare_home(installation)
    make_folder(installation.landing)
    installation.landing.chmod(0o755)
    assert repair_modes(installation).changed == 1


def test_a_home_that_is_a_link_is_closed_where_it_leads(
    installation: Settings, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    (disk / "landing").mkdir(parents=True)
    for path in (disk, disk / "landing"):
        path.chmod(0o777)
    installation.home.parent.mkdir(parents=True)
    installation.home.symlink_to(disk)
    repair_modes(installation)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (disk, disk / "landing")]
    assert modes == [0o751, 0o750]


def test_a_floor_on_another_disk_is_closed_too(installation: Settings, tmp_path: Path) -> None:
    prepare_home(installation)
    disk = tmp_path / "disk"
    (disk / "bamf").mkdir(parents=True)
    for path in (disk, disk / "bamf"):
        path.chmod(0o777)
    installation.landing.symlink_to(disk)
    prepare_home(installation)
    assert stat.S_IMODE(disk.stat().st_mode) == 0o750
    repair_modes(installation)
    assert stat.S_IMODE((disk / "bamf").stat().st_mode) == 0o750


@another_user
def test_what_belongs_to_somebody_else_is_named_and_not_looked_into(installation: Settings) -> None:
    lived_in(installation)
    strange = installation.landing / "strange"
    make_folder(strange / "within")
    (strange / "within").chmod(0o777)
    os.chown(strange, 4711, 4711)
    (installation.home / "landing" / "file").touch()
    os.chown(installation.home / "landing" / "file", 4711, 4711)
    repaired = repair_modes(installation)
    assert set(repaired.left) == {strange, installation.landing / "file"}
    assert stat.S_IMODE((strange / "within").stat().st_mode) == 0o777
    assert [wrong.path for wrong in wrong_rights(installation, 10_000) if not wrong.ours] != []


def test_a_public_mart_that_shows_all_stays_open_under_both_its_names(
    installation: Settings,
) -> None:
    lived_in(installation)
    folder = (installation.published / "current").resolve()
    exact = folder / "internal" / "parquet" / "vacancy.parquet"
    (folder / "public" / "parquet" / "twin.parquet").hardlink_to(exact)
    repair_modes(installation)
    assert stat.S_IMODE(exact.stat().st_mode) & 0o044 == 0o044
    assert repair_modes(installation).changed == 0


def test_the_folder_of_backups_is_closed_to_all_others(
    installation: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    folder.chmod(0o755)
    kept = installation.model_copy(update={"backup": Backups(folder=folder)})
    assert repair_modes(kept).left == ()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    away = installation.model_copy(update={"backup": Backups(folder=tmp_path / "away")})
    assert repair_modes(away).left == ()


@another_user
def test_the_public_site_is_open_and_the_countys_own_is_not(
    installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived_in(installation)
    monkeypatch.setattr(site, "gather", lambda *_: None)
    monkeypatch.setattr(site, "_write_data", lambda *_: {})
    monkeypatch.setattr(site, "_take_over", lambda *_: None)

    def page(_settings: Settings, _inventory: object, work: Path, *_: object) -> None:
        write_synced(work / "index.html", work.parent.name.encode())

    monkeypatch.setattr(site, "_write_pages", page)
    site.write_sites(installation)
    docs = installation.home / "docs"
    assert opened_by_another([docs / "site" / "index.html"]) == {docs / "site" / "index.html"}
    known = everything_in(docs)
    assert {path.name for path in opened_by_another(known)} <= {
        path.name for path in known if "internal" not in path.name
    }
    assert opened_by_another([docs, docs / "site-internal" / "index.html"]) == set()


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("published/20211015T015000.000000Z/public/parquet/x.parquet", Access.public),
        ("published/20211015T015000.000000Z/internal/parquet/x.parquet", Access.closed),
        ("published/20211015T015000.000000Z/version.json", Access.public),
        ("published/20211015T015000.000000Z/internal/manifest.json", Access.closed),
        ("published/format.json", Access.closed),
        ("published/.tmp-0a1b/public/parquet/x.parquet", Access.closed),
        ("published/as_of/2021-09-30/20211015T015000.000000Z/public/x", Access.closed),
        ("docs/site-0a1b2c/index.html", Access.public),
        ("docs/site-internal-0a1b2c/index.html", Access.closed),
        ("docs/quality-0a1b2c/index.html", Access.closed),
        ("reports/wtg/2020-12-31/report.pdf", Access.closed),
        ("airflow/airflow.db", Access.closed),
        ("airflow/passwords.json", Access.secret),
        ("something/new", Access.closed),
    ],
)
def test_what_is_not_named_as_public_is_closed(path: str, who: Access) -> None:
    assert access(tuple(path.split("/"))) is who
