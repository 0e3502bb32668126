"""Publishing on a disk that is full, a real one: a file system of a few MiB in memory."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from marts_made import build_of
from vacancy_made import built, vacant

from kreishaus.settings import REPOSITORY, Settings
from warehouse import room, versions
from warehouse.manifest import published_marts
from warehouse.publish import publish

ONE_MART = {"large": "select range as line, hash(range) as number from range({rows})"}


def test_room_is_looked_for_before_anything_is_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(settings, 217)
    publish(settings, "first")
    built(settings, 218)
    monkeypatch.setattr(room, "free_bytes", lambda _: 10 * 2**20)
    with pytest.raises(room.NoRoom) as refusal:
        publish(settings, "second")
    said = str(refusal.value)
    assert said.startswith(f"{settings.published}: about ")
    assert "10 MiB are free; publishing was not begun" in said
    assert vacant(settings) == 217
    left = {path.name for path in settings.published.iterdir()}
    assert left == {"current", "format.json", versions.current(settings).name}


def test_what_a_killed_publishing_left_is_removed_by_the_next(settings: Settings) -> None:
    built(settings)
    settings.published.mkdir()
    (settings.published / ".tmp-killed" / "internal").mkdir(parents=True)
    (settings.published / ".tmp-link").symlink_to("nowhere")
    publish(settings, "next")
    assert not list(settings.published.glob(".tmp-*"))


def test_an_error_that_is_no_full_disk_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), room.said(tmp_path, 0, "publishing"):
        raise PermissionError(13, "Permission denied")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on which a child process may mount a small disk, seen by that process alone."""
    folder = tmp_path / "small"
    folder.mkdir()
    trial = ["unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("unshare") is None or subprocess.run(trial, capture_output=True).returncode:
        pytest.skip("a small disk needs root and Linux's mount namespaces")
    yield folder


@pytest.mark.parametrize("megabytes", [4, 6, 8])
def test_a_disk_that_fills_up_leaves_readers_the_last_version(
    small_disk: Path, megabytes: int
) -> None:
    """Wherever in publishing it fills up; with room again the next publishing succeeds."""
    program = f"{sys.executable} {__file__} {small_disk}"
    mount = f"mount -t tmpfs -o size={megabytes}m tmpfs {small_disk}"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f"{mount} && exec {program}"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["refused"].startswith(f"{small_disk.with_name('home')}/published: more than ")
    assert "publishing was stopped" in seen["refused"]
    assert seen["versions"] == seen["before"]
    assert seen["left"] == []
    assert seen["rows"] == 1000
    assert seen["rows_with_room"] == 2000


def publish_until_full(disk: Path) -> None:
    """On the disk: a small version, then one that is too large, then a small one again.

    The warehouse lies elsewhere; what it takes is not the question here. The size of the last
    version says nothing of the next one, so the disk really fills up.
    """
    settings = Settings(home=disk.with_name("home"))
    settings.home.mkdir()
    settings.published.symlink_to(disk / "published")
    (disk / "published").mkdir()
    room.SPARE_BYTES = 0
    settings = settings.model_copy(update={"keep_versions": 1})

    def of(rows: int) -> None:
        build_of(settings, {"large": (ONE_MART["large"].format(rows=rows), "public")})

    of(1000)
    publish(settings, "small")
    before = [path.name for path in versions.versions(settings)]
    of(300_000)
    try:
        publish(settings, "too large")
        refused = ""
    except room.NoRoom as error:
        refused = str(error)
    seen = {
        "refused": refused,
        "before": before,
        "versions": [path.name for path in versions.versions(settings)],
        "left": [path.name for path in (disk / "published").glob(".tmp-*")],
        "rows": published_rows(settings),
    }
    of(2000)
    publish(settings, "small again")
    seen["rows_with_room"] = published_rows(settings)
    print(json.dumps(seen))


def published_rows(settings: Settings) -> int:
    (mart,) = published_marts(versions.current(settings), "internal").values()
    return mart.rows


if __name__ == "__main__":
    publish_until_full(Path(sys.argv[1]))
