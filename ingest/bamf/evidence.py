"""What lands of a PDF: what is printed on its pages in known words, and their rules.

A PDF holds far more than anybody sees: texts under white or beside the page, properties, bookmarks,
attached files, fields, earlier states, bytes between its objects. None of it is part of this form.
Of the lines on a page those land of which each word is known (``words.txt``, names of countries).
A line of numbers alone says nothing where no table is: beside the rows it lands with counts, and
with days on which a month begins or ends.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from babel import Locale

from formats.known_words import KnownWords, read_words
from ingest.bamf import pdfium_reader
from ingest.bamf.annotations import KINDS
from ingest.bamf.months import MONTH_NAMES
from ingest.bamf.pages import Char, Document, Mark, Page, Rule, char_lines, words_of
from ingest.bamf.writing import is_number
from kreishaus.model import Finding, Request, Stripped, UnreadableFile
from kreishaus.settings import Settings
from kreishaus.wording import say
from persons import file_names
from persons.door import refuse_other_format, refuse_text, refuse_unknown, refuse_unread
from persons.values import day_of, is_month_edge
from vocabulary.countries import countries

FORM = 2
GERMAN = "de"
WORDS = Path(__file__).with_name("words.txt")
FILE_WORDS = frozenset(
    [
        *("bamf", "hkl", "antrags", "entscheidungs", "bestandsstatistik", "statistik", "anlage"),
        *("asyl", "geschaeftsbericht", "report", "kumuliert", "bis", "jahr", "halbjahr", "quartal"),
        *map(str.casefold, MONTH_NAMES),
        "maerz",
    ]
)
"""What BAMF calls its files."""
BEGINNING = b'{"pages_of_a_pdf": 1, '
PDF = b"%PDF"
LINE = 0.4
"""Share of a character's height within which two stand on one line."""
NUMBERS_OF_A_ROW = 5
"""A line with so many counts is a row of figures."""
LETTER = re.compile(r"[^\W\d_]")
ALONE = re.compile(
    r"\d{1,3}[a-z]?|(?:19|20)\d{2}|\d{1,3}(?:\.\d{3}){1,2}|\d{1,3},\d{1,2}", re.ASCII
)
"""A number that may stand alone beside a table: of a page or a column, a year, a count, a share."""
NUMBER = re.compile(r"\d[\d.,]*[a-z]?", re.ASCII)


def strip(content: bytes, label: str, settings: Settings) -> Stripped:
    """The pages of a PDF in place of its bytes.

    Raises ``FileRejected`` for what is no PDF that can be read, for marks of persons, and where a
    row of figures has words that are not known.
    """
    del label, settings
    if PDF not in content[:1024]:
        refuse_other_format(say("a PDF"))
    try:
        document = pdfium_reader.read_document(content)
    except UnreadableFile as unreadable:
        refuse_unread(unreadable)
    refuse_text((line for page in document.pages for line in page.lines), say("text line"))
    pages = tuple(map(_in_known_words, document.pages))
    less = sum(
        len(one.chars) > len(other.chars) for one, other in zip(document.pages, pages, strict=True)
    )
    warnings = (_left_out(less),) if less else ()
    return Stripped(written(replace(document, pages=pages)), FORM, warnings)


def noted(request: Request, content: bytes, settings: Settings) -> Request:
    """The request of a file, without a name that may be a person's."""
    del content
    known = file_names.noted(request, "bamf", FILE_WORDS, "BAMF", settings)
    return replace(known, extension="json")


def read_document(content: bytes) -> Document:
    """The pages that landed; also of a PDF itself, as earlier code landed it. Raises as
    ``pdfium_reader.read_document`` does."""
    if not content.startswith(BEGINNING):
        return pdfium_reader.read_document(content)
    document = json.loads(content)
    made_at = document["made_at"]
    return Document(
        tuple(_page(page) for page in document["pages"]),
        datetime.fromisoformat(made_at) if made_at else None,
    )


def written(document: Document) -> bytes:
    """The form that lands: characters by runs of one height, in points with three decimals."""
    made_at = document.made_at.isoformat() if document.made_at else None
    pages = [
        {
            "number": page.number,
            "horizontals": [list(map(_points, rule)) for rule in page.horizontals],
            "verticals": [list(map(_points, rule)) for rule in page.verticals],
            "marks": [
                [str(mark.kind), *map(_points, mark[1:5]), mark.writes] for mark in page.marks
            ],
            "text": [
                [
                    *("".join(char.text for char in run), *height),
                    [_points(side) for char in run for side in (char.left, char.right)],
                ]
                for height, chars in groupby(page.chars, _height)
                for run in [list(chars)]
            ],
        }
        for page in document.pages
    ]
    rest = json.dumps(
        {"made_at": made_at, "pages": pages}, ensure_ascii=False, separators=(",", ":")
    )
    return BEGINNING + rest[1:].encode()


