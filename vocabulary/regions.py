"""Which region a row means: the county's municipalities, by key and by name.

Keys and names are the county's own (its list ``municipalities.csv``, ``other_names`` in
``county.toml``); nothing is guessed from a name that stands in neither.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from formats.text import printed
from kreishaus.settings import County
from kreishaus.wording import say
from vocabulary.region_names import county_of, names_for, plain

KEY = re.compile(r"\d{7,8}|\d{11,12}", re.ASCII)
KIND = re.compile(
    r",?\s*\b(kreisangehoerige|grosse|mittlere|stadt|gemeinde|kreisstadt|hansestadt|samtgemeinde)\b,?",
    re.IGNORECASE,
)
ALTOGETHER = r"(?:insgesamt|gesamt|zusammen|gesamtsumme|gesamtzahl|gesamtergebnis|total|summe)"
ALL_TOWNS = r"(?:(?:alle )?(?:gemeinden|kommunen|staedte und gemeinden)|kreisgebiet)"
TOTAL = re.compile(
    rf"(?:(?:land)?kreis|{ALL_TOWNS})[,:]?\s+{ALTOGETHER}"
    rf"|(?:summe|gesamt|insgesamt)[,:]?\s+(?:(?:land)?kreis|{ALL_TOWNS})"
    r"|(?:land)?kreis|kreis(?:summe|ergebnis|gebiet)|kreisgesamt|summe\s+(?:ins)?gesamt"
    rf"|{ALTOGETHER}",
    re.IGNORECASE,
)
COUNTY_FIRST = re.compile(r"^(land)?kreis\s+", re.IGNORECASE)
NEAR = 0.8
"""How alike two spellings of one name are: "Rommerskichen", not "RKN" and "Neuss"."""
MEND = say("mend the file, or municipalities.csv in the county's folder")
KREIS = re.compile(r"\b(land)?kreis\b")
TOWN_DIGITS, COUNTY_DIGITS = 8, 5


@dataclass(frozen=True)
class Region:
    """A municipality of the county, or the county itself."""

    code: str
    level: str


class UnknownRegion(LookupError):
    """No municipality of this county has this key or name. The message says what is known."""


class RegionElsewhere(UnknownRegion):
    """A region of another county; ``key`` is its own, of a town or of a Kreis."""

    def __init__(self, message: str, key: str) -> None:
        super().__init__(message)
        self.key = key


def region(county: County, key: object, name: str) -> Region:
    """The region of a row, by its key where it has one, else by its name.

    Raises ``UnknownRegion`` also where key and name are those of two municipalities, and
    ``RegionElsewhere`` for a region that is known as another county's.
    """
    by_name = _by_name(county, name)
    text = "" if key is None else printed(key).removesuffix(".0")
    if not text:
        if by_name is None:
            raise _unknown(county, name)
        return by_name
    by_key = _by_key(county, text)
    if by_name is not None and by_name != by_key:
        raise UnknownRegion(
            say(
                "the key {code} is that of {title!r}, the name is not: were rows or "
                "columns shifted?",
                code=by_key.code,
                title=_title(county, by_key),
            )
        )
    unknown = by_name is None and name and county.municipalities
    text = without_postcode(name)
    if unknown and not names_for(county).only_spells(by_key.code, text):
        raise _unknown(county, name)
    return by_key


def _by_key(county: County, text: str) -> Region:
    digits = re.sub(r"\s", "", text)
    if digits.zfill(5) == county.ags:
        return Region(county.ags, "Kreis")
    if KEY.fullmatch(digits):
        digits = digits.zfill(8 if len(digits) < 9 else 12)
        code = digits if len(digits) == 8 else digits[:5] + digits[9:]
        if code == f"{county.ags}000":
            return Region(county.ags, "Kreis")
        if code.startswith(county.ags) and (
            code in county.municipalities or not county.municipalities
        ):
            return Region(code, "Gemeinde")
    key = digits.zfill(COUNTY_DIGITS if len(digits) <= COUNTY_DIGITS else TOWN_DIGITS)
    if digits.isdecimal() and (name := names_for(county).name_of(key)):
        raise RegionElsewhere(
            say(
                "no municipality of the county has the key {text!r}: it is that of {name}, "
                "{whose}; {mend}",
                text=text,
                name=name,
                whose=county_of(key),
                mend=MEND,
            ),
            key,
        )
    raise UnknownRegion(
        say("no municipality of the county has the key {text!r}; {mend}", text=text, mend=MEND)
    )


POSTCODE = re.compile(r"^(?:D-)?\d{5}\s+(?=\D)", re.ASCII)
"""Before the name of a place, as on a letter."""


def without_postcode(name: str) -> str:
    """The name of a place alone. Five digits before it may be any number: nobody keeps them."""
    return POSTCODE.sub("", printed(name))


def _by_name(county: County, name: str) -> Region | None:
    text = without_postcode(name)
    wording = _wording(text)
    for code, known in _spellings(county):
        if _wording(known) == wording:
            return Region(code, "Kreis" if code == county.ags else "Gemeinde")
    if _is_total(county, wording):
        return Region(county.ags, "Kreis")
    names = names_for(county)
    towns = [
        key
        for key in sorted(_towns(county, text) & set(county.municipalities))
        if names.only_spells(key, text)
    ]
    return Region(towns[0], "Gemeinde") if len(towns) == 1 else None


def _is_total(county: County, wording: str) -> bool:
    """Whether a label says all of the county: "insgesamt", its name, or both of them."""
    if TOTAL.fullmatch(wording.rstrip(": ")):
        return True
    bare = COUNTY_FIRST.sub("", wording)
    rests = {(bare, bare.removeprefix(COUNTY_FIRST.sub("", _wording(county.name))))}
    towns = set(map(_wording, county.municipalities.values()))
    for name in map(_wording, (county.name, *county.also_called)):
        if name not in towns:
            rests |= {(wording, wording.removeprefix(name)), (wording, wording.removesuffix(name))}
    return any(
        rest != whole and (not (said := rest.strip(" ,:")) or TOTAL.fullmatch(said) is not None)
        for whole, rest in rests
    )


def _spellings(county: County) -> Iterator[tuple[str, str]]:
    """The names of its municipalities, then further spellings of its regions."""
    yield from county.municipalities.items()
    for code, names in county.other_names.items():
        if code == county.ags or code in county.municipalities:
            yield from ((code, name) for name in names)


def _towns(county: County, text: str) -> set[str]:
    """The keys of municipalities, anyone's, that are called so in whatever way of writing.

    A name that says Kreis is none of a town; one with a number may be that of a part of it.
    """
    if KREIS.search(plain(text)) or any(sign.isdigit() for sign in text):
        return set()
    return set(names_for(county).keys_of(text, TOWN_DIGITS))


def _wording(name: str) -> str:
    bare = KIND.sub(" ", plain(printed(name)))
    return " ".join(bare.replace("-", " ").strip(" ,.").split())


def _unknown(county: County, name: str) -> UnknownRegion:
    """Whose region it is, if that is known; else the nearest known name."""
    if key := _elsewhere(county, name):
        return RegionElsewhere(
            say(
                "{name!r} is no region of {county} ({ags}), but one of {whose}; {mend}",
                name=name,
                county=county.name,
                ags=county.ags,
                whose=county_of(key),
                mend=MEND,
            ),
            key,
        )
    near = _near_spelling(county, name)
    if not county.municipalities:
        known = say("no municipality is configured")
    elif near:
        known = say("the nearest known name is {near!r}", near=near)
    else:
        known = say("no known name is spelled nearly so")
    return UnknownRegion(
        say(
            "no municipality of the county is called {name!r}: {known}; {mend}",
            name=name,
            known=known,
            mend=MEND,
        )
    )


def _elsewhere(county: County, name: str) -> str:
    """The key of the one Kreis or municipality elsewhere that is called so; empty where none is.

    A kreisfreie Stadt is taken as a Kreis.
    """
    text = without_postcode(name)
    towns = {key for key in _towns(county, text) if not key.endswith("000")}
    found = towns or set(names_for(county).keys_of(text, COUNTY_DIGITS))
    return found.pop() if len(found) == 1 and county.ags not in {key[:5] for key in found} else ""


def _near_spelling(county: County, name: str) -> str | None:
    """A known name with some letters otherwise. The name of the Kreis is among them, so that no
    town is offered where it was meant."""
    by_wording = {
        _wording(known): known for known in (*county.municipalities.values(), county.name)
    }
    near = difflib.get_close_matches(_wording(name), list(by_wording), n=1, cutoff=NEAR)
    return by_wording[near[0]] if near else None


def _title(county: County, found: Region) -> str:
    return county.municipalities.get(found.code, county.name)
