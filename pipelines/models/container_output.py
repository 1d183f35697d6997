"""The responses of the containers to rows, read as numbers."""

import json
from collections.abc import Iterator
from typing import Any

from pipelines.errors import PipelineError


def read_answers(text: str) -> list[float]:
    """Read one number per row: a prediction, or the probability of high demand.

    XGBoost responds with lines (older images with one line with commas), the JumpStart images with one JSON object per
    mini-batch, concatenated: ``{"prediction": [...]}`` or ``{"probabilities": [[p0, p1], ...]}``.

    Raises `PipelineError` if the text is neither.

    Examples
    --------
    >>> read_answers("1.5\\n2.5\\n")
    [1.5, 2.5]
    >>> read_answers('{"probabilities": [[0.9, 0.1]]}\\n{"probabilities": [[0.2, 0.8]]}')
    [0.1, 0.8]
    """
    if text.lstrip().startswith("{"):
        return [number for answer in _json_objects(text) for number in _numbers(answer)]
    try:
        return [float(cell) for line in text.splitlines() for cell in line.split(",") if cell.strip()]
    except ValueError as error:
        raise PipelineError(f"The batch answers are neither numbers nor JSON: {error}.") from error


def _json_objects(text: str) -> Iterator[dict[str, Any]]:
    decoder, position = json.JSONDecoder(), 0
    while (position := _skip_space(text, position)) < len(text):
        try:
            answer, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            raise PipelineError(f"The batch answers are not JSON objects one after another: {error}.") from error
        yield answer


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _numbers(answer: dict[str, Any]) -> list[float]:
    if "probabilities" in answer:
        return [float(row[-1]) for row in answer["probabilities"]]
    if "prediction" in answer:
        return [float(value) for value in answer["prediction"]]
    raise PipelineError(f"A batch answer has neither 'probabilities' nor 'prediction', but {', '.join(answer)}.")
