"""What lies beside the cells of a workbook, judged place by place."""

from __future__ import annotations

import re
from collections.abc import Callable

from openpyxl.utils import FORMULAE

from formats import xlsx_texts
from ingest.azr.understood import Language, program_words

FUNCTION = re.compile(r"(?:_xlfn\.)?([A-Z][A-Z0-9.]*)(?=\()")
CELLS = re.compile(
    r"(?<!\w)(?:\$?[A-Z]{1,3}\$?\d{1,7}|\$?[A-Z]{1,2}:\$?[A-Z]{1,2}|\$?\d{1,7}:\$?\d{1,7})(?!\w)",
    re.ASCII,
)
NAMED_SHEET = re.compile(r"'([^']{1,60})'!|\b([^\W\d_]\w{0,30})!")
LITERAL = re.compile(r'"([^"]*)"')
NUMBER_OF_A_FORMULA = re.compile(r"(?<![\w.])\d{1,6}(?:[.,]\d{1,4})?(?![\w.])")
ERRORS = re.compile(r"#(?:REF|NV|N/A|VALUE|WERT|BEZUG|NAME|DIV/0)[!?]?")

BRACKETED = re.compile(
    r"\[(?:\$[^\]\w]{0,2}(?:EUR)?-?[0-9A-Fa-f]{0,8}|\$-[a-z]{2}-[A-Z]{2}|[A-Z][a-z]+"
    r"\s?\d*|[<>=]{1,2}-?\d+(?:[.,]\d+)?|[hms]{1,2}|DBNum\d)\]"
)
ESCAPED = re.compile(r"[\\_*](.)")
GENERAL = re.compile(r"general|standard|am/pm|a/p", re.IGNORECASE)
OF_FORMATS = frozenset("dmyhsejgbtn")
MOST_ESCAPED = 3

CODE = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-Fa-f]{6}|[A-Z&])')
FONT = re.compile(r'&"([^"]*)"')
AUTHOR = re.compile(r"[^\W\d_]+(?:[-. /@()]{1,3}[^\W\d_]+){0,3}[.)]?|[^\W\d_]+, [^\W\d_]+|\w{1,20}")
MOST_AUTHORS = 5
"""Who made a file, who saved it, the office, and who wrote comments."""
PROGRAM = re.compile(
    r"(?:microsoft|libreoffice|openoffice|openpyxl|odfpy|xlsxwriter|apache)\b", re.IGNORECASE
)
BUILD = re.compile(r"[0-9a-f]{20,40}|[xX]\d\d(?:_\d\d)?|\d+")
MADE_STYLE = re.compile(
    r"(?:Table|Pivot|Slicer|Timeline)Style[A-Z]\w{2,12}|(?:T|P|N|ce|co|ro|ta|gr)\d{1,4}"
)
"""Styles that the programs name themselves, those of LibreOffice by letters and a number."""

MOST_NUMBERS = 2
NUMBERED = re.compile(r"(?<=[^\W\d_])\d{1,3}\b|(?<=\s)\d{1,3}\b")


def understood_at(place: str, language: Language, values: set[str]) -> Callable[[str], bool]:
    """What judges the texts of a place. ``values`` are those of the letterhead, and of cells."""
    if place == xlsx_texts.AUTHORS:
        return lambda text: is_author(text)
    if place == xlsx_texts.FORMULAS:
        return lambda text: is_formula(text, language)
    if place == xlsx_texts.NUMBER_FORMATS:
        return lambda text: is_number_format(text, language)
    if place == xlsx_texts.LINKS:
        return lambda text: text.removeprefix("mailto:") in values
    return lambda text: is_known(text, language, values) or is_place(text, language)


def is_known(text: str, language: Language, values: set[str]) -> bool:
    """Whether a text is one of a cell that was understood, a note, or a program's own word."""
    if text.strip() in values or MADE_STYLE.fullmatch(text) or _is_a_program(text):
        return True
    fonts = FONT.findall(text)
    bare = CODE.sub(" ", text) if "&" in text else text
    words = bare.replace("_", " ")
    return language.understands(
        NUMBERED.sub(" ", words, count=MOST_NUMBERS) if _is_programs(words) else words,
        program_words(),
    ) and all(language.understands(font, program_words()) for font in fonts)


def _is_a_program(text: str) -> bool:
    """Whether a text names the program that made the file, and nothing else."""
    return PROGRAM.match(text.strip()) is not None and _is_programs(BUILD.sub(" ", text))


def _is_programs(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return bool(words) and all(word in program_words() for word in words)


def is_place(text: str, language: Language) -> bool:
    """Whether a text names cells of a sheet, as links inside a workbook do."""
    return "!" in text and is_formula(text, language)


def is_author(text: str) -> bool:
    """Whether a text names who made the file: the office or one officer, no list of names."""
    return AUTHOR.fullmatch(text.strip()) is not None


def is_formula(text: str, language: Language) -> bool:
    """Whether a formula holds nothing but cells, functions, numbers and known words."""
    sheets = [one or other for one, other in NAMED_SHEET.findall(text)]
    literals = [one for literal in LITERAL.findall(text) for one in re.split(r"[;,]", literal)]
    bare = LITERAL.sub(" ", NAMED_SHEET.sub(" ", text))
    bare = FUNCTION.sub(lambda found: " " if found[1] in FORMULAE else found[0], bare)
    for known in (ERRORS, CELLS, NUMBER_OF_A_FORMULA):
        bare = known.sub(" ", bare)
    named = re.findall(r"[^\W_]+", bare)
    return all(
        language.understands(one.replace("_", " "), program_words())
        for one in [*sheets, *literals, *named]
        if one.strip()
    )


def is_number_format(text: str, language: Language) -> bool:
    """Whether a number format shows numbers and dates, and no words but known ones."""
    bare = BRACKETED.sub(" ", LITERAL.sub(" ", text))
    escaped = "".join(sign for sign in ESCAPED.findall(bare) if sign.isalnum())
    bare = GENERAL.sub(" ", ESCAPED.sub(" ", bare)).replace("EUR", " ")
    return (
        len(escaped) <= MOST_ESCAPED
        and not re.search(r"\d{3}", bare.replace("#", "").replace("0", ""))
        and all(sign.casefold() in OF_FORMATS for sign in bare if sign.isalpha())
        and re.search(r"[^\W\d_]{5}", bare) is None
        and all(
            language.understands(one) or one.strip() in {"€", "EUR", "Uhr"}
            for one in LITERAL.findall(text)
            if one.strip()
        )
    )
