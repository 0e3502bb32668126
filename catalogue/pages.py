"""The pages of the catalogue, from what is published and the documents say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from catalogue import documents, labels
from catalogue.dcat import DataFile
from catalogue.documents import Document
from catalogue.inventory import Inventory, MartPage
from kreishaus.local_time import HERE
from kreishaus.settings import Settings
from warehouse.disclosure import ROUNDED_TO
from warehouse.homes.rule import BAND, FEWEST_HOMES, FEWEST_OPERATORS
from warehouse.versions import Audience

TEMPLATES = Path(__file__).parent / "templates"
ASSETS = ("style.css", "suche.js")
NAVIGATION = (
    ("index.html", "Übersicht"),
    ("marts/index.html", "Datenbestände"),
    ("datensaetze/index.html", "Quellen"),
    ("kennzahlen.html", "Kennzahlen"),
    ("berichte.html", "Berichte"),
    ("datenschutz.html", "Datenschutz"),
    ("schnittstellen.html", "Schnittstellen"),
    ("handbuch/index.html", "Handbuch"),
)
FIRST_DOCUMENTS = ("marts.md", "methods.md", "sources.md", "quality.md", "disclosure.md")
"""Documents in the order in which a reader wants them; the others follow by name."""
QUALITY, DBT = "qualitaet", "dbt"
"""Folders of the pages that other tools made, in the edition of the county's own people."""


@dataclass(frozen=True)
class Edition:
    """For whom a site is, and what lies in it besides the catalogue's own pages."""

    audience: Audience
    files: Mapping[str, Sequence[DataFile]]
    has_metadata: bool
    has_quality: bool = False
    has_dbt: bool = False

    @property
    def is_internal(self) -> bool:
        return self.audience == "internal"


def pages(
    settings: Settings,
    inventory: Inventory,
    texts: Sequence[Document],
    folder: Path,
    edition: Edition,
) -> Iterator[tuple[str, bytes]]:
    """Every page and asset of a site, by its place. ``folder`` is that of the documents."""
    fill = _Filler(settings, inventory, edition, texts)
    described = {
        mart.name: [text for text in texts if text.names(mart.name)] for mart in inventory.marts
    }
    for name in ASSETS:
        yield name, (TEMPLATES / name).read_bytes()
    yield fill("index.html")
    yield fill("marts/index.html")
    for mart in inventory.marts:
        yield fill(mart.page, "mart.html", mart=mart, described=described[mart.name])
    yield fill("datensaetze/index.html", "datasets.html")
    for dataset in inventory.datasets:
        yield fill(
            dataset.page,
            "dataset.html",
            dataset=dataset,
            document=_document_of(dataset.id, texts),
        )
    yield fill("kennzahlen.html", "metrics.html", groups=_metric_groups(inventory))
    yield fill("berichte.html", "exposures.html")
    yield fill("datenschutz.html", "disclosure.html")
    yield fill("schnittstellen.html", "interfaces.html")
    yield fill("handbuch/index.html", "handbook.html", texts=_in_order(texts))
    yield from _documents(fill, inventory, texts, folder)


def _documents(
    fill: _Filler, inventory: Inventory, texts: Sequence[Document], folder: Path
) -> Iterator[tuple[str, bytes]]:
    marts = {mart.name: mart.page for mart in inventory.marts}
    images: set[PurePosixPath] = set()
    for text in texts:
        rendered = documents.render(text, texts, folder, marts)
        images |= rendered.images
        yield fill(text.page, "document.html", document=text, body=Markup(rendered.html))
    for image in sorted(images):
        yield f"{documents.FOLDER}/{image}", (folder / image).read_bytes()


class _Filler:
    """Fills a template for a page at its place in the site."""

    def __init__(
        self, settings: Settings, inventory: Inventory, edition: Edition, texts: Sequence[Document]
    ) -> None:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["number"] = _number
        environment.filters["day"] = _day
        environment.filters["moment"] = _moment
        environment.filters["size"] = labels.size
        environment.filters["code"] = _code
        self._environment = environment
        self._common: dict[str, Any] = {
            "inventory": inventory,
            "edition": edition,
            "settings": settings,
            "navigation": NAVIGATION,
            "labels": labels,
            "pages": {mart.name: mart.page for mart in inventory.marts},
            "has_document": {str(text.place) for text in texts},
            "rounded_to": ROUNDED_TO,
            "fewest_homes": FEWEST_HOMES,
            "fewest_operators": FEWEST_OPERATORS,
            "band": BAND,
            "section": _section,
        }

    def __call__(
        self, place: str, template: str | None = None, **said: object
    ) -> tuple[str, bytes]:
        """A page and its place. ``root`` leads from it to the start of the site."""
        wanted = template or {"index.html": "start.html", "marts/index.html": "marts.html"}[place]
        html = self._environment.get_template(wanted).render(
            place=place, root="../" * place.count("/"), **self._common, **said
        )
        return place, html.encode()


def _section(place: str) -> str:
    """Which entry of the navigation a page belongs to."""
    first = place.split("/")[0]
    held = {entry: entry for entry, _ in NAVIGATION}
    return held.get(place) or f"{first}/index.html"


def _document_of(dataset_id: str, texts: Sequence[Document]) -> Document | None:
    """The document that says how a dataset lies and how it is read."""
    source, name = dataset_id.split("/")
    held = {str(text.place): text for text in texts}
    for place in (f"sources/{name}.md", f"sources/{source}.md", f"{source}.md", "sources.md"):
        if place in held:
            return held[place]
    return None


def _in_order(texts: Sequence[Document]) -> list[Document]:
    ranks = {name: rank for rank, name in enumerate(FIRST_DOCUMENTS)}
    return sorted(texts, key=lambda text: (ranks.get(str(text.place), 99), str(text.place)))


def _metric_groups(inventory: Inventory) -> list[tuple[MartPage | None, list[dict[str, Any]]]]:
    """The metrics by the mart that holds them; those made of others last."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for metric in inventory.metrics:
        groups.setdefault(metric["mart"] or "", []).append(metric)
    ordered = sorted(groups.items(), key=lambda group: (not group[0], group[0]))
    return [(inventory.by_name.get(mart), metrics) for mart, metrics in ordered]


def _code(text: str) -> Markup:
    """A sentence whose names in backticks are shown as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _day(value: object) -> str:
    return labels.newest(str(value)) if value else "–"


def _moment(value: datetime) -> str:
    return f"{value.astimezone(HERE):%d.%m.%Y, %H:%M} Uhr"
