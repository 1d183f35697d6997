"""The expressions of a definition: ``Get``, ``Std:Join`` and ``Std:JsonGet``."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeGuard

from local_sagemaker.core.errors import ExpressionError
from local_sagemaker.definition import paths

EXPRESSIONS = ("Get", "Std:Join", "Std:JsonGet")
EXECUTION_VARIABLES = (
    "PipelineExecutionId", "PipelineExecutionArn", "PipelineName", "PipelineArn", "StartDateTime",
    "CurrentDateTime", "TrainingJobName", "ProcessingJobName",
)  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """The values that expressions refer to."""

    parameters: Mapping[str, Any]
    """The parameters' values, in the types that they declare."""
    execution: Mapping[str, str]
    """The execution variables, except the current time."""
    step_properties: Callable[[str], Mapping[str, Any]]
    """Returns the response of a step's Describe call, by the step's name."""
    property_file: Callable[[str, str], Any]
    """Returns a JSON document, by the step's and the property file's name."""
    read_json: Callable[[str], Any]
    """Returns the JSON document at an S3 URI."""


def is_expression(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is an expression, not a plain document."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in EXPRESSIONS


def text_of(value: object) -> str:
    """A value as text, as Std:Join writes it: Booleans as ``true`` and ``false``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def timestamp(moment: float) -> str:
    """A time in the format of execution variables."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def resolve(value: Any, scope: Scope) -> Any:
    """A document with every expression in it replaced by its value.

    Raises ExpressionError if an expression cannot be resolved; the message names it.
    """
    if is_expression(value):
        return _resolve_expression(value, scope)
    if isinstance(value, Mapping):
        return {key: resolve(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, scope) for item in value]
    return value


def _resolve_expression(expression: Mapping[str, Any], scope: Scope) -> Any:
    name, argument = next(iter(expression.items()))
    if name == "Get":
        return _get(argument, scope)
    if name == "Std:Join":
        values = resolve(argument["Values"], scope)
        if not isinstance(values, list):
            raise ExpressionError(f"the Values of Std:Join must be a list, not {values!r}")
        for item in values:
            if not isinstance(item, str | int | float):
                raise ExpressionError(f"Std:Join joins single values; one is of type {type(item).__name__}")
        return text_of(resolve(argument.get("On", ""), scope)).join(map(text_of, values))
    return _json_get(argument, scope)


def _get(reference: str, scope: Scope) -> Any:
    root, _, rest = reference.partition(".")
    if root == "Parameters" and rest in scope.parameters:
        return scope.parameters[rest]
    if root == "Execution":
        if rest == "CurrentDateTime":
            return timestamp(datetime.now(UTC).timestamp())
        if rest in scope.execution:
            return scope.execution[rest]
    if root == "Steps":
        step, _, path = rest.partition(".")
        try:
            return paths.follow(scope.step_properties(step), paths.parse(path))
        except ExpressionError as error:
            raise ExpressionError(f"{reference} cannot be resolved: {error}") from error
    raise ExpressionError(f"{reference} cannot be resolved: no such parameter or variable.")


def _json_get(argument: Mapping[str, Any], scope: Scope) -> Any:
    path = resolve(argument["Path"], scope)
    if "S3Uri" in argument:
        source = resolve(argument["S3Uri"], scope)
        if not isinstance(source, str):
            raise ExpressionError(f"the S3Uri of Std:JsonGet must be text, not {source!r}")
        document = scope.read_json(source)
    else:
        source = argument["PropertyFile"]["Get"]
        document = scope.property_file(*property_file_of(argument))
    try:
        value = paths.follow(document, paths.parse(path))
    except ExpressionError as error:
        raise ExpressionError(f"JsonGet of {path} in {source} cannot be resolved: {error}") from error
    if isinstance(value, Mapping | list) or value is None:
        raise ExpressionError(f"JsonGet of {path} in {source} is not a single value but of type {type(value).__name__}")
    return value


def property_file_of(argument: Mapping[str, Any]) -> tuple[str, str]:
    """The step and the property file that a JsonGet names: ``Steps.<step>.PropertyFiles.<file>``.

    Raises ExpressionError if the reference has another form.
    """
    reference = argument.get("PropertyFile")
    parts = str(reference.get("Get")).split(".") if is_expression(reference) else []
    if len(parts) != 4 or parts[0] != "Steps" or parts[2] != "PropertyFiles":
        raise ExpressionError(
            f"{reference!r} is not a property file; write {{'Get': 'Steps.<step>.PropertyFiles.<name>'}}."
        )
    return parts[1], parts[3]


def all_expressions(value: object) -> Iterator[Mapping[str, Any]]:
    """Every expression in a document, outer ones before those inside them."""
    if is_expression(value):
        yield value
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for item in items:
        yield from all_expressions(item)


def referenced_steps(value: object) -> set[str]:
    """The steps whose properties or property files a document reads."""
    references = (expression["Get"] for expression in all_expressions(value) if "Get" in expression)
    return {reference.split(".")[1] for reference in references if str(reference).startswith("Steps.")}
