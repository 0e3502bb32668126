"""Contact persons: what a lawful list says beside the things it lists, and what is never kept.

A field is one of a contact person by its name, or by what stands in it: a mail address, a telephone
number, a form of address.
"""

from __future__ import annotations

import re
import unicodedata
from fnmatch import fnmatchcase
from functools import lru_cache

from persons.values import MAIL, PHONE

FIELDS = (
    *("*ansprech*", "*kontakt*", "*leitung*", "*leiter*", "*vertret*", "*verantwortlich*"),
    *("*geschaeftsfuehr*", "*inhaber*", "*vorstand*", "*mitarbeiter*", "*bearbeiter*"),
    *("*betreuer*", "*pdl*", "*anrede*", "*mail*", "*telefon*", "tel", "tel.", "tel_*", "*_tel"),
    *("*telnr*", "*tel.*", "*phone*", "*fon", "*fax*", "*mobil*", "*handy*", "*contact*"),
)
"""Names of such fields: small letters, ``ä`` as ``ae``; ``*`` stands for anything."""

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "-": "_", " ": "_"})
TITLED = re.compile(r"\b(?:Frau|Herrn?|Hr\.|Fr\.)\s+(?:Dr\.\s+)?[A-ZÄÖÜ][^\W\d_]")
PHONE_IN_TEXT = re.compile(
    r"\b(?:tel|telefon|fon|fax|mobil|handy)\b\.?\s*:?\s*[+(]?\d[\d ()/.-]{4,}"
    r"|(?<![\d.,/-])\(?(?:\+\d{2}[\s/()-]*\d{2,5}|0\d{2,5})[\s/()-]+\d{4,}(?!\d)"
    r"|(?<![\d.,/-])0[1-9]\d{8,9}(?!\d)",
    re.IGNORECASE,
)
"""A number behind its word, an area code with a number behind it (02137 884613), or ten and eleven
digits that begin with a zero: keys of regions have eight or twelve."""
MAIL_IN_TEXT = re.compile(rf"{MAIL.pattern}|\S\s?[(\[](?:at|ät)[)\]]\s?\S", re.IGNORECASE)
"""A mail address, also one that is hidden from programs: name(at)example."""


@lru_cache(maxsize=4096)
def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether the name of a field is one of ``patterns``, which are written as ``FIELDS`` is."""
    plain = unicodedata.normalize("NFKC", name).casefold().translate(UMLAUTS)
    return any(fnmatchcase(plain, pattern) for pattern in patterns)


def is_contact_field(name: str) -> bool:
    """Whether a column or field is one of contact persons, by its name."""
    return matches(name, FIELDS)


def holds_contact(text: str) -> bool:
    """Whether a text names a contact person, or says how one is reached."""
    plain = text.strip()
    return bool(
        MAIL_IN_TEXT.search(plain)
        or PHONE.fullmatch(plain)
        or PHONE_IN_TEXT.search(plain)
        or TITLED.search(plain)
    )
