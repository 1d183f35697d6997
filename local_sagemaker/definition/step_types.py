"""What each type of step does: which operation its Arguments are the request of, and how its result is found again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ApiStep:
    """A type of step that is one API call.

    Attributes
    ----------
    create
        The operation whose request the Arguments are.
    metadata
        The member of a listed step's Metadata that holds the ARN.
    arn
        The member of the operation's answer that holds it.
    describe, identified_by
        The operation whose answer are the step's properties, and the member by which it finds the resource.
    name
        The member of the request that takes a name of the service's making; None where it has none or the caller's own.
    stop, status
        For what takes time: the operation that stops it, and the member of its description that says how it stands.
    cache_keys
        The arguments, or the paths into them, that must be the same for an earlier result to be used again; none: it
        is never.
    retryable
        Whether it takes the retry policies of jobs, and not only those of steps.
    """

    create: str
    metadata: str
    arn: str
    describe: str
    identified_by: str
    name: str | None = None
    stop: str | None = None
    status: str | None = None
    cache_keys: tuple[str, ...] = ()
    retryable: bool = False


def _job(word: str, metadata: str, *cache_keys: str) -> ApiStep:
    return ApiStep(
        create=f"Create{word}",
        metadata=metadata,
        arn=f"{word}Arn",
        describe=f"Describe{word}",
        identified_by=f"{word}Name",
        name=f"{word}Name",
        stop=f"Stop{word}",
        status=f"{word}Status",
        cache_keys=cache_keys,
        retryable=True,
    )


API_STEPS = {
    "Processing": _job("ProcessingJob", "ProcessingJob", "AppSpecification", "Environment", "ProcessingInputs"),
    "Training": _job(
        "TrainingJob",
        "TrainingJob",
        "AlgorithmSpecification",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "Environment",
        "HyperParameters",
        "InputDataConfig",
    ),
    "Tuning": _job(
        "HyperParameterTuningJob",
        "TuningJob",
        "HyperParameterTuningJobConfig",
        "TrainingJobDefinition.AlgorithmSpecification",
        "TrainingJobDefinition.HyperParameterRanges",
        "TrainingJobDefinition.InputDataConfig",
        "TrainingJobDefinition.StaticHyperParameters",
        "TrainingJobDefinition.TuningObjective",
        "TrainingJobDefinitions",
    ),
    "Transform": _job("TransformJob", "TransformJob", "DataProcessing", "Environment", "ModelName", "TransformInput"),
    "Model": ApiStep(
        create="CreateModel",
        metadata="Model",
        arn="ModelArn",
        describe="DescribeModel",
        identified_by="ModelName",
        name="ModelName",
    ),
    "RegisterModel": ApiStep(
        create="CreateModelPackage",
        metadata="RegisterModel",
        arn="ModelPackageArn",
        describe="DescribeModelPackage",
        identified_by="ModelPackageName",
    ),
    "EndpointConfig": ApiStep(
        create="CreateEndpointConfig",
        metadata="EndpointConfig",
        arn="EndpointConfigArn",
        describe="DescribeEndpointConfig",
        identified_by="EndpointConfigName",
    ),
    "Endpoint": ApiStep(
        create="CreateEndpoint",
        metadata="Endpoint",
        arn="EndpointArn",
        describe="DescribeEndpoint",
        identified_by="EndpointName",
        status="EndpointStatus",
    ),
}
ENGINE_STEPS = ("Condition", "Fail")
SUPPORTED_STEPS = (*API_STEPS, *ENGINE_STEPS)
KNOWN_STEPS = (
    *SUPPORTED_STEPS,
    "AutoML",
    "Athena",
    "BedrockCustomModel",
    "BedrockCustomModelDeployment",
    "BedrockModelImport",
    "BedrockProvisionedModelThroughput",
    "Callback",
    "ClarifyCheck",
    "Cleanup",
    "DataQualityCheck",
    "EMR",
    "EMRServerless",
    "ForEach",
    "HubContent",
    "InferenceComponent",
    "Job",
    "Lambda",
    "Lineage",
    "ModelQualityCheck",
    "MonitorBatchTransform",
    "NotebookJob",
    "QualityCheck",
)
"""Every type that SageMaker Pipelines has; a definition may hold them, an execution is refused by name."""
