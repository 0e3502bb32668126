"""Names of homes in known words alone: any other word may be somebody's name.

"Haus Lindenhof" and "Haus Lindemann" differ in one word, and no rule tells a surname from a noun.
So a name is kept where each of its words is known: general words, saints, brands and well-known
people (``home_words.toml``), the county's places, and names of its own list (``home_names.csv``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from formats.text import written_out
from kreishaus.settings import County, read_county, read_county_folder
from vocabulary.own_home_names import own_home_names

FILE = Path(__file__).with_name("home_words.toml")
TOKEN = re.compile(r"[^\W\d_]+|\d+")
SIGNS = re.compile(r"[\w\s\-–—/,.;:&+'’`´\"„“”»«()!|°]*")
INITIAL = re.compile(r"\b(?!V\.)[^\W\d_]\.\s*(?=[A-ZÄÖÜ][^\W\d_])")
"""A letter for a given name, as in "G. Muster"; "e. V." is none."""
SAINT = frozenset(["st", "sankt", "santa", "san", "hl", "heiliger", "heilige", "heiligen"])
ROMAN = re.compile(r"i{1,3}|i?v|vi{0,3}|i?x")
LONGEST_NUMBER, MOST_DIGITS = 3, 4
SHORTEST_PART = 3
JOINTS = ("", "s", "es", "n", "en")
Phrase = tuple[str, ...]


class HomeNames:
    """What names of homes are made of: the general words, and some names besides."""

    def __init__(self, further: Collection[str] = ()) -> None:
        listed = tomllib.loads(FILE.read_text(encoding="utf-8"))
        lists = {name: frozenset(written_out(text).split()) for name, text in listed.items()}
        self._kinds = lists["kinds"]
        self._words = frozenset().union(
            *(lists[name] for name in ("kinds", "care", "things", "regions", "bible"))
        )
        self._parts = self._words | lists["parts"] | lists["landscape"]
        self._patrons, self._given = lists["patrons"], lists["patrons"] | lists["given"]
        self._saints = lists["saints"] | self._given
        self._ends = self._words | lists["ends"]
        self._landscape, self._before = lists["landscape"], lists["before_places"]
        names = listed["names"].replace("\n", " ").split(",")
        self._famous = frozenset(map(_tokens, names))
        self._own = frozenset(found for name in further if (found := _tokens(name)))
        self._longest = max(map(len, self._famous | self._own))
        self._judged: dict[str, bool] = {}

    def explain(self, text: str) -> bool:
        """Whether names of homes have every word of a text, and not all are given names."""
        if text not in self._judged:
            self._judged[text] = self._explains(text)
        return self._judged[text]

    def _explains(self, text: str) -> bool:
        if _tokens(text) in self._own:
            return True
        if not SIGNS.fullmatch(text) or INITIAL.search(text) or not _has_few_digits(text):
            return False
        words = _tokens(text)
        telling = [word for word in words if len(word) >= SHORTEST_PART and word.isalpha()]
        return any(word not in self._before for word in telling) and any(
            any(kind != "patron" for kind in kinds) for kinds in self._readings(words, 0, ())
        )

    def _readings(
        self, words: Phrase, at: int, kinds: tuple[str, ...]
    ) -> Iterator[tuple[str, ...]]:
        """The ways to read the words from a place on, each as the kinds of its parts."""
        if at == len(words):
            yield kinds
            return
        for length in range(min(self._longest, len(words) - at), 0, -1):
            if kind := self._kind_of(words, at, length, kinds):
                yield from self._readings(words, at + length, (*kinds, kind))

    def _kind_of(self, words: Phrase, at: int, length: int, kinds: tuple[str, ...]) -> str | None:
        """What words in a row are, behind parts of these kinds; None where they are unknown."""
        phrase, last = words[at : at + length], kinds[-1] if kinds else ""
        if phrase in self._own or phrase in self._famous:
            is_given = all(word in self._given for word in phrase)
            return "patron" if is_given and phrase not in self._own else "name"
        if length > 1:
            return None
        (word,) = phrase
        if word in SAINT:
            return "saint"
        if last == "saint" and word in self._saints:
            return "name"
        if word in self._patrons:
            # Two in a row may be a given name and a surname.
            return None if last == "patron" else "patron"
        if last == "patron" and not self._is_of_home(word):
            return None
        return "word" if self._is_word(word, behind=words[max(at - 2, 0) : at]) else None

    def _is_of_home(self, word: str) -> bool:
        """Whether a word can stand behind a given name without being a surname."""
        return (
            word in self._kinds
            or word in self._before
            or word.isdecimal()
            or ROMAN.fullmatch(word) is not None
            or word in ("und", "von", "ggmbh", "gmbh", "mbh", "e", "ev")
            or self._is_compound(word, self._kinds)
        )

    def _is_word(self, word: str, behind: Phrase) -> bool:
        if word.isdecimal() or ROMAN.fullmatch(word) or word in self._words:
            return True
        if self._is_compound(word, self._ends):
            return True
        is_place = word in self._landscape or self._is_compound(word, self._landscape)
        return is_place and any(one in self._before for one in behind)

    def _is_compound(self, word: str, ends: Collection[str]) -> bool:
        """Whether a word is made of known parts and ends with one of these: "Rosen-stift"."""
        return any(
            word[at:] in ends and self._begins(word[:at])
            for at in range(SHORTEST_PART, len(word) - 1)
        )

    def _begins(self, part: str) -> bool:
        """Whether the first part of a compound is known, with the joint behind it."""
        for joint in JOINTS:
            bare = part.removesuffix(joint) if part.endswith(joint) else ""
            is_name = bare in self._given or (bare,) in self._famous | self._own
            is_one = is_name or bare in self._parts
            if len(bare) >= SHORTEST_PART and (is_one or self._is_compound(bare, self._parts)):
                return True
        return False


def is_home_name(text: str) -> bool:
    """Whether the county in whose environment we are may know a home under this name."""
    county = read_county()
    own = own_home_names(read_county_folder()).names
    return _of_county(tuple(_places(county)), own).explain(text)


@lru_cache(maxsize=4)
def _of_county(places: tuple[str, ...], own: tuple[str, ...]) -> HomeNames:
    return HomeNames((*places, *own))


def _places(county: County) -> Iterator[str]:
    """How the county and its municipalities are called, and of which town something is."""
    others = [name for names in county.other_names.values() for name in names]
    for name in (*county.also_called, *county.municipalities.values(), *others):
        yield name
        word = name.strip()
        if word.isalpha():
            yield f"{word}{'r' if word.endswith('e') else 'er'}"
    yield county.name


@cache
def _tokens(text: str) -> Phrase:
    return tuple(TOKEN.findall(written_out(text)))


def _has_few_digits(text: str) -> bool:
    """Whether the numbers of a text are those of buildings and wards; a telephone's are more."""
    words = _tokens(text)
    numbers = [word for word in words if word.isdecimal()]
    in_a_row = any(one.isdecimal() and two.isdecimal() for one, two in pairwise(words))
    return (
        all(len(number) <= LONGEST_NUMBER for number in numbers)
        and len("".join(numbers)) <= MOST_DIGITS
        and not in_a_row
    )
