"""What the catalogue tells of one published version: gathered once, rendered by ``pages``.

Data come from the public half alone, whoever the site is for. What only the county's own people
may know of an internal mart (how many rows it has) stands in their edition only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from catalogue import labels
from catalogue.boards import dashboards
from catalogue.project import Exposure, Lineage, Project, Step
from kreishaus.calendars import Monthly, NoCalendar
from kreishaus.county_words import CountyWords
from kreishaus.datasets import REGISTRY, Dataset, source
from kreishaus.earlier_names import RECORDED_AT
from kreishaus.labels.figure_origin import OriginNote
from kreishaus.licences import Licence
from kreishaus.settings import Settings
from warehouse import versions, withdrawals
from warehouse.manifest import NEWEST_BY
from warehouse.marts import Column, Mart, marts
from warehouse.origins import note_on

SAMPLE_ROWS = 10
EXAMPLE_COLUMNS = 4
YEARS = ("reference_year", "year")
SHA_CHARACTERS = 12
Row = dict[str, Any]


@dataclass(frozen=True)
class ColumnLine:
    """A column as its page shows it."""

    name: str
    label: str
    data_type: str
    unit: str
    description: str
    rule: str
    reason: str
    in_key: bool
    shown: bool


@dataclass(frozen=True)
class Sample:
    """A few rows of the public half. ``numeric`` says which columns stand to the right."""

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Coverage:
    """What a public mart speaks of: from when to when, of which area (``Kreis``, ``Land``, ...).

    ``modified`` is when Kreishaus came to know the newest of it.
    """

    first: date | None
    last: date | None
    area: str
    modified: datetime


@dataclass(frozen=True)
class File:
    """A file of the sources in force: for which period, and its hash for who may know that."""

    period: str
    sha256: str | None


@dataclass(frozen=True)
class DatasetPage:
    """A dataset of the registry, with how fresh it is and which files of it are in force."""

    entry: Dataset
    title: str
    source: str
    calendar: str
    licence: Licence
    files: tuple[File, ...]
    fresh: Row
    tables: tuple[Step, ...]
    marts: tuple[str, ...]

    @property
    def id(self) -> str:
        return self.entry.id

    @property
    def page(self) -> str:
        return dataset_page(self.entry.id)

    @property
    def newest(self) -> str:
        """The newest reference date that is there; of what comes by the month, the month."""
        newest = self.fresh.get("newest_reference_date")
        if newest and isinstance(self.entry.calendar, Monthly):
            return labels.month(newest)
        return labels.newest(str(newest or ""))

    @property
    def state(self) -> str:
        """In a word or two: late, in time, ended, without a calendar, or nothing known."""
        if not self.fresh:
            return "unbekannt"
        if isinstance(self.entry.calendar, NoCalendar):
            return "ohne Kalender"
        if self.fresh["is_late"]:
            return "verspätet"
        if self.fresh["newest_reference_date"] is None and not self.entry.calendar.ended:
            return "noch nichts da"
        return "beendet" if self.entry.calendar.ended else "aktuell"


@dataclass(frozen=True)
class MartPage:
    """A mart, with all that its page tells."""

    name: str
    title: str
    about: str
    description: str
    domain: labels.Domain
    audience: versions.Audience
    key: tuple[str, ...]
    columns: tuple[ColumnLine, ...]
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    method: str
    outside_time: str
    lineage: Lineage
    children: tuple[str, ...]
    exposures: tuple[Exposure, ...]
    published: bool
    rows: int | None = None
    newest: str = ""
    kept_from: str | None = None
    sample: Sample | None = None
    coverage: Coverage | None = None
    example: str = ""

    @property
    def page(self) -> str:
        return mart_page(self.name)

    @property
    def is_public(self) -> bool:
        """Whether everybody may have its data, and they are there."""
        return self.audience == "public" and self.published


@dataclass(frozen=True)
class Inventory:
    """One published version, as the catalogue tells of it."""

    county: str
    own: CountyWords
    ags: str
    origin_note: OriginNote
    version: str
    created_at: datetime
    code_version: str
    as_of: str | None
    looked_at: date | None
    marts: tuple[MartPage, ...]
    datasets: tuple[DatasetPage, ...]
    metrics: tuple[Row, ...]
    exposures: tuple[Exposure, ...]
    refused: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[withdrawals.Mark, ...] = ()

    @property
    def withdrawn(self) -> dict[str, withdrawals.Mark]:
        """The withdrawn versions by name: a mart may still be shown as it was in one of them."""
        return {mark.name: mark for mark in self.marks if mark.kind == "versions"}

    @property
    def public(self) -> tuple[MartPage, ...]:
        return tuple(mart for mart in self.marts if mart.is_public)

    @property
    def by_name(self) -> dict[str, MartPage]:
        return {mart.name: mart for mart in self.marts}

    @property
    def by_dataset(self) -> dict[str, DatasetPage]:
        return {one.id: one for one in self.datasets}

    @property
    def by_domain(self) -> list[tuple[labels.Domain, list[MartPage]]]:
        """The marts section by section, in the order of the sections."""
        held = {mart.domain.key: mart.domain for mart in self.marts}
        ordered = [key for key in labels.domains(self.own) if key in held]
        ordered += sorted(held.keys() - set(ordered))
        return [(held[key], [m for m in self.marts if m.domain.key == key]) for key in ordered]

    @property
    def late(self) -> list[DatasetPage]:
        return [one for one in self.datasets if one.state == "verspätet"]


def mart_page(name: str) -> str:
    """Where the page of a mart lies in the site."""
    return f"marts/{name}.html"


def dataset_page(dataset_id: str) -> str:
    """Where the page of a dataset lies in the site."""
    return f"datensaetze/{dataset_id.replace('/', '-')}.html"


def gather(settings: Settings, audience: versions.Audience) -> Inventory:
    """Everything that the catalogue tells of the current version.

    Raises ``NothingPublished``, and ``BuildNotFinished`` where no build is kept.
    """
    version = versions.current(settings)
    manifest = versions.manifest(version, audience)
    public = versions.manifest(version, "public")["marts"]
    project = Project.of(settings)
    described = {mart.name: mart for mart in marts(settings)}
    with duckdb.connect(versions.database(version, "public"), read_only=True) as connection:
        connection.execute("use public")
        held = {str(row[0]) for row in connection.execute("show tables").fetchall()}
        fresh = _rows(connection, "freshness", held)
        read_by = _exposures(project, {*described, *(one["name"] for one in manifest["marts"])})
        pages = _mart_pages(
            connection, manifest, public, described, project, read_by, held, settings.county.words
        )
        metrics = _rows(connection, "metric", held)
    freshness = {row["dataset_id"]: row for row in fresh}
    return Inventory(
        county=settings.county.name,
        own=settings.county.words,
        ags=settings.county.ags,
        origin_note=note_on(manifest),
        version=manifest["version"],
        created_at=datetime.fromisoformat(manifest["created_at"]),
        code_version=manifest["code_version"],
        as_of=manifest["as_of"],
        looked_at=max((row["looked_at_date"] for row in fresh), default=None),
        marts=tuple(pages),
        datasets=tuple(
            _dataset_page(settings, entry, manifest, freshness.get(entry.id, {}), project)
            for entry in REGISTRY
        ),
        metrics=tuple(sorted(metrics, key=lambda row: str(row["metric_code"]))),
        exposures=read_by,
        refused=manifest["refused"] if audience == "internal" else {},
        marks=(
            *withdrawals.marks(settings, "versions"),
            *withdrawals.marks(settings, "papers"),
        ),
    )


def _exposures(project: Project, known: set[str]) -> tuple[Exposure, ...]:
    """Reports and dashboards, each with those of its marts that there are."""
    return tuple(
        replace(one, marts=tuple(name for name in one.marts if name in known))
        for one in (*project.exposures, *dashboards())
    )


def _mart_pages(
    connection: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    public_marts: Sequence[Mapping[str, Any]],
    described: Mapping[str, Mart],
    project: Project,
    read_by: Sequence[Exposure],
    held: set[str],
    own: CountyWords,
) -> list[MartPage]:
    """A page a mart. ``manifest`` is that of the edition, which may know of more than is public."""
    public = {entry["name"]: entry for entry in public_marts}
    known = {entry["name"]: entry for entry in manifest["marts"]}
    made = datetime.fromisoformat(manifest["created_at"])
    pages = []
    for name in sorted({*described, *known}):
        mart = described.get(name) or _known_by_manifest(name, known[name])
        entry = public.get(name) if name in held else None
        told = entry or known.get(name) or {}
        page = MartPage(
            name=name,
            title=str(mart.meta.get("title_de") or name),
            about=str(mart.meta.get("description_de") or ""),
            description=mart.description,
            domain=labels.domain(project.domain(name), own),
            audience="internal" if mart.meta.get("audience") == "internal" else "public",
            key=mart.key,
            columns=_column_lines(mart, entry),
            rules=tuple(labels.mart_rules(mart, own)),
            reasons=tuple(labels.reasons(mart)),
            method=str(mart.meta.get("method") or ""),
            outside_time=str(mart.meta.get("outside_time") or ""),
            lineage=project.lineages.get(name, Lineage()),
            children=project.children(name),
            exposures=tuple(one for one in read_by if name in one.marts),
            published=entry is not None,
            rows=told.get("rows"),
            newest=labels.newest(told.get("newest")),
            kept_from=told.get("kept_from"),
            sample=_sample(connection, name, mart.key, entry["columns"]) if entry else None,
            coverage=_coverage(connection, name, project.lineages.get(name), made)
            if entry
            else None,
            example=_example(connection, name, mart.key) if entry else "",
        )
        pages.append(page)
    return pages


def _known_by_manifest(name: str, entry: Mapping[str, Any]) -> Mart:
    """A mart that a version still carries and the project has lost."""
    columns = {
        column: Column(said["description"], "", {"label_de": said["label_de"]})
        for column, said in entry["columns"].items()
    }
    return Mart(name, name, entry["description"], columns, None, tuple(entry["key"]))


def _column_lines(mart: Mart, entry: Mapping[str, Any] | None) -> tuple[ColumnLine, ...]:
    """The columns of a mart, and those that only its public half has."""
    shown = entry["columns"] if entry else {}
    lines = [
        ColumnLine(
            name=name,
            label=column.label_de,
            data_type=labels.data_type(column.data_type),
            unit=labels.unit(name, column),
            description=" ".join(column.description.split()),
            rule=labels.column_rule(mart, column),
            reason=labels.column_reason(column),
            in_key=name in mart.key,
            shown=not entry or name in shown,
        )
        for name, column in mart.columns.items()
    ]
    lines += [
        ColumnLine(
            name=name,
            label=said["label_de"],
            data_type=labels.data_type("integer"),
            unit="Personen",
            description=said["description"],
            rule="nur in der öffentlichen Fassung",
            reason="",
            in_key=False,
            shown=True,
        )
        for name, said in shown.items()
        if name not in mart.columns
    ]
    return tuple(lines)


def _dataset_page(
    settings: Settings,
    entry: Dataset,
    manifest: Mapping[str, Any],
    fresh: Row,
    project: Project,
) -> DatasetPage:
    files = [
        File(str(one["period"]), one.get("sha256"))
        for one in manifest["sources"]
        if f"{one['source']}/{one['dataset']}" == entry.id
    ]
    return DatasetPage(
        entry=entry,
        title=entry.title_de,
        source=source(entry.source).title_de,
        calendar=labels.calendar(entry.calendar_in(settings)),
        licence=entry.licence,
        files=tuple(sorted(files, key=lambda file: file.period, reverse=True)),
        fresh=fresh,
        tables=project.tables(entry.id),
        marts=tuple(
            sorted(
                name for name, lineage in project.lineages.items() if entry.id in lineage.datasets
            )
        ),
    )


def _rows(connection: duckdb.DuckDBPyConnection, mart: str, held: set[str]) -> list[Row]:
    if mart not in held:
        return []
    rows: list[Row] = connection.execute(f'from "{mart}"').to_arrow_table().to_pylist()
    return rows


def _held(connection: duckdb.DuckDBPyConnection, mart: str) -> dict[str, str]:
    """The columns of a table with their types."""
    return {str(row[0]): str(row[1]) for row in connection.execute(f'describe "{mart}"').fetchall()}


def _newest_first(held: Mapping[str, str], key: Sequence[str]) -> str:
    """The order in which a reader looks at a mart: what is newest, then by its key."""
    newest = next((column for column in NEWEST_BY if column in held), None)
    first = [f'"{newest}" desc nulls last'] if newest else []
    return ", ".join([*first, *(f'"{column}"' for column in key if column in held)]) or "all"


def _sample(
    connection: duckdb.DuckDBPyConnection,
    mart: str,
    key: Sequence[str],
    said: Mapping[str, Mapping[str, str]],
) -> Sample:
    held = _held(connection, mart)
    rows = connection.execute(
        f'from "{mart}" order by {_newest_first(held, key)} limit {SAMPLE_ROWS}'
    ).fetchall()
    return Sample(
        columns=tuple(held),
        labels=tuple(said.get(name, {}).get("label_de", "") for name in held),
        numeric=tuple(text.lower().startswith(labels.NUMBERS) for text in held.values()),
        rows=tuple(tuple(_cell(value) for value in row) for row in rows),
    )


def _cell(value: object) -> str:
    """A value as it stands in the file, but for digits that nobody reads."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list):
        return ", ".join(_cell(one) for one in value)
    return str(value)


