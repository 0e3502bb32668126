"""Kill a process before each of its file operations.

The child process is a real one, ended by ``os._exit`` from an audit hook, so nothing is cleaned up.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

WRITING = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.symlink", "os.truncate"}
KILLED, FINISHED = 137, 0


def run_until(operation: int, action: Callable[[], object], root: Path) -> int:
    """Run ``action`` in a child that dies just before its n-th file operation under ``root``."""
    child = os.fork()
    if child == 0:
        seen = 0

        def die(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            if event in WRITING and str(arguments[0]).startswith(str(root)):
                seen += 1
                if seen == operation:
                    os._exit(KILLED)

        sys.addaudithook(die)
        action()
        os._exit(FINISHED)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def each_kill(action: Callable[[], object], root: Path, check: Callable[[], None]) -> int:
    """Kill at the first operation, check; at the second, check; ... until it runs through."""
    for operation in range(1, 60):
        if run_until(operation, action, root) == FINISHED:
            return operation - 1
        check()
    raise AssertionError("the action never ended")
