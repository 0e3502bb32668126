"""Ports on this machine: one that is free, and that stays free until its server is up."""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Self

LOCALHOST = "127.0.0.1"


class PortReservation:
    """``wanted`` if nobody has it, else a free port; ours until the reservation is closed.

    The port is bound but nobody listens, which Linux lets a server that reuses addresses bind
    once more (every usual server does), while who looks for a free port finds it taken.
    """

    def __init__(self, wanted: int) -> None:
        self._socket = socket.socket()
        try:
            self._socket.bind((LOCALHOST, wanted))
        except OSError:
            self._socket.bind((LOCALHOST, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.port: int = self._socket.getsockname()[1]

    def close(self) -> None:
        """Give the port up; a server that listens there by now keeps it."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
