"""A night on which everything goes wrong at once, against addresses on this machine."""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
from receivers import Mailbox, mail_server
from reissues import SEPTEMBER, as_reissued
from servers import Visit, serving

from kreishaus.settings import REPOSITORY, Settings
from sample import bamf
from sample.server import serve

MAINTENANCE = "<html><title>Wartungsarbeiten</title><h1>Wir sind bald wieder da.</h1></html>"
CORRUPT = "WTG_Stichtag_2021-08-15.xlsx"
PERSONS = "Kreuztabelle_2021-12-31.xlsx"


@contextmanager
def everything_at_once(
    installation: Settings, folder: Path
) -> Iterator[tuple[dict[str, str], Mailbox]]:
    """The environment of such a night, and the mailbox of whoever is told.

    IT.NRW does not answer at all, Heimfinder shows its maintenance page, one workbook of the
    authority was cut while copying, a list of persons lies among the tables of the register, and
    BAMF issued a month again.
    """
    drop, site = folder / "drop", folder / "http"
    shutil.copytree(installation.sample / "drop", drop)
    shutil.copytree(installation.sample / "http", site)
    (site / "bamf" / bamf.pdf_path(SEPTEMBER)).write_bytes(bamf.pdf(as_reissued()))
    workbook = drop / "wtg" / CORRUPT
    workbook.write_bytes(workbook.read_bytes()[:-5_000])
    an_hour_ago = time.time() - 3_600
    os.utime(workbook, (an_hour_ago, an_hour_ago))  # or it would be taken for still growing
    list_of_persons(drop / "azr" / PERSONS)
    page = site / "bamf" / bamf.LANDING_PAGE
    with serve(site) as offices, serving(maintenance) as closed, mail_server() as mails:
        page.write_text(page.read_text().replace("https://www.bamf.de", f"{offices.url}/bamf"))
        counties = folder / "counties"
        shutil.copytree(REPOSITORY / "counties", counties)
        county = counties / "05162" / "county.toml"
        county.write_text(county_file(county, offices.url, closed.url, drop), encoding="utf-8")
        environment = {
            "KREISHAUS_SOURCES": "live",
            "KREISHAUS_RETRY_MINUTES": "0.02",
            "KREISHAUS_COUNTIES": str(counties),
            "AIRFLOW_CONN_SMTP_DEFAULT": mails.connection,
        }
        yield environment, mails


def county_file(county: Path, offices: str, closed: str, drop: Path) -> str:
    """The county's own settings, with other addresses and little patience."""
    text = county.read_text(encoding="utf-8")
    changes = {
        "[http]\n": "[http]\ntries = 2\nbackoff_seconds = 0.01\n",
        '# emails = ["data@county.example"]': 'emails = ["data@county.example"]',
    }
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    silent = (
        *("care_homes", "care_staff", "population_by_age"),
        *("population_municipalities_by_age", "population_projection"),
    )
    return "\n".join(
        [
            text,
            f'[source.bamf]\nbase_url = "{offices}/bamf"',
            f'[source.wtg]\nbase_url = "{closed}"\ndrop_folder = "{drop / "wtg"}"',
            *(f'[source.{name}]\ndrop_folder = "{drop / name}"' for name in ("azr", "papers")),
            *(
                f'[source.it_nrw.databases.{name}]\nrest = "{nobody_there()}/rest"\n'
                f'download = "{nobody_there()}/{{code}}"'
                for name in ("ldb", "regionalstatistik")
            ),
            # Three silent tables will do.
            *(f"[source.it_nrw.datasets.{name}]\nenabled = false" for name in silent),
        ]
    )


def nobody_there() -> str:
    """An address at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def maintenance(visit: Visit) -> None:
    visit.answer(200, MAINTENANCE.encode(), Content_Type="text/html")


def list_of_persons(path: Path) -> None:
    """What must not enter: one row a person."""
    book = openpyxl.Workbook()
    book.active.append(["AZR-Nummer", "Name", "Geburtsdatum", "Staatsangehörigkeit"])
    for number in range(20):
        book.active.append([f"1901{number:08d}", f"Musterfrau {number}", "01.02.1990", "syrisch"])
    book.save(path)
