"""What stands in a cell, said by its form alone: a refusal never repeats a text."""

from __future__ import annotations

import re
from datetime import date

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


def form_of(value: object) -> str:
    """The form of a value: "three words, 24 letters", "a number of 5 digits", "a date"."""
    if isinstance(value, date):
        return "a date"
    if isinstance(value, bool) or value is None:
        return "nothing" if value is None else "a truth value"
    text = str(value)
    words, letters = len(WORD.findall(text)), sum(sign.isalpha() for sign in text)
    digits = sum(sign.isdigit() for sign in text)
    if not letters and digits:
        return (
            f"a number of {_counted(digits, 'digit')}"
            if _is_number(text)
            else (f"{_counted(digits, 'digit')} and other signs")
        )
    said = [_counted(words, "word"), _counted(letters, "letter")] if letters else ["signs alone"]
    return ", ".join([*said, *([_counted(digits, "digit")] if digits else [])])


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.,]+", text.strip()) is not None


def _counted(number: int, what: str) -> str:
    said = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{said} {what}{'' if number == 1 else 's'}"
