"""A port that is taken is not taken twice, and one that was chosen stays ours."""

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from operations.local.ports import PortReservation


@pytest.fixture
def free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_wanted_port_is_reserved_when_it_is_free(free):
    with PortReservation(free) as reserved:
        assert reserved.port == free


def test_another_one_is_reserved_when_somebody_listens_there(free):
    with socket.create_server(("127.0.0.1", free)), PortReservation(free) as reserved:
        assert reserved.port != free
        assert 1024 <= reserved.port <= 65535


def test_two_that_want_the_same_port_at_the_same_time_get_two(free):
    with PortReservation(free) as first, PortReservation(free) as second:
        assert first.port == free
        assert second.port != free


def test_a_server_comes_up_on_the_reserved_port_and_keeps_it(free):
    with PortReservation(free) as reserved:
        server = ThreadingHTTPServer(("127.0.0.1", reserved.port), BaseHTTPRequestHandler)
    with server, PortReservation(free) as later:
        assert later.port != free
