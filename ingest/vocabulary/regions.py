"""Which region a row means: the county's municipalities, by key and by name.

Keys and names are the county's own (its list ``municipalities.csv``); nothing is guessed
from a name that stands in neither.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from ingest.formats.text import printed
from kreishaus.settings import County
from kreishaus.wording import say

KEY = re.compile(r"\d{7,8}|\d{11,12}", re.ASCII)
KIND = re.compile(
    r",?\s*\b(kreisangehörige|große|mittlere|stadt|gemeinde|kreisstadt|hansestadt|samtgemeinde)\b,?",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"(land)?kreis(\s+(insgesamt|gesamt|zusammen))?|kreissumme|(kreis)?gesamt|insgesamt|summe"
    r"|gesamtsumme|zusammen|gemeinden\s+(insgesamt|gesamt|zusammen)",
    re.IGNORECASE,
)
COUNTY_FIRST = re.compile(r"^(land)?kreis\s+", re.IGNORECASE)
NEAR = 0.8
"""How alike two spellings of one name are: "Rommerskichen", not "RKN" and "Neuss"."""
MEND = say("mend the file, or municipalities.csv in the county's folder")


@dataclass(frozen=True)
class Region:
    """A municipality of the county, or the county itself."""

    code: str
    level: str


class UnknownRegion(LookupError):
    """No municipality of this county has this key or name. The message says what is known."""


def region(county: County, key: object, name: str) -> Region:
    """The region of a row, by its key where it has one, else by its name.

    Raises ``UnknownRegion`` also where key and name are those of two municipalities.
    """
    by_name = _by_name(county, name)
    text = "" if key is None else printed(key).removesuffix(".0")
    if not text:
        if by_name is None:
            raise UnknownRegion(_unknown(county, name))
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
    if by_name is None and name and county.municipalities:
        raise UnknownRegion(_unknown(county, name))
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
    raise UnknownRegion(
        say("no municipality of the county has the key {text!r}; {mend}", text=text, mend=MEND)
    )


POSTCODE = re.compile(r"^(?:D-)?\d{5}\s+(?=\D)", re.ASCII)
"""Before the name of a place, as on a letter."""


def _by_name(county: County, name: str) -> Region | None:
    wording = _wording(POSTCODE.sub("", printed(name)))
    for code, known in county.municipalities.items():
        if _wording(known) == wording:
            return Region(code, "Gemeinde")
    own = _wording(county.name)
    rest = COUNTY_FIRST.sub("", wording).removeprefix(COUNTY_FIRST.sub("", own)).strip(" ,:")
    if TOTAL.fullmatch(wording.rstrip(":")) or (
        rest != wording and (not rest or TOTAL.fullmatch(rest))
    ):
        return Region(county.ags, "Kreis")
    return None


def _wording(name: str) -> str:
    bare = KIND.sub(" ", printed(name).casefold())
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        bare = bare.replace(umlaut, letters)
    return " ".join(bare.replace("-", " ").strip(" ,.").split())


def _unknown(county: County, name: str) -> str:
    near = _near_spelling(county, name)
    if not county.municipalities:
        known = say("no municipality is configured")
    elif near:
        known = say("the nearest known name is {near!r}", near=near)
    else:
        known = say("no known name is spelled nearly so")
    return say(
        "no municipality of the county is called {name!r}: {known}; {mend}",
        name=name,
        known=known,
        mend=MEND,
    )


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
