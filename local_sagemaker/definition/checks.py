"""The check of a whole definition, before anything is stored or started.

The service refuses a pipeline with the first finding; the workflow lists all of them before it sends anything.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_sagemaker.core.errors import DefinitionError
from local_sagemaker.definition import (
    conditions,
    expressions,
    graph,
    output_parameters,
    parameters,
    reference_types,
    references,
    retry,
)
from local_sagemaker.definition.durations import duration
from local_sagemaker.definition.parse import Definition, Step, parse
from local_sagemaker.definition.shapes import (
    Problem,
    Substitute,
    UnknownMember,
    Violation,
    WrongType,
    message_of,
    problems,
    service_model,
)
from local_sagemaker.definition.step_types import API_STEPS, KNOWN_STEPS, SUPPORTED_STEPS, TASK_STEPS, ApiStep

_STEP_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")


def check(text: str) -> Definition:
    """Read and check a definition.

    Raises DefinitionError if something in it can never work: a name, a type, a reference, an argument, a condition, or
    a cycle.
    """
    definition, found = inspect(text)
    if definition is None or found:
        raise DefinitionError(found[0])
    return definition


def inspect(text: str) -> tuple[Definition | None, list[str]]:
    """Read a definition, and list everything wrong with it, one sentence each; None for one that cannot be read."""
    try:
        definition = parse(text)
    except DefinitionError as error:
        return None, [error.reason]
    return definition, list(findings(definition))


def findings(definition: Definition) -> Iterator[str]:
    """Everything in a definition that can never work, one sentence each."""
    yield from parameters.findings(definition.parameters)
    for step in definition.steps.values():
        yield from _of_step(definition, step)
    yield from references.findings(definition, "PipelineExperimentConfig", definition.experiment)
    cycle = graph.find_cycle(definition)
    if cycle:
        yield f"The steps wait for each other in a circle: {' -> '.join(cycle)}."


def _of_step(definition: Definition, step: Step) -> Iterator[str]:
    if not _STEP_NAME.fullmatch(step.name):
        yield f"Step name {step.name!r} must satisfy regular expression pattern: {_STEP_NAME.pattern}"
    if step.type not in KNOWN_STEPS:
        yield f"Unknown step type {step.type!r} of step {step.name}."
    for need in sorted(step.needs):
        if need in definition.steps and definition.steps[need].type == "Fail":
            yield f"{step.name} can not depends on {need}: a Fail step ends the execution."
        elif need not in definition.steps and need in step.depends_on:
            yield f"Step {step.name} depends on {references.unknown(need, definition.steps, 'step')}"
    yield from references.findings(definition, f"step {step.name}", step.arguments)
    if step.type == "Condition":
        yield from conditions.findings(step.arguments["Conditions"], step.name)
    if step.type in API_STEPS:
        yield from _of_arguments(definition, step, API_STEPS[step.type])
    if step.type in TASK_STEPS:
        yield from output_parameters.findings(step)
    if step.type in SUPPORTED_STEPS:
        yield from _of_cache(step)
        yield from retry.findings(step)


def _of_arguments(definition: Definition, step: Step, kind: ApiStep) -> Iterator[str]:
    arguments = dict(step.arguments)
    if kind.name is not None:  # the service makes a name up
        arguments.setdefault(kind.name, {"Get": "Execution.PipelineExecutionId"})
    assignments: list[str] = []

    def expression(shape: Shape, value: object, at: str) -> list[Problem] | None:
        if not expressions.is_expression(value):
            return None
        reason = reference_types.problem(definition, shape, value)
        if reason:
            assignments.append(f"{reason} It is in step {step.name} at '{at}'.")
        return _whole_objects(shape, at)

    found = list(argument_problems(kind, arguments, expression))
    yield from assignments
    for problem in found:
        if isinstance(problem, UnknownMember):
            place = f" at '{problem.at}'" if problem.at else ""
            yield f"Model Validation failed in step {step.name}: Unknown Argument member '{problem.name}'{place}."
        elif isinstance(problem, WrongType):
            yield f"Model Validation failed in step {step.name}: {problem.message}"
    violations = [problem for problem in found if isinstance(problem, Violation)]
    if violations:
        yield f"Model Validation failed in step {step.name}: {message_of(violations)}"
    yield from _of_property_files(step)


def argument_problems(kind: ApiStep, arguments: Mapping[str, Any], substitute: Substitute) -> Iterator[Problem]:
    """Everything about a step's arguments that does not fit the request of its API operation.

    ``substitute`` checks the expressions among the arguments.
    """
    return problems(service_model().operation_model(kind.create).input_shape, arguments, substitute=substitute)


def _whole_objects(shape: Shape, at: str) -> list[Problem]:
    """Refuse an expression where an object or an array must be written out."""
    if isinstance(shape, StructureShape | MapShape):
        return [WrongType(at, f"Expecting start of Json Object at '{at}', not an expression.")]
    if isinstance(shape, ListShape):
        return [WrongType(at, f"Expecting start of Json Array at '{at}', not an expression.")]
    return []


def _of_property_files(step: Step) -> Iterator[str]:
    names = references.output_names(step)
    for name, file in step.property_files.items():
        if file["OutputName"] not in names:
            yield (
                f"The property file {name} of step {step.name} is in the output {file['OutputName']}, "
                f"which the step does not have; it has {names}."
            )


def _of_cache(step: Step) -> Iterator[str]:
    expiry = step.cache.get("ExpireAfter")
    if expiry:
        try:
            duration(expiry)
        except ValueError as error:
            yield f"The cache of step {step.name}: {error}"
