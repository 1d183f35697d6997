"""The conditions of a Condition step."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from local_sagemaker.core.errors import ExpressionError
from local_sagemaker.definition import numbers
from local_sagemaker.definition.expressions import Scope, resolve

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
MEMBERS = {
    **dict.fromkeys(COMPARISONS, ("LeftValue", "RightValue")),
    "In": ("QueryValue", "Values"),
    "Not": ("Condition",),
    "Or": ("Conditions",),
}
"""Every type of condition with the members that it must have."""


def findings(given: object, step: str) -> Iterator[str]:
    """Everything wrong with the conditions of a step: an unknown type, a missing member, a list that is none."""
    for each in given if isinstance(given, list) else [given]:
        condition = each if isinstance(each, Mapping) else {}
        kind = condition.get("Type")
        members = MEMBERS.get(str(kind))
        if members is None:
            yield f"Unknown condition type {kind!r} in step {step}."
            continue
        missing = [member for member in members if member not in condition]
        if missing:
            yield f"A condition of type {kind} in step {step} has no {missing[0]}."
            continue
        content = condition[members[-1]]
        if kind in ("In", "Or") and not isinstance(content, list):
            yield f"{members[-1]} of a condition of type {kind} in step {step} is not a list."
        elif kind in ("Not", "Or"):
            yield from findings(content, step)


def all_hold(conditions: Sequence[Mapping[str, Any]], scope: Scope) -> bool:
    """Whether every condition of a list holds.

    Raises ExpressionError if a value cannot be resolved, or two values cannot be compared.
    """
    return all(holds(condition, scope) for condition in conditions)


def holds(condition: Mapping[str, Any], scope: Scope) -> bool:
    """Whether one condition holds."""
    kind = condition["Type"]
    if kind == "Not":
        return not holds(condition["Condition"], scope)
    if kind == "Or":
        return any(holds(each, scope) for each in condition["Conditions"])
    if kind == "In":
        query = resolve(condition["QueryValue"], scope)
        return any(_compare("Equals", query, resolve(value, scope)) for value in condition["Values"])
    return _compare(kind, resolve(condition["LeftValue"], scope), resolve(condition["RightValue"], scope))


def _compare(kind: str, left: object, right: object) -> bool:
    left, right = _same_type(left, right)
    try:
        return bool(COMPARISONS[kind](left, right))
    except TypeError as error:
        raise ExpressionError(f"{kind} cannot compare {left!r} with {right!r}: they are of different types.") from error


def _same_type(left: object, right: object) -> tuple[object, object]:
    """Text is compared as a number or a Boolean if the other side is one."""
    if isinstance(left, str) and not isinstance(right, str):
        return _read_as(left, right), right
    if isinstance(right, str) and not isinstance(left, str):
        return left, _read_as(right, left)
    return left, right


def _read_as(text: str, other: object) -> object:
    if isinstance(other, bool):
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        return numbers.number(text)
    except ValueError:
        return text
