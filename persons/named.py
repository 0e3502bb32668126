"""Texts that name a person, told by the words around the name.

A name alone cannot be told from a noun, a place or a firm; beside a form of address, a word for a
relative, a resident or an employee, or beside a death it can. Places are reported, never a text.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from persons.rows import PARTICLES
from persons.values import BORN, FILLED_FIELD

FEWEST_TEXTS = 10
DIGIT = re.compile(r"\d")
ADDRESSED = frozenset(["frau", "herr", "herrn", "hr", "fr", "familie", "fam", "eheleute"])
TITLES = frozenset(["dr", "prof", "med", "dipl", "ing", "priv", "doz", "mag"])
KIN = frozenset(
    [
        *("tochter", "sohn", "mutter", "vater", "ehefrau", "ehemann", "witwe", "witwer", "enkel"),
        *("enkelin", "schwester", "bruder", "nichte", "neffe", "tante", "onkel", "kind", "kinder"),
        *("angehoeriger", "angehoerige", "angehörige", "angehöriger", "lebensgefährte"),
    ]
)
RESIDENT = re.compile(
    r"(?:mit|ehe)?(?:bewohner|patient|klient|mieter|versicherte|betroffene|antragsteller)(?:in|r|n)?"
    r"|person|pflegebedürftiger?|hilfesuchender?"
)
"""Whoever a home or an office takes care of, one of them; "Bewohnerinnen" are counted."""
STAFF = re.compile(
    r"pdl|wbl|hl|edl|(?:\w*(?:heim|einrichtungs|pflegedienst|wohnbereichs)leit(?:er|erin|ung))"
    r"|geschäftsführer(?:in)?|mitarbeiter(?:in)?|betreuer(?:in)?|bevollmächtigter?|sachbearbeiter"
    r"(?:in)?|ansprechpartner(?:in)?|gez|(?:einzel|sonder|todes|härte|sterbe)?fall|zimmer|bett"
)
"""Words that a name follows."""
DEATH = re.compile(r"\b(?:ver|ge)storben\w*|\bTod(?:es\w*)?\b|†|\bbeerdig\w*", re.IGNORECASE)
BEFORE = frozenset(["von", "bei", "zu", "für", "durch", "gegen", "wegen", "mit", "an", "betr"])
TOKEN = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?|\d[\d.,/]*|[^\s\w]")
COMMON = re.compile(
    r".*(?:haus|heim|stift|ung|ungen|heit|keit|schaft|schaften|tion|tionen|tät|amt|amts|stelle"
    r"|stellen|pflege|dienst|dienste|platz|plätze|plätzen|kraft|kräfte|zeit|stopp|bericht|antrag"
    r"|kasse|behörde|aufsicht|wechsel|jahr|monat|quartal|rat|ausschuss|kreis|kreises|stadt|hilfe|hilfen|kommune|kommunen|angebot|angebote|träger|mappe|gemeinde|zentrum"
    r"|residenz|form|zahl|zahlen|leiter|leiterin|bereich|gruppe|gruppen|statistik|beschluss|plan"
    r"|gesetz|verordnung|land|bund|gesamt|insgesamt|summe|datei|liste|tabelle|quote|mangel|mängel"
    r"|verfahren|verbot|umbau|neubau|anbau|brand|corona|pandemie|unfall|urlaub|krankheit|stichtag"
    r"|anzahl|anteil|bestand|fragen|beschwerde|beschwerden|hinweis|auflage|auflagen|stadtteil)"
    r"|(?:jan|febr)uar|märz|april|mai|juni|juli|august|(?:sept|nov|dez)ember|oktober|januar"
    r"|st|sankt|sozial\w*|senior\w*|wohn\w*|pfleg\w*|gmbh|ggmbh|ev|kg|ag|drk|awo|asb|wtg|pebem"
    r"|azr|bamf|nrw|rkn|kzp|kita|eu|uno|sgb|the|of|der|die|das|diese[rsn]?|eine?[rsn]?|keine?[rsn]?|im|am|in|auf|bei|zum|zur",
    re.IGNORECASE,
)
"""No names: words of offices, by how they end."""
SHORTEST_NAME = 2
LONGEST_ABBREVIATION = 3


def names_person(text: str, *, strictly: bool = False) -> bool:
    """Whether a text names a person.

    ``strictly``: only where the words around leave no other reading, for names of homes and
    operators, which are called after people, and for lists of officers and their functions.
    """
    if BORN.search(text) or FILLED_FIELD.search(text):
        return True
    words = TOKEN.findall(text)
    if DEATH.search(text) and any(_is_pair(words, at) for at in range(len(words))):
        return True
    return any(_is_named_at(words, at, strictly=strictly) for at in range(len(words)))


def lists_nothing_else(texts: Collection[str], things: re.Pattern[str]) -> bool:
    """Whether a column of homes, operators or streets lists something else: of ten different texts
    and more hardly one has a word or a number that such have. A list of surnames reads so."""
    known = sum(bool(things.search(text) or DIGIT.search(text)) for text in texts)
    return len(texts) >= FEWEST_TEXTS and FEWEST_TEXTS * known < len(texts)


def holds_full_name(text: str) -> bool:
    """Whether two words of a text could be a first name and a surname. Many others could."""
    words = TOKEN.findall(text)
    return any(_is_pair(words, at) for at in range(len(words)))


def is_common(word: str) -> bool:
    """Whether a single word is one of offices, by how it ends."""
    return COMMON.fullmatch(word) is not None


def is_resident(text: str) -> bool:
    """Whether a text is a word for one person whom somebody takes care of."""
    return RESIDENT.fullmatch(text.strip().casefold()) is not None


def _is_named_at(words: list[str], at: int, *, strictly: bool) -> bool:
    """Whether a name follows the word at a place because of that word."""
    word = words[at].rstrip(".").casefold()
    after = _after(words, at)
    one, full = _is_name(words, after), _is_pair(words, after)
    if word in ADDRESSED:
        return _is_name(words, after, shortest=1)
    if word in KIN or RESIDENT.fullmatch(word):
        return full if strictly else one
    if STAFF.fullmatch(word):
        return full if strictly else one
    if strictly:
        return False
    return (word in TITLES and one) or (word in BEFORE and full)


def _after(words: list[str], at: int) -> int:
    """Where a name would begin: behind colons, titles, articles and "von"."""
    after = at + 1
    while after < len(words):
        word = words[after].rstrip(".").casefold()
        if not (
            words[after] in ":-"
            or word in TITLES
            or word in ADDRESSED
            or word in ("des", "einer", "eines")
            or word in PARTICLES | BEFORE
        ):
            break
        after += 1
    return after


def _is_pair(words: list[str], at: int) -> bool:
    """Whether a first name and a surname stand there, also parted by a comma or "von"."""
    if not _is_name(words, at):
        return False
    after = at + 1
    while after < len(words) and (words[after] == "," or words[after].casefold() in PARTICLES):
        after += 1
    return _is_name(words, after)


def _is_name(words: list[str], at: int, shortest: int = SHORTEST_NAME) -> bool:
    if at >= len(words):
        return False
    word = words[at].rstrip(".")
    ends_a_sentence = words[at].endswith(".") and len(word) > LONGEST_ABBREVIATION
    return (
        not ends_a_sentence
        and len(word) >= shortest
        and word[0].isalpha()
        and not word[0].islower()
        and not COMMON.fullmatch(word)
        and word.casefold() not in ADDRESSED | KIN | TITLES
        and not RESIDENT.fullmatch(word.casefold())
        and not STAFF.fullmatch(word.casefold())
    )
