"""The sample server, asked over the wire as Kreishaus's own client asks."""

import io
import json
import zipfile

import pytest
import requests

from ingest.http import Client
from sample.server import serve

TABLEFILE = "it_nrw/genesisws/rest/2020/data/tablefile"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("sample") / "http"
    (root / "bamf").mkdir(parents=True)
    (root / "bamf" / "seite.html").write_text("<a href='x.pdf'>März</a>", "utf-8")
    (root / "bamf" / "März 2020.pdf").write_bytes(b"%PDF-1.7 ...")
    (root / TABLEFILE).mkdir(parents=True)
    with zipfile.ZipFile(root / TABLEFILE / "12411-01-01-5.zip", "w") as archive:
        archive.writestr("a_flat.csv", "statistics_code\n")
    (root.parent / "secret.txt").write_text("not yours", "utf-8")
    return root


@pytest.fixture(scope="module")
def url(root):
    with serve(root) as server:
        yield server.url


def test_it_listens_on_this_machine_only(url):
    assert url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("path", ["/bamf/keine.pdf", "/bamf", "/", "/nobody/seite.html"])
def test_what_is_not_there_is_404_with_a_word(url, path):
    answer = requests.get(url + path, timeout=5)
    assert answer.status_code == 404
    assert answer.text == f"no sample file {path}\n"


@pytest.mark.parametrize("path", ["/../secret.txt", "/bamf/../../secret.txt", "/%2e%2e/secret.txt"])
def test_no_path_leads_out_of_the_root(url, path):
    request = requests.Request("GET", url).prepare()
    request.url = url + path  # a client that does not tidy its address
    answer = requests.Session().send(request, timeout=5)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/bamf/seite.html",
        "/bamf/seite.html?nn=282388",
        "/bamf/seite.html;jsessionid=0A1.live862?__blob=publicationFile&v=3",
    ],
)
def test_query_and_session_change_nothing(url, path):
    answer = requests.get(url + path, timeout=5)
    assert answer.content == "<a href='x.pdf'>März</a>".encode()
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_an_escaped_name_is_found(url):
    answer = requests.get(f"{url}/bamf/M%C3%A4rz%202020.pdf", timeout=5)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_an_unchanged_file_is_not_sent_again(url, root):
    path = root / "bamf" / "wechselt.csv"
    path.write_text("a;1\n")
    with Client() as client:
        first = client.get(f"{url}/bamf/wechselt.csv")
        assert client.get(f"{url}/bamf/wechselt.csv", known=first.headers).content is None
        path.write_text("a;2\n")
        assert client.get(f"{url}/bamf/wechselt.csv", known=first.headers).content == b"a;2\n"


def test_head_tells_the_size_and_sends_nothing(url):
    answer = requests.head(f"{url}/bamf/seite.html", timeout=5)
    assert answer.headers["Content-Length"] == "25"  # 24 letters, one of them two bytes
    assert answer.content == b""


def _tablefile(url, name="12411-01-01-5", headers=None, form=None):
    credentials = {"username": "GAST", "password": "GAST"} if headers is None else headers
    return requests.post(
        f"{url}/{TABLEFILE}", data={"name": name, **(form or {})}, headers=credentials, timeout=5
    )


def test_genesis_answers_with_a_zip(url):
    answer = _tablefile(url)
    assert answer.headers["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == ["a_flat.csv"]


@pytest.mark.parametrize("name", ["99999-99", "", "../tablefile/12411-01-01-5"])
def test_genesis_has_no_objects_for_an_unknown_table(url, name):
    answer = _tablefile(url, name)
    status = json.loads(answer.content)
    assert answer.status_code == 200
    assert status["Status"]["Code"] == 104
    assert (
        status["Status"]["Content"] == "Es gibt keine Objekte zum angegebenen Selektionskriterium"
    )
    assert status["Object"] is None


@pytest.mark.parametrize("headers", [{}, {"username": "GAST"}])
def test_genesis_takes_credentials_from_headers_only(url, headers):
    answer = _tablefile(url, headers=headers, form={"username": "GAST", "password": "GEHEIM"})
    assert (answer.status_code, json.loads(answer.content)["Status"]["Code"]) == (200, 15)


def test_genesis_never_says_the_password_back(url):
    answer = _tablefile(url, "99999-99", form={"username": "ich", "password": "GEHEIM"})
    assert "GEHEIM" not in answer.text


def test_other_posts_are_404(url):
    assert requests.post(f"{url}/bamf/seite.html", data={"a": "b"}, timeout=5).status_code == 404


def test_a_missing_folder_is_said_at_once(tmp_path):
    with (
        pytest.raises(FileNotFoundError, match="write the sample files first"),
        serve(tmp_path / "nothing"),
    ):
        pass
