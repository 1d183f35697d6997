"""Where an evaluation ran."""

import json
from pathlib import Path

import pytest

from evaluation.errors import InputError
from evaluation.output.origin import origin

CONFIGURATION = {
    "ProcessingJobName": "pipelines-abc-Evaluate",
    "ProcessingInputs": [
        {"S3Input": {"S3Uri": "s3://bucket/Name/data"}},
        {"S3Input": {"S3Uri": "s3://bucket/Name/code/evaluation/0123abcd/"}},
    ],
    "ProcessingOutputConfig": {
        "Outputs": [{"S3Output": {"S3Uri": "s3://bucket/Name/executions/abcdefghijkl/EvaluatePrice/evaluation"}}]
    },
}


def test_execution_job_and_code_come_from_the_jobs_configuration(tmp_path: Path):
    path = tmp_path / "configuration.json"
    path.write_text(json.dumps(CONFIGURATION))
    found = origin(path)["origin"]
    assert (found["execution"], found["job"], found["code"]) == ("abcdefghijkl", "pipelines-abc-Evaluate", "0123abcd")
    assert "pandas" in found["libraries"]


def test_outside_of_a_job_there_is_no_origin(tmp_path: Path):
    assert origin(tmp_path / "nothing.json") == {}


def test_a_broken_configuration_is_refused(tmp_path: Path):
    path = tmp_path / "configuration.json"
    path.write_text("{}")
    with pytest.raises(InputError, match="is not the configuration of a processing job"):
        origin(path)
