"""Requests checked against botocore's own model of the SageMaker API.

The service reports each member that breaks the model in AWS's wording:
``1 validation error detected: Value 'x' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular
expression pattern: ...``.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from local_sagemaker.core.errors import SerializationException, ValidationException
from local_sagemaker.definition.patterns import matches


class Violation(NamedTuple):
    """A value that breaks a constraint of its shape, with the path to it, such as ``tags.1.member.key``."""

    at: str
    value: Any
    constraint: str


class WrongType(NamedTuple):
    """A value of another JSON type than its shape."""

    at: str
    message: str


class UnknownMember(NamedTuple):
    """A member that its structure does not have. The API ignores it; a definition may not contain it."""

    at: str
    name: str


Problem = Violation | WrongType | UnknownMember
Substitute = Callable[[Shape, object, str], Iterable[Problem] | None]
"""Check of a value that stands for another one (an expression); None for a value that stands for itself."""

_JSON_TYPES = {"structure": Mapping, "map": Mapping, "list": list, "string": str, "boolean": bool}


@functools.cache
def service_model(name: str = "sagemaker") -> ServiceModel:
    """Botocore's model of the SageMaker API, or of another service."""
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


def without_nulls(document: Any) -> Any:
    """A document without the members that are null, which the service treats as missing."""
    if isinstance(document, Mapping):
        return {name: without_nulls(value) for name, value in document.items() if value is not None}
    return [without_nulls(item) for item in document] if isinstance(document, list) else document


def _itself(_shape: Shape, _value: object, _at: str) -> None:
    return None


def problems(shape: Shape, value: Any, at: str = "", substitute: Substitute = _itself) -> Iterator[Problem]:
    """Everything about a value that does not fit a shape of the model.

    Each problem names ``at``, the path to the value; ``substitute`` checks expressions, whose values are not known yet.
    """
    substituted = substitute(shape, value, at)
    if substituted is not None:
        yield from substituted
        return
    if not _has_type(shape, value):
        yield WrongType(at, f"{type(value).__name__} cannot be converted to {shape.type_name} at '{at or shape.name}'")
        return
    if isinstance(shape, StructureShape):
        yield from _problems_of_members(shape, value, at, substitute)
        return
    if isinstance(shape, ListShape):
        for number, item in enumerate(value, start=1):
            yield from problems(shape.member, item, f"{at}.{number}.member", substitute)
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _violations(shape.key, key, at)
            yield from problems(shape.value, item, f"{at}.{key}", substitute)
    yield from _violations(shape, value, at)


def _problems_of_members(
    shape: StructureShape, value: Mapping[str, object], at: str, substitute: Substitute
) -> Iterator[Problem]:
    prefix = f"{at}." if at else ""
    for name in shape.required_members:
        if value.get(name) is None and not shape.members[name].metadata.get("idempotencyToken"):
            yield Violation(f"{prefix}{_lower_camel(name)}", None, "Member must not be null")
    for name, item in value.items():
        if name not in shape.members:
            yield UnknownMember(at, name)
        elif item is not None:
            yield from problems(shape.members[name], item, f"{prefix}{_lower_camel(name)}", substitute)


def _lower_camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _has_type(shape: Shape, value: object) -> bool:
    expected = _JSON_TYPES.get(shape.type_name)
    if expected is not None:
        return isinstance(value, expected)
    if isinstance(value, bool):  # an integer to Python, not to JSON
        return False
    if shape.type_name in ("integer", "long"):
        return isinstance(value, int)
    return isinstance(value, int | float)


def _violations(shape: Shape, value: Any, at: str) -> Iterator[Violation]:
    constraints = shape.metadata
    if "enum" in constraints and value not in constraints["enum"]:
        yield Violation(at, value, f"Member must satisfy enum value set: [{', '.join(constraints['enum'])}]")
    if isinstance(value, str) and "pattern" in constraints and not matches(constraints["pattern"], value):
        yield Violation(at, value, f"Member must satisfy regular expression pattern: {constraints['pattern']}")
    sized = isinstance(value, str | list | Mapping)
    measure, noun = (len(value), "length") if sized else (value, "value")
    if not isinstance(measure, int | float):
        return
    if "max" in constraints and measure > constraints["max"]:
        yield Violation(at, value, f"Member must have {noun} less than or equal to {constraints['max']}")
    if "min" in constraints and measure < constraints["min"]:
        yield Violation(at, value, f"Member must have {noun} greater than or equal to {constraints['min']}")


def message_of(found: Iterable[Violation]) -> str:
    """The sentence in which the service reports broken constraints."""
    sentences = [
        f"Value {'null' if value is None else repr(value) if isinstance(value, str) else value} at '{at}' "
        f"failed to satisfy constraint: {constraint}"
        for at, value, constraint in found
    ]
    return f"{len(sentences)} validation error{'s' * (len(sentences) > 1)} detected: {'; '.join(sentences)}"


def check_request(operation: str, request: object) -> None:
    """Check a request against the model.

    Raises ValidationException if a member is missing, or breaks a pattern, an enumeration or a limit;
    SerializationException if a member has another JSON type than its shape.
    """
    shape = service_model().operation_model(operation).input_shape
    if shape is None:
        return
    found = list(problems(shape, request))
    for problem in found:
        if isinstance(problem, WrongType):
            raise SerializationException(problem.message)
    violations = [problem for problem in found if isinstance(problem, Violation)]
    if violations:
        raise ValidationException(message_of(violations))


def convert(shape: Shape, value: Any, scalar: Callable[[str, Any], Any]) -> Any:
    """A document without its nulls, and each value that is no structure, map or list of its shape converted.

    ``scalar(type_name, value)`` converts one value; a member that the shape does not have stays as it is.
    """
    if value is None:
        return None
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        members = shape.members
        return {
            name: convert(members[name], item, scalar) if name in members else item
            for name, item in value.items()
            if item is not None
        }
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: convert(shape.value, item, scalar) for key, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [convert(shape.member, item, scalar) for item in value]
    return scalar(shape.type_name, value)


def require_member(request: Mapping[str, Any], name: str) -> None:
    """Raise a ValidationException if a request has no such member, although the model does not require it."""
    if request.get(name) is None:
        raise ValidationException(message_of([Violation(_lower_camel(name), None, "Member must not be null")]))


def only_members(shape: Shape, value: Any) -> Any:
    """The members of a document that its output shape has; the others are internal to the service."""
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
