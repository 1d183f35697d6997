"""Strict JSON, which JsonGet requires: NaN becomes the string "NaN"."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any


def write_json(path: Path, content: Any) -> None:
    """Write strict JSON; the same content gives the same bytes."""
    path.write_text(
        json.dumps(_strict(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )


def read_json(path: Path) -> Any:
    """Read the output of `write_json`, with "NaN" as a number again.

    Raises
    ------
    OSError, ValueError
        When the file cannot be read or is not JSON.
    """
    return as_numbers(json.loads(path.read_text(encoding="utf-8")))


def as_numbers(content: Any) -> Any:
    """Replace every string "NaN" in parsed JSON by the number."""
    if isinstance(content, dict):
        return {name: as_numbers(value) for name, value in content.items()}
    if isinstance(content, list):
        return [as_numbers(value) for value in content]
    return math.nan if content == "NaN" else content


def _strict(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _strict(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_strict(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return "NaN" if math.isnan(content) else str(content)
    return content
