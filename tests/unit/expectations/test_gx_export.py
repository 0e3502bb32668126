"""The exported project, opened by a Great Expectations that can import nothing of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pyarrow.parquet as pq
import pytest
from azr_workbooks import CROSSTABLE, origin, sample
from typer.testing import CliRunner

from kreishaus.datasets import dataset
from operations.cli import app
from pipeline.steps import validate

PLAIN = """
import json, sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("expectations", "kreishaus", "ingest", "pipeline", "warehouse"):
            raise ImportError(f"{name} is not to be had here")

sys.meta_path.insert(0, Nothing())
import great_expectations as gx
import pandas as pd

context = gx.get_context(mode="file", project_root_dir=sys.argv[1])
import kreishaus_expectations

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
print(json.dumps([judged(good), judged(bad), judged(bad, "BOOLEAN_ONLY")], default=str))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("plain")
    done = CliRunner().invoke(app, ["gx", "export", str(folder / "project")])
    assert done.exit_code == 0, done.output
    again = CliRunner().invoke(app, ["gx", "export", str(folder / "project")])
    assert again.exit_code == 1
    _, _, tables = validate(dataset("azr/crosstable"), sample(CROSSTABLE), origin(CROSSTABLE))
    (name,) = tables
    pq.write_table(tables[name], folder / "staged.parquet")
    script = PLAIN.replace("azr.crosstable.crosstable", f"azr.crosstable.{name}")
    plain = subprocess.run(
        [sys.executable, "-c", script, folder / "project", folder / "staged.parquet"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert plain.returncode == 0, plain.stderr[-3000:]
    found: list[dict[str, Any]] = json.loads(plain.stdout.splitlines()[-1])
    return found


def failed(answer: dict[str, Any]) -> set[str]:
    red = [result for result in answer["results"] if not result["success"]]
    return {result["expectation_config"]["type"] for result in red}


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
