"""Finding BAMF's files on its landing page, over HTTP, as the site links them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from ingest.bamf.links import discover, label_of, links_of
from ingest.bamf.months import A_MONTH, month_number
from ingest.http import Client
from kreishaus.model import Request, SourceUnavailable
from kreishaus.settings import HttpConfig, Settings
from sample.bamf import LANDING_PAGE, landing_page

FOLDER = "/SharedDocs/Anlagen/DE/Statistik/Asylgeschaeftsstatistik/"
OLD_FOLDER = "/SharedDocs/Anlagen/DE/Downloads/Infothek/Statistik/Asyl/"
NAME = "hkl-antrags-entscheidungs-bestandsstatistik-"
REPORT = "-statistik-anlage-asyl-geschaeftsbericht"
PAGE = f"/bamf/{LANDING_PAGE}"
NO_SECOND_TRY = HttpConfig(tries=1)
Site = dict[str, bytes | int]


@contextmanager
def served(site: Site) -> Iterator[tuple[str, list[str]]]:
    """A web site: path and query -> page, or a status. Yields its address and what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer = site.get(self.path, 404)
            self.send_response(answer if isinstance(answer, int) else 200)
            self.end_headers()
            self.wfile.write(b"" if isinstance(answer, int) else answer)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def offers(settings: Settings, site: Site, name: str = "hkl") -> list[Request]:
    """What is found on a site; addresses without the server's own, which differs every time."""
    with served(site) as (url, _), Client(NO_SECOND_TRY) as client:
        here = settings.model_copy(update={"sample_url": url})
        try:
            requests = discover(here, client, name)
        except SourceUnavailable as error:
            raise SourceUnavailable(str(error).replace(url, "")) from None
    return [
        Request(
            identity=request.identity.removeprefix(url),
            label=request.label,
            url=(request.url or "").removeprefix(url),
            extension=request.extension,
        )
        for request in requests
    ]


def html(*hrefs: str, base: str = "") -> bytes:
    links = "".join(f'<li><a href="{href}">PDF</a></li>' for href in hrefs)
    return f"<html>{base}<ul>{links}</ul></html>".encode()


def found(settings: Settings, *hrefs: str, base: str = "", name: str = "hkl") -> list[Request]:
    return offers(settings, {PAGE: html(*hrefs, base=base)}, name)


def test_a_page_without_tables_is_a_source_that_is_away(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable) as raised:
        found(settings, "/DE/Startseite", "/SharedDocs/aktuelle-zahlen.pdf?v=7")
    assert "found 2 links, 1 of them to PDF files" in str(raised.value)
    assert "aktuelle-zahlen.pdf" in str(raised.value)


@pytest.mark.parametrize(
    "name",
    ["kumuliert-2020", "januar-bis-september-2021", "1-halbjahr-2021", "jahr-2021"],
)
def test_a_cumulative_table_is_fetched_as_that_and_never_as_a_month(
    settings: Settings, name: str
) -> None:
    hrefs = [f"{FOLDER}{NAME}{name}.pdf", f"{FOLDER}{NAME}maerz-2021.pdf"]
    assert [one.label for one in found(settings, *hrefs)] == ["2021-03"]
    (cumulative,) = found(settings, *hrefs, name="hkl_cumulative")
    assert cumulative.identity == f"/bamf{FOLDER}{NAME}{name}.pdf"
    assert A_MONTH.fullmatch(cumulative.label) is None


def test_nobody_awaits_a_cumulative_table(settings: Settings) -> None:
    assert found(settings, f"{FOLDER}{NAME}maerz-2021.pdf", name="hkl_cumulative") == []


def test_a_dataset_that_is_switched_off_leaves_its_files_to_others(settings: Settings) -> None:
    bamf = settings.source["bamf"]
    off = bamf.datasets["hkl_cumulative"].model_copy(update={"enabled": False})
    datasets = {**bamf.datasets, "hkl_cumulative": off}
    changed = bamf.model_copy(update={"datasets": datasets})
    without = settings.model_copy(update={"source": {**settings.source, "bamf": changed}})
    href = f"{FOLDER}{NAME}kumuliert-2020.pdf"
    assert found(without, href, name="hkl_cumulative") == []
    assert [one.identity for one in found(without, href)] == [f"/bamf{href}"]


def test_a_moved_page_names_the_setting(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable) as raised:
        found(settings, "/DE/Startseite", name="report")
    assert "set path" in str(raised.value)
    assert "[source.bamf.datasets.report] in county.toml" in str(raised.value)


def test_a_maintenance_page_is_a_source_that_is_away(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable, match="found 0 links"):
        offers(settings, {PAGE: b"<h1>Wartungsarbeiten</h1>"})


