"""The registry: which sources Kreishaus visits, and which datasets they hold.

What is in it stands in ``ingest/<folder>/source.toml``, beside the source's code; a new folder
with such a file is a new source. Reading the registry imports neither pandas nor pdfium nor a
source: DAG files read it at every parse.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kreishaus.calendars import Calendar, MonthDays
from kreishaus.licences import Licence, licences
from kreishaus.settings import REPOSITORY, Retention, Settings
from kreishaus.source_toml import SourceFile, read_source
from kreishaus.toml_files import FaultyFile


@dataclass(frozen=True)
class Dataset:
    """One dataset of one source.

    ``discover(settings, client, name) -> list[Request]`` says what the source offers now;
    ``fetch(settings, client, request) -> Answer`` asks a source whose requests are forms;
    ``parse(content: bytes, origin: Origin) -> Batch`` understands one file;
    ``tables`` names a ``dict[str, pyarrow.Schema]``: the staged tables;
    ``suites() -> dict[str, ExpectationSuite]`` judges them, one suite a table;
    ``guard(content, label)`` may refuse a file before anything of it is kept;
    ``reduce`` names a ``pipeline.reduction.Reducer``: of a file lands only what it makes of it.
    ``strip(content, label, settings) -> Stripped`` leaves out what must not land, such as contacts.
    ``noted(request, content, settings) -> Request`` is the request as it is kept with what landed,
    without a name that may be a person's.
    A ``snapshot`` says how things are when it is asked: each day that saw a file is an observation.
    Of a dataset with ``one_table_each`` a file holds one of the tables, whose name is its period.
    ``own_regions`` (staged table -> column of region keys): all are the county's, or the file is
    another county's. ``every_municipality`` (the same) holds at least each one of the county.
    ``region_names`` (staged table -> columns of keys and of names): each name is its key's.
    ``version`` goes up when parser or suite come to understand a file differently: landed files
    are then processed anew. ``retention`` says how long landed files stay; None is for ever.
    ``title_de`` is its one German name; ``owner_de`` is named before it where a paper tells whose
    figures they are, and empty where the name says it.
    """

    source: str
    name: str
    title: str
    title_de: str
    owner_de: str
    calendar: Calendar
    licence: Licence
    discover: str
    parse: str
    tables: str
    suites: str
    reference: str = "reference_date"
    guard: str | None = None
    reduce: str | None = None
    strip: str | None = None
    noted: str | None = None
    fetch: str | None = None
    snapshot: bool = False
    one_table_each: bool = False
    own_regions: Mapping[str, str] = field(default_factory=dict)
    every_municipality: Mapping[str, str] = field(default_factory=dict)
    region_names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    version: int = 1
    retention: Retention | None = None

    @property
    def id(self) -> str:
        return f"{self.source}/{self.name}"

    @property
    def cited_de(self) -> str:
        """Whose figures they are, and their name: ``AZR, Menschen mit ...``."""
        return f"{self.owner_de}, {self.title_de}" if self.owner_de else self.title_de

    def load(self, part: str) -> Any:  # noqa: ANN401 - a function, a dict: what the entry names
        """The object that ``part`` (``discover``, ``parse``, ``tables``, ...) names."""
        return pkgutil.resolve_name(getattr(self, part))

    def tables_in(self, period: str) -> dict[str, Any]:
        """The schemas of the tables that a file of this period holds, by name."""
        schemas: dict[str, Any] = self.load("tables")
        return {period: schemas[period]} if self.one_table_each else schemas

    def retention_in(self, settings: Settings) -> Retention | None:
        """How long this county keeps its landed files; None is for ever."""
        return settings.retention.datasets.get(self.id, self.retention)

    def calendar_in(self, settings: Settings) -> Calendar:
        """When this dataset is due in this county. Raises ``ValueError`` for days of a monthly."""
        config = settings.dataset(self.source, self.name)
        calendar = self.calendar
        if config.lag_days is not None:
            calendar = replace(calendar, lag_days=config.lag_days)
        if not config.reference_days:
            return calendar
        if not isinstance(calendar, MonthDays):
            raise ValueError(f"{settings.county_file}: {self.id} is monthly: no reference_days")
        days = tuple((int(day[:2]), int(day[3:])) for day in config.reference_days)
        return replace(calendar, days=days)


@dataclass(frozen=True)
class Source:
    """A source, visited each night at ``nightly`` (``hh:mm``, German time).

    Readers see ``title_de``, and ``short_name_de`` before the name of a dataset; ``description``
    and ``read_more`` (which page tells more) are English, for Airflow's page. Of a source that is
    ``dropped`` officers put files into a folder.
    """

    name: str
    title_de: str
    short_name_de: str
    description: str
    read_more: str
    nightly: str
    dropped: bool
    datasets: tuple[Dataset, ...]

    @property
    def dag_id(self) -> str:
        """The DAG that takes it in."""
        return f"ingest_{self.name}"

    @property
    def pool(self) -> str:
        """Airflow's pool with the one slot for visits to it."""
        return f"visit_{self.name}"


def read_sources(folder: Path) -> tuple[Source, ...]:
    """The sources that the folders in ``folder`` describe, in the order of their visits.

    Raises ``FaultyFile`` where a description is wrong, two have one name or there is none at all.
    """
    found: dict[str, Path] = {}
    sources = []
    for path in sorted(folder.glob("*/source.toml")):
        said = read_source(path)
        if said.name in found:
            other = found[said.name]
            raise FaultyFile(f"{path}: name: expected one of its own; found that of {other}")
        found[said.name] = path
        sources.append(_source(said))
    if not sources:
        raise FaultyFile(f"{folder}: expected folders with a source.toml, found none")
    return tuple(sorted(sources, key=lambda source: (source.nightly, source.name)))


def _source(said: SourceFile) -> Source:
    words = {name: getattr(said, name) for name in SourceFile.model_fields if name != "datasets"}
    return Source(**words, datasets=tuple(_datasets(said)))


def _datasets(said: SourceFile) -> Iterable[Dataset]:
    for name, entry in said.datasets.items():
        words = {key: getattr(entry, key) for key in type(entry).model_fields}
        words["calendar"] = entry.calendar.made()
        words["licence"] = licences()[entry.licence]
        words["owner_de"] = said.short_name_de if entry.owner_de is None else entry.owner_de
        yield Dataset(source=said.name, name=name, **words)


SOURCES: tuple[Source, ...] = read_sources(REPOSITORY / "ingest")
REGISTRY: tuple[Dataset, ...] = tuple(entry for source in SOURCES for entry in source.datasets)


def source(name: str) -> Source:
    """The source called ``name``. Raises ``KeyError`` naming those that exist."""
    for one in SOURCES:
        if one.name == name:
            return one
    raise KeyError(f"no source {name!r}; there are: {', '.join(one.name for one in SOURCES)}")


def datasets_of(source: str) -> tuple[Dataset, ...]:
    """The datasets of one source, in the order of the registry."""
    return tuple(entry for entry in REGISTRY if entry.source == source)


def dataset(dataset_id: str) -> Dataset:
    """The dataset called ``source/name``. Raises ``KeyError`` naming those that exist."""
    for entry in REGISTRY:
        if entry.id == dataset_id:
            return entry
    known = ", ".join(entry.id for entry in REGISTRY)
    raise KeyError(f"no dataset {dataset_id!r}; there are: {known}")
