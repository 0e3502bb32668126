"""Whether a region's printed name is that of its official key, however an office writes it.

Offices write "Viersen, Kreis", "Viersen, Landkreis", "Kreis Viersen"; "Mülheim an der Ruhr",
"Muelheim a.d. Ruhr", "Mülheim (Ruhr)". What they share are the words that are no kind of region
and no preposition. Names are compared among regions of one level only, that is with keys of as
many digits: Viersen is the name of a Kreis and of a town in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from enum import Enum, auto
from functools import cache, lru_cache
from pathlib import Path

from formats.text import written_out
from kreishaus.county_folder import read_list
from kreishaus.settings import County

FILE = Path(__file__).with_name("regions_nrw.csv")
GERMANY = Path(__file__).with_name("regions_germany.csv")
BRACKETS = re.compile(r"\(einschl\.[^)]*\)", re.IGNORECASE)
KINDS = frozenset(
    [
        *("kreis", "landkreis", "stadtkreis", "kreisfreie", "kreisfr", "krfr", "krsfr"),
        *("stadt", "kreisstadt", "gemeinde", "samtgemeinde", "markt", "flecken"),
        *("landeshauptstadt", "hansestadt", "universitaetsstadt"),
        *("kreisangehoerige", "grosse", "mittlere", "st", "sankt"),
        *("region", "staedteregion", "regionalverband", "land", "freistaat"),
        *("regierungsbezirk", "bezirk", "reg", "bez", "statistische", "stat", "nuts"),
    ]
)
"""What a region is, and Saint: left out, abbreviated or written before or behind the name."""
PREPOSITIONS = frozenset(
    [
        *("am", "an", "auf", "bei", "im", "in", "ob", "vor", "der", "den", "dem", "und"),
        *("a", "b", "d", "i", "u"),
    ]
)
TOWN = "stadt"
"""Behind a comma each word that ends so is a kind: Landeshauptstadt, documenta-Stadt."""
NEAR = 0.8
DIGITS_OF_A_LAND = 2

Words = frozenset[str]
Pairs = tuple[tuple[str, str], ...]


class Verdict(Enum):
    """What is known of a key and the name beside it."""

    AGREES = auto()
    OF_ANOTHER = auto()
    """Another region of this level is called so, this one is not."""
    UNKNOWN_SPELLING = auto()
    UNKNOWN_KEY = auto()


def plain(name: str) -> str:
    """A name for comparisons: small letters, umlauts and ß written out."""
    return written_out(unicodedata.normalize("NFKC", name))


def words_of(name: str) -> Words:
    """The words of a name that tell it from others. All of them where it has no other."""
    before, _, behind = plain(BRACKETS.sub(" ", name)).partition(",")
    rest = " ".join(part for part in re.split(r"[\s,]+", behind) if not part.endswith(TOWN))
    telling = frozenset(_letters(before) + _letters(rest)) - KINDS - PREPOSITIONS
    return telling or frozenset(_letters(before))


def _letters(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


class RegionNames:
    """The names under which regions are known, by official key (2, 3, 5 or 8 digits)."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._names: dict[str, list[str]] = {}
        self._words: dict[str, set[Words]] = {}
        self._keys: dict[tuple[int, Words], set[str]] = {}
        for key, name in names:
            words = words_of(name)
            self._names.setdefault(key, []).append(name)
            self._words.setdefault(key, set()).add(words)
            self._keys.setdefault((len(key), words), set()).add(key)

    def verdict_on(self, key: str, name: str) -> Verdict:
        """Whether the region of this key is called so.

        A name with words left out or added (Emmerich, Neuss am Rhein) agrees if it fits no other
        region of the level.
        """
        if key not in self._words:
            return Verdict.UNKNOWN_KEY
        found = words_of(name)
        if found in self._words[key]:
            return Verdict.AGREES
        alike = self._alike(len(key), found)
        if key in alike:
            return Verdict.AGREES if alike == {key} else Verdict.UNKNOWN_SPELLING
        return Verdict.OF_ANOTHER if self.keys_of(name, len(key)) else Verdict.UNKNOWN_SPELLING

    def only_spells(self, key: str, name: str) -> bool:
        """Whether a name that agrees has no letter or digit that the known names do not explain.

        For tables that may hold nothing but known labels: what ``verdict_on`` overlooks may be
        anything, a person's name too. Explained are the words of the known names, kinds of region,
        and the first letters of prepositions in the known names (a.d. of an der).
        """
        known = {word for one in self._names.get(key, ()) for word in _letters(plain(one))}
        explained = known | KINDS | {word[0] for word in known & PREPOSITIONS}
        return (
            not any(sign.isdigit() for sign in name)
            and set(_letters(plain(name))) <= explained
            and self.verdict_on(key, name) is Verdict.AGREES
        )

    def keys_of(self, name: str, digits: int) -> frozenset[str]:
        """The keys of this many digits whose region is called exactly so."""
        return frozenset(self._keys.get((digits, words_of(name)), ()))

    def name_of(self, key: str) -> str:
        """The first known name of a key; empty for an unknown one."""
        return self._names.get(key, [""])[0]

    def nearest(self, name: str, digits: int) -> str:
        """A known name of this level that is spelled nearly so; empty where none is."""
        known = {
            plain(one): one
            for key, names in self._names.items()
            if len(key) == digits
            for one in names
        }
        near = get_close_matches(plain(name), known, n=1, cutoff=NEAR)
        return known[near[0]] if near else ""

    def _alike(self, digits: int, found: Words) -> set[str]:
        """The keys whose names have all of these words, or some and no other."""
        return {
            key
            for (length, words), keys in self._keys.items()
            if length == digits and found and words and (found <= words or words <= found)
            for key in keys
        }


