"""Whether what stands in a row's name cell is its name: a stamp over a row never becomes one.

LS is the key, so a country may change its name. But a name that is another country's, or a name
with something written into it, is no change of name.
"""

from __future__ import annotations

import re
from functools import cache

from formats.text import written_out
from kreishaus.wording import joined, say
from vocabulary.countries import countries

WORDS_OF_SUMS = frozenset(
    {"herkunftslaender", "laender", "staaten", "alle", "aller", "summe", "gesamt", "insgesamt"}
)
OF_SUMS = frozenset({"summe", "gesamt", "insgesamt", "zusammen"})
"""What may stand beside the name of a continent, as the sum that its row is."""
WORDS_OF_CONTINENTS = frozenset(
    {
        "zusammen",
        "insgesamt",
        "europa",
        "afrika",
        "amerika",
        "asien",
        "australien",
        "ozeanien",
        "unbekannt",
        "und",
        "summe",
    }
    | {"staatenlos", "ungeklaert", "sonstige", "gesamt", "ohne", "angabe", "staatenlose"}
)
OF_STATES = re.compile(
    r"(?:der|die|nord|sued|ost|west|neu|volks|bundes|demokratische|islamische|arabische|vereinigte"
    r"|republik|koenigreich|foederation|staat|staaten|inseln?)+"
)
"""What a state may put before or behind the name that it has."""
STRAY_DIGIT = re.compile(r"\d(?!\d*\))")
"""A digit in a name that is no footnote's mark: it may belong to the count beside it."""
STAMP = re.compile(
    r"\d{4,}|\d{1,2}\.\s?(?:\d|[A-Z])|\b[A-ZÄÖÜ]{5,}\b"
    r"|(?i:\b(?:entwurf|kopie|vorläufig|muster|geheim|vertraulich|ungültig"
    r"|eingang|eingegangen|entwertet|erledigt|gesehen|geprüft|sperrfrist|intern)\b)"
)
"""What stamps say and no country is called: dates and numbers, capitals, these words."""


def continent_of(label: str) -> str:
    """The continent that a row without a key sums up ("Summe Europa"); "" for the total."""
    words = label.split()
    named = [word for word in words if _folded(word) not in OF_SUMS]
    is_continent = bool(named) and _made_of(WORDS_OF_CONTINENTS, label)
    if is_continent and len(named) < len(words):
        return " ".join(named)
    summed = any(_folded(word) in OF_SUMS for word in words) or "gesamt" in label.lower()
    return "" if summed and not is_continent else label


def name_fault(kind: str, label: str, ls_code: str | None) -> str | None:
    """What should stand there instead of ``label``; None where it can be the row's name."""
    if kind == "country":
        return _country_fault(label, ls_code or "")
    allowed = WORDS_OF_SUMS if kind == "total" else WORDS_OF_CONTINENTS
    if _made_of(allowed, label) and not STRAY_DIGIT.search(label):
        return None
    return (
        say("the name of the total alone")
        if kind == "total"
        else say("the name of a continent alone")
    )


def _made_of(allowed: frozenset[str], label: str) -> bool:
    words = (_folded(word) for word in re.split(r"[\s/,()-]+", label))
    return all(word in allowed for word in words if word)


def is_new_spelling(label: str, ls_code: str) -> bool:
    """Whether a known key has a name under which it was never printed."""
    return ls_code in _spellings() and _folded(label) not in _spellings()[ls_code]


def _country_fault(label: str, ls_code: str) -> str | None:
    own, folded = _spellings().get(ls_code, frozenset()), _folded(label)
    if folded in own and not STRAY_DIGIT.search(label):
        return None
    printed = joined(
        (country.label for country in countries() if country.ls_code == ls_code), say(" or ")
    )
    wanted = printed or say("a country's name")
    anothers = bool(own) and any(folded in names for names in _spellings().values())
    of_a_sum = _made_of(WORDS_OF_CONTINENTS | WORDS_OF_SUMS, label)
    if STAMP.search(label) or anothers or of_a_sum or folded in own:
        return wanted
    added = [folded.replace(name, "", 1) for name in own if name in folded and len(name) >= 4]
    written_in = added and not any(OF_STATES.fullmatch(words) for words in added)
    return wanted if written_in and not re.search(r"[,(]", label) else None


@cache
def _spellings() -> dict[str, frozenset[str]]:
    return {
        country.ls_code: frozenset(_folded(name) for name in (country.label, *country.also_written))
        for country in countries()
    }


def _folded(text: str) -> str:
    """Letters only, umlauts written out: as other tools and other typesettings spell it."""
    return "".join(char for char in written_out(text) if char.isalpha())
