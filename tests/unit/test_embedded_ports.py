"""A port that is taken is not taken twice."""

import socket

from embedded.house import with_free_sample_port
from embedded.ports import choose_port


def test_the_wanted_port_is_chosen_when_it_is_free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert choose_port(free) == free


def test_another_one_is_chosen_when_somebody_listens_there():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        chosen = choose_port(taken)
    assert chosen != taken
    assert 1024 <= chosen <= 65535


def test_the_sample_address_moves_with_its_port(settings):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = f"http://127.0.0.1:{listener.getsockname()[1]}"
        moved = with_free_sample_port(settings.model_copy(update={"sample_url": taken}))
    assert moved.sample_url.startswith("http://127.0.0.1:")
    assert moved.sample_url != taken
    assert moved.home == settings.home
