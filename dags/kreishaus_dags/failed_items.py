"""Red portions of a visit: what passes between tasks says where the reason stands, never quotes it.

Airflow's database keeps XComs, and its page shows them to everybody who may see a DAG. A reason
quotes cells of a file that nobody has checked, of persons perhaps. So a failed item is a label and
a place; the task that it makes red reads the reason there, into its log.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kreishaus.settings import Settings
from kreishaus.store.visits import Visits

if TYPE_CHECKING:
    from pipeline.steps import FetchReport

MOST_FAILED_ITEMS = 100
"""Airflow expands a task to 1,024 at most (``[core] max_map_length``): beyond, it fails the run."""
LONGEST_LABEL = 120
SAID = {"refused": " (refused at the door; nothing of it was kept)", "unavailable": ""}


def failed_item(label: str, **place: str | int) -> dict[str, Any]:
    """A portion without files: it makes its task red, under the name of what it is about."""
    return {"label": label, "files": [], "failed_item": place}


def failed_items(report: FetchReport, settings: Settings, run_id: str) -> list[dict[str, Any]]:
    """A red portion for each file or question that went wrong; beyond a hundred, their number."""
    red = [
        failed_item(
            file.label,
            about="quarantine",
            path=str(settings.quarantine / file.source / file.dataset / file.sha256),
        )
        for file in report.in_quarantine
    ]
    for about in SAID:
        red += [
            failed_item(
                text.split(":")[0][:LONGEST_LABEL],
                about=about,
                dataset=report.dataset_id,
                run_id=run_id,
                number=number,
            )
            for number, text in enumerate(getattr(report, about))
        ]
    others = len(red) - MOST_FAILED_ITEMS
    if others > 0:
        red[MOST_FAILED_ITEMS:] = [failed_item(f"{others:,} more", about="more")]
    return red


def reason(batch: Mapping[str, Any], settings: Settings) -> str:
    """Why a red portion is red, read from where it stands: for the log of its task alone."""
    label, place = batch["label"], batch["failed_item"]
    if place["about"] == "more":
        return f"{label}: kreishaus status --all names each"
    if place["about"] == "quarantine":
        from kreishaus.store.quarantine import explain, findings_in  # pandas: seconds

        folder = Path(place["path"])
        lies = f"{label}: offered again, still in quarantine ({folder})."
        findings = findings_in(folder)
        return (
            f"{lies}\n{explain(label, findings)}" if findings else f"{lies} It was released since."
        )
    source, _, name = place["dataset"].partition("/")
    visits = Visits(settings.landing, source, name)
    of_run = [visit for visit in visits.read() if visit.run_id == place["run_id"]]
    texts = getattr(of_run[-1], place["about"]) if of_run else ()
    if place["number"] >= len(texts):
        return f"{label}: {place['about']}; the visit is no longer in {visits.path}"
    return f"{texts[place['number']]}{SAID[place['about']]}"