@cache
def official_names() -> Mapping[str, str]:
    """Official key -> printed name of the Land, its Bezirke, Kreise and municipalities."""
    _, rows = read_list(FILE.read_text(encoding="utf-8"))
    return {ags: name for _, (ags, name) in rows}


@cache
def beyond_the_land() -> Mapping[str, str]:
    """Key -> name of Germany, its Länder, Bezirke and Kreise, but for those of the Land."""
    _, rows = read_list(GERMANY.read_text(encoding="utf-8"))
    return {key: name for _, (key, name) in rows}


@cache
def keys_of_germany() -> frozenset[str]:
    """The keys of Germany, its Länder, Bezirke and Kreise, and of the Land's municipalities."""
    return frozenset([*beyond_the_land(), *official_names()])


def names_of_germany() -> Iterator[str]:
    """The names of Germany and its Länder."""
    known = {**beyond_the_land(), **official_names()}
    yield from (name for key, name in known.items() if len(key) == DIGITS_OF_A_LAND)


def all_names(county: County) -> Iterator[str]:
    """Every name that a label of a region may be made of: Germany's Länder and Kreise, the Land's
    municipalities, and what the county is called besides."""
    _, rows = read_list(GERMANY.read_text(encoding="utf-8"))
    yield from (name for _, (_, name) in rows)
    yield from official_names().values()
    yield from (county.name, *county.also_called, *county.municipalities.values(), *KINDS)
    yield from (name for names in county.other_names.values() for name in names)


def names_for(county: County, further: Mapping[str, str] | None = None) -> RegionNames:
    """The names that a county goes by: the official list, its own folder, and ``further`` ones.

    ``further`` (key -> name) tells only of keys that neither knows, so that a wrong name that was
    warned of once is warned of again.
    """
    own = [(county.ags, name) for name in (county.name, *county.also_called)]
    if not county.municipalities:  # a kreisfreie Stadt is its own municipality
        own += [(f"{county.ags}000", name) for _, name in own]
    own += county.municipalities.items()
    own += [(key, name) for key, names in county.other_names.items() for name in names]
    return _names_with(tuple(own), tuple((further or {}).items()))


@lru_cache(maxsize=8)
def _names_with(own: Pairs, further: Pairs) -> RegionNames:
    known = (*official_names().items(), *own)
    keys = {key for key, _ in known}
    return RegionNames((*known, *(pair for pair in further if pair[0] not in keys)))


def county_of(key: str) -> str:
    """The Kreis or kreisfreie Stadt that a region is of, with its key; the key where not known."""
    ags = key[:5]
    name = official_names().get(ags, "")
    return f"{name} ({ags})" if name else ags
