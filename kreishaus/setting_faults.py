"""What is wrong with ``county.toml`` or the environment, for the person who must set it right."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from pydantic import ValidationError

from kreishaus.county_folder import COUNTY_TOML, FaultyList, NoCounty, find_county
from kreishaus.county_home import NotItsHome
from kreishaus.settings import COUNTIES, Settings, read_settings
from kreishaus.wording import say

WORDS = {
    "Extra inputs are not permitted": say("there is no such key"),
    "Field required": say("is missing"),
}
"""How pydantic says it, and how we do."""


class WrongSettings(Exception):
    """A setting is wrong. The message names key and file, and never the value: it may be secret."""


def told(wrong: ValidationError) -> list[str]:
    """A sentence for each key that is wrong or missing."""
    sentences = []
    for one in wrong.errors(include_input=False, include_url=False):
        if not one["loc"]:  # about no key of its own: the sentence says all
            sentences.append(one["msg"].removeprefix("Value error, "))
            continue
        place = [str(key) for key in one["loc"]]
        variable, key = f"KREISHAUS_{'__'.join(place).upper()}", ".".join(place)
        sentences.append(
            say(
                "{variable}: {get}. Set it right in the environment, or as {key} in {county_file}",
                variable=variable,
                get=WORDS.get(one["msg"], one["msg"]),
                key=key,
                county_file=county_file(),
            )
        )
    return sentences


def county_file() -> Path:
    """The file that settings are read from; what else it says may be unreadable.

    Raises ``NoCounty`` where it is not said which county is meant.
    """
    counties = Path(os.environ.get("KREISHAUS_COUNTIES") or COUNTIES)
    return find_county(counties, os.environ.get("KREISHAUS_COUNTY_AGS")) / COUNTY_TOML


def settings_or_why() -> Settings:
    """The settings. Raises ``WrongSettings``, a line for each key, for who shows tracebacks."""
    try:
        return read_settings()
    except ValidationError as wrong:
        raise WrongSettings("\n".join(told(wrong))) from None
    except (NoCounty, FaultyList, NotItsHome) as wrong:
        raise WrongSettings(str(wrong)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise WrongSettings(
            say(
                "{county_file}: expected TOML in UTF-8, found: {fault}",
                county_file=county_file(),
                fault=fault,
            )
        ) from None
