"""Every fault of a GENESIS service over real HTTP, through landing and staging.

Nothing here may put a number into a staged table that the service did not say about this very
question, and no fault stops the dataset's neighbour.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from genesis_server import (
    ADJUSTED,
    MAINTENANCE,
    NO_OBJECT,
    Genesis,
    data,
    running,
    status,
    unzipped,
    zipped,
)

from kreishaus.settings import Settings
from kreishaus.store.dataset_store import DatasetStore
from pipeline.steps import FetchReport, Outcome, fetch_new, process_file
from sample import it_nrw

MUNICIPALITIES = "it_nrw/population_municipalities"
CODE = "12411-01-01-5"
NEIGHBOUR = "it_nrw/care_homes"
DOWNLOAD = "/ldbnrwws/downloader/00/tables/22412-01i_00.csv"
NEUSS = "05162024"


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    """The sample's own files: the flat CSV of the municipalities, the care homes."""
    target = tmp_path_factory.mktemp("sample")
    it_nrw.write(target)
    root = target / "http" / "it_nrw"
    return {
        "zip": (root / it_nrw.TABLEFILE / f"{CODE}.zip").read_bytes(),
        "homes": (root / it_nrw.STATIC / "22412-01i_00.csv").read_bytes(),
    }


@pytest.fixture
def good(files) -> bytes:
    return unzipped(files["zip"])


@pytest.fixture
def genesis(files, monkeypatch: pytest.MonkeyPatch) -> Iterator[Genesis]:
    genesis = Genesis(
        tables={CODE: files["zip"]}, downloads={DOWNLOAD: data(files["homes"], "text/csv")}
    )
    monkeypatch.setenv("KREISHAUS_GENESIS_USERNAME", genesis.username)
    monkeypatch.setenv("KREISHAUS_GENESIS_PASSWORD", genesis.password)
    with running(genesis):
        yield genesis


@pytest.fixture
def settings(tmp_path, genesis) -> Settings:
    return Settings(
        home=tmp_path / "var",
        sample_url=genesis.url,
        http={
            "tries": 2,
            "backoff_seconds": 0.01,
            "longest_wait_seconds": 1,
            "longest_answer_seconds": 0.3,
            "largest_mebibytes": 1,
        },
        source={
            "it_nrw": {
                "patience": {"poll_seconds": 0.02, "limit_minutes": 0.003, "busy_seconds": 0.01}
            }
        },
    )


def night(settings: Settings, dataset: str = MUNICIPALITIES) -> tuple[FetchReport, list[Outcome]]:
    report = fetch_new(dataset, settings, "a night")
    return report, [process_file(landed, settings) for landed in report.pending]


def staged_values(settings: Settings, dataset: str = MUNICIPALITIES) -> dict[str, dict]:
    """For each staged file: its cells by key, without what says where and when they came from."""
    files = {}
    for path in (settings.staged / dataset).glob("*/*/cells.parquet"):
        if path.parent.name != "_":
            rows = pq.ParquetFile(path).read().to_pylist()
            files[path.parent.name] = {
                (
                    row["reference_date"],
                    row["region_code"],
                    row["sex_label"],
                    row["measure_label"],
                ): (row["value"], row["marker"])
                for row in rows
            }
    return files


def people_of_neuss(settings: Settings) -> list[float]:
    (cells,) = staged_values(settings).values()
    return [
        value
        for (_, region, sex, _), (value, _) in cells.items()
        if (region, sex) == (NEUSS, "Insgesamt")
    ]


def test_without_a_fault_the_published_number_is_staged(genesis, settings):
    report, (outcome,) = night(settings)
    assert (report.unavailable, outcome.status) == ((), "staged"), outcome.explanation
    assert people_of_neuss(settings) == [154139]


# What never lands


