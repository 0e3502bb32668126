"""The handbook: the Markdown of ``docs/`` as pages of the site, with their images and anchors.

Links between documents become links between pages. A name of a mart in code type leads to its
page; a link to a file that the site does not hold loses its link and keeps its words.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = "handbuch"
OUTSIDE = ("http", "https", "mailto")


@dataclass(frozen=True)
class Heading:
    """A heading of a document, with its anchor."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Document:
    """A Markdown file. ``place`` is its path below ``docs/``."""

    place: PurePosixPath
    text: str

    @property
    def page(self) -> str:
        """Where its page lies in the site."""
        return page_of(self.place)

    def tokens(self) -> list[Token]:
        """The document as tokens, made anew: rendering changes them."""
        return _markdown().parse(self.text)

    @cached_property
    def headings(self) -> list[Heading]:
        """Its headings, with the anchors that code hosts give them, so that links fit both."""
        found: list[Heading] = []
        used: dict[str, int] = {}
        tokens = self.tokens()
        for opened, inline in pairwise(tokens):
            if opened.type != "heading_open":
                continue
            text = _plain(inline)
            anchor = slug(text)
            used[anchor] = used.get(anchor, -1) + 1
            unique = f"{anchor}-{used[anchor]}" if used[anchor] else anchor
            found.append(Heading(int(opened.tag[1]), text, unique))
        return found

    @property
    def title(self) -> str:
        return self.headings[0].text if self.headings else self.place.stem

    def names(self, word: str) -> bool:
        """Whether the document names something in code type."""
        return f"`{word}`" in self.text


@dataclass(frozen=True)
class Rendered:
    """A document as HTML, and the files below ``docs/`` that it shows."""

    html: str
    images: frozenset[PurePosixPath]


def read(folder: Path) -> list[Document]:
    """Every document below ``docs/``, by its path."""
    return [
        Document(PurePosixPath(path.relative_to(folder)), path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.md"))
    ]


def page_of(place: PurePosixPath) -> str:
    """Where the page of a document lies in the site."""
    return str(PurePosixPath(FOLDER) / place.with_suffix(".html"))


def slug(text: str) -> str:
    """The anchor of a heading, as GitHub and its like make it."""
    return re.sub(r"[^\w\- ]", "", text.lower().strip()).replace(" ", "-")


def render(
    document: Document, documents: Sequence[Document], folder: Path, marts: Mapping[str, str]
) -> Rendered:
    """A document as HTML. ``marts`` are the pages of the marts, by name."""
    held = {one.place for one in documents}
    anchors = iter(document.headings)
    images: set[PurePosixPath] = set()
    tokens = document.tokens()
    for token in tokens:
        if token.type == "heading_open":
            token.attrSet("id", next(anchors).anchor)
        if token.type == "th_open":
            token.attrSet("scope", "col")
        if token.type == "inline":
            token.children = _inline(token.children or [], document, held, folder, marts, images)
    markdown = _markdown()
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Rendered(_scrolling_tables(html), frozenset(images))


def _markdown() -> MarkdownIt:
    """Markdown with tables; tags in a text are text."""
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _inline(
    children: Sequence[Token],
    document: Document,
    held: set[PurePosixPath],
    folder: Path,
    marts: Mapping[str, str],
    images: set[PurePosixPath],
) -> list[Token]:
    done: list[Token] = []
    linked: list[bool] = []
    for token in children:
        if token.type == "link_open":
            address = _address(str(token.attrGet("href") or ""), document, held)
            linked.append(address is not None)
            if address is None:
                continue
            token.attrSet("href", address)
        elif token.type == "link_close":
            if not linked.pop():
                continue
        elif token.type == "image":
            place = _beside(document.place, str(token.attrGet("src") or ""))
            if (folder / place).is_file():
                images.add(place)
        elif token.type == "code_inline" and token.content in marts and not any(linked):
            done += _linked(token, _relative(document, marts[token.content]))
            continue
        done.append(token)
    return done


def _address(href: str, document: Document, held: set[PurePosixPath]) -> str | None:
    """Where a link of a document leads in the site; None when the site does not hold it."""
    parts = urlsplit(href)
    if parts.scheme in OUTSIDE or (not parts.path and parts.fragment):
        return href
    place = _beside(document.place, parts.path)
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    if place in held:
        return _relative(document, page_of(place)) + fragment
    return None


def _beside(place: PurePosixPath, path: str) -> PurePosixPath:
    return PurePosixPath(os.path.normpath(place.parent / path))


def _relative(document: Document, page: str) -> str:
    return os.path.relpath(page, PurePosixPath(document.page).parent)


def _linked(code: Token, address: str) -> list[Token]:
    opened = Token("link_open", "a", 1, attrs={"href": address})
    return [opened, code, Token("link_close", "a", -1)]


def _plain(inline: Token) -> str:
    return "".join(
        child.content for child in inline.children or [] if child.type in ("text", "code_inline")
    )


def _scrolling_tables(html: str) -> str:
    """Tables wider than a telephone scroll by themselves, also with the keyboard."""
    opened = '<div class="scroll" role="region" aria-label="Tabelle" tabindex="0"><table>'
    return html.replace("<table>", opened).replace("</table>", "</table></div>")
