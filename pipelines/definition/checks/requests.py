"""Every step's Arguments against the request shape of its API: members, types, enums, lengths, ranges, patterns.

AWS's published JSON schema of definitions is stale and rejects the SDK's own output; botocore's service model is what
the service itself is generated from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pipelines.definition.checks.graph import Graph, is_expression
from pipelines.definition.checks.service import operation

CREATE = {
    "Processing": "CreateProcessingJob",
    "Training": "CreateTrainingJob",
    "Tuning": "CreateHyperParameterTuningJob",
    "Transform": "CreateTransformJob",
    "Model": "CreateModel",
    "RegisterModel": "CreateModelPackage",
    "EndpointConfig": "CreateEndpointConfig",
    "Endpoint": "CreateEndpoint",
}
NAMED_BY_THE_SERVICE = {
    "ProcessingJobName",
    "TrainingJobName",
    "HyperParameterTuningJobName",
    "TransformJobName",
    "ModelName",
    "ModelPackageName",
}
NUMBERS: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}
UNICODE_CLASSES = {r"\p{L}": r"\w", r"\p{M}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s", r"\p{P}": "!-/:-@"}
"""The service model's patterns are Java's; Python's ``re`` has no Unicode classes, and these come close."""
PARAMETER_TYPES = {
    "String": {"string"},
    "Integer": {"integer", "long", "float", "double"},
    "Float": {"float", "double"},
    "Boolean": {"boolean"},
}


def request_findings(graph: Graph) -> Iterator[str]:
    """Yield what the services behind the steps would refuse."""
    for node in graph.nodes:
        step_type = str(node.step.get("Type"))
        if step_type in CREATE:
            shape = operation(CREATE[step_type]).input_shape
            arguments = node.step.get("Arguments", {})
            for where, problem in _check(arguments, shape, graph.parameters, ""):
                yield f"Step {node.name}, {where or 'Arguments'}: {problem}."


Problems = Iterator[tuple[str, str]]
Parameters = dict[str, dict[str, Any]]


def _check(value: Any, shape: Any, parameters: Parameters, where: str) -> Problems:
    if is_expression(value):
        yield from _expression(value, shape, parameters, where)
    elif shape.type_name == "structure":
        yield from _structure(value, shape, parameters, where)
    elif shape.type_name == "list":
        yield from _list(value, shape, parameters, where)
    elif shape.type_name == "map":
        yield from _map(value, shape, parameters, where)
    else:
        yield from _scalar(value, shape, where)


def _structure(value: Any, shape: Any, parameters: Parameters, where: str) -> Problems:
    if not isinstance(value, dict):
        yield where, f"expected an object, found {type(value).__name__}"
        return
    for name in shape.required_members:
        if name not in value and not (where == "" and name in NAMED_BY_THE_SERVICE):
            yield where, f"the required member {name} is missing"
    for name, item in value.items():
        if name not in shape.members:
            yield where, f"there is no member {name}"
        else:
            yield from _check(item, shape.members[name], parameters, f"{where}.{name}".lstrip("."))


def _list(value: Any, shape: Any, parameters: Parameters, where: str) -> Problems:
    if not isinstance(value, list):
        yield where, f"expected a list, found {type(value).__name__}"
        return
    yield from _within(len(value), shape, where, "items")
    for index, item in enumerate(value):
        yield from _check(item, shape.member, parameters, f"{where}[{index}]")


def _map(value: Any, shape: Any, parameters: Parameters, where: str) -> Problems:
    if not isinstance(value, dict):
        yield where, f"expected an object, found {type(value).__name__}"
        return
    yield from _within(len(value), shape, where, "entries")
    for key, item in value.items():
        yield from _scalar(key, shape.key, f"{where}[{key!r}]")
        yield from _check(item, shape.value, parameters, f"{where}[{key!r}]")


def _scalar(value: Any, shape: Any, where: str) -> Problems:
    if shape.type_name == "string":
        yield from _string(value, shape, where)
    elif shape.type_name == "boolean":
        if not isinstance(value, bool):
            yield where, f"expected true or false, found {value!r}"
    elif shape.type_name in NUMBERS:
        is_number = isinstance(value, NUMBERS[shape.type_name]) and not isinstance(value, bool)
        if is_number:
            yield from _within(float(value), shape, where, "")
        else:
            yield where, f"expected a number ({shape.type_name}), found {value!r}"


def _string(value: Any, shape: Any, where: str) -> Problems:
    if not isinstance(value, str):
        yield where, f"expected a text, found {value!r}"
        return
    yield from _within(len(value), shape, where, "characters")
    pattern = shape.metadata.get("pattern")
    compiled = _compiled(pattern) if pattern else None
    if compiled and not compiled.fullmatch(value):
        yield where, f"{value!r} does not match {pattern}"
    if shape.enum and value not in shape.enum:
        yield where, f"{value!r} is none of the service's values"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    for java, python in UNICODE_CLASSES.items():
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern)
    except re.error:
        return None  # two patterns of the model (both of tags) are malformed in Java too


def _within(size: float, shape: Any, where: str, unit: str) -> Problems:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield where, f"{size} {unit}".rstrip() + f" is outside {low} to {high}"


def _expression(value: dict[str, Any], shape: Any, parameters: Parameters, where: str) -> Problems:
    """Resolve a placeholder by type: a parameter has its own, Join gives text, the rest is only known later."""
    if shape.type_name in ("structure", "list", "map"):
        yield where, f"an expression stands where the service expects a {shape.type_name}"
    elif "Std:Join" in value and shape.type_name != "string":
        yield where, f"Join gives text, but the service expects a {shape.type_name}"
    elif str(value.get("Get", "")).startswith("Parameters."):
        parameter = parameters.get(value["Get"].removeprefix("Parameters."))
        if parameter is not None:
            yield from _parameter(parameter, shape, where)


def _parameter(parameter: dict[str, Any], shape: Any, where: str) -> Problems:
    if shape.type_name not in PARAMETER_TYPES[parameter["Type"]]:
        yield (
            where,
            (
                f"parameter {parameter['Name']} is of type {parameter['Type']}, "
                f"but the service expects a {shape.type_name}"
            ),
        )
        return
    for candidate in [parameter["DefaultValue"]] if "DefaultValue" in parameter else []:
        for place, problem in _scalar(candidate, shape, where):
            yield place, f"the default of parameter {parameter['Name']}: {problem}"