def test_a_page_that_is_gone_is_a_source_that_is_away(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable, match="expected status 200, found 404"):
        offers(settings, {})


def test_a_table_on_somebody_elses_site_is_not_ours(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable):
        found(settings, f"https://example.org{FOLDER}{NAME}maerz-2021.pdf")


@pytest.mark.parametrize(
    "href",
    [
        f"{FOLDER}{NAME}maerz-2021.pdf?__blob=publicationFile&amp;v=3",
        f"{FOLDER}{NAME}maerz-2021.pdf;jsessionid=51B1.internet551?__blob=publicationFile&amp;v=3",
        f"{FOLDER}{NAME}maerz-2021.pdf?nn=284738&amp;__blob=publicationFile&amp;v=3",
        f"{FOLDER}{NAME}maerz-2021.pdf?__blob=publicationFile&#38;v=3",
        f" {FOLDER}{NAME}maerz-2021.pdf?__blob=publicationFile&v=3 ",
        f"https://www.bamf.de{FOLDER}{NAME}maerz-2021.pdf?__blob=publicationFile&amp;v=3",
        f"http://bamf.de:80{FOLDER}{NAME}maerz-2021.pdf?__blob=publicationFile&amp;v=3",
        f"../../../../../..{FOLDER}{NAME}maerz-2021.pdf?__blob=publicationFile&amp;v=3",
    ],
)
def test_one_table_however_it_is_linked(settings: Settings, href: str) -> None:
    assert found(settings, href) == [
        Request(
            identity=f"/bamf{FOLDER}{NAME}maerz-2021.pdf",
            label="2021-03",
            url=f"/bamf{FOLDER}{NAME}maerz-2021.pdf?__blob=publicationFile&v=3",
            extension="pdf",
        )
    ]


@pytest.mark.parametrize(
    ("href", "identity"),
    [
        (f"{OLD_FOLDER}{NAME}februar-2018.pdf", f"{OLD_FOLDER}{NAME}februar-2018.pdf"),
        (f"{FOLDER}{NAME}Maerz-2018.PDF", f"{FOLDER}{NAME}Maerz-2018.PDF"),
        (f"{FOLDER}{NAME}m&auml;rz-2018.pdf", f"{FOLDER}{NAME}m%C3%A4rz-2018.pdf"),
        (f"{FOLDER}{NAME}m%C3%A4rz-2018.pdf", f"{FOLDER}{NAME}m%C3%A4rz-2018.pdf"),
        (f"{FOLDER}{NAME}m%E4rz-2018.pdf", f"{FOLDER}{NAME}m%E4rz-2018.pdf"),
    ],
)
def test_both_folders_and_every_march(settings: Settings, href: str, identity: str) -> None:
    """The folder of before 2019 and that of today; the umlaut however it was written."""
    (request,) = found(settings, href)
    assert request.identity == f"/bamf{identity}"
    assert request.label == ("2018-02" if "februar" in href else "2018-03")


def test_a_file_linked_by_its_own_page_is_asked_for_itself(settings: Settings) -> None:
    (request,) = found(settings, f"{OLD_FOLDER}{NAME}juli-2018.html?nn=1367526")
    assert request.label == "2018-07"
    assert request.url == f"/bamf{OLD_FOLDER}{NAME}juli-2018.pdf?__blob=publicationFile"


def test_reports_are_found_by_their_own_name(settings: Settings) -> None:
    links = [
        f"{OLD_FOLDER}201603{REPORT}.html",
        f"{OLD_FOLDER}201602{REPORT}.pdf?__blob=publicationFile",
        f"{FOLDER}{NAME}mai-2021.pdf",
        f"{OLD_FOLDER}jahr-2017-asyl-geschaeftsbericht-neu.pdf",
    ]
    requests = found(settings, *links, name="report")
    assert [request.label for request in requests] == [
        "2016-02",
        "2016-03",
        "jahr-2017-asyl-geschaeftsbericht-neu",
    ]
    assert [request.label for request in found(settings, *links)] == ["2021-05"]


def test_a_list_spread_over_pages_is_read_to_its_end(settings: Settings) -> None:
    page_2, page_3 = f"{PAGE}?gtp=284738_list%253D2", f"{PAGE}?gtp=284738_list%253D3"
    site: Site = {
        PAGE: html(page_2, f"{FOLDER}{NAME}mai-2021.pdf"),
        page_2: html(PAGE, page_2, page_3, f"{FOLDER}{NAME}april-2021.pdf"),
        page_3: html(page_2, f"{FOLDER}{NAME}maerz-2021.pdf"),
    }
    requests = offers(settings, site)
    assert [request.label for request in requests] == ["2021-03", "2021-04", "2021-05"]
    site[page_2] = 500
    assert [request.label for request in offers(settings, site)] == ["2021-05"]


