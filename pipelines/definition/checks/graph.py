"""A definition as steps, parameters and the expressions between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

EXPRESSIONS = ("Get", "Std:Join", "Std:JsonGet")
STEP_PATH = re.compile(r"^Steps\.([A-Za-z0-9\-_]+)\.(.+)$")


@dataclass(frozen=True)
class Node:
    """A step and the branches it lies in: (condition step, ``IfSteps`` or ``ElseSteps``), outermost first."""

    step: dict[str, Any]
    branches: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """The step's name."""
        return str(self.step.get("Name", ""))


@dataclass(frozen=True)
class Graph:
    """All steps of a definition, those inside branches included, and its parameters by name."""

    nodes: tuple[Node, ...]
    parameters: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, definition: dict[str, Any]) -> Graph:
        """Read a definition."""
        parameters = {parameter["Name"]: parameter for parameter in definition.get("Parameters", [])}
        return cls(tuple(_nodes(definition.get("Steps", []), ())), parameters)

    def find(self, name: str) -> Node | None:
        """Find a step by its name."""
        return next((node for node in self.nodes if node.name == name), None)


def _nodes(steps: list[dict[str, Any]], branches: tuple[tuple[str, str], ...]) -> Iterator[Node]:
    for step in steps:
        yield Node(step, branches)
        if step.get("Type") == "Condition":
            for branch in ("IfSteps", "ElseSteps"):
                yield from _nodes(step["Arguments"].get(branch, []), (*branches, (step["Name"], branch)))


def is_expression(value: Any) -> bool:
    """Tell an expression (``{"Get": ...}``) from a plain value."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in EXPRESSIONS


def own_arguments(step: dict[str, Any]) -> dict[str, Any]:
    """Give a step's arguments without the steps inside its branches."""
    arguments: dict[str, Any] = step.get("Arguments", {})
    if step.get("Type") != "Condition":
        return arguments
    return {key: value for key, value in arguments.items() if key not in ("IfSteps", "ElseSteps")}


def expressions(value: Any) -> Iterator[dict[str, Any]]:
    """Walk every expression, those inside expressions included."""
    if isinstance(value, list):
        for item in value:
            yield from expressions(item)
    elif isinstance(value, dict):
        if is_expression(value):
            yield value
        for item in value.values():
            yield from expressions(item)


def step_references(step: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Walk the (step, path) pairs a step reads, property files included."""
    for expression in expressions(own_arguments(step)):
        found = STEP_PATH.match(str(expression.get("Get", "")))
        if found:
            yield found.group(1), found.group(2)
