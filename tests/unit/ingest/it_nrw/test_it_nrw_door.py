"""Of IT.NRW's tables land counts, times, keys of regions and, beside their keys, names."""

import pytest
from it_nrw_files import FFCSV_HEAD

from ingest.it_nrw.guard import is_region_key, strip
from kreishaus.model import FileRejected
from kreishaus.settings import Settings

TABLE = (
    "Tabelle: 22421-02i\nPflegestatistik;;;\n;;;Pflegebedürftige insgesamt\n;;;Anzahl\n"
    "{year};{key};{name};{value}\n2023;05;Nordrhein-Westfalen;1387134\n"
    "2023;05113;    Essen, krfr. Stadt;41063\n__________\n{footer}\n"
    "Stand: 21.01.2025 / 08:20:11\n"
)


def landed(
    year: str = "2023", key: str = "05162", name: str = "Rhein-Kreis Neuss", value: str = "17",
    footer: str = "Pflegestatistik",
) -> str:  # fmt: skip
    text = TABLE.format(year=year, key=key, name=name, value=value, footer=footer)
    return strip(text.encode(), "22421-02i_00.csv", Settings()).content.decode()


@pytest.mark.parametrize(
    ("where", "said"),
    [
        *(("year", "471104711"), ("year", "19870312"), ("year", "12.03.1941")),
        *(("key", "221104711098"), ("key", "051624711098"), ("key", "02131471")),
        *(("value", "221104711098"), ("value", "471104711"), ("value", "(471104711)")),
        *(("value", "0815"), ("value", "Essen")),
    ],
)
def test_what_is_no_time_key_or_count_is_refused(where: str, said: str) -> None:
    with pytest.raises(FileRejected) as refused:
        landed(**{where: said})
    assert said not in str(refused.value)


@pytest.mark.parametrize("footer", ["Essen, Halle", "221.104.711.098", "471.104.711"])
def test_names_of_towns_and_long_numbers_below_the_table_do_not_land(footer: str) -> None:
    assert footer not in landed(footer=footer)


@pytest.mark.parametrize("name", ["Neuss, Isolde", "Isolde Quittenbaum"])
def test_an_unknown_name_is_the_key(name: str) -> None:
    assert "2023;05162;05162;17" in landed(name=name)


@pytest.mark.parametrize(
    "key", ["05", "051", "05162", "05162024", "051620024024", "DG", "01001", "11001001"]
)
def test_keys_of_regions(key: str) -> None:
    assert is_region_key(key)


@pytest.mark.parametrize(
    "key", ["17", "99", "051629999999", "051620024028", "19870312", "", "5162", "17001001"]
)
def test_other_numbers_are_no_keys(key: str) -> None:
    assert not is_region_key(key)


def test_a_table_as_it_is_lands_as_received() -> None:
    same = landed(value="1387")
    assert strip(same.encode(), "22421-02i_00.csv", Settings()).content.decode() == same


@pytest.mark.parametrize("quality", ["p", "r", "s", "e"])
@pytest.mark.parametrize(
    "variable", ["KREISE;Kreise", "REGBEZ;Regierungsbezirke", "DINSG;Deutschland"]
)
def test_qualities_of_values_and_the_words_of_regions_land(quality: str, variable: str) -> None:
    text = (
        (
            f"{FFCSV_HEAD}12411;Fortschreibung;STAG;Stichtag;2024-12-31;{variable};DG;Deutschland;"
            "GES;Geschlecht;GESM;männlich;41241701;Anzahl;BEVSTD;Bevölkerungsstand\n"
        )
        .replace("value;", "value;value_q;")
        .replace("41241701;", f"41241701;{quality};")
    )
    landed = strip(text.encode(), "12411-03-03-4_00.csv", Settings()).content.decode()
    assert f";{variable};" in landed
    assert f"41241701;{quality};" in landed
