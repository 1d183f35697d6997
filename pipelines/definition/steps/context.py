"""What every step needs: the settings, the session that captures requests, the parameters, and where things lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.aws.tags import as_list
from pipelines.names import Layout, project_tags
from pipelines.settings import Settings, Task


@dataclass(frozen=True)
class Locations:
    """What can only be known in the account.

    Attributes
    ----------
    region, role, bucket
        Of the pipeline and its jobs; the role as an ARN.
    code
        Bundle name -> S3 prefix under which its files lie, named by their content.
    commit
        Git commit of this project, as `pipelines.data.code_bundles.commit` gives it.
    """

    region: str
    role: str
    bucket: str
    code: Mapping[str, str]
    commit: str = "unknown"


@dataclass(frozen=True)
class Parameters:
    """The pipeline's parameters, as the SDK's objects."""

    input_data_uri: Any
    batch_input_uri: Any
    processing_instance_type: Any
    training_instance_type: Any
    transform_instance_type: Any
    model_approval_status: Any
    thresholds: Mapping[Task, Any]
    hosting_instance_type: Any = None
    """There only where something is deployed."""

    def all(self) -> list[Any]:
        """List them in the order in which Studio's form shows them."""
        return [
            self.input_data_uri,
            self.batch_input_uri,
            self.model_approval_status,
            *self.thresholds.values(),
            self.processing_instance_type,
            self.training_instance_type,
            self.transform_instance_type,
            *([] if self.hosting_instance_type is None else [self.hosting_instance_type]),
        ]


@dataclass(frozen=True)
class Context:
    """Settings, session, parameters and locations, handed to every step function."""

    settings: Settings
    session: Any
    parameters: Parameters
    locations: Locations

    @property
    def tags(self) -> list[dict[str, str]]:
        """Tags of every job, for the cost explorer and for the clean-up."""
        return as_list(project_tags(self.settings.pipeline_name, self.settings.tags))

    @property
    def layout(self) -> Layout:
        """Where the pipeline's objects lie."""
        return Layout(self.locations.bucket, self.settings.pipeline_name)

    def execution_uri(self, *parts: str) -> Any:
        """Name a place below this execution's own prefix.

        Only outputs may lie there: an input whose URI carries the execution's id would never hit the step cache.
        """
        from sagemaker.core.workflow.execution_variables import ExecutionVariables
        from sagemaker.core.workflow.functions import Join

        return Join(on="/", values=[self.layout.executions, ExecutionVariables.PIPELINE_EXECUTION_ID, *parts])

    def cache(self) -> Any:
        """Let a step use the result of an earlier one with the same inputs."""
        from sagemaker.mlops.workflow.steps import CacheConfig

        days = self.settings.cache_days
        return CacheConfig(enable_caching=True, expire_after=f"P{days}D") if days else None

    def job_retries(self) -> list[Any]:
        """Try again where the service, not the work, was at fault."""
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
        return [*self.step_retries(), job]

    def step_retries(self) -> list[Any]:
        """Try again where the service was busy; the only kind that model steps take."""
        from sagemaker.mlops.workflow.retry import StepExceptionTypeEnum, StepRetryPolicy

        kinds = [StepExceptionTypeEnum.SERVICE_FAULT, StepExceptionTypeEnum.THROTTLING]
        return [StepRetryPolicy(exception_types=kinds, interval_seconds=5, backoff_rate=2.0, max_attempts=5)]


def silence_telemetry() -> None:
    """The documented switch makes every look-up re-validate a schema (20 s instead of 0.05 s); this one works."""
    from sagemaker.core.telemetry import telemetry_logging

    telemetry_logging._send_telemetry_request = lambda *args, **kwargs: None  # noqa: ARG005
