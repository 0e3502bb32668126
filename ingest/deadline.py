"""A deadline over a whole visit to a server: connecting, its headers, its answer.

The timeouts of ``requests`` count the silence between two packets. A server that sends a byte of
its headers now and then never exceeds them. So each connection keeps a second handle on its
socket, and when the time is over that socket is shut down: whatever reads from it then ends.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection


class Deadline:
    """The sockets of one session, and the time that a visit may take."""

    def __init__(self) -> None:
        self.expired = False
        self._until = 0.0
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
        self._until = time.monotonic() + seconds
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

    def left(self) -> float:
        """The seconds that are left; at none the visit has expired."""
        left = self._until - time.monotonic()
        if left <= 0:
            self.expired = True
        return max(0.0, left)

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
    host: Any  # these stand in urllib3's class, beside which this one is a base
    port: Any
    timeout: Any
    source_address: Any
    socket_options: Any

    def _new_conn(self) -> socket.socket:
        """Connect to the first address of the host that answers; all share the time that is left.

        ``urllib3`` gives each address the whole time: a name with many dead ones never ends.
        """
        try:
            addresses = _addresses(self.host, self.port)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self.host, self, error) from error  # type: ignore[arg-type]
        failure: OSError = OSError("the name has no address")
        for number, address in enumerate(addresses):
            share = self.deadline.left() / (len(addresses) - number)
            if not share:
                failure = TimeoutError("no time is left")
                break
            try:
                opened = create_connection(
                    (address, self.port),
                    min(self.timeout, share),
                    source_address=self.source_address,
                    socket_options=self.socket_options,
                )
            except OSError as error:
                failure = error
                continue
            opened.settimeout(self.timeout)
            self.deadline.watch(self, opened)
            return opened
        self.deadline.left()
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, f"connecting to {self.host} timed out") from failure
        raise NewConnectionError(self, f"no connection: {failure}") from failure  # type: ignore[arg-type]

    def close(self) -> None:
        self.deadline.forget(self)
        super().close()  # type: ignore[misc]


def _addresses(host: str, port: int) -> list[str]:
    """Every address of a host, in the order in which the system would try them."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


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
