"""What a job's description has of members that its request left out, as recordings of the service show it.

Clients build on it: the SDK's ``attach`` reads ``OutputDataConfig.KmsKeyId`` and ``AlgorithmSpecification
.MetricDefinitions`` of any training job. What a job does, and whether a step's result is used again, goes by the
request alone.
"""

from __future__ import annotations

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
"""Of these, what is not given is described as an empty list."""
_TUNED = {
    **_UNUSUAL,
    "InputDataConfig": [{"CompressionType": "None", "DataSource": _S3_SOURCE}],
    "HyperParameterRanges": _RANGES,
}
_LEFT_OUT: Mapping[JobKind, Mapping[str, Any]] = {
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
            {
                "AppManaged": False,
                "S3Input": {"S3DataDistributionType": "FullyReplicated", "S3CompressionType": "None"},
            }
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
_THERE_ANYHOW: Mapping[JobKind, Mapping[str, Any]] = {
    TRAINING: {"InputDataConfig": []},
    PROCESSING: {"StoppingCondition": {}},
    TRANSFORM: {"DataProcessing": {}},
}
"""Structures and lists that are described even where the request has none of it."""


def described(kind: JobKind, request: Request) -> Record:
    """A request as the description of its job shows it."""
    document: Record = _filled({**_THERE_ANYHOW.get(kind, {}), **request}, _LEFT_OUT[kind])
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


def _filled(value: Any, left_out: Any) -> Any:
    """A document with what is left out of it; of a list, what is left out of each item. Nothing given is changed."""
    if isinstance(left_out, list) and isinstance(value, list):
        return [_filled(item, left_out[0]) for item in value]
    if not (isinstance(left_out, Mapping) and isinstance(value, Mapping)):
        return value
    filled = dict(value)
    for member, default in left_out.items():
        if member in value:
            filled[member] = _filled(value[member], default)
        elif left_out is _RANGES:
            filled[member] = []
        elif not isinstance(default, Mapping | list):
            filled[member] = default
    return filled


def _add_objective(document: Record, definition: Record) -> None:
    """A tuning job tells its algorithm the objective in a hyperparameter, which its definition shows."""
    config = document["HyperParameterTuningJobConfig"]
    objective = (definition.get("TuningObjective") or config["HyperParameterTuningJobObjective"])["MetricName"]
    static = definition.get("StaticHyperParameters", {})
    definition["StaticHyperParameters"] = {OBJECTIVE_PARAMETER: objective, **static}
    _add_metrics(definition, static, objective)


def _add_resources(definition: Record) -> None:
    """The resources of a single kind of instance are described in the form of training jobs, too."""
    resources = definition.get("HyperParameterTuningResourceConfig", {})
    if "InstanceType" in resources:
        definition.setdefault("ResourceConfig", resources)


def _add_metrics(document: Record, hyperparameters: Mapping[str, str], objective: str | None) -> None:
    """The metric definitions of a built-in algorithm, which nobody has to give."""
    from local_sagemaker.jobs.metrics import built_in_definitions

    specification = document["AlgorithmSpecification"]
    definitions = built_in_definitions(specification, hyperparameters, objective)
    if definitions:
        document["AlgorithmSpecification"] = {**specification, "MetricDefinitions": definitions}
