"""The parameters of an execution: given values and defaults, each converted to its type."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from local_sagemaker.core.errors import ValidationException
from local_sagemaker.definition import numbers
from local_sagemaker.definition.expressions import text_of


def _read_boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


READERS: dict[str, Callable[[str], Any]] = {
    "String": str,
    "Integer": numbers.integer,
    "Float": numbers.number,
    "Boolean": _read_boolean,
}
"""Each type with the function that reads its text; raises ValueError or KeyError for a text of another type."""
# The type of a default in JSON, as in the service's published schema
# (aws-sagemaker-mlops/sagemaker-model-building-pipeline-definition-JSON-schema).
_DEFAULTS: dict[str, Callable[[object], bool]] = {
    "String": lambda value: isinstance(value, str),
    "Integer": numbers.is_integer,
    "Float": numbers.is_number,
    "Boolean": lambda value: isinstance(value, bool),
}
TYPES = tuple(READERS)
MOST_DECLARED = 200
"""https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quotas.html"""


def values_of(
    declared: Mapping[str, Mapping[str, Any]], given: Sequence[Mapping[str, str]]
) -> dict[str, str | int | float | bool]:
    """The value of every parameter.

    Raises ValidationException if a parameter is not declared, is given twice, has no value, or has one that its type or
    enumeration forbids.
    """
    named = {parameter["Name"]: parameter["Value"] for parameter in given}
    if len(named) < len(given):
        raise ValidationException("Duplicate parameter names found in PipelineParameters")
    for name in named.keys() - declared.keys():
        similar = difflib.get_close_matches(name, declared, n=1)
        hint = f" Did you mean [{similar[0]}]?" if similar else ""
        raise ValidationException(f"Unknown parameter: the pipeline definition has no parameter [{name}].{hint}")
    return {name: _value(parameter, named.get(name)) for name, parameter in declared.items()}


def as_listed(values: Mapping[str, object]) -> list[dict[str, str]]:
    """All parameters as ListPipelineParametersForExecution returns them."""
    return [{"Name": name, "Value": text_of(value)} for name, value in values.items()]


def findings(declared: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Everything wrong with the declarations: their number, an unknown type, a default that the type does not allow."""
    if len(declared) > MOST_DECLARED:
        yield f"The definition has {len(declared)} parameters; at most {MOST_DECLARED} are allowed."
    for name, parameter in declared.items():
        if _type_of(parameter) not in TYPES:
            yield f"Parameter {name} has the type {parameter['Type']!r}; use one of {TYPES}."
        elif not isinstance(allowed := parameter.get("EnumValues") or [], list):
            yield f"EnumValues of parameter {name} must be a list, not {allowed!r}."
        elif wrong := [value for value in allowed if not _DEFAULTS[_type_of(parameter)](value)]:
            yield f"EnumValues of parameter {name}: {_wrong_type(name, _type_of(parameter), wrong[0])}"
        elif parameter.get("DefaultValue") is not None:
            try:
                _value(parameter, None)
            except ValidationException as error:
                yield str(error)


def _type_of(parameter: Mapping[str, Any]) -> Any:
    """A parameter's type; String by default, because the service's published schema requires only a name."""
    return parameter.get("Type", "String")


def _value(parameter: Mapping[str, Any], given: str | None) -> Any:
    name, kind = parameter["Name"], _type_of(parameter)
    value = parameter.get("DefaultValue")
    if given is not None:
        try:
            value = READERS[kind](given)
        except (ValueError, KeyError) as error:
            raise ValidationException(_wrong_type(name, kind, given)) from error
    elif value is None:
        raise ValidationException(f"Parameter [{name}] has no default value: give it one to start the execution.")
    elif not _DEFAULTS[kind](value):
        raise ValidationException(_wrong_type(name, kind, value))
    elif kind == "Float":
        value = float(value)
    if kind == "String" and given is not None and not value:
        raise ValidationException(f'Parameter [{name}]: [string "" is too short (length: 0, required minimum: 1)]')
    allowed = parameter.get("EnumValues")
    if allowed and value not in allowed:
        raise ValidationException(f"Parameter [{name}] must be one of {allowed}, not {value!r}.")
    return value


def _wrong_type(name: str, kind: str, value: object) -> str:
    return f"Parameter [{name}] is of type {kind}, which {repr(value)[:80]} is not."
