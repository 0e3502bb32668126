"""The form that all plots share: width, title, meaning, source, colours, and how they are kept.

The same rows give the same file, byte for byte: no date, no version, a fixed salt for the ids, and
letters as outlines, which look the same on every machine. A reader who cannot see the picture gets
its ``alt`` text, which stands in the file too.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from kreishaus.labels.formats import number
from reports.marts import Marts, NoData

WIDTH_INCHES = 6.7  # the text width of an A4 page
CHARACTERS = 122

# Okabe and Ito: told apart by colour-blind readers, and in grey by their lightness.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
GREY, PALE = "#6b6b6b", "#d9d9d9"

STYLE: dict[Any, object] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.labelcolor": "#222222",
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": "#222222",
    "ytick.labelcolor": "#222222",
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.4,
    "lines.markersize": 4,
    "legend.frameon": False,
    "legend.fontsize": 7,
    "figure.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "kreishaus",
    "axes.unicode_minus": True,
    "text.parse_math": False,  # names from a county's lists may hold $
}


@dataclass(frozen=True)
class Sheet:
    """A drawn figure with its words. ``alt`` tells what it shows, with its main numbers."""

    figure: Figure
    title: str
    alt: str


Draw = Callable[[Marts], Sheet]


@dataclass(frozen=True)
class Plot:
    """A plot that can be drawn. ``name`` is that of its file; ``marts`` are those it stands on."""

    name: str
    title: str
    marts: tuple[str, ...]
    draw: Draw


@contextmanager
def kreishaus_style() -> Iterator[None]:
    """Our own settings, whatever the machine has."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def drawn(plot: Plot, marts: Marts) -> Sheet:
    """The plot; a page that says so where a mart has no rows."""
    with kreishaus_style():
        try:
            return plot.draw(marts)
        except NoData as empty:
            return _without_data(plot, empty.mart)


def new_figure(height_inches: float, title: str, meaning: str, source: str, marts: Marts) -> Figure:
    """A figure with the title and what it means above, and the source below."""
    figure = Figure(figsize=(WIDTH_INCHES, height_inches), layout="constrained")
    above = textwrap.wrap(meaning, CHARACTERS)
    below = textwrap.wrap(f"Quelle: {source}", CHARACTERS + 24)
    below += textwrap.wrap(marts.origin_note.sentence, CHARACTERS + 24)
    line = 0.145 / height_inches
    top = 0.30 / height_inches + line * len(above)
    bottom = line * len(below) + 0.08 / height_inches
    figure.text(0.008, 1 - 0.05 / height_inches, title, size=10, weight="bold", va="top")
    figure.text(
        0.008, 1 - 0.27 / height_inches, "\n".join(above), size=7, va="top", linespacing=1.35
    )
    figure.text(
        0.008,
        0.04 / height_inches,
        "\n".join(below),
        size=6,
        va="bottom",
        color=GREY,
        linespacing=1.35,
    )
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0.0, bottom, 1.0, 1 - top - bottom))  # type: ignore[call-arg]
    return figure


def _without_data(plot: Plot, mart: str) -> Sheet:
    figure = Figure(figsize=(WIDTH_INCHES, 1.6))
    figure.text(0.008, 0.95, plot.title, size=10, weight="bold", va="top")
    figure.text(0.5, 0.45, "keine Daten", size=11, ha="center", va="center", color=GREY)
    figure.text(0.008, 0.04, f"Der Mart {mart} hat keine Zeilen.", size=6, color=GREY)
    return Sheet(figure, plot.title, f"{plot.title}: keine Daten im Mart {mart}.")


def nothing_here(axes: Axes) -> None:
    """Say in one panel that it has no data."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, "keine Daten", transform=axes.transAxes, ha="center", color=GREY, size=9)


def german_axis(axes: Axes, which: str, decimals: int = 0, *, signed: bool = False) -> None:
    """Tick labels with a decimal comma and points for thousands."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, decimals, signed=signed)))


def percent_axis(axes: Axes, which: str, decimals: int = 0, *, signed: bool = False) -> None:
    """Tick labels in percent, of fractions."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{number(100 * value, decimals, signed=signed)} %")
    )


def year_axis(axes: Axes, years: Collection[int]) -> None:
    """A tick at every fifth year, so that unequal steps between the years stay visible."""
    first, last = min(years), max(years)
    axes.set_xticks([year for year in range(first - first % 5, last + 1, 5) if year >= first - 1])


def spread(heights: list[float], least: float) -> list[float]:
    """Heights of labels, moved apart to at least ``least`` and otherwise as near as can be."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    groups: list[tuple[float, list[int]]] = []  # the middle of a run of labels, and whose they are
    for place in order:
        groups.append((heights[place], [place]))
        while len(groups) > 1:
            (low, first), (high, second) = groups[-2:]
            if high - low >= least * (len(first) + len(second)) / 2:
                break
            both = first + second
            groups[-2:] = [(sum(heights[one] for one in both) / len(both), both)]
    moved = [0.0] * len(heights)
    for middle, members in groups:
        for rank, place in enumerate(members):
            moved[place] = middle + (rank - (len(members) - 1) / 2) * least
    return moved


def svg(sheet: Sheet) -> bytes:
    """The sheet as an SVG file with its title and alternative text."""
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with kreishaus_style():
        sheet.figure.savefig(buffer, format="svg", metadata=metadata)
    text = buffer.getvalue().decode("utf-8")
    opening = re.search(r"<svg\b[^>]*>", text)
    if opening is None:
        raise RuntimeError("matplotlib wrote no <svg> element: its SVG writer has changed")
    tag = opening.group().replace("<svg", '<svg role="img" aria-labelledby="title desc"', 1)
    words = (
        f'\n <title id="title">{escape(sheet.title)}</title>'
        f'\n <desc id="desc">{escape(sheet.alt)}</desc>'
    )
    lines = (text[: opening.start()] + tag + words + text[opening.end() :]).splitlines()
    return ("\n".join(line.rstrip() for line in lines) + "\n").encode("utf-8")
