"""The responses of the built-in algorithms' containers to rows of CSV, as numbers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from evaluation.errors import InputError
from evaluation.inputs import Numbers


def read_answers(text: str, classes: int) -> Numbers:
    """Return predictions as in `evaluation.inputs.Predictions`; ``classes`` are those of a multi-class task, else 1.

    XGBoost responds with numbers between line ends, commas or brackets, the JumpStart algorithms with JSON objects one
    after another: ``{"prediction": [...]}`` or ``{"probabilities": [[p0, p1], ...]}``.

    Raises `InputError` if the text is neither.

    Examples
    --------
    >>> read_answers("1.5\\n2.5\\n", 1).tolist()
    [1.5, 2.5]
    >>> read_answers('{"probabilities": [[0.9, 0.1]]}{"probabilities": [[0.2, 0.8]]}', 1).tolist()
    [0.1, 0.8]
    """
    try:
        if text.lstrip().startswith("{"):
            numbers = np.concatenate([_of_object(each, classes) for each in _objects(text)])
        else:
            numbers = np.array([float(cell) for cell in re.split(r"[\s,\[\]]+", text) if cell])
        return numbers if classes == 1 else numbers.reshape(-1, classes)
    except (ValueError, KeyError, IndexError) as error:
        raise InputError(f"A captured response is neither numbers nor predictions as JSON ({error}).") from error


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder, rest = json.JSONDecoder(), text.strip()
    while rest:
        content, end = decoder.raw_decode(rest)
        yield content
        rest = rest[end:].lstrip()


def _of_object(content: dict[str, Any], classes: int) -> Numbers:
    if "probabilities" in content:
        table = np.array(content["probabilities"], dtype="float64")
        return table[:, -1] if classes == 1 else table.ravel()
    return np.array(content["prediction"], dtype="float64")
