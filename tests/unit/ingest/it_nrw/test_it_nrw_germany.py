"""Germany as the first row of a Kreis table; its sum over the Länder: test_it_nrw_suites.py."""

import pandas as pd
import pytest
from it_nrw_files import LDB_TAIL, origin

from ingest.it_nrw.population import parse
from kreishaus.model import UnreadableFile

HEAD = (
    "Tabelle: 12411-03-03-4\n"
    "Bevölkerung nach Geschlecht - regionale Tiefe: Kreise;;;;;\n"
    "Bevölkerungsstand (Anzahl);;;;;\n"
    ";;;Total;männlich;weiblich\n"
)
OF_31_12_2024 = (
    "2024-12-31;DG;Deutschland;83577140;41241701;42335439\n"
    "2024-12-31;05;  Nordrhein-Westfalen;18034454;8872464;9161990\n"
    "2024-12-31;051;    Düsseldorf, Regierungsbezirk;5244379;2568274;2676105\n"
    "2024-12-31;05162;      Rhein-Kreis Neuss;457077;223233;233844\n"
)
"""As printed on 16.12.2025 in table 12411-03-03-4 of Regionaldatenbank Deutschland."""


def read(lines: str) -> pd.DataFrame:
    return parse((HEAD + lines + LDB_TAIL).encode(), origin("12411-03-03-4")).tables["cells"]


def test_germany_is_a_region_above_the_laender() -> None:
    cells = read(OF_31_12_2024)
    total = cells[cells["sex_label"] == "Insgesamt"].set_index("region_code")["value"]
    assert total.to_dict() == {
        "DG": 83_577_140,
        "05": 18_034_454,
        "051": 5_244_379,
        "05162": 457_077,
    }


def test_a_kreis_whose_key_lost_digits_is_still_told() -> None:
    other_land = "2024-12-31;01;  Schleswig-Holstein;2959517;1450000;1509517\n"
    with pytest.raises(UnreadableFile) as refused:
        read(OF_31_12_2024.replace(";05162;", ";05;") + other_land)
    (finding,) = refused.value.findings
    assert (finding.rule, finding.row) == ("region_level", "8")


@pytest.mark.parametrize("name", ["Rhein-Kreis Neuss", "  Hessen"])
def test_another_region_under_germanys_key_is_refused(name: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(OF_31_12_2024.replace(";DG;Deutschland", f";DG;{name}"))
    assert {(one.rule, one.expected) for one in refused.value.findings} == {
        ("region_level", "Deutschland")
    }
