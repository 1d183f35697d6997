"""What of a request is refused by name, since it would change what is done and cannot be had here.

Members that only say how AWS's own machines are to be used (instance types, networks, keys) are accepted and mean
nothing; these would be work that is not done, answered as if it were.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local_sagemaker.core.errors import ValidationException

_GUARDED_DEPLOYMENT = (
    "DeploymentConfig.AutoRollbackConfiguration",
    "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.Type",
)
_TRAINING = (
    "AlgorithmSpecification.AlgorithmName",
    "InputDataConfig.CompressionType",
    "InputDataConfig.DataSource.DatasetSource",
    "InputDataConfig.DataSource.FileSystemDataSource",
    "InputDataConfig.DataSource.S3DataSource.S3DataType",
)
REFUSED: Mapping[str, tuple[str, ...]] = {
    "CreatePipeline": ("PipelineVersionAliases",),
    "UpdatePipeline": ("PipelineVersionAliases",),
    "DescribePipeline": ("PipelineVersionAlias",),
    "ListPipelineExecutions": ("PipelineVersionAlias",),
    "StartPipelineExecution": ("PipelineVersionAlias", "MlflowExperimentName"),
    "CreateTrainingJob": (
        *_TRAINING,
        "MlflowConfig",
        "ModelPackageConfig",
        "ServerlessJobConfig",
        "TensorBoardOutputConfig",
    ),
    "CreateHyperParameterTuningJob": (
        *(
            f"{definition}.{path}"
            for definition in ("TrainingJobDefinition", "TrainingJobDefinitions")
            for path in _TRAINING
        ),
        "Autotune.Mode",
        "HyperParameterTuningJobConfig.ParameterRanges.AutoParameters",
        "HyperParameterTuningJobConfig.TuningJobCompletionCriteria.ConvergenceDetected.CompleteOnConvergence",
    ),
    "CreateProcessingJob": (
        "ProcessingInputs.DatasetDefinition",
        "ProcessingInputs.S3Input.S3InputMode",
        "ProcessingOutputConfig.Outputs.FeatureStoreOutput",
    ),
    "CreateTransformJob": ("DataCaptureConfig",),
    "CreateModel": ("InferenceExecutionConfig.Mode", "PrimaryContainer.Mode", "Containers.Mode"),
    "CreateModelPackage": ("SourceAlgorithmSpecification", "ValidationSpecification"),
    "CreateEndpointConfig": (
        "AsyncInferenceConfig",
        "CrossRegionTrafficConfig",
        "ExplainerConfig",
        "ShadowProductionVariants",
    ),
    "CreateEndpoint": _GUARDED_DEPLOYMENT,
    "UpdateEndpoint": _GUARDED_DEPLOYMENT,
}
"""Of each operation, the members that are refused where they ask for anything but what is done anyhow."""
DONE_ANYHOW = (
    "File",
    "S3Prefix",
    "ManifestFile",
    "None",
    "Serial",
    "SingleModel",
    "Disabled",
    "ALL_AT_ONCE",
)


def refuse(operation: str, request: Mapping[str, Any]) -> None:
    """Look through a request for what cannot be done.

    Raises
    ------
    ValidationException
        It asks for something of that kind; the message names it.
    """
    for named in refused_members(operation, request):
        raise ValidationException(f"{named} is not supported by SageMaker on this machine.")


def refused_members(operation: str, request: Mapping[str, Any]) -> Iterator[str]:
    """What a request asks for that cannot be done: the path of each such member, with its value if that is a text."""
    for path in REFUSED.get(operation, ()):
        for value in values_at(request, path.split(".")):
            if value and value not in DONE_ANYHOW:
                yield f"{path} {value}" if isinstance(value, str) else path


def values_at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """What stands at a path; of a list, what stands at it in each item."""
    if isinstance(value, list) and path:
        for item in value:
            yield from values_at(item, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from values_at(value[path[0]], path[1:])
