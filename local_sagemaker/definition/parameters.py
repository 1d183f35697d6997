"""The parameters of an execution: given values and defaults, each converted to its type."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from local_sagemaker.core.errors import ValidationException
from local_sagemaker.definition.expressions import text_of


def _read_boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


_READERS: dict[str, Callable[[str], Any]] = {"String": str, "Integer": int, "Float": float, "Boolean": _read_boolean}
TYPES = tuple(_READERS)
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
        elif not isinstance(parameter.get("EnumValues") or [], list):
            yield f"EnumValues of parameter {name} must be a list, not {parameter['EnumValues']!r}."
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
    raw = parameter.get("DefaultValue") if given is None else given
    if raw is None:
        raise ValidationException(f"Parameter [{name}] has no default value: give it one to start the execution.")
    try:
        value = _READERS[kind](text_of(raw))
    except (ValueError, KeyError) as error:
        raise ValidationException(f"Parameter [{name}] is of type {kind}, which {raw!r} is not.") from error
    if kind == "String" and given is not None and not value:
        raise ValidationException(f'Parameter [{name}]: [string "" is too short (length: 0, required minimum: 1)]')
    allowed = parameter.get("EnumValues")
    if allowed and value not in allowed:
        raise ValidationException(f"Parameter [{name}] must be one of {allowed}, not {raw!r}.")
    return value
