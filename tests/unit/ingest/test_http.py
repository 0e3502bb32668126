"""The HTTP client against real servers on localhost."""

import gzip
import logging
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from servers import Server, Visit, proxy_to, serving

from ingest.http import Client, shown
from kreishaus.model import SourceRefused, SourceUnavailable
from kreishaus.settings import HttpConfig, Settings

EAGER = HttpConfig(tries=3, backoff_seconds=0, silence_seconds=1, largest_mebibytes=1)

BOMB = gzip.compress(bytes(50 * 2**20), 1)


def play(visit: Visit) -> None:
    """Every way to answer that a test asks for, by path."""
    path = visit.path.split("?")[0]
    number = visit.server.visits[visit.path]
    if path == "/busy" and number < 3:
        visit.answer(503, b"maintenance")
    elif path == "/later" and number < 2:
        visit.answer(429, b"slower, please", Retry_After="1")
    elif path == "/in-two-hours":
        visit.answer(503, b"closed", Retry_After="7200")
    elif path == "/gone":
        visit.answer(404, b"no such table")
    elif path == "/etag" and visit.headers.get("If-None-Match") == '"v1"':
        visit.answer(304)
    elif path == "/cut" and number < 3:
        visit.promise(1_000, b"half of it")
    elif path == "/hangs-up":
        visit.hang_up()
    elif path == "/drips":
        visit.drip(20)
    elif path == "/drips-headers":
        visit.drip_headers(20)
    elif path == "/drips-without-length":
        visit.drip_without_length(20)
    elif path == "/silent":
        time.sleep(3)
    elif path == "/huge":
        visit.answer(200, bytes(2**20 + 1))
    elif path == "/bomb":
        visit.answer(200, BOMB, Content_Encoding="gzip")
    elif path == "/moved":
        visit.answer(302, Location="/data")
    elif path == "/elsewhere":
        visit.answer(301, Location="https://evil.example/data?token=geheim")
    elif path == "/echo":
        visit.answer(401, f"no entry for {visit.headers['password']}".encode())
    elif path == "/round":
        visit.answer(302, Location="/round")
    else:
        visit.answer(200, b"data", ETag='"v1"', Last_Modified="Mon, 01 Nov 2021 00:00:00 GMT")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(play) as running:
        yield running


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(EAGER) as eager:
        yield eager


def failure(client: Client, url: str) -> str:
    with pytest.raises(SourceUnavailable) as caught:
        client.get(url)
    return str(caught.value)


def test_nobody_there_is_a_source_unavailable(client: Client) -> None:
    assert "no answer" in failure(client, "http://127.0.0.1:9/table.csv")


def test_a_refusal_is_not_tried_again_and_says_what_was_asked(
    server: Server, client: Client
) -> None:
    said = failure(client, f"{server.url}/gone")
    assert "/gone: expected status 200, found 404: 'no such table'" in said
    assert server.visits["/gone"] == 1


@pytest.mark.parametrize(("path", "visits"), [("/busy", 3), ("/cut", 3)])
def test_what_may_heal_is_tried_again(
    server: Server, client: Client, path: str, visits: int
) -> None:
    assert client.get(f"{server.url}{path}").content == b"data"
    assert server.visits[path] == visits


def test_tries_come_to_an_end(server: Server, client: Client) -> None:
    assert "no answer" in failure(client, f"{server.url}/hangs-up")
    assert server.visits["/hangs-up"] == 3


def test_a_server_that_asks_to_wait_is_obeyed(server: Server, client: Client) -> None:
    started = time.monotonic()
    assert client.get(f"{server.url}/later").content == b"data"
    assert time.monotonic() - started >= 1


def test_nobody_waits_two_hours_in_a_task(server: Server, client: Client) -> None:
    assert "it asks to wait 7200 s" in failure(client, f"{server.url}/in-two-hours")
    assert server.visits["/in-two-hours"] == 1


SLOW = EAGER.model_copy(update={"longest_answer_seconds": 0.3, "tries": 1})


@pytest.mark.parametrize("path", ["/drips", "/drips-headers", "/drips-without-length"])
def test_a_slow_drip_ends(server: Server, path: str) -> None:
    """Each byte comes soon enough; the whole of it does not."""
    started = time.monotonic()
    with Client(SLOW) as client:
        assert "expected the whole answer within 0.3 s" in failure(client, server.url + path)
        assert client.get(f"{server.url}/data").content == b"data"
    assert time.monotonic() - started < 3


