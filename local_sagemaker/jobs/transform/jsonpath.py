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
      |\.?\[\s*(?P<names>'[^']*'(\s*,\s*'[^']*')*)\s*\]
      |\.?\[\s*(?P<elements>ELEMENT(\s*,\s*ELEMENT)*)\s*\]
      |\.?\[\s*(?P<all>\*)\s*\]""".replace("ELEMENT", r"(-?\d*\s*:\s*-?\d*|-?\d+)"),
    re.VERBOSE | re.ASCII,
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
    return _elements([_element(text) for text in parts["elements"].split(",")])


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


def _element(text: str) -> int | slice:
    start, colon, stop = text.partition(":")
    return slice(*(int(bound) if bound.strip() else None for bound in (start, stop))) if colon else int(start)


def _elements(elements: list[int | slice]) -> Filter:
    """One index selects its element; a slice, or several of both, the list of all elements that they select."""
    if len(elements) == 1:
        return lambda value: _array(value)[elements[0]]

    def select(value: Any) -> Any:
        found = [(_array(value)[element], isinstance(element, slice)) for element in elements]
        return [each for part, several in found for each in (part if several else [part])]

    return select


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise LookupError("it is not an array")  # noqa: TRY004 - a miss, as an index out of range is
    return value
