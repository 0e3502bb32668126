"""Names of files hold known words, days of this century and short numbers."""

import pytest

from ingest.it_nrw import guard
from kreishaus.model import FileRejected, Request
from kreishaus.settings import Settings
from persons.file_names import has_form

WORDS = frozenset(["kreuztabelle", "tabelle"])


@pytest.mark.parametrize(
    "name",
    [
        *("tabelle_12.03.1987.csv", "tabelle 2211 0471 1098.csv", "tabelle_471_104_711.csv"),
        *("tabelle-02131-4711.csv", "tabelle_19870312.csv", "quittenbaum.csv", "471104.csv"),
    ],
)
def test_a_name_that_may_be_a_persons_has_no_form(name: str) -> None:
    assert not has_form(name, WORDS)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "kreuztabelle_2021-09-30.xlsx",
            "kreuztabelle_20210930_v2.xlsx",
            "tabelle 30.09.2021.csv",
        ),
        *("tabelle_2015-01_2021-09.csv", "tabelle_12.csv", "tabelle_2021.csv"),
    ],
)
def test_days_of_this_century_and_short_numbers_have(name: str) -> None:
    assert has_form(name, WORDS)


def test_the_code_of_a_table_is_no_number_of_a_person() -> None:
    request = Request("x", "12411-02-03-5_00.csv", path="/nowhere/12411-02-03-5_00.csv")
    assert guard.noted(request, b"", Settings()).label == "12411-02-03-5_00.csv"
    other = Request("x", "12411-02-03-5_47110815.csv")
    assert guard.noted(other, b"", Settings()).label == "12411-02-03-5.csv"


def test_a_refusal_of_a_name_says_what_to_do_and_not_the_name() -> None:
    with pytest.raises(FileRejected) as refused:
        guard.noted(Request("x", "Quittenbaum.csv"), b"", Settings())
    assert "Rename the file" in str(refused.value) and "Quittenbaum" not in str(refused.value)
