"""The plots of the methods paper, drawn from the published marts."""

from __future__ import annotations

from pathlib import Path

from kreishaus.files import make_folder, write_atomically
from kreishaus.settings import Settings
from reports.marts import published
from reports.plots import ages, backtest, band, county_factors, orientation, trend
from reports.plots.sheet import Plot, drawn, svg

PLOTS: tuple[Plot, ...] = (
    ages.RATES_PLOT,
    county_factors.PLOT,
    ages.POPULATION_PLOT,
    trend.PLOT,
    band.PLOT,
    band.PLOT_MUNICIPALITIES,
    orientation.PLOT,
    backtest.PLOT,
)


def write_plots(settings: Settings, folder: Path) -> list[Path]:
    """Draw every plot from the current version into ``folder``. Raises ``NothingPublished``."""
    make_folder(folder)
    written = []
    with published(settings) as marts:
        for plot in PLOTS:
            path = folder / f"{plot.name}.svg"
            write_atomically(path, svg(drawn(plot, marts)))
            written.append(path)
    return written
