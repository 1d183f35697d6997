"""The cost of a candidate: model size, and prediction time."""

import time
from collections.abc import Callable

import numpy as np

from evaluation.candidates import Model
from evaluation.inputs import Numbers

_MIN_REPETITIONS, _MIN_SECONDS, _ROWS, _MOST_ROWS = 5, 0.04, 2000, 20_000


def microseconds_per_row(predict: Callable[[Numbers], Numbers], features: Numbers) -> float:
    """Measure the prediction time per row on one core, for thousands of rows at once."""
    number = min(max(_ROWS, len(features)), _MOST_ROWS)
    rows = np.resize(features[:number], (number, features.shape[1]))  # repeats rows if there are fewer
    # Processor time, and the minimum of many repetitions: other work on the machine hardly changes either.
    times: list[float] = []
    while len(times) < _MIN_REPETITIONS or sum(times) < _MIN_SECONDS:
        before = time.thread_time()
        predict(rows)
        times.append(time.thread_time() - before)
    return min(times) / len(rows) * 1e6


def cost(model: Model, features: Numbers) -> dict[str, float | int]:
    """Return the cost of a candidate.

    Returns
    -------
    ``model_bytes``, ``trees``, measured ``microseconds_per_row``, and ``usual_microseconds_per_row`` from the number of
    trees (which decides ties, because it is reproducible).
    """
    return {
        "model_bytes": model.bytes,
        "trees": model.trees,
        "microseconds_per_row": microseconds_per_row(model.predict, features),
        "usual_microseconds_per_row": model.usual_microseconds,
    }
