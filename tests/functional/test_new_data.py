"""New data starts the pipeline: the state machine of the template, executed by moto against SageMaker here."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.utils import boto_client

from local_sagemaker import open_service
from tests.support.policies import NAMES
from tests.unit.infra.test_template import properties

EVENT = {
    "version": "0",
    "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "detail": {
        "bucket": {"name": "the-bucket"},
        "object": {"key": "SeoulBikeDemand/incoming/march 2019.csv", "size": 9, "etag": "0f"},
    },
}
"""An event as S3 sends it to EventBridge: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
PIPELINE = {
    "Version": "2020-12-01",
    "Parameters": [
        {"Name": name, "Type": "String"} for name in ("InputDataUri", "BatchInputUri", "InputDataVersion", "Champion")
    ],
    "Steps": [{"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "far enough"}}],
}


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setitem(default_user_config, "stepfunctions", {"execute_state_machine": True})
    with open_service(tmp_path / "state") as service:
        keys = {name: service.client_arguments[name] for name in ("aws_access_key_id", "aws_secret_access_key")}
        signing = SimpleNamespace(client=lambda **given: boto3.client(**{**given, **keys}))
        monkeypatch.setattr(boto_client, "boto3", signing)  # moto's state machine has keys of its own
        monkeypatch.setenv("MOTO_PORT", str(urlsplit(service.endpoint_url).port))
        yield lambda name: boto3.client(name, **service.client_arguments)


def test_an_object_that_arrives_becomes_the_input_of_one_execution(clients: Any) -> None:
    sagemaker, states = clients("sagemaker"), clients("stepfunctions")
    role = "arn:aws:iam::123456789012:role/service-role/ExecutionRole"
    sagemaker.create_pipeline(
        PipelineName="SeoulBikeDemand",
        ClientRequestToken="t" * 32,
        RoleArn=role,
        PipelineDefinition=json.dumps(PIPELINE),
    )
    definition = properties("StartOnNewData")["DefinitionString"]
    for name, value in NAMES.items():
        definition = definition.replace("${" + name + "}", value)
    machine = states.create_state_machine(name="start", definition=definition, roleArn=role)["stateMachineArn"]

    for delivery in ("first", "second"):  # EventBridge delivers at least once
        started = states.start_execution(stateMachineArn=machine, name=delivery, input=json.dumps(EVENT))
        assert _ended(states, started["executionArn"]) == "SUCCEEDED"

    (execution,) = sagemaker.list_pipeline_executions(PipelineName="SeoulBikeDemand")["PipelineExecutionSummaries"]
    parameters = sagemaker.list_pipeline_parameters_for_execution(
        PipelineExecutionArn=execution["PipelineExecutionArn"]
    )["PipelineParameters"]
    uri = "s3://the-bucket/SeoulBikeDemand/incoming/march 2019.csv"
    assert {parameter["Name"]: parameter["Value"] for parameter in parameters} == {
        "InputDataUri": uri,
        "BatchInputUri": uri,
        "InputDataVersion": "0f",
        "Champion": EVENT["id"],
    }


def _ended(states: Any, execution: str) -> str:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        status: str = states.describe_execution(executionArn=execution)["status"]
        if status != "RUNNING":
            return status
        time.sleep(0.1)
    raise AssertionError("the state machine goes on and on")
