"""buildspec.yml: its commands are executed here as CodeBuild would, with SageMaker on this machine in AWS's place."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import boto3
import pandas as pd
import pytest
import yaml

from pipelines.local import open_service
from pipelines.sample import MARK, generate_sample
from tests.functional.conftest import environment

ROOT = Path(__file__).parents[2]
SPECIFICATION = yaml.safe_load((ROOT / "buildspec.yml").read_text())


def test_the_runtime_is_one_that_the_package_supports() -> None:
    assert SPECIFICATION["phases"]["install"]["runtime-versions"] == {"python": 3.12}


@pytest.mark.xdist_group("run")
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_every_command_of_every_phase_runs_and_an_execution_is_started(tmp_path: Path, cache: Path) -> None:
    state = tmp_path / "state"
    with open_service(state) as service:
        variables = environment(
            cache,
            **SPECIFICATION["env"]["variables"],
            **service.environment,
            SAGEMAKER_PIPELINE_ROLE_ARN=service.role_arn,
            ARTIFACT_BUCKET="artifacts",
            SEOUL_BIKE_DATA=str(_data_of_their_own(tmp_path)),
            CODEBUILD_BUILD_SUCCEEDING="1",
            CODEBUILD_BUILD_NUMBER="7",
            CODEBUILD_RESOLVED_SOURCE_VERSION="0123abc",
            PYTEST_ADDOPTS="tests/unit/workflow/test_settings.py --override-ini=cache_dir=" + str(tmp_path / "cache"),
        )
        clients = {name: boto3.client(name, **_local(service)) for name in ("sagemaker", "s3")}
        clients["s3"].create_bucket(Bucket="artifacts")
        for phase in SPECIFICATION["phases"].values():
            for command in phase["commands"]:
                done = subprocess.run(
                    command, shell=True, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        executions = clients["sagemaker"].list_pipeline_executions(PipelineName="SeoulBikeDemand")
        (started,) = executions["PipelineExecutionSummaries"]
        assert started["PipelineExecutionDisplayName"] == "build-7"
        arn = clients["sagemaker"].describe_pipeline(PipelineName="SeoulBikeDemand")["PipelineArn"]
        tags = clients["sagemaker"].list_tags(ResourceArn=arn)["Tags"]
        assert {"Key": "commit", "Value": "0123abc"} in tags
        clients["sagemaker"].stop_pipeline_execution(PipelineExecutionArn=started["PipelineExecutionArn"])
    for report in SPECIFICATION["reports"].values():
        for file in report["files"]:
            assert (ROOT / file).stat().st_size > 0
    shutil.rmtree(ROOT / "reports")


def _data_of_their_own(folder: Path) -> Path:
    """A file that is not marked as generated: on AWS the sample is refused, and the published file may be absent."""
    file = folder / "hours.csv"
    pd.read_csv(io.BytesIO(generate_sample()), encoding="cp1252").drop(columns=MARK).to_csv(file, index=False)
    return file


def _local(service: object) -> dict[str, str]:
    return {
        "endpoint_url": os.fspath(service.endpoint_url),  # type: ignore[attr-defined]
        "region_name": "us-east-1",
        "aws_access_key_id": "local",
        "aws_secret_access_key": "local",
    }
