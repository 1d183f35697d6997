"""The part of JSONPath that batch transform's filters are written in: ``$``, children, indexes, slices, unions.

Own code, because SageMaker's filters differ from the libraries': they yield one value, not a list of matches.
"""

import re
from collections.abc import Callable
from typing import Any

from local_sagemaker.jobs.errors import RequestError

Filter = Callable[[Any], Any]

_STEP = re.compile(
    r"""\.(?P<child>[A-Za-z_][\w-]*|\*)
      |\[\s*(?P<names>'[^']*'(\s*,\s*'[^']*')*)\s*\]
      |\[\s*(?P<start>-?\d*)\s*:\s*(?P<stop>-?\d*)\s*\]
      |\[\s*(?P<indexes>-?\d+(\s*,\s*-?\d+)*)\s*\]
      |\[\s*(?P<all>\*)\s*\]""",
    re.VERBOSE,
)


def compile_filter(path: str) -> Filter:
    """The function that a JSONPath stands for; it yields what is selected, or raises LookupError if nothing is there.

    Raises RequestError if the path is not in the part of JSONPath that filters know.
    """
    if not path.startswith("$"):
        raise RequestError(f"The filter {path!r} is not a JSONPath: it must begin with $.")
    steps: list[Filter] = []
    position = 1
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            raise RequestError(f"The filter {path!r} has a part that filters do not know: {path[position:]!r}.")
        steps.append(_step(found))
        position = found.end()

    def select(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return select


def _step(found: re.Match[str]) -> Filter:
    parts = found.groupdict()
    if parts["all"] or parts["child"] == "*":
        return _all
    if parts["child"]:
        return _child(parts["child"])
    if parts["names"]:
        return _children(re.findall(r"'([^']*)'", parts["names"]))
    if parts["indexes"]:
        return _elements([int(index) for index in parts["indexes"].split(",")])
    start, stop = (int(bound) if bound else None for bound in (parts["start"], parts["stop"]))
    return lambda value: _array(value)[start:stop]


def _all(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else list(_array(value))


def _child(name: str) -> Filter:
    def select(value: Any) -> Any:
        if not isinstance(value, dict):
            raise LookupError(f"there is no {name!r} in something that is not an object")  # noqa: TRY004 - a miss
        return value[name]

    return select


def _children(names: list[str]) -> Filter:
    if len(names) == 1:
        return _child(names[0])
    return lambda value: {name: _child(name)(value) for name in names}


def _elements(indexes: list[int]) -> Filter:
    if len(indexes) == 1:
        return lambda value: _array(value)[indexes[0]]
    return lambda value: [_array(value)[index] for index in indexes]


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise LookupError("it is not an array")  # noqa: TRY004 - a miss, as an index out of range is
    return value
