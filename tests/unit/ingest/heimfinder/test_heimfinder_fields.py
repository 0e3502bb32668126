"""How a path leads to a field, and which configurations are refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from ingest.heimfinder.fields import Fields, Layout, Missing, field_names, layout, look_up

RECORD: dict[str, Any] = {
    "id": 7,
    "leer": None,
    "einrichtung": {"name": "Haus", "plaetze": {"gesamt": 80}},
    "frei": [{"art": "Lang", "zahl": 2}, {"art": "Kurz", "zahl": 1}, {"art": 3, "zahl": 9}, "x"],
    "doppelt": [{"art": "Lang", "zahl": 2}, {"art": "Lang", "zahl": 3}],
}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("id",), 7),
        (("einrichtung.name",), "Haus"),
        (("einrichtung.plaetze.gesamt",), 80),
        (("name", "einrichtung.name"), "Haus"),
        (("einrichtung", "id"), 7),
        (("leer", "id"), 7),
        (("leer",), None),
        (("frei[art=Kurz].zahl",), 1),
        (("frei[art=3].zahl",), 9),
    ],
)
def test_a_path_leads_to_a_value(paths: tuple[str, ...], expected: object) -> None:
    assert look_up(RECORD, paths) == expected


@pytest.mark.parametrize(
    "path",
    [
        *("nichts", "id.tiefer", "einrichtung", "frei.zahl", "frei[art=Weg].zahl", "frei"),
        *("leer.x", "doppelt[art=Lang].zahl", "einrichtung[art=Lang].name"),
    ],
)
def test_a_path_leads_nowhere(path: str) -> None:
    assert isinstance(look_up(RECORD, (path,)), Missing)


def test_field_names_are_paths() -> None:
    assert set(field_names(RECORD)) == {
        *("id", "leer", "einrichtung.name", "einrichtung.plaetze.gesamt"),
        *("frei[].art", "frei[].zahl", "frei[]", "doppelt[].art", "doppelt[].zahl"),
    }


def test_the_file_that_is_shipped_is_whole() -> None:
    assert layout().lists == ("_items", "_data")
    assert set(Fields.model_fields) == set(layout().fields.model_dump())


@pytest.mark.parametrize("path", ["", ".", "a.", "a..b", "a[b]", "a[b=]", "a[=c]", "a]b"])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    fields = layout().fields.model_dump() | {"places": (path,)}
    with pytest.raises(ValidationError, match="places"):
        Layout.model_validate(layout().model_dump() | {"fields": fields})


def test_an_unknown_column_is_refused() -> None:
    fields = layout().fields.model_dump() | {"free_place": ("x",)}
    with pytest.raises(ValidationError, match="free_place"):
        Layout.model_validate(layout().model_dump() | {"fields": fields})
