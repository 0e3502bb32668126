"""The registry of datasets: what the house takes in, one entry each.

Functions are named by import path, so that reading the registry imports neither pandas nor
pdfplumber: DAG files read it at every parse.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass, replace
from typing import Any

from kreishaus.calendars import (
    QUARTER_ENDS,
    REPORT_MONTHS,
    WTG_REFERENCE_DATES,
    Calendar,
    Daily,
    MonthDays,
    Monthly,
    NoCalendar,
)
from kreishaus.settings import Retention, Settings


@dataclass(frozen=True)
class Dataset:
    """One dataset of one source.

    ``discover(settings, client, name) -> list[Request]`` says what the source offers now;
    ``fetch(settings, client, request) -> Answer`` asks a source whose requests are forms;
    ``parse(content: bytes, origin: Origin) -> Batch`` understands one file;
    ``tables`` names a ``dict[str, pyarrow.Schema]``: the staged tables;
    ``suites() -> dict[str, ExpectationSuite]`` judges them, one suite a table;
    ``guard(content, label)`` may refuse a file before anything of it is kept.
    A ``snapshot`` says how things are when it is asked: each day that saw a file is an observation.
    ``version`` goes up when parser or suite come to understand a file differently: landed files
    are then treated anew. ``retention`` says how long landed files stay; None is for ever.
    """

    source: str
    name: str
    title: str
    calendar: Calendar
    licence: str
    discover: str
    parse: str
    tables: str
    suites: str
    reference: str = "reference_date"
    guard: str | None = None
    fetch: str | None = None
    snapshot: bool = False
    version: int = 1
    retention: Retention | None = None

    @property
    def id(self) -> str:
        return f"{self.source}/{self.name}"

    def load(self, part: str) -> Any:  # noqa: ANN401 - a function, a dict: what the entry names
        """The object that ``part`` (``discover``, ``parse``, ``tables``, ...) names."""
        return pkgutil.resolve_name(getattr(self, part))

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


CARE_STATISTICS = MonthDays(days=((12, 15),), lag_days=400, every_years=2, base_year=2019)
YEAR_END = MonthDays(days=((12, 31),), lag_days=360)
PROJECTIONS = MonthDays(days=((12, 31),), lag_days=730, every_years=3, base_year=2024)
"""By the date they start from; the offices make a new one about every third year."""

REGISTER_FILES = Retention(
    after_days=5 * 365,
    in_force_too=True,
    reason="AZRG § 24, planning only: once the figures have stood for five years nobody needs the "
    "register's own file. The law names no number of years; this one is the house's.",
)
HEIMFINDER_DAYS = Retention(
    daily_days=365,
    reason="Free places day by day for a year, afterwards one day of each month: an answer that "
    "changes every night would land gigabytes a year.",
)

REGISTRY: tuple[Dataset, ...] = (
    Dataset(
        source="it_nrw",
        name="care_recipients",
        title="Care recipients by kind of benefit, Kreise (22421-02i)",
        calendar=CARE_STATISTICS,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:table",
        fetch="ingest.it_nrw.tablefile:fetch",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.care:parse",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:care_recipients",
        version=3,
    ),
    Dataset(
        source="it_nrw",
        name="care_homes",
        title="Care homes: homes and places, Kreise (22412-01i)",
        calendar=CARE_STATISTICS,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:table",
        fetch="ingest.it_nrw.tablefile:fetch",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.care:parse",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:care_homes",
        version=2,
    ),
    Dataset(
        source="it_nrw",
        name="care_staff",
        title="Care homes: staff, Kreise (22412-01i)",
        calendar=CARE_STATISTICS,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:table",
        fetch="ingest.it_nrw.tablefile:fetch",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.care:parse",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:care_staff",
    ),
    Dataset(
        source="it_nrw",
        name="care_recipients_by_age",
        title="Care recipients by age group and kind of care, Land",
        calendar=CARE_STATISTICS,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:table",
        fetch="ingest.it_nrw.tablefile:fetch",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.care:parse",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:care_recipients_by_age",
        version=2,
    ),
    Dataset(
        source="it_nrw",
        name="population_by_age",
        title="Population by sex, nationality and 21 age groups, Kreise (12411-03-03-4)",
        calendar=YEAR_END,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:table",
        fetch="ingest.it_nrw.tablefile:fetch",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.population:parse",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:population_by_age",
        version=2,
    ),
    Dataset(
        source="it_nrw",
        name="population_municipalities",
        title="Population by sex, municipalities (REST, new ffcsv layout)",
        calendar=YEAR_END,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:table",
        fetch="ingest.it_nrw.tablefile:fetch",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.population:parse",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:population_municipalities",
        version=2,
    ),
    Dataset(
        source="it_nrw",
        name="population_municipalities_by_age",
        title="Population by sex and 17 age groups, municipalities (12411-02-03-5)",
        calendar=YEAR_END,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:table",
        fetch="ingest.it_nrw.tablefile:fetch",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.population:parse",
        tables="ingest.it_nrw.tables:CELLS",
        suites="expectations.suites.it_nrw:population_municipalities_by_age",
    ),
    Dataset(
        source="it_nrw",
        name="population_projection",
        title="Population projection by variant, sex and age, Kreise",
        calendar=PROJECTIONS,
        licence="dl-de/by-2-0",
        discover="ingest.it_nrw.discover:table",
        fetch="ingest.it_nrw.tablefile:fetch",
        guard="ingest.it_nrw.rest:require_data",
        parse="ingest.it_nrw.projection:parse",
        tables="ingest.it_nrw.tables:PROJECTED_CELLS",
        suites="expectations.suites.it_nrw_projection:population_projection",
        reference="base_date",
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
        version=2,
        retention=REGISTER_FILES,
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
        version=2,
        retention=REGISTER_FILES,
    ),
    Dataset(
        source="azr",
        name="municipalities",
        title="Foreigners by municipality and sex",
        calendar=MonthDays(days=((3, 31),), lag_days=60),
        licence="AZRG § 24: planning only, aggregates",
        discover="ingest.azr.discover:municipalities",
        parse="ingest.azr.municipalities:parse",
        tables="ingest.azr.tables:MUNICIPALITIES",
        suites="expectations.suites.azr:municipalities",
        guard="ingest.azr.guard:refuse_person_level_by_municipality",
        retention=REGISTER_FILES,
    ),
    Dataset(
        source="bamf",
        name="hkl",
        title="Asylum applications, decisions and pending procedures by country, monthly",
        calendar=Monthly(lag_days=20),
        licence="official work (§ 5 UrhG)",
        discover="ingest.bamf.links:discover",
        parse="ingest.bamf.hkl:parse",
        tables="ingest.bamf.tables:HKL",
        suites="expectations.suites.bamf:hkl",
        reference="reference_month",
        version=2,
    ),
    Dataset(
        source="bamf",
        name="report",
        title="Asylgeschäftsbericht: ten countries, year to date; the month in sentences",
        calendar=REPORT_MONTHS,
        licence="official work (§ 5 UrhG)",
        discover="ingest.bamf.links:discover",
        parse="ingest.bamf.report:parse",
        tables="ingest.bamf.tables:REPORT",
        suites="expectations.suites.bamf:report",
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
        version=2,
    ),
    Dataset(
        source="wtg",
        name="register",
        title="The WTG authority's register: its list of offers",
        calendar=MonthDays(days=((12, 31),), lag_days=90),
        licence="internal; names and addresses may be published",
        discover="ingest.wtg.discover:register_exports",
        parse="ingest.wtg.register:parse",
        tables="ingest.wtg.tables:REGISTER",
        suites="expectations.suites.wtg:register",
    ),
    Dataset(
        source="wtg",
        name="heimfinder",
        title="Heimfinder NRW: places that care homes report free, daily",
        calendar=Daily(lag_days=1),
        licence="public on heimfinder.nrw.de; terms of use not known",
        discover="ingest.heimfinder.free_places:discover",
        guard="ingest.heimfinder.free_places:require_homes",
        fetch="ingest.heimfinder.free_places:fetch",
        parse="ingest.heimfinder.free_places:parse",
        tables="ingest.heimfinder.tables:HOMES",
        suites="expectations.suites.heimfinder:heimfinder",
        reference="first_seen_date",
        snapshot=True,
        retention=HEIMFINDER_DAYS,
    ),
    Dataset(
        source="papers",
        name="figures",
        title="Tables of printed papers, as printed",
        calendar=NoCalendar(),
        licence="public minutes and official works (§ 5 UrhG)",
        discover="ingest.printed_tables.discover:tables",
        parse="ingest.printed_tables.figures:parse",
        tables="ingest.printed_tables.tables:FIGURES",
        suites="expectations.suites.papers:figures",
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
