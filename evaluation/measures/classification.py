"""A classifier beyond its metrics at a cut-off of 0.5: curves, best cut-off, and calibration."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.metrics import brier_score_loss

from evaluation.inputs import Part, PartName, Predictions
from evaluation.measures.calibration import best_cut_off, calibrate, reliability
from evaluation.measures.metrics import classification_metrics, confusion_matrix, curves


def classify(parts: Mapping[PartName, Part], predictions: Predictions, seed: int) -> dict[str, Any]:
    """Describe a classifier: fit cut-off and calibration on the validation set, measure them on the test set.

    Returns
    -------
    ``confusion_matrix``, ``receiver_operating_characteristic_curve``, ``precision_recall_curve``
        With raw probabilities, at 0.5.
    ``cut_off``, ``test_at_cut_off``, ``confusion_matrix_at_cut_off``
        The raw probability with the highest F1 on the validation set, and the results on the test set at it.
    ``calibration``
        ``method`` and ``parameters`` of the map (see `evaluation.measures.calibration`), ``validation_brier`` by
        method on held-out days, ``cut_off`` as a calibrated probability, ``test_brier`` and ``curve`` of ``raw`` and
        ``calibrated`` probabilities.
    """
    validation, test = parts["validation"], parts["test"]
    raw, actual = predictions["test"], test.labels
    cut_off = best_cut_off(validation.labels, predictions["validation"])
    calibration, scores = calibrate(validation, predictions["validation"], seed)
    both = {"raw": raw, "calibrated": calibration.apply(raw)}
    return {
        "confusion_matrix": confusion_matrix(actual, raw),
        **curves(actual, raw),
        "cut_off": cut_off,
        "test_at_cut_off": classification_metrics(actual, raw, cut_off),
        "confusion_matrix_at_cut_off": confusion_matrix(actual, raw, cut_off),
        "calibration": {
            "method": calibration.method,
            "parameters": calibration.parameters,
            "cut_off": float(calibration.apply(np.array([cut_off]))[0]),
            "validation_brier": scores,
            "test_brier": {name: float(brier_score_loss(actual, values)) for name, values in both.items()},
            "curve": {name: reliability(actual, values) for name, values in both.items()},
        },
    }
