"""Keys of offices, and what only looks like one."""

import pytest

from vocabulary.postcodes import is_postcode
from vocabulary.record_keys import is_record_key, kept_key


@pytest.mark.parametrize(
    "text",
    [
        "19380312", "12031938", "12.03.1938", "1938-03-12", "12.3.38", "120338", "380312",
        "KRA-1938", "V-1938", "1938", "02131/445566", "0171-55512", "02131445566", "890123456789",
        "12120338K012", "C01X00T47", "A123456780", "Krautwurst", "Krautwurst-7", "Ott-12",
        "510512342", "410123456", "Beschwerde Krautwurst", "-7",
        "NGO-THI-VY", "AL-ALI", "DO_VAN_HY", "KIM.YU.NA", "THI", "KIM-86", "LY/86", "KY-1403-86",
        "140-386", "14-03-86-KY", "65 1403 86 C 012", "48 271 936 502", "13041-20865-17",
        "2131-92848", "49-151-482-17", "A-482-917-365", "DE44-3055-4821", "BEW-48219", "NE-DO-ME",
        "3-15-42", "12-24-38", "15-03-2015", "2015-03-15", "NE-15-07-2014", "M.M.42", "A-S-38",
        "geb-42", "MUS-MA-42", "C01-X00-T47",
    ],
)  # fmt: skip
def test_what_persons_have_is_no_key_and_a_number_stands_for_it(text: str) -> None:
    assert not is_record_key(text) and not is_record_key("")
    kept = kept_key(text)
    assert kept.startswith("Kennung-") and kept_key(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "4711", "1", "NE-017", "M-DO-V01", "P-2024-003", "50.3-11/2024", "05162024-12", "05162",
        "510512349", "PfAD-123", "M-DO-tagespflege",
        "HE 12", "KAA-7", "M-P-2019-053", "WTG-2021-00123", "TP/2022/17",
        "E 1/2", "Ersatzneubau", "sample-DO-V01",
        "0f8fad5b-d9cb-469f-a165-70867728950e", "5f2b6c1e9d3a4b7c8e0f1a2b",
    ],
)  # fmt: skip
def test_a_key_of_an_office_is_kept(text: str) -> None:
    assert kept_key(text) == text


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("41460", True), ("40210", True), ("59969", True), ("01067", False), ("12338", False)],
)
def test_postcodes_of_the_land(text: str, is_one: bool) -> None:
    assert is_postcode(text) is is_one
    assert not is_postcode(text + "0") and not is_postcode(text[1:])
