"""Which code is at work: what a build and a published version say of themselves."""

from __future__ import annotations

import os
import subprocess
from importlib.metadata import version as package_version

from kreishaus.settings import REPOSITORY


def code_version() -> str:
    """The package's version, with the commit: an image says it, a git checkout is asked."""
    if told := os.environ.get("KREISHAUS_CODE_VERSION"):
        return told
    released = package_version("kreishaus")
    try:
        commit = subprocess.run(
            ["git", "describe", "--always", "--dirty"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return released
    return f"{released}+{commit}"