def _height(char: Char) -> tuple[float, float, bool]:
    return _points(char.bottom), _points(char.top), char.turned


def _points(value: float) -> float:
    return round(value, 3)


def _page(page: dict[str, Any]) -> Page:
    return Page(
        page["number"],
        tuple(
            Char(text, left, bottom, right, top, turned)
            for run, bottom, top, turned, sides in page["text"]
            for text, left, right in zip(run, sides[::2], sides[1::2], strict=True)
        ),
        tuple(Rule(*rule) for rule in page["horizontals"]),
        tuple(Rule(*rule) for rule in page["verticals"]),
        tuple(Mark(KINDS[kind], *box) for kind, *box in page["marks"]),
    )


def _in_known_words(page: Page) -> Page:
    """The page without texts of other words. Raises ``FileRejected`` for one among the figures,
    where it may be a row's name or say what a figure means."""
    runs = _runs(page)
    texts = [_text(run) for run in runs]
    rows = [line for line in char_lines(page.chars) if _is_row_of_figures(line)]
    top = max((char.top for row in rows for char in row), default=0.0)
    bottom = min((char.bottom for row in rows for char in row), default=0.0)
    kept: list[Char] = []
    for at, (run, text) in enumerate(zip(runs, texts, strict=True)):
        is_known = known_words().explain(text)
        if is_known and _is_unsaid(text) and not any(bottom <= c.middle[1] <= top for c in run):
            continue
        if is_known or known_words().explain(_with_broken_words(texts, at)):
            kept += run
        elif any(bottom < char.middle[1] < top for char in run):
            refuse_unknown(
                say("page {page}, among the figures", page=page.number),
                say("words that BAMF's tables have, and names of countries"),
                text,
            )
    return replace(page, chars=tuple(kept))


def _runs(page: Page) -> list[list[Char]]:
    """Characters as the file writes them, line by line. Lines that a page mixes, as the halves of a
    name beside its row, stay apart."""
    runs: list[list[Char]] = []
    for char in page.chars:
        if not runs or not _continues(runs[-1][-1], char):
            runs.append([])
        runs[-1].append(char)
    return runs


def _continues(before: Char, char: Char) -> bool:
    height = LINE * (char.top - char.bottom)
    (x, y), (left, middle) = char.middle, before.middle
    if char.turned or before.turned:  # or only slanted
        return char.turned == before.turned and min(abs(x - left), abs(y - middle)) <= height
    return abs(y - middle) <= height and char.left > before.left - height


def _is_unsaid(text: str) -> bool:
    """Whether numbers that no word explains are others than a table has beside its rows."""
    numbers = [one.rstrip(".,") for one in NUMBER.findall(text)]
    return not LETTER.search(NUMBER.sub("", text)) and not all(map(_may_stand_alone, numbers))


def _may_stand_alone(number: str) -> bool:
    day = day_of(number)
    return is_month_edge(day) if day else ALONE.fullmatch(number) is not None


def _text(run: list[Char]) -> str:
    if run[0].turned:
        return "".join(char.text for char in run)
    return " ".join(word.text for word in words_of(run))


def _is_row_of_figures(line: list[Char]) -> bool:
    return sum(is_number(word.text) for word in words_of(line)) >= NUMBERS_OF_A_ROW


def _with_broken_words(texts: list[str], at: int) -> str:
    """A line with the rest of the words that its ends break."""
    text = texts[at]
    before, after = (texts[one] if 0 <= one < len(texts) else "" for one in (at - 1, at + 1))
    if before.endswith("-") and text[:1].islower():
        text = (before[:-1].split() or [""])[-1] + text
    if text.endswith("-") and after[:1].islower():
        text = text[:-1] + after.split()[0]
    return text


@cache
def known_words() -> KnownWords:
    """The words of BAMF's tables: its own, and the names of countries and their groups, those too
    that BAMF has not printed yet."""
    names = [name for one in countries() for name in (one.label, one.continent, *one.also_written)]
    territories = Locale(GERMAN).territories.values()
    return KnownWords([*read_words(WORDS), *names, *territories, *MONTH_NAMES])


def _left_out(pages: int) -> Finding:
    return Finding(
        rule="text_left_out",
        severity="warning",
        message=say(
            "texts beside the table hold words that are on no list: they were left out before the "
            "file was kept"
        ),
        expected=say("known words alone"),
        found=say("others on {pages} pages", pages=pages),
    )
