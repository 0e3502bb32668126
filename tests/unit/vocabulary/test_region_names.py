"""Names of regions and their keys, in every way of writing that offices have."""

import pytest

from kreishaus.settings import County
from vocabulary.region_names import Verdict, names_for, official_names, words_of
from vocabulary.regions import Region, RegionElsewhere, UnknownRegion, region

NEUSS = County(
    ags="05162",
    name="Rhein-Kreis Neuss",
    also_called=("Neuss",),
    municipalities={"05162008": "Grevenbroich", "05162024": "Neuss", "05162004": "Dormagen"},
    other_names={"05162024": ("Novaesium",), "05162": ("RKN",), "05362": ("Erftkreis",)},
)
NAMES = names_for(NEUSS)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("05166", "Viersen, Kreis"),
        ("05166", "Viersen, Landkreis"),
        ("05166", "Kreis Viersen"),
        ("05166", "  VIERSEN  "),
        ("05166032", "Viersen, Stadt"),
        ("05162", "Neuss, Rhein-Kreis"),
        ("05162", "Rhein-Kreis Neuss"),
        ("05162", "Neuß, Kreis"),
        ("05162008", "Grevenbroich, Stadt"),
        ("05162008", "41515 Grevenbroich"),
        ("05162024", "Neuss, krfr. Stadt"),
        ("05162024", "Neuss, Große kreisangehörige Stadt"),
        ("05162024", "Neuss am Rhein"),
        ("05162024", "Neuss a. Rhein"),
        ("05162024", "Novaesium"),
        ("05117000", "Mülheim an der Ruhr, kreisfreie Stadt"),
        ("05117000", "Muelheim a.d. Ruhr"),
        ("05117000", "Mülheim (Ruhr)"),
        ("05117", "Mülheim/Ruhr, krsfr. Stadt"),
        ("05154012", "Geldern"),
        ("05154008", "Emmerich"),
        ("05111", "Düsseldorf, Landeshauptstadt"),
        ("05111", "Landeshauptstadt Düsseldorf"),
        ("05914", "Hagen, Stadt der FernUniversität"),
        ("05334", "Aachen, Städteregion"),
        ("05334", "Städteregion Aachen (einschl. Stadt Aachen)"),
        ("05382056", "St. Augustin"),
        ("05362", "Erftkreis"),
        ("053", "Reg.-Bez. Köln"),
        ("05", "Nordrhein-Westfalen, Land"),
    ],
)
def test_ways_of_writing_a_name(key: str, name: str) -> None:
    assert NAMES.verdict_on(key, name) is Verdict.AGREES


@pytest.mark.parametrize(
    ("key", "name", "verdict"),
    [
        ("05162008", "Neuss, Stadt", Verdict.OF_ANOTHER),
        ("05162", "Viersen, Kreis", Verdict.OF_ANOTHER),
        ("05111000", "Duisburg", Verdict.OF_ANOTHER),
        ("053", "Münster, Regierungsbezirk", Verdict.OF_ANOTHER),
        ("05162008", "Grevenbroch", Verdict.UNKNOWN_SPELLING),
        ("05162008", "Kapellen", Verdict.UNKNOWN_SPELLING),
        ("05162008", "1.234", Verdict.UNKNOWN_SPELLING),
        # Neunkirchen is a municipality, Neunkirchen-Seelscheid another one.
        ("05382040", "Neunkirchen", Verdict.UNKNOWN_SPELLING),
        ("05970036", "Neunkirchen", Verdict.AGREES),
        ("03241", "Hannover, Region", Verdict.UNKNOWN_KEY),
        ("05354", "Aachen, Kreis", Verdict.UNKNOWN_KEY),  # given up in 2009
    ],
)
def test_names_that_are_not_their_keys(key: str, name: str, verdict: Verdict) -> None:
    assert NAMES.verdict_on(key, name) is verdict


