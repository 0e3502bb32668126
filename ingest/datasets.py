"""The registry of datasets: what the house takes in, one entry each.

Functions are named by import path, so that reading the registry imports neither pandas nor
pdfplumber: DAG files read it at every parse.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass, replace
from typing import Any

from ingest.calendars import QUARTER_ENDS, WTG_REFERENCE_DATES, MonthDays, Monthly
from ingest.settings import Settings


@dataclass(frozen=True)
class Dataset:
    """One dataset of one source.

    ``discover(settings, client, name) -> list[Request]`` says what the source offers now;
    ``fetch(client, request) -> Answer`` asks a source whose requests are forms;
    ``parse(content: bytes, origin: Origin) -> Batch`` understands one file;
    ``tables`` names a ``dict[str, pyarrow.Schema]``: the staged tables;
    ``suites() -> dict[str, ExpectationSuite]`` judges them, one suite a table;
    ``guard(content, label)`` may refuse a file before anything of it is kept.
    ``version`` goes up when parser or suite come to understand a file differently: landed files
    are then treated anew.
    """

    source: str
    name: str
    title: str
    calendar: MonthDays | Monthly
    licence: str
    discover: str
    parse: str
    tables: str
    suites: str
    reference: str = "reference_date"
    guard: str | None = None
    fetch: str | None = None
    version: int = 1

    @property
    def id(self) -> str:
        return f"{self.source}/{self.name}"

    def load(self, part: str) -> Any:  # noqa: ANN401 - a function, a dict: what the entry names
        """The object that ``part`` (``discover``, ``parse``, ``tables``, ...) names."""
        return pkgutil.resolve_name(getattr(self, part))

    def calendar_in(self, settings: Settings) -> MonthDays | Monthly:
        """When this dataset is due in this county. Raises ``ValueError`` for days of a monthly."""
        config = settings.dataset(self.source, self.name)
        calendar = self.calendar
        if config.lag_days is not None:
            calendar = replace(calendar, lag_days=config.lag_days)
        if not config.reference_days:
            return calendar
        if isinstance(calendar, Monthly):
            raise ValueError(f"{settings.county_file}: {self.id} is monthly: no reference_days")
        days = tuple((int(day[:2]), int(day[3:])) for day in config.reference_days)
        return replace(calendar, days=days)


CARE_STATISTICS = MonthDays(days=((12, 15),), lag_days=400, every_years=2, base_year=2019)
YEAR_END = MonthDays(days=((12, 31),), lag_days=360)

REGISTRY: tuple[Dataset, ...] = (
    Dataset(
        source="it_nrw",
        name="care_recipients",
        title="Care recipients by kind of benefit, Kreise (22421-02i)",
        calendar=CARE_STATISTICS,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:static_table",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.care:parse_recipients",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:care_recipients",
    ),
    Dataset(
        source="it_nrw",
        name="care_homes",
        title="Care homes: homes and places, Kreise (22412-01i)",
        calendar=CARE_STATISTICS,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:static_table",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.care:parse_homes",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:care_homes",
    ),
    Dataset(
        source="it_nrw",
        name="care_recipients_by_age",
        title="Care recipients by age group and kind of care, Land",
        calendar=CARE_STATISTICS,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:static_table",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.care:parse_recipients_by_age",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:care_recipients_by_age",
    ),
    Dataset(
        source="it_nrw",
        name="population_by_age",
        title="Population by sex, nationality and 21 age groups, Kreise (12411-03-03-4)",
        calendar=YEAR_END,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:static_table",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.population:parse_by_age",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:population_by_age",
    ),
    Dataset(
        source="it_nrw",
        name="population_municipalities",
        title="Population by sex, municipalities (REST, new ffcsv layout)",
        calendar=YEAR_END,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:rest_table",
        fetch="ingest.it_nrw.rest:fetch",
        parse="ingest.it_nrw.population:parse_municipalities",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:population_municipalities",
    ),
    Dataset(
        source="azr",
        name="crosstable",
        title="People with refugee background by status, sex and age",
        calendar=MonthDays(days=QUARTER_ENDS, lag_days=60),
        licence="AZRG § 24: planning only, aggregates",
        discover="ingest.azr.discover:crosstables",
        parse="ingest.azr.crosstable:parse",
        tables="ingest.azr.tables:CROSSTABLE",
        suites="expectations.suites.azr:crosstable",
        guard="ingest.azr.guard:refuse_person_level",
    ),
    Dataset(
        source="azr",
        name="series",
        title="People with refugee background by status group, all reference dates",
        calendar=MonthDays(days=QUARTER_ENDS, lag_days=60),
        licence="AZRG § 24: planning only, aggregates",
        discover="ingest.azr.discover:series",
        parse="ingest.azr.series:parse",
        tables="ingest.azr.tables:SERIES",
        suites="expectations.suites.azr:series",
        guard="ingest.azr.guard:refuse_person_level",
    ),
    Dataset(
        source="bamf",
        name="hkl",
        title="Asylum applications, decisions and pending procedures by country, monthly",
        calendar=Monthly(lag_days=20),
        licence="official work (§ 5 UrhG)",
        discover="ingest.bamf.hkl_links:discover",
        parse="ingest.bamf.hkl:parse",
        tables="ingest.bamf.tables:HKL",
        suites="expectations.suites.bamf:hkl",
        reference="reference_month",
    ),
    Dataset(
        source="wtg",
        name="stichtag",
        title="The WTG authority's workbook of a reference date",
        calendar=MonthDays(days=WTG_REFERENCE_DATES, lag_days=45),
        licence="internal; published in aggregates",
        discover="ingest.wtg.discover:workbooks",
        parse="ingest.wtg.workbook:parse",
        tables="ingest.wtg.tables:TABLES",
        suites="expectations.suites.wtg:stichtag",
    ),
)


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
