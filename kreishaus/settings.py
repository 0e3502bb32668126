"""The one place for settings: a county's ``county.toml``, and ``KREISHAUS_...`` over it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from kreishaus.county_folder import (
    COUNTY_TOML,
    LONGEST_NAME,
    MUNICIPALITIES,
    FaultyList,
    NoCounty,
    find_county,
    read_municipalities,
)
from kreishaus.county_home import home_of
from kreishaus.county_words import WORDS, CountyWords, Kind
from kreishaus.wording import Language

REPOSITORY = Path(__file__).resolve().parent.parent
COUNTIES = REPOSITORY / "counties"
DEFAULTS = Path(__file__).with_name("defaults.toml")
"""Where the sources lie that every county has."""
Way = Literal["download", "rest"]


class Section(BaseModel):
    """A table of ``county.toml``: an unknown key is a typing error, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _on_one_line(text: str) -> str:
    """It stands in headers of requests and papers, and is printed on terminals."""
    if not text.isprintable():
        raise ValueError("expected text on one line, without control characters")
    return text


Line = Annotated[str, AfterValidator(_on_one_line)]
Name = Annotated[str, Field(pattern=r"\S", max_length=LONGEST_NAME), AfterValidator(_on_one_line)]


class County(Section):
    """Who we are. ``ags`` is the official key of the Kreis, five digits, as text.

    ``kind`` is what the law calls it. ``also_called`` is how sources write the name that know no
    official key; ``other_names`` are further spellings of regions, by their key (five or eight
    digits). ``municipalities`` are official key (eight digits) -> name, as offices of the
    county write it: the county's list ``municipalities.csv``. Where that cannot be read there are
    none, and ``municipalities_fault`` is the sentence that says why.
    """

    ags: str = Field(pattern=r"^[0-9]{5}$")
    name: Name
    kind: Kind = "Kreis"
    also_called: tuple[Name, ...] = ()
    other_names: dict[Annotated[str, Field(pattern=r"^[0-9]{5}([0-9]{3})?$")], tuple[Name, ...]] = (
        Field(default_factory=dict)
    )
    municipalities: dict[Annotated[str, Field(pattern=r"^\d{8}$")], str] = Field(
        default_factory=dict
    )
    municipalities_fault: str = ""

    @property
    def land_ags(self) -> str:
        """The official key of its Land, two digits."""
        return self.ags[:2]

    @property
    def words(self) -> CountyWords:
        """What it and its offices are called in German."""
        return WORDS[self.kind]


class HttpConfig(Section):
    """How the one HTTP client behaves towards sources.

    ``contact`` (an e-mail address or a page) goes into the User-Agent. ``allowed_hosts`` are
    visited besides those of the configured addresses: where a source redirects to.
    A proxy and an own certificate authority come from the environment, as for every program:
    ``HTTPS_PROXY``, ``NO_PROXY``, ``REQUESTS_CA_BUNDLE``.
    """

    contact: Line = ""
    allowed_hosts: tuple[str, ...] = ()
    largest_mebibytes: int = Field(default=200, gt=0)
    tries: int = Field(default=4, ge=1)
    backoff_seconds: float = Field(default=1.0, ge=0)
    longest_wait_seconds: float = Field(default=120, ge=0)
    silence_seconds: float = Field(default=120, gt=0)
    longest_answer_seconds: float = Field(default=900, gt=0)
    pause_seconds: float = Field(default=0.5, ge=0)

    @property
    def largest_bytes(self) -> int:
        """No answer and no dropped file is larger."""
        return self.largest_mebibytes * 2**20


Template = Annotated[str, Field(pattern=r"^([^{}]|\{code\}|\{format\})+$")]
"""An address with the code of a table and a format in it."""


class Database(Section):
    """One GENESIS database. ``rest`` is the root of its service, without a slash at the end.

    ``download`` is where its tables lie for everybody, with ``{code}`` and ``{format}`` in it: one
    address, or several that are tried in turn; empty where nothing is to be had without an account.
    """

    rest: str
    download: tuple[Template, ...] = ()

    @field_validator("download", mode="before")
    @classmethod
    def _one_or_several(cls, given: object) -> object:
        return tuple(filter(None, [given])) if isinstance(given, str) else given


class Patience(Section):
    """How long a GENESIS database is waited for.

    ``limit_minutes`` ends the wait for a job, before the task's own time-out of 45 minutes does.
    ``busy_seconds`` is the first pause after "too many at once"; each further one is twice as long.
    """

    poll_seconds: float = Field(default=30, gt=0)
    limit_minutes: float = Field(default=40, gt=0, lt=45)
    busy_seconds: float = Field(default=10, gt=0)


