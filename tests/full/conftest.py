"""The night that these tests share with those of ``integration``."""

from shared_night import first_night, installation, of_its_own

__all__ = ["first_night", "installation", "of_its_own"]
