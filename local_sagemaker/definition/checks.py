"""A definition held against itself and against the API's own shapes, before anything is stored or started."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from local_sagemaker.core.errors import DefinitionError, SerializationException
from local_sagemaker.definition import conditions, expressions, graph, parameters, references, retry
from local_sagemaker.definition.parse import Definition, Step
from local_sagemaker.definition.shapes import message_of, service_model, violations
from local_sagemaker.definition.step_types import API_STEPS, KNOWN_STEPS, SUPPORTED_STEPS, ApiStep
from local_sagemaker.engine import cache

_STEP_NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")


def check(definition: Definition) -> None:
    """Check a whole definition.

    Raises
    ------
    DefinitionError
        Something in it can never work: a name, a type, a reference, an argument, a condition, or a circle.
    """
    parameters.check(definition.parameters)
    for step in definition.steps.values():
        _check_step(definition, step)
    for expression in expressions.all_expressions(definition.experiment):
        references.check_expression(definition, "PipelineExperimentConfig", expression)
    cycle = graph.find_cycle(definition)
    if cycle:
        raise DefinitionError(f"The steps wait for each other in a circle: {' -> '.join(cycle)}.")


def _check_step(definition: Definition, step: Step) -> None:
    if not _STEP_NAME.fullmatch(step.name):
        raise DefinitionError(f"Step name {step.name!r} must satisfy regular expression pattern: {_STEP_NAME.pattern}")
    if step.type not in KNOWN_STEPS:
        raise DefinitionError(f"Unknown step type {step.type!r} of step {step.name}.")
    for need in sorted(step.needs):
        if need not in definition.steps:
            raise DefinitionError(f"Step {step.name} depends on {references.unknown(need, definition.steps, 'step')}")
        if definition.steps[need].type == "Fail":
            raise DefinitionError(f"{step.name} can not depends on {need}: a Fail step ends the execution.")
    for expression in expressions.all_expressions(step.arguments):
        references.check_expression(definition, f"step {step.name}", expression)
    if step.type not in SUPPORTED_STEPS:
        return
    if step.type == "Condition":
        _check_conditions(step.arguments["Conditions"], step.name)
    elif step.type in API_STEPS:
        _check_arguments(step, API_STEPS[step.type])
    _check_options(step)


def _check_arguments(step: Step, kind: ApiStep) -> None:
    shape = service_model().operation_model(kind.create).input_shape
    arguments = dict(step.arguments)
    if kind.name is not None:
        arguments.setdefault(kind.name, {"Get": "Execution.PipelineExecutionId"})
    try:
        _refuse_unknown_members(shape, arguments)
        found = list(violations(shape, arguments, is_placeholder=expressions.is_expression))
    except SerializationException as error:
        raise DefinitionError(f"Model Validation failed in step {step.name}: {error}") from error
    if found:
        raise DefinitionError(f"Model Validation failed in step {step.name}: {message_of(found)}")
    if step.property_files:
        _check_property_files(step)


def _refuse_unknown_members(shape: Shape, value: object) -> None:
    if expressions.is_expression(value):
        if isinstance(shape, StructureShape):
            raise DefinitionError("Expecting start of Json Object.")
        if isinstance(shape, ListShape):
            raise DefinitionError("Expecting start of Json Array.")
    elif isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name, item in value.items():
            if name not in shape.members:
                raise DefinitionError(f"Unknown Argument member '{name}'.")
            _refuse_unknown_members(shape.members[name], item)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for item in value:
            _refuse_unknown_members(shape.member, item)


def _check_property_files(step: Step) -> None:
    outputs = (step.arguments.get("ProcessingOutputConfig") or {}).get("Outputs", [])
    names = [output.get("OutputName") for output in outputs]
    for name, file in step.property_files.items():
        if file["OutputName"] not in names:
            raise DefinitionError(
                f"The property file {name} of step {step.name} is in the output {file['OutputName']}, "
                f"which the step does not have; it has {names}."
            )


def _check_conditions(given: Any, step: str) -> None:
    for condition in given if isinstance(given, list) else [given]:
        kind = condition.get("Type") if isinstance(condition, Mapping) else None
        members = conditions.MEMBERS.get(str(kind))
        if members is None:
            raise DefinitionError(f"Unknown condition type {kind!r} in step {step}.")
        missing = [member for member in members if member not in condition]
        if missing:
            raise DefinitionError(f"A condition of type {kind} in step {step} has no {missing[0]}.")
        if kind in ("Not", "Or"):
            _check_conditions(condition[members[0]], step)


def _check_options(step: Step) -> None:
    expiry = step.cache.get("ExpireAfter")
    if expiry:
        cache.duration(expiry)
    kind = API_STEPS.get(step.type)
    allowed = retry.STEP_EXCEPTIONS + (retry.JOB_EXCEPTIONS if kind and kind.retryable else ())
    for policy in step.retry_policies:
        for exception in policy.get("ExceptionType", ()):
            if exception not in allowed:
                raise DefinitionError(
                    f"The step {step.name} of type {step.type} cannot retry after {exception}; "
                    f"it takes {', '.join(allowed)}."
                )
        if "MaxAttempts" in policy and "ExpireAfterMin" in policy:
            raise DefinitionError(f"A retry policy of step {step.name} has both MaxAttempts and ExpireAfterMin.")
        for member, (least, most) in retry.LIMITS.items():
            value = policy.get(member)
            if value is not None and not (isinstance(value, int) and least <= value <= most):
                raise DefinitionError(
                    f"{member} of a retry policy of step {step.name} must be an integer from {least} to {most}, "
                    f"not {value!r}."
                )