class Alerts(Section):
    """Who is told of red runs and late datasets. Nobody while both are empty.

    The connections are Airflow's, by id: ``smtp_connection`` holds server, login and sender,
    ``webhook_connection`` the whole address, which is often a secret.
    """

    emails: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")], ...] = ()
    smtp_connection: str = "smtp_default"
    webhook_connection: str = ""


class Disclosure(Section):
    """Parameters of the disclosure rules that the county keeps for itself.

    Nobody may be able to bound what a care home reported from above within ``dominance_percent``.
    """

    dominance_percent: float = Field(default=10, gt=0, le=100)


class Lineage(Section):
    """Where OpenLineage events of a build go: nowhere, into a file per build, or to a server.

    ``url`` is the server's root, such as ``http://marquez:5000``; its key, where it wants one, is
    the secret ``KREISHAUS_LINEAGE_API_KEY``. ``path`` is a folder, by default ``lineage`` under
    the home folder, of which the newest ``keep_files`` files are kept.
    """

    transport: Literal["off", "file", "http"] = "off"
    path: Path | None = None
    url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    timeout_seconds: float = Field(default=5, gt=0)
    keep_files: int = Field(default=30, ge=1)

    @model_validator(mode="after")
    def _http_needs_its_url(self) -> Self:
        if self.transport == "http" and not self.url:
            raise ValueError('[lineage] transport = "http" needs a url')
        return self


class Metrics(Section):
    """Where Kreishaus's own measurements go: nowhere, to a StatsD server, or to an OTLP one.

    ``host`` and ``port`` are those of StatsD (UDP); ``url`` is where OTLP is taken by HTTP, such
    as ``http://collector:4318/v1/metrics``.
    """

    transport: Literal["off", "statsd", "otlp"] = "off"
    host: str = "127.0.0.1"
    port: int = Field(default=8125, gt=0, lt=65536)
    url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    prefix: str = Field(default="kreishaus", pattern=r"^[a-z][a-z0-9_]*$")
    timeout_seconds: float = Field(default=5, gt=0)

    @model_validator(mode="after")
    def _otlp_needs_its_url(self) -> Self:
        if self.transport == "otlp" and not self.url:
            raise ValueError('[metrics] transport = "otlp" needs a url')
        return self


class Demand(Section):
    """Which years the care forecast holds, besides those of its list ``target_years``.

    ``every_year_until`` asks for each year up to that one, as far as a projection reaches.
    """

    every_year_until: int | None = Field(default=None, ge=2000, le=2200)


class CatalogueConfig(Section):
    """How the catalogue presents the public marts to portals such as GovData.

    ``base_url`` is where the public site will lie, with a slash at its end; without one there are
    no metadata for portals. ``contributor_id`` is the address that GovData has given who delivers,
    ``licence`` one of DCAT-AP.de's list. ``publisher`` is by default the county.
    """

    base_url: str = Field(default="", pattern=r"^(https?://[^\s<>\"]+/)?$")
    publisher: Line = ""
    contact_name: Line = ""
    contact_email: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$")
    contributor_id: str = Field(default="", pattern=r"^(https?://[^\s<>\"]+)?$")
    licence: str = Field(
        default="http://dcat-ap.de/def/licenses/dl-by-de/2.0", pattern=r"^https?://[^\s<>\"]+$"
    )


class Retention(Section):
    """How long the landed files of a dataset stay; for ever, if nothing is said.

    After ``after_days`` since a file was retrieved it goes: its ``bytes``, while the figures staged
    from them stay, or its ``figures`` too, which is for what must not be known any longer. The
    version in force of a period stays all the same, unless ``in_force_too``. A snapshot dataset
    keeps every day for ``daily_days``, afterwards the first day of each month. ``reason`` is what
    the tombstone of each deleted file says.
    """

    after_days: int | None = Field(default=None, ge=1)
    what: Literal["bytes", "figures"] = "bytes"
    in_force_too: bool = False
    daily_days: int | None = Field(default=None, ge=31)
    reason: str = Field(min_length=10)


class Keeping(Section):
    """How long things stay: ``[retention]``. None is for ever.

    ``datasets`` replaces the rule that a dataset has in the registry, whole. Of published versions
    ``keep_versions`` are kept. A file in quarantine goes when it was offered last so long ago.
    Files of the register that earlier code landed as they came are to be reduced within
    ``originals_days`` of the upgrade.
    """

    quarantine_days: int | None = Field(default=365, ge=1)
    as_of_days: int | None = Field(default=90, ge=1)
    log_days: int | None = Field(default=90, ge=1)
    audit_months: int | None = Field(default=36, ge=1)
    airflow_days: int | None = Field(default=365, ge=7)
    originals_days: int = Field(default=90, ge=1)
    datasets: dict[str, Retention] = Field(default_factory=dict)


