"""Selectable inference of the built-in XGBoost: the values that ``SAGEMAKER_INFERENCE_OUTPUT`` selects per row."""

import json
import logging
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from local_sagemaker.containers.recordio.records import write_predictions

_CLASSES = ("predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores")
_ORDER = (*_CLASSES, "predicted_score")
"""The order of the keys in JSON, independent of the order of the selection."""

_CLASSES_WITHOUT_PROBABILITIES = ("predicted_label", "labels", "raw_score", "raw_scores")
_LOSSES = ("squarederror", "logistic", "gamma", "absoluteerror", "tweedie")
_KEYS_OF_OBJECTIVE = {
    **dict.fromkeys((f"reg:{loss}" for loss in _LOSSES), ("predicted_score",)),
    **dict.fromkeys(("binary:logitraw", "binary:hinge", "multi:softmax"), _CLASSES_WITHOUT_PROBABILITIES),
    **dict.fromkeys(("binary:logistic", "multi:softprob"), _CLASSES),
}

logger = logging.getLogger(__name__)


def encode(
    predictions: np.ndarray[Any, Any], keys: Sequence[str], objective: str, classes: str, accept: str, *, batch: bool
) -> bytes:
    """Encode the selected values of predictions.

    ``keys`` are the values to select for each row; CSV has this order. ``classes`` is the number of classes, as text;
    used for ``multi:*`` only.

    Raises ValueError if the objective has no selectable inference, or the accept type is not supported.
    """
    if objective not in _KEYS_OF_OBJECTIVE:
        raise ValueError(f"Objective `{objective}` unsupported for selectable inference predictions.")
    unknown = set(keys) - set(_KEYS_OF_OBJECTIVE[objective])
    if unknown:
        logger.warning(
            "Selected key(s) %s incompatible for objective '%s'. Please use list of compatible selectable inference "
            "predictions: %s",
            unknown,
            objective,
            list(_KEYS_OF_OBJECTIVE[objective]),
        )
    ordered = sorted(keys, key=lambda key: _ORDER.index(key) if key not in unknown else len(_ORDER))
    rows = [
        {key: math.nan if key in unknown else _value(key, row, objective, classes) for key in ordered}
        for row in predictions
    ]
    if accept == "application/json":
        return json.dumps({"predictions": rows}).encode()
    if accept == "application/jsonlines":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    if accept == "application/x-recordio-protobuf":
        return write_predictions(
            {key: value if isinstance(value, list) else [value] for key, value in row.items()} for row in rows
        )
    if accept == "text/csv":
        lines = (
            ",".join(f'"{row[key]}"' if isinstance(row[key], list) else str(row[key]) for key in keys) for row in rows
        )
        return ("\n".join(lines) + ("\n" if batch else "")).encode()
    raise ValueError(f"Cannot encode selected predictions into accept type '{accept}'.")


def _value(key: str, row: Any, objective: str, classes: str) -> Any:
    if key == "labels":
        return [0, 1] if objective.startswith("binary:") else list(range(int(classes)))
    if key == "predicted_label":
        return _predicted_label(row, objective)
    if objective == "multi:softprob":
        return max(row).item() if key in ("probability", "raw_score") else row.tolist()
    number = row.item()
    return [1.0 - number, number] if key in ("probabilities", "raw_scores") else number


def _predicted_label(row: Any, objective: str) -> float:
    if objective == "multi:softprob":
        return int(np.argmax(row))
    if objective == "binary:logistic":
        return int(row > 0.5)
    if objective == "binary:logitraw":
        return int(row > 0)
    return float(row.item())
