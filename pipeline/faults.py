"""Which errors lie in the machine and may heal, and which in the file or in our own code."""

from __future__ import annotations

import sqlite3
from concurrent.futures import BrokenExecutor


class MachineFault(Exception):
    """The machine failed and not the file: doing the same again may go well."""


def of_the_machine(fault: Exception) -> bool:
    """Whether ``fault`` says that disk, memory or a process failed.

    An ``OSError`` without a number was raised by a library that could not make sense of a file: the
    operating system numbers its own.
    """
    if isinstance(fault, OSError):
        return fault.errno is not None
    return isinstance(fault, (MemoryError, BrokenExecutor, sqlite3.OperationalError))
