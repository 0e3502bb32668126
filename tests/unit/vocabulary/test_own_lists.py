"""Whether a second person has confirmed a row of a county's own list."""

import pytest

from vocabulary.own_lists import Faulty, require_confirmed


@pytest.mark.parametrize(
    ("added", "confirmed"),
    [("Amt 50", "Amt 32"), ("A. Beispiel", "B. Beispiel")],
)
def test_two_are_two(added: str, confirmed: str) -> None:
    require_confirmed({"added_by": added, "confirmed_by": confirmed})


@pytest.mark.parametrize(
    ("added", "confirmed", "column"),
    [
        ("", "B. Beispiel", "added_by"),
        ("A. Beispiel", "", "confirmed_by"),
        ("A. Beispiel", "Beispiel, A.", "confirmed_by"),
        ("Amt 50", "amt 50", "confirmed_by"),
    ],
)
def test_nobody_confirms_a_row_alone(added: str, confirmed: str, column: str) -> None:
    with pytest.raises(Faulty) as fault:
        require_confirmed({"added_by": added, "confirmed_by": confirmed})
    assert fault.value.column == column
