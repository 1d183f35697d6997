"""Requests held against botocore's own model of the SageMaker API.

The service answers a request that breaks its model with one sentence per member, in AWS's wording:
``1 validation error detected: Value 'x' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular
expression pattern: ...``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from local_sagemaker.core.errors import SerializationException, ValidationException

Violation = tuple[str, Any, str]
"""Where (``tags.1.member.key``), the value, and the constraint that it breaks."""

# Java's character classes, which the model uses and Python's re does not know.
_JAVA_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{M}": r"\u0300-\u036f",
    r"\p{Z}": r" \u00a0\u2000-\u200a",
    r"\p{N}": r"\d",
    r"\p{S}": r"$+<=>^`|~\u00a2-\u00b4\u2030-\u2bff",
    r"\p{P}": r"!-#%-*,-/:;?@\[-\]_{}\u00a1-\u00bf\u2010-\u205e",
    r"\p{Alnum}": r"a-zA-Z0-9",
    "*)${1,128}": "*)",  # two patterns of the model, both of tags, are malformed in Java too
    "*)${1,256}": "*)",
    r"\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF": r"\U0010FFFF",
}

_JSON_TYPES = {"structure": Mapping, "map": Mapping, "list": list, "string": str, "boolean": bool}


@functools.cache
def service_model() -> ServiceModel:
    """Botocore's model of the SageMaker API."""
    return ServiceModel(Loader().load_service_model("sagemaker", "service-2"), "sagemaker")


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    for java, python in _JAVA_CLASSES.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern)


def _lower_camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _never(_value: object) -> bool:
    return False


def without_nulls(document: Any) -> Any:
    """A document without the members that are null, which are to the service as if they were not there."""
    if isinstance(document, Mapping):
        return {name: without_nulls(value) for name, value in document.items() if value is not None}
    return [without_nulls(item) for item in document] if isinstance(document, list) else document


def violations(
    shape: Shape, value: object, *, at: str = "", is_placeholder: Callable[[object], bool] = _never
) -> Iterator[Violation]:
    """Every constraint of a shape that a value breaks.

    Parameters
    ----------
    shape
        A shape of the model.
    value
        What stands there; its JSON types must fit.
    at
        The path to it, for the message.
    is_placeholder
        Says of a value that it is not known yet (a pipeline's expression), which fits everything.

    Raises
    ------
    SerializationException
        A value has another JSON type than its shape.
    """
    if is_placeholder(value):
        return
    _check_type(shape, value, at)
    if isinstance(shape, StructureShape):
        yield from _structure_violations(shape, value, at, is_placeholder)  # type: ignore[arg-type]
    elif isinstance(shape, ListShape):
        for number, item in enumerate(value, start=1):  # type: ignore[arg-type,var-annotated]
            yield from violations(shape.member, item, at=f"{at}.{number}.member", is_placeholder=is_placeholder)
    elif isinstance(shape, MapShape):
        for key, item in value.items():  # type: ignore[attr-defined]
            yield from _constraint_violations(shape.key, key, at)
            yield from violations(shape.value, item, at=f"{at}.{key}", is_placeholder=is_placeholder)
    if not isinstance(shape, StructureShape):
        yield from _constraint_violations(shape, value, at)


def _structure_violations(
    shape: StructureShape, value: Mapping[str, object], at: str, is_placeholder: Callable[[object], bool]
) -> Iterator[Violation]:
    prefix = f"{at}." if at else ""
    for name in shape.required_members:
        if value.get(name) is None and not shape.members[name].metadata.get("idempotencyToken"):
            yield f"{prefix}{_lower_camel(name)}", None, "Member must not be null"
    for name, item in value.items():
        if name in shape.members and item is not None:
            yield from violations(
                shape.members[name], item, at=f"{prefix}{_lower_camel(name)}", is_placeholder=is_placeholder
            )


def _check_type(shape: Shape, value: object, at: str) -> None:
    expected = _JSON_TYPES.get(shape.type_name)
    if expected is not None:
        fits = isinstance(value, expected)
    elif shape.type_name in ("integer", "long"):
        fits = isinstance(value, int) and not isinstance(value, bool)
    elif shape.type_name == "timestamp":
        fits = isinstance(value, int | float | str) and not isinstance(value, bool)
    else:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits:
        raise SerializationException(
            f"{type(value).__name__} cannot be converted to {shape.type_name} at '{at or shape.name}'"
        )


def _constraint_violations(shape: Shape, value: Any, at: str) -> Iterator[Violation]:
    constraints = shape.metadata
    if "enum" in constraints and value not in constraints["enum"]:
        yield at, value, f"Member must satisfy enum value set: [{', '.join(constraints['enum'])}]"
    if isinstance(value, str) and "pattern" in constraints and not _pattern(constraints["pattern"]).fullmatch(value):
        yield at, value, f"Member must satisfy regular expression pattern: {constraints['pattern']}"
    sized = isinstance(value, str | list | Mapping)
    measure, noun = (len(value), "length") if sized else (value, "value")
    if not isinstance(measure, int | float):
        return
    if "max" in constraints and measure > constraints["max"]:
        yield at, value, f"Member must have {noun} less than or equal to {constraints['max']}"
    if "min" in constraints and measure < constraints["min"]:
        yield at, value, f"Member must have {noun} greater than or equal to {constraints['min']}"


def message_of(found: list[Violation]) -> str:
    """The sentence in which the service reports broken constraints."""
    sentences = [
        f"Value {'null' if value is None else repr(value) if isinstance(value, str) else value} at '{at}' "
        f"failed to satisfy constraint: {constraint}"
        for at, value, constraint in found
    ]
    return f"{len(found)} validation error{'s' * (len(found) > 1)} detected: {'; '.join(sentences)}"


def check_request(operation: str, request: object) -> None:
    """Hold a request against the model.

    Raises
    ------
    ValidationException
        A member is missing, or breaks a pattern, an enumeration or a limit.
    SerializationException
        A member has another JSON type than its shape.
    """
    shape = service_model().operation_model(operation).input_shape
    if shape is None:
        return
    found = list(violations(shape, request))
    if found:
        raise ValidationException(message_of(found))


def only_members(shape: Shape, value: Any) -> Any:
    """What of a document its output shape has; everything else is the service's own and stays inside."""
    if value is None:
        return None
    if isinstance(shape, StructureShape):
        return {
            name: only_members(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        return [only_members(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: only_members(shape.value, item) for key, item in value.items()}
    return value