class Backups(Section):
    """Where backups go, and how many snapshots stay: ``[backup]``. None are made without a folder.

    The newest snapshot of each of the last ``daily`` days, ``weekly`` weeks and ``monthly`` months
    that have one is kept. Landed files are deleted only when one that was verified in the last
    ``verified_days`` holds them. ``password_file`` holds the password that encrypts all of it:
    readable by this user alone, and kept elsewhere too, because nothing opens a backup without it.
    """

    folder: Path | None = None
    password_file: Path | None = None
    daily: int = Field(default=7, ge=1)
    weekly: int = Field(default=4, ge=0)
    monthly: int = Field(default=12, ge=0)
    verified_days: int = Field(default=7, ge=1)


class Serving(Section):
    """The two PostgreSQL databases that readers ask; none while ``url`` is empty.

    ``url`` comes from the environment and names the database of internal readers;
    ``public_database`` is the name of the other one on the same server, by default that name with
    ``_public`` behind it. ``password_file`` holds the loader's password where it stands neither
    there nor in a ``PGPASSFILE``. ``patience_seconds`` is how long a reader may hold on to the
    version that he has: a load waits that long for readers, then it ends them.
    """

    url: SecretStr = SecretStr("")
    public_database: str = ""
    password_file: Path | None = None
    patience_seconds: float = Field(default=900, gt=0)


class DatasetConfig(Section):
    """What a county may change of one dataset.

    Where it lies, under which code, and its calendar: the days of the year it speaks of
    (``reference_days``, "MM-DD") and how many days later it is due (``lag_days``).

    A table of a GENESIS database names the ``database``, its ``table_code`` (or words to
    ``search`` it by), the ``ways`` to try in this order, and what REST is asked for: a level
    (``regional_variable``), a region (by default that of the county at this level) and years
    (none: what the table shows by itself, often one period).

    A list whose entries lie apart names in ``details_path`` where, with ``{id}`` in it.

    A page that links files names them in ``file_names``, without their ending: ``<monat>`` is the
    name of a month, ``<mm>`` its number, ``<jahr>`` the year, ``*`` anything.
    """

    path: str = ""
    file_names: tuple[str, ...] = ()
    details_path: str = ""
    table_code: str = ""
    database: str = ""
    search: str = ""
    format: Literal["ffcsv", "datencsv"] = "ffcsv"
    ways: tuple[Way, ...] = Field(default=("download", "rest"), min_length=1)
    regional_variable: Literal["DLAND", "KREISE", "GEMEIN"] = "KREISE"
    regional_key: str = ""
    first_year: int | None = Field(default=None, ge=1900, le=2100)
    last_year: int | None = Field(default=None, ge=1900, le=2100)
    enabled: bool = True
    lag_days: int | None = Field(default=None, ge=0)
    reference_days: tuple[Annotated[str, Field(pattern=r"^\d{2}-\d{2}$")], ...] = ()


class SourceConfig(Section):
    """One source: an address, databases or a drop folder, and the datasets it holds.

    With ``official_drop_folder`` the county declares that nobody but the office whose figures they
    are, or its officer, puts files into the drop folder: they count as ``official``.
    """

    base_url: str = ""
    drop_folder: Path | None = None
    official_drop_folder: bool = False
    databases: dict[str, Database] = Field(default_factory=dict)
    patience: Patience = Patience()
    datasets: dict[str, DatasetConfig] = Field(default_factory=dict)


OF_THE_MACHINE = frozenset(["counties", "county_ags"])
"""They say where the folder of the county is: nothing in it can."""


