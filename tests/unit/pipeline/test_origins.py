"""Who made the figures of a file: marks beat places, and only declared places are official."""

from __future__ import annotations

import io
import json
import os
import ssl
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
import trustme
from azr_workbooks import CROSSTABLE, Table, as_ods, as_text, as_xls, as_xlsx, table_of
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from servers import Server, Visit, serving

from formats.marks import mark_in
from kreishaus.folder_formats import format_of, write_format
from kreishaus.model import Request
from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore
from kreishaus.store.landing import Sidecar, Tombstone
from operations.counties.known import known_county
from operations.counties.make import make_county
from operations.maintenance.migrations import upgrade
from pipeline.origins import figure_origin
from pipeline.steps import by_hand, fetch_new, process_file
from sample import azr, bamf, heimfinder, it_nrw, papers, wtg

INVENTED, REBUILT = b"kreishaus-sample: invented", b"kreishaus-sample: rebuilt"
DOWNLOAD = "/ldbnrwws/downloader/00/tables/22421-02i_00.csv"
HOMES = "/api/heimfinder/einrichtungen"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample files of the pilot."""
    folder = tmp_path_factory.mktemp("samples")
    for generator in (azr, bamf, heimfinder, it_nrw, papers, wtg):
        generator.write(folder)
    return folder


def live(tmp_path: Path, source: str, **said: object) -> Settings:
    """Live sources, of which ``source`` has a drop folder, and what else is said of it."""
    folder = tmp_path / "share" / source
    folder.mkdir(parents=True, exist_ok=True)
    return Settings(
        home=tmp_path / "var",
        sources="live",
        http={"tries": 1, "backoff_seconds": 0.0, "pause_seconds": 0.0},
        source={source: {"drop_folder": folder, **said}},
    )


def sidecars(settings: Settings, dataset_id: str) -> list[Sidecar]:
    store = store_of(settings, dataset_id)
    return [store.landing.sidecar(sha256) for sha256 in store.landing.hashes()]


def store_of(settings: Settings, dataset_id: str) -> DatasetStore:
    return DatasetStore.of(settings, *dataset_id.split("/"))


def rows_say(settings: Settings, dataset_id: str) -> set[str]:
    """The words in the staged rows of a dataset."""
    return {
        word
        for path in (settings.staged / dataset_id).glob("[!_]*/*/*.parquet")
        if path.name != "checks.parquet"
        for word in pq.read_table(path)["figure_origin"].to_pylist()
    }


# --- marks in every format ------------------------------------------------------------------------


def test_every_sample_file_bears_a_mark_and_those_with_anything_invented_say_so(
    samples: Path,
) -> None:
    said: dict[str, set[str | None]] = {}
    for path in samples.rglob("*"):
        if path.is_file() and path.suffix != ".html":
            kind = path.name.split("_20")[0] if "drop/azr" in str(path) else path.parent.name
            said.setdefault(kind, set()).add(mark_in(path.read_bytes()))
    assert said == {
        "AZR_Kreuztabelle": {"rebuilt"},
        "AZR_Zeitreihe": {"rebuilt"},
        "AZR_Gemeinden": {"invented"},
        "wtg": {"invented"},
        "papers": {"rebuilt"},
        "Asyl": {"rebuilt"},
        "Asylgeschaeftsstatistik": {"rebuilt"},
        "heimfinder": {"invented"},
        "tables": {"rebuilt", "invented"},  # staff of homes and the projection are invented
        "tablefile": {"rebuilt", "invented"},  # men and women are published, their ages are not
    }


def test_municipalities_of_another_county_are_invented_in_both_tables(tmp_path: Path) -> None:
    viersen = Settings(home=tmp_path, counties=counties_with_viersen(tmp_path), county_ags="05166")
    it_nrw.write(tmp_path, viersen.county)
    folder = tmp_path / "http" / "it_nrw" / it_nrw.TABLEFILE
    assert {path.name: mark_in(path.read_bytes()) for path in folder.iterdir()} == {
        "12411-01-01-5.zip": "invented",
        "12411-02-03-5.zip": "invented",
    }


def counties_with_viersen(tmp_path: Path) -> Path:
    make_county(known_county("05166"), tmp_path / "counties")
    return tmp_path / "counties"


def test_the_mark_of_a_workbook_survives_being_saved_anew(samples: Path) -> None:
    for path in (samples / "drop").rglob("*_2021-*.xlsx"):
        saved = io.BytesIO()
        openpyxl.load_workbook(path).save(saved)
        assert mark_in(saved.getvalue()) == mark_in(path.read_bytes()) is not None


@pytest.mark.parametrize("save", [as_xls, as_ods, as_xlsx, as_text])
def test_a_mark_in_a_cell_is_found_in_every_format_of_a_workbook(
    save: Callable[[Table], bytes],
) -> None:
    table = table_of(CROSSTABLE)
    unmarked = table.with_cells(lambda cell: None if cell == REBUILT.decode() else cell)
    assert mark_in(save(table)) == "rebuilt"
    assert mark_in(save(unmarked)) is None


def test_a_text_of_wide_letters_and_a_workbook_in_an_archive_are_looked_into(
    samples: Path,
) -> None:
    text = INVENTED.decode()
    assert mark_in(f"Hinweis;{text}\n".encode("utf-16")) == "invented"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(samples / "drop" / "azr" / "AZR_Gemeinden_2021-03-31.xlsx", "a.xlsx")
    assert mark_in(packed.getvalue()) == "invented"


def test_the_properties_of_an_encrypted_pdf_are_looked_into() -> None:
    written = io.BytesIO()
    canvas = Canvas(written, encrypt=StandardEncryption("", ownerPassword="x"))
    canvas.setKeywords(REBUILT.decode())
    canvas.drawString(72, 72, "1.234")
    canvas.save()
    assert REBUILT not in written.getvalue()
    assert mark_in(written.getvalue()) == "rebuilt"


def test_of_two_marks_the_weaker_counts() -> None:
    assert mark_in(REBUILT + b"\n" + INVENTED) == "invented"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"%PDF-1.4 cut", b"\xff\xfe\x00"])
def test_a_damaged_file_has_no_mark_and_stops_nobody(content: bytes) -> None:
    assert mark_in(content) is None
    assert mark_in(content + REBUILT) == "rebuilt"


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "file", "dataset_id", "word"),
    [
        ("azr", "AZR_Kreuztabelle_2021-09-30.xlsx", "azr/crosstable", "rebuilt"),
        ("azr", "AZR_Gemeinden_2020-03-31.csv", "azr/municipalities", "invented"),
        ("wtg", "WTG_Register_2021-12-31.csv", "wtg/register", "invented"),
        ("wtg", "WTG_Stichtag_2017-12-31.xlsx", "wtg/stichtag", "invented"),
        ("papers", "wtg_supply_2016-08.csv", "papers/figures", "rebuilt"),
    ],
)
def test_a_sample_file_in_an_official_folder_stays_a_sample(
    samples: Path, tmp_path: Path, source: str, file: str, dataset_id: str, word: str
) -> None:
    settings = live(tmp_path, source, official_drop_folder=True)
    content = (samples / "drop" / source / file).read_bytes()
    path = tmp_path / "share" / source / file
    path.write_bytes(content)
    os.utime(path, (0, 0))  # what changed lately may still be being copied
    (landed,) = fetch_new(dataset_id, settings, "night").pending
    assert process_file(landed, settings).status == "staged"
    (sidecar,) = sidecars(settings, dataset_id)
    assert sidecar.figure_origin == word
    assert rows_say(settings, dataset_id) == {word}


def dropped(settings: Settings, samples: Path) -> Path:
    """A table of the register without a mark, in the drop folder."""
    file = "AZR_Gemeinden_2020-03-31.csv"
    folder = settings.configured_drop_folder("azr")
    assert folder is not None
    content = (samples / "drop" / "azr" / file).read_bytes().replace(INVENTED, b"")
    (folder / file).write_bytes(content)
    return folder / file


def visited(settings: Settings) -> str:
    """The word of the one file after a visit; sidecar, record and rows say the same."""
    for landed in fetch_new("azr/municipalities", settings, "night").pending:
        assert process_file(landed, settings).status == "staged"
    (sidecar,) = sidecars(settings, "azr/municipalities")
    store = store_of(settings, "azr/municipalities")
    (record,) = store.staging.records()
    assert record.figure_origin == sidecar.figure_origin
    assert rows_say(settings, "azr/municipalities") == {sidecar.figure_origin}
    return sidecar.figure_origin


def test_a_folder_is_official_as_long_as_the_county_declares_it(
    samples: Path, tmp_path: Path
) -> None:
    undeclared = live(tmp_path, "azr")
    dropped(undeclared, samples)
    assert visited(undeclared) == "unknown"
    declared = live(tmp_path, "azr", official_drop_folder=True)
    assert visited(declared) == "official"
    assert visited(undeclared) == "unknown"  # the county took it back


def test_a_copy_elsewhere_takes_no_word_away(samples: Path, tmp_path: Path) -> None:
    declared = live(tmp_path, "azr", official_drop_folder=True)
    file = dropped(declared, samples)
    assert visited(declared) == "official"
    copy = tmp_path / file.name
    copy.write_bytes(file.read_bytes())
    by_hand("azr/municipalities", copy, declared, "by hand")
    assert visited(declared) == "official"


def test_a_file_handed_in_by_hand_is_official_out_of_a_declared_folder_only(
    samples: Path, tmp_path: Path
) -> None:
    declared = live(tmp_path, "azr", official_drop_folder=True)
    file = dropped(declared, samples)
    copy = tmp_path / file.name
    copy.write_bytes(file.read_bytes())
    by_hand("azr/municipalities", copy, declared, "by hand")
    (sidecar,) = sidecars(declared, "azr/municipalities")
    assert sidecar.figure_origin == "unknown"
    by_hand("azr/municipalities", file, declared, "by hand")
    (sidecar,) = sidecars(declared, "azr/municipalities")
    assert sidecar.figure_origin == "official"


def test_all_drop_folders_at_once_are_declared_source_by_source(
    samples: Path, tmp_path: Path
) -> None:
    settings = live(tmp_path, "azr", official_drop_folder=True).model_copy(
        update={"drop_folders": tmp_path / "share"}
    )
    request = Request("x", "x", path=str(tmp_path / "share" / "wtg" / "x.xlsx"))
    assert figure_origin(b"1", request, "wtg", settings) == "unknown"
    request = Request("x", "x", path=str(tmp_path / "share" / "azr" / "x.xlsx"))
    assert figure_origin(b"1", request, "azr", settings) == "official"
    beside = Request("x", "x", path=str(tmp_path / "share" / "azr" / ".." / "x.xlsx"))
    assert figure_origin(b"1", beside, "azr", settings) == "unknown"


@pytest.mark.parametrize(
    ("url", "source", "word"),
    [
        ("https://www.bamf.de/a.pdf", "bamf", "official"),
        ("http://www.bamf.de/a.pdf", "bamf", "unknown"),
        ("https://www.bamf.de.evil.example/a.pdf", "bamf", "unknown"),
        ("https://www.bamf.de@evil.example/a.pdf", "bamf", "unknown"),
        ("https://www.bamf.de/a.pdf", "wtg", "unknown"),
        ("https://mirror.example/a.pdf", "bamf", "unknown"),
        (
            "https://www.regionalstatistik.de/genesisws/rest/2020/data/tablefile",
            "it_nrw",
            "official",
        ),
    ],
)
def test_an_address_is_official_by_https_at_a_host_of_its_own_source(
    tmp_path: Path, url: str, source: str, word: str
) -> None:
    settings = Settings(home=tmp_path, http={"allowed_hosts": ["mirror.example"]})
    assert figure_origin(b"1", Request("x", "x", url=url), source, settings) == word


def test_the_countys_own_lists_are_official(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    fetch_new("county/lists", settings, "night")
    assert {one.figure_origin for one in sidecars(settings, "county/lists")} == {"official"}
    elsewhere = Request("x", "x", path=str(tmp_path / "tiles.csv"))
    assert figure_origin(b"1", elsewhere, "county", settings) == "unknown"


# --- real servers ---------------------------------------------------------------------------------


@pytest.fixture
def offered(samples: Path) -> dict[str, bytes]:
    """Path -> what the office offers there; a test changes it."""
    served = samples / "http"
    return {
        DOWNLOAD: (served / "it_nrw" / DOWNLOAD.lstrip("/")).read_bytes(),
        HOMES: (served / "wtg" / HOMES.lstrip("/")).read_bytes(),
    }


def play(offered: dict[str, bytes]) -> Callable[[Visit], None]:
    def answer(visit: Visit) -> None:
        visit.answer(200, offered[visit.path])

    return answer


@pytest.fixture
def office(
    offered: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """An office's server on this machine, with a certificate that is trusted."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "office.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "office.pem"))
    with serving(play(offered), context) as server:
        yield server


