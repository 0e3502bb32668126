"""``source.toml``: what a source is and which datasets it holds, as the file beside its code says.

Functions are named by import path, so that reading the files imports neither pandas nor a source.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from kreishaus import calendars
from kreishaus.licences import licences
from kreishaus.settings import Retention
from kreishaus.toml_files import Entry, FaultyFile, Place, checked, read_toml

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
ImportPath = Annotated[str, Field(pattern=r"^[a-z_][\w.]*:[A-Za-z_]\w*$")]
DEFAULTS = "defaults"
"""The table of what every dataset of a source has unless it says otherwise."""


def _day_of_every_year(day: str) -> str:
    try:
        datetime.strptime(f"2001-{day}", "%Y-%m-%d")
    except ValueError:
        raise ValueError("a day of every year, as MM-DD") from None
    return day


class Days(Entry):
    """Reference dates on fixed ``days`` ("MM-DD") of every, or every second, ... year."""

    kind: Literal["days"]
    days: list[Annotated[str, AfterValidator(_day_of_every_year)]] = Field(min_length=1)
    lag_days: int = Field(ge=0)
    every_years: int = Field(default=1, ge=1)
    base_year: int = Field(default=2019, ge=1900)

    def made(self) -> calendars.Calendar:
        days = tuple((int(day[:2]), int(day[3:])) for day in self.days)
        words = {"every_years": self.every_years, "base_year": self.base_year}
        return calendars.MonthDays(days=days, lag_days=self.lag_days, **words)


class Monthly(Entry):
    """Every month; one that has ended says its ``first`` and its ``last`` month."""

    kind: Literal["monthly"]
    lag_days: int = Field(ge=0)
    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _ends_if_it_begins(self) -> Self:
        if (self.first is None) != (self.last is None):
            raise ValueError("both first and last, or neither")
        return self

    def made(self) -> calendars.Calendar:
        if self.first is None or self.last is None:
            return calendars.Monthly(lag_days=self.lag_days)
        return calendars.EndedMonthly(lag_days=self.lag_days, first=self.first, last=self.last)


class Daily(Entry):
    """Every day."""

    kind: Literal["daily"]
    lag_days: int = Field(ge=0)

    def made(self) -> calendars.Calendar:
        return calendars.Daily(lag_days=self.lag_days)


class NoCalendar(Entry):
    """Whenever somebody brings it."""

    kind: Literal["none"]

    def made(self) -> calendars.Calendar:
        return calendars.NoCalendar()


class DatasetEntry(Entry):
    """One dataset, as ``kreishaus.datasets.Dataset`` explains it. ``licence`` is a key."""

    title: Text
    title_de: Text
    owner_de: str | None = None
    calendar: Annotated[Days | Monthly | Daily | NoCalendar, Field(discriminator="kind")]
    licence: str
    discover: ImportPath
    parse: ImportPath
    tables: ImportPath
    suites: ImportPath
    guard: ImportPath | None = None
    reduce: ImportPath | None = None
    strip: ImportPath | None = None
    noted: ImportPath | None = None
    fetch: ImportPath | None = None
    reference: Name = "reference_date"
    snapshot: bool = False
    one_table_each: bool = False
    own_regions: dict[Name, Name] = Field(default_factory=dict)
    every_municipality: dict[Name, Name] = Field(default_factory=dict)
    region_names: dict[Name, Annotated[tuple[Name, Name], Field(strict=False)]] = Field(
        default_factory=dict
    )
    version: int = Field(default=1, ge=1)
    retention: Retention | None = None

    @field_validator("licence")
    @classmethod
    def _is_known(cls, key: str) -> str:
        if key not in licences():
            raise ValueError(f"one of {', '.join(licences())} (kreishaus/licences.toml)")
        return key


class SourceFile(Entry):
    """A whole ``source.toml``, as ``kreishaus.datasets.Source`` explains it."""

    name: Name
    title_de: Text
    short_name_de: Text
    description: Annotated[str, Field(min_length=40)]
    nightly: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    read_more: Text
    dropped: bool = False
    datasets: dict[Name, DatasetEntry] = Field(min_length=1)


def read_source(path: Path) -> SourceFile:
    """The source that a file describes.

    Raises ``FaultyFile`` naming file, key, expected and found of each fault.
    """
    raw = read_toml(path)
    said = raw.get("datasets")
    defaults = raw.pop(DEFAULTS, {})
    if not isinstance(defaults, dict):
        raise FaultyFile(f"{path}: {DEFAULTS}: expected a table, found {defaults!r}")
    if isinstance(said, dict):
        raw["datasets"] = {name: _over(defaults, own) for name, own in said.items()}

    def place_of(place: Place) -> Place:
        return _place(place, said, defaults)

    return checked(path, SourceFile, raw, _keys, place_of)


def _over(defaults: dict[str, Any], own: object) -> object:
    return {**defaults, **own} if isinstance(own, dict) else own


def _keys(place: Place) -> tuple[str, ...]:
    if not place:
        return (*SourceFile.model_fields, DEFAULTS)
    return tuple(DatasetEntry.model_fields) if len(place) == 2 else ()


def _place(place: Place, said: Any, defaults: dict[str, Any]) -> Place:  # noqa: ANN401
    """Where the file has a value: in the dataset's own table, or in that of the defaults."""
    if len(place) < 3:
        return place
    table, name, key, *inner = place
    if key == "calendar" and inner:
        inner = inner[1:]  # pydantic names the kind
    inherited = key in defaults and key not in said[name]
    return (DEFAULTS, key, *inner) if inherited else (table, name, key, *inner)
