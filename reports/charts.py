"""The form that the charts of papers share; the look is that of the methods plots.

Title, source and reference date stand in the paper, around the picture, where everybody can read
them; in the picture are only the drawing and its labels.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import matplotlib.dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from reports.plots.sheet import (
    GREEN,
    ORANGE,
    PALE,
    SKY,
    VERMILION,
    WIDTH_INCHES,
    Sheet,
    kreishaus_style,
    spread,
    svg,
)

Draw = Callable[[Drawing], None]
INK = "#333333"
DARKER = {ORANGE: "#8a5a00", GREEN: "#00664a", SKY: "#1b6a9c", VERMILION: "#a84a00"}


def ink(colour: str) -> str:
    """The colour for words beside what is drawn in ``colour``: 4.5 to 1 on white."""
    return DARKER.get(colour, colour)


def chart(height_inches: float, title: str, alt: str, draw: Draw) -> bytes:
    """An SVG in Kreishaus's style. ``title`` and ``alt`` are read aloud."""
    with kreishaus_style():
        drawing = Drawing(figsize=(WIDTH_INCHES, height_inches), layout="constrained")
        draw(drawing)
        return svg(Sheet(drawing, title, alt))


def date_axis(axes: Axes, form: str = "1.1.%Y") -> None:
    """A tick at each turn of a year; the dates between lie where they truly are."""
    axes.xaxis.set_major_locator(mdates.YearLocator())  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(mdates.DateFormatter(form))  # type: ignore[no-untyped-call]
    axes.margins(x=0.02)


def label_ends(
    axes: Axes, last: date | float, ends: list[tuple[str, float, str]], least: float
) -> None:
    """The names of lines at their right end, in their colours, moved apart where they meet."""
    heights = spread([height for _, height, _ in ends], least)
    for (name, _, colour), height in zip(ends, heights, strict=True):
        axes.annotate(
            name,
            (last, height),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=ink(colour),
            weight="bold",
            size=7,
            annotation_clip=False,
        )


def mark_break(axes: Axes, before: date, after: date, words: str) -> None:
    """A shade between two dates that cannot be compared, with the reason in it."""
    left, right = (float(mdates.date2num(one)) for one in (before, after))  # type: ignore[no-untyped-call]
    axes.axvspan(left, right, color=PALE, alpha=0.7, linewidth=0, gid=f"break-{after}")
    axes.annotate(
        f"Bruch: {words}",
        (before, 0.98),
        xycoords=("data", "axes fraction"),
        xytext=(3, 0),
        textcoords="offset points",
        rotation=90,
        va="top",
        size=6,
        color=INK,
    )
