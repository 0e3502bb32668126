"""Words that officers choose from a list, beside those in ``tables``."""

OFFER_STATUS = ("in Betrieb", "im Bau", "geplant", "ruhend", "geschlossen")
RELEASE_STATUS = ("freigegeben", "in Prüfung", "Entwurf")
PROVIDER_KINDS = ("freigemeinnützig", "privat", "kommunal")

REASONS_NOT_USABLE = (
    "Personalmangel",
    "freiwilliger Belegungsstopp",
    "angeordneter Belegungsstopp",
    "Umbau",
    "Infektionsgeschehen",
)
"""Why a place that is not occupied cannot be used: an empty place is not a free one."""

PLANNING_STATUS = ("angefragt", "geplant", "beschlossen", "im Bau", "in Betrieb", "aufgegeben")
