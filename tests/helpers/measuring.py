"""What an action costs in a process of its own: bytes, files, processor time, memory."""

from __future__ import annotations

import gc
import json
import os
import re
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any


@dataclass(frozen=True)
class Cost:
    """``bytes_read`` by any call that reads from a file, ``peak_kib`` beyond what was held."""

    bytes_read: int
    opened: int
    cpu_seconds: float
    peak_kib: int


def cost_of(action: Callable[[], object], root: Path) -> Cost:
    """Run ``action`` in a forked child. Counts the files under ``root`` that Python opens there.

    Raises ``RuntimeError`` when the action fails.
    """
    return Cost(**_in_child(lambda: asdict(_measured(action, root))))


def calls_of(action: Callable[[], object]) -> int:
    """How many functions the main thread calls in ``action``, C's too: equal in each run.

    A measure of the work that no other process disturbs. Raises ``RuntimeError`` when it fails.
    """
    return int(_in_child(lambda: {"calls": _counted(action)})["calls"])


def _in_child(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        failed = 1
        try:
            os.write(writing, json.dumps(work()).encode())
            failed = 0
        finally:
            if failed:
                traceback.print_exc()
            os._exit(failed)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        document = pipe.read()
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise RuntimeError("the action that was to be measured failed: see its standard error")
    answer: dict[str, Any] = json.loads(document)
    return answer


def _counted(action: Callable[[], object]) -> int:
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    action()
    sys.setprofile(None)
    return calls


def _measured(action: Callable[[], object], root: Path) -> Cost:
    opened = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal opened
        if event in ("open", "os.scandir", "os.listdir", "sqlite3.connect"):
            opened += str(arguments[0]).startswith(str(root))

    sys.addaudithook(count)
    # What was there before is not collected again: a garbage collection in the middle of one of two
    # measurements touches every page that the child shares with its parent.
    gc.collect()
    gc.freeze()
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    held, read, cpu = _status("VmHWM"), _bytes_read(), time.process_time()
    action()
    cpu = time.process_time() - cpu
    return Cost(_bytes_read() - read, opened, cpu, _status("VmHWM") - held)


def _bytes_read() -> int:
    found = re.search(r"^rchar: (\d+)", Path("/proc/self/io").read_text(), re.MULTILINE)
    assert found
    return int(found[1])


def _status(name: str) -> int:
    """A size of this process in KiB."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1])
