"""A real PostgreSQL for tests: a server of its own, on a free port, that ends with them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from warehouse.serving.own_server import NoPostgres, Server, own_server

MEMORY = Path("/dev/shm")
"""Where a database is made, copied and removed in no time, if the machine has it."""


@contextmanager
def postgres() -> Iterator[Server]:
    """A running server. Skips the test where none is installed, but not on the build server."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    with ExitStack() as stack:
        try:
            server = stack.enter_context(own_server(place=place))
        except NoPostgres as missing:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(str(missing))
        yield server
