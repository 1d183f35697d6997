"""Strict JSON, which JsonGet requires: NaN becomes the string "NaN"."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_json(path: Path, content: Any) -> None:
    """Write strict JSON; the same content gives the same bytes."""
    strict = replace_values(content, _strict)
    path.write_text(json.dumps(strict, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read the output of `write_json`, with "NaN" as a number again.

    Raises `OSError` or `ValueError` if the file cannot be read or is not JSON.
    """
    return as_numbers(json.loads(path.read_text(encoding="utf-8")))


def as_numbers(content: Any) -> Any:
    """Replace every string "NaN" in parsed JSON by the number."""
    return replace_values(content, lambda value: math.nan if value == "NaN" else value)


def replace_values(content: Any, replace: Callable[[Any], Any]) -> Any:
    """Replace every value that is neither an object nor an array."""
    if isinstance(content, dict):
        return {name: replace_values(value, replace) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [replace_values(value, replace) for value in content]
    return replace(content)


def _strict(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else str(value)
    return value
