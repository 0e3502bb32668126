"""What sources allow: the licences of ``licences.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import Field, RootModel

from kreishaus.toml_files import Entry, checked, read_toml

FILE = Path(__file__).with_name("licences.toml")


class Licence(Entry):
    """What a source allows. Only what is made from ``open`` sources alone bears an open licence.

    ``statement`` is kept with each landed file, ``title_de`` is what readers see; ``credit`` is who
    is to be named.
    """

    statement: str = Field(min_length=1)
    title_de: str = Field(min_length=1)
    open: bool
    url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    credit: str = ""


class _Licences(RootModel[dict[str, Licence]]):
    pass


@cache
def licences() -> MappingProxyType[str, Licence]:
    """Every licence by its key. Raises ``FaultyFile``."""
    keys = tuple(Licence.model_fields)
    return MappingProxyType(checked(FILE, _Licences, read_toml(FILE), lambda place: keys).root)
