"""Paths into documents: ``A.B[0]``, ``Outputs['train'].S3Output.S3Uri``, ``$.metrics["a b"]``."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from local_sagemaker.core.errors import ExpressionError

Key = str | int
"""A member's name or an index."""

_PART = re.compile(r"""\.?([^.\[\]'"]+) | \[(-?\d+)\] | \['([^']*)'\] | \["([^"]*)"\]""", re.VERBOSE)
# A name in a path finds the item of a list that has this name in one of these members.
_NAMING_MEMBERS = ("OutputName", "InputName", "ChannelName", "MetricName", "VariantName", "Name", "Key")


def parse(path: str) -> list[Key]:
    """The keys of a path; a leading ``$`` is the document itself. Raises ExpressionError if it is not a path."""
    rest = path.removeprefix("$")
    keys: list[Key] = []
    at = 0
    while at < len(rest):
        part = _PART.match(rest, at)
        if part is None:
            raise ExpressionError(f"{path!r} is not a path; it cannot be read from {rest[at:]!r} on.")
        plain, index, single, double = part.groups()
        keys.append(
            int(index) if index is not None else next(key for key in (plain, single, double) if key is not None)
        )
        at = part.end()
    return keys


def follow(document: Any, keys: Sequence[Key]) -> Any:
    """The value at a path.

    Raises ExpressionError if there is none; the message names the first key that is missing.
    """
    value = document
    for position, key in enumerate(keys):
        value = _step_into(value, key, _text(keys[: position + 1]))
    return value


def _step_into(value: Any, key: Key, so_far: str) -> Any:
    if isinstance(value, Mapping) and str(key) in value:
        return value[str(key)]
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    if isinstance(value, list) and isinstance(key, str):
        for item in value:
            if isinstance(item, Mapping) and any(item.get(member) == key for member in _NAMING_MEMBERS):
                return item
    raise ExpressionError(f"there is nothing at {so_far}")


def _text(keys: Sequence[Key]) -> str:
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return text.removeprefix(".")
