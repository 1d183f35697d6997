"""Members of requests that are refused by name, because the service cannot do locally what they request.

Members that configure AWS's own machines (instance types, networks, keys) are accepted and ignored. To ignore these
would report work as done that was not.
"""

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
UNSUPPORTED: Mapping[str, tuple[str, ...]] = {
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
"""Each operation's members that are refused, unless their value is in `DEFAULT_BEHAVIOR`."""
DEFAULT_BEHAVIOR = ("File", "S3Prefix", "ManifestFile", "None", "Serial", "SingleModel", "Disabled", "ALL_AT_ONCE")
"""Values that request what the service does anyway."""


def refuse(operation: str, request: Mapping[str, Any]) -> None:
    """Refuse a request for something that is not supported: raises a ValidationException that names the member."""
    for named in unsupported_members(operation, request):
        raise ValidationException(f"{named} is not supported by the local SageMaker.")


def unsupported_members(operation: str, request: Mapping[str, Any]) -> Iterator[str]:
    """The path of every member of a request that is not supported, with its value if that is text."""
    for path in UNSUPPORTED.get(operation, ()):
        for value in values_at(request, path.split(".")):
            if value and value not in DEFAULT_BEHAVIOR:
                yield f"{path} {value}" if isinstance(value, str) else path


def values_at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """The values at a path; in a list, the values at it in each item."""
    if isinstance(value, list) and path:
        for item in value:
            yield from values_at(item, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from values_at(value[path[0]], path[1:])
