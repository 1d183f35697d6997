"""The types of a step's arguments, converted to the ones in the API's shapes."""

from typing import Any

from botocore.model import Shape

from local_sagemaker.definition.expressions import text_of
from local_sagemaker.definition.numbers import number
from local_sagemaker.definition.shapes import convert


def fit(shape: Shape, value: Any) -> Any:
    """A resolved document with its scalars converted to the types in a shape.

    The definition's check compares the types of references. A value from a JSON file is known only now: a number
    becomes a string where the request needs a string, and the other way round.
    """
    return convert(shape, value, _fit_scalar)


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
