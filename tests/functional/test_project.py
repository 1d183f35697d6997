"""The package drops into a SageMaker project: its commands, called as AWS's seed code calls them."""

from __future__ import annotations

import inspect
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest

from local_sagemaker import open_service
from pipelines.data.sample import MARK, generate_sample
from pipelines.seoul_bike.pipeline import get_pipeline
from tests.functional.conftest import Ran, environment

NAME = "bikes-p-0123456789ab"
ROLE = "arn:aws:iam::123456789012:role/service-role/SageMakerLocalExecutionRole"
KWARGS = {
    "region": "us-east-1",
    "sagemaker_project_arn": "arn:aws:sagemaker:us-east-1:123456789012:project/bikes",
    "role": ROLE,
    "default_bucket": "sagemaker-project-p-0123456789ab",
    "pipeline_name": NAME,
    "model_package_group_name": NAME,
    "base_job_prefix": NAME,
}
"""The values that a project template's build specification passes."""
TAGS = [{"Key": "sagemaker:project-name", "Value": "bikes"}, {"Key": "sagemaker:project-id", "Value": "p-0123456789ab"}]


class Project:
    """Runs a command against the local service instead of AWS."""

    def __init__(self, service: Any, folder: Path, cache: Path) -> None:
        self.folder = folder
        self.variables = environment(cache, **service.environment, SEOUL_BIKE_DATA=str(folder / "hours.csv"))
        self.local = service.client_arguments

    def __call__(self, command: str, *arguments: str) -> Ran:
        done = subprocess.run(
            [Path(sys.executable).with_name(command), *arguments],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr, self.folder)

    def client(self, name: str) -> Any:
        return boto3.client(name, **self.local)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    rows = pd.read_csv(io.BytesIO(generate_sample()), encoding="cp1252").drop(columns=MARK)
    rows.to_csv(folder / "hours.csv", index=False)
    with open_service(folder / "state") as service:
        made = Project(service, folder, cache)
        made.client("s3").create_bucket(Bucket=KWARGS["default_bucket"])
        yield made


def test_get_pipeline_takes_what_the_seed_code_gives() -> None:
    assert list(inspect.signature(get_pipeline).parameters) == [
        "region",
        "sagemaker_project_arn",
        "role",
        "default_bucket",
        "model_package_group_name",
        "pipeline_name",
        "base_job_prefix",
    ]


def test_the_definition_is_written_with_the_projects_names(project: Project) -> None:
    ran = project(
        "get-pipeline-definition", "-n", "pipelines.seoul_bike.pipeline", "-f", "x.json", "-kwargs", json.dumps(KWARGS)
    )
    assert (ran.code, ran.stdout) == (0, ""), ran.stderr
    text = (project.folder / "x.json").read_text()
    registered = [
        step["Arguments"]["ModelPackageGroupName"] for step in _steps(json.loads(text)["Steps"], "RegisterModel")
    ]
    assert registered == [f"{NAME}-regression", f"{NAME}-classification"]
    assert f"s3://{KWARGS['default_bucket']}/{NAME}/" in text
    assert '"sagemaker:project-name"' in text


def test_run_pipeline_upserts_with_tags_and_starts(project: Project) -> None:
    ran = project(
        "run-pipeline",
        "--module-name",
        "pipelines.seoul_bike.pipeline",
        "--role-arn",
        ROLE,
        "--tags",
        json.dumps(TAGS),
        "--kwargs",
        repr(KWARGS),  # a literal of Python, as seed code has it, too
        "--no-wait",
    )
    assert ran.code == 0, ran.stderr
    sagemaker = project.client("sagemaker")
    pipeline = sagemaker.describe_pipeline(PipelineName=NAME)
    tags = sagemaker.list_tags(ResourceArn=pipeline["PipelineArn"])["Tags"]
    assert all(tag in tags for tag in TAGS)
    (execution,) = sagemaker.list_pipeline_executions(PipelineName=NAME)["PipelineExecutionSummaries"]
    arn = execution["PipelineExecutionArn"]
    assert arn in ran.stdout
    given = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    uris = {parameter["Value"] for parameter in given if parameter["Name"] in ("InputDataUri", "BatchInputUri")}
    assert len(uris) == 1
    bucket, _, key = uris.pop().removeprefix("s3://").partition("/")
    assert project.client("s3").head_object(Bucket=bucket, Key=key)["ContentLength"] > 0
    for step in _steps(json.loads(pipeline["PipelineDefinition"])["Steps"], "Processing"):
        code = step["Arguments"]["ProcessingInputs"][0]["S3Input"]["S3Uri"].partition(f"{bucket}/")[2]
        assert project.client("s3").list_objects_v2(Bucket=bucket, Prefix=code)["KeyCount"] > 0
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kwargs", "{region"], "neither JSON nor a Python literal"),
        (["--kwargs", "[1]"], "must be a dict"),
        (["--kwargs", '{"colour": "red"}'], "does not take this --kwargs"),
        (["--module-name", "pipelines.nothing"], "there is no get_pipeline"),
        (["--kwargs", json.dumps({**KWARGS, "model_package_group_name": "other"})], "give both the same name"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(project: Project, arguments: list[str], words: str) -> None:
    ran = project("get-pipeline-definition", *arguments)
    assert ran.code == 2
    assert words in ran.stderr
    assert "Traceback" not in ran.stderr


def _steps(steps: list[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    for step in steps:
        if step["Type"] == "Condition":
            yield from _steps(step["Arguments"]["IfSteps"], kind)
        elif step["Type"] == kind:
            yield step
