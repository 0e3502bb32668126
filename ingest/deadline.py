"""A deadline over a whole visit to a server: connecting, its headers, its answer.

The timeouts of ``requests`` count the silence between two packets. A server that sends a byte of
its headers now and then never exceeds them. So each connection keeps a second handle on its
socket, and when the time is over that socket is shut down: whatever reads from it then ends.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Deadline:
    """The sockets of one session, and the time that a visit may take."""

    def __init__(self) -> None:
        self.expired = False
        self._handles: dict[int, socket.socket] = {}
        self._closed: list[socket.socket] = []
        self._running = False
        self._lock = threading.Lock()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Shut down every socket of the session when ``seconds`` are over before the block is.

        ``expired`` then says so until the next block.
        """
        self.expired, self._running = False, True
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._running = False
                for handle in self._closed:
                    handle.close()
                self._closed.clear()

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            for handle in (*self._handles.values(), *self._closed):
                with suppress(OSError):  # closed by the server meanwhile
                    handle.shutdown(socket.SHUT_RDWR)

    def watch(self, connection: object, opened: socket.socket) -> None:
        """Keep a handle of our own: a TLS connection takes the one that it is given away."""
        self.forget(connection)
        with self._lock:
            self._handles[id(connection)] = opened.dup()
            if self.expired:
                self._handles[id(connection)].shutdown(socket.SHUT_RDWR)

    def forget(self, connection: object) -> None:
        """Close the handle of a connection that is closed.

        During a visit only at its end: an answer without a length is read from the socket after
        its connection was closed.
        """
        with self._lock:
            handle = self._handles.pop(id(connection), None)
            if handle is not None and self._running:
                self._closed.append(handle)
            elif handle is not None:
                handle.close()


class DeadlineAdapter(HTTPAdapter):
    """An adapter of ``requests`` whose connections a ``Deadline`` can end, through proxies too."""

    def __init__(self, deadline: Deadline) -> None:
        self._pools = _pools(deadline)
        super().__init__()

    def init_poolmanager(self, *args: Any, **words: Any) -> None:  # noqa: ANN401  # as requests has it
        super().init_poolmanager(*args, **words)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **words: Any) -> Any:  # noqa: ANN401  # as requests has it
        manager = super().proxy_manager_for(proxy, **words)
        manager.pool_classes_by_scheme = self._pools
        return manager


class _Watched:
    """What a connection of ``urllib3`` does besides: its socket stands under the deadline."""

    deadline: Deadline

    def _new_conn(self) -> socket.socket:
        opened: socket.socket = super()._new_conn()  # type: ignore[misc]
        self.deadline.watch(self, opened)
        return opened

    def close(self) -> None:
        self.deadline.forget(self)
        super().close()  # type: ignore[misc]


def _pools(watching: Deadline) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(_Watched, HTTPConnection):
        deadline = watching

    class Secure(_Watched, HTTPSConnection):
        deadline = watching

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
