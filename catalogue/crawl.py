"""Walking through a finished site: every link and anchor that leads nowhere."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit


class _Reader(HTMLParser):
    """The addresses that a page uses, and the anchors that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value is not None:
                self.addresses.append(value)
            if name == "id" and value:
                self.anchors.add(value)


@dataclass(frozen=True)
class Walk:
    """What a walk found: links that lead nowhere, as ``page -> address``, and hosts outside."""

    pages: int
    dead: list[str] = field(default_factory=list)
    hosts: frozenset[str] = frozenset()


def walk(site: Path, foreign: Collection[str] = ()) -> Walk:
    """Follow every link of every page. Pages in ``foreign`` folders are reached, not read."""
    pages = {
        str(PurePosixPath(path.relative_to(site))): _read(path)
        for path in sorted(site.rglob("*.html"))
        if path.relative_to(site).parts[0] not in foreign
    }
    dead: list[str] = []
    hosts: set[str] = set()
    for page, reader in pages.items():
        for address in reader.addresses:
            parts = urlsplit(address)
            if parts.scheme in ("http", "https"):
                hosts.add(parts.hostname or "")
            elif parts.scheme == "" and not _is_there(
                site, pages, page, parts.path, parts.fragment
            ):
                dead.append(f"{page} -> {address}")
    return Walk(len(pages), dead, frozenset(hosts))


def _read(path: Path) -> _Reader:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def _is_there(site: Path, pages: dict[str, _Reader], page: str, path: str, fragment: str) -> bool:
    place = os.path.normpath(PurePosixPath(page).parent / unquote(path)) if path else page
    if place.startswith("..") or not (site / place).is_file():
        return False
    return not fragment or place not in pages or unquote(fragment) in pages[place].anchors
