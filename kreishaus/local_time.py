"""The county's own time: nights, days and reference dates are German ones."""

from zoneinfo import ZoneInfo

TIMEZONE = "Europe/Berlin"
HERE = ZoneInfo(TIMEZONE)
