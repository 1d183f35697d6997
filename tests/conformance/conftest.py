"""One service a module, with stand-ins for the containers, and clients that speak to it over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from local_sagemaker.api.service import Service
from local_sagemaker.lifetime import open_service
from tests.conformance.stand_ins import ROLE, StandIns


@pytest.fixture(scope="session")
def aws() -> Callable[..., Any]:
    """A client for a service of AWS at a local SageMaker; the session is shared, for what its models cost to read."""
    session = boto3.Session()
    session.events.register("after-call.sagemaker", _has_what_its_shape_requires)
    return lambda name, service, **more: session.client(name, **service.client_arguments, **more)


# What the model requires, and the service itself leaves out.
_LEFT_OUT = {
    "DescribeModelPackage.ModelPackageName",  # of the versions of a group
    "DescribeTrainingJob.ModelArtifacts",  # as long as there are none
}


def _has_what_its_shape_requires(http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
    """Hold every answer of the API in these tests against its shape in botocore's model."""
    if http_response.status_code < 300 and model.output_shape is not None:
        answer = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
        assert set(_missing(model.output_shape, answer, model.name)) <= _LEFT_OUT


def _missing(shape: Any, value: Any, at: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from (f"{at}.{name}" for name in shape.required_members if name not in value)
        for name, item in value.items():
            yield from _missing(shape.members[name], item, f"{at}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from _missing(shape.member, item, at)
    elif shape.type_name == "map":
        for item in value.values():
            yield from _missing(shape.value, item, at)


@pytest.fixture(scope="module")
def stand_ins() -> StandIns:
    return StandIns()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, stand_ins: StandIns) -> Iterator[Service]:
    with open_service(tmp_path_factory.mktemp("state"), runners=stand_ins.runners) as opened:
        assert isinstance(opened, Service)
        opened.core.objects.create_bucket("bucket")
        yield opened


@pytest.fixture(scope="module")
def sagemaker(service: Service, aws: Callable[..., Any]) -> Any:
    return aws("sagemaker", service)


@pytest.fixture(scope="module")
def s3(service: Service, aws: Callable[..., Any]) -> Any:
    return aws("s3", service)


@dataclass
class Execution:
    """An execution, seen through the API."""

    service: Service
    sagemaker: Any
    arn: str

    def wait(self) -> Execution:
        self.service.executions.wait(self.arn)
        return self

    def describe(self) -> dict[str, Any]:
        return self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=self.arn)

    @property
    def status(self) -> str:
        return self.describe()["PipelineExecutionStatus"]

    @property
    def steps(self) -> dict[str, dict[str, Any]]:
        listed = self.sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=self.arn)["PipelineExecutionSteps"]
        return {step["StepName"]: step for step in reversed(listed)}

    @property
    def statuses(self) -> dict[str, str]:
        return {name: step["StepStatus"] for name, step in self.steps.items()}

    def job(self, step: str) -> dict[str, Any]:
        """The processing job of a step."""
        name = self.steps[step]["Metadata"]["ProcessingJob"]["Arn"].rsplit("/", 1)[1]
        return self.sagemaker.describe_processing_job(ProcessingJobName=name)


@dataclass
class Pipelines:
    """Makes pipelines and starts them."""

    service: Service
    sagemaker: Any
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def create(self, definition: str, name: str | None = None) -> str:
        name = name or f"Pipeline-{next(self._numbers)}"
        self.sagemaker.create_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=ROLE)
        return name

    def start(self, name: str, parameters: dict[str, str] | None = None, **more: Any) -> Execution:
        given = [{"Name": key, "Value": value} for key, value in (parameters or {}).items()]
        answer = self.sagemaker.start_pipeline_execution(PipelineName=name, PipelineParameters=given, **more)
        return Execution(self.service, self.sagemaker, answer["PipelineExecutionArn"])

    def run(self, definition: str, parameters: dict[str, str] | None = None, **more: Any) -> Execution:
        """Create, start, and wait for the end."""
        return self.start(self.create(definition), parameters, **more).wait()


@pytest.fixture(scope="module")
def pipelines(service: Service, sagemaker: Any) -> Pipelines:
    return Pipelines(service, sagemaker)
