"""The methods paper on a built warehouse: its answers, its sums, its plots; and dbt's own pages."""

import ast
import io
import math
import operator
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from shared_night import FirstNight

from kreishaus.settings import Settings
from operations.query_output import RENDERERS
from reports.marts import Marts, Row, published
from reports.plots import PLOTS, write_plots
from reports.plots.sheet import Sheet, drawn
from warehouse.build import target
from warehouse.docs import INERT, docs_page, write_docs
from warehouse.marts import marts as marts_of
from warehouse.query import query

REPOSITORY = Path(__file__).resolve().parents[2]
PAPER = (REPOSITORY / "docs" / "methods.md").read_text(encoding="utf-8")
IMAGES = REPOSITORY / "docs" / "images" / "methods"
ANSWERS = re.findall(r"^```sql check\n(.*?)^```\n^```csv\n(.*?)^```", PAPER, re.M | re.S)
SUMS = [
    line
    for block in re.findall(r"^```text sum\n(.*?)^```", PAPER, re.M | re.S)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def installation(first_night: FirstNight) -> Settings:
    return first_night.installation


@pytest.fixture(scope="module")
def marts(installation: Settings) -> Iterator[Marts]:
    with published(installation) as opened:
        yield opened


@pytest.fixture(scope="module")
def sheets(marts: Marts) -> dict[str, Sheet]:
    return {plot.name: drawn(plot, marts) for plot in PLOTS}


def test_the_paper_has_its_examples() -> None:
    assert len(ANSWERS) >= 12
    assert len(SUMS) >= 20
    assert PAPER.count("```sql check") == len(ANSWERS)


@pytest.mark.parametrize(("sql", "printed"), ANSWERS, ids=range(len(ANSWERS)))
def test_every_answer_of_the_paper_is_that_of_the_marts(
    installation: Settings, sql: str, printed: str
) -> None:
    stream = io.StringIO()
    RENDERERS["csv"](query(installation, sql), stream)
    assert stream.getvalue() == printed


OPERATORS: dict[type, Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
FUNCTIONS = {"ln": math.log, "exp": math.exp, "sqrt": math.sqrt}


def worked(node: ast.expr) -> float:
    """The value of a sum of numbers; anything else is no sum."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](worked(left), worked(right))
        case ast.UnaryOp(op=op, operand=operand):
            return OPERATORS[type(op)](worked(operand))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](worked(argument))
    raise ValueError(ast.dump(node))


def holds(line: str) -> bool:
    """Whether the left side is the right one, to the decimals that the right one prints."""
    left, right = line.rsplit("=", 1)
    decimals = len(right.strip().partition(".")[2])
    found = worked(ast.parse(left.strip(), mode="eval").body)
    return abs(found - float(right)) <= 0.5 * 10**-decimals + 1e-9


@pytest.mark.parametrize("line", SUMS)
def test_every_sum_worked_by_hand_comes_out(line: str) -> None:
    assert holds(line)


def test_a_sum_that_is_off_by_one_digit_does_not_come_out() -> None:
    assert holds("1 / 3 = 0.333")
    assert not holds("1 / 3 = 0.334")
    assert not holds("103 - 36 + 24 = 92")


def line(sheet: Sheet, gid: str) -> tuple[list[float], list[float]]:
    found = sheet.figure.findobj(lambda artist: artist.get_gid() == gid)
    assert len(found) == 1, gid
    assert isinstance(found[0], Line2D)
    return [float(x) for x in found[0].get_xdata()], [float(y) for y in found[0].get_ydata()]  # type: ignore[union-attr]


def bar(sheet: Sheet, gid: str) -> Any:
    (found,) = sheet.figure.findobj(lambda artist: artist.get_gid() == gid)
    return found


def asked(marts: Marts, mart: str, columns: str, where: str, order: str) -> list[Row]:
    return marts.some_rows(mart, f"select {columns} from {mart} where {where} order by {order}")


def test_drawn_rates_are_those_of_the_mart(marts: Marts, sheets: dict[str, Sheet]) -> None:
    for kind in ("allowance", "home_care", "full_inpatient"):
        rows = asked(
            marts,
            "demand_rates",
            "recipients_share",
            f"care_kind_code = '{kind}' and reference_date = '2023-12-15'",
            "age_from_years",
        )
        drawn_shares = line(sheets["rates_by_age"], f"rates-{kind}-2023")[1]
        assert drawn_shares == [row["recipients_share"] for row in rows]
        assert len(drawn_shares) == 7


def test_all_53_factors_are_drawn_and_our_own_is_marked(
    marts: Marts, sheets: dict[str, Sheet]
) -> None:
    sheet = sheets["county_factors"]
    for kind in ("allowance", "home_care", "full_inpatient"):
        rows = asked(
            marts,
            "demand_forecast",
            "observed_to_expected",
            f"care_kind_code = '{kind}' and scenario = 'base' and region_level = 'Kreis' "
            "and reference_year = base_year",
            "1",
        )
        drawn_factors = line(sheet, f"kreise-{kind}")[0]
        assert drawn_factors == [row["observed_to_expected"] for row in rows]
        assert len(drawn_factors) == 53
    own = sheet.figure.findobj(lambda artist: artist.get_gid() == "own")
    assert sorted(round(mark.get_xdata()[0], 2) for mark in own) == [0.59, 0.86, 1.02]


def test_the_fitted_line_rises_by_the_trend_of_the_mart(
    marts: Marts, sheets: dict[str, Sheet]
) -> None:
    rows = asked(
        marts, "demand_trend", "*", "region_code = '05' and measure_code = 'full_inpatient'", "1"
    )
    years, heights = line(sheets["trend"], "fit-05-full_inpatient")
    grown = (heights[-1] / heights[0]) ** (1 / (years[-1] - years[0])) - 1
    assert grown == pytest.approx(rows[0]["trend_share"], abs=1e-12)
    surveyed = line(sheets["trend"], "surveys-05-full_inpatient")[1]
    assert surveyed == pytest.approx([x / 169213 for x in (169616, 169128, 167094, 169213)])
    # One percent a year from 2023, at most to 2030; the county begins at 3,814 / 4,447.688.
    fan = dict(zip(*line(sheets["trend"], "fan-05162-0.01"), strict=True))
    assert fan[2026] == pytest.approx(3814 / 4447.688 * 1.01**3, abs=1e-6)
    assert fan[2040] == pytest.approx(3814 / 4447.688 * 1.01**7, abs=1e-6)


def test_the_band_its_scenarios_the_consultant_and_the_decisions_are_as_the_marts_have_them(
    marts: Marts, sheets: dict[str, Sheet]
) -> None:
    sheet = sheets["band"]
    band = asked(
        marts, "demand_band", "*", "region_level = 'Kreis' and region_code = $kreis",
        "reference_year",
    )  # fmt: skip
    assert line(sheet, "median-05162")[1] == [row["balance_median_places"] for row in band]
    (area,) = sheet.figure.findobj(lambda artist: artist.get_gid() == "band-05162")
    corners = {(round(x), y) for x, y in area.get_paths()[0].vertices}  # type: ignore[attr-defined]
    for row in band:
        assert (row["reference_year"], row["balance_min_places"]) in corners
        assert (row["reference_year"], row["balance_max_places"]) in corners
    for scenario in ("base", "falling_inpatient", "high_life_expectancy"):
        rows = asked(
            marts,
            "demand_forecast",
            "balance_places",
            f"scenario = '{scenario}' and region_level = 'Kreis' and region_code = $kreis "
            "and care_kind_code = 'full_inpatient'",
            "reference_year",
        )
        assert line(sheet, f"scenario-{scenario}")[1] == [row["balance_places"] for row in rows]
    years, places = line(sheet, "outside-05162-2021-10")
    assert dict(zip(years, places, strict=True)) == {2022: -267, 2023: -334, 2024: -440, 2030: -665}
    decided = {2016: 40, 2019: 80, 2020: 0, 2021: 0, 2022: 80, 2023: 120, 2024: 80}
    assert {year: bar(sheet, f"decision-{year}").get_height() for year in decided} == decided


def test_each_municipality_has_its_panel(marts: Marts, sheets: dict[str, Sheet]) -> None:
    rows = asked(
        marts,
        "demand_forecast",
        "region_code, reference_year, balance_places",
        "scenario = 'base' and region_level = 'Gemeinde' and care_kind_code = 'full_inpatient'",
        "region_code, reference_year",
    )
    codes = sorted({row["region_code"] for row in rows})
    assert len(codes) == 8
    for code in codes:
        assert line(sheets["band_municipalities"], f"base-{code}")[1] == [
            row["balance_places"] for row in rows if row["region_code"] == code
        ]


def test_bars_of_a_year_add_up_to_the_expected_residents(
    marts: Marts, sheets: dict[str, Sheet]
) -> None:
    rows = asked(
        marts,
        "demand_forecast",
        "reference_year, expected_persons",
        "scenario = 'base' and region_level = 'Kreis' and region_code = $kreis "
        "and care_kind_code = 'full_inpatient'",
        "1",
    )
    ages = (0, 65, 70, 75, 80, 85, 90)
    for row in rows:
        bars = [bar(sheets["population_by_age"], f"expected-{age}-{row['reference_year']}")
                for age in ages]  # fmt: skip
        assert sum(one.get_height() for one in bars) == pytest.approx(row["expected_persons"])
    assert line(sheets["population_by_age"], "people-90")[1][:2] == [4782, 4782]


def test_the_orientation_plot_holds_both_balances(marts: Marts, sheets: dict[str, Sheet]) -> None:
    rows = asked(
        marts, "demand_orientation", "*",
        "scenario = 'base' and region_level = 'Kreis' and region_code = $kreis", "reference_year",
    )  # fmt: skip
    for column in ("rates_balance_places", "orientation_balance_places"):
        assert line(sheets["orientation"], f"county-{column}")[1] == [row[column] for row in rows]


def axes_of(sheet: Sheet) -> list[Axes]:
    return list(sheet.figure.axes)


def test_every_plot_says_source_date_and_meaning(sheets: dict[str, Sheet], marts: Marts) -> None:
    for plot in PLOTS:
        texts = " ".join(text.get_text() for text in sheets[plot.name].figure.texts)
        if "keine Daten" not in texts:
            assert "Quelle: " in texts
            assert re.search(r"20\d\d", texts), plot.name
            assert "nicht für Beschlüsse" in texts
            assert axes_of(sheets[plot.name])
        assert len(sheets[plot.name].alt) > 60


def test_the_same_marts_give_the_same_files(installation: Settings, tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in write_plots(installation, tmp_path / "first")}
    second = {
        path.name: path.read_bytes() for path in write_plots(installation, tmp_path / "second")
    }
    assert first == second
    assert len(first) == len(PLOTS)


def test_the_plots_of_the_paper_are_those_of_the_marts(sheets: dict[str, Sheet]) -> None:
    """After a change of figures: ``kreishaus plots --to docs/images/methods``."""
    for name, sheet in sheets.items():
        kept = (IMAGES / f"{name}.svg").read_text(encoding="utf-8")
        described = re.search(r'<desc id="desc">(.*?)</desc>', kept)
        assert described is not None
        assert described[1] == sheet.alt, name
        assert re.search(rf"!\[[^\]]{{20,}}\]\(images/methods/{name}\.svg\)", PAPER), name


def test_dbts_pages_hold_every_mart_and_ask_no_address(installation: Settings) -> None:
    results = (target(installation) / "run_results.json").read_bytes()
    page = write_docs(installation)
    assert page == docs_page(installation)
    assert [path.name for path in page.parent.iterdir()] == ["index.html"]
    text = page.read_text(encoding="utf-8")
    for mart in marts_of(installation):
        assert f"model.kreishaus.{mart.name}" in text
    for exposure in ("refugee_report_quarterly", "binding_demand_planning", "methods_plots"):
        assert f"exposure.kreishaus.{exposure}" in text
    assert text.index(INERT.decode()) < text.index("<script")
    assert re.search(r"<(script|link|img)\b[^>]*(src|href)=[\"']?https?:", text) is None
    assert '"send_anonymous_usage_stats": false' in text
    assert (target(installation) / "run_results.json").read_bytes() == results
