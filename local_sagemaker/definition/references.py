"""References of expressions, checked against the parameters, steps, properties and property files of a definition."""

import contextlib
import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_sagemaker.core.errors import ExpressionError
from local_sagemaker.definition import expressions, output_parameters, paths
from local_sagemaker.definition.parse import Definition, Step
from local_sagemaker.definition.shapes import service_model
from local_sagemaker.definition.step_types import API_STEPS, TASK_STEPS, ApiStep

_OUTPUTS = ["ProcessingOutputConfig", "Outputs"]


def findings(definition: Definition, where: str, document: object) -> Iterator[str]:
    """Everything that the expressions of a document name and the definition does not have.

    Each sentence names ``where``, the document's place in the definition.
    """
    for expression in expressions.all_expressions(document):
        kind, argument = next(iter(expression.items()))
        if kind == "Get":
            yield from _of_get(definition, where, str(argument))
        elif not isinstance(argument, Mapping):
            yield f"{kind} in {where} is not a Json Object."
        elif kind == "Std:Join":
            values = argument.get("Values")
            if not isinstance(values, list | Mapping):
                yield f"Std:Join in {where} has no list of Values."
            for value in values if isinstance(values, list) else ():
                if not (isinstance(value, str | int | float) or expressions.is_expression(value)):
                    yield f"Std:Join in {where} joins {repr(value)[:80]}, which is not a single value."
        else:
            yield from _of_json_get(definition, where, argument)


def _of_get(definition: Definition, where: str, reference: str) -> Iterator[str]:
    root, _, rest = reference.partition(".")
    if root == "Parameters":
        if rest not in definition.parameters:
            yield f"{reference} in {where} names {unknown(rest, definition.parameters, 'parameter')}"
    elif root == "Execution":
        if rest not in expressions.EXECUTION_VARIABLES:
            yield (
                f"{reference} in {where} is not an execution variable; there are "
                f"{', '.join(expressions.EXECUTION_VARIABLES)}."
            )
    elif root == "Steps":
        name, _, path = rest.partition(".")
        if name not in definition.steps:
            yield f"{reference} in {where} depends on {unknown(name, definition.steps, 'step')}"
        else:
            problem = _problem_of_property(definition.steps[name], path)
            if problem:
                yield f"{reference} in {where}: {problem}"
    elif root != "LoopBody":  # of ForEach, which is refused when an execution starts
        yield f"{reference} in {where} starts with none of Parameters, Steps and Execution."


def _problem_of_property(step: Step, path: str) -> str | None:
    if path.startswith("PropertyFiles."):
        file = path.removeprefix("PropertyFiles.")
        return None if file in step.property_files else f"the step {step.name} has no property file {file}."
    if step.type not in API_STEPS:
        return _problem_without_describe(step, path)
    kind = API_STEPS[step.type]
    try:
        keys = paths.parse(path)
    except ExpressionError as error:
        return str(error)
    if property_shape(step, kind, keys) is None:
        return f"{kind.describe} returns no such property."
    return _problem_of_output(step, keys)


def _problem_without_describe(step: Step, path: str) -> str | None:
    """The problem of a property of a step that is not a call of the API."""
    if step.type == "Condition":
        return None if path == "Outcome" else "a Condition step has no property but Outcome."
    if step.type in TASK_STEPS:
        names = output_parameters.types(step)
        with contextlib.suppress(ExpressionError):
            member, *name = paths.parse(path) or [""]
            if member == "OutputParameters" and len(name) == 1 and name[0] in names:
                return None
        return f"the {step.type} step {step.name} has no such property; its OutputParameters are [{', '.join(names)}]."
    return None


def property_shape(step: Step, kind: ApiStep, keys: list[paths.Key]) -> Shape | None:
    """The shape of a step's property; None if its Describe call returns no such property."""
    # https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-properties.html
    listed = step.type == "Tuning" and keys[:1] == ["TrainingJobSummaries"]
    operation = "ListTrainingJobsForHyperParameterTuningJob" if listed else kind.describe
    shape = service_model().operation_model(operation).output_shape if keys else None
    for key in keys:
        if isinstance(shape, StructureShape):
            shape = shape.members.get(str(key))
        elif isinstance(shape, ListShape):
            shape = shape.member
        elif isinstance(shape, MapShape):
            shape = shape.value
        else:
            return None
    return shape


def _problem_of_output(step: Step, keys: list[paths.Key]) -> str | None:
    if keys[:2] != _OUTPUTS or len(keys) < 3 or not isinstance(keys[2], str):
        return None
    names = output_names(step)
    if keys[2] in names:
        return None
    return f"the step {step.name} has no output {keys[2]}; it has {', '.join(names) or 'none'}."


def output_names(step: Step) -> list[str]:
    """The names of a Processing step's outputs, as far as its arguments have the shape that they should have."""
    config = step.arguments.get("ProcessingOutputConfig")
    outputs = config.get("Outputs") if isinstance(config, Mapping) else None
    named = [each.get("OutputName") for each in outputs or () if isinstance(each, Mapping)]
    return [name for name in named if isinstance(name, str)]


def _of_json_get(definition: Definition, where: str, argument: Mapping[str, Any]) -> Iterator[str]:
    path = argument.get("Path")
    if not isinstance(path, str) or not path:
        yield f"Std:JsonGet in {where} has no Path; it must be a literal text."
        return
    if "PropertyFile" in argument and "S3Uri" in argument:
        yield f"Std:JsonGet in {where} has both a PropertyFile and an S3Uri; it must have one of them."
        return
    try:
        paths.parse(path)
        if "S3Uri" in argument:
            return
        name, _ = expressions.property_file_of(argument)
    except ExpressionError as error:
        yield f"Std:JsonGet in {where}: {error}"
        return
    step = definition.steps.get(name)  # the Get inside names it, and is checked as any other
    if step is not None and step.type != "Processing":
        yield f"Std:JsonGet in {where}: the {step.type} step {name} has no property files; only Processing steps have."


def unknown(name: str, known: Iterable[str], noun: str) -> str:
    """Name something that the definition does not have, and the name that was perhaps meant."""
    similar = difflib.get_close_matches(name, list(known), n=1)
    return f"the {noun} {name}, which is not in the definition." + (f" Did you mean {similar[0]}?" if similar else "")