def of_office(tmp_path: Path, url: str) -> Settings:
    return Settings(
        home=tmp_path / "var",
        sources="live",
        http={"tries": 1, "backoff_seconds": 0.0, "pause_seconds": 0.0},
        source={
            "it_nrw": {"databases": {"ldb": {"rest": url, "download": f"{url}{DOWNLOAD}"}}},
            "wtg": {"base_url": url},
        },
    )


@pytest.mark.parametrize(
    ("dataset_id", "path", "mark", "word"),
    [
        ("it_nrw/care_recipients", DOWNLOAD, REBUILT, "rebuilt"),
        ("wtg/heimfinder", HOMES, INVENTED, "invented"),
    ],
)
def test_a_marked_file_from_an_official_host_stays_a_sample(
    office: Server,
    offered: dict[str, bytes],
    tmp_path: Path,
    dataset_id: str,
    path: str,
    mark: bytes,
    word: str,
) -> None:
    settings = of_office(tmp_path, office.url)
    fetch_new(dataset_id, settings, "night")
    offered[path] = offered[path].replace(mark, b"-")
    fetch_new(dataset_id, settings, "night")
    said = sorted(sidecars(settings, dataset_id), key=lambda one: one.retrieved_at)
    assert [one.figure_origin for one in said] == [word, "official"]


