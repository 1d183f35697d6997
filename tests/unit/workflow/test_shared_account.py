"""Commands that list, in an account in which others have resources that the shipped policies do not let us see."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from pipelines.cli import infra, teardown
from pipelines.cli.common.command import Command, run_command
from pipelines.cli.endpoint.command import COMMAND as ENDPOINT
from pipelines.names import stack_name
from pipelines.settings.fields import Settings
from pipelines.target.connection import POLL_SECONDS
from tests.support.in_process_aws import empty, one_moto

TAGS = [{"Key": "project", "Value": "boostpipe"}, {"Key": "pipeline", "Value": "SeoulBikeDemand"}]
OURS, THEIRS = "SeoulBikeDemand-regression", "someone-else"
ROLE = "arn:aws:iam::123456789012:role/x"
TARGET = ("--target", "aws", "--region", "us-east-1")

Run = Callable[..., str]


def make(sagemaker: Any, name: str, tags: list[dict[str, str]]) -> None:
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "x"}, Tags=tags)
    variant = {"VariantName": "x", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], Tags=tags)
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=tags)


@pytest.fixture(scope="module")
def moto() -> Iterator[None]:
    with one_moto():
        yield


@pytest.fixture
def refused(moto: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that AWS refuses to show, in an account with an endpoint of ours and one of somebody else."""
    names = [THEIRS]

    def refuse(model: Any, params: Any, **_rest: Any) -> tuple[Any, Any] | None:
        if not any(name.lower() in str(params["body"]).lower() for name in names):
            return None
        error = {"Code": "AccessDeniedException", "Message": f"not authorized to perform sagemaker:{model.name}"}
        return SimpleNamespace(status_code=400), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}

    empty("sagemaker", "cloudformation", "sns", "s3")
    sagemaker = boto3.client("sagemaker", region_name="us-east-1")
    make(sagemaker, OURS, [*TAGS, {"Key": "expiry", "Value": "2026-01-01T00:00:00Z"}])
    make(sagemaker, THEIRS, [])
    for name in ("SeoulBikeDemand", "SeoulBikeDemandMonitor"):  # where there is none, moto's error is not that of AWS
        sagemaker.create_pipeline(PipelineName=name, PipelineDefinition="{}", RoleArn=ROLE)
    sagemaker.create_model_package_group(ModelPackageGroupName=f"SeoulBikeDemand-{THEIRS}")
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    boto3.client("cloudformation", region_name="us-east-1").create_stack(
        StackName=stack_name(Settings()), TemplateBody=json.dumps(topic)
    )
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="sagemaker-us-east-1-123456789012")
    monkeypatch.setitem(POLL_SECONDS, "aws", 0.0)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session())
    boto3.DEFAULT_SESSION.events.register("before-call.sagemaker", refuse)
    return names


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(which: Command, *arguments: str, code: int = 0) -> str:
        assert run_command(which, [*arguments, *TARGET]) == code
        printed = capsys.readouterr()
        return printed.out + printed.err

    return command


@pytest.mark.parametrize(
    ("command", "arguments", "code"),
    [
        (ENDPOINT, ("list",), 0),
        (ENDPOINT, ("describe", "--name", "missing"), 2),  # lists the endpoints that there are
        (ENDPOINT, ("delete", "--expired", "--yes"), 0),
        (teardown.COMMAND, ("--dry-run",), 0),
        (teardown.COMMAND, ("--yes",), 0),
        (infra.COMMAND, ("delete", "--yes"), 0),
    ],
)
def test_others_are_passed_over(
    refused: list[str], run: Run, command: Command, arguments: tuple[str, ...], code: int
) -> None:
    shown = run(command, *arguments, code=code)
    assert OURS in shown or command is infra.COMMAND
    assert THEIRS not in shown


@pytest.mark.parametrize(("command", "arguments"), [(ENDPOINT, ("list",)), (teardown.COMMAND, ("--dry-run",))])
def test_a_refusal_of_our_own_is_an_error(
    refused: list[str], run: Run, command: Command, arguments: tuple[str, ...]
) -> None:
    refused.append(OURS)
    assert "AccessDeniedException" in run(command, *arguments, code=3)
