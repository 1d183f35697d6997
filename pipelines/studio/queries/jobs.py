"""What a step made, by one Describe call: instances, image, inputs, outputs, settings and metrics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local_sagemaker.definition.step_types import API_STEPS
from pipelines.aws.responses import DENIED, last_part, or_none
from pipelines.execution.comparison import leaves
from pipelines.execution.description import made_by
from pipelines.execution.pipeline import Step

_MISSING = ("ValidationException", "ResourceNotFound", *DENIED)
BEST_JOB = "best job"
"""The fact of a tuning job that names the training job."""
FACTS = (
    *("status", "instances", "billed", "image", "strategy", "jobs", BEST_JOB, "model", "content type"),
    *("group", "version", "approval"),
)
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Made:
    """A job, a model or a registered version."""

    name: str
    facts: Texts = field(default_factory=dict)
    """By names of the page, which it translates: see `FACTS`."""
    inputs: Texts = field(default_factory=dict)
    outputs: Texts = field(default_factory=dict)
    """Addresses by the names of channels, inputs and outputs."""
    settings: Texts = field(default_factory=dict)
    """Hyperparameters, or a container's arguments and environment."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    key: Texts = field(default_factory=dict)
    """The arguments that must be equal for its result to be taken from the cache."""


class MadeStore:
    """What steps made, described once for each status of a step."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Made | None] = {}

    def get(self, sagemaker: Any, step: Step) -> Made | None:
        """Describe what a step made; None if it made nothing, or that has been deleted."""
        arn = made_by(step)
        if arn is None:
            return None
        key = arn, step.status
        if key not in self._known:
            self._known[key] = _describe(sagemaker, step)
        return self._known[key]


def _describe(sagemaker: Any, step: Step) -> Made | None:
    for kind, (operation, parameter, read) in _KINDS.items():
        arn = step.metadata.get(kind, {}).get("Arn")
        if arn:
            name = arn if kind == "RegisterModel" else last_part(arn)
            description = or_none(getattr(sagemaker, operation), _MISSING, **{parameter: name})
            return replace(read(last_part(name), description), key=_key(kind, description)) if description else None
    return None


def _key(kind: str, description: Mapping[str, Any]) -> dict[str, str]:
    """Return the arguments in the key of the step cache: a description has them as the request did."""
    paths = next((step.cache_keys for step in API_STEPS.values() if step.metadata == kind), ())
    return {name: value for path in paths for name, value in leaves(_at(description, path), path)}


def _at(description: Mapping[str, Any], path: str) -> Any:
    value: Any = description
    for member in path.split("."):
        value = value.get(member, {})
    return value


def _processing(name: str, job: Mapping[str, Any]) -> Made:
    container, cluster = job["AppSpecification"], job["ProcessingResources"]["ClusterConfig"]
    command = [*container.get("ContainerEntrypoint", []), *container.get("ContainerArguments", [])]
    return Made(
        name,
        {"status": job["ProcessingJobStatus"], **_instances(cluster), "image": container["ImageUri"]},
        {each["InputName"]: _s3(each.get("S3Input", {})) for each in job.get("ProcessingInputs", [])},
        {
            each["OutputName"]: _s3(each.get("S3Output", {}))
            for each in job.get("ProcessingOutputConfig", {}).get("Outputs", [])
        },
        {"command": " ".join(command), **job.get("Environment", {})},
    )


def _training(name: str, job: Mapping[str, Any]) -> Made:
    algorithm = job["AlgorithmSpecification"]
    billed = job.get("BillableTimeInSeconds")
    return Made(
        name,
        {
            "status": job["TrainingJobStatus"],
            **_instances(job["ResourceConfig"]),
            **({"billed": f"{billed} s"} if billed is not None else {}),
            "image": algorithm.get("TrainingImage", algorithm.get("AlgorithmName", "")),
        },
        {
            each["ChannelName"]: _s3(each.get("DataSource", {}).get("S3DataSource", {}))
            for each in job.get("InputDataConfig", [])
        },
        {"model": job.get("ModelArtifacts", {}).get("S3ModelArtifacts", "")},
        {**job.get("HyperParameters", {}), **job.get("Environment", {})},
        {each["MetricName"]: each["Value"] for each in job.get("FinalMetricDataList", [])},
    )


def _tuning(name: str, job: Mapping[str, Any]) -> Made:
    best = job.get("BestTrainingJob", {})
    metric = best.get("FinalHyperParameterTuningJobObjectiveMetric", {})
    counts = job.get("TrainingJobStatusCounters", {})
    limits = job["HyperParameterTuningJobConfig"]["ResourceLimits"]
    return Made(
        name,
        {
            "status": job["HyperParameterTuningJobStatus"],
            "strategy": job["HyperParameterTuningJobConfig"]["Strategy"],
            "jobs": f"{counts.get('Completed', 0)} / {limits.get('MaxNumberOfTrainingJobs', '?')}",
            BEST_JOB: best.get("TrainingJobName", ""),
        },
        settings=best.get("TunedHyperParameters", {}),
        metrics={metric["MetricName"]: metric["Value"]} if metric else {},
    )


def _transform(name: str, job: Mapping[str, Any]) -> Made:
    return Made(
        name,
        {
            "status": job["TransformJobStatus"],
            **_instances(job["TransformResources"]),
            "model": job["ModelName"],
            "content type": job["TransformInput"].get("ContentType", ""),
        },
        {"data": _s3(job["TransformInput"]["DataSource"].get("S3DataSource", {}))},
        {"predictions": job["TransformOutput"]["S3OutputPath"]},
        job.get("Environment", {}),
    )


def _model(name: str, model: Mapping[str, Any]) -> Made:
    container: Mapping[str, Any] = model.get("PrimaryContainer") or next(iter(model.get("Containers", [])), {})
    return Made(
        name,
        {"image": container.get("Image", "")},
        {"model": container.get("ModelDataUrl", "")},
        settings=container.get("Environment", {}),
    )


def _package(name: str, package: Mapping[str, Any]) -> Made:
    containers: list[Mapping[str, Any]] = package.get("InferenceSpecification", {}).get("Containers", [])
    container = next(iter(containers), {})
    return Made(
        name,
        {
            "group": package.get("ModelPackageGroupName", ""),
            "version": str(package.get("ModelPackageVersion", "")),
            "approval": package.get("ModelApprovalStatus", ""),
            "image": container.get("Image", ""),
        },
        {"model": container.get("ModelDataUrl", "")},
        settings=package.get("CustomerMetadataProperties", {}),
    )


def _instances(cluster: Mapping[str, Any]) -> dict[str, str]:
    count, kind = cluster.get("InstanceCount", 1), cluster.get("InstanceType", "")
    return {"instances": f"{count} of {kind}"}


def _s3(source: Mapping[str, Any]) -> str:
    return str(source.get("S3Uri", ""))


_KINDS: Mapping[str, tuple[str, str, Callable[[str, Mapping[str, Any]], Made]]] = {
    "ProcessingJob": ("describe_processing_job", "ProcessingJobName", _processing),
    "TrainingJob": ("describe_training_job", "TrainingJobName", _training),
    "TuningJob": ("describe_hyper_parameter_tuning_job", "HyperParameterTuningJobName", _tuning),
    "TransformJob": ("describe_transform_job", "TransformJobName", _transform),
    "Model": ("describe_model", "ModelName", _model),
    "RegisterModel": ("describe_model_package", "ModelPackageName", _package),
}
"""By the member of a step's metadata: the operation, its parameter, and what reads its response."""
