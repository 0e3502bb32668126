"""The night that these tests share with those of ``integration``."""

from shared_night import first_night

__all__ = ["first_night"]
