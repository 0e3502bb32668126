"""What labels of a printed table mean: dimensions by their German word, values by known names."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from formats.dates import MONTH_LABEL, MONTHS, read_date_label
from formats.text import written_out
from ingest.printed_tables.catalogue import metrics
from kreishaus.settings import REPOSITORY, County
from kreishaus.wording import joined, rewritten, say, text_of
from persons.values import is_month_edge
from vocabulary.countries import countries, ls_code_of
from vocabulary.groups import groups_named, header_key
from vocabulary.region_names import county_of
from vocabulary.regions import TOWN_DIGITS, RegionElsewhere, UnknownRegion, region
from vocabulary.statuses import UnknownLabel, status_aliases

NO_METRIC = "keine"
"""Said of a figure that Kreishaus has no metric for: it is kept and never compared."""

NATION = "DE"
NATION_WORDS = {"de", "deutschland", "bund", "bundesgebiet"}
OFFER_TYPES = REPOSITORY / "dbt_project" / "seeds" / "offer_type.csv"
CODE = re.compile(r"[\w.+/-]+")
CARE_GRADE = re.compile(r"(?:pflegegrad|pflegegrade|pg)\s?([1-5])")
EARLIEST_DAY, EARLIEST_ODD_DAY = date(1990, 1, 1), date(2005, 1, 1)
"""Figures are about days since then: of a month the first, the middle or the last; since the
second also about others. Who lives in a home was born before."""
MIDDLE_OF_A_MONTH = 15

DIMENSIONS = {
    "kennzahl": "metric",
    "region": "region",
    "stichtag": "date",
    "monat": "month",
    "jahr": "year",
    "zeitraum": "span",
    "status": "status",
    "gruppe": "group",
    "herkunftsland": "country",
    "angebotsform": "offer_type",
    "unterstützungsart": "support_kind",
    "prüfungsart": "inspection_kind",
    "prüfbereich": "inspection_area",
    "stichtagsauswahl": "date_set",
    "zieljahr": "target_year",
    "pflegegrad": "care_grade",
    "qualifikation": "qualification",
    "personalschlüssel": "ratio_set",
}
DIMENSIONS |= {written_out(word): dimension for word, dimension in DIMENSIONS.items()}
"""The word an officer writes -> the dimension that is meant."""

LENGTHS_OF_KEYS = (5, 8)
"""Digits of the official key of a Kreis, and of a municipality."""
WITH_LABELS = frozenset(
    [
        *("metric", "region", "date", "month", "year", "span", "status", "group", "country"),
        *("offer_type", "target_year"),
    ]
)
PERIODS = ("date", "month", "year", "span")


class UnknownValue(LookupError):
    """A label that means nothing in its dimension. The message says what to do."""


class ForeignRegion(UnknownValue):
    """A Kreis or a municipality (``is_town``) that is not the county's, by its key or its name."""

    def __init__(self, message: str, *, is_town: bool) -> None:
        super().__init__(message)
        self.is_town = is_town


@dataclass(frozen=True)
class Reader:
    """Understands labels for one county. ``day`` is about when a table speaks of statuses."""

    county: County
    day: date

    def value(self, dimension: str, label: str) -> str:
        """The code of a printed label. Raises ``UnknownValue``."""
        known: Mapping[str, Callable[[str], str]] = {
            "metric": _metric,
            "region": self._region,
            "date": lambda text: _day(text).isoformat(),
            "month": _month,
            "year": _year,
            "span": _span,
            "status": self._status,
            "group": _group,
            "country": _country,
            "offer_type": _offer_type,
            "target_year": _year,
            "care_grade": _care_grade,
        }
        return known.get(dimension, _code)(label)

    def _region(self, label: str) -> str:
        if label.casefold() in NATION_WORDS:
            return NATION
        is_key = label.replace(" ", "").isdigit()
        try:
            return region(self.county, label if is_key else None, "" if is_key else label).code
        except UnknownRegion as error:
            if (
                label in self.county.also_called
            ):  # after the municipalities: a town may lend its name
                return self.county.ags
            key = label.replace(" ", "")
            if is_key and len(key) in LENGTHS_OF_KEYS:
                raise ForeignRegion(
                    say(
                        "{key} is not the key of {name} ({ags}), nor of one of its municipalities, "
                        "but of {county_of}",
                        key=key,
                        name=self.county.name,
                        ags=self.county.ags,
                        county_of=county_of(key),
                    ),
                    is_town=len(key) == TOWN_DIGITS,
                ) from None
            why = rewritten(text_of(error), lambda text: text.split(";", maxsplit=1)[0])
            if isinstance(error, RegionElsewhere):
                raise ForeignRegion(why, is_town=len(error.key) == TOWN_DIGITS) from None
            whole = say("; if the whole county is meant, write {ags}", ags=self.county.ags)
            raise UnknownValue(why if "nearest" in why else joined((why, whole), "")) from None

    def _status(self, label: str) -> str:
        aliases = status_aliases()
        if label in _status_codes():
            return label
        try:
            return aliases.status_code(label, self.day)
        except UnknownLabel as error:
            raise UnknownValue(
                say("{label!r} is no known status: {error}", label=label, error=error)
            ) from None


