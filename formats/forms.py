"""What stands in a cell, said by its form alone: a refusal never repeats a text."""

from __future__ import annotations

import re
from datetime import date

from kreishaus.wording import joined, say, say_counted

NUMBERS = (
    *(say("no"), say("one"), say("two"), say("three"), say("four"), say("five")),
    *(say("six"), say("seven"), say("eight"), say("nine"), say("ten")),
)
WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


def form_of(value: object) -> str:
    """The form of a value: "three words, 24 letters", "a number of 5 digits", "a date"."""
    if isinstance(value, date):
        return say("a date")
    if isinstance(value, bool) or value is None:
        return say("nothing") if value is None else say("a truth value")
    text = str(value)
    words, letters = len(WORD.findall(text)), sum(sign.isalpha() for sign in text)
    digits = sum(sign.isdigit() for sign in text)
    if not letters and digits:
        if _is_number(text):
            return say("a number of {digits}", digits=_digits(digits))
        return say("{digits} and other signs", digits=_digits(digits))
    said = [_words(words), _letters(letters)] if letters else [say("signs alone")]
    return joined([*said, *([_digits(digits)] if digits else [])], ", ")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.,]+", text.strip()) is not None


def _words(count: int) -> str:
    return say_counted("one word", "{number} words", count, number=_number(count))


def _letters(count: int) -> str:
    return say_counted("one letter", "{number} letters", count, number=_number(count))


def _digits(count: int) -> str:
    return say_counted("one digit", "{number} digits", count, number=_number(count))


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
