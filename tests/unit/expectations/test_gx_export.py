"""The exported project, opened by a Great Expectations that can import nothing of ours."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from azr_workbooks import CROSSTABLE, origin, sample
from typer.testing import CliRunner

from expectations.plain import AlreadyThere, export
from kreishaus.datasets import REGISTRY, dataset
from kreishaus.settings import read_settings
from operations.cli import app
from pipeline.steps import validate

PLAIN = """
import json, sys

OURS = (
    *("expectations", "formats", "kreishaus", "ingest", "persons", "pipeline"),
    *("vocabulary", "warehouse"),
)


class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in OURS:
            raise ImportError(f"{name} is not to be had here")

sys.meta_path.insert(0, Nothing())
import great_expectations as gx
import pandas as pd

context = gx.get_context(mode="file", project_root_dir=sys.argv[1])
import kreishaus_expectations

checks = {suite.name: len(suite.expectations) for suite in context.suites.all()}
suite = context.suites.get("azr.crosstable.crosstable")
assets = context.data_sources.add_pandas("staged").add_dataframe_asset("crosstable")
whole = assets.add_batch_definition_whole_dataframe("whole")

def judged(frame, result_format="SUMMARY"):
    batch = whole.get_batch({"dataframe": frame})
    return batch.validate(suite, result_format=result_format).to_json_dict()

good = pd.read_parquet(sys.argv[2])
bad = good.copy()
row = bad.index[bad["value"].notna()][0]
bad.loc[row, "value"] += 1
sys.stdout = sys.__stdout__
said = [judged(good), *(judged(bad, form) for form in sys.argv[3:])]
print(json.dumps([checks, *said], default=str))
"""
FORMATS = ("SUMMARY", "BOOLEAN_ONLY", "BASIC", "COMPLETE")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("plain")
    done = CliRunner().invoke(app, ["gx", "export", str(folder / "project")])
    assert done.exit_code == 0, done.output
    again = CliRunner().invoke(app, ["gx", "export", str(folder / "project")])
    assert again.exit_code == 1
    _, _, tables = validate(
        dataset("azr/crosstable"), sample(CROSSTABLE), origin(CROSSTABLE), read_settings().county
    )
    (name,) = tables
    pq.write_table(tables[name], folder / "staged.parquet")
    script = PLAIN.replace("azr.crosstable.crosstable", f"azr.crosstable.{name}")
    plain = subprocess.run(
        [sys.executable, "-c", script, folder / "project", folder / "staged.parquet", *FORMATS],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert plain.returncode == 0, plain.stderr[-3000:]
    found: list[dict[str, Any]] = json.loads(plain.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def answers(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return said[1:]


def failed(answer: dict[str, Any]) -> set[str]:
    red = [result for result in answer["results"] if not result["success"]]
    return {result["expectation_config"]["type"] for result in red}


def test_every_suite_has_as_many_checks_there_as_here(said: list[dict[str, Any]]) -> None:
    """Great Expectations leaves out what it has no class for, and the rest of the suite passes."""
    ours = {
        f"{one.source}.{one.name}.{table}": len(suite.expectations)
        for one in REGISTRY
        for table, suite in one.load("suites")().items()
    }
    assert said[0] == ours


def test_a_project_that_could_not_be_finished_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="No space"):
            export(tmp_path / "project")
    assert list((tmp_path / "project").iterdir()) == []
    assert export(tmp_path / "project")


@pytest.mark.parametrize("leads_to", ["nothing", "."])
def test_a_link_called_as_the_project_is_left_alone(tmp_path: Path, leads_to: str) -> None:
    (tmp_path / "gx").symlink_to(tmp_path / leads_to)
    with pytest.raises(AlreadyThere, match="gx exists"):
        export(tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / "gx"]


def test_a_staged_file_passes_there_as_it_did_here(answers: list[dict[str, Any]]) -> None:
    assert failed(answers[0]) == set()
    assert len(answers[0]["results"]) > 3


def test_a_figure_that_is_one_too_large_is_found_by_our_own_class(
    answers: list[dict[str, Any]],
) -> None:
    assert "expect_rows_to_sum_to_total" in failed(answers[1])


def test_our_own_classes_say_as_much_as_they_are_asked(answers: list[dict[str, Any]]) -> None:
    def own(answer: dict[str, Any]) -> dict[str, Any]:
        (one, *_) = [
            result["result"]
            for result in answer["results"]
            if result["expectation_config"]["type"] == "expect_rows_to_sum_to_total"
            and not result["success"]
        ]
        return dict(one)

    assert own(answers[1])["details"]["failing_rows"]
    assert own(answers[2]) == {}
    for answer in answers[3:]:  # BASIC, COMPLETE
        assert own(answer)["details"]["failing_rows"] == own(answers[1])["details"]["failing_rows"]


def test_the_verdict_is_the_same_however_much_is_asked(answers: list[dict[str, Any]]) -> None:
    assert all(failed(answer) == failed(answers[1]) for answer in answers[2:])
