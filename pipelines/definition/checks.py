"""The check of the definition before it is sent: the service's own check, and a few that the service does not make.

The service refuses what can never work. The checks added here find what would fail, or never run, in an execution.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import Shape

from local_sagemaker.definition import checks as service
from local_sagemaker.definition.expressions import is_expression
from local_sagemaker.definition.parse import Definition, Step
from local_sagemaker.definition.shapes import Problem, Violation, problems
from local_sagemaker.definition.step_types import API_STEPS
from pipelines.errors import InvalidDefinition


def check(text: str) -> None:
    """Refuse a definition that the service would refuse, or that would fail an hour later.

    Raises `InvalidDefinition` with every finding, not only the first.
    """
    found = findings(text)
    if found:
        raise InvalidDefinition(found)


def findings(text: str) -> list[str]:
    """List everything wrong with a definition, one sentence each; empty for a good one."""
    definition, found = service.inspect(text)
    return found if definition is None else [*found, *beyond_the_service(definition)]


def beyond_the_service(definition: Definition) -> Iterator[str]:
    """Everything that the service accepts, and that fails or never runs in an execution."""
    for step in definition.steps.values():
        yield from _unreachable(definition, step)
        yield from _repeated_configuration(step)
        yield from _defaults_of_parameters(definition, step)


def _unreachable(definition: Definition, step: Step) -> Iterator[str]:
    """A step inside a branch is known only inside that branch: branches cannot rejoin."""
    own = list(definition.branches(step))
    for need in sorted(step.needs & definition.steps.keys()):
        for branch in definition.branches(definition.steps[need]):
            if branch not in own:
                condition, side = branch
                yield (
                    f"Step {step.name} needs step {need}, which lies in {'IfSteps' if side else 'ElseSteps'} of "
                    f"{condition} and may never run."
                )
                break


def _repeated_configuration(step: Step) -> Iterator[str]:
    """An endpoint configuration cannot be changed, so the second execution could not create the same name again."""
    name = json.dumps(step.arguments.get("EndpointConfigName"))
    if step.type == "EndpointConfig" and "Execution." not in name:
        yield (
            f"Step {step.name} names its endpoint configuration {name} in every execution, and a configuration "
            "is created once; join Execution.PipelineExecutionId into the name."
        )


def _defaults_of_parameters(definition: Definition, step: Step) -> Iterator[str]:
    """The default of a parameter has the limits of the argument where the parameter stands."""
    kind = API_STEPS.get(step.type)
    if kind is None:
        return
    found: list[str] = []

    def inspect(shape: Shape, value: object, at: str) -> tuple[Problem, ...] | None:
        if not is_expression(value):
            return None
        found.extend(f"Step {step.name}, {at}: {problem}." for problem in _of_default(definition, shape, value))
        return ()

    for _problem in service.argument_problems(kind, step.arguments, inspect):
        pass  # the service's own findings
    yield from found


def _of_default(definition: Definition, shape: Shape, expression: Mapping[str, Any]) -> Iterator[str]:
    root, _, name = str(expression.get("Get")).partition(".")
    default = definition.parameters.get(name, {}).get("DefaultValue") if root == "Parameters" else None
    for problem in () if default is None else problems(shape, default, "the default"):
        if isinstance(problem, Violation):
            yield f"the default {problem.value!r} of parameter {name} breaks: {problem.constraint}"
