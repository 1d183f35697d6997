"""References held against what the definition has: parameters, steps, their properties and their property files."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_sagemaker.core.errors import DefinitionError, ExpressionError
from local_sagemaker.definition import expressions, paths
from local_sagemaker.definition.parse import Definition
from local_sagemaker.definition.shapes import service_model
from local_sagemaker.definition.step_types import API_STEPS


def check_expression(definition: Definition, where: str, expression: Mapping[str, Any]) -> None:
    """Check that an expression names something that the definition has.

    Raises
    ------
    DefinitionError
        It does not; ``where`` it stands is in the message.
    """
    kind, argument = next(iter(expression.items()))
    if kind == "Get":
        _check_get(definition, where, argument)
    elif not isinstance(argument, Mapping):
        raise DefinitionError(f"{kind} in {where} is not a Json Object.")
    elif kind == "Std:Join":
        if not isinstance(argument.get("Values"), list | Mapping):
            raise DefinitionError(f"Std:Join in {where} has no list of Values.")
    else:
        _check_json_get(definition, where, argument)


def _check_get(definition: Definition, where: str, reference: object) -> None:
    root, _, rest = str(reference).partition(".")
    if root == "Parameters":
        if rest not in definition.parameters:
            raise DefinitionError(f"{reference} in {where} names {unknown(rest, definition.parameters, 'parameter')}")
    elif root == "Execution":
        if rest not in expressions.EXECUTION_VARIABLES:
            raise DefinitionError(
                f"{reference} in {where} is not an execution variable; there are "
                f"{', '.join(expressions.EXECUTION_VARIABLES)}."
            )
    elif root == "Steps":
        _check_property(definition, where, str(reference), rest)
    elif root != "LoopBody":  # of ForEach, which is refused when an execution starts
        raise DefinitionError(f"{reference} in {where} starts with none of Parameters, Steps and Execution.")


def _check_property(definition: Definition, where: str, reference: str, rest: str) -> None:
    name, _, path = rest.partition(".")
    if name not in definition.steps:
        raise DefinitionError(f"{reference} in {where} names {unknown(name, definition.steps, 'step')}")
    step = definition.steps[name]
    if path.startswith("PropertyFiles."):
        if path.removeprefix("PropertyFiles.") not in step.property_files:
            raise DefinitionError(f"{reference} in {where}: the step {name} has no such property file.")
        return
    if step.type == "Condition" and path != "Outcome":
        raise DefinitionError(f"{reference} in {where}: a Condition step has no property but Outcome.")
    kind = API_STEPS.get(step.type)
    if kind is None:
        return
    shape = service_model().operation_model(kind.describe).output_shape
    try:
        keys = paths.parse(path)
    except ExpressionError as error:
        raise DefinitionError(f"{reference} in {where}: {error}") from error
    if step.type == "Tuning" and keys[:1] == ["TrainingJobSummaries"]:
        return
    if not keys or not _leads_somewhere(shape, keys):
        raise DefinitionError(f"{reference} in {where}: {kind.describe} answers no such property.")


def _leads_somewhere(shape: Shape, keys: list[paths.Key]) -> bool:
    for key in keys:
        if isinstance(shape, StructureShape):
            if key not in shape.members:
                return False
            shape = shape.members[key]
        elif isinstance(shape, ListShape):
            shape = shape.member
        elif isinstance(shape, MapShape):
            shape = shape.value
        else:
            return False
    return True


def _check_json_get(definition: Definition, where: str, argument: Mapping[str, Any]) -> None:
    path = argument.get("Path")
    if not isinstance(path, str) or not path:
        raise DefinitionError(f"Std:JsonGet in {where} has no Path; it must be a literal text.")
    try:
        paths.parse(path)
        if "S3Uri" in argument:
            return
        name, file = expressions.property_file_of(argument)
    except ExpressionError as error:
        raise DefinitionError(f"Std:JsonGet in {where}: {error}") from error
    step = definition.steps.get(name)
    if step is None or step.type != "Processing" or file not in step.property_files:
        raise DefinitionError(f"Std:JsonGet in {where}: the step {name} has no property file {file}.")


def unknown(name: str, known: Iterable[str], noun: str) -> str:
    """How to speak of a name that is not there, and of the one that was perhaps meant."""
    similar = difflib.get_close_matches(name, list(known), n=1)
    return f"the {noun} {name}, which is not in the definition." + (f" Did you mean {similar[0]}?" if similar else "")
