"""Secrets from the environment, or from files that the environment names."""

from __future__ import annotations

import os
from pathlib import Path


class SecretUnreadable(RuntimeError):
    """A variable names a file with a secret that cannot be read. The message never holds it."""


def secret(name: str) -> str:
    """The value of the variable ``name``, or the first line of the file that ``name_FILE`` names.

    Empty where neither is set. In a container a secret is a file: the environment of a process is
    shown by too many tools. Raises ``SecretUnreadable`` where the file is missing or is no text.
    """
    if value := os.environ.get(name, ""):
        return value
    if not (path := os.environ.get(f"{name}_FILE", "")):
        return ""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise SecretUnreadable(
            f"{name}_FILE names {path}, which cannot be read: {reason}"
        ) from None
    return text.split("\n", 1)[0].rstrip("\r")
