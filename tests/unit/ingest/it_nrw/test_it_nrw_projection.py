"""A projection in every layout: which variant, from which date, about which day."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from it_nrw_files import LDB_TAIL, origin

from expectations.runner import validate
from ingest.it_nrw import population
from ingest.it_nrw.projection import parse
from kreishaus.datasets import dataset
from kreishaus.model import UnreadableFile
from sample import it_nrw

NAME = "it_nrw/population_projection"
CODE = "12421-01i"
FLAT = (
    "statistics_code;statistics_label;time_code;time_label;time;"
    "1_variable_code;1_variable_label;1_variable_attribute_code;1_variable_attribute_label;"
    "2_variable_code;2_variable_label;2_variable_attribute_code;2_variable_attribute_label;"
    "value;value_unit;value_variable_code;value_variable_label\n"
)


def printed(*lines, titles=("Vorausberechnung (Basis 31.12.2024)",)):
    """A table with variants in a column."""
    head = "".join(f"{title};;;;\n" for title in titles)
    return (
        f"Tabelle: {CODE}\n{head};;;;Vorausberechneter Bevölkerungsstand\n;;;;Anzahl\n"
        + "".join(f"{line}\n" for line in lines)
        + LDB_TAIL
    )


def read(text):
    return parse(text.encode("cp1252"), origin(CODE))


def rows(batch, *columns):
    cells = batch.tables["cells"]
    return list(cells[list(columns)].itertuples(index=False, name=None))


NEUSS = "{};05162;Rhein-Kreis Neuss;{};{}"


# What is no projection, or does not say of what


def test_two_base_dates_in_one_table_are_refused():
    text = printed(
        NEUSS.format(2030, "Basisvariante (Basis 31.12.2021)", 5),
        NEUSS.format(2030, "Basisvariante (Basis 31.12.2024)", 6),
        titles=("Vorausberechnung",),
    )
    with pytest.raises(UnreadableFile) as error:
        read(text)
    (finding,) = error.value.findings
    assert (finding.rule, finding.found) == ("base_date", "31.12.2021, 31.12.2024")


def test_one_variant_twice_with_two_values_is_refused():
    lines = [NEUSS.format(2030, "Basisvariante", value) for value in (5, 6)]
    with pytest.raises(UnreadableFile) as error:
        read(printed(*lines))
    assert [finding.rule for finding in error.value.findings] == ["one_value_per_key"]


def test_words_of_two_dimensions_that_nobody_knows_are_refused():
    with pytest.raises(UnreadableFile) as error:
        read(
            f"Tabelle: {CODE}\nVorausberechnung (Basis 2024);;;;;\n"
            ";;;;;Vorausberechneter Bevölkerungsstand\n;;;;;Anzahl\n"
            "2030;05162;Rhein-Kreis Neuss;Basisvariante;ledig;7\n"
            "2030;05162;Rhein-Kreis Neuss;Basisvariante;verheiratet;8\n" + LDB_TAIL
        )
    assert [finding.rule for finding in error.value.findings] == ["dimensions"]


def test_a_count_still_cannot_be_of_a_day_to_come():
    content = printed(NEUSS.format(2030, "Basisvariante", 5)).encode("cp1252")
    with pytest.raises(UnreadableFile):
        population.parse(content, origin(CODE))


@pytest.mark.parametrize(
    "title",
    [
        "Vorausberechnung auf Basis des Zensus 2022",
        "Vorausberechnung 2024 bis 2050",
        "Vorausberechnung (Basis 31.02.2024)",
    ],
)
def test_a_base_that_is_not_named_is_the_first_date_with_a_warning(title):
    batch = read(
        printed(*(NEUSS.format(y, "Basisvariante", 5) for y in (2030, 2025)), titles=[title])
    )
    assert set(batch.tables["cells"]["base_date"]) == {date(2025, 12, 31)}
    (finding,) = batch.findings
    assert (finding.rule, finding.severity) == ("base_date", "warning")


# Where it is said


@pytest.mark.parametrize(
    ("title", "base"),
    [
        ("Vorausberechnung (Basis 31.12.2024)", date(2024, 12, 31)),
        ("Vorausberechnung - Basisjahr: 2021 - Kreise", date(2021, 12, 31)),
        ("Vorausberechnung, Ausgangsbestand vom 01.01.2021", date(2020, 12, 31)),
        ("Vorausberechnung, Basis: 2024-12-31", date(2024, 12, 31)),
    ],
)
def test_the_base_date_of_a_title(title, base):
    batch = read(printed(NEUSS.format(2030, "Basisvariante", 5), titles=[title]))
    assert rows(batch, "base_date", "reference_date") == [(base, date(2030, 12, 31))]
    assert batch.findings == ()


def test_a_title_wrapped_over_two_lines():
    titles = ("Vorausberechnung - Basis", "31.12.2024 - Kreise")
    batch = read(printed(NEUSS.format(2030, "Basisvariante", 5), titles=titles))
    assert batch.period == "2024-12-31_basisvariante"


@pytest.mark.parametrize(
    ("title", "time", "reference"),
    [
        ("Stichtag 31.12. (Basis 2024)", "2030", date(2030, 12, 31)),
        ("Stichtag 01.01. (Basis 2024)", "2030", date(2029, 12, 31)),
        ("Stichtag: 1. Januar (Basis 2024)", "2030", date(2029, 12, 31)),
        ("Basis 2024", "01.01.2030", date(2029, 12, 31)),
        ("Gebietsstand 01.01.2024 (Basis 2024)", "2030", date(2030, 12, 31)),
    ],
)
def test_the_first_of_january_is_the_evening_before(title, time, reference):
    batch = read(printed(NEUSS.format(time, "Basisvariante", 5), titles=[title]))
    assert rows(batch, "reference_date") == [(reference,)]


def test_variants_in_a_column_any_words_will_do():
    batch = read(
        printed(NEUSS.format(2030, "Basisvariante", 5), NEUSS.format(2030, "Szenario Delta", 6))
    )
    assert rows(batch, "variant_label", "value") == [("Basisvariante", 5), ("Szenario Delta", 6)]
    assert batch.period == "2024-12-31"


def test_variants_in_a_header_row():
    batch = read(
        f"Tabelle: {CODE}\nVorausberechnung (Basis 2024);;;;\n"
        ";;;Vorausberechneter Bevölkerungsstand;Vorausberechneter Bevölkerungsstand\n"
        ";;;Basisvariante;konstante Variante\n;;;Anzahl;Anzahl\n"
        "2030;05162;Rhein-Kreis Neuss;5;6\n" + LDB_TAIL
    )
    assert rows(batch, "variant_label", "value") == [
        ("Basisvariante", 5),
        ("konstante Variante", 6),
    ]


@pytest.mark.parametrize(
    ("title", "variant", "period"),
    [
        (
            "Variante: hohe Lebenserwartung - Basis 2024",
            "hohe Lebenserwartung",
            "hohe-lebenserwartung",
        ),
        ("Vorausberechnung (Basisvariante), Basis 2024", "Basisvariante", "basisvariante"),
    ],
)
def test_the_variant_of_a_title(title, variant, period):
    text = printed("2030;05162;Rhein-Kreis Neuss;Insgesamt;5", titles=[title])
    batch = read(text)
    assert rows(batch, "variant_label") == [(variant,)]
    assert batch.period == f"2024-12-31_{period}"


def test_a_table_that_names_no_variant_has_one_without_a_name():
    batch = read(printed("2030;05162;Rhein-Kreis Neuss;Insgesamt;5"))
    assert batch.tables["cells"]["variant_label"].isna().all()
    assert batch.period == "2024-12-31"


def test_variants_of_a_flat_csv():
    line = (
        "12421;Bevölkerungsvorausberechnung (Basis 31.12.2024);STAG;Stichtag;2030-12-31;KREISE;"
        "Kreise;05162;Rhein-Kreis Neuss;VARIA1;Varianten;{};{};{};Anzahl;BEVV;"
        "Vorausberechneter Bevölkerungsstand\n"
    )
    text = FLAT + line.format("V1", "Basisvariante", 5) + line.format("V2", "Szenario Delta", 6)
    batch = parse(text.encode(), origin(CODE))
    assert rows(batch, "variant_label", "base_date", "value") == [
        ("Basisvariante", date(2024, 12, 31), 5),
        ("Szenario Delta", date(2024, 12, 31), 6),
    ]


# Its suite

IDLE = ([], ["laender_sum_to_germany", "laender_not_above_germany"])
"""The sample prints no Germany: ``test_germany_is_the_sum_of_the_laender`` judges it."""


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    target = tmp_path_factory.mktemp("sample")
    it_nrw.write(target)
    path = target / "http" / "it_nrw" / it_nrw.STATIC / "12421-00xx_00.csv"
    whole = parse(path.read_bytes(), origin("12421-00xx"))
    cells = whole.tables["cells"]
    few = cells["reference_date"].map(lambda day: day.year in (2025, 2030, 2040))
    return replace(whole, tables={"cells": cells[few].reset_index(drop=True)})


def failed(batch, cells):
    checks = validate(dataset(NAME), replace(batch, tables={"cells": cells})).checks
    return {check.rule: check.severity for check in checks if check.outcome == "failed"}


def cells_but(batch, **where):
    cells = batch.tables["cells"]
    hit = pd.Series(True, index=cells.index)
    for column, value in where.items():
        hit &= cells[column].eq(value).fillna(False)
    assert hit.any()
    return cells[~hit]


def test_the_sample_passes_and_every_rule_judges_something(batch):
    validation = validate(dataset(NAME), batch)
    assert [check.rule for check in validation.checks if check.outcome == "failed"] == []
    assert [check.rule for check in validation.checks if not check.evaluated_rows] in IDLE
    assert batch.period == "2024-12-31"


@pytest.mark.parametrize(
    ("where", "rules"),
    [
        ({"sex_label": "weiblich"}, {"sexes_sum_to_total", "kreise_sum_to_land"}),
        ({"age_label": "90 Jahre und mehr"}, {"ages_sum_to_total", "kreise_sum_to_bezirk_051"}),
    ],
)
def test_one_person_more_is_noticed(batch, where, rules):
    cells = batch.tables["cells"].copy()
    hit = cells["region_code"].eq("05162") & cells["variant_label"].eq("Basisvariante")
    for column, value in where.items():
        hit &= cells[column].eq(value)
    cells.loc[hit, "value"] += 1
    assert rules <= failed(batch, cells).keys()


def test_a_variant_that_lacks_a_year_is_not_complete(batch):
    cells = cells_but(
        batch, variant_label="hohe Lebenserwartung", reference_date=date(2040, 12, 31)
    )
    assert failed(batch, cells) == {"variants_complete": "critical"}


def test_a_variant_that_lacks_a_kreis_is_noticed(batch):
    cells = cells_but(batch, variant_label="hohe Lebenserwartung", region_code="05162")
    assert "regions_present" in failed(batch, cells)


def test_an_age_group_across_the_ages_of_care_is_a_warning(batch):
    cells = batch.tables["cells"]
    merged = {
        "85 bis unter 90 Jahre": "85 Jahre und mehr",
        "90 Jahre und mehr": "85 Jahre und mehr",
    }
    key = [name for name in cells.columns if name not in ("value", "source_row")]
    cells = cells.assign(age_label=cells["age_label"].replace(merged))
    cells = cells.groupby(key, dropna=False, as_index=False).agg(
        value=("value", "sum"), source_row=("source_row", "first")
    )
    assert failed(batch, cells) == {"ages_fit_care": "warning"}


def test_a_negative_number_of_people_is_refused(batch):
    cells = batch.tables["cells"].copy()
    cells.loc[0, "value"] = -1
    assert "count_not_negative" in failed(batch, cells)
