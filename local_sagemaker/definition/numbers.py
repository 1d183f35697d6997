"""Numbers in text, in JSON's grammar.

Python's ``int`` and ``float`` read more than the service does: ``1_000``, ``NaN``, ``1e400`` and digits of any script.
"""

import math
import re

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(rf"{_INTEGER.pattern}(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_INTEGERS = range(-(2**63), 2**63)


def integer(text: str) -> int:
    """Read an integer of at most 64 bits; raises ValueError if the text is none."""
    if not _INTEGER.fullmatch(text) or len(text) > 20 or int(text) not in _INTEGERS:
        raise ValueError(f"{text[:80]!r} is not an integer of at most 64 bits")
    return int(text)


def number(text: str) -> float:
    """Read a finite number; raises ValueError if the text is none."""
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError(f"{text[:80]!r} is not a finite number")
    return float(text)


def is_integer(value: object) -> bool:
    """Whether a JSON value is an integer of at most 64 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and value in _INTEGERS


def is_number(value: object) -> bool:
    """Whether a JSON value is a finite number."""
    return is_integer(value) or (isinstance(value, float) and math.isfinite(value))


def refuse_constant(name: str) -> None:
    """Refuse ``NaN`` and ``Infinity``, which Python's JSON has: a ``parse_constant`` that raises ValueError."""
    raise ValueError(f"{name} is not a JSON value")