def is_by_code(dimension: str) -> bool:
    """Whether any code is a value of a dimension: no list of its labels is kept."""
    return dimension not in WITH_LABELS


def reference_date(dimension: str, code: str) -> date:
    """The day a period is about: of a month the first, of a year (or years) the last."""
    if dimension == "date":
        return date.fromisoformat(code)
    if dimension == "month":
        return date.fromisoformat(f"{code}-01")
    return date(int(code[-4:]), 12, 31)


def _metric(label: str) -> str:
    """A code, or the German label of one. A code that is not known is kept: it may come."""
    for code, metric in metrics().items():
        if written_out(label) in {code, written_out(metric.label)}:
            return code
    raise UnknownValue(
        say("{label!r} is no metric; {nearest}", label=label, nearest=_nearest(label, metrics()))
    )


def is_usual_day(day: date) -> bool:
    """Whether a day is one on which offices count: of a month the first, the middle, the last."""
    return day.day == MIDDLE_OF_A_MONTH or is_month_edge(day)


def _day(label: str) -> date:
    try:
        day = read_date_label(label)
    except (ValueError, KeyError):
        raise UnknownValue(
            say("{label!r} is no date (2021-08-15, 15.08.2021, Jun 2017)", label=label)
        ) from None
    if day < (EARLIEST_DAY if is_usual_day(day) else EARLIEST_ODD_DAY):
        raise UnknownValue(say("a day so early is none that figures are about"))
    return day


def _care_grade(label: str) -> str:
    """``Pflegegrad 3`` and ``PG 3`` are 3; other labels are codes."""
    match = CARE_GRADE.fullmatch(label.casefold())
    return match[1] if match else _code(label)


def _month(label: str) -> str:
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", label, re.ASCII):
        return label
    match = MONTH_LABEL.fullmatch(label)
    if match and match[1].casefold() in MONTHS:
        year = int(match[2]) if len(match[2]) == 4 else 2000 + int(match[2])
        return f"{year}-{MONTHS[match[1].casefold()]:02}"
    raise UnknownValue(say("{label!r} is no month with its year (2021-08, Aug 2021)", label=label))


def _year(label: str) -> str:
    if re.fullmatch(r"(19|20)\d{2}", label, re.ASCII):
        return label
    raise UnknownValue(say("{label!r} is no year", label=label))


def _span(label: str) -> str:
    match = re.fullmatch(r"((?:19|20)\d{2})(?:\s*(?:-|–|/|bis)\s*((?:19|20)\d{2}))?", label)
    if not match:
        raise UnknownValue(say("{label!r} is neither a year nor two (2019-2020)", label=label))
    return match[1] if match[2] in (None, match[1]) else f"{match[1]}-{match[2]}"


def _group(label: str) -> str:
    found = {f"{group.margin}/{group.code}" for group in groups_named(header_key(label)).values()}
    if re.fullmatch(r"(sex|age|total)/\w+", label):
        return label
    if len(found) == 1:
        return found.pop()
    why = say("stands under sex and under age") if found else say("is no known group")
    raise UnknownValue(
        say("{label!r} {why} (sex/male, age/0_15, total/total)", label=label, why=why)
    )


def _country(label: str) -> str:
    if label in {country.ls_code for country in countries()}:
        return label
    if code := ls_code_of(label):
        return code
    plain = _without_accents(label)
    short = [c.ls_code for c in countries() if plain in map(_without_accents, _parts(c.label))]
    if len(short) == 1:  # papers print "Iran", the office "Iran, Islamische Republik"
        return short[0]
    raise UnknownValue(
        say("{label!r} is no country of BAMF's list, or not a single one", label=label)
    )


def _parts(name: str) -> Sequence[str]:
    """What papers print of a country: "Iran" of "Iran, Islamische Republik", "Elfenbeinküste"
    and "Cote d'Ivoire" of a name that has the other in brackets."""
    return [part.strip(" )") for part in re.split(r"[,(]", name)[:2] if part.strip(" )")]


def _without_accents(text: str) -> str:
    marked = unicodedata.normalize("NFD", written_out(text.replace("\u2019", "'")))
    return "".join(sign for sign in marked if not unicodedata.combining(sign))


@cache
def _offer_types() -> Mapping[str, str]:
    with OFFER_TYPES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {
        written_out(word): row["offer_type_code"]
        for row in rows
        for word in (row["offer_type_code"], row["label_de"])
    }


def _offer_type(label: str) -> str:
    if code := _offer_types().get(written_out(label)):
        return code
    raise UnknownValue(
        say(
            "{label!r} is no kind of offer; {nearest}",
            label=label,
            nearest=_nearest(label, _offer_types()),
        )
    )


@cache
def _status_codes() -> frozenset[str]:
    path = REPOSITORY / "dbt_project" / "seeds" / "residence_status.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return frozenset(row["status_code"] for row in csv.DictReader(lines))


def _code(label: str) -> str:
    if CODE.fullmatch(label):
        return label
    raise UnknownValue(say("{label!r} is no code (letters, digits and . + / - only)", label=label))


def _nearest(label: str, words: Iterable[str]) -> str:
    known = sorted(words)
    near = difflib.get_close_matches(label, known, n=1)
    return (
        say("the nearest is {near!r}", near=near[0])
        if near
        else say("known are {known}", known=joined(known[:30], ", "))
    )
