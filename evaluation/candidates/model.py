"""A loaded candidate, independent of its library."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evaluation.inputs import Numbers

Rows = tuple[Numbers, Numbers]
"""Features of shape (rows, features), and labels of shape (rows,)."""
Predict = Callable[[Numbers], Numbers]
Train = Callable[[Mapping[str, str], Rows, Rows], Predict]
"""Trains with the hyperparameters of a training job, on one pair of rows with early stopping on another."""


@dataclass(frozen=True)
class Model:
    """A trained model."""

    features: int
    """Number of features that it was trained with."""
    predict: Predict
    """Maps features of shape (rows, features) to predictions as in `evaluation.inputs.Predictions`: one number per row,
    or of several classes their probabilities. Runs on one core, so that prediction times are comparable."""
    contributions: Callable[[Numbers], Numbers]
    """Maps features to SHAP values of the same shape, or of shape (rows, classes, features) if there are several
    classes, by the library's TreeSHAP, on the scale of the raw score."""
    importance: Callable[[], Numbers]
    """Returns the library's feature importance, of shape (features,)."""
    bytes: int
    """Size of the model file."""
    trees: int
    nanoseconds_per_tree: float
    """Typical prediction time of one tree, measured once per library by ``python -m tests.performance.prediction``.
    Unlike a time measured here, it does not depend on the machine and its load."""
    train: Train
    """Trains another model of the same kind, on all cores."""
    retrain: Callable[[Rows, Rows], Predict] | None = None
    """Trains again with the same settings, on one pair of (features, labels) with early stopping on another, and
    returns a new ``predict``. None where that would take too long."""

    @property
    def usual_microseconds(self) -> float:
        """Prediction time by the number of trees."""
        return self.trees * self.nanoseconds_per_tree / 1000
