"""Headers that name a person's attribute, and those that only look like it.

A header is taken apart at commas, slashes and "und", and each part must be such a word as a whole:
"Name, Vorname" is a marker; "Name der Behörde", "Anzahl Personen" and a letterhead's "Telefon
02131 928" are not.
"""

from __future__ import annotations

import re

PERSON = r"(?:de[sr]|die)(?:person|betroffenen|auslaender\w*|fluechtlings?|antragsteller\w*|kindes)"
NUMBER = r"(?:nr|nummer|num|no|id|kennung|kennzeichen)"

MARKERS = {
    "AZR-Nummer": rf"azr{NUMBER}",
    "Vorname": rf"(?:vor|ruf)namen?(?:{PERSON})?",
    "Name": rf"(?:name|(?:nach|familien|geburts|personen)namen?|zuname|famname)(?:{PERSON})?",
    "Geburtsdatum": r"geb(?:urts)?(?:dat(?:um)?|tag|am|d)?|geborenam",
    "Geburtsort": r"geb(?:urts)?(?:ort|land|staat)",
    "Anschrift": r"(?:wohn|melde|post)?(?:anschrift|adresse)n?"
    r"|(?:wohn)?str(?:asse)?(?:nr|hausnr|hausnummer)?|haus(?:nr|nummer)",
    "Passnummer": rf"(?:reise)?pass{NUMBER}|(?:ausweis|dokumenten?|personalausweis){NUMBER}",
    "Aktenzeichen": rf"(?:bamf|gesch)?(?:aktenzeichen|az)|akten{NUMBER}|geschaeftszeichen",
    "Personenkennung": rf"(?:person(?:en)?|pers|auslaender|fall|steuer|ordnungs){NUMBER}|pkz",
    "Telefon oder E-Mail": rf"(?:telefon|tel|mobil|handy)(?:{NUMBER})?|e?mail(?:adresse)?",
}
"""Name of the marker, said to people -> the header's letters, lower case, without signs."""

PATTERNS = {name: re.compile(pattern) for name, pattern in MARKERS.items()}
NATIONALITY = re.compile(
    r"staatsangehoerigkeit(?:en)?|staatsang|nationalitaet(?:en)?|herkunfts(?:land|staat)|sta"
)
COUNT_FREE = re.compile(
    r"alter|(?:geburts|einreise|ankunfts)?jahr|plz|postleitzahl|lfd(?:nr)?|nr|zeile|hausnr"
)

LONGEST_HEADER = 60
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
JOINTS = re.compile(r"[,;/&+|\n]|\bund\b")
ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")


def person_marker(header: str) -> str | None:
    """The marker a header reads like, in our words; None for everything harmless."""
    if len(header) > LONGEST_HEADER:
        return None
    for part in JOINTS.split(ASIDE.sub(" ", header.casefold())):
        word = _letters(part)
        for name, pattern in PATTERNS.items():
            if pattern.fullmatch(word):
                return name
    return None


def is_nationality(value: object) -> bool:
    """Whether a cell heads a column of nationalities."""
    return isinstance(value, str) and NATIONALITY.fullmatch(_letters(value.casefold())) is not None


def is_count_free(header: object) -> bool:
    """Whether a header says that its numbers count nobody (ages, years, running numbers)."""
    return isinstance(header, str) and COUNT_FREE.fullmatch(_letters(header.casefold())) is not None


def _letters(text: str) -> str:
    """The word without signs and without the one digit of "Name 2"; a number after it remains."""
    return re.sub(r"\d$", "", re.sub(r"[\W_]", "", text.translate(UMLAUTS)))
