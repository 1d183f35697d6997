"""K-fold cross validation, the hyperparameter ``_kfold`` of the built-in XGBoost."""

import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from scipy import stats
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

from local_sagemaker.containers.xgboost.boosting import Plan, fit

PREDICTIONS_FILE = "predictions.csv"

logger = logging.getLogger(__name__)


def fit_folds(plan: Plan, output: Path) -> list[xgboost.Booster]:
    """Train one model per fold and round, print the mean metrics of each round, and store the held-out predictions.

    ``output`` is the folder for ``predictions.csv``: per row the label and the prediction; for classes also the
    predicted label.
    """
    folds, repeats = plan.folds or 2, plan.cross_validation_rounds
    labels = plan.both.get_label()
    objective: Any = plan.parameters.get("objective")  # without one the container fails on None, too
    classes = bool(plan.parameters.get("num_class") or objective.startswith("binary:"))
    splitter = (RepeatedStratifiedKFold if classes else RepeatedKFold)(n_splits=folds, n_repeats=repeats)
    logger.info("Run %d-round of %d-fold cross validation with %d rows", repeats, folds, len(labels))
    boosters: list[xgboost.Booster] = []
    histories: list[dict[str, Any]] = []
    predictions = HeldOutPredictions(labels, repeats, classes=classes)
    for training_rows, held_out_rows in splitter.split(X=range(len(labels)), y=labels if classes else None):
        logger.info("Train cross validation fold %d", len(boosters) % folds + 1)
        history: dict[str, Any] = {}
        booster = fit(plan, plan.both.slice(training_rows), fold=len(boosters), history=history)
        boosters.append(booster)
        histories.append(history)
        predictions.add(held_out_rows, booster.predict(plan.both.slice(held_out_rows)))
        if len(boosters) % folds == 0:
            logger.info("The metrics of round %d cross validation", len(boosters) // folds)
            _print_means(plan.rounds, histories[-folds:])
    predictions.save(output)
    if repeats > 1:
        logger.info("The overall metrics of %d-round cross validation", repeats)
        _print_means(plan.rounds, histories)
    return boosters


def _print_means(rounds: int, histories: list[dict[str, Any]]) -> None:
    line = f"[{rounds}]"
    for metric in histories[0]["train"]:
        for data in histories[0]:  # without a validation channel, the training data only
            mean = np.mean([history[data][metric][-1] for history in histories])
            line += f"\t{data}-{metric}:{mean:.5f}"
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class HeldOutPredictions:
    """The predictions for each row by the models that were not trained on it, one per round."""

    def __init__(self, labels: np.ndarray[Any, Any], repeats: int, *, classes: bool) -> None:
        self._labels = labels
        self._classes = classes
        self._predicted = np.zeros((len(labels), repeats))
        self._probabilities = np.zeros((len(labels), repeats))
        self._seen = np.zeros(len(labels), dtype=int)

    def add(self, rows: np.ndarray[Any, Any], predictions: np.ndarray[Any, Any]) -> None:
        """Add the predictions for one fold's held-out rows."""
        turn = self._seen[rows]
        if not self._classes:
            self._predicted[rows, turn] = predictions
        elif predictions.ndim > 1:
            winners = predictions.argmax(axis=-1)
            self._predicted[rows, turn] = winners
            self._probabilities[rows, turn] = predictions[np.arange(len(winners)), winners]
        else:
            self._predicted[rows, turn] = predictions > 0.5
            self._probabilities[rows, turn] = predictions
        self._seen[rows] += 1

    def save(self, folder: Path) -> None:
        """Write the predictions, averaged over the rounds, as CSV."""
        if self._classes:
            modes = stats.mode(self._predicted, axis=1, keepdims=True).mode[:, 0]
            columns = [self._labels, self._probabilities.mean(axis=-1), modes]
        else:
            columns = [self._labels, self._predicted.mean(axis=-1)]
        folder.mkdir(parents=True, exist_ok=True)
        np.savetxt(folder / PREDICTIONS_FILE, np.vstack(columns).T, delimiter=",", fmt="%f")
