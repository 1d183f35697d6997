"""The types of references, which must fit the arguments where they stand: the service converts none of them."""

from collections.abc import Mapping
from typing import Any

from botocore.model import Shape

from local_sagemaker.core.errors import ExpressionError
from local_sagemaker.definition import output_parameters, paths
from local_sagemaker.definition.parse import Definition
from local_sagemaker.definition.references import property_shape
from local_sagemaker.definition.step_types import API_STEPS, TASK_STEPS

_FITS = {
    "String": {"string"},
    "Integer": {"integer", "long", "float", "double"},
    "Float": {"float", "double"},
    "Boolean": {"boolean"},
}
"""Each type of a parameter with the types of the arguments to which it can be assigned."""
_TYPES = {
    "string": "String",
    "integer": "Integer",
    "long": "Integer",
    "float": "Float",
    "double": "Float",
    "boolean": "Boolean",
}


def problem(definition: Definition, shape: Shape, expression: Mapping[str, Any]) -> str | None:
    """Report an expression whose type does not fit an argument.

    Nothing is known about a value that Std:JsonGet reads, nor, from any source, about times and whole objects: None.
    """
    if shape.type_name not in _TYPES:
        return None
    if "Std:Join" in expression:
        if shape.type_name == "string":
            return None
        return f"Cannot assign Std:Join, which is a text, to argument of type [{_TYPES[shape.type_name]}]."
    reference = str(expression.get("Get"))
    kind = _type_of(definition, reference)
    if kind is None or shape.type_name in _FITS[kind]:
        return None
    hint = " Std:Join (to_string() in the SDK) makes it a text." if shape.type_name == "string" else ""
    return f"Cannot assign property reference [{reference}] to argument of type [{_TYPES[shape.type_name]}].{hint}"


def _type_of(definition: Definition, reference: str) -> str | None:
    root, _, rest = reference.partition(".")
    if root == "Execution":
        return "String"
    if root == "Parameters":
        declared = definition.parameters.get(rest, {}).get("Type", "String")
        return declared if isinstance(declared, str) and declared in _FITS and rest in definition.parameters else None
    name, _, path = rest.partition(".")
    step = definition.steps.get(name) if root == "Steps" else None
    if step is None or step.type not in (*API_STEPS, *TASK_STEPS):
        return None
    try:
        keys = paths.parse(path)
    except ExpressionError:
        return None
    if step.type in TASK_STEPS:
        return output_parameters.types(step).get(str(keys[-1])) if keys else None
    found = property_shape(step, API_STEPS[step.type], keys)
    return _TYPES.get(found.type_name) if found is not None else None
