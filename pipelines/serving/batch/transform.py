"""A transform job over objects of rows: created, followed to its end, and its model deleted."""

import contextlib
import logging
import time
from dataclasses import dataclass
from typing import Any

from pipelines.aws.temporary import deleted_after
from pipelines.definition.formats import Format
from pipelines.errors import ExecutionFailed
from pipelines.execution.follow import POLL_SECONDS
from pipelines.models.registry import RegisteredModel
from pipelines.target.connection import Connection

FINISHED = {"Completed", "Failed", "Stopped"}
PAYLOAD_MB = 6

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Capacity:
    """Instances of a transform job."""

    instance_type: str
    instance_count: int
    """Several instances share the objects among them; locally they have no effect."""
    requests_at_once: int
    """MaxConcurrentTransforms: requests that each instance's container gets at a time."""


@dataclass(frozen=True)
class Transform:
    """A completed transform job: its ARN, and its seconds from start to end."""

    arn: str
    seconds: float


def transform(
    connection: Connection,
    name: str,
    model: RegisteredModel,
    form: Format,
    rows_uri: str,
    answers_uri: str,
    capacity: Capacity,
    tags: list[dict[str, str]],
) -> Transform:
    """Predict every object below ``rows_uri`` and write the responses below ``answers_uri``.

    A model is created for this job from the registered version's container, approved or not, and deleted after it.
    When the user interrupts, the job is stopped.

    Raises `ExecutionFailed` if the job failed; the message has its reason and the place of its log.
    """
    sagemaker = connection.client("sagemaker")
    request = {
        "TransformJobName": name,
        "ModelName": name,
        "MaxConcurrentTransforms": capacity.requests_at_once,
        "MaxPayloadInMB": PAYLOAD_MB,
        "BatchStrategy": "MultiRecord",
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": rows_uri}},
            "ContentType": form.content_type,
            "SplitType": form.split_type,
        },
        "TransformOutput": {"S3OutputPath": answers_uri, "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": capacity.instance_type, "InstanceCount": capacity.instance_count},
        "Tags": tags,
    }
    with deleted_after(sagemaker.delete_model, ModelName=name):
        sagemaker.create_model(
            ModelName=name,
            PrimaryContainer={"Image": model.image, "ModelDataUrl": model.model_data},
            ExecutionRoleArn=connection.find_role(),
            Tags=tags,
        )
        return _to_its_end(sagemaker, request, POLL_SECONDS[connection.name])


def _to_its_end(sagemaker: Any, request: dict[str, Any], interval: float) -> Transform:
    name = request["TransformJobName"]
    try:
        sagemaker.create_transform_job(**request)
        logger.info("Transform job %s", name)
        job = _finished(sagemaker, name, interval)
    except KeyboardInterrupt:
        logger.warning("Stopping %s, whose rows are deleted once it has stopped", name)
        with contextlib.suppress(sagemaker.exceptions.ClientError):
            sagemaker.stop_transform_job(TransformJobName=name)
            _finished(sagemaker, name, interval)
        raise
    if job["TransformJobStatus"] != "Completed":
        reason = job.get("FailureReason", "it gives no reason")
        raise ExecutionFailed(
            f"The transform job {name} is {job['TransformJobStatus']}: {reason} (log: /aws/sagemaker/TransformJobs, "
            f"streams {name}/...)."
        )
    seconds = (job["TransformEndTime"] - job["TransformStartTime"]).total_seconds()
    return Transform(job["TransformJobArn"], float(seconds))


def _finished(sagemaker: Any, name: str, interval: float) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = sagemaker.describe_transform_job(TransformJobName=name)
        if job["TransformJobStatus"] in FINISHED:
            return job
        time.sleep(interval)
