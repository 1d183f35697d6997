"""The summary of a run names the generated sample, and what is odd about the data."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pipelines.cli.run.summary import as_json, as_text
from pipelines.execution.pipeline import Progress
from pipelines.execution.results import TaskResult
from pipelines.settings.fields import Settings

SAMPLE = "trained on a generated sample, whose numbers mean nothing"


def outcome(folder: Path, kind: str = "real-data", notes: Sequence[Mapping[str, str]] = ()) -> Any:
    """A finished run with one candidate."""
    (folder / "data-report.json").write_text(json.dumps({"notes": notes}))
    metrics = {"rmse": 1.0, "mae": 1.0, "mse": 1.0, "r2": 0.5}
    evaluation = {
        "dataset": {"kind": kind},
        "metric": "rmse",
        "best": {"algorithm": "xgboost", "reason": "the only one"},
        "candidates": {"xgboost": {"validation": metrics, "test": metrics}},
    }
    return SimpleNamespace(
        schedule=None,
        progress=Progress("arn", "Succeeded", None, 1.0, ()),
        pipeline_arn="arn",
        target=SimpleNamespace(name="local", region="us-east-1"),
        settings=Settings(pipeline_name="p"),
        definition=SimpleNamespace(sha256="0"),
        data_report=folder / "data-report.html",
        results={"regression": TaskResult(evaluation, None, None, (), folder / "report.html")},
        dataset=None,
        data_file=None,
        input_uri=None,
        log=(),
    )


def test_generated_sample_is_named_beside_the_winner_and_last(tmp_path):
    run = outcome(tmp_path, "generated-sample")
    lines = as_text(run).splitlines()
    assert SAMPLE in next(line for line in lines if line.startswith("winner"))
    assert SAMPLE in lines[-1]
    assert as_json(run)["tasks"]["regression"]["generated_sample"] is True


def test_rows_without_target_are_counted(tmp_path):
    run = outcome(tmp_path)
    (tmp_path / "data-report.json").write_text(json.dumps({"without_target": 1234}))
    assert as_json(run)["data_notes"] == "1,234 rows have no target, so they are left out"


def test_real_data_is_not_called_a_sample(tmp_path):
    run = outcome(tmp_path)
    assert "generated" not in as_text(run)
    assert as_json(run)["tasks"]["regression"]["generated_sample"] is False


def test_notes_of_the_data_report_are_shown(tmp_path):
    notes = [{"en": "3 of 9 hours are missing", "ko": "3시간"}, {"en": "odd", "ko": "이상"}]
    run = outcome(tmp_path, notes=notes)
    assert as_json(run)["data_notes"] == "3 of 9 hours are missing; odd"
    run.settings = dataclasses.replace(run.settings, lang="ko")
    assert "3시간; 이상" in as_text(run)
    assert as_json(outcome(tmp_path))["data_notes"] is None