class CountyFolderSource(TomlConfigSettingsSource):
    """What a county's folder says: its ``county.toml`` and its list of municipalities.

    Raises ``NoCounty`` where the folder is called otherwise than the county it holds, and for what
    is no TOML or has other tables than ``Settings``.
    """

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        """Windows editors put a byte order mark before UTF-8, which TOML does not know."""
        return tomllib.loads(file_path.read_bytes().decode("utf-8-sig"))

    def __init__(self, settings_cls: type[BaseSettings], folder: Path) -> None:
        file = folder / COUNTY_TOML
        try:
            super().__init__(settings_cls, file)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise NoCounty(f"{file}: expected TOML in UTF-8, found: {error}") from error
        known = set(settings_cls.model_fields) - OF_THE_MACHINE
        if unknown := sorted(set(self.init_kwargs) - known):
            raise NoCounty(
                f"{file}: expected the keys {', '.join(sorted(known))}; found {', '.join(unknown)}"
            )
        county = self.init_kwargs.get("county")
        if not isinstance(county, dict):
            return
        if county.get("ags") != folder.name:
            raise NoCounty(
                f'{folder / COUNTY_TOML}: expected ags = "{folder.name}", as its folder is '
                f"called; found {county.get('ags')!r}"
            )
        if {"municipalities", "municipalities_fault"} & set(county):
            raise NoCounty(
                f"{folder / COUNTY_TOML}: expected no [county.municipalities]: they stand in "
                f"{MUNICIPALITIES}.csv beside it"
            )
        try:
            county["municipalities"] = read_municipalities(folder)
        except FaultyList as error:  # who looks must be able to; whoever changes things is refused
            county["municipalities_fault"] = str(error)


HOME_WITHOUT = frozenset("'\"*?[]{}\n")
"""Signs that no folder above a home, nor the home itself, may have in its name."""


class Settings(BaseSettings):
    """Everything that differs between two counties or two machines.

    ``warehouse_memory`` is what the database may take while it builds and publishes; what needs
    more goes through files beside it. ``drop_folders`` holds a drop folder for each source that has
    one, by its name; without it each source names its own. ``language`` is what officers read:
    reasons, alerts, Data Docs and the answers of commands. Logs are English.
    """

    model_config = SettingsConfigDict(
        env_prefix="KREISHAUS_", env_nested_delimiter="__", extra="ignore", frozen=True
    )

    home: Path = REPOSITORY / "var"
    sources: Literal["sample", "live"] = "sample"
    sample_url: str = "http://127.0.0.1:8765"
    counties: Path = COUNTIES
    county_ags: str | None = None
    drop_folders: Path | None = None
    language: Language = "de"
    keep_versions: int = Field(default=14, ge=1)
    warehouse_memory: str = Field(default="4GiB", pattern=r"^\d+(\.\d+)?(MB|GB|MiB|GiB)$")
    retry_minutes: float = Field(default=10, ge=0)
    county: County
    http: HttpConfig = HttpConfig()
    alerts: Alerts = Alerts()
    disclosure: Disclosure = Disclosure()
    demand: Demand = Demand()
    catalogue: CatalogueConfig = CatalogueConfig()
    backup: Backups = Backups()
    retention: Keeping = Keeping()
    serving: Serving = Serving()
    lineage: Lineage = Lineage()
    metrics: Metrics = Metrics()
    source: dict[str, SourceConfig] = Field(default_factory=dict)

    @field_validator("home", "counties", "drop_folders", mode="before")
    @classmethod
    def _empty_is_not_said(cls, folder: object, about: ValidationInfo) -> object:
        """``KREISHAUS_HOME=`` names no folder; pathlib takes it for the one where one stands."""
        if folder == "" and about.field_name:
            return cls.model_fields[about.field_name].default
        return folder

    @field_validator("home")
    @classmethod
    def _home_can_stand_in_sql(cls, home: Path) -> Path:
        """DuckDB takes the names of files as SQL texts and as patterns."""
        if found := sorted(set(str(home.absolute())) & HOME_WITHOUT):
            raise ValueError(
                f"{home} holds {' '.join(found)}, which DuckDB reads as part of a pattern or the "
                "end of a text. Choose a folder whose path is without it"
            )
        return home

    @model_validator(mode="after")
    def _home_of_this_county(self) -> Self:
        """Two counties with one ``KREISHAUS_HOME`` have a home each: their files never mix."""
        object.__setattr__(self, "home", home_of(self.home, self.county.ags))
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        said = {**env_settings(), **init_settings()}
        counties = Path(said.get("counties") or COUNTIES)
        folder = find_county(counties, said.get("county_ags"))
        return (
            init_settings,
            env_settings,
            CountyFolderSource(settings_cls, folder),
            TomlConfigSettingsSource(settings_cls, DEFAULTS),
        )

    def require_municipalities(self) -> None:
        """Raise ``FaultyList`` where the county's list of municipalities cannot be read.

        Without it a file would be read as if the county had none.
        """
        if self.county.municipalities_fault:
            raise FaultyList(self.county.municipalities_fault)

    @property
    def county_folder(self) -> Path:
        """The folder of the county: its settings, and the lists that it keeps."""
        return self.counties / self.county.ags

    @property
    def county_file(self) -> Path:
        return self.county_folder / COUNTY_TOML

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

        ``path`` may itself be a whole address, where one source has several hosts. Raises
        ``ValueError`` when a live source has no address configured.
        """
        parts = urlsplit(path)
        if self.sources == "sample":
            query = f"?{parts.query}" if parts.query else ""
            return f"{self.sample_url.rstrip('/')}/{source}{parts.path}{query}"
        if parts.netloc:
            return path
        if not (base_url := self.source_config(source).base_url):
            raise ValueError(f"{self.county_file}: [source.{source}] needs a base_url")
        return base_url.rstrip("/") + path

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that may be visited: those of the addresses in use, and the allowed ones."""
        if self.sources == "sample":
            return frozenset({urlsplit(self.sample_url).hostname or ""})
        configured = {urlsplit(text).hostname for text in _texts(self.model_dump()["source"])}
        return frozenset({*filter(None, configured), *self.http.allowed_hosts})

    def official_hosts(self, source: str) -> frozenset[str]:
        """The hosts at which a source itself is visited by https, whatever ``sources`` says."""
        texts = map(urlsplit, _texts(self.source_config(source).model_dump()))
        return frozenset(one.hostname for one in texts if one.scheme == "https" and one.hostname)

    def source_config(self, source: str) -> SourceConfig:
        """What the county says of a source; the defaults where it says nothing."""
        return self.source.get(source, SourceConfig())

    def dataset(self, source: str, name: str) -> DatasetConfig:
        """What the county says of a dataset; the defaults where it says nothing."""
        return self.source_config(source).datasets.get(name, DatasetConfig())

    def drop_folder(self, source: str) -> Path:
        """The folder an officer drops files into; the sample's own while sources are samples.

        Raises ``ValueError`` when a live source has none configured.
        """
        if self.sources == "sample":
            return self.sample / "drop" / source
        folder = self.configured_drop_folder(source)
        if folder is None:
            raise ValueError(f"{self.county_file}: [source.{source}] needs a drop_folder")
        return folder

    def configured_drop_folder(self, source: str) -> Path | None:
        """The folder that officers drop files of a live source into; None where none is named."""
        if self.drop_folders is not None:
            return self.drop_folders / source
        return self.source_config(source).drop_folder


