"""The responses of the containers to rows, read as numbers."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pipelines.errors import PipelineError

Answer = float | Sequence[float]
"""A prediction, the probability of the positive class of two, or the probability of each of several classes."""


def read_answers(text: str, classes: int = 1) -> list[Any]:
    """Read one `Answer` per row; with more than one of ``classes``, it is one probability per class.

    XGBoost responds with lines (older images with one line with commas; of several classes, each row is in brackets),
    the JumpStart images with one JSON object per mini-batch, concatenated: ``{"prediction": [...]}`` or
    ``{"probabilities": [[p0, p1], ...]}``.

    Raises `PipelineError` if the text is neither.

    Examples
    --------
    >>> read_answers("1.5\\n2.5\\n")
    [1.5, 2.5]
    >>> read_answers('{"probabilities": [[0.9, 0.1]]}\\n{"probabilities": [[0.2, 0.8]]}')
    [0.1, 0.8]
    >>> read_answers("[0.5, 0.2, 0.3]\\n[0.0, 0.1, 0.9]\\n", classes=3)
    [[0.5, 0.2, 0.3], [0.0, 0.1, 0.9]]
    """
    if text.lstrip().startswith("{"):
        return [answer for content in _json_objects(text) for answer in _of_rows(content, classes)]
    try:
        numbers = [float(cell) for cell in re.split(r"[\s,\[\]]+", text) if cell]
    except ValueError as error:
        raise PipelineError(f"The batch answers are neither numbers nor JSON: {error}.") from error
    if classes == 1:
        return numbers
    if len(numbers) % classes:
        raise PipelineError(f"The batch answers have {len(numbers)} numbers, which are no rows of {classes} classes.")
    return [numbers[start : start + classes] for start in range(0, len(numbers), classes)]


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


def _of_rows(content: dict[str, Any], classes: int) -> Iterator[Answer]:
    if "probabilities" in content:
        for row in content["probabilities"]:
            if classes > 1 and len(row) != classes:
                raise PipelineError(
                    f"A batch answer has {len(row)} probabilities, but the model has {classes} classes."
                )
            yield float(row[-1]) if classes == 1 else [float(number) for number in row]
    elif "prediction" in content:
        yield from (float(value) for value in content["prediction"])
    else:
        raise PipelineError(f"A batch answer has neither 'probabilities' nor 'prediction', but {', '.join(content)}.")
