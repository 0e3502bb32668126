"""What a text outside of a table says of its numbers: shares, flows, a part of the people.

Each word of such a text is known, and the table looks like one of counts: only the text tells that
its numbers mean something else. The words are in ``meaning_words.csv``, by what they say.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from formats.sheets import Sheet
from formats.text import printed, written_out
from ingest.azr.known_tables import REGIONS, KnownTable
from ingest.azr.understood import Language
from kreishaus.wording import say
from persons.words import is_nation

WORDS_FILE = Path(__file__).with_name("meaning_words.csv")
EXPECTED = say("numbers of persons at the reference date, of the whole county, as whole numbers")
SHARES = say("it says that the numbers are shares")
SCALED = say("it says that the numbers are in hundreds or thousands")
FLOWS = say("it says that the numbers are changes, arrivals or departures")
PART = say("it says that the numbers are of a part of the people, or of the county")
REFUGEES = say("it says that the numbers are of refugees or of tolerated people, not of foreigners")

MOST_OF_A_LEGEND = 4
"""A note of more words is a sentence on something, and says not what all numbers are."""
ONLY = r"\b(?:nur|ohne|ausser|ausschliesslich|lediglich|exklusive|exkl\.?)\s+"
BETWEEN = r"(?:(?:fuer|die|der|den|dem|aus|von|personen|menschen|mit|in)\s+){0,4}"
AGED = re.compile(r"\b(?:unter|ueber|ab|bis|von)\s\d{1,2}\s?(?:(?:bis|-|–)\s?\d{1,2}\s?)?jahr")
OF_AGES = re.compile(r"alter|gruppe|gliederung")
ABOUT_PEOPLE_FROM = re.compile(r"\baus\s+(?:der\s+|dem\s+|den\s+)?([^\W\d_]+)")
NATIONAL = re.compile(r"\b[^\W\d_]+isch(?:e|er|en|em)?\b")


@cache
def _stems(kind: str) -> re.Pattern[str]:
    with WORDS_FILE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter=";") if row["kind"] == kind]
    stems = "|".join(re.escape(written_out(row["stem"])) for row in rows)
    return re.compile(rf"\b(?:{stems})")


@dataclass(frozen=True)
class Meanings:
    """What texts say of the tables of one sheet, or of all."""

    tables: tuple[KnownTable, ...]
    language: Language

    def of_title(self, text: str) -> str | None:
        """What a title, a sheet's name or a header says the numbers are; None for counts."""
        plain = self._plain(text)
        if self._is_share(plain) and not self._has_derived:
            return SHARES
        if _stems("flow").search(plain) and not self._has_derived:
            return FLOWS
        if not self._are_statuses and _stems("refugees").search(_of_background(plain)):
            return REFUGEES
        return self._of_any(plain) or (PART if self._is_of_a_part(plain) else None)

    def of_note(self, text: str) -> str | None:
        """The same of a text below a table, which may speak of single rows."""
        plain = self._plain(text)
        is_legend = len(re.findall(r"[^\W\d_]+", plain)) <= MOST_OF_A_LEGEND
        if self._is_share(plain) and is_legend and not self._has_derived:
            return SHARES
        return self._of_any(plain)

    def of_corner(self, text: str) -> str | None:
        """What the head of the labels says of the numbers beside them."""
        return SHARES if self._is_share(self._plain(text)) else None

    def of_upper_head(self, text: str) -> str | None:
        """What stands over the heads of a table: alone it may be a title ("Anteile in %")."""
        if self._has_derived:
            return None
        return self.of_corner(text) or (FLOWS if _stems("flow").search(self._plain(text)) else None)

    def _of_any(self, plain: str) -> str | None:
        if _stems("scale").search(plain):
            return SCALED
        return PART if self._leaves_out(plain) else None

    def _plain(self, text: str) -> str:
        """A text without the county's names; one of them may also be that of a municipality."""
        plain = written_out(printed(text))
        county = self.language.county
        for name in sorted((county.name, *county.also_called), key=len, reverse=True):
            if written_out(name) not in self._places:
                plain = plain.replace(written_out(name), " ")
        return plain

    @property
    def _has_derived(self) -> bool:
        """Whether a table has columns or rows of changes and shares, of which a text may speak."""
        return any(table.derived or table.has_derived_rows for table in self.tables)

    @property
    def _are_statuses(self) -> bool:
        return not any(table.expects is REGIONS for table in self.tables)

    @staticmethod
    def _is_share(plain: str) -> bool:
        return "%" in plain or _stems("share").search(plain) is not None

    def _leaves_out(self, plain: str) -> bool:
        """Whether a text leaves out people, or all others: "ohne Ukraine", "nur Männer"."""
        for found in re.finditer(ONLY + BETWEEN + r"(?P<whom>[^\W\d_]+)", plain):
            whom = found["whom"]
            if _stems("group").match(whom) or _is_foreign(whom) or whom in self._places:
                return True
        return False

    def _is_of_a_part(self, plain: str) -> bool:
        female, male = (_stems(sex).search(plain) is not None for sex in ("female", "male"))
        aged = AGED.search(plain) or _stems("young").search(plain)
        nations = [*ABOUT_PEOPLE_FROM.findall(plain), *NATIONAL.findall(plain)]
        return (
            female != male
            or (aged is not None and OF_AGES.search(plain) is None)
            or any(map(_is_foreign, nations))
            or (self._are_statuses and self._names_a_place(plain))
        )

    @property
    def _places(self) -> frozenset[str]:
        municipalities = self.language.county.municipalities.values()
        return frozenset(written_out(name) for name in municipalities)

    def _names_a_place(self, plain: str) -> bool:
        """Whether a text speaks of a municipality; that of a city of its own is all of it."""
        if len(self._places) < 2:
            return False
        names = "|".join(map(re.escape, sorted(self._places)))
        alone = self._places - set(map(written_out, self.language.county.also_called))
        only = "|".join(map(re.escape, sorted(alone)))
        where = r"(?:in|stadt|gemeinde|fuer|aus)\s+(?:der\s+)?(?:stadt\s+|gemeinde\s+)?"
        return re.search(rf"\b{where}(?:{names})\b|^\s*(?:{only})\s*$", plain) is not None


def _is_foreign(word: str) -> bool:
    return is_nation(word) and not word.startswith("deutsch")


def _of_background(plain: str) -> str:
    """Without "Flüchtlingshintergrund", as the office calls all people of its tables."""
    return re.sub(r"\b\w*hintergrund\w*", " ", plain)


def shares_shown(sheet: Sheet, table: KnownTable) -> Iterator[tuple[int, int]]:
    """The counts of a table that are shown with a percent sign."""
    return (at for at in sorted(sheet.shares) if table.counts_at(*at))
