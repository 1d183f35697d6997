"""buildspec.yml: its commands run as in CodeBuild, against the local service."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest
import yaml

from local_sagemaker import open_service
from pipelines.data.sample import MARK, generate_sample
from tests.functional.conftest import environment

ROOT = Path(__file__).parents[2]
SPECIFICATION = yaml.safe_load((ROOT / "buildspec.yml").read_text())
DEPLOYMENT = yaml.safe_load((ROOT / "infra" / "buildspec-deploy.yml").read_text())
PROJECT = "arn:aws:sagemaker:us-east-1:123456789012:project/bikes"


@pytest.mark.parametrize("specification", [SPECIFICATION, DEPLOYMENT], ids=["build", "deployment"])
def test_supported_runtime(specification: dict[str, Any]) -> None:
    assert specification["phases"]["install"]["runtime-versions"] == {"python": 3.12}


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_every_phase_runs_and_starts_an_execution(tmp_path: Path, cache: Path) -> None:
    state, coverage = tmp_path / "state", tmp_path / "coverage.ini"
    coverage.write_text("[run]\ninclude = pipelines/settings/fields.py\n")
    options = f"tests/unit/workflow/test_settings.py --override-ini=cache_dir={tmp_path} --cov-config={coverage}"
    with open_service(state, isolation="process") as service:
        variables = environment(
            cache,
            **service.environment,
            SAGEMAKER_PIPELINE_NAME="Bikes",
            SAGEMAKER_PIPELINE_ROLE_ARN=service.role_arn,
            SAGEMAKER_PROJECT_ARN=PROJECT,
            SAGEMAKER_PROJECT_ID="p-0123456789ab",
            ARTIFACT_BUCKET="artifacts",
            DATA_URI=str(_unmarked_data(tmp_path)),
            CODEBUILD_BUILD_SUCCEEDING="1",
            CODEBUILD_RESOLVED_SOURCE_VERSION="0123abc",
            PYTEST_ADDOPTS=options,
        )
        clients = {name: boto3.client(name, **service.client_arguments) for name in ("sagemaker", "s3")}
        clients["s3"].create_bucket(Bucket="artifacts")
        for phase in SPECIFICATION["phases"].values():
            done = _in_one_shell(phase["commands"], variables)
            assert done.returncode == 0, f"{phase}\n{done.stdout}\n{done.stderr}"
        executions = clients["sagemaker"].list_pipeline_executions(PipelineName="Bikes")
        (started,) = executions["PipelineExecutionSummaries"]
        assert started["PipelineExecutionDisplayName"] == "0123abc"
        pipeline = clients["sagemaker"].describe_pipeline(PipelineName="Bikes")
        assert pipeline["RoleArn"] == service.role_arn
        assert "s3://artifacts/Bikes/" in pipeline["PipelineDefinition"]
        tags = clients["sagemaker"].list_tags(ResourceArn=pipeline["PipelineArn"])["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in tags}.items() >= {
            ("commit", "0123abc"),
            ("sagemaker:project-name", "bikes"),
            ("sagemaker:project-id", "p-0123456789ab"),
        }
        clients["sagemaker"].stop_pipeline_execution(PipelineExecutionArn=started["PipelineExecutionArn"])
    for report in SPECIFICATION["reports"].values():
        for file in report["files"]:
            assert (ROOT / file).stat().st_size > 0
    shutil.rmtree(ROOT / "reports")


def test_failed_build_starts_nothing() -> None:
    done = _in_one_shell(SPECIFICATION["phases"]["post_build"]["commands"], {"CODEBUILD_BUILD_SUCCEEDING": "0"})
    assert (done.returncode, done.stdout) == (1, "")


def test_commit_of_an_uploaded_source(tmp_path: Path) -> None:
    (tmp_path / "COMMIT").write_text("4567def\n")
    _, commit, name, _ = SPECIFICATION["phases"]["post_build"]["commands"]
    shown = _in_one_shell([commit, name, 'echo "$COMMIT $NAME"'], {}, tmp_path)
    assert shown.stdout == "4567def 4567def\n"
    version = {"CODEBUILD_RESOLVED_SOURCE_VERSION": "aB_3.x-Z"}
    shown = _in_one_shell([commit, name, 'echo "$COMMIT $NAME"'], version, tmp_path / "..")
    assert shown.stdout == "aB_3.x-Z aB3xZ\n", "an execution's name has letters, digits and single hyphens only"


def test_deployment_of_an_approved_model_and_deletion_of_expired_endpoints(tmp_path: Path, cache: Path) -> None:
    commands = DEPLOYMENT["phases"]["build"]["commands"]
    with open_service(tmp_path / "state", isolation="process") as service:
        variables = environment(
            cache,
            **service.environment,
            **DEPLOYMENT["env"]["variables"],
            SAGEMAKER_PIPELINE_ROLE_ARN=service.role_arn,
            ARTIFACT_BUCKET="artifacts",
            ENDPOINT_OPTIONS="--ttl 24",
        )
        scheduled = _in_one_shell(commands, variables)
        package = "arn:aws:sagemaker:us-east-1:123456789012:model-package/SeoulBikeDemand-regression/7"
        approved = _in_one_shell(commands, {**variables, "MODEL_PACKAGE_ARN": package})
    assert scheduled.returncode == 0, scheduled.stderr
    assert approved.returncode == 2, approved.stderr
    assert "model-package/SeoulBikeDemand-regression/7" in approved.stderr


def _in_one_shell(
    commands: list[str], variables: dict[str, str], folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run commands as CodeBuild does since version 0.2: one after another in one shell, until one of them fails."""
    return subprocess.run(
        "set -e\n" + "\n".join(commands),
        shell=True,
        cwd=folder,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def _unmarked_data(folder: Path) -> Path:
    """Write a data set without the sample's mark, as AWS refuses the sample and the published file may be absent."""
    file = folder / "hours.csv"
    pd.read_csv(io.BytesIO(generate_sample()), encoding="cp1252").drop(columns=MARK).to_csv(file, index=False)
    return file
