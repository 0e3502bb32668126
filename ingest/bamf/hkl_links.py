"""Finds the HKL tables on BAMF's landing page.

The site adds ``v=``, ``nn=`` and ``;jsessionid=`` as it likes. They are no part of an identity:
what is new is decided by the hash of the file.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, unquote, urlencode, urljoin, urlsplit

from ingest.http import Client
from ingest.model import Request, SourceUnavailable
from ingest.settings import Settings

MONTH_NAMES = (
    *("januar", "februar", "maerz", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "dezember"),
)
FILE_NAME = re.compile(r"hkl-antrags-entscheidungs-bestandsstatistik-(.+)\.pdf", re.IGNORECASE)
FILES = "/SharedDocs/"


class _Links(HTMLParser):
    """Collects what a page links to, in the page's order, and its base address."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if href and tag == "a":
            self.hrefs.append(href)
        elif href and tag == "base":
            self.base = href


def discover(settings: Settings, client: Client, name: str) -> list[Request]:
    """The HKL tables that the landing page links now, oldest month first, one a month.

    Raises ``SourceUnavailable`` where the page links none: it was moved, or is under repair.
    """
    page = settings.address("bamf", settings.dataset("bamf", name).path)
    content = client.get(page).content or b""
    links = links_of(content.decode("utf-8", errors="replace"), page)
    found: dict[str, tuple[int, Request]] = {}
    for link in links:
        offer = _request(settings, page, link)
        if offer and offer[0] >= found.get(offer[1].identity, (-1,))[0]:
            found[offer[1].identity] = offer
    if not found:
        pdfs = [link for link in links if ".pdf" in link.lower()]
        raise SourceUnavailable(
            f"{page}: expected links to hkl-antrags-entscheidungs-bestandsstatistik-<month>-<year>"
            f".pdf, found {len(links)} links, {len(pdfs)} of them to PDF files"
            + (f", the first of these {pdfs[0]!r}" if pdfs else "")
            + ". If BAMF moved the page, set its path in county.toml."
        )
    return sorted((request for _, request in found.values()), key=lambda request: request.label)


def links_of(html: str, page: str) -> list[str]:
    """The absolute addresses that a page links, by its ``<base>`` where it has one."""
    parser = _Links()
    parser.feed(html)
    base = urljoin(page, parser.base)
    return [urljoin(base, href) for href in parser.hrefs]


def label_of(file_name: str) -> str | None:
    """``2021-03`` for ``hkl-...-maerz-2021.pdf``; the file's own tail for an unknown wording.

    None for a file that is no HKL table. An unknown wording is kept: the month a table is about
    stands in the table.
    """
    match = FILE_NAME.fullmatch(unquote(file_name))
    if not match:
        return None
    tail = match[1].lower()
    month, _, year = tail.partition("-")
    month = month.replace("ä", "ae")
    if month in MONTH_NAMES and re.fullmatch(r"\d{4}", year):
        return f"{year}-{MONTH_NAMES.index(month) + 1:02d}"
    return tail


def _request(settings: Settings, page: str, link: str) -> tuple[int, Request] | None:
    """The version (``v=``) and the request for a link, or None where it is no HKL table of ours."""
    parts = urlsplit(link)
    own_hosts = {urlsplit(page).netloc, urlsplit(settings.source["bamf"].base_url).netloc}
    path = parts.path.split(";", 1)[0]
    label = label_of(path.rsplit("/", 1)[-1])
    if label is None or parts.netloc not in own_hosts or FILES not in path:
        return None
    path = path[path.index(FILES) :]
    query = parse_qs(parts.query)
    wanted = {name: query[name][0] for name in ("__blob", "v") if name in query}
    version = wanted.get("v", "0")
    identity = settings.address("bamf", path)
    request = Request(
        identity=identity,
        label=label,
        url=f"{identity}?{urlencode(wanted)}" if wanted else identity,
        extension="pdf",
    )
    return (int(version) if version.isdecimal() else 0), request
