"""The list of supported operations, steps and images, generated from the code for the documentation."""

from collections.abc import Iterable, Iterator

from local_sagemaker.api import operations
from local_sagemaker.containers.images import STAND_INS
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
    yield from _table("resource", "operations")
    for resource, names in operations.BY_RESOURCE.items():
        yield f"| {resource} | {_code(names)} |"
    kept = "those of executions and jobs; others last until the service ends"
    yield f"| experiments ({kept}) | {_code(sorted(operations.MOTO_OPERATIONS))} |"
    yield "| runtime | `InvokeEndpoint`, `InvokeEndpointWithResponseStream` |"
    yield ""
    served = operations.OPERATIONS | operations.MOTO_OPERATIONS
    others = len(set(service_model().operation_names) - served)
    yield f"The other {others} operations return a `ValidationException` that names the operation."
    yield ""
    accepted = _code(unsupported.DEFAULT_BEHAVIOR)
    yield f"A request with one of these members is refused by name, unless its value is one of {accepted}:"
    yield ""
    yield from _table("operation", "members")
    for operation, members in unsupported.UNSUPPORTED.items():
        yield f"| `{operation}` | {_code(members)} |"
    yield ""
    yield (
        "moto provides every other AWS service. The state directory keeps the objects and buckets of S3, the logs of "
        "jobs, and the targets and policies of Application Auto Scaling. Everything else in moto (roles, rules, "
        "queues, ...) lasts until the service ends."
    )
    yield ""
    yield (
        f"CloudFormation stacks support these SageMaker resources: {_code(STACK_KINDS)}. A stack with any other "
        "SageMaker resource is refused."
    )
    yield ""
    yield "### Steps of a pipeline"
    yield ""
    yield from _table("type", "action")
    for name, kind in API_STEPS.items():
        yield f"| {name} | `{kind.create}` |"
    yield f"| Condition | {_code(MEMBERS)}, nested to any depth |"
    yield "| Fail | ends the execution with its message |"
    yield ""
    refused = [name for name in KNOWN_STEPS if name not in SUPPORTED_STEPS]
    yield f"An execution of a pipeline with one of these steps is refused before anything runs: {_code(refused)}."
    yield (
        "The same holds for a step with an unsupported member (see the table above) or an image that has no stand-in; "
        "for processing without a `ContainerEntrypoint`; and for training with several `InstanceGroups` or with "
        "checkpoints outside `/opt/ml`. The error names each reason."
    )
    yield ""
    yield f"Expressions, in any argument: {_code(EXPRESSIONS)}. Execution variables: {_code(EXECUTION_VARIABLES)}."
    yield ""
    yield "### Images"
    yield ""
    yield from _table("repository (a regular expression)", "stand-in", "trains", "serves")
    for image in STAND_INS:
        repository = image.repository.replace("|", "\\|")
        yield f"| `{repository}` | {image.title} | {_mark(image.training)} | {_mark(image.serving)} |"


def _table(*columns: str) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"


def _mark(stand_in: str | None) -> str:
    return "yes" if stand_in else "no"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
