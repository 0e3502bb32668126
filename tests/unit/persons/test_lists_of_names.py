"""Columns of homes that list persons instead, and numbers and addresses inside texts."""

import re

import pytest

from ingest.wtg.guard import refuse_persons
from ingest.wtg.known_columns import THINGS
from kreishaus.model import FileRejected
from persons.contacts import holds_contact
from persons.named import lists_nothing_else

SURNAMES = ("Quabbel", "Zwirnhuber", "Osterlind", "Pfaffrath", "Ybbsen", "Kranewitt")
NAMES = [f"{one}{end}" for one in SURNAMES for end in ("horst", "mann")]


def register(names: list[str]) -> bytes:
    rows = [f"{name};Tagespflege;41460;Neuss;14" for name in names]
    return "\n".join(["name;angebotsform;plz;ort;plaetze", *rows]).encode()


def test_ten_names_of_which_none_is_a_homes_are_a_list_of_something_else() -> None:
    homes = {f"Haus {name}" for name in NAMES}
    assert lists_nothing_else(set(NAMES), THINGS)
    assert not lists_nothing_else(homes, THINGS)
    assert not lists_nothing_else({*NAMES[:8]}, THINGS)  # some homes are called by one word
    assert not lists_nothing_else({*NAMES, "Haus Maria", "Lindenhof"}, THINGS)
    assert not lists_nothing_else({f"{name} {n}" for n, name in enumerate(NAMES)}, re.compile("x"))


def test_a_register_of_surnames_is_refused() -> None:
    with pytest.raises(FileRejected) as refusal:
        refuse_persons(register(NAMES), "WTG_Register_2021-12-31.csv")
    assert "Quabbel" not in str(refusal.value)
    refuse_persons(register([f"Haus {name}" for name in NAMES]), "WTG_Register_2021-12-31.csv")


@pytest.mark.parametrize(
    "text",
    [
        *("Anruf 02137 884613", "Rückfrage (02137) 884613", "Haus Maria, 02137/884613"),
        *("+49 2137 884613", "mail an i.muster(at)example.org", "i.muster [at] example.org"),
    ],
)
def test_a_number_or_an_address_inside_a_text_is_a_contact(text: str) -> None:
    assert holds_contact(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Bericht vom 01.10.2021",
            "05162024",
            "2021-01-01 bis 2021-12-31",
            "05162000 Rhein-Kreis",
        ),
        *("Bescheid 50.2-0123-2021", "0,75 VK 2021", "PZN 01234567", "Plätze 080 von 0100"),
    ],
)
def test_a_date_a_key_and_a_file_number_are_none(text: str) -> None:
    assert not holds_contact(text)
