"""What Kreishaus says to people, in English and in German.

``say`` takes an English template and its values. What it returns is the English text, so that logs,
exceptions and documents take it as any other ``str``; and it keeps template and values, so that it
can be said in German where an officer reads it::

    text = say("expected {count:,} columns, found {found!r}", count=1204, found="12,5")
    in_language(text, "de")     # Erwartet werden 1.204 Spalten, gefunden wurde „12,5“

``locale/de.po`` is the one catalogue: English template -> German. A template that is not in it is
said in English; ``tests/unit/repository/test_messages.py`` fails for it.

This module imports nothing else of Kreishaus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from numbers import Number
from pathlib import Path
from string import Formatter
from typing import Any, Literal, cast

Language = Literal["de", "en"]
CATALOGUE = Path(__file__).parent / "locale" / "de.po"
STOPS = (".", "!", "?", ":", ")")
BOTH = {"en", "de"}
"""The keys of a text in a document; a text that has no German is a plain string there."""


class Text(str):
    """An English text that can be said in German too. Slices and ``+`` of it are English alone."""

    def german(self) -> str:
        """The text in German."""
        return str(self)


class _Said(Text):
    """A template of the catalogue with its values."""

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> _Said:
        text = super().__new__(cls, template.format(**values))
        text.template, text.values = template, values
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return _Said, (self.template, self.values)

    def german(self) -> str:
        translated = catalogue().get(self.template)
        return str(self) if translated is None else _GERMAN.vformat(translated, (), self.values)


class _Joined(Text):
    """Texts one after the other."""

    parts: tuple[str, ...]
    separator: str

    def __new__(cls, parts: tuple[str, ...], separator: str) -> _Joined:
        text = super().__new__(cls, separator.join(parts))
        text.parts, text.separator = parts, separator
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return _Joined, (self.parts, self.separator)

    def german(self) -> str:
        return in_language(self.separator, "de").join(in_language(one, "de") for one in self.parts)


class _Both(Text):
    """A text of which both wordings are known: one that was stored, or a number."""

    in_german: str

    def __new__(cls, english: str, german: str) -> _Both:
        text = super().__new__(cls, english)
        text.in_german = german
        return text

    def __reduce__(self) -> tuple[object, ...]:
        return _Both, (str(self), self.in_german)

    def german(self) -> str:
        return self.in_german


class _Closed(Text):
    """A text that ends with a full stop in German, where other sentences follow it."""

    text: str

    def __new__(cls, text: str) -> _Closed:
        closed = super().__new__(cls, text)
        closed.text = text
        return closed

    def __reduce__(self) -> tuple[object, ...]:
        return _Closed, (self.text,)

    def german(self) -> str:
        german = in_language(self.text, "de")
        return german if german.endswith(STOPS) else f"{german}."


def say(template: str, /, **values: object) -> Text:
    """The text of a template, which is written out here: the catalogue's test looks for it.

    A value may be a text itself. Numbers are written as each language does where the template
    gives a format (``{count:,}``), days always (``30.09.2021``), and ``{name!r}`` is quoted.
    """
    return _Said(template, {name: _plain(value) for name, value in values.items()})


def say_counted(one: str, many: str, count: int, /, **values: object) -> Text:
    """``one`` where ``count`` is 1, else ``many``; both may name ``count``.

    English and German have the same two forms for the same numbers.
    """
    return say(one if count == 1 else many, count=count, **values)


def joined(parts: Iterable[str], separator: str = " ") -> Text:
    """Texts with a separator between them, which may be a text itself."""
    return _Joined(tuple(parts), separator)


def closed(text: str) -> Text:
    """A text that stands before other sentences in German."""
    return _Closed(text)


def figure(english: str) -> Text:
    """A number as English readers write it (``1,204.5``); German readers see ``1.204,5``."""
    return _Both(english, _commas(english))


def day(value: date) -> Text:
    """A day: ``2021-09-30``, for German readers ``30.09.2021``."""
    return _Both(value.isoformat(), f"{value:%d.%m.%Y}")


def rewritten(text: str, change: Callable[[str], str]) -> Text:
    """Each wording of a text changed in the same way: cut to a length, say."""
    return _Both(change(str(text)), change(in_language(text, "de")))


def in_language(text: str, language: Language) -> str:
    """A text in the language of its reader; a plain string is what it is."""
    return text.german() if language == "de" and isinstance(text, Text) else str(text)


def sayer(language: Language) -> Callable[..., str]:
    """``say`` for the template of a page, which is in one language."""

    def say_here(template: str, **values: object) -> str:
        return in_language(say(template, **values), language)

    return say_here


def text_of(error: BaseException) -> str:
    """What an exception says, with its German where it has one; ``str`` would lose that."""
    first = error.args[0] if len(error.args) == 1 else None
    return first if isinstance(first, Text) else str(error)


def to_document(value: object) -> object:
    """``value`` (mappings, lists, plain values) for JSON, each text as ``{"en": .., "de": ..}``.

    Both wordings are kept, and not the template: a record outlives the catalogue it was said by.
    """
    if isinstance(value, Text):
        english, german = str(value), value.german()
        return {"en": english, "de": german} if german != english else english
    if isinstance(value, Mapping):
        return {key: to_document(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_document(one) for one in value]
    return value


def from_document(value: Any) -> Any:  # noqa: ANN401  # whatever JSON holds
    """What ``to_document`` was given. Records of earlier releases have English alone."""
    if isinstance(value, dict):
        if value.keys() == BOTH and all(isinstance(one, str) for one in value.values()):
            return _Both(value["en"], value["de"])
        return {key: from_document(one) for key, one in value.items()}
    if isinstance(value, list):
        return [from_document(one) for one in value]
    return value


def document_in(value: Any, language: Language) -> Any:  # noqa: ANN401  # whatever JSON holds
    """What JSON holds, with each of its texts in one language."""
    if isinstance(value, dict):
        if value.keys() == BOTH:
            return value[language]
        return {key: document_in(one, language) for key, one in value.items()}
    if isinstance(value, list):
        return [document_in(one, language) for one in value]
    return value


@cache
def catalogue() -> Mapping[str, str]:
    """English template -> German; empty where the catalogue is not installed."""
    if not CATALOGUE.exists():
        return {}
    from babel.messages.pofile import read_po  # only who speaks German waits for it

    with CATALOGUE.open("rb") as file:
        entries = read_po(file, locale="de")
    return {cast(str, one.id): cast(str, one.string) for one in entries if one.id and one.string}


def _plain(value: object) -> object:
    """A value that can be kept, sent to another process and said again."""
    if isinstance(value, BaseException):
        return text_of(value)
    return value if isinstance(value, str | Number | date) else str(value)


def _commas(english: str) -> str:
    return english.translate(str.maketrans(",.", ".,"))


class _German(Formatter):
    """Fills a template as German readers write numbers, days and quotations."""

    def get_field(
        self, field_name: str, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> tuple[object, object]:
        value, key = super().get_field(field_name, args, kwargs)
        return (in_language(value, "de") if isinstance(value, str) else value), key

    def convert_field(self, value: object, conversion: str | None) -> object:
        if conversion == "r" and isinstance(value, str):
            return f"„{repr(value)[1:-1]}“"
        return super().convert_field(value, conversion)

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, datetime):
            return format(value, format_spec or "%d.%m.%Y %H:%M")
        if isinstance(value, date):
            return format(value, format_spec or "%d.%m.%Y")
        text = format(value, format_spec)
        if isinstance(value, Number) and (format_spec or isinstance(value, float)):
            return _commas(text).replace("%", "\N{NO-BREAK SPACE}%")
        return text


_GERMAN = _German()
