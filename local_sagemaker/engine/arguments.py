"""The types of a step's arguments, converted to the ones in the API's shapes."""

from typing import Any

from botocore.model import Shape

from local_sagemaker.definition.expressions import text_of
from local_sagemaker.definition.shapes import convert


def fit(shape: Shape, value: Any) -> Any:
    """A resolved document with its scalars converted to the types in a shape.

    A parameter, or a value from a JSON file, has the type of its source. As in SageMaker, a number becomes a string
    where the request needs a string, and the other way round.
    """
    return convert(shape, value, _fit_scalar)


def _fit_scalar(type_name: str, value: Any) -> Any:
    if type_name == "string" and isinstance(value, int | float):
        return text_of(value)
    try:
        if type_name in ("integer", "long") and isinstance(value, str | float) and float(value).is_integer():
            return int(float(value))
        if type_name in ("float", "double") and isinstance(value, str):
            return float(value)
    except ValueError:
        return value  # left as it is: the check of the request names it
    if type_name == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    return value