def test_a_handshake_that_never_comes_ends() -> None:
    """A server that accepts and says nothing, also not its certificate."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        started = time.monotonic()
        with Client(SLOW) as client:
            said = failure(client, f"https://127.0.0.1:{mute.getsockname()[1]}/data")
    assert "expected the whole answer within 0.3 s, found no answer" in said
    assert time.monotonic() - started < 3


def test_a_name_that_nobody_knows_is_called_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with Client(SLOW, frozenset({"statistik.invalid"})) as client:
        said = failure(client, "https://statistik.invalid/data")
    assert "the name statistik.invalid is not known" in said
    assert "county.toml" in said


def test_silence_ends(server: Server) -> None:
    quick = EAGER.model_copy(update={"silence_seconds": 0.3, "tries": 1})
    with Client(quick) as client:
        assert "no answer (ReadTimeout)" in failure(client, f"{server.url}/silent")


@pytest.mark.parametrize("path", ["/huge", "/bomb"])
def test_an_answer_larger_than_allowed_is_not_read_to_its_end(
    server: Server, client: Client, path: str
) -> None:
    assert "larger than 1048576 bytes" in failure(client, f"{server.url}{path}")
    assert server.visits[path] == 1


def test_bytes_that_we_hold_are_not_sent_again(server: Server, client: Client) -> None:
    first = client.get(f"{server.url}/etag")
    assert first.content == b"data"
    assert first.headers["Last-Modified"] == "Mon, 01 Nov 2021 00:00:00 GMT"
    assert client.get(f"{server.url}/etag", known=first.headers).content is None


def test_a_redirect_is_followed_and_said(server: Server, client: Client) -> None:
    answer = client.get(f"{server.url}/moved")
    assert (answer.url, answer.content) == (f"{server.url}/data", b"data")
    assert "more than 5 redirects" in failure(client, f"{server.url}/round")


def test_no_host_is_visited_that_is_not_allowed(server: Server, client: Client) -> None:
    said = failure(client, f"{server.url}/elsewhere")
    assert "https://evil.example/data?...: this address is not visited" in said
    assert "allowed_hosts in county.toml" in said
    assert "geheim" not in said
    assert "not visited" in failure(client, "http://www.bamf.de/a.pdf")
    assert "not visited" in failure(client, "file:///etc/passwd")


def test_a_form_with_credentials_is_not_sent_on(server: Server, client: Client) -> None:
    with pytest.raises(SourceRefused, match="is not sent on"):
        client.post(f"{server.url}/moved", {"name": "22421-02i"}, {"password": "geheim"})
    assert server.visits == {"/moved": 1}


def test_an_address_with_a_password_is_neither_visited_nor_repeated(client: Client) -> None:
    said = failure(client, "http://kreis:geheim@127.0.0.1:9/tables?password=geheim")
    assert "credentials do not belong into an address" in said
    assert "geheim" not in said
    assert shown("https://a:geheim@b.de/c?d=geheim") == "https://b.de/c?..."


def test_a_password_is_in_no_log_and_no_error(
    server: Server, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SourceUnavailable) as caught:
        client.post(
            f"{server.url}/hangs-up", {"name": "x"}, {"username": "K", "password": "geheim"}
        )
    assert server.seen[0]["password"] == "geheim"
    assert "geheim" not in caplog.text + repr(caught.value)


def test_the_source_learns_whom_to_write_to(server: Server) -> None:
    with Client(HttpConfig(contact="daten@kreis.example")) as client:
        client.get(f"{server.url}/data")
    assert server.seen[0]["User-Agent"].startswith("Kreishaus/")
    assert "daten@kreis.example" in server.seen[0]["User-Agent"]


def test_a_server_that_repeats_a_password_in_its_refusal_is_not_quoted(
    server: Server, client: Client
) -> None:
    with pytest.raises(SourceRefused) as caught:
        client.post(f"{server.url}/echo", {"name": "x"}, {"password": "geheim"})
    assert "no entry for [hidden]" in str(caught.value)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("tabellen.example").configure_cert(context)
    with serving(play, context) as running:
        yield running


def test_through_a_countys_proxy_with_its_own_certificates(
    secure: Server, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "county.pem"
    authority.cert_pem.write_to_path(bundle)
    with (
        proxy_to(secure.server_port) as proxy,
        Client(EAGER, frozenset({"tabellen.example"})) as client,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.server_port}")
        said = failure(client, "https://tabellen.example/data")
        assert "set REQUESTS_CA_BUNDLE" in said
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
        assert client.get("https://tabellen.example/data").content == b"data"
        assert set(proxy.asked) == {"tabellen.example:443"}


def test_a_slow_drip_ends_behind_tls_and_a_proxy(
    secure: Server, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "county.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "county.pem"))
    with (
        proxy_to(secure.server_port) as proxy,
        Client(SLOW, frozenset({"tabellen.example"})) as client,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.server_port}")
        started = time.monotonic()
        said = failure(client, "https://tabellen.example/drips-headers")
        assert "expected the whole answer within 0.3 s" in said
        assert time.monotonic() - started < 3


def test_this_machine_is_never_behind_a_proxy(
    server: Server, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://kreis:geheim@127.0.0.1:9")
    assert client.get(f"{server.url}/data").content == b"data"


def test_a_proxys_password_is_not_repeated(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://kreis:geheim@127.0.0.1:9")
    with Client(EAGER, frozenset({"tabellen.example"})) as behind:
        assert "geheim" not in failure(behind, "https://tabellen.example/data")


def test_a_host_is_not_hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause lies between two visits to one host; the first has none."""
    slept: list[float] = []
    monkeypatch.setattr("ingest.http.time.sleep", slept.append)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    config = HttpConfig(tries=1, pause_seconds=0.5)
    with Client(config, frozenset({"a.example", "b.example"})) as client:
        for host in ("a", "b", "a"):
            failure(client, f"https://{host}.example/")
    assert slept[:2] == [0.0, 0.0]
    assert 0.4 < slept[2] <= 0.5


def test_only_the_configured_hosts_are_allowed(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, sources="live")
    assert {"www.bamf.de", "www.landesdatenbank.nrw.de"} <= settings.hosts
    assert Settings(home=tmp_path).hosts == {"127.0.0.1"}


def test_a_slow_address_is_not_waited_for_at_each_try() -> None:
    """Four tries of all the time there is are longer than the task that makes the visit lasts."""
    patient = SLOW.model_copy(update={"tries": 4})
    with serving(lambda visit: visit.drip(5)) as server:
        assert "within 0.3 s" in failure(Client(patient), f"{server.url}/slow")
        assert server.visits["/slow"] == 1
