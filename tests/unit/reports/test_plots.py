"""Plots without a warehouse: what is drawn of rows, of none, and how files are kept."""

import xml.etree.ElementTree as ET
from datetime import date
from typing import Any

import duckdb
import pytest

from kreishaus.labels.figure_origin import origin_note
from kreishaus.labels.formats import day, listed, number, percent
from kreishaus.settings import County
from reports.marts import Marts
from reports.plots import PLOTS
from reports.plots.ages import band_label
from reports.plots.sheet import Plot, drawn, spread, svg

COUNTY = County(ags="05162", name="Rhein-Kreis Neuss")
BY_NAME = {plot.name: plot for plot in PLOTS}


def empty_marts(*statements: str) -> Marts:
    connection = duckdb.connect()
    for statement in statements:
        connection.execute(statement)
    return Marts(connection, county=COUNTY, origin_note=origin_note({"wtg": ["invented"]}))


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.name)
def test_without_its_mart_a_plot_says_so(plot: Plot) -> None:
    sheet = drawn(plot, empty_marts())
    assert "keine Daten" in [text.get_text() for text in sheet.figure.texts]
    assert sheet.alt.endswith(f"keine Daten im Mart {plot.marts[0]}.")
    assert svg(sheet) == svg(drawn(plot, empty_marts()))


PAIRS = """
    create table demand_backtest as select * from (values
        ('external_consultant', 'balance_places', 'Kreis', '05162', 'Rhein-Kreis Neuss', 2022,
            date '2021-10-01', date '2022-02-15', 1, -267.0, 228.0, -495.0),
        ('external_consultant', 'balance_places', 'Gemeinde', '05162016', 'Kaarst', 2022,
            date '2021-10-01', date '2022-02-15', 1, -123.0, 2.0, -125.0)
    ) as rows (forecast_source_code, measure_code, region_level, region_code, region_name,
        target_year, issue_date, observed_reference_date, horizon_years, forecast_value,
        observed_value, error_value)
"""
ERRORS = """
    create table demand_backtest_by_horizon as select * from (values
        ('external_consultant', 'balance_places', 'Kreis', 1, 1, -495.0, 495.0)
    ) as rows (forecast_source_code, measure_code, region_level, horizon_years, comparisons_count,
        bias_value, mean_absolute_error_value)
"""


def test_the_back_test_draws_pairs_and_errors() -> None:
    """-267 forecast for 2022, 228 places empty on 15.02.2022: an error of -495 places."""
    sheet = drawn(BY_NAME["backtest"], empty_marts(PAIRS, ERRORS))

    def found(gid: str) -> Any:
        return sheet.figure.findobj(lambda artist: artist.get_gid() == gid)[0]

    assert list(found("forecast-external_consultant").get_xdata()) == [-267, -123]
    assert list(found("observed-external_consultant").get_xdata()) == [228, 2]
    key = "external_consultant-Kreis-1"
    assert found(f"bias_value-{key}").get_width() == -495
    assert found(f"mean_absolute_error_value-{key}").get_width() == 495
    assert "mittlerer Fehler −495 Plätze" in sheet.alt
    # The own model has no rows here: its panels say so, the others stand.
    texts = [text.get_text() for axes in sheet.figure.axes for text in axes.texts]
    assert texts.count("keine Daten") == 2


def test_a_file_has_title_and_alternative_text_and_needs_nothing_else() -> None:
    content = svg(drawn(BY_NAME["backtest"], empty_marts(PAIRS, ERRORS)))
    root = ET.fromstring(content)
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.findtext(f"{space}title") == BY_NAME["backtest"].title
    assert "495" in str(root.findtext(f"{space}desc"))
    assert root.find(f".//{space}image") is None
    references = [
        value for node in root.iter() for key, value in node.attrib.items() if key.endswith("href")
    ]
    assert references
    assert all(value.startswith("#") for value in references)
    assert b"<text" not in content  # letters are outlines
    assert b"Matplotlib v" not in content
    assert b"<dc:date>" not in content


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(-1234.5, 1, "−1.234,5"), (-0.4, 0, "0"), (1e6, 0, "1.000.000"), (0.861, 2, "0,86")],
)
def test_numbers_as_germans_write_them(value: float, decimals: int, text: str) -> None:
    assert number(value, decimals) == text


def test_signs_percentages_days_and_lists() -> None:
    assert number(48.2, signed=True) == "+48"
    assert percent(-0.00096, 2, signed=True) == "−0,10 %"
    assert day(date(2024, 12, 31)) == "31.12.2024"
    assert listed(["a", "b", "c"]) == "a, b und c"


def test_labels_move_apart_and_keep_their_order() -> None:
    assert spread([0, 10], 5) == [0, 10]
    assert spread([0, 4], 5) == [-0.5, 4.5]
    assert spread([0, 5], 5) == [0, 5]
    assert spread([2, 0, 1], 5) == [6, -4, 1]


@pytest.mark.parametrize(
    ("low", "high", "label"),
    [(0, 65, "unter 65"), (65, 70, "65 bis 69"), (90, None, "ab 90")],
)
def test_an_age_band_ends_with_the_last_year_in_it(low: int, high: int | None, label: str) -> None:
    assert band_label({"age_from_years": low, "age_to_years": high}) == label
