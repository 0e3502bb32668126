"""Finding the HKL tables on the landing page, as the site links them."""

from datetime import date

import pytest

from ingest.bamf.hkl_links import discover, label_of
from ingest.http import Answer, Client
from ingest.model import Request, SourceUnavailable
from ingest.settings import Settings
from sample.bamf import landing_page

FOLDER = "/SharedDocs/Anlagen/DE/Statistik/Asylgeschaeftsstatistik/"
NAME = "hkl-antrags-entscheidungs-bestandsstatistik-"


class OnePage(Client):
    """A client that answers every address with the same page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.asked: list[str] = []

    def get(self, url: str, *, known: object = None) -> Answer:
        self.asked.append(url)
        return Answer(url, self.html.encode(), {})


def live(settings: Settings) -> Settings:
    return settings.model_copy(update={"sources": "live"})


def found(settings: Settings, *hrefs: str, base: str = "") -> list[Request]:
    links = "".join(f'<li><a href="{href}">PDF</a></li>' for href in hrefs)
    return discover(live(settings), OnePage(f"<html>{base}<ul>{links}</ul></html>"), "hkl")


def test_a_page_without_tables_is_a_source_that_is_away(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable) as raised:
        found(settings, "/DE/Startseite", "/SharedDocs/aktuelle-zahlen.pdf?v=7")
    assert "found 2 links, 1 of them to PDF files" in str(raised.value)
    assert "aktuelle-zahlen.pdf" in str(raised.value)


def test_a_maintenance_page_is_a_source_that_is_away(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable, match="found 0 links"):
        discover(live(settings), OnePage("<h1>Wartungsarbeiten</h1>"), "hkl")


def test_a_table_on_somebody_elses_site_is_not_ours(settings: Settings) -> None:
    with pytest.raises(SourceUnavailable):
        found(settings, f"https://example.org{FOLDER}{NAME}maerz-2021.pdf")


@pytest.mark.parametrize(
    "href",
    [
        f"{FOLDER}{NAME}maerz-2021.pdf?__blob=publicationFile&amp;v=3",
        f"{FOLDER}{NAME}maerz-2021.pdf;jsessionid=51B1.internet551?__blob=publicationFile&amp;v=3",
        f"{FOLDER}{NAME}maerz-2021.pdf?nn=284738&amp;__blob=publicationFile&amp;v=3",
        f"https://www.bamf.de{FOLDER}{NAME}maerz-2021.pdf?__blob=publicationFile&amp;v=3",
        f"../../../../..{FOLDER}{NAME}maerz-2021.pdf?__blob=publicationFile&amp;v=3",
    ],
)
def test_one_table_however_it_is_linked(settings: Settings, href: str) -> None:
    address = f"https://www.bamf.de{FOLDER}{NAME}maerz-2021.pdf"
    assert found(settings, href) == [
        Request(
            identity=address,
            label="2021-03",
            url=f"{address}?__blob=publicationFile&v=3",
            extension="pdf",
        )
    ]


def test_a_base_element_moves_relative_links(settings: Settings) -> None:
    requests = found(
        settings, f"{FOLDER[1:]}{NAME}mai-2021.pdf", base='<base href="https://www.bamf.de/">'
    )
    assert [request.url for request in requests] == [
        f"https://www.bamf.de{FOLDER}{NAME}mai-2021.pdf"
    ]


def test_of_two_versions_of_a_month_the_newer_is_taken(settings: Settings) -> None:
    path = f"{FOLDER}{NAME}mai-2021.pdf?__blob=publicationFile"
    requests = found(settings, f"{path}&amp;v=9", f"{path}&amp;v=10", f"{path}&amp;v=2")
    assert [request.url for request in requests] == [
        f"https://www.bamf.de{FOLDER}{NAME}mai-2021.pdf?__blob=publicationFile&v=10"
    ]


def test_a_month_name_nobody_expected_is_fetched_all_the_same(settings: Settings) -> None:
    """The month stands in the table; better to fetch it than to miss it in silence."""
    requests = found(settings, f"{FOLDER}{NAME}sept-2021.pdf", f"{FOLDER}{NAME}mai-2021.pdf")
    assert [request.label for request in requests] == ["2021-05", "sept-2021"]


@pytest.mark.parametrize(
    ("file_name", "label"),
    [
        (f"{NAME}januar-2017.pdf", "2017-01"),
        (f"{NAME}maerz-2021.pdf", "2021-03"),
        (f"{NAME}m%C3%A4rz-2021.pdf", "2021-03"),
        (f"{NAME}DEZEMBER-2020.pdf", "2020-12"),
        ("201612-statistik-anlage-asyl-geschaeftsbericht.pdf", None),
        (f"{NAME}mai-2021.xlsx", None),
    ],
)
def test_labels(file_name: str, label: str | None) -> None:
    assert label_of(file_name) == label


def test_the_sample_page_offers_every_month_from_the_sample_server(settings: Settings) -> None:
    months = [date(2020, 2, 1), date(2020, 3, 1), date(2020, 4, 1), date(2020, 5, 1)]
    client = OnePage(landing_page(months))
    requests = discover(settings, client, "hkl")
    assert client.asked[0].startswith(f"{settings.sample_url}/bamf/DE/Themen/Statistik/")
    assert [request.label for request in requests] == ["2020-02", "2020-03", "2020-04", "2020-05"]
    assert {request.identity for request in requests} == {
        f"{settings.sample_url}/bamf{FOLDER}{NAME}{month}-2020.pdf"
        for month in ("februar", "maerz", "april", "mai")
    }
    assert not any("nn=" in (r.url or "") or "jsessionid" in (r.url or "") for r in requests)
