"""The types of a step's arguments, converted to the ones in the API's shapes."""

from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local_sagemaker.definition.expressions import text_of
from local_sagemaker.definition.numbers import number


def fit(shape: Shape, value: Any) -> Any:
    """A resolved document with its scalars converted to the types in a shape.

    The definition's check compares the types of references. A value from a JSON file is known only now: a number
    becomes a string where the request needs a string, and the other way round.
    """
    if value is None:
        return None
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {
            name: fit(shape.members[name], item) if name in shape.members else item
            for name, item in value.items()
            if item is not None
        }
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: fit(shape.value, item) for key, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [fit(shape.member, item) for item in value]
    return _fit_scalar(shape.type_name, value)


def _fit_scalar(type_name: str, value: Any) -> Any:
    if type_name == "string" and isinstance(value, int | float):
        return text_of(value)
    try:
        if type_name in ("integer", "long") and isinstance(value, str | float):
            found = number(value) if isinstance(value, str) else value
            return int(found) if found.is_integer() else value
        if type_name in ("float", "double") and isinstance(value, str):
            return number(value)
    except ValueError:
        return value  # left as it is: the check of the request names it
    if type_name == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    return value
