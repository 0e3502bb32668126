"""Killed before each of its file operations: the old state or the new one, never a mix."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from kills import each_kill

from kreishaus.files import append_line, switch_link, write_atomically
from kreishaus.model import Finding, Request
from kreishaus.store.landing import Landing
from kreishaus.store.quarantine import Quarantine
from kreishaus.store.staging import BatchRecord, Staging, text, typed

NOW = datetime(2021, 10, 15, 1, 50, tzinfo=UTC)
REQUEST = Request(
    "https://bamf.example/hkl-september-2021.pdf", "2021-09", url="-", extension="pdf"
)


def record(period: str = "2021-09", sha256: str = "a" * 64) -> BatchRecord:
    return BatchRecord("bamf", "hkl", sha256, "2021-09", period, 1, None, NOW, 1)


def one_row_table() -> dict[str, pa.Table]:
    frame = pd.DataFrame({"name": ["Syrien"], "source_place": ["1"], "source_row": [4]})
    provenance = {
        "source_sha256": "a" * 64,
        "period": "2021-09",
        "published_at": None,
        "retrieved_at": NOW,
    }
    return {"rows": typed(frame, pa.schema([text("name")]), provenance)}


def test_a_file_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(b"old")

    def check() -> None:
        assert path.read_bytes() in (b"old", b"new")

    kills = each_kill(lambda: write_atomically(path, b"new"), tmp_path, check)
    assert kills >= 2
    assert path.read_bytes() == b"new"


def test_a_link_never_points_nowhere(tmp_path: Path) -> None:
    for name in ("v1", "v2"):
        (tmp_path / name).mkdir()
    switch_link(tmp_path / "current", tmp_path / "v1")

    def check() -> None:
        assert (tmp_path / "current").resolve().name in ("v1", "v2")

    each_kill(lambda: switch_link(tmp_path / "current", tmp_path / "v2"), tmp_path, check)
    assert (tmp_path / "current").resolve().name == "v2"


def test_a_torn_line_does_not_take_the_next_one_with_it(tmp_path: Path) -> None:
    path = tmp_path / "x.sightings.jsonl"
    path.write_bytes(b'{"whole": 1}\n{"torn": ')
    append_line(path, '{"whole": 2}')
    assert path.read_text().splitlines() == ['{"whole": 1}', '{"torn": ', '{"whole": 2}']


def test_landing(tmp_path: Path) -> None:
    landing = Landing(tmp_path / "landing", "bamf", "hkl")

    def land() -> None:
        landing.land(b"%PDF-1.4 x", REQUEST, run_id="r", licence="-", now=NOW)

    def check() -> None:
        for sha256 in landing.hashes():
            assert landing.content(sha256) == b"%PDF-1.4 x"
            assert landing.sidecar(sha256).detected_media_type == "application/pdf"

    assert each_kill(land, tmp_path, check) >= 4
    _, new = landing.land(b"%PDF-1.4 x", REQUEST, run_id="r2", licence="-", now=NOW)
    assert not new
    assert len(list(landing.hashes())) == 1


def test_staging(tmp_path: Path) -> None:
    staging = Staging(tmp_path / "staged", "bamf", "hkl")
    tables = one_row_table()

    def check() -> None:
        for folder in staging.folder.glob("2021-09/*"):
            if not folder.name.startswith("."):
                names = {path.name for path in folder.iterdir()}
                assert names == {"rows.parquet", "checks.parquet", "validation.json", "batch.json"}
        assert staging.record("a" * 64) in (None, record())

    assert each_kill(lambda: staging.stage(record(), tables, [], "{}"), tmp_path, check) >= 3
    assert staging.record("a" * 64) == record()
    assert list(staging.records()) == [record()]


def test_quarantine(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path / "quarantine", "bamf", "hkl")
    finding = Finding("hkl_total", "critical", "does not add up", "5", "998", None, "1648", "1204")

    def keep() -> None:
        quarantine.keep(record(), b"%PDF", [finding], [], "{}")

    def check() -> None:
        for file in quarantine.files():
            assert file.findings == (finding,)
            assert "Seite oder Blatt 5, Zeile 998" in (file.folder / "reason.txt").read_text()

    assert each_kill(keep, tmp_path, check) >= 5
    assert [file.record for file in quarantine.files()] == [record()]


@pytest.mark.parametrize("column", ["name", "source_row"])
def test_a_value_that_does_not_fit_its_column_is_no_table(column: str) -> None:
    from kreishaus.model import UnreadableFile

    frame = pd.DataFrame({"name": ["Syrien"], "source_place": ["1"], "source_row": [4]})
    frame = frame.astype(object)
    frame.loc[0, column] = 3.5
    with pytest.raises(UnreadableFile, match="does not fit"):
        typed(
            frame,
            pa.schema([text("name")]),
            {"source_sha256": "a", "period": "p", "published_at": None, "retrieved_at": NOW},
        )
