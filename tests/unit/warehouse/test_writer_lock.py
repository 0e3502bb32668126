"""One writer at a time, with real processes that are killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from kreishaus.settings import REPOSITORY, Settings
from warehouse.build import ENDS_WITH_PARENT, prepare
from warehouse.publish import publish
from warehouse.writer_lock import NAME, WarehouseBusy, writing

HOLDS = """
import subprocess, sys, time
from pathlib import Path
from kreishaus.settings import Settings
from warehouse.writer_lock import writing

with writing(Settings(home=Path(sys.argv[1])), "build") as lock:
    child = subprocess.Popen(["sleep", "300"], pass_fds=(lock.descriptor,))
    lock.note(child.pid)
    print(child.pid, flush=True)
    child.wait()
"""


def holder(settings: Settings) -> tuple[subprocess.Popen[str], psutil.Process]:
    """A process that holds the lock, and its child that inherited it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(settings.home)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, psutil.Process(int(process.stdout.readline()))


def ended(process: subprocess.Popen[str], child: psutil.Process) -> None:
    process.kill()
    with suppress(psutil.NoSuchProcess):
        child.kill()  # it holds the other end of the pipe, too
    process.communicate()


def test_a_second_writer_is_refused_and_told_who_is_at_work(settings: Settings) -> None:
    process, child = holder(settings)
    try:
        for action in (lambda: prepare(settings), lambda: publish(settings, "night")):
            with pytest.raises(WarehouseBusy, match=f"kreishaus build, process {process.pid} on"):
                action()
        assert child.is_running()
    finally:
        ended(process, child)


def test_the_orphan_of_a_killed_build_is_ended_by_the_next(settings: Settings) -> None:
    process, child = holder(settings)
    try:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert child.is_running()
        with writing(settings, "build"):
            assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    finally:
        ended(process, child)


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said | {"host": "another-container"},
        lambda said: said | {"child": said["child"] | {"started": "1"}},
    ],
    ids=["on another host", "a later process of the same pid"],
)
def test_nothing_is_ended_that_is_not_proved_to_be_the_orphan(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[dict[str, object]], dict[str, object]],
) -> None:
    monkeypatch.setattr("warehouse.writer_lock.DIES_WITHIN_SECONDS", 0.5)
    process, child = holder(settings)
    try:
        process.send_signal(signal.SIGKILL)
        process.wait()
        file = settings.warehouse / NAME
        file.write_text(json.dumps(change(json.loads(file.read_text()))))
        with pytest.raises(WarehouseBusy), writing(settings, "build"):
            pass
        assert child.is_running()
    finally:
        ended(process, child)


def test_who_has_patience_comes_next(settings: Settings) -> None:
    process, child = holder(settings)
    try:
        began = time.monotonic()
        subprocess.Popen(["sh", "-c", f"sleep 1; kill {child.pid}"])
        with writing(settings, "publish", patience_seconds=30):
            assert 0.5 < time.monotonic() - began < 20
    finally:
        ended(process, child)


def test_a_lock_that_nobody_holds_keeps_nobody_out(settings: Settings) -> None:
    with writing(settings, "build"):
        pass
    (settings.warehouse / NAME).write_text("{half a lin")
    with writing(settings, "build"):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_program_ends_with_its_parent_however_that_one_is_ended() -> None:
    start = (
        "import os, subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-I', '-S', {str(ENDS_WITH_PARENT)!r}, "
        "str(os.getpid()), '/bin/sleep', '300'])\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    until(lambda: child.name() == "sleep")
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_build_by_hand_beside_another_ends_with_status_3(settings: Settings) -> None:
    process, child = holder(settings)
    try:
        for command in ("build", "publish"):
            done = subprocess.run(
                [Path(sys.executable).with_name("kreishaus"), command],
                env={**os.environ, "KREISHAUS_HOME": str(settings.home)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 3
            assert f"is in use: kreishaus build, process {process.pid}" in done.stderr
            assert "Traceback" not in done.stderr
    finally:
        ended(process, child)
