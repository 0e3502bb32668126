"""Data Docs: a page for every file that was judged, and one index, to be opened in a browser.

    docs/quality -> quality-<id>/index.html, style.css
                                /runs/<source>/<dataset>/<period>-<sha256>.html
                                /pages.json      what each page was made of, to make it only once

Built aside and switched in by one rename of a link. Nothing is loaded from other servers.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

from kreishaus.datasets import REGISTRY, Dataset
from kreishaus.files import make_folder, remove_directory, switch_link, write_synced
from kreishaus.rights import prepare_home
from kreishaus.settings import Settings
from kreishaus.store.quarantine import Quarantine
from kreishaus.store.staging import BatchRecord, Staging
from kreishaus.wording import CATALOGUE, Language, document_in, sayer

TEMPLATES = Path(__file__).parent / "templates"
MANIFEST = "pages.json"
HASH_CHARACTERS = 12


@dataclass(frozen=True)
class Run:
    """One processed file, and the folder that says what its checks found."""

    record: BatchRecord
    outcome: Literal["staged", "quarantined"]
    folder: Path
    title: str

    @property
    def dataset_id(self) -> str:
        return f"{self.record.source}/{self.record.dataset}"

    @property
    def name(self) -> str:
        return f"{self.dataset_id} {self.record.period or self.record.label}"

    @property
    def page(self) -> str:
        name = f"{self.record.period or 'unreadable'}-{self.record.sha256[:HASH_CHARACTERS]}"
        return f"runs/{self.dataset_id}/{name}.html"

    @cached_property
    def sources(self) -> tuple[bytes, bytes]:
        """``validation.json`` and ``reason.json``, as they lie there; empty where there is none."""
        return _content(self.folder / "validation.json"), _content(self.folder / "reason.json")

    @property
    def document(self) -> Mapping[str, Any]:
        """The validation document; a file that could not be read has findings and no tables.

        Its texts are in both languages, those of earlier releases in English alone.
        """
        validation, reason = self.sources
        if validation:
            document: dict[str, Any] = json.loads(validation)
            return document
        return {"findings": json.loads(reason or b"[]"), "tables": {}}


@dataclass(frozen=True)
class Tally:
    """How many checks a page shows, and how many of them failed."""

    checks: int
    critical: int
    warnings: int


@dataclass(frozen=True)
class Page:
    """A finished page in the index. ``digest`` says what it was made of."""

    run: Run
    page: str
    digest: str
    tally: Tally


def build(settings: Settings) -> Path:
    """Build the site of every staged and quarantined file; returns ``docs/quality``.

    Pages that the site has already are taken over. A reader sees the old site or the new one.
    """
    prepare_home(settings)
    link = settings.home / "docs" / "quality"
    make_folder(link.parent)
    before = link.resolve() if link.is_symlink() else None
    known = _manifest(before)
    runs = sorted(_runs(settings), key=lambda run: (run.name, run.record.retrieved_at))
    salt = _salt(settings.language)
    identity = hashlib.sha256(salt)
    digests = {run.page: _digest(run, salt) for run in runs}
    for run in runs:
        identity.update(f"{run.page} {digests[run.page]}".encode())
    target = link.with_name(f"quality-{identity.hexdigest()[:HASH_CHARACTERS]}")
    if before == target.resolve() and (target / "index.html").exists():
        return link
    remove_directory(target)
    make_folder(target)
    render = partial(_render, language=settings.language)
    pages = [_page(run, digests[run.page], target, before, known, render) for run in reversed(runs)]
    _write_around(target, pages, settings.language)
    switch_link(link, target)
    for old in link.parent.glob("quality-*"):
        if old.name != target.name:
            remove_directory(old)
    return link


def _salt(language: Language) -> bytes:
    """What pages are made of besides a file's own records."""
    templates = [path.read_bytes() for path in sorted(TEMPLATES.iterdir())]
    return b"".join([language.encode(), CATALOGUE.read_bytes(), *templates])


def _runs(settings: Settings) -> Iterator[Run]:
    for entry in REGISTRY:
        yield from _staged(settings, entry)
        for file in Quarantine(settings.quarantine, entry.source, entry.name).files():
            yield Run(file.record, "quarantined", file.folder, _title(entry, settings.language))


def _title(entry: Dataset, language: Language) -> str:
    return entry.title_de if language == "de" else entry.title


def _staged(settings: Settings, entry: Dataset) -> Iterator[Run]:
    staging = Staging(settings.staged, entry.source, entry.name)
    for record in staging.records():
        folder = staging.folder / str(record.period) / record.sha256
        yield Run(record, "staged", folder, _title(entry, settings.language))


def _digest(run: Run, salt: bytes) -> str:
    parts = (salt, run.outcome.encode(), repr(run.record).encode(), *run.sources)
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _page(
    run: Run,
    digest: str,
    target: Path,
    before: Path | None,
    known: Mapping[str, Any],
    render: Callable[[Run, Tally], str],
) -> Page:
    path = target / run.page
    make_folder(path.parent)
    old = known.get(run.page)
    if before and old and old["digest"] == digest and (before / run.page).exists():
        os.link(before / run.page, path)
        return Page(run, run.page, digest, Tally(**old["tally"]))
    tally = _tally(run.document)
    write_synced(path, render(run, tally).encode())
    return Page(run, run.page, digest, tally)


def _render(run: Run, tally: Tally, *, language: Language) -> str:
    from expectations.run_page import checks_table, render  # Great Expectations: seconds

    document = document_in(run.document, language)
    return render(
        "run.html",
        str(TEMPLATES),
        run=run,
        language=language,
        say=sayer(language),
        home="../" * run.page.count("/"),
        findings=document["findings"],
        tables=[
            {"name": name, "block": checks_table(table["results"], language)}
            for name, table in document["tables"].items()
            if table["results"]
        ],
        tally=tally,
    )


def _tally(document: Mapping[str, Any]) -> Tally:
    results = [result for table in document["tables"].values() for result in table["results"]]
    failed = Counter(finding["severity"] for finding in document["findings"])
    for result in results:
        broke_down = result["exception_info"]["raised_exception"]
        if not result["success"]:
            failed["critical" if broke_down else result["expectation_config"]["severity"]] += 1
    return Tally(
        checks=len(results) + len(document["findings"]),
        critical=failed["critical"],
        warnings=failed["warning"],
    )


def _write_around(target: Path, pages: Sequence[Page], language: Language) -> None:
    """The style, the manifest and, last, the index."""
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    shutil.copyfile(TEMPLATES / "style.css", target / "style.css")
    manifest = {page.page: {"digest": page.digest, "tally": asdict(page.tally)} for page in pages}
    write_synced(target / MANIFEST, json.dumps(manifest).encode())
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html"])
    )
    index = environment.get_template("index.html").render(
        pages=pages,
        language=language,
        say=sayer(language),
        quarantined=[page for page in pages if page.run.outcome == "quarantined"],
    )
    write_synced(target / "index.html", index.encode())


def _manifest(site: Path | None) -> dict[str, Any]:
    content = _content(site / MANIFEST) if site else b""
    manifest: dict[str, Any] = json.loads(content or b"{}")
    return manifest


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
