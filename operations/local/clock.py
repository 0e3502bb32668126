"""How long each part of a run took."""

from __future__ import annotations

import time


class Clock:
    """Seconds by part, in the order in which the parts began. One part at a time."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._part = ""
        self._begun = 0.0

    def begin(self, part: str) -> None:
        """End the part that runs, and begin ``part``."""
        self.stop()
        self._part, self._begun = part, time.monotonic()

    def stop(self) -> None:
        """End the part that runs."""
        if self._part:
            spent = time.monotonic() - self._begun
            self.seconds[self._part] = self.seconds.get(self._part, 0.0) + spent
        self._part = ""