def test_what_comes_without_tls_is_unknown(offered: dict[str, bytes], tmp_path: Path) -> None:
    offered[DOWNLOAD] = offered[DOWNLOAD].replace(REBUILT, b"-")
    with serving(play(offered)) as server:
        settings = of_office(tmp_path, server.url)
        fetch_new("it_nrw/care_recipients", settings, "night")
    (sidecar,) = sidecars(settings, "it_nrw/care_recipients")
    assert sidecar.figure_origin == "unknown"


# --- homes of earlier code ------------------------------------------------------------------------


def as_earlier_code_left_it(settings: Settings, dataset_id: str) -> None:
    """Take the word out of sidecars, records and rows, and the numbers of the folders back."""
    for path in (settings.landing / dataset_id).glob("*.json"):
        document = json.loads(path.read_text())
        del document["figure_origin"], document["figure_origin_from"]
        path.write_text(json.dumps(document))
    for path in (settings.staged / dataset_id).glob("[!_]*/*/batch.json"):
        document = json.loads(path.read_text())
        del document["figure_origin"]
        path.write_text(json.dumps(document))
    for path in (settings.staged / dataset_id).glob("*/*/*.parquet"):
        table = pq.ParquetFile(path).read()
        if "figure_origin" in table.column_names:
            pq.write_table(table.drop_columns(["figure_origin"]), path)
    write_format(settings.landing, 3)
    write_format(settings.staged, 1)


