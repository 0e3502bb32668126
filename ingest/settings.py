"""The one place for settings: ``county.toml``, and ``KREISHAUS_...`` variables over it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

REPOSITORY = Path(__file__).resolve().parent.parent


class Section(BaseModel):
    """A table of ``county.toml``: an unknown key is a typing error, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class County(Section):
    """Who we are. ``ags`` is the official key of the Kreis, five digits, as text."""

    ags: str = Field(pattern=r"^\d{5}$")
    name: str
    land_ags: str = Field(default="05", pattern=r"^\d{2}$")


class DatasetConfig(Section):
    """What a county may change of one dataset.

    Where it lies, under which code, and its calendar: the days of the year it speaks of
    (``reference_days``, "MM-DD") and how many days later it is due (``lag_days``).
    """

    path: str = ""
    table_code: str = ""
    enabled: bool = True
    lag_days: int | None = Field(default=None, ge=0)
    reference_days: tuple[Annotated[str, Field(pattern=r"^\d{2}-\d{2}$")], ...] = ()


class SourceConfig(Section):
    """One source: an address, or a drop folder, and the datasets it holds."""

    base_url: str = ""
    drop_folder: Path | None = None
    datasets: dict[str, DatasetConfig] = Field(default_factory=dict)


class Settings(BaseSettings):
    """Everything that differs between two counties or two machines."""

    model_config = SettingsConfigDict(
        env_prefix="KREISHAUS_", env_nested_delimiter="__", extra="ignore", frozen=True
    )

    home: Path = REPOSITORY / "var"
    sources: Literal["sample", "live"] = "sample"
    sample_url: str = "http://127.0.0.1:8765"
    county_file: Path = REPOSITORY / "county.toml"
    keep_versions: int = Field(default=14, ge=1)
    county: County
    source: dict[str, SourceConfig]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        chosen = {**env_settings(), **init_settings()}.get(
            "county_file", REPOSITORY / "county.toml"
        )
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(chosen))

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def staged(self) -> Path:
        return self.home / "staged"

    @property
    def quarantine(self) -> Path:
        return self.home / "quarantine"

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse"

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def sample(self) -> Path:
        return self.home / "sample"

    def address(self, source: str, path: str) -> str:
        """The address of ``path`` at a source: the real one, or the sample server's for it.

        ``path`` may itself be a whole address, where one source has several hosts.
        """
        parts = urlsplit(path)
        if self.sources == "sample":
            query = f"?{parts.query}" if parts.query else ""
            return f"{self.sample_url.rstrip('/')}/{source}{parts.path}{query}"
        return path if parts.netloc else self.source[source].base_url.rstrip("/") + path

    def dataset(self, source: str, name: str) -> DatasetConfig:
        """What the county says of a dataset; the defaults where it says nothing."""
        return self.source[source].datasets.get(name, DatasetConfig())

    def drop_folder(self, source: str) -> Path:
        """The folder an officer drops files into; the sample's own while sources are samples.

        Raises ``ValueError`` when a live source has none configured.
        """
        if self.sources == "sample":
            return self.sample / "drop" / source
        folder = self.source[source].drop_folder
        if folder is None:
            raise ValueError(f"{self.county_file}: [source.{source}] needs a drop_folder")
        return folder


def read_settings() -> Settings:
    """The settings of this county on this machine, from file and environment.

    Raises ``pydantic.ValidationError`` naming every key that is wrong or missing.
    """
    return Settings()  # type: ignore[call-arg]  # the rest comes from county.toml