def test_a_list_without_an_end_is_left(settings: Settings) -> None:
    site: Site = {PAGE: html(f"{PAGE}?gtp=1", f"{FOLDER}{NAME}mai-2021.pdf")}
    site |= {f"{PAGE}?gtp={i}": html(f"{PAGE}?gtp={i + 1}") for i in range(1, 100)}
    with served(site) as (url, asked), Client(NO_SECOND_TRY) as client:
        discover(settings.model_copy(update={"sample_url": url}), client, "hkl")
    assert len(asked) == 30


def test_a_base_element_moves_relative_links(settings: Settings) -> None:
    base = '<base href="https://www.bamf.de/">'
    requests = found(settings, f"{FOLDER[1:]}{NAME}mai-2021.pdf", base=base)
    assert [request.url for request in requests] == [f"/bamf{FOLDER}{NAME}mai-2021.pdf"]


def test_of_two_versions_of_a_month_the_newer_is_taken(settings: Settings) -> None:
    path = f"{FOLDER}{NAME}mai-2021.pdf?__blob=publicationFile"
    requests = found(settings, f"{path}&amp;v=9", f"{path}&amp;v=10", f"{path}&amp;v=2")
    assert [request.url for request in requests] == [
        f"/bamf{FOLDER}{NAME}mai-2021.pdf?__blob=publicationFile&v=10"
    ]


def test_a_month_name_nobody_expected_is_fetched_all_the_same(settings: Settings) -> None:
    """The month stands in the table; better to fetch it than to miss it in silence."""
    links = (f"{FOLDER}{NAME}wonnemonat.pdf", f"{FOLDER}{NAME}mai-2021.pdf")
    assert [request.label for request in found(settings, *links)] == [
        "2021-05",
        f"{NAME}wonnemonat",
    ]


@pytest.mark.parametrize(
    ("file_name", "label"),
    [
        (f"{NAME}januar-2017.pdf", "2017-01"),
        (f"{NAME}maerz-2021.pdf", "2021-03"),
        (f"{NAME}sept-2021.pdf", "2021-09"),
        (f"{NAME}DEZEMBER-2020.pdf", "2020-12"),
        (f"{NAME}mai-2021.xlsx", None),
        (f"201612{REPORT}.pdf", "2016-12"),
        (f"201613{REPORT}.pdf", f"201613{REPORT}"),
        ("aktuelle-zahlen.pdf", None),
    ],
)
def test_labels(settings: Settings, file_name: str, label: str | None) -> None:
    names = [
        name
        for dataset in ("hkl", "report")
        for name in settings.dataset("bamf", dataset).file_names
    ]
    assert label_of(file_name, names) == label


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *[("März", 3), ("MAERZ", 3), ("mrz", 3), ("m\ufffdrz", 3), ("mÃ¤rz", 3), ("Mai", 5)],
        *[("jan.", 1), ("ju", None), ("", None), ("mars", None)],
    ],
)
def test_months_in_every_spelling_met(name: str, number: int | None) -> None:
    assert month_number(name) == number


@pytest.mark.parametrize(
    "page", [b"<a href='http://[::1'>x</a>", b"<![foo [<a href='/x'>y</a>", b"\xff\xfe\x00<a href="]
)
def test_a_broken_page_breaks_nothing(settings: Settings, page: bytes) -> None:
    with pytest.raises(SourceUnavailable):
        offers(settings, {PAGE: page})


@limits(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"<a href='", b"<base href='", b"<![", b"<!--"]))
def test_whatever_a_page_holds_it_has_links_or_is_away(content: bytes, start: bytes) -> None:
    try:
        links = links_of(start + content + b"'>x</a>", "https://www.bamf.de/DE/page.html")
    except SourceUnavailable:
        return
    assert all(isinstance(link, str) for link in links)


def test_the_sample_page_offers_every_month_from_the_sample_server(settings: Settings) -> None:
    months = [date(2020, 2, 1), date(2020, 3, 1), date(2020, 4, 1), date(2020, 5, 1)]
    page = landing_page(months, [date(2016, 1, 1)]).encode()
    requests = offers(settings, {PAGE: page})
    assert [request.label for request in requests] == ["2020-02", "2020-03", "2020-04", "2020-05"]
    assert {request.identity for request in requests} == {
        f"/bamf{FOLDER}{NAME}{month}-2020.pdf" for month in ("februar", "maerz", "april", "mai")
    }
    assert not any("nn=" in (r.url or "") or "jsessionid" in (r.url or "") for r in requests)
    assert [r.label for r in offers(settings, {PAGE: page}, "report")] == ["2016-01"]
