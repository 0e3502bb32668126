"""The account for GENESIS REST, from the environment and nowhere else.

It goes over the wire in two headers. It is never part of a request, so it cannot reach a sidecar.
"""

from __future__ import annotations

import os

USERNAME_VARIABLE = "KREISHAUS_GENESIS_USERNAME"
PASSWORD_VARIABLE = "KREISHAUS_GENESIS_PASSWORD"
GUEST = "GAST"
"""Enough for the sample server. The real services let a guest do next to nothing (Code 15)."""


def headers() -> dict[str, str]:
    """The headers ``username`` and ``password``; those of a guest when nothing is set."""
    return {
        "username": os.environ.get(USERNAME_VARIABLE) or GUEST,
        "password": os.environ.get(PASSWORD_VARIABLE) or GUEST,
    }
