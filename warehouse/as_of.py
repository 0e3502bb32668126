"""A build as of an earlier day: the same settings, with its own warehouse and published folder.

    warehouse/as_of/<moment>/             what the nightly build has in ``warehouse/``
    published/as_of/<moment>/<version>/   a published version, with its manifest
                            /current      the newest version as of that moment

Nothing of it touches the nightly warehouse or what readers have before them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, get_args

from kreishaus.local_time import HERE
from kreishaus.settings import Settings

FOLDER = "as_of"
KnownBy = Literal["retrieved", "published"]


class NotAMoment(ValueError):
    """What was asked for is no day and no moment that Kreishaus can look back to."""


@dataclass(frozen=True)
class AsOf:
    """The moment to look back to.

    ``moment`` is a day, of which the whole counts, German time, or a UTC time stamp. ``by`` says
    what makes a version known: that Kreishaus retrieved it, or that its owner had published it.
    """

    moment: str
    by: KnownBy = "retrieved"

    @classmethod
    def parse(cls, text: str, by: str = "retrieved", now: datetime | None = None) -> AsOf:
        """Read ``2021-11-30`` or ``2021-11-30T14:00+01:00``.

        Raises ``NotAMoment`` for anything else, for a time without its offset, and for what has
        not come yet: built again later, it would be something else.
        """
        now = now or datetime.now(UTC)
        if by not in get_args(KnownBy):
            raise NotAMoment(f"known by {by!r}: must be one of {', '.join(get_args(KnownBy))}")
        known_by: KnownBy = "published" if by == "published" else "retrieved"
        if len(text) == len("2021-11-30"):
            return cls(_day(text, now).isoformat(), known_by)
        return cls(_time(text, now).isoformat(), known_by)

    @property
    def name(self) -> str:
        """The name of its folders."""
        plain = self.moment.replace("+00:00", "Z").replace(":", "")
        return plain if self.by == "retrieved" else f"{plain}_by_{self.by}"

    @property
    def options(self) -> str:
        """The options of a command that ask for it."""
        by = "" if self.by == "retrieved" else f" --known-by {self.by}"
        return f"--as-of {self.moment}{by}"

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables of the dbt project that ask for it."""
        return {"as_of": self.moment, "as_of_by": self.by}


def _day(text: str, now: datetime) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotAMoment(_unreadable(text)) from error
    if day > now.astimezone(HERE).date():
        raise NotAMoment(f"{text} has not come yet")
    return day


def _time(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotAMoment(_unreadable(text)) from error
    if moment.tzinfo is None:
        raise NotAMoment(f"{text} does not say which clock: add its offset, as in {text}+01:00")
    if moment > now:
        raise NotAMoment(f"{text} has not come yet")
    return moment.astimezone(UTC)


def _unreadable(text: str) -> str:
    return f"{text!r} is no day such as 2021-11-30, and no time such as 2021-11-30T14:00+01:00"


class AsOfSettings(Settings):
    """The settings of a build as of a moment: the installation's, with folders of its own."""

    as_of: AsOf

    @property
    def nightly_warehouse(self) -> Path:
        return super().warehouse

    @property
    def warehouse(self) -> Path:
        return super().warehouse / FOLDER / self.as_of.name

    @property
    def published(self) -> Path:
        return super().published / FOLDER / self.as_of.name


def settings_as_of(settings: Settings, as_of: AsOf | None) -> Settings:
    """The settings for a build as of ``as_of``; the installation's own where that is None."""
    if as_of is None:
        return settings
    own = {**dict(settings), "as_of": as_of, "keep_versions": 1}
    return AsOfSettings.model_construct(**own)


def nightly_warehouse(settings: Settings) -> Path:
    """The warehouse of the nightly build, whatever moment these settings look back to."""
    return settings.nightly_warehouse if isinstance(settings, AsOfSettings) else settings.warehouse


def requested_as_of(settings: Settings) -> AsOf | None:
    """The moment that these settings look back to; None for the nightly build."""
    return settings.as_of if isinstance(settings, AsOfSettings) else None
