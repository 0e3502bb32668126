"""What IT.NRW, Regionalstatistik and Destatis offer: tables, each in a database under a code.

A request's label is the table code: the parsers check the file against it. Its identity is
database and code, so that a table stays the same table by whatever way it came.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from ingest.http import Client
from ingest.it_nrw.catalogue import the_one_table
from ingest.it_nrw.rest import SOURCE, root_of
from ingest.it_nrw.tablefile import METHOD
from kreishaus.model import Request
from kreishaus.settings import DatasetConfig, Settings, Way

log = logging.getLogger(__name__)


def table(settings: Settings, client: Client, dataset_name: str) -> list[Request]:
    """The table of a dataset, with the ways to it in the configured order.

    The download without login holds all regions and the whole history; REST answers a question.
    Raises ``ValueError`` for a configuration that names no table, and ``SourceUnavailable`` where
    a table that is only searched for is not found, or not alone.
    """
    config = settings.dataset(SOURCE, dataset_name)
    if not config.enabled:
        return []
    if not config.database or not (config.table_code or config.search):
        raise ValueError(
            f"{settings.county_file}: [source.{SOURCE}.datasets.{dataset_name}] needs a database "
            "and a table_code (or words to search)"
        )
    root_of(settings, config.database)
    code = config.table_code or _searched(settings, client, config, dataset_name)
    ways = [request for way in config.ways for request in _by(way, settings, config, code)]
    if not ways:
        raise ValueError(
            f"{settings.county_file}: [source.{SOURCE}.datasets.{dataset_name}] is only to be "
            f"downloaded, and [source.{SOURCE}.databases.{config.database}] has no download"
        )
    return [_chained(ways)]


def region(settings: Settings, config: DatasetConfig) -> str:
    """The region to ask for: the configured one, or the county's own at the level asked for."""
    own = {
        "DLAND": settings.county.land_ags,
        "KREISE": f"{settings.county.land_ags}*",
        "GEMEIN": f"{settings.county.ags}*",
    }
    return config.regional_key or own[config.regional_variable]


def _by(way: Way, settings: Settings, config: DatasetConfig, code: str) -> list[Request]:
    if way == "rest":
        return [_rest(settings, config, code)]
    return _downloads(settings, config, code)


def _downloads(settings: Settings, config: DatasetConfig, code: str) -> list[Request]:
    """The downloads for everybody, in the configured order; none where the database has none."""
    patterns = settings.source_config(SOURCE).databases[config.database].download
    addresses = [config.path] if config.path else patterns
    return [
        Request(
            f"{config.database}/{code}",
            code,
            url=settings.address(SOURCE, address.format(code=code, format=config.format)),
            extension="csv",
        )
        for address in addresses
    ]


def _rest(settings: Settings, config: DatasetConfig, code: str) -> Request:
    """GENESIS REST 2020 ``data/tablefile``.

    Level and region are always sent: without them the service times out. Credentials go into
    headers only, see ``rest.Service``, so that nothing secret lands in a sidecar.
    """
    form = {
        "name": code,
        "area": "free",
        "compress": "false",
        "format": config.format,
        "language": "de",
        "regionalvariable": config.regional_variable,
        "regionalkey": region(settings, config),
    }
    if config.first_year:
        form["startyear"] = str(config.first_year)
    if config.last_year:
        form["endyear"] = str(config.last_year)
    return Request(
        f"{config.database}/{code}",
        code,
        url=f"{root_of(settings, config.database)}/{METHOD}",
        form=form,
        extension="zip",
    )


def _chained(ways: list[Request]) -> Request:
    first, *rest = ways
    return replace(first, otherwise=_chained(rest)) if rest else first


def _searched(settings: Settings, client: Client, config: DatasetConfig, dataset_name: str) -> str:
    found = the_one_table(settings, client, config.database, config.search)
    log.warning(
        "%s/%s: %r is table %s (%s). Pin it in %s: table_code = %r",
        *(SOURCE, dataset_name, config.search, found.code, found.title),
        *(settings.county_file, found.code),
    )
    return found.code
