"""A document as one HTML file: styles and pictures inside, nothing asked of any network."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.document import Document
from reports.layout import Plain, laid_out

TEMPLATES = Path(__file__).parent / "templates"
_PROLOGUE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>", re.DOTALL)
_IDS = re.compile(r'(\bid="|url\(#|href="#|aria-labelledby=")([^")]+)')


@cache
def environment() -> Environment:
    """The templates, with everything escaped that does not say it is markup."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["inline_svg"] = inline_svg
    return found


def html(document: Document) -> bytes:
    """The page of a document."""
    return render("report.html", document=laid_out(document))


def render(template: str, **words: Plain | list[Plain] | str) -> bytes:
    """A template with our styles."""
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    text = environment().get_template(template).render(style=style, **words)
    return text.encode("utf-8")


def inline_svg(svg: str, prefix: str) -> Markup:
    """An SVG that may stand beside others in one page: its ids are its own.

    The words of its title and description stay in it; they are what is read aloud.
    """
    plain = _PROLOGUE.sub("", svg).strip()

    def own(found: re.Match[str]) -> str:
        ids = " ".join(f"{prefix}-{one}" for one in found.group(2).split())
        return f"{found.group(1)}{ids}"

    return Markup(_IDS.sub(own, plain))
