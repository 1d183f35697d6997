"""JSON as SageMaker reads it: a bare NaN is not JSON and breaks JsonGet, so it becomes the text "NaN"."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any


def write_json(path: Path, content: Any) -> None:
    """Write strict JSON, the same bytes for the same content."""
    path.write_text(
        json.dumps(_strict(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )


def read_json(path: Path) -> Any:
    """Read what `write_json` wrote; the text "NaN" is the number again.

    Raises
    ------
    OSError, ValueError
        When the file cannot be read, or is no JSON.
    """
    return as_numbers(json.loads(path.read_text(encoding="utf-8")))


def as_numbers(content: Any) -> Any:
    """What was read, with the text "NaN" as the number that it stands for."""
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
