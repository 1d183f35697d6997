"""The list of supported operations, steps and images, generated from the code for the documentation."""

from collections.abc import Iterable, Iterator

from local_sagemaker.api import operations
from local_sagemaker.containers.images import stand_ins
from local_sagemaker.definition import unsupported
from local_sagemaker.definition.conditions import MEMBERS
from local_sagemaker.definition.expressions import EXECUTION_VARIABLES, EXPRESSIONS
from local_sagemaker.definition.shapes import service_model
from local_sagemaker.definition.step_types import API_STEPS, KNOWN_STEPS, SUPPORTED_STEPS
from local_sagemaker.moto.cloudformation.resources import KINDS as STACK_KINDS


def as_markdown() -> str:
    """The tables of operations, steps and expressions."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "### Operations of the SageMaker API"
    yield ""
    yield "| resource | operations |"
    yield "|---|---|"
    for resource, names in operations.BY_RESOURCE.items():
        yield f"| {resource} | {_code(names)} |"
    kept = "those of executions and jobs; what is made by hand is kept until the service ends"
    yield f"| experiments ({kept}) | {_code(sorted(operations.MOTO_OPERATIONS))} |"
    yield "| runtime | `InvokeEndpoint`, `InvokeEndpointWithResponseStream` |"
    yield ""
    served = {*operations.OPERATIONS, *operations.MOTO_OPERATIONS}
    others = len(set(service_model().operation_names) - served)
    yield f"The other {others} operations answer a `ValidationException` that names the operation."
    yield ""
    anyhow = _code(unsupported.DEFAULT_BEHAVIOR)
    yield f"What of a request would be work that is not done is refused by name, too, unless it is one of {anyhow}:"
    yield ""
    yield "| operation | members |"
    yield "|---|---|"
    for operation, members in unsupported.UNSUPPORTED.items():
        yield f"| `{operation}` | {_code(members)} |"
    yield ""
    yield (
        "Every other AWS service is moto's. S3's objects and buckets, the logs of jobs and what Application Auto "
        "Scaling was told stay in the state directory; what else moto keeps (roles, rules, queues, ...) lives as long "
        "as the service runs."
    )
    yield ""
    yield f"Stacks of CloudFormation make these of SageMaker, and are refused with any other: {_code(STACK_KINDS)}."
    yield ""
    yield "### Steps of a pipeline"
    yield ""
    yield "| type | what it does |"
    yield "|---|---|"
    for name, kind in API_STEPS.items():
        yield f"| {name} | `{kind.create}` |"
    yield f"| Condition | {_code(MEMBERS)}, nested as deep as wanted |"
    yield "| Fail | ends the execution with its message |"
    yield ""
    refused = [name for name in KNOWN_STEPS if name not in SUPPORTED_STEPS]
    yield f"An execution of a pipeline with one of these steps is refused before anything runs: {_code(refused)}."
    yield (
        "So is one with a step that asks for a member of the table of what is refused, or whose image has no stand-in "
        "for its work; that processes without a `ContainerEntrypoint`, trains with several `InstanceGroups` or keeps "
        "checkpoints outside `/opt/ml`. The refusal names each of them."
    )
    yield ""
    yield f"Expressions, in any argument: {_code(EXPRESSIONS)}. Execution variables: {_code(EXECUTION_VARIABLES)}."
    yield ""
    yield "### Images"
    yield ""
    yield "| repository (a regular expression) | stand-in | trains | serves |"
    yield "|---|---|---|---|"
    for image in stand_ins():
        repository = image.repository.replace("|", "\\|")
        yield f"| `{repository}` | {image.title} | {_mark(image.training)} | {_mark(image.serving)} |"


def _mark(played: str | None) -> str:
    return "yes" if played else "no"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
