"""The page over an API whose answers the tests set."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from pipelines.aws.prices import load_prices
from pipelines.names import PROJECT
from pipelines.settings.fields import Settings
from pipelines.studio.access import Access
from pipelines.studio.server import application, listen
from pipelines.studio.state import Studio
from pipelines.target.connection import CommandContext, Connection

ACCOUNT = "arn:aws:sagemaker:us-east-1:123456789012"
DEFINITION = {
    "Version": "2020-12-01",
    "Parameters": [{"Name": "Run", "Type": "String"}],
    "Steps": [
        {
            "Name": "Prepare",
            "DisplayName": "Prepare the data",
            "Type": "Processing",
            "Arguments": {"Size": 1},
            "CacheConfig": {"Enabled": True, "ExpireAfter": "P30D"},
        },
        {
            "Name": "Gate",
            "Type": "Condition",
            "DependsOn": ["Prepare"],
            "Arguments": {
                "Conditions": [],
                "IfSteps": [{"Name": "Register", "Type": "RegisterModel", "Arguments": {}}],
                "ElseSteps": [{"Name": "Below", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}],
            },
        },
    ],
}

_RUN, _GROUP = "/executions/Pipeline0/e00000000002", "Pipeline0-regression"
VIEWS = (
    *("/", "/?status=Stopped", "/none", "/models", "/endpoints", "/start/Pipeline0", "/files?uri=s3://bucket/data"),
    *(
        f"{_RUN}?step=Prepare",
        f"{_RUN}?tab=timeline",
        f"{_RUN}?tab=parameters",
        f"{_RUN}?tab=definition",
        f"{_RUN}/from?step=Gate",
    ),
    *(f"/models/{_GROUP}/2", f"/models/{_GROUP}/3/approve", f"/models/{_GROUP}/1/deploy"),
    *(f"/endpoints/{_GROUP}", f"/endpoints/{_GROUP}/delete", "/start/Pipeline0/confirm?parameter:Run=x"),
    "/compare?all=1&execution=Pipeline0/e00000000000&execution=Pipeline0/e00000000001",
)
"""Every view, with the executions and versions of `Api`."""


class Api:
    """SageMaker with some executions; ``calls`` are the operations that were called."""

    def __init__(self, executions: int = 3, pipelines: int = 1) -> None:
        self.calls: list[str] = []
        self.changes: list[tuple[str, dict[str, Any]]] = []
        self.colours: dict[str, str] = {}
        """Of the jobs whose environment is another one."""
        self.log = ["[INFO] begins", "UserWarning: old", "ValueError: no data"]
        self.definition: dict[str, Any] = DEFINITION
        self.group = "Pipeline0-regression"
        self.endpoints: tuple[str, ...] = (self.group,)
        self.names = [f"Pipeline{number}" for number in range(pipelines)]
        began = datetime(2026, 12, 1, tzinfo=UTC)
        self.executions = {
            name: [
                {
                    "PipelineExecutionArn": f"{ACCOUNT}:pipeline/{name}/execution/e{number:011}",
                    "PipelineExecutionDisplayName": f"run-{number}",
                    "PipelineExecutionStatus": "Failed" if number % 10 == 1 else "Succeeded",
                    "StartTime": began + timedelta(minutes=number),
                }
                for number in reversed(range(executions))
            ]
            for name in self.names
        }

    def __call__(self, _service: str) -> Api:
        return self

    def __getattr__(self, operation: str) -> Any:
        raise AssertionError(f"a test's API has no {operation}")

    def get_paginator(self, operation: str) -> Any:
        return _Paginator(getattr(self, operation))

    def list_pipelines(self, **_request: Any) -> dict[str, Any]:
        self.calls.append("ListPipelines")
        found = [
            {
                "PipelineName": name,
                "PipelineArn": f"{ACCOUNT}:pipeline/{name}",
                "LastExecutionTime": executions[0]["StartTime"],
            }
            if (executions := self.executions[name])
            else {"PipelineName": name, "PipelineArn": f"{ACCOUNT}:pipeline/{name}"}
            for name in self.names
        ]
        return {"PipelineSummaries": found}

    def list_pipeline_executions(self, **request: Any) -> dict[str, Any]:
        self.calls.append("ListPipelineExecutions")
        at, known = int(request.get("NextToken", 0)), self.executions[request["PipelineName"]]
        following = at + request["MaxResults"]
        answer = {"PipelineExecutionSummaries": known[at:following]}
        return answer | ({"NextToken": str(following)} if following < len(known) else {})

    def describe_pipeline(self, *, PipelineName: str) -> dict[str, Any]:  # noqa: N803
        if PipelineName not in self.names:
            raise not_found()
        self.calls.append("DescribePipeline")
        return {
            "PipelineArn": f"{ACCOUNT}:pipeline/{PipelineName}",
            "PipelineDefinition": json.dumps(self.definition),
            "ParallelismConfiguration": {"MaxParallelExecutionSteps": 4},
        }

    def describe_pipeline_execution(self, **request: Any) -> dict[str, Any]:
        self.calls.append("DescribePipelineExecution")
        found = self._execution(request)
        return {
            **found,
            "CreationTime": found["StartTime"],
            "LastModifiedTime": found["StartTime"] + timedelta(seconds=75),
            **({"FailureReason": "a step failed"} if found["PipelineExecutionStatus"] == "Failed" else {}),
        }

    def list_pipeline_execution_steps(self, **request: Any) -> dict[str, Any]:
        self.calls.append("ListPipelineExecutionSteps")
        began = self._execution(request)["StartTime"]
        execution = request["PipelineExecutionArn"].rpartition("/")[2]
        job = {"ProcessingJob": {"Arn": f"{ACCOUNT}:processing-job/prepare-{execution}"}}
        times = {"StartTime": began, "EndTime": began + timedelta(seconds=70)}
        return {
            "PipelineExecutionSteps": [
                {"StepName": "Prepare", "StepStatus": "Succeeded", "Metadata": job, "AttemptCount": 2, **times},
                {
                    "StepName": "Gate",
                    "StepStatus": "Succeeded",
                    "Metadata": {"Condition": {"Outcome": "False"}},
                    **times,
                },
                {"StepName": "Below", "StepStatus": "Failed", "FailureReason": "not good enough", **times},
            ]
        }

    def describe_pipeline_definition_for_execution(self, **request: Any) -> dict[str, Any]:
        self._execution(request)
        self.calls.append("DescribePipelineDefinitionForExecution")
        return {"PipelineDefinition": json.dumps(DEFINITION)}

    def list_pipeline_parameters_for_execution(self, **request: Any) -> dict[str, Any]:
        self.calls.append("ListPipelineParametersForExecution")
        return {
            "PipelineParameters": [{"Name": "Run", "Value": self._execution(request)["PipelineExecutionDisplayName"]}]
        }

    def describe_processing_job(self, *, ProcessingJobName: str) -> dict[str, Any]:  # noqa: N803
        self.calls.append("DescribeProcessingJob")
        return {
            "ProcessingJobStatus": "Completed",
            "AppSpecification": {"ImageUri": "image:1", "ContainerArguments": ["--seed", "42"]},
            "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge"}},
            "ProcessingInputs": [{"InputName": "data", "S3Input": {"S3Uri": "s3://bucket/data"}}],
            "Environment": {"COLOUR": self.colours.get(ProcessingJobName, "blue")},
        }

    def describe_log_streams(self, **_request: Any) -> dict[str, Any]:
        return {"logStreams": [{"logStreamName": "prepare/algo-1"}]}

    def get_log_events(self, **request: Any) -> dict[str, Any]:
        self.calls.append("GetLogEvents")
        at = int(request.get("nextToken", "f/0").partition("/")[2])
        new = self.log[at:]
        events = [{"timestamp": 1000 * number, "message": line} for number, line in enumerate(new)]
        return {"events": events, "nextForwardToken": f"f/{at + len(new)}", "nextBackwardToken": "b/0"}

    def stop_pipeline_execution(self, **request: Any) -> None:
        self.changes.append(("stop", request))

    def retry_pipeline_execution(self, **request: Any) -> None:
        self.changes.append(("retry", request))

    def start_pipeline_execution(self, **request: Any) -> dict[str, Any]:
        self.changes.append(("start", request))
        return {"PipelineExecutionArn": f"{ACCOUNT}:pipeline/Pipeline0/execution/new"}

    def list_model_package_groups(self, **_request: Any) -> dict[str, Any]:
        self.calls.append("ListModelPackageGroups")
        return {"ModelPackageGroupSummaryList": [{"ModelPackageGroupName": self.group}]}

    def list_model_packages(self, *, ModelPackageGroupName: str, **request: Any) -> dict[str, Any]:  # noqa: N803
        self.calls.append("ListModelPackages")
        versions = map(self._version, (3, 2, 1) if ModelPackageGroupName.startswith(self.group) else ())
        wanted = request.get("ModelApprovalStatus")
        return {"ModelPackageSummaryList": [each for each in versions if wanted in (None, each["ModelApprovalStatus"])]}

    def describe_model_package(self, *, ModelPackageName: str) -> dict[str, Any]:  # noqa: N803
        self.calls.append("DescribeModelPackage")
        number = int(ModelPackageName.rpartition("/")[2])
        if number > 3:
            raise not_found()
        container = {"Image": "image:1", "ModelDataUrl": "s3://bucket/model.tar.gz"}
        return {
            **self._version(number),
            "ApprovalDescription": "first look",
            "InferenceSpecification": {"Containers": [container]},
            "ModelCard": {"ModelCardContent": json.dumps({"purpose": "to predict"})},
            "CustomerMetadataProperties": {
                "task": "regression",
                "algorithm": "xgboost",
                "evaluation": f"s3://bucket/evaluation-{number}",
                "dataset_sha256": f"sha-of-{number}",
                "execution": f"e{number:011}",
                "schema_sha256": "0",
                "preprocessing_code": "s3://bucket/code/1",
            },
        }

    def update_model_package(self, **request: Any) -> None:
        self.changes.append(("approval", request))

    def get_object(self, *, Key: str, **_request: Any) -> dict[str, Any]:  # noqa: N803
        number = int(Key.partition("/")[0].removeprefix("evaluation-"))
        verdict = {"metric": "rmse", "best": {"test": {"rmse": 100.5 + 20 * number, "mae": 80.25}}}
        content = json.dumps(verdict).encode()
        return {"Body": StreamingBody(io.BytesIO(content), len(content))}

    def list_objects_v2(self, *, Prefix: str, **_request: Any) -> dict[str, Any]:  # noqa: N803
        moment = datetime(2026, 12, 1, tzinfo=UTC)
        return {"Contents": [{"Key": Prefix, "ETag": '"etag"', "Size": 1234, "LastModified": moment}]}

    def list_endpoints(self, **_request: Any) -> dict[str, Any]:
        self.calls.append("ListEndpoints")
        return {"Endpoints": [{"EndpointName": self.group, "EndpointStatus": "InService"}]}

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:  # noqa: N803
        self.calls.append("DescribeEndpoint")
        if not EndpointName.startswith(self.endpoints):
            raise not_found()
        moment = datetime(2026, 12, 1, tzinfo=UTC)
        return {
            "EndpointArn": f"{ACCOUNT}:endpoint/{self.group}",
            "EndpointStatus": "InService",
            "EndpointConfigName": "configuration",
            "FailureReason": "none yet",
            **dict.fromkeys(("CreationTime", "LastModifiedTime"), moment),
        }

    def describe_endpoint_config(self, **_request: Any) -> dict[str, Any]:
        self.calls.append("DescribeEndpointConfig")
        return {
            "EndpointConfigArn": f"{ACCOUNT}:endpoint-config/configuration",
            "ProductionVariants": [{"InstanceType": "ml.m5.large", "InitialInstanceCount": 1, "ModelName": "model"}],
            "CreationTime": datetime(2026, 12, 1, tzinfo=UTC),
        }

    def list_tags(self, *, ResourceArn: str, **_request: Any) -> dict[str, Any]:  # noqa: N803
        self.calls.append("ListTags")
        package = {"model-package": f"{ACCOUNT}:model-package/{self.group}/2"}
        tags = package if ":endpoint-config/" in ResourceArn else {**PROJECT, "expiry": "2030-01-01T00:00:00Z"}
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _version(self, number: int) -> dict[str, Any]:
        return {
            "ModelPackageArn": f"{ACCOUNT}:model-package/{self.group}/{number}",
            "ModelPackageGroupName": self.group,
            "ModelPackageVersion": number,
            "ModelApprovalStatus": "PendingManualApproval" if number == 3 else "Approved",
            "CreationTime": datetime(2026, 12, number, tzinfo=UTC),
        }

    def _execution(self, request: Any) -> dict[str, Any]:
        for known in self.executions.values():
            for each in known:
                if each["PipelineExecutionArn"] == request["PipelineExecutionArn"]:
                    return each
        raise not_found()


def not_found() -> ClientError:
    return ClientError({"Error": {"Code": "ResourceNotFound", "Message": "none"}}, "Describe")


class _Paginator:
    def __init__(self, operation: Any) -> None:
        self._operation = operation

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        yield self._operation(**request)


def studio_over(api: Any, *, port: int = 0, read_only: bool = False) -> Studio:
    """A page over an API."""
    connection = Connection(name="local", region="us-east-1", bucket="bucket", client=api, find_role=lambda: "role")
    context = CommandContext(Settings(), connection, load_prices(None, "us-east-1"))
    return Studio(context, Access(port), read_only=read_only)


@contextmanager
def stranger(studio: Studio, *, polls: bool = False) -> Iterator[httpx.Client]:
    """A client of the served page without a session; the page polls the API only if the test says so."""
    with listen(0) as listening:
        studio.access.port = listening.getsockname()[1]
        listening.listen()
        config = uvicorn.Config(
            application(studio), log_config=None, lifespan="on" if polls else "off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            with httpx.Client(base_url=studio.access.url, timeout=60) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def browsing(studio: Studio, *, polls: bool = False) -> Iterator[httpx.Client]:
    """A client that has opened the address."""
    with stranger(studio, polls=polls) as client:
        client.get(studio.access.address)
        client.follow_redirects = True
        yield client


@pytest.fixture
def api() -> Api:
    return Api()