def register_lists(samples: Path, tmp_path: Path) -> Settings:
    """A home that has landed a list of homes without a mark, and one with it, as they came."""
    settings = live(tmp_path, "wtg", official_drop_folder=True)
    content = (samples / "drop" / "wtg" / "WTG_Register_2021-12-31.csv").read_bytes()
    store = store_of(settings, "wtg/register")
    for label, list_of_homes in (
        ("WTG_Register_2020-12-31.csv", content.replace(INVENTED, b"")),
        ("WTG_Register_2021-12-31.csv", content),
    ):
        path = str(tmp_path / "share" / "wtg" / label)
        request = Request(label, label, path=path, extension="csv")
        landed, _ = store.landing.land(
            list_of_homes,
            request,
            run_id="night",
            licence="",
            headers=None,
            figure_origin=figure_origin(list_of_homes, request, "wtg", settings),
            left_out=(),
        )
        process_file(landed, settings)
    return settings


def test_an_earlier_home_gets_the_words_by_the_upgrade(samples: Path, tmp_path: Path) -> None:
    settings = register_lists(samples, tmp_path)
    before = {one.sha256: one.figure_origin for one in sidecars(settings, "wtg/register")}
    assert sorted(before.values()) == ["invented", "official"]
    as_earlier_code_left_it(settings, "wtg/register")
    done = list(upgrade(settings))
    assert any("1 invented, 1 official" in sentence for sentence in done)
    after = {one.sha256: one.figure_origin for one in sidecars(settings, "wtg/register")}
    assert after == before
    records = store_of(settings, "wtg/register").staging.records()
    assert {one.sha256: one.figure_origin for one in records} == before
    assert rows_say(settings, "wtg/register") == {"invented", "official"}
    assert (format_of(settings.landing), format_of(settings.staged)) == (5, 2)
    assert list(upgrade(settings)) == []


def test_bytes_that_are_gone_leave_an_earlier_file_unknown(samples: Path, tmp_path: Path) -> None:
    settings = register_lists(samples, tmp_path)
    store, now = store_of(settings, "wtg/register"), datetime.now(UTC)
    for sidecar in sidecars(settings, "wtg/register"):
        store.landing.bury(
            Tombstone(
                *("wtg", "register", sidecar.sha256, sidecar.label, "2020-12-31", sidecar.size),
                *(now, "bytes", "rule", "reason", now, "test"),
            )
        )
    as_earlier_code_left_it(settings, "wtg/register")
    list(upgrade(settings))
    assert {one.figure_origin for one in sidecars(settings, "wtg/register")} == {"unknown"}
    assert rows_say(settings, "wtg/register") == {"unknown"}
    assert store.staging.record(sidecar.sha256) is not None
