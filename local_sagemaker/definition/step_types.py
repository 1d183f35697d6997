"""The types of steps: the API operation that each calls, and how its result is found again."""

from dataclasses import dataclass
from typing import Any

STEP_EXCEPTIONS = ("Step.SERVICE_FAULT", "Step.THROTTLING")
JOB_EXCEPTIONS = ("SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT")


@dataclass(frozen=True)
class ApiStep:
    """A type of step that is one API call."""

    create: str
    """The operation; a step's Arguments are its request."""
    metadata: str
    """The member of a listed step's Metadata that contains the ARN."""
    arn: str
    """The member of the operation's response that contains it."""
    describe: str
    identified_by: str
    """The operation whose response has the step's properties, and the member by which it finds the resource."""
    name: str | None = None
    """The member of the request for which the service generates a name; None if it generates none."""
    stop: str | None = None
    status: str | None = None
    """For jobs and endpoints: the operation that stops them, and the member of their description with the status."""
    cache_keys: tuple[str, ...] = ()
    """The arguments, or paths into them, that must be equal for an earlier result to be reused; empty if it never
    is."""
    retryable: tuple[str, ...] = ()
    """The exception types that the step's retry policies may name; empty if it takes none."""


def _step(noun: str, metadata: str | None = None, **more: Any) -> ApiStep:
    return ApiStep(f"Create{noun}", metadata or noun, f"{noun}Arn", f"Describe{noun}", f"{noun}Name", **more)


def _job(noun: str, metadata: str, *cache_keys: str) -> ApiStep:
    names = {"name": f"{noun}Name", "stop": f"Stop{noun}", "status": f"{noun}Status"}
    return _step(noun, metadata, **names, cache_keys=cache_keys, retryable=STEP_EXCEPTIONS + JOB_EXCEPTIONS)


_TRAINING_KEYS = (
    "AlgorithmSpecification", "CheckpointConfig", "DebugHookConfig", "DebugRuleConfigurations", "Environment",
    "HyperParameters", "InputDataConfig",
)  # fmt: skip
_TUNING_KEYS = (
    "HyperParameterTuningJobConfig", "TrainingJobDefinition.AlgorithmSpecification",
    "TrainingJobDefinition.HyperParameterRanges", "TrainingJobDefinition.InputDataConfig",
    "TrainingJobDefinition.StaticHyperParameters", "TrainingJobDefinition.TuningObjective", "TrainingJobDefinitions",
)  # fmt: skip
API_STEPS = {
    "Processing": _job("ProcessingJob", "ProcessingJob", "AppSpecification", "Environment", "ProcessingInputs"),
    "Training": _job("TrainingJob", "TrainingJob", *_TRAINING_KEYS),
    "Tuning": _job("HyperParameterTuningJob", "TuningJob", *_TUNING_KEYS),
    "Transform": _job("TransformJob", "TransformJob", "DataProcessing", "Environment", "ModelName", "TransformInput"),
    "Model": _step("Model", name="ModelName", retryable=STEP_EXCEPTIONS),
    "RegisterModel": _step("ModelPackage", "RegisterModel", retryable=STEP_EXCEPTIONS),
    "EndpointConfig": _step("EndpointConfig"),
    "Endpoint": _step("Endpoint", status="EndpointStatus"),
}
TASK_STEPS = {"Callback": "SqsQueueUrl", "Lambda": "FunctionArn"}
"""The steps whose work another service does, each with the member that names its queue or function."""
ENGINE_STEPS = ("Condition", "Fail")
SUPPORTED_STEPS = (*API_STEPS, *TASK_STEPS, *ENGINE_STEPS)
KNOWN_STEPS = (
    *SUPPORTED_STEPS,
    "AutoML", "Athena", "BedrockCustomModel", "BedrockCustomModelDeployment", "BedrockModelImport",
    "BedrockProvisionedModelThroughput", "ClarifyCheck", "Cleanup", "DataQualityCheck", "EMR",
    "EMRServerless", "ForEach", "HubContent", "InferenceComponent", "Job", "Lineage", "ModelQualityCheck",
    "MonitorBatchTransform", "NotebookJob", "QualityCheck",
)  # fmt: skip
"""Every type of SageMaker Pipelines. A definition may contain them; an execution with an unsupported one is refused."""
