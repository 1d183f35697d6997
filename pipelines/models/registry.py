"""Versions of registered models, and their metadata.

A version's properties name the folder of its evaluation and the hash of the ``schema.json`` in it. ``evaluation.json``,
beside it, has the cut-off that was chosen on the validation set.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.aws.responses import listed, or_none
from pipelines.aws.s3 import read_object
from pipelines.errors import BadInput, PipelineError
from pipelines.models.postprocessing import calibrated
from pipelines.names import group_name
from pipelines.settings.fields import Settings, Task

CHAMPION = "Champion"
"""The pipeline parameter that names the versions which new models are compared with."""
APPROVED, PENDING = "Approved", "PendingManualApproval"
_NOT_THERE = ("ValidationException", "ResourceNotFound")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RegisteredModel:
    """One version of a model package group that this pipeline registered."""

    arn: str
    group: str
    version: int
    approval_status: str
    task: Task
    algorithm: str
    """The candidate that won."""
    image: str
    model_data: str
    evaluation_uri: str
    """The folder with its schema and its evaluation."""
    code_uri: str
    """The folder with the code that made the features it was trained with, named by its content."""
    schema_sha256: str
    """Of ``schema.json``, in hexadecimal."""
    description: Mapping[str, Any]
    """The response of DescribeModelPackage."""

    @property
    def approved(self) -> bool:
        """Whether it is approved."""
        return self.approval_status == APPROVED

    @property
    def title(self) -> str:
        """The group and the version."""
        return f"{self.group}/{self.version}"


@dataclass(frozen=True)
class ModelMetadata:
    """Metadata of a model."""

    schema_text: bytes
    """``schema.json`` byte by byte."""
    schema: dict[str, Any]
    """Its content."""
    evaluation: dict[str, Any]
    """The content of ``evaluation.json``."""

    @property
    def winner(self) -> dict[str, Any]:
        """The evaluation of the registered candidate."""
        candidate: dict[str, Any] = self.evaluation["candidates"][self.evaluation["best"]["algorithm"]]
        return candidate

    @property
    def cut_off(self) -> float | None:
        """The model's probability from which a row counts as positive; of a binary task only."""
        cut_off = self.winner.get("cut_off")
        return None if cut_off is None else float(cut_off)

    def calibrated(self, answers: Sequence[float]) -> list[float] | None:
        """Calibrate the probabilities of a binary task; None if no map makes them better."""
        known = None if self.cut_off is None else self.winner.get("calibration")
        return calibrated(answers, known) if known else None


def find_model(
    sagemaker: Any, settings: Settings, *, package: str | None = None, task: Task | None = None, approved: bool = False
) -> RegisteredModel:
    """Find a version to serve: the one named, else the newest approved one, else the newest that nobody has rejected.

    Only models that passed the gate are registered, so the last is the newest that passed. A log line names a version
    that was not named by its ARN, and why it was chosen.

    Raises `BadInput` if there is no such version, or it is for another task, or not approved.

    Parameters
    ----------
    package
        A version's ARN.
    task
        The group, of the data set's first task by default; a given package must be of this task.
    approved
        Whether only an approved version will do.
    """
    if package is None:
        wanted = task or settings.table.tasks[0].name
        package = _to_serve(sagemaker, group_name(settings.pipeline_name, wanted), approved=approved)
    model = describe_model(sagemaker, package)
    if task not in (None, model.task):
        raise BadInput(f"{model.title} is a model for {model.task}, but --task is {task}.")
    if approved and not model.approved:
        raise BadInput(f"{model.title} is {model.approval_status}, but --latest-approved requires an approved version.")
    return model


def describe_model(sagemaker: Any, package: str) -> RegisteredModel:
    """Read one version, by its ARN.

    Raises `BadInput` if there is none, or this package did not register it.
    """
    description = or_none(sagemaker.describe_model_package, _NOT_THERE, ModelPackageName=package)
    if description is None:
        raise BadInput(f"There is no model package {package}. Name one with --model-package, by its ARN.")
    description.pop("ResponseMetadata", None)
    metadata = description.get("CustomerMetadataProperties", {})
    missing = [name for name in ("task", "evaluation", "schema_sha256", "preprocessing_code") if name not in metadata]
    if missing:
        raise BadInput(
            f"The model package {package} has no property {missing[0]}, so another pipeline registered it, or an older "
            "version of this one; run the pipeline again."
        )
    container = description["InferenceSpecification"]["Containers"][0]
    return RegisteredModel(
        arn=description["ModelPackageArn"],
        group=description["ModelPackageGroupName"],
        version=description["ModelPackageVersion"],
        approval_status=description["ModelApprovalStatus"],
        task=metadata["task"],
        algorithm=metadata.get("algorithm", "?"),
        image=container["Image"],
        model_data=container["ModelDataUrl"],
        evaluation_uri=metadata["evaluation"].rstrip("/"),
        code_uri=metadata["preprocessing_code"].rstrip("/"),
        schema_sha256=metadata["schema_sha256"],
        description=description,
    )


def approve(sagemaker: Any, model: RegisteredModel, why: str) -> RegisteredModel:
    """Approve a version, and return it as it is then."""
    sagemaker.update_model_package(
        ModelPackageArn=model.arn, ModelApprovalStatus=APPROVED, ApprovalDescription=why[:1024]
    )
    return describe_model(sagemaker, model.arn)


