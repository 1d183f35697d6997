"""What every candidate is, once loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evaluation.inputs import Numbers


@dataclass(frozen=True)
class Model:
    """A trained model.

    Attributes
    ----------
    features
        How many features it was trained with.
    predict
        From features of shape (rows, features) to one number per row: rentals per hour, or the probability of high
        demand.
    """

    features: int
    predict: Callable[[Numbers], Numbers]
