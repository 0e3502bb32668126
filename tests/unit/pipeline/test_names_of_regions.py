"""Names of regions against their keys: what refuses a file, and what only warns."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest
from it_nrw_files import FFCSV_HEAD

from kreishaus.datasets import REGISTRY, dataset
from kreishaus.model import Batch, Finding
from kreishaus.settings import County, Settings
from pipeline.names_of_regions import earlier_names, judged_by_names
from pipeline.steps import by_hand

VIERSEN = County(
    ags="05166",
    name="Kreis Viersen",
    municipalities={"05166004": "Brüggen", "05166008": "Grefrath", "05166012": "Kempen"},
    other_names={"05166012": ("Tönisberg",)},
)
POPULATION, TABLE = "it_nrw/population_municipalities", "12411-01-01-5"
MUNICIPALITIES = {
    "05162004": "Dormagen, Stadt",
    "05162008": "Grevenbroich, Stadt",
    "05162012": "Jüchen, Stadt",
    "05162016": "Kaarst, Stadt",
    "05162020": "Korschenbroich, Stadt",
    "05162022": "Meerbusch, Stadt",
    "05162024": "Neuss, Stadt",
    "05162028": "Rommerskirchen",
}


def judged(
    dataset_id: str,
    pairs: Sequence[tuple[str | None, str | None]],
    earlier: Callable[[], Mapping[str, str]] = dict,
) -> list[Finding]:
    entry = dataset(dataset_id)
    ((table, columns),) = entry.region_names.items()
    frame = pd.DataFrame(pairs, columns=list(columns), dtype="string")
    frame = frame.assign(source_place="1", source_row=range(2, 2 + len(pairs)))
    return list(judged_by_names(entry, Batch("2021", {table: frame}), VIERSEN, earlier))


def said(findings: list[Finding]) -> list[tuple[str, str, str | None]]:
    return [(one.rule, one.severity, one.row) for one in findings]


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: entry.id)
def test_every_table_with_key_and_name_is_judged(entry: object) -> None:
    """By the staged columns: a key of a region, and beside it what the region is called."""
    keys = {"region_code", "ags", "municipality_code"}
    names = {"region_label", "ort", "municipality_name", "region_name"}
    found = {
        table
        for table, schema in entry.load("tables").items()  # type: ignore[attr-defined]
        if keys & set(schema.names) and names & set(schema.names)
    }
    # The register's parser compares them itself: there an unknown name refuses.
    judged_by_parser = entry.id == "azr/municipalities"  # type: ignore[attr-defined]
    assert found == ({"cells"} if judged_by_parser else set(entry.region_names))  # type: ignore[attr-defined]


def test_names_as_offices_write_them_pass() -> None:
    pairs = [("05166012", "Kempen, Stadt"), ("05166012", "Kempen"), ("05166", "Viersen, Landkreis")]
    assert judged(POPULATION, pairs) == []


def test_names_moved_by_a_line_are_one_critical_finding() -> None:
    keys = [*MUNICIPALITIES]
    names = [*MUNICIPALITIES.values()]
    (finding,) = judged(POPULATION, [*zip(keys, names[1:] + names[:1], strict=True)])
    assert (finding.rule, finding.severity, finding.row) == (
        "region_name_of_another_key",
        "critical",
        "2",
    )
    assert "the names of 8 regions are those of other keys: 05162004 Grevenbroich, Stadt" in (
        finding.message
    )
    assert finding.message.count("0516") == 5, "five regions are listed"
    assert "shifted against each other" in finding.message
    assert "other_names" not in finding.message, "nobody shall make a shifted table true"
    assert finding.expected == "05162004 Dormagen, Stadt"
    assert finding.found == "05162004 Grevenbroich, Stadt (the name of 05162008)"


def test_an_unknown_spelling_warns_with_the_line_to_write() -> None:
    (finding,) = judged(POPULATION, [("05162008", "Grevenbroch, Stadt")])
    assert (finding.rule, finding.severity) == ("region_name_unknown", "warning")
    assert 'other_names = {"05162008" = ["Grevenbroch, Stadt"]}' in finding.message
    assert "the nearest known name: Grevenbroich, Stadt" in str(finding.found)


def test_an_alias_of_the_county_ends_the_warning() -> None:
    assert said(judged("wtg/register", [("05166012", "St. Hubert")])) == [
        ("region_name_unknown", "warning", "2")
    ]
    assert judged("wtg/register", [("05166012", "Tönisberg")]) == []


@pytest.mark.parametrize(
    ("pair", "rule"),
    [
        (("05166012", "Grefrath"), "region_name_of_another_key"),
        (("05166012", "Neuss"), "region_name_of_another_key"),
        ((None, "Neuss"), "own_regions"),
    ],
)
@pytest.mark.parametrize("dataset_id", ["wtg/stichtag", "wtg/register", "wtg/heimfinder"])
def test_one_row_in_another_town_than_its_key_says_is_critical(
    dataset_id: str, pair: tuple[str | None, str], rule: str
) -> None:
    rows = [("05166004", "Brüggen"), (None, "Kempen"), pair]
    assert said(judged(dataset_id, rows)) == [(rule, "critical", "4")]


def test_towns_without_keys_of_another_county_alone_are_its_file() -> None:
    (finding,) = judged("wtg/register", [(None, "Neuss"), (None, "Dormagen")])
    assert "not of Kreis Viersen (05166) but of Rhein-Kreis Neuss (05162)" in finding.message
    assert "the file is another county's, take it out" in finding.message
    (finding,) = judged("wtg/register", [(None, "Neuss"), (None, "Kempen")])
    assert "correct these rows" in finding.message


def test_places_without_a_key_that_nobody_knows_are_no_towns_of_others() -> None:
    assert judged("wtg/register", [(None, "Sankt Hubert"), (None, None), ("05166012", None)]) == []


def test_keys_that_nobody_knows_are_compared_with_earlier_files() -> None:
    shifted = [("03241002", "Bassum, Stadt"), ("03251007", "Barsinghausen, Stadt")]
    assert judged(POPULATION, shifted) == []
    earlier = {"03241002": "Barsinghausen, Stadt", "03251007": "Bassum, Stadt"}
    assert said(judged(POPULATION, shifted, lambda: earlier)) == [
        ("region_name_of_another_key", "critical", "2")
    ]


@pytest.mark.parametrize(
    "pairs",
    [
        [("06", "Rheinland-Pfalz"), ("07", "Hessen")],
        [("03241", "Göttingen, Landkreis"), ("03159", "Region Hannover")],
        [("05", "Nordrhein-Westfalen"), ("09162", "Ingolstadt")],
        [("DG", "Hessen")],
    ],
)
def test_names_of_other_laender_are_held_to_the_list_of_germany(
    pairs: list[tuple[str | None, str | None]],
) -> None:
    rules = {(rule, severity) for rule, severity, _ in said(judged(POPULATION, pairs))}
    assert rules == {("region_name_of_another_key", "critical")}


def test_earlier_files_do_not_overrule_the_list_of_germany() -> None:
    wrong = {"06": "Rheinland-Pfalz", "07": "Hessen"}
    assert judged(POPULATION, [("06", "Hessen"), ("07", "Rheinland-Pfalz")], lambda: wrong) == []


def test_earlier_files_are_read_only_where_a_key_is_unknown() -> None:
    def never() -> Mapping[str, str]:
        raise AssertionError("read")

    assert (
        judged(POPULATION, [("05162004", "Dormagen"), ("05", "Nordrhein-Westfalen")], never) == []
    )


def population(path: Path, names: Mapping[str, str], *further: tuple[str, str]) -> Path:
    """A flat CSV of municipalities, each with ten men, twelve women and 22 persons."""
    line = (
        "12411;Fortschreibung;STAG;Stichtag;2022-12-31;GEMEIN;Gemeinden;{};{};"
        "GES;Geschlecht;{};{};Anzahl;BEVSTD;Bevölkerungsstand\n"
    )
    cells = (("", "Insgesamt;22"), ("GESM", "männlich;10"), ("GESW", "weiblich;12"))
    rows = [
        line.format(key, name, code, cell)
        for key, name in [*names.items(), *further]
        for code, cell in cells
    ]
    path.write_text(FFCSV_HEAD + "".join(rows), encoding="utf-8")
    return path


def test_a_shifted_file_goes_into_quarantine_and_its_names_are_never_earlier_ones(
    tmp_path: Path, settings: Settings
) -> None:
    further = ("05154036", "Kleve, Stadt"), ("05154008", "Emmerich am Rhein, Stadt")
    good = population(tmp_path / f"{TABLE}.csv", MUNICIPALITIES, *further)
    outcome = by_hand(POPULATION, good, settings, "night")
    assert (outcome.status, outcome.findings) == ("staged", ())
    assert earlier_names(settings)["05154036"] == "Kleve, Stadt"

    swapped = [(key, name) for (key, _), (_, name) in zip(further, further[::-1], strict=True)]
    shifted = population(tmp_path / f"{TABLE}.csv", MUNICIPALITIES, *swapped)
    outcome = by_hand(POPULATION, shifted, settings, "night")
    assert outcome.status == "quarantined"
    assert [one.rule for one in outcome.findings] == ["region_name_of_another_key"]
    assert earlier_names(settings)["05154036"] == "Kleve, Stadt"


def test_a_region_of_no_list_is_named_by_its_key(tmp_path: Path, settings: Settings) -> None:
    further = ("03241002", "Barsinghausen, Stadt")
    outcome = by_hand(
        POPULATION, population(tmp_path / f"{TABLE}.csv", MUNICIPALITIES, further), settings, "one"
    )
    assert outcome.status == "staged"
    assert [one.rule for one in outcome.findings] == ["text_left_out"]
    assert earlier_names(settings)["03241002"] == "03241002"
