"""Versions of registered models, and their metadata.

A version's properties name the folder of its evaluation and the hash of the ``schema.json`` in it. ``evaluation.json``,
beside it, has the cut-off that was chosen on the validation set.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.aws.responses import listed, or_none
from pipelines.aws.s3 import read_object
from pipelines.errors import BadInput, PipelineError
from pipelines.models.postprocessing import calibrated
from pipelines.names import group_name
from pipelines.settings.fields import Settings, Task

APPROVED = "Approved"
_NOT_THERE = ("ValidationException", "ResourceNotFound")


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
    """Find a version: the one named, or the newest of a task's group.

    Raises `BadInput` if there is no such version, or it is for another task, or not approved.

    Parameters
    ----------
    package
        A version's ARN; else it is the newest one of the task's group.
    task
        The group, of the data set's first task by default; a given package must be of this task.
    approved
        Whether only approved versions are considered.
    """
    if package is None:
        wanted = task or settings.table.tasks[0].name
        package = _newest(sagemaker, group_name(settings.pipeline_name, wanted), approved=approved)
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


def _newest(sagemaker: Any, group: str, *, approved: bool) -> str:
    newest = {"ModelPackageGroupName": group, "SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 1}

    def first(**wanted: str) -> list[dict[str, Any]]:
        response = or_none(sagemaker.list_model_packages, _NOT_THERE, **newest, **wanted) or {}
        return list(response.get("ModelPackageSummaryList", []))

    if found := first(**({"ModelApprovalStatus": APPROVED} if approved else {})):
        return str(found[0]["ModelPackageArn"])
    if approved and (others := first()):
        raise BadInput(
            f"No version of {group} is approved; the newest is {others[0]['ModelPackageArn']}, "
            f"{others[0]['ModelApprovalStatus']}. Look at its report and approve it, or name it with --model-package."
        )
    raise BadInput(
        f"There is no model package group {group} with a version in it. Run the pipeline first "
        "(boostpipe run --upsert --start), or name another with --dataset, --pipeline-name, --task or --model-package."
    )


def _read(s3: Any, uri: str, model: RegisteredModel) -> bytes:
    from botocore.exceptions import ClientError

    try:
        return read_object(s3, uri)
    except ClientError as error:
        raise PipelineError(f"{uri}, the metadata of {model.title}, cannot be read: {error}") from error
