"""What every candidate is, once loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evaluation.inputs import Numbers

Rows = tuple[Numbers, Numbers]
"""Features of shape (rows, features), and labels of shape (rows,)."""


@dataclass(frozen=True)
class Model:
    """A trained model.

    Attributes
    ----------
    features
        How many features it was trained with.
    predict
        From features of shape (rows, features) to one number per row: rentals per hour, or the probability of high
        demand. It runs on one core, so that its time can be compared.
    contributions
        From the same to SHAP values of the same shape, by the library's own TreeSHAP, on the scale on which the model
        adds up.
    importance
        Gives, of shape (features,), how much each feature counts, as the library has it.
    bytes
        Size of the model's file.
    trees
        How many it has.
    nanoseconds_per_tree
        What one of them usually takes for a prediction, as ``python -m tests.performance.prediction`` measures it: a
        figure of the library, which tells models apart where a measured time would tell machines and moments apart.
    retrain
        Trains again with the same settings: from (features, labels) to learn from and to stop early by, to another
        ``predict``. None where that would take more than a moment.
    """

    features: int
    predict: Callable[[Numbers], Numbers]
    contributions: Callable[[Numbers], Numbers]
    importance: Callable[[], Numbers]
    bytes: int
    trees: int
    nanoseconds_per_tree: float
    retrain: Callable[[Rows, Rows], Callable[[Numbers], Numbers]] | None = None

    @property
    def usual_microseconds(self) -> float:
        """The time of a prediction by the number of trees."""
        return self.trees * self.nanoseconds_per_tree / 1000