def _texts(node: object) -> Iterator[str]:
    """Every text in nested dicts and sequences."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for inner in node.values():
            yield from _texts(inner)
    elif isinstance(node, (list, tuple)):
        for inner in node:
            yield from _texts(inner)


def read_settings() -> Settings:
    """The settings of this county on this machine, from file and environment.

    Raises ``pydantic.ValidationError`` naming every key that is wrong or missing, and ``NoCounty``
    where no county is there, or it is not said which one is meant.
    """
    if "KREISHAUS_COUNTY_FILE" in os.environ:
        raise NoCounty(
            "KREISHAUS_COUNTY_FILE is not read any more: a county has a folder. Put the file into "
            "<folder>/<official key>/county.toml, beside it the county's lists, and set "
            "KREISHAUS_COUNTIES to <folder> (docs/another-county.md)"
        )
    return Settings()  # type: ignore[call-arg]  # the rest comes from county.toml


def read_county() -> County:
    """The county of ``read_settings``, and its errors. Whoever reads a file asks anew.

    Reading all settings takes a good part of what reading a small file does. So it is done where
    the environment, or a file of the county's folder, is another one than at the last question.
    """
    said = _said()
    folder = _settings_of((Path.cwd(), *said)).county_folder
    files = ((file.path, file.stat()) for file in os.scandir(folder))
    state = sorted((path, found.st_mtime_ns, found.st_size) for path, found in files)
    return _settings_of((Path.cwd(), *said, *sorted(folder.parent.iterdir()), *state)).county


def read_county_folder() -> Path:
    """The folder of the county of ``read_settings``, and its errors: whoever reads a file looks
    there for the county's own words."""
    return _settings_of((Path.cwd(), *_said())).county_folder


def _said() -> list[tuple[str, str]]:
    """What the environment says about Kreishaus. Its names first: each value that is asked for is
    decoded anew, and a file of keys asks for the county thousands of times."""
    ours = [name for name in os.environ if name.startswith("KREISHAUS_")]
    return sorted((name, os.environ[name]) for name in ours)


@lru_cache(maxsize=2)
def _settings_of(state: tuple[object, ...]) -> Settings:
    """The settings that were read in this state of environment and files."""
    return read_settings()
