"""What a county and its offices are called in German, by the kind of county.

Papers, the catalogue and exports take these words from here. Their texts are written for a Kreis:
``{im_kreis}`` becomes ``in der Stadt`` for a kreisfreie Stadt. What one kind has and another has
not is a field of its own. The name of the county itself is in its folder (``county.toml``).

Tables for databases and dashboards (labels in ``dbt_project`` and ``dashboards/definitions``) use
none of these words: whoever reads them reads rows of every kind of county beside each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal["Kreis", "kreisfreie Stadt", "Städteregion"]


@dataclass(frozen=True)
class CountyWords:
    """The words for one kind of county. Each field is called as the word is for a Kreis."""

    kreis: str
    der_kreis: str
    den_kreis: str
    im_kreis: str
    am_kreis: str
    des_kreises: str
    des_kreistags: str
    kreisfaktor: str
    has_municipalities: bool

    @property
    def texts(self) -> dict[str, str]:
        """Each word by the name of its field."""
        return {name: word for name, word in asdict(self).items() if isinstance(word, str)}

    def fill(self, text: str) -> str:
        """``text`` with these words for ``{im_kreis}`` and the like; other braces stay."""
        for name, word in self.texts.items():
            text = text.replace(f"{{{name}}}", word)
        return text


WORDS: Mapping[Kind, CountyWords] = {
    "Kreis": CountyWords(
        kreis="Kreis",
        der_kreis="der Kreis",
        den_kreis="den Kreis",
        im_kreis="im Kreis",
        am_kreis="am Kreis",
        des_kreises="des Kreises",
        des_kreistags="des Kreistags",
        kreisfaktor="Kreisfaktor",
        has_municipalities=True,
    ),
    "kreisfreie Stadt": CountyWords(
        kreis="Stadt",
        der_kreis="die Stadt",
        den_kreis="die Stadt",
        im_kreis="in der Stadt",
        am_kreis="an der Stadt",
        des_kreises="der Stadt",
        des_kreistags="des Rates der Stadt",
        kreisfaktor="Stadtfaktor",
        has_municipalities=False,
    ),
    "Städteregion": CountyWords(
        kreis="StädteRegion",
        der_kreis="die StädteRegion",
        den_kreis="die StädteRegion",
        im_kreis="in der StädteRegion",
        am_kreis="an der StädteRegion",
        des_kreises="der StädteRegion",
        des_kreistags="des StädteRegionstags",
        kreisfaktor="Regionsfaktor",
        has_municipalities=True,
    ),
}
