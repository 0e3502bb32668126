"""Words that are wrong in what is made for another county, or for one that is no Kreis."""

import re

PILOT = re.compile(
    "Neuss|Dormagen|Grevenbroich|Jüchen|Kaarst|Korschenbroich|Meerbusch|Rommerskirchen"
)
OF_A_KREIS = re.compile(
    r"\b([Ii]m|[Dd]es|[Dd]er|[Dd]en|[Dd]em|[Vv]om|[Aa]m|[Bb]eim|[Zz]um|[Ee]in(en|es|em)?|alle) "
    r"Kreis(es|e|en)?\b(?! und kreis| in)|Kreis(tag|verwaltung|ebene|summe|schl|faktor|misch)"
    r"|kreis(weit|intern)|Kreis insgesamt|\(Kreis\)"
)
"""Words that are right for a Kreis alone."""
