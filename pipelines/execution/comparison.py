"""Comparison of two executions: their metrics, and the settings in which they differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from local_sagemaker.definition.expressions import is_expression
from local_sagemaker.definition.parse import read

NAMES = ("Name", "InputName", "OutputName", "ChannelName", "ParameterName", "Key")
"""Members that identify the items of a list."""


@dataclass(frozen=True)
class Side:
    """One of the two executions."""

    id: str
    status: str
    parameters: Mapping[str, str]
    definition: Mapping[str, Any]
    metrics: Mapping[str, Mapping[str, Any]]


def as_json(one: Side, other: Side) -> dict[str, Any]:
    """Return the metrics and the differing settings of both; None where one has no such value."""
    return {
        "executions": [one.id, other.id],
        "status": [one.status, other.status],
        "metrics": {name: list(values) for name, values in metrics_of_both(one, other).items()},
        "settings": {name: list(values) for name, values in differences(one, other).items()},
    }


def metrics_of_both(one: Side, other: Side) -> dict[str, tuple[Any, Any]]:
    """Pair the winners, then the metrics of every candidate on the test set."""
    a, b = dict(named_metrics(one)), dict(named_metrics(other))
    return {name: (a.get(name), b.get(name)) for name in {**a, **b}}


def named_metrics(side: Side) -> Iterator[tuple[str, Any]]:
    """Name the winners, and the metrics of every candidate on the test set."""
    for task, measures in side.metrics.items():
        yield f"{task} winner", measures["winner"]
        for candidate, parts in measures["candidates"].items():
            for metric, value in parts["test"].items():
                yield f"{task} {candidate} {metric}", value


def differences(one: Side, other: Side) -> dict[str, tuple[str | None, str | None]]:
    """Pair the values of every setting in which two executions differ; None where one has no such setting."""
    a, b = settings_of(one), settings_of(other)
    return {name: (a.get(name), b.get(name)) for name in {**a, **b} if a.get(name) != b.get(name)}


def settings_of(side: Side) -> dict[str, str]:
    """Flatten the parameters and every step's arguments to names and values.

    Items of lists are identified by their names, and container arguments by their options, so that one more item does
    not make all that follow differ.
    """
    found = dict(side.parameters)
    for step in read(side.definition).steps.values():
        found.update(leaves(step.arguments, step.name))
    return found


def leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values of an argument, as `settings_of` names them."""
    if is_expression(value) or not isinstance(value, dict | list):
        yield path, str(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}")
    elif all(isinstance(item, dict) and not is_expression(item) for item in value):
        for position, item in enumerate(value):
            yield from leaves(item, f"{path}.{next((item[name] for name in NAMES if name in item), position)}")
    else:
        yield from _options(value, path)


def _options(items: list[Any], path: str) -> Iterator[tuple[str, str]]:
    """Read ``["--seed", "42"]`` as an option and its value; other arguments are named by their position.

    ``["--option", "split=days"]``, which may be repeated, is an option ``split``.
    """
    taken = False
    for position, (item, following) in enumerate(pairwise([*items, None])):
        if taken:
            taken = False
        elif isinstance(item, str) and item.startswith("--") and following is not None:
            taken = True
            name, equals, value = str(following).partition("=")
            yield (f"{path} --{name}", value) if item == "--option" and equals else (f"{path} {item}", str(following))
        else:
            yield f"{path}.{position}", str(item)
