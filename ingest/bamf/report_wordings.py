"""How the Asylgeschäftsbericht words its figures: the one place to mend when a sentence changes.

Patterns are matched against text without blanks. ``MONAT`` and ``JAHR`` stand for the report's
own month and year, ``ZAHL`` for a count, ``PROZENT`` for a percentage with one decimal or none.
The groups of a pattern are its figures, in order. ``BISHER`` is the time since January in any
wording, ``FUERBISHER`` the same after "für". Read in the reports of 2016-01 to 2016-04; that of
June says "im ersten Halbjahr", and that of December is taken to say "im Jahr".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

MONTH, YEAR_TO_DATE = "month", "year_to_date"
NUMBER = r"[0-9]{1,3}(?:\.?[0-9]{3}){0,3}"
SINCE_JANUARY = (
    r"[Ii]mbisherigen(?:Berichtsj|J)ahr(?:JAHR)?",
    r"[Ii]m(?:gesamten|ganzen)?(?:Berichtsj|J)ahrJAHR",
    r"(?:[Ii]mZeitraum)?[Vv]?(?:on)?JanuarbisMONAT(?:JAHR)?",
)
FOR_SINCE_JANUARY = (
    r"fürdasbisherige(?:Berichtsj|J)ahr(?:JAHR)?",
    r"fürdas(?:gesamte|ganze)?(?:Berichtsj|J)ahrJAHR",
)
UNTIL_MONTH = {
    3: ("[Ii]m(?:ersten|1\\.)(?:Quartal|Vierteljahr)", "fürdaserste(?:Quartal|Vierteljahr)"),
    6: ("[Ii]m(?:ersten|1\\.)Halbjahr", "fürdaserste(?:Halbjahr)"),
    9: ("[Ii]ndenerstendreiQuartalen", "fürdieerstendreiQuartale"),
}
"""Months whose report may count "im ersten Halbjahr": in a later one it is another time."""
GERMAN_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
RATE = r"PROZENT%(?:\(ZAHLpositiveEntscheidungenvoninsgesamtZAHL\))?"
RATE_AND_COUNTS = ("protection_percent", "decisions_positive", "decisions_total")


@dataclass(frozen=True)
class Wording:
    """A sentence with figures in it: their span and, in order, what they measure."""

    span: str
    measures: tuple[str, ...]
    pattern: str

    def compiled(self, month: date) -> re.Pattern[str]:
        """The pattern for the report of one month."""
        words = {
            "MONAT": GERMAN_MONTHS[month.month - 1],
            "JAHR": f"{month.year}",
            "ZAHL": f"({NUMBER})",
            "PROZENT": r"([0-9]{1,3}(?:,[0-9])?)",
        }
        pattern = self.pattern.replace("FUERBISHER", _any_of(FOR_SINCE_JANUARY, 1, month))
        pattern = pattern.replace("BISHER", _any_of(SINCE_JANUARY, 0, month))
        for word, meaning in words.items():
            pattern = pattern.replace(word, meaning)
        return re.compile(pattern)


def _any_of(wordings: Sequence[str], kind: int, month: date) -> str:
    """A pattern for the time since January as the report of one month may word it."""
    own = [
        f"{words[kind]}(?:JAHR)?" for until, words in UNTIL_MONTH.items() if until == month.month
    ]
    return f"(?:{'|'.join([*wordings, *own])})"


WORDINGS = (
    Wording(
        MONTH,
        ("applications_first",),
        r"Im(?:Berichtsm|M)onatMONAT(?:JAHR)?wurdenZAHLErstanträge",
    ),
    Wording(
        YEAR_TO_DATE,
        ("applications_first",),
        r"BISHERwurdenZAHLErstanträge",
    ),
    Wording(
        MONTH,
        ("applications_follow_up",),
        r"ImMONATJAHRwurdenZAHLFolgeanträge(?:beim|ent)",
    ),
    Wording(
        YEAR_TO_DATE,
        ("applications_follow_up",),
        r"DieZahlderFolgeanträge[a-zäöüß]{3,12}BISHER[^.]{0,60}\([0-9.]+Folgeanträge"
        r"\)um[0-9,]+%aufZAHLFolgeanträge",
    ),
    Wording(
        MONTH,
        ("applications_total",),
        r"konntedasBundesamtinsgesamtZAHLAsylanträgeimMONATJAHRentgegen",
    ),
    Wording(
        YEAR_TO_DATE,
        ("applications_total",),
        r"konntedasBundesamtinsgesamtZAHLAsylanträgeBISHERentgegen",
    ),
    Wording(
        YEAR_TO_DATE,
        ("decisions_total",),
        r"Insgesamtwurden(?:BISHER)?ZAHLErst-?undFolgeanträge(?:BISHER|imMONATJAHR)entschieden",
    ),
    Wording(
        YEAR_TO_DATE,
        ("decisions_total",),
        r"InsgesamtwurdenBISHERZAHLErst-?undFolgeanträgeentschieden",
    ),
    Wording(
        YEAR_TO_DATE,
        ("decisions_total",),
        r"BISHERwurdeninsgesamtZAHLEntscheidungenüberAsylanträgegetroffen",
    ),
    Wording(
        YEAR_TO_DATE,
        RATE_AND_COUNTS,
        rf"GesamtschutzquotefüralleHKLliegtFUERBISHERbei{RATE}",
    ),
    Wording(
        YEAR_TO_DATE,
        RATE_AND_COUNTS,
        rf"GesamtschutzquotefüralleHKLBISHERbei{RATE}",
    ),
    Wording(
        YEAR_TO_DATE,
        RATE_AND_COUNTS,
        rf"BISHER(?:lag|liegt)dieGesamtschutzquotefüralleHKLbei{RATE}",
    ),
    Wording(
        MONTH,
        ("decisions_total", "decisions_first", "decisions_follow_up"),
        r"ImBerichtsmonatMONAT(?:JAHR)?wurdenAsylverfahrenvonZAHLPersonen"
        r"\(ZAHLErst-?undZAHLFolgeanträge\)",
    ),
    Wording(
        MONTH,
        RATE_AND_COUNTS,
        rf"ImMonatMONAT(?:JAHR)?lagdieGesamtschutzquotefüralleHKLbei{RATE}",
    ),
    Wording(
        MONTH,
        ("pending_first",),
        r"ImMONATJAHRistdieZahlderanhängigenErstverfahren\(ZAHLPersonen\)",
    ),
    Wording(
        MONTH,
        ("pending_follow_up",),
        r"DieZahlderanhängigenFolgeverfahren.{0,120}?aufZAHLPersonenimaktuellenBerichtsmonat",
    ),
    Wording(
        MONTH,
        ("pending_total",),
        r"EndeMONATJAHRlagdieZahlderanhängigenVerfahrenbeiinsgesamtZAHLVerfahren",
    ),
    Wording(
        MONTH,
        ("pending_total",),
        r"Insgesamtwarendamitam[0-9]{1,2}\.MONATJAHRAsylverfahrenvonZAHLPersonennochnicht",
    ),
    Wording(
        MONTH,
        ("hearings",),
        r"ImMonatMONATJAHRwurden(?:insgesamt)?ZAHLPersonenbeimBundesamtangehört",
    ),
)

ALWAYS_PRINTED = {
    (MONTH, "applications_first"): "Erstanträge",
    (MONTH, "applications_follow_up"): "Folgeanträge",
    (MONTH, "decisions_total"): "wurdenAsylverfahrenvon",
    (MONTH, "protection_percent"): "GesamtschutzquotefüralleHKL",
    (MONTH, "pending_first"): "anhängigenErstverfahren",
    (MONTH, "pending_follow_up"): "anhängigenFolgeverfahren",
    (MONTH, "pending_total"): "anhängigenVerfahren",
    (YEAR_TO_DATE, "decisions_total"): "Entscheidungen",
    (YEAR_TO_DATE, "protection_percent"): "GesamtschutzquotefüralleHKL",
}
"""What every report says, with words that its sentence surely holds: they find a new wording."""
PERCENT = ("protection_percent",)
