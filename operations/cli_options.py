"""What commands share: where they print, and the options that more than one of them has."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from kreishaus.folder_formats import WrongFormat, known
from kreishaus.settings import Settings, read_settings
from kreishaus.wording import in_language, text_of
from operations.console import COLUMNS_WITHOUT_TERMINAL, SafeConsole

console = SafeConsole(width=None if sys.stdout.isatty() else COLUMNS_WITHOUT_TERMINAL)
errors = SafeConsole(stderr=True)
IN_USE = 3
"""Exit status where another process is at work in the same place, as of ``kreishaus run``."""


class KnownBy(StrEnum):
    """What makes a version known at a moment that is looked back to."""

    retrieved = "retrieved"
    published = "published"


AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="A day, of which the whole counts (German time), or a time with its offset.",
        metavar="2021-11-30",
    ),
]
KnownByOption = Annotated[
    KnownBy,
    typer.Option(
        "--known-by",
        help="With --as-of: what we had retrieved by then, or what its owner had published.",
    ),
]


class Audience(StrEnum):
    """Who reads: named people of the county, or everybody."""

    internal = "internal"
    public = "public"


class Lang(StrEnum):
    """The languages of what is said to people. Logs are English."""

    de = "de"
    en = "en"


class Format(StrEnum):
    """How an answer is printed."""

    table = "table"
    csv = "csv"
    json = "json"


LangOption = Annotated[
    Lang | None,
    typer.Option("--lang", help="The language of the answer; by default that of the settings."),
]


def teller(settings: Settings, lang: Lang | None) -> Callable[[str], str]:
    """What says a text in the language asked for, or in that of the settings."""
    return partial(in_language, language=lang.value if lang else settings.language)


def tell_of_settings(text: str) -> str:
    """A text about settings that cannot be read: in the language that the environment names."""
    return in_language(text, "en" if os.environ.get("KREISHAUS_LANGUAGE") == "en" else "de")


def read_home() -> Settings:
    """The settings, for a command that reads or writes the home.

    Ends the command where a folder of the home has another format than this code reads.
    """
    try:
        return known(read_settings())
    except WrongFormat as refusal:
        errors.print(tell_of_settings(text_of(refusal)), markup=False, soft_wrap=True)
        raise typer.Exit(1) from refusal


def settings_as_of(as_of: str | None, known_by: KnownBy) -> Settings:
    """The settings to build or to ask by. Ends the command where no such moment can be meant."""
    from warehouse.as_of import AsOf, NotAMoment, settings_as_of

    settings = read_home()
    if as_of is None and known_by is not KnownBy.retrieved:
        errors.print("--known-by says how to look back: it needs --as-of", markup=False)
        raise typer.Exit(2)
    if as_of is None:
        return settings
    try:
        return settings_as_of(settings, AsOf.parse(as_of, known_by.value))
    except NotAMoment as refusal:
        errors.print(f"--as-of: {refusal}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from refusal


def warn_of_withdrawals(settings: Settings) -> None:
    """Say on stderr that newer versions were withdrawn than the one that is read."""
    from warehouse.versions import NothingPublished, warning

    try:
        words = warning(settings)
    except NothingPublished:
        return  # whoever reads says so
    if words:
        errors.print(words, markup=False, soft_wrap=True)
