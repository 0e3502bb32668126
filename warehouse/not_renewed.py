"""What the last publication left behind: for status and for the alerts."""

from __future__ import annotations

from kreishaus.settings import Settings
from kreishaus.wording import say
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
        mart["name"]: say(
            "shows the state of {kept_from}: {fault}",
            kept_from=mart["kept_from"],
            fault=mart["fault"].partition("\n")[0],
        )
        for mart in manifest["marts"]
        if mart["kept_from"]
    }
    lacking = {
        name: say("was never built: {fault}", fault=fault.partition("\n")[0])
        for name, fault in manifest["missing"].items()
    }
    return [
        Issue(
            "red",
            "not renewed",
            name,
            why,
            brief="",
            see=version / "internal" / versions.MANIFEST,
        )
        for name, why in {**kept, **lacking}.items()
    ]
