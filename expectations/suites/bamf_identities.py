"""What holds within every printed row of the HKL table, to the person."""

from __future__ import annotations

from ingest.bamf.tables import MEASURES

PROTECTION = ("art_16a", "refugee", "subsidiary", "deportation_ban")
FIRST = tuple(name for name in MEASURES.values() if name.startswith("first_"))
FOLLOW_UP = tuple(name for name in MEASURES.values() if name.startswith("follow_up_"))

IDENTITIES: dict[str, tuple[str, list[str]]] = {
    "applications_first_and_follow_up": (
        "applications_total",
        ["applications_first", "applications_follow_up"],
    ),
    "decisions_by_outcome": (
        "decisions_total",
        [f"decisions_{name}" for name in (*PROTECTION, "rejected", "otherwise_closed")],
    ),
    "decisions_first_and_follow_up": ("decisions_total", [*FIRST, *FOLLOW_UP]),
    "otherwise_closed_by_reason": (
        "decisions_otherwise_closed",
        ["first_formal", "follow_up_no_further_procedure", "follow_up_formal"],
    ),
    **{
        f"{name}_first_and_follow_up": (f"decisions_{name}", [f"first_{name}", f"follow_up_{name}"])
        for name in (*PROTECTION, "rejected")
    },
}
"""Rule -> the measure that is the sum, and its parts."""

CONTINENTS = ["Europa", "Afrika", "Amerika", "Asien", "Australien", "Unbekannt"]
