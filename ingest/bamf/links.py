"""Finds BAMF's monthly files on the landing page that county.toml names.

Which files are a dataset's is said by ``file_names`` there. The site adds ``v=``, ``nn=`` and
``;jsessionid=`` as it likes. They are no part of an identity: what is new is decided by the hash
of the file.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser
from urllib.parse import parse_qs, quote, unquote, urlencode, urljoin, urlsplit

from ingest.bamf.months import month_number
from ingest.http import Client
from kreishaus.calendars import NoCalendar
from kreishaus.datasets import dataset
from kreishaus.model import Request, SourceUnavailable
from kreishaus.settings import Settings
from kreishaus.wording import joined, say

log = logging.getLogger(__name__)

FILES = "/SharedDocs/"
FILE_KINDS = (".pdf", ".html")
"""A file is linked itself, or by its own page, which lies at the same address."""
NEXT_PAGE = "gtp"
"""The query by which the site pages through a long list."""
MOST_PAGES = 30
PLACEHOLDERS = {
    "<monat>": r"(?P<monat>[^/]+?)",
    "<mm>": r"(?P<mm>[0-9]{2})",
    "<jahr>": r"(?P<jahr>[0-9]{4})",
    "*": r"[^/]*",
}


class _Links(HTMLParser):
    """Collects what a page links to, in the page's order, and its base address."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if href and tag == "a":
            self.hrefs.append(href.strip())
        elif href and tag == "base" and not self.base:
            self.base = href.strip()


def discover(settings: Settings, client: Client, name: str) -> list[Request]:
    """The files of a dataset that the landing page links now, oldest month first, each once.

    A file that several datasets name is of the one whose name for it is the longest. Raises
    ``SourceUnavailable`` where the page links none: it was moved, or is under repair. Of a dataset
    without a calendar none is awaited.
    """
    config = settings.dataset("bamf", name)
    if not config.enabled:
        return []
    others = [
        template
        for other, said in settings.source_config("bamf").datasets.items()
        if other != name and said.enabled
        for template in said.file_names
    ]
    page = settings.address("bamf", config.path)
    links = list(_links_of_all_pages(client, page))
    found: dict[str, tuple[int, Request]] = {}
    for link in links:
        offer = _request(settings, page, link, config.file_names, others)
        if offer and offer[0] >= found.get(offer[1].identity, (-1,))[0]:
            found[offer[1].identity] = offer
    if not found and not isinstance(dataset(f"bamf/{name}").calendar, NoCalendar):
        pdfs = [link for link in links if ".pdf" in link.lower()]
        first = say(", the first of these {address!r}", address=pdfs[0]) if pdfs else ""
        raise SourceUnavailable(
            say(
                "{page}: expected links to {names} (.pdf), found {links} links, {pdfs} of them to "
                "PDF files{first}. If BAMF moved the page, set path, if it renamed the files, "
                "file_names of [source.bamf.datasets.{name}] in county.toml.",
                page=page,
                names=joined(config.file_names, say(" or ")) or say("files"),
                links=len(links),
                pdfs=len(pdfs),
                first=first,
                name=name,
            )
        )
    return sorted((request for _, request in found.values()), key=lambda request: request.label)


def links_of(content: bytes, page: str) -> list[str]:
    """The absolute addresses that a page links, by its ``<base>`` where it has one.

    Raises ``SourceUnavailable`` for a page that is no HTML to the end.
    """
    try:
        html = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        html = content.decode("cp1252", errors="replace")
    parser = _Links()
    try:
        parser.feed(html)
        parser.close()
    except AssertionError as error:  # how html.parser refuses a broken declaration
        raise SourceUnavailable(
            say("{page}: expected a page in HTML, found {error}", page=page, error=error)
        ) from error
    base = _joined(page, parser.base) or page
    return [link for href in parser.hrefs if (link := _joined(base, href))]


def label_of(file_name: str, templates: Iterable[str]) -> str | None:
    """``2021-03`` for a file that a template names; its own name where no month can be told.

    None for a file that no template names. A file with an unknown month is kept: the month that
    it is about stands in it.
    """
    stem, dot, kind = unquote(file_name).rpartition(".")
    if dot + kind.lower() not in FILE_KINDS:
        return None
    for template in templates:
        match = re.fullmatch(_pattern(template), stem, re.IGNORECASE)
        if match:
            words = match.groupdict()
            month = int(words.get("mm") or 0) or month_number(words.get("monat") or "")
            if month and 1 <= month <= 12 and words.get("jahr"):
                return f"{words['jahr']}-{month:02d}"
            return stem.lower()
    return None


def exactness(file_name: str, templates: Iterable[str]) -> int:
    """How many letters the longest template says of a file that it names; -1 where none does."""
    stem = unquote(file_name).rpartition(".")[0]
    return max(
        (
            len(re.sub("|".join(map(re.escape, PLACEHOLDERS)), "", template))
            for template in templates
            if re.fullmatch(_pattern(template), stem, re.IGNORECASE)
        ),
        default=-1,
    )


def _pattern(template: str) -> str:
    parts = re.split("(" + "|".join(map(re.escape, PLACEHOLDERS)) + ")", template)
    return "".join(PLACEHOLDERS.get(part) or re.escape(part) for part in parts)


def _links_of_all_pages(client: Client, page: str) -> Iterator[str]:
    """What the page links, and the further pages of the same list."""
    waiting, seen = [page], {page}
    while waiting:
        address = waiting.pop(0)
        try:
            links = links_of(client.get(address).content or b"", address)
        except SourceUnavailable as error:
            if address == page:
                raise
            log.warning("a further page of the list is left out tonight: %s", error)
            continue
        yield from links
        for link in links:
            if _is_next_page(link, page) and link not in seen and len(seen) < MOST_PAGES:
                seen.add(link)
                waiting.append(link)


def _is_next_page(link: str, page: str) -> bool:
    here, there = urlsplit(page), urlsplit(link)
    return (
        there.netloc == here.netloc
        and there.path.split(";", 1)[0] == here.path
        and NEXT_PAGE in parse_qs(there.query)
    )


def _joined(base: str, href: str) -> str | None:
    """The absolute address of a link; None for one that is no address."""
    try:
        link = urljoin(base, href)
        _ = urlsplit(link).hostname
    except ValueError:
        return None
    return link


def _request(
    settings: Settings, page: str, link: str, templates: Sequence[str], others: Sequence[str]
) -> tuple[int, Request] | None:
    """The version (``v=``) and the request for a link, or None where it is no file of ours."""
    parts = urlsplit(link)
    own_hosts = {_host(page), _host(settings.source_config("bamf").base_url)}
    path = parts.path.split(";", 1)[0]
    file_name = path.rsplit("/", 1)[-1]
    label = label_of(file_name, templates)
    if exactness(file_name, others) > exactness(file_name, templates):
        return None
    if label is None or _host(link) not in own_hosts or FILES not in path:
        return None
    path = quote(path[path.index(FILES) :], safe="/%")
    query = parse_qs(parts.query)
    wanted = {name: query[name][0] for name in ("__blob", "v") if name in query}
    if path.lower().endswith(".html"):
        path, wanted = path[: -len(".html")] + ".pdf", {"__blob": "publicationFile"}
    version = wanted.get("v", "0")
    identity = settings.address("bamf", path)
    request = Request(
        identity=identity,
        label=label,
        url=f"{identity}?{urlencode(wanted)}" if wanted else identity,
        extension="pdf",
    )
    return (int(version) if re.fullmatch(r"[0-9]{1,9}", version) else 0), request


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")