def broken_off(content: bytes):
    return lambda visit, _: visit.promise(len(content), content[: len(content) // 2])


def busy(visit, _):
    visit.answer(429, b"slow down", Retry_After="3600")


NEVER_LANDS = {
    "6": (status(6, "Zu viele parallele Anfragen"), "too many requests at once"),
    "15": (status(15, "Sie sind nicht berechtigt"), "check KREISHAUS_GENESIS_USERNAME"),
    "22": (status(22, ADJUSTED), "the service changed the question"),
    "22 with data": (status(22, ADJUSTED, Object={"Content": "1;2"}), "changed the question"),
    "90": (status(90, "nicht vorhanden"), "check table_code"),
    "98": (status(98, "zu groß"), "too large even for a job"),
    "99 without a name": (status(99, "Auftrag erstellt"), "expected the name of a job"),
    "-1": (status(-1, "Systemfehler"), "system error; try again later"),
    "unknown": (status(1234, "Neuartig"), r"GENESIS status 1234 ('Neuartig')"),
    "0 without data": (status(0, "erfolgreich"), "GENESIS status 0 ('erfolgreich')"),
    "maintenance": (data(MAINTENANCE), "found a web page"),
    "empty": (data(b""), "found an empty answer"),
    "blank": (data(b" \r\n"), "found an empty answer"),
    "torn status": (data(b'{"Status": {"Code": 0, '), "expected a table or a GENESIS status"),
    "hung up": (lambda visit, _: visit.hang_up(), "no answer"),
    "broken off": (broken_off(b"PK\x03\x04" * 5000), "the answer broke off"),
    "drip": (lambda visit, _: visit.drip(2), "expected the whole answer within"),
    "endless": (data(b"PK\x03\x04" + bytes(2**20)), "larger than 1048576 bytes"),
    "429": (busy, "it asks to wait 3600 s"),
    "500": (lambda visit, _: visit.answer(500, b"Fehler"), "found 500"),
    "404": (lambda visit, _: visit.answer(404, b"weg"), "found 404"),
    "redirect": (
        lambda visit, _: visit.answer(302, b"", Location="/wartung.html"),
        "was sent on to",
    ),
}


MAY_HEAL = {
    *("6", "-1", "maintenance", "empty", "blank", "torn status"),
    *("hung up", "broken off", "drip", "429", "500"),
}


@pytest.mark.parametrize("fault", NEVER_LANDS)
def test_what_is_no_table_does_not_land_and_stops_nobody(genesis, settings, fault):
    reply, words = NEVER_LANDS[fault]
    genesis.first("data/tablefile", *[reply] * 10)
    report, outcomes = night(settings)
    assert (len(report.unavailable), report.new, outcomes) == (1, (), [])
    assert words in report.unavailable[0]
    assert report.unavailable[0].startswith(CODE)
    assert report.may_heal is (fault in MAY_HEAL)
    assert not list((settings.landing / MUNICIPALITIES).glob("*.zip"))
    assert len(fetch_new(NEIGHBOUR, settings, "a night").new) == 1


@pytest.mark.parametrize("fault", ["maintenance", "22", "15", "drip"])
def test_a_fault_leaves_the_last_good_file_in_force_and_the_next_night_heals(
    genesis, settings, fault
):
    night(settings)
    genesis.first("data/tablefile", *[NEVER_LANDS[fault][0]] * 2)
    report, outcomes = night(settings)
    assert (len(report.unavailable), outcomes) == (1, [])
    assert people_of_neuss(settings) == [154139]
    genesis.replies.clear()
    report, outcomes = night(settings)
    assert (report.unavailable, report.new, outcomes) == ((), (), [])


@pytest.mark.parametrize("reply", [status(104, NO_OBJECT), status(50, "nichts Neueres")])
def test_nothing_for_this_question_is_no_failure(genesis, settings, reply):
    genesis.first("data/tablefile", reply)
    report, outcomes = night(settings)
    assert (report.unavailable, len(report.nothing), outcomes) == ((), 1, [])
    assert len(fetch_new(NEIGHBOUR, settings, "a night").new) == 1


def test_a_short_wait_that_the_server_asks_for_is_kept(genesis, settings):
    genesis.first(
        "data/tablefile", lambda visit, _: visit.answer(429, b"slow down", Retry_After="0")
    )
    report, (outcome,) = night(settings)
    assert (report.unavailable, outcome.status) == ((), "staged")
    assert len(genesis.questions("data/tablefile")) == 2


def test_after_too_many_at_once_the_table_comes(genesis, settings):
    genesis.first("data/tablefile", status(6, "Zu viele"), status(6, "Zu viele"))
    _, (outcome,) = night(settings)
    assert outcome.status == "staged"


# Jobs


def test_a_table_that_comes_as_a_job_is_staged_like_any_other(genesis, settings):
    genesis.too_large, genesis.polls = {CODE}, 2
    genesis.results = {f"{CODE}_17587955": zipped(b"an older, similar one")}
    _, (outcome,) = night(settings)
    assert outcome.status == "staged"
    assert people_of_neuss(settings) == [154139]
    assert list(genesis.results) == [f"{CODE}_17587955"]


def test_a_job_that_is_not_ready_is_fetched_by_the_next_visit(genesis, settings):
    genesis.too_large, genesis.polls = {CODE}, None
    report, _ = night(settings)
    assert f"job {CODE}_175879554 was not ready after" in report.unavailable[0]
    assert len(fetch_new(NEIGHBOUR, settings, "a night").new) == 1
    genesis.polls = 0
    _, (outcome,) = night(settings)
    assert outcome.status == "staged"
    assert len(genesis.made) == 1
    assert not list((settings.home / "jobs").iterdir())


# What is not understood


def twice(text: bytes) -> bytes:
    return text.decode("utf-8-sig").encode().decode("cp1252", "replace").encode()


def renamed(text: bytes) -> bytes:
    return text.replace(b";value;", b";wert;", 1)


def without_column(text: bytes) -> bytes:
    names, *lines = text.decode("utf-8-sig").split("\n")
    gone = names.split(";").index("time")
    cells = [line.split(";") for line in (names, *lines) if line]
    return "\n".join(";".join(row[:gone] + row[gone + 1 :]) for row in cells).encode()


def another_table(text: bytes) -> bytes:
    return text.replace(b"\n12411;", b"\n12521;")


def bomb(_: bytes) -> bytes:
    return zipped(bytes(40 * 2**20))


def two_members(text: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a_flat.csv", text)
        archive.writestr("b_flat.csv", text)
    return sink.getvalue()


def way_out(text: bytes) -> bytes:
    return zipped(text, "../../etc/12411_flat.csv")


def in_zip(change):
    return lambda text: zipped(change(text))


REFUSED = {
    "truncated": (lambda text: zipped(text)[:-400], "archive"),
    "bomb": (bomb, "archive"),
    "way out": (way_out, "archive"),
    "two members": (two_members, "one_csv"),
    "converted twice": (in_zip(twice), "encoding"),
    "empty member": (in_zip(lambda _: b""), "is_text"),
    "page in zip": (in_zip(lambda _: MAINTENANCE), "is_text"),
    "text": (lambda _: b"Service temporarily unavailable", "found another format"),
}
QUARANTINED = {
    "cut line": (in_zip(lambda text: text[:-30]), "cells_per_line", "another number of cells"),
    "renamed column": (in_zip(renamed), "columns", "value"),
    "missing column": (in_zip(without_column), "columns", "time"),
    "another table": (in_zip(another_table), "table_code", "12521"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_may_say_anything_is_not_kept_and_stops_nobody(genesis, settings, good, fault):
    change, words = REFUSED[fault]
    genesis.tables[CODE] = change(good)
    report, outcomes = night(settings)
    (told,) = report.refused
    assert (report.unavailable, outcomes) == ((), [])
    assert words in told
    assert staged_values(settings) == {}
    assert len(fetch_new(NEIGHBOUR, settings, "a night").new) == 1


@pytest.mark.parametrize("fault", QUARANTINED)
def test_what_cannot_be_read_truly_is_quarantined_and_stops_nobody(genesis, settings, good, fault):
    change, rule, words = QUARANTINED[fault]
    genesis.tables[CODE] = change(good)
    report, (outcome,) = night(settings)
    assert (report.unavailable, outcome.status) == ((), "quarantined")
    assert rule in {finding.rule for finding in outcome.findings}, outcome.explanation
    assert words in outcome.explanation
    assert staged_values(settings) == {}
    (kept,) = DatasetStore.of(settings, *MUNICIPALITIES.split("/")).quarantine.files()
    assert kept.record.sha256 == outcome.landed.sha256
    assert len(fetch_new(NEIGHBOUR, settings, "a night").new) == 1


def test_after_a_quarantine_the_mended_table_is_staged(genesis, settings, good, files):
    genesis.tables[CODE] = zipped(renamed(good))
    night(settings)
    genesis.tables[CODE] = files["zip"]
    _, (outcome,) = night(settings)
    assert outcome.status == "staged"
    assert people_of_neuss(settings) == [154139]


# Drift that changes no number


def reordered(text: bytes) -> bytes:
    rows = [line.split(";") for line in text.decode("utf-8-sig").split("\n") if line]
    return "\n".join(";".join(reversed(row)) for row in rows).encode()


def with_column(text: bytes) -> bytes:
    names, *lines = [line for line in text.decode("utf-8-sig").split("\n") if line]
    return "\n".join([f"{names};neue_spalte", *(f"{line};x" for line in lines)]).encode()


def utf16(text: bytes) -> bytes:
    return text.decode("utf-8-sig").encode("utf-16")


def latin_1(text: bytes) -> bytes:
    return text.decode("utf-8-sig").encode("cp1252")


HARMLESS = {
    "reordered columns": reordered,
    "reordered lines": lambda text: b"\n".join(
        [text.split(b"\n")[0], *reversed(text.strip().split(b"\n")[1:])]
    ),
    "old encoding": latin_1,
    "UTF-16 with a byte order mark": utf16,
    "Windows line ends": lambda text: text.replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("drift", HARMLESS)
def test_drift_that_changes_no_number_stages_the_same_numbers(genesis, settings, good, drift):
    night(settings)
    genesis.tables[CODE] = zipped(HARMLESS[drift](good))
    report, (outcome,) = night(settings)
    assert (len(report.new), outcome.status) == (1, "staged"), outcome.explanation
    before, after = staged_values(settings).values()
    assert before == after


def test_a_new_column_is_never_taken_silently(genesis, settings, good):
    genesis.tables[CODE] = zipped(with_column(good))
    _, (outcome,) = night(settings)
    assert "text_left_out" in outcome.explanation
    assert outcome.status == "quarantined" or people_of_neuss(settings) == [154139]


def test_the_same_numbers_with_another_stand_are_a_new_file_with_the_same_numbers(
    genesis, settings, files
):
    night(settings, NEIGHBOUR)
    stand = b"Stand: 21.01.2025 / 08:20:11"
    assert stand in files["homes"]
    later = files["homes"].replace(stand, b"Stand: 29.05.2026 / 08:20:11")
    genesis.downloads[DOWNLOAD] = data(later, "text/csv")
    report, (outcome,) = night(settings, NEIGHBOUR)
    assert (len(report.new), outcome.status) == (1, "staged"), outcome.explanation
    before, after = staged_values(settings, NEIGHBOUR).values()
    assert before == after
    assert len(before) > 300
    store = DatasetStore.of(settings, *NEIGHBOUR.split("/"))
    assert sorted(str(record.published_at)[:10] for record in store.staging.records()) == [
        "2025-01-21",
        "2026-05-29",
    ]


def test_the_files_of_a_night_hold_no_more_than_one_temporary_name(genesis, settings):
    night(settings)
    assert not [path for path in Path(settings.home).rglob("*") if path.name.startswith(".tmp-")]
