"""Free ports on this machine."""

from __future__ import annotations

import socket

LOCALHOST = "127.0.0.1"


def choose_port(wanted: int) -> int:
    """``wanted`` if nobody listens there, else a free port that the system chooses."""
    return wanted if _is_free(wanted) else _any_free()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # A server's own option: a port that was left a moment ago counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
    return port