def test_each_official_name_agrees_with_its_own_key_alone() -> None:
    """Of the 455 regions of the list none is taken for another one of its level."""
    official = official_names()
    assert len(official) == 1 + 5 + 53 + 396
    assert {NAMES.verdict_on(key, name) for key, name in official.items()} == {Verdict.AGREES}
    by_words = {(len(key), words_of(name)) for key, name in official.items()}
    assert len(by_words) == len(official)


def test_earlier_files_tell_only_of_keys_that_nobody_knows() -> None:
    names = names_for(NEUSS, {"03241": "Hannover, Region", "05162008": "Nuess, Stadt"})
    assert names.verdict_on("03241", "Region Hannover") is Verdict.AGREES
    assert names.verdict_on("03241", "Göttingen, Landkreis") is Verdict.UNKNOWN_SPELLING
    assert names.verdict_on("05162008", "Nuess, Stadt") is Verdict.UNKNOWN_SPELLING


def test_a_kreisfreie_stadt_is_called_as_its_municipality() -> None:
    names = names_for(County(ags="05114", name="Seidenstadt", kind="kreisfreie Stadt"))
    assert names.verdict_on("05114000", "Seidenstadt") is Verdict.AGREES
    assert names.verdict_on("05114000", "Krefeld, krfr. Stadt") is Verdict.AGREES


@pytest.mark.parametrize(
    ("key", "name", "code"),
    [
        (None, "Novaesium", "05162024"),
        (None, "RKN", "05162"),
        (None, "Neuss (Stadt)", "05162024"),
        (None, "Kreis Neuss", None),
        (None, "Neuss 2", None),
        ("05162024", "41460 Neuss, Stadt", "05162024"),
        ("05162024", "Dormagen", None),
        ("05162024", "Neus", None),
    ],
)
def test_one_rule_holds_for_rows_of_tables_too(
    key: str | None, name: str, code: str | None
) -> None:
    if code:
        found = region(NEUSS, key, name)
        assert found == Region(code, "Kreis" if code == "05162" else "Gemeinde")
        return
    with pytest.raises(UnknownRegion):
        region(NEUSS, key, name)


@pytest.mark.parametrize("key", [None, "05162024"])
@pytest.mark.parametrize(
    "name",
    [
        "Neuss Erika Mustermann",
        "Neuss, Halberstadt",
        "Halberstadt, Neuss",
        "Neuss, E.",
        "Neuss, A. D.",
        "Neuss 01.02.1990",
        "Neuss am Rhein",
        "Neuss (Herr Ali)",
    ],
)
def test_a_table_of_known_labels_takes_no_word_that_no_known_name_explains(
    key: str | None, name: str
) -> None:
    """Beside a key too: a person's name behind the town's would pass for a label."""
    with pytest.raises(UnknownRegion):
        region(NEUSS, key, name)


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("Mülheim an der Ruhr", True),
        ("Muelheim a. d. Ruhr", True),
        ("Mülheim (Ruhr), krfr. Stadt", True),
        ("Mülheim", True),
        ("Mülheim b. Ruhr", False),
        ("Mülheim an der Ruhr, A. Dorn", False),
    ],
)
def test_a_known_name_is_shortened_by_its_own_words_alone(name: str, is_known: bool) -> None:
    muelheim = County(
        ags="05117", name="Mülheim", municipalities={"05117000": "Mülheim an der Ruhr"}
    )
    assert names_for(muelheim).only_spells("05117000", name) is is_known


@pytest.mark.parametrize(
    ("key", "name", "of"),
    [
        (None, "Kempen, Stadt", "05166012"),
        (None, "Viersen", "05166032"),
        (None, "Kreis Viersen", "05166"),
        (None, "Krefeld", "05114"),
        ("5166012", "", "05166012"),
        ("05166", "", "05166"),
    ],
)
def test_a_region_of_another_county_is_named_with_it(key: str | None, name: str, of: str) -> None:
    with pytest.raises(RegionElsewhere) as refused:
        region(NEUSS, key, name)
    assert refused.value.key == of
    owner = "Krefeld, Kreisfreie Stadt (05114)" if of == "05114" else "Viersen, Kreis (05166)"
    assert owner in str(refused.value)
