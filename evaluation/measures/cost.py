"""What a candidate costs: the time it took to train, the size of its model, the time of a prediction."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from evaluation.candidates import Model
from evaluation.inputs import Numbers

_FEWEST, _LEAST_SECONDS, _ROWS = 5, 0.04, 2000


def microseconds_per_row(predict: Callable[[Numbers], Numbers], features: Numbers) -> float:
    """The time of one core for a prediction, when thousands of rows are predicted at once.

    It is processor time, and the least of many repetitions, so that it hardly depends on what else the machine does.
    """
    rows = np.resize(features, (max(_ROWS, len(features)), features.shape[1]))  # again and again where there are fewer
    times: list[float] = []
    while len(times) < _FEWEST or sum(times) < _LEAST_SECONDS:
        before = time.thread_time()
        predict(rows)
        times.append(time.thread_time() - before)
    return min(times) / len(rows) * 1e6


def cost(model: Model, features: Numbers, training_seconds: float | None) -> dict[str, float | int]:
    """What is measured of a candidate, and what is known of it.

    Returns
    -------
    ``model_bytes``, ``trees``, ``microseconds_per_row`` as measured, ``usual_microseconds_per_row`` by the number of
    trees (which decides ties, for it is always the same) and, where it is known, ``training_seconds``.
    """
    measured: dict[str, float | int] = {
        "model_bytes": model.bytes,
        "trees": model.trees,
        "microseconds_per_row": microseconds_per_row(model.predict, features),
        "usual_microseconds_per_row": model.usual_microseconds,
    }
    return measured if training_seconds is None else {**measured, "training_seconds": training_seconds}
