"""The context of every step: settings, the session that records requests, parameters and locations."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.aws.tags import as_list
from pipelines.names import Layout, project_tags
from pipelines.settings.fields import Settings, Task

QUEUE_MINUTES = 120
"""How long a job's step retries while the account's quota of instances is used up."""


@dataclass(frozen=True)
class Locations:
    """The values that only the account can tell."""

    region: str
    role: str
    """ARN of the role of the pipeline and its jobs."""
    bucket: str
    code: Mapping[str, str]
    """Bundle name -> S3 prefix of its files, which contains the hash of their content."""
    commit: str = "unknown"
    """Git commit of this project, as `pipelines.data.code_bundles.commit` returns it."""


@dataclass(frozen=True)
class Parameters:
    """The pipeline's parameters, as the SDK's objects."""

    input_data_uri: Any
    batch_input_uri: Any
    input_data_version: Any
    """Version of the objects at both addresses, because the step cache compares addresses and not content."""
    champion: Any
    """Which versions new models are compared with, because the step cache must not answer for others."""
    promote: Any
    processing_instance_type: Any
    training_instance_type: Any
    transform_instance_type: Any
    model_approval_status: Any
    thresholds: Mapping[Task, Any]
    hosting_instance_type: Any = None
    """None unless the pipeline deploys an endpoint."""

    def all(self) -> list[Any]:
        """All parameters, in the order in which Studio's form shows them."""
        return [
            self.input_data_uri,
            self.batch_input_uri,
            self.input_data_version,
            self.model_approval_status,
            *self.thresholds.values(),
            self.promote,
            self.champion,
            self.processing_instance_type,
            self.training_instance_type,
            self.transform_instance_type,
            *([] if self.hosting_instance_type is None else [self.hosting_instance_type]),
        ]


@dataclass(frozen=True)
class Context:
    """Settings, session, parameters and locations, which every step function gets."""

    settings: Settings
    session: Any
    parameters: Parameters
    locations: Locations

    @property
    def tags(self) -> list[dict[str, str]]:
        """Tags of every job, for Cost Explorer and for teardown."""
        return as_list(project_tags(self.settings.pipeline_name, self.settings.tags))

    @property
    def layout(self) -> Layout:
        """The S3 layout of the pipeline's objects."""
        return Layout(self.locations.bucket, self.settings.pipeline_name)

    def execution_uri(self, *parts: str) -> Any:
        """An S3 URI below this execution's own prefix.

        Use it for outputs only: an input whose URI contains the execution's ID would never hit the step cache.
        """
        from sagemaker.core.workflow.execution_variables import ExecutionVariables
        from sagemaker.core.workflow.functions import Join

        return Join(on="/", values=[self.layout.executions, ExecutionVariables.PIPELINE_EXECUTION_ID, *parts])

    def cache(self) -> Any:
        """The cache configuration that lets a step reuse an earlier result with the same inputs."""
        from sagemaker.mlops.workflow.steps import CacheConfig

        days = self.settings.cache_days
        return CacheConfig(enable_caching=True, expire_after=f"P{days}D") if days else None

    def job_retries(self) -> list[Any]:
        """Retry policies of jobs: retry if the service failed or a quota is used up, not if the code failed."""
        from sagemaker.mlops.workflow.retry import SageMakerJobExceptionTypeEnum, SageMakerJobStepRetryPolicy

        job = SageMakerJobStepRetryPolicy(
            exception_types=[
                SageMakerJobExceptionTypeEnum.INTERNAL_ERROR,
                SageMakerJobExceptionTypeEnum.CAPACITY_ERROR,
            ],
            interval_seconds=60,
            backoff_rate=2.0,
            max_attempts=3,
        )
        # New accounts may have a quota of one instance. Parallel jobs then wait for each other instead of failing.
        quota = SageMakerJobStepRetryPolicy(
            exception_types=[SageMakerJobExceptionTypeEnum.RESOURCE_LIMIT],
            interval_seconds=60,
            backoff_rate=1.0,
            expire_after_mins=QUEUE_MINUTES,
        )
        return [*self.step_retries(), job, quota]

    def step_retries(self) -> list[Any]:
        """Retry policies of every step: retry if the service was busy. Model steps accept no others."""
        from sagemaker.mlops.workflow.retry import StepExceptionTypeEnum, StepRetryPolicy

        kinds = [StepExceptionTypeEnum.SERVICE_FAULT, StepExceptionTypeEnum.THROTTLING]
        return [StepRetryPolicy(exception_types=kinds, interval_seconds=5, backoff_rate=2.0, max_attempts=5)]


def read_models_once() -> None:
    """Let all of the SDK's sessions share what they read of botocore's files.

    It opens a session for each image that it looks up, and each would read the same megabytes again: 2 s of a build.
    """
    import botocore.loaders

    botocore.loaders.create_loader = functools.cache(botocore.loaders.create_loader)


def silence_telemetry() -> None:
    """Turn the SDK's telemetry off.

    The documented setting makes every lookup validate a schema again (20 s instead of 0.05 s), hence the patch.
    """
    from sagemaker.core.telemetry import telemetry_logging

    telemetry_logging._send_telemetry_request = lambda *args, **kwargs: None  # noqa: ARG005
