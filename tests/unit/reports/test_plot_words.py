"""Whatever a county or a scenario is called, a plot shows the name, and reads nothing into it."""

from __future__ import annotations

from xml.etree import ElementTree

import duckdb
import pytest
from matplotlib.figure import Figure

from kreishaus.settings import County
from reports.marts import Marts
from reports.plots.sheet import Plot, Sheet, drawn, new_figure, svg

SVG = "{http://www.w3.org/2000/svg}"


def made(name: str) -> ElementTree.Element:
    def draw(marts: Marts) -> Sheet:
        figure: Figure = new_figure(2, marts.county.name, marts.county.name, name, marts)
        figure.subplots().set_title(marts.county.name)
        return Sheet(figure, marts.county.name, marts.county.name)

    county = County(ags="05166", name=name)
    with duckdb.connect() as connection:
        marts = Marts(connection, county=county)
        return ElementTree.fromstring(svg(drawn(Plot("p", name, (), draw), marts)))


@pytest.mark.parametrize(
    "name",
    [
        "Kreis $\\kein{$",  # ended in: Expected \\kein
        "zwischen 3 $ und 5 $",
        "$x_2$",
        "Kreis {im_kreis} {} {0!r} %s %(x)s",
        '[/b] <b>O\'Brien</b> & Söhne "&amp;"',
        "--><script>alert(1)</script>",
        "A" * 100,
    ],
)
def test_a_name_comes_out_whole(name: str) -> None:
    root = made(name)
    assert [root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")] == [name, name]
    assert root.find(f".//{SVG}script") is None


def test_every_sign_of_a_name_is_drawn() -> None:
    """Between two dollar signs blanks were dropped and letters set in italics."""
    glyphs = {len(made(name).findall(f".//{SVG}use")) for name in ("$a b$ c", "xa bx c")}
    assert len(glyphs) == 1
