"""Words that name a person's attribute, and those that only look like it.

A header is taken apart at commas, slashes and "und", and each part must be such a word as a whole:
"Name, Vorname" is a marker; "Name der Behörde", "Anzahl Personen", a letterhead's "Telefon
02131 928" and a sentence that speaks of first names are not.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from formats.text import written_out

PERSON = r"(?:de[sr]|die)(?:person|betroffenen|auslaender\w*|fluechtlings?|antragsteller\w*|kindes)"
NUMBER = r"(?:nr|nummer|num|no|id|kennung|kennzeichen)"

MARKERS = {
    "AZR-Nummer": rf"azr{NUMBER}",
    "Vorname": rf"(?:vor|ruf)namen?(?:{PERSON})?|(?:first|given)names?",
    "Name": rf"(?:name|(?:nach|familien|geburts|personen)namen?|zuname|famname|surname|lastname)"
    rf"(?:{PERSON})?",
    "Geburtsdatum": r"geb(?:urts)?(?:dat(?:um)?|tag|am|d)?|geboren(?:am)?|dateofbirth|birthdate",
    "Geburtsort": r"geb(?:urts)?ort",
    "Anschrift": r"(?:wohn|melde|post)?(?:anschrift|adresse)n?"
    r"|(?:wohn)?str(?:asse)?(?:nr|hausnr|hausnummer)?|haus(?:nr|nummer)",
    "Passnummer": rf"(?:reise)?pass{NUMBER}|(?:ausweis|dokumenten?|personalausweis){NUMBER}",
    "Aktenzeichen": rf"(?:bamf|gesch)?(?:aktenzeichen|az)|akten{NUMBER}|geschaeftszeichen",
    "Personenkennung": rf"(?:person(?:en)?|pers|auslaender|fall|steuer|ordnungs){NUMBER}|pkz",
    "Telefon oder E-Mail": rf"(?:telefon|tel|mobil|handy)(?:{NUMBER})?|e?mail(?:adresse)?",
}
"""Name of the marker, said to people -> the header's letters, lower case, without signs."""

PATTERNS = {name: re.compile(pattern) for name, pattern in MARKERS.items()}
OF_A_LETTERHEAD = {"Anschrift", "Aktenzeichen", "Telefon oder E-Mail"}
"""Markers that are also words of an office's letterhead, there beside a value of the office."""

NATIONALITY = re.compile(
    r"staatsangehoerigkeit(?:en)?|staatsang|nationalitaet(?:en)?|sta"
    r"|(?:herkunfts|geburts)(?:land|staat)"
)
COUNT_FREE = re.compile(
    r"alter|(?:geburts|einreise|ankunfts)?jahr|plz|postleitzahl|lfd(?:nr)?|nr|zeile|hausnr"
)
COUNTING = re.compile(
    r".*(?:anzahl|gesamt|summe|zahl|personen|auslaender|bestand|maennl|weibl|unbek|divers|gemeinde"
    r"|einwohner|bevoelkerung|fluechtling|total).*|ka|m|w|d|(?:bis|ab)\d+|\d+"
)
NATIONALITIES_FILE = Path(__file__).with_name("nationalities.csv")
"""Nationalities that registers name most; a list of persons is told by its repetitions, too."""

ENDING = re.compile(r"(?<=sch)e[nrs]?$")
LONGEST_HEADER = 60
FEWEST_WORDS_OF_A_SENTENCE = 5
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
JOINTS = re.compile(r"[,;/&+|\n]|\bund\b")
ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")


def person_marker(header: str) -> str | None:
    """The marker a header reads like, in our words; None for everything harmless."""
    if len(header) > LONGEST_HEADER or _is_sentence(header):
        return None
    bare = ASIDE.sub(" ", header.casefold())
    for word in map(_letters, (bare, *JOINTS.split(bare))):
        for name, pattern in PATTERNS.items():
            if pattern.fullmatch(word):
                return name
    return None


def is_nationality(value: object) -> bool:
    """Whether a cell heads a column of nationalities."""
    return isinstance(value, str) and NATIONALITY.fullmatch(_letters(value.casefold())) is not None


def is_nation(value: object) -> bool:
    """Whether a cell is the name of a country, or a nationality ("syrische")."""
    if not isinstance(value, str):
        return False
    words = value.casefold().split()
    return 0 < len(words) <= 3 and bool({words[0], ENDING.sub("", words[0])} & _nationalities())


@cache
def _nationalities() -> frozenset[str]:
    words = NATIONALITIES_FILE.read_text(encoding="utf-8").split()[1:]
    return frozenset([*words, *map(written_out, words)])


def is_count_free(header: object) -> bool:
    """Whether a header says that its numbers count nobody (ages, years, running numbers)."""
    return isinstance(header, str) and COUNT_FREE.fullmatch(_letters(header.casefold())) is not None


def is_counting(header: object) -> bool:
    """Whether a header says that its numbers count persons."""
    return isinstance(header, str) and COUNTING.fullmatch(_letters(header.casefold())) is not None


def _is_sentence(text: str) -> bool:
    words = [word for word in text.split() if len(word) > 2]
    return len(words) >= FEWEST_WORDS_OF_A_SENTENCE and text.rstrip()[-1] in ".!?"


def _letters(text: str) -> str:
    """The word without signs and without the one digit of "Name 2"; a number after it remains."""
    return re.sub(r"\d$", "", re.sub(r"[\W_]", "", text.translate(UMLAUTS)))
