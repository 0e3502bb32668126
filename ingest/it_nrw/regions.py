"""The regions of North Rhine-Westphalia by official key (AGS), as they have been since 2009-10-21.

The state's own list, not a county's: in it the Städteregion Aachen (05334) holds the city of
Aachen, and the Kreise Aachen (05354) and Aachen, city (05313) exist no more.
"""

import re

NATION = "DG"
"""Germany, the first row of the Kreis tables of Regionaldatenbank Deutschland."""

LAENDER = tuple(f"{number:02}" for number in range(1, 17))

LAND = "05"

BEZIRKE = ("051", "053", "055", "057", "059")

KREISE = tuple(
    bezirk + kreis
    for bezirk, kreise in (
        ("051", "11 12 13 14 16 17 19 20 22 24 54 58 62 66 70"),
        ("053", "14 15 16 34 58 62 66 70 74 78 82"),
        ("055", "12 13 15 54 58 62 66 70"),
        ("057", "11 54 58 62 66 70 74"),
        ("059", "11 13 14 15 16 54 58 62 66 70 74 78"),
    )
    for kreis in kreise.split()
)
"""The 53 Kreise and kreisfreie Städte."""

KEY = re.compile(rf"{NATION}|\d{{2}}|\d{{3}}|\d{{5}}|\d{{8}}|\d{{12}}", re.ASCII)
"""A region key: Germany, or by its length Land, Regierungsbezirk, Kreis, municipality, the census's
own."""
CENSUS_KEY = re.compile(r"\d{12}", re.ASCII)


def official_key(printed: str) -> str:
    """The AGS of a printed key: the census puts the four digits of the association before the last.

    ``051620024024`` (Land 05, Bezirk 1, Kreis 62, association 0024, municipality 024) is
    ``05162024``. Other keys are returned as they are.
    """
    return printed[:5] + printed[9:] if CENSUS_KEY.fullmatch(printed) else printed
