"""Values that only persons have, and those that only look so."""

import pytest

from kreishaus.settings import County
from persons.values import marker_in

NEUSS = County(ags="05162", name="Rhein-Kreis Neuss", municipalities={"05162024": "Neuss"})


@pytest.mark.parametrize(
    "text",
    [
        *("130412004711", "1304 1200 4711", "13041200-4711", "130412-004711", "Nr. 130412004711"),
        *("05166012-0001", "051620240001", "13 04 12 004711"),
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301 130412004711",
    ],
)
def test_a_number_of_twelve_digits_is_a_persons(text: str) -> None:
    assert str(marker_in(text, NEUSS)) == "a number of 12 digits, as AZR numbers are"


@pytest.mark.parametrize(
    "text",
    [
        *("05162024-0001", "05162024/0123", "051620024024"),
        *("12345678-1234-4123-8123-123456789012", "3F2504E0-4F89-11D3-9A0C-0305E82C3301"),
    ],
)
def test_keys_of_programs_and_numbers_behind_a_municipalitys_key_are_none(text: str) -> None:
    assert marker_in(text, NEUSS) is None