def require_approved(sagemaker: Any, model: RegisteredModel, *, may_approve: bool) -> RegisteredModel:
    """Return a version that is approved; with ``may_approve``, approve it if it is not.

    Raises `BadInput` if it is not approved and must not be.
    """
    if model.approved:
        return model
    if not may_approve:
        raise BadInput(
            f"{model.title} is {model.approval_status}. Look at its report, then add --approve to approve and deploy "
            "it, or --latest-approved for the newest approved version."
        )
    return approve(sagemaker, model, "Approved with --approve when it was deployed")


def versions(sagemaker: Any, group: str) -> list[dict[str, Any]]:
    """List the versions of a group, the newest first; none if there is no such group."""
    from botocore.exceptions import ClientError

    order = {"SortBy": "CreationTime", "SortOrder": "Descending"}
    found = listed(sagemaker, "list_model_packages", "ModelPackageSummaryList", ModelPackageGroupName=group, **order)
    try:
        return [*found]
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_THERE:
            raise
        return []


def champions(sagemaker: Any, pipeline: str, tasks: Iterable[Task]) -> str:
    """Name the newest approved version of each task, as the parameter ``Champion`` has it: "regression=3".

    The step cache's key contains it, so that an evaluation is reused for the same champions only.
    """
    newest = {task: _newest(sagemaker, group_name(pipeline, task), APPROVED) for task in tasks}
    return " ".join(
        f"{task}={'none' if version is None else version['ModelPackageVersion']}" for task, version in newest.items()
    )


def earlier_version(sagemaker: Any, package: str) -> int | None:
    """Return the latest earlier version of the same group with the same model artifact; None if there is none."""
    description = sagemaker.describe_model_package(ModelPackageName=package)
    for version in versions(sagemaker, description["ModelPackageGroupName"]):
        if version["ModelPackageVersion"] < description["ModelPackageVersion"]:
            other = sagemaker.describe_model_package(ModelPackageName=version["ModelPackageArn"])
            if _artifacts(other) == _artifacts(description):
                return int(version["ModelPackageVersion"])
    return None


def _artifacts(description: Mapping[str, Any]) -> list[str | None]:
    containers = description.get("InferenceSpecification", {}).get("Containers", [])
    return [container.get("ModelDataUrl") for container in containers]


def read_metadata(s3: Any, model: RegisteredModel) -> ModelMetadata:
    """Read the metadata of a model: its schema and its evaluation.

    Raises `PipelineError` if a file is missing, or the schema is not the one that the model was registered with.
    """
    schema = _read(s3, f"{model.evaluation_uri}/schema.json", model)
    digest = hashlib.sha256(schema).hexdigest()
    if digest != model.schema_sha256:
        raise PipelineError(
            f"{model.evaluation_uri}/schema.json is not the schema that {model.title} was registered with (its sha256 "
            f"is {digest}, not {model.schema_sha256}); nothing was predicted."
        )
    return ModelMetadata(
        schema, json.loads(schema), json.loads(_read(s3, f"{model.evaluation_uri}/evaluation.json", model))
    )


def _to_serve(sagemaker: Any, group: str, *, approved: bool) -> str:
    """Choose a version of a group, and log the choice."""
    newest, waiting = _newest(sagemaker, group, APPROVED), _newest(sagemaker, group, PENDING)
    if newest is not None:
        later = waiting is not None and waiting["ModelPackageVersion"] > newest["ModelPackageVersion"]
        more = f"; version {waiting['ModelPackageVersion']} is newer, but {PENDING}" if waiting and later else ""
        logger.info("Model: %s/%s, the newest approved version%s.", group, newest["ModelPackageVersion"], more)
        return str(newest["ModelPackageArn"])
    if waiting is not None and not approved:
        version = waiting["ModelPackageVersion"]
        logger.info("Model: %s/%s, the newest that passed the gate, because no version is approved.", group, version)
        return str(waiting["ModelPackageArn"])
    if last := _newest(sagemaker, group):
        raise BadInput(
            f"No version of {group} is approved; the newest is {last['ModelPackageArn']}, "
            f"{last['ModelApprovalStatus']}. Look at its report and approve it, or name it with --model-package."
        )
    raise BadInput(
        f"There is no model package group {group} with a version in it. Run the pipeline first "
        "(boostpipe run --upsert --start), or name another with --dataset, --pipeline-name, --task or --model-package."
    )


def _newest(sagemaker: Any, group: str, status: str | None = None) -> dict[str, Any] | None:
    """Return the summary of a group's newest version, of those with this approval status."""
    order = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 1}
    wanted = {"ModelApprovalStatus": status} if status else {}
    response = or_none(sagemaker.list_model_packages, _NOT_THERE, ModelPackageGroupName=group, **order, **wanted) or {}
    return next(iter(response.get("ModelPackageSummaryList", [])), None)


def _read(s3: Any, uri: str, model: RegisteredModel) -> bytes:
    from botocore.exceptions import ClientError

    try:
        return read_object(s3, uri)
    except ClientError as error:
        raise PipelineError(f"{uri}, the metadata of {model.title}, cannot be read: {error}") from error
