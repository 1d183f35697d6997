"""The members that a job's description has although its request left them out, as in recordings of SageMaker.

Clients rely on them: the SDK's ``attach`` reads ``OutputDataConfig.KmsKeyId`` and ``AlgorithmSpecification
.MetricDefinitions`` of every training job. The job itself, and the cache key of a step, depend on the request alone.
"""

from collections.abc import Mapping
from typing import Any

from local_sagemaker.core.core import Request
from local_sagemaker.core.store import Record
from local_sagemaker.jobs import instances
from local_sagemaker.jobs.kinds import PROCESSING, TRAINING, TRANSFORM, TUNING, JobKind
from local_sagemaker.jobs.tuning.branch import OBJECTIVE_PARAMETER

_SECONDS_A_DAY = 86400
_UNUSUAL = {
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
}
_S3_SOURCE = {"S3DataSource": {"S3DataDistributionType": "FullyReplicated"}}
_RANGES: dict[str, Any] = {
    "IntegerParameterRanges": [{"ScalingType": "Auto"}],
    "ContinuousParameterRanges": [{"ScalingType": "Auto"}],
    "CategoricalParameterRanges": [{}],
}
"""Members that are described as an empty list if the request omits them."""
_TUNED = {
    **_UNUSUAL,
    "InputDataConfig": [{"CompressionType": "None", "DataSource": _S3_SOURCE}],
    "HyperParameterRanges": _RANGES,
}
_DEFAULTS: Mapping[JobKind, Mapping[str, Any]] = {
    TRAINING: {
        **_UNUSUAL,
        "AlgorithmSpecification": {"EnableSageMakerMetricsTimeSeries": False},
        "InputDataConfig": [{"CompressionType": "None", "RecordWrapperType": "None", "DataSource": _S3_SOURCE}],
        "OutputDataConfig": {"KmsKeyId": "", "CompressionType": "GZIP"},
        "DebugRuleConfigurations": [{"VolumeSizeInGB": 0}],
        "ProfilerConfig": {"ProfilingIntervalInMilliseconds": 500},
        "ProfilerRuleConfigurations": [{"VolumeSizeInGB": 0}],
    },
    PROCESSING: {
        "ProcessingInputs": [
            {"AppManaged": False, "S3Input": {"S3DataDistributionType": "FullyReplicated", "S3CompressionType": "None"}}
        ],
        "ProcessingOutputConfig": {"Outputs": [{"AppManaged": False}]},
        "StoppingCondition": {"MaxRuntimeInSeconds": _SECONDS_A_DAY},
    },
    TRANSFORM: {
        "TransformInput": {"CompressionType": "None", "SplitType": "None"},
        "TransformOutput": {"AssembleWith": "None", "KmsKeyId": ""},
        "DataProcessing": {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"},
    },
    TUNING: {
        "HyperParameterTuningJobConfig": {"ParameterRanges": _RANGES},
        "TrainingJobDefinition": _TUNED,
        "TrainingJobDefinitions": [_TUNED],
    },
}
_ALWAYS_PRESENT: Mapping[JobKind, Mapping[str, Any]] = {
    TRAINING: {"InputDataConfig": []},
    PROCESSING: {"StoppingCondition": {}},
    TRANSFORM: {"DataProcessing": {}},
}
"""Structures and lists that a description always has."""


def with_defaults(kind: JobKind, request: Request) -> Record:
    """A request with the defaults of its job's description."""
    document: Record = _fill({**_ALWAYS_PRESENT.get(kind, {}), **request}, _DEFAULTS[kind])
    if kind is TRAINING:
        if "ResourceConfig" in document:
            document["ResourceConfig"] = instances.described(document["ResourceConfig"])
        profiled = "ProfilerConfig" in request and not request["ProfilerConfig"].get("DisableProfiler")
        document["ProfilingStatus"] = "Enabled" if profiled else "Disabled"
        _add_metrics(document, document.get("HyperParameters", {}), objective=None)
    elif kind is PROCESSING:
        cluster = instances.described(document["ProcessingResources"]["ClusterConfig"])
        document["ProcessingResources"] = {**document["ProcessingResources"], "ClusterConfig": cluster}
    elif kind is TUNING:
        for definition in [document.get("TrainingJobDefinition"), *document.get("TrainingJobDefinitions", [])]:
            if definition is not None:
                _add_objective(document, definition)
                _add_resources(definition)
    return document


def _fill(value: Any, defaults: Any) -> Any:
    """A document with its omitted members added, and in each item of a list; given members stay."""
    if isinstance(defaults, list) and isinstance(value, list):
        return [_fill(item, defaults[0]) for item in value]
    if not (isinstance(defaults, Mapping) and isinstance(value, Mapping)):
        return value
    filled = dict(value)
    for member, default in defaults.items():
        if member in value:
            filled[member] = _fill(value[member], default)
        elif defaults is _RANGES:
            filled[member] = []
        elif not isinstance(default, Mapping | list):
            filled[member] = default
    return filled


def _add_objective(document: Record, definition: Record) -> None:
    """Add the hyperparameter in which a tuning job passes the objective to its algorithm."""
    config = document["HyperParameterTuningJobConfig"]
    objective = (definition.get("TuningObjective") or config["HyperParameterTuningJobObjective"])["MetricName"]
    static = definition.get("StaticHyperParameters", {})
    definition["StaticHyperParameters"] = {OBJECTIVE_PARAMETER: objective, **static}
    _add_metrics(definition, static, objective)


def _add_resources(definition: Record) -> None:
    """Describe the resources of one instance type also in the form of training jobs."""
    resources = definition.get("HyperParameterTuningResourceConfig", {})
    if "InstanceType" in resources:
        definition.setdefault("ResourceConfig", resources)


def _add_metrics(document: Record, hyperparameters: Mapping[str, str], objective: str | None) -> None:
    """Add the metric definitions of a built-in algorithm, which requests leave out."""
    from local_sagemaker.jobs.training.metrics import built_in_definitions

    specification = document["AlgorithmSpecification"]
    definitions = built_in_definitions(specification, hyperparameters, objective)
    if definitions:
        document["AlgorithmSpecification"] = {**specification, "MetricDefinitions": definitions}
