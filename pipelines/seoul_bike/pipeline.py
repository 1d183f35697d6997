"""The pipeline for a SageMaker project: ``get_pipeline(...)``, as in AWS's seed code.

The commands ``run-pipeline`` and ``get-pipeline-definition`` use it, as do those of a project.
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates-sm.html
"""

import json
import os
from typing import Any

from pipelines.aws.account import default_bucket as bucket_of
from pipelines.data import dataset as datasets
from pipelines.data.code_bundles import Bundle, bundles, commit
from pipelines.definition.checks import check
from pipelines.definition.document import canonical
from pipelines.definition.sdk_environment import ONLINE_SDK
from pipelines.errors import BadInput
from pipelines.execution.parameters import BATCH, FOUND, with_found
from pipelines.settings.fields import Settings
from pipelines.settings.values import from_values


class ProjectPipeline:
    """The SDK's pipeline, which also uploads its code and its data."""

    def __init__(self, pipeline: Any, settings: Settings, bucket: str, code: list[Bundle]) -> None:
        self._pipeline, self._settings, self._bucket, self._code = pipeline, settings, bucket, code

    def definition(self) -> str:
        """Return the definition as JSON, checked.

        Raises `InvalidDefinition` if the service would refuse it.
        """
        text = canonical(json.loads(self._pipeline.definition()))
        check(text)
        return text

    def upsert(self, role_arn: str, **more: Any) -> Any:
        """Upload the code of the steps, and create or update the pipeline."""
        import boto3

        self.definition()
        for bundle in self._code:
            bundle.upload(boto3.client("s3"), self._bucket, self._settings.pipeline_name)
        return self._pipeline.upsert(role_arn=role_arn, **more)

    def start(self, parameters: dict[str, Any] | None = None, **more: Any) -> Any:
        """Start an execution, with the data of the settings unless ``parameters`` has an InputDataUri."""
        import boto3

        given = dict(parameters or {})
        if "InputDataUri" not in given:
            data = datasets.find(self._settings.data, self._settings.table, allow_sample=False)
            given["InputDataUri"] = datasets.upload(data, self._bucket, self._settings.pipeline_name)
        settings, clients = self._settings, (boto3.client("sagemaker"), boto3.client("s3"))
        given = with_found(given, (BATCH, *FOUND), *clients, settings.pipeline_name, settings.tasks)
        return self._pipeline.start(parameters=given, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)


def get_pipeline(
    region: str,
    sagemaker_project_arn: str | None = None,
    role: str | None = None,
    default_bucket: str | None = None,
    model_package_group_name: str | None = None,
    pipeline_name: str = "SeoulBikeDemand",
    base_job_prefix: str | None = None,  # noqa: ARG001 - SageMaker names the jobs of a pipeline itself
) -> ProjectPipeline:
    """Build the pipeline for a SageMaker project.

    Raises `BadInput` if there is no role, or the name of the groups differs from that of the pipeline.

    Parameters
    ----------
    sagemaker_project_arn
        Of the project; its name becomes a tag of every resource.
    role
        ARN of the execution role (default: SAGEMAKER_PIPELINE_ROLE_ARN).
    default_bucket
        Bucket of code, data and results (default: ARTIFACT_BUCKET, else ``sagemaker-<region>-<account>``).
    model_package_group_name
        None or the same as ``pipeline_name``, after which the group of each task is named.
    base_job_prefix
        Has no effect: SageMaker names the jobs of a pipeline after the execution and the step.
    """
    if model_package_group_name not in (None, pipeline_name):
        raise BadInput(
            f"model_package_group_name is {model_package_group_name!r} and pipeline_name {pipeline_name!r}, but the "
            "model package groups, one per task, are named after the pipeline: give both the same name."
        )
    project = {"SAGEMAKER_PROJECT_ARN": sagemaker_project_arn} if sagemaker_project_arn else {}
    named = {"pipeline_name": pipeline_name, "role_arn": role, "region": region, "bucket": default_bucket}
    settings = from_values(named, {**os.environ, **project})
    if settings.role_arn is None:
        raise BadInput("get_pipeline needs a role: the execution role's ARN, as role or SAGEMAKER_PIPELINE_ROLE_ARN.")
    os.environ.update({**ONLINE_SDK, "AWS_REGION": region, "AWS_DEFAULT_REGION": region})  # before the SDK's import
    return _build(settings, settings.role_arn, settings.bucket or bucket_of(region, settings.role_arn.split(":")[4]))


def _build(settings: Settings, role: str, bucket: str) -> ProjectPipeline:
    from pipelines.definition.dag import build_pipeline
    from pipelines.definition.steps.context import Locations

    code = bundles(settings.table)
    uris = {bundle.name: bundle.uri(bucket, settings.pipeline_name) for bundle in code}
    locations = Locations(str(settings.region), role, bucket, uris, commit())
    return ProjectPipeline(build_pipeline(settings, locations), settings, bucket, code)
