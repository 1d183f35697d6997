"""JSON from outside: only what is JSON, and no deeper than the service can follow."""

import json
import math
from typing import Any

DEEPEST = 100
"""The depth that every function of the service can follow; the API's shapes and definitions need less than 40."""


def loads(text: str | bytes) -> Any:
    """A document; raises ValueError if the text is not JSON (NaN, 1e999, half a surrogate pair), or nested too deep."""
    try:
        document = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError as error:
        raise ValueError(f"nested more than {DEEPEST} deep") from error
    if _depth(document) > DEEPEST:
        raise ValueError(f"nested more than {DEEPEST} deep")
    json.dumps(document, ensure_ascii=False).encode()
    return document


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse_constant(text)


def _depth(document: object) -> int:
    """How deep a document is nested, without recursion."""
    depth, level = 0, [document]
    while level:
        depth += 1
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [value for values in inner for value in values]
    return depth
