"""What IT.NRW and Regionalstatistik offer: tables under addresses that do not change.

A request's label is the table code: the parsers check the file against it.
"""

from __future__ import annotations

from ingest.http import Client
from ingest.model import Request
from ingest.settings import DatasetConfig, Settings

SOURCE = "it_nrw"


def static_table(settings: Settings, client: Client, dataset_name: str) -> list[Request]:
    """The no-login download of a table: all regions, the whole history, no filter."""
    del client  # nothing to look up: the address is configured
    config = settings.dataset(SOURCE, dataset_name)
    if not config.enabled:
        return []
    address = _address(settings, config, dataset_name)
    return [
        Request(identity=address, label=config.table_code, url=address, extension="csv"),
    ]


def rest_table(settings: Settings, client: Client, dataset_name: str) -> list[Request]:
    """GENESIS REST 2020 ``data/tablefile``, narrowed to the county's municipalities.

    Region variable and key are always sent: without them the service times out. Credentials go
    into headers only, see ``rest.fetch``, so that nothing secret lands in a sidecar.
    """
    del client
    config = settings.dataset(SOURCE, dataset_name)
    if not config.enabled:
        return []
    address = _address(settings, config, dataset_name)
    region = f"{settings.county.ags}*"
    return [
        Request(
            identity=f"{address}#{config.table_code}/{region}",
            label=config.table_code,
            url=address,
            form={
                "name": config.table_code,
                "area": "free",
                "compress": "false",
                "format": "ffcsv",
                "language": "de",
                "regionalvariable": "GEMEIN",
                "regionalkey": region,
            },
            extension="zip",
        )
    ]


def _address(settings: Settings, config: DatasetConfig, dataset_name: str) -> str:
    if not (config.path and config.table_code):
        raise ValueError(
            f"{settings.county_file}: [source.{SOURCE}.datasets.{dataset_name}] needs a path "
            "and a table_code"
        )
    return settings.address(SOURCE, config.path)
