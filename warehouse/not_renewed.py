"""What the last publication left behind: for status and for the alerts."""

from __future__ import annotations

from kreishaus.settings import Settings
from pipeline.issues import Issue
from warehouse import versions


def not_renewed(settings: Settings, run_id: str | None = None) -> list[Issue]:
    """Every mart that the current version keeps from an earlier one, or lacks, with the reason.

    With a ``run_id`` only if it was that run that published.
    """
    try:
        version = versions.current(settings)
        manifest = versions.manifest(version, "internal")
    except versions.NothingPublished:
        return []
    if run_id is not None and manifest["run_id"] != run_id:
        return []
    kept = {
        mart["name"]: f"shows the state of {mart['kept_from']}: {mart['fault']}"
        for mart in manifest["marts"]
        if mart["kept_from"]
    }
    lacking = {name: f"was never built: {fault}" for name, fault in manifest["missing"].items()}
    return [
        Issue(
            "red",
            "not renewed",
            name,
            why.splitlines()[0],
            brief="",
            see=version / "internal" / versions.MANIFEST,
        )
        for name, why in {**kept, **lacking}.items()
    ]