def _coverage(
    connection: duckdb.DuckDBPyConnection, mart: str, lineage: Lineage | None, made: datetime
) -> Coverage:
    held = _held(connection, mart)
    about = next((column for column in NEWEST_BY if column in held), None)
    column = next((name for name in RECORDED_AT if name in held), None)
    known = f"max({column})" if column else "null"
    span = f'min("{about}"), max("{about}")' if about else "null, null"
    row = connection.execute(f'select {span}, {known} from "{mart}"').fetchone()
    first, last, modified = row or (None, None, None)
    return Coverage(
        first=_day(first, ends=False),
        last=_day(last, ends=True) if about != "reference_month" else _month_end(last),
        area=_area(connection, mart, held, lineage),
        modified=modified if isinstance(modified, datetime) else made,
    )


def _day(value: object, *, ends: bool) -> date | None:
    """A date, or the first or last day of a year."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int):
        return date(value, 12, 31) if ends else date(value, 1, 1)
    return None


def _month_end(value: object) -> date | None:
    if not isinstance(value, date):
        return None
    following = date(value.year + value.month // 12, value.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def _area(
    connection: duckdb.DuckDBPyConnection,
    mart: str,
    held: Mapping[str, str],
    lineage: Lineage | None,
) -> str:
    """``Deutschland``, ``Land`` or ``Kreis``: the largest area that a mart has rows of."""
    if "region_level" in held:
        asked = f'select distinct region_level from "{mart}"'
        levels = {str(row[0]) for row in connection.execute(asked).fetchall()}
        if levels & {"Land", "Regierungsbezirk"}:
            return "Land"
        return "Kreis"
    if "region_code" not in held:
        sources = Counter(one.split("/")[0] for one in lineage.datasets) if lineage else Counter()
        return "Deutschland" if set(sources) == {"bamf"} else "Kreis"
    asked = f'select distinct region_code from "{mart}" where region_code is not null'
    codes = {str(row[0]) for row in connection.execute(asked).fetchall()}
    if codes & {"DE", "DG", "0", "00"}:
        return "Deutschland"
    return "Land" if any(len(code) == 2 and code.isdigit() for code in codes) else "Kreis"


def _example(connection: duckdb.DuckDBPyConnection, mart: str, key: Sequence[str]) -> str:
    """A statement that a reader can run as it stands: the newest rows, the first numbers."""
    held = _held(connection, mart)
    newest = next((column for column in NEWEST_BY if column in held), None)
    numbers = [
        name
        for name, data_type in held.items()
        if data_type.lower().startswith(labels.NUMBERS) and name not in key and name != "rounded_to"
    ][:EXAMPLE_COLUMNS]
    others = [name for name in held if name not in key and name not in numbers]
    wanted = [*key, *(numbers or others[:EXAMPLE_COLUMNS])] or list(held)
    chosen = ",\n       ".join(wanted)
    where = f"\nwhere {newest} = (select max({newest}) from {mart})" if newest else ""
    order = f"\norder by {', '.join(key)}" if key else ""
    return f"select {chosen}\nfrom {mart}{where}{order}\nlimit 20"


def data_file(mart: str, ending: str) -> Path:
    """Where the data of a mart lie in the site."""
    return Path("daten") / f"{mart}.{ending}"
